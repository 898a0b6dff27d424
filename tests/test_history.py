"""Runs are kept when their report is written over."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals.command import write_report
from evals.history import HISTORY, add_run, case_set, read_reports, read_runs, run_of
from evals.report import build_record
from evals.run import PRODUCTION, evaluate
from tests.scripted import CASES, SOURCES, Scripted, good


def record(day: int, subset: int | None = None) -> dict[str, Any]:
    evaluation = evaluate(CASES, {PRODUCTION: lambda: Scripted(good)}, SOURCES)
    date = datetime(2026, 11, day, 9, 30, tzinfo=UTC)
    return build_record(evaluation, split="dev", subset=subset, made_with={"library": "abc"}, date=date)


def test_a_run_is_kept_after_its_report_is_written_over(tmp_path: Path) -> None:
    for day in (1, 2):
        write_report(record(day), tmp_path)
        add_run(tmp_path, record(day))
    reports = read_reports(tmp_path)
    assert [r["date"][:10] for r in reports.records] == ["2026-11-02"]
    runs = read_runs(tmp_path, reports.records)
    assert [run["date"][:10] for run in runs] == ["2026-11-01", "2026-11-02"]
    assert runs[0]["columns"][PRODUCTION]["total"]["recall@5"]["n"] == 2
    assert "rows" not in runs[0]
    assert runs[0]["failing"] == sum(bool(row["failures"]) for row in record(1)["rows"])


def test_a_report_from_before_there_was_a_history_counts_as_a_run(tmp_path: Path) -> None:
    write_report(record(1, subset=3), tmp_path)
    (run,) = read_runs(tmp_path, read_reports(tmp_path).records)
    assert case_set(run) == "dev-3"
    assert run == run_of(record(1, subset=3)) | {"columns": run["columns"]}


def test_a_broken_line_or_file_hides_nothing(tmp_path: Path) -> None:
    write_report(record(1), tmp_path)
    add_run(tmp_path, record(1))
    with (tmp_path / HISTORY).open("a", encoding="utf-8") as file:
        file.write('{"format": 1, "da\n"text"\n' + json.dumps({"format": 0, "columns": {}}) + "\n")
    (tmp_path / "notes.json").write_text("{", encoding="utf-8")
    (tmp_path / "old.json").write_text('{"rows": [], "format": 0}', encoding="utf-8")
    reports = read_reports(tmp_path)
    assert reports.unread == ("notes.json", "old.json")
    assert len(read_runs(tmp_path, reports.records)) == 1


def test_where_nothing_was_run_there_is_nothing(tmp_path: Path) -> None:
    assert read_reports(tmp_path / "nowhere").records == ()
    assert read_runs(tmp_path / "nowhere") == ()
