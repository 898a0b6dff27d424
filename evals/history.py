"""Reports and the runs before them: a report is written over by the next run of its cases, its figures are kept.

Each run adds one line to `history.jsonl` beside the reports: what was asked of what, and every figure, without the
answers.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError, DataFileError
from evals.report import FORMAT, read_record

REPORTS_FOLDER = "evaluation"  # below the data folder
HISTORY = "history.jsonl"
KEPT = ("format", "date", "split", "subset", "cases", "cases_fingerprint", "made_with", "metrics")

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reports:
    """The reports of a folder, newest first, and the names of files that are none."""

    records: tuple[Record, ...]
    unread: tuple[str, ...]


def case_set(record: Mapping[str, Any]) -> str:
    """The name of the cases that were asked: "test", "dev-100", "my-questions"."""
    return str(record["split"]) if record["subset"] is None else f"{record['split']}-{record['subset']}"


def run_of(record: Mapping[str, Any]) -> Record:
    """What the history keeps of a report."""
    return {
        **{key: record[key] for key in KEPT},
        "failing": sum(bool(row["failures"]) for row in record["rows"]),
        "columns": {
            label: {"total": column["total"], "kinds": column["kinds"]} for label, column in record["columns"].items()
        },
    }


def add_run(folder: Path, record: Mapping[str, Any]) -> None:
    """Add a report's figures to the history of its folder.

    Raises:
        AssistantError: the history cannot be written.
    """
    path = folder / HISTORY
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(run_of(record), ensure_ascii=False) + "\n")
    except OSError as error:
        raise AssistantError(f"{path} cannot be written ({error.strerror}); check who may write there") from error


def read_reports(folder: Path) -> Reports:
    """Every report in the folder; a file that is none, or of another release, is named and left out."""
    records: list[Record] = []
    unread: list[str] = []
    for path in sorted(folder.glob("*.json")):
        try:
            record = read_record(path)
        except DataFileError:
            unread.append(path.name)
            continue
        if record.get("format") == FORMAT:
            records.append(record)
        else:
            unread.append(path.name)
    return Reports(tuple(sorted(records, key=lambda r: str(r["date"]), reverse=True)), tuple(unread))


def read_runs(folder: Path, reports: Sequence[Mapping[str, Any]] = ()) -> tuple[Record, ...]:
    """Every run that is known, oldest first: the lines of the history and reports from before there was one.

    A line that cannot be read (a run was killed while it wrote) is left out.
    """
    found: dict[tuple[str, str], Record] = {}
    try:
        lines = (folder / HISTORY).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    for line in lines:
        try:
            run = json.loads(line)
        except ValueError:
            continue
        if isinstance(run, dict) and run.get("format") == FORMAT and "columns" in run:
            found[case_set(run), str(run["date"])] = run
    for report in reports:
        found.setdefault((case_set(report), str(report["date"])), run_of(report))
    return tuple(sorted(found.values(), key=lambda run: str(run["date"])))
