"""`policy-assistant ingest`: its report on the screen and on the disk, its limits, and its watch."""

import json
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant import ingest_view
from assistant.assembly import library_path
from assistant.errors import DataFileError, LibraryError
from assistant.ingest_view import IngestOptions, ingest_limits, run_ingest
from assistant.library import Library
from assistant.settings import Settings, load_settings
from ingest.limits import DEFAULT_LIMITS, Limits
from tests.fakes import FakeEmbedder

PEACE = "# Peace operations\n\nThe Security Council mandates missions. They protect civilians.\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(ingest_view, "build_embedder", lambda _: FakeEmbedder())
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "peace.md").write_text(PEACE)
    (tmp_path / "corpus" / "[red]sheet.xlsx").write_bytes(b"PK\x03\x04")
    return load_settings(data_dir=tmp_path / "data", corpus_dir=tmp_path / "corpus", _env_file=None)


def test_the_report_is_written_as_json(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_ingest(settings, [], IngestOptions(report=tmp_path / "report.json"))
    record = json.loads((tmp_path / "report.json").read_text())

    assert record["added"] == ["peace.md"]
    assert [file["outcome"] for file in record["files"]] == ["failed", "added"]
    assert record["passages"] == record["embedded"] == sum(file["passages"] for file in record["files"])
    shown = capsys.readouterr().out
    assert "[red]sheet.xlsx" in shown, "names are shown as they are, not as markup"


def test_the_outcome_is_printed_as_json_on_request(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    run_ingest(settings, [], IngestOptions(as_json=True))

    assert json.loads(capsys.readouterr().out)["added"] == ["peace.md"]


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_done(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"the folder of the report .* is missing"):
        run_ingest(settings, [], IngestOptions(report=tmp_path / "absent" / "report.json"))
    assert not library_path(settings).exists()


def test_the_limits_are_those_that_are_set(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert ingest_limits(settings) == DEFAULT_LIMITS
    small = settings.model_copy(update={"ingest_seconds": 5.0, "ingest_memory_mb": 300, "ingest_pages": 7})
    assert ingest_limits(small) == Limits(seconds=5, memory_mb=300, file_mb=100, pages=7)


class StoppedError(Exception):
    """Ends a watch, as Ctrl+C does."""


def test_a_watched_folder_is_taken_in_again_when_it_changes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 1:
            (settings.corpus_dir / "new.md").write_text(PEACE + "More.")
        if len(waits) >= 4:
            raise StoppedError

    monkeypatch.setattr(ingest_view, "time", SimpleNamespace(sleep=wait, perf_counter=time.perf_counter))
    with pytest.raises(StoppedError):
        run_ingest(settings, [], IngestOptions(watch=True))
    held = {document.file_name for document in Library.open(library_path(settings)).documents()}
    assert held == {"new.md", "peace.md"}
    assert capsys.readouterr().out.count("unchanged") == 2, "the first run, and one for the change"


def test_a_watch_outlives_a_run_that_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = ingest_view.sync
    runs: list[str] = []

    def sync(*arguments: object, **named: object) -> object:
        runs.append("run")
        if len(runs) == 2:
            raise LibraryError("it is being written by process 7")
        return real(*arguments, **named)  # type: ignore[arg-type]

    def wait(seconds: float) -> None:
        if len(runs) == 1 and not (settings.corpus_dir / "new.md").exists():
            (settings.corpus_dir / "new.md").write_text(PEACE + "More.")
        if len(runs) >= 3:
            raise StoppedError

    monkeypatch.setattr(ingest_view, "sync", sync)
    monkeypatch.setattr(ingest_view, "time", SimpleNamespace(sleep=wait, perf_counter=time.perf_counter))
    with pytest.raises(StoppedError):
        run_ingest(settings, [], IngestOptions(watch=True))
    assert "is being written by process 7" in capsys.readouterr().err
    assert len(Library.open(library_path(settings)).documents()) == 2
