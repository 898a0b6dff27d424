"""The benchmarks on documents that lie elsewhere: what they count, and that they step aside where there are none."""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from assistant.domain import DocumentMetadata
from evals.benchmarks import difficult_pdfs, un_documents
from evals.benchmarks.ingest_run import FOLDER_VARIABLE, named_folder
from evals.benchmarks.un_documents import HERE, Wanted

WANTED = Wanted("S_2025_15.en.pdf", "S/2025/15", "2025-01-08", "Letter dated 7 January 2025")


def found(**fields: str) -> DocumentMetadata:
    read = {"title": WANTED.title, "symbol": WANTED.symbol, "date": WANTED.date, **fields}
    return DocumentMetadata(id="doc", file_name=WANTED.file, sha256="0", **read)


@pytest.mark.parametrize("main", [un_documents.main, difficult_pdfs.main])
@pytest.mark.parametrize("arguments", [[], ["nowhere"]])
def test_without_the_documents_one_line_says_so(
    main: Callable[[Sequence[str]], int],
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    assert main(arguments) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("skipped: no ")
    assert FOLDER_VARIABLE in line


def test_the_folder_is_named_itself_or_as_the_one_around_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "sign").touch()
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))

    assert named_folder([], "set", "sign") == (tmp_path / "set", "")
    assert named_folder([str(tmp_path / "set")], "set", "sign") == (tmp_path / "set", "")


@pytest.mark.parametrize(
    ("read", "misses"),
    [
        (found(), []),
        (found(title="LETTER DATED\n7 JANUARY 2025*"), []),
        (found(symbol="S/2025/14"), ["S_2025_15.en.pdf: symbol 'S/2025/14', not 'S/2025/15'"]),
        (found(date="2025-01-07"), ["S_2025_15.en.pdf: date '2025-01-07', not '2025-01-08'"]),
        (
            found(title="United Nations"),
            ["S_2025_15.en.pdf: title 'United Nations', not 'Letter dated 7 January 2025'"],
        ),
        (None, ["S_2025_15.en.pdf: not ingested"]),
    ],
)
def test_what_was_not_read_right_is_named(read: DocumentMetadata | None, misses: list[str]) -> None:
    assert WANTED.misses(read) == misses


def test_a_date_may_be_more_exact_than_the_printed_one() -> None:
    assert Wanted(WANTED.file, WANTED.symbol, "2025", WANTED.title).misses(found()) == []


def test_what_is_no_document_is_to_be_refused() -> None:
    placeholder = Wanted("x.pdf", "", "", "")
    assert placeholder.misses(None) == []
    assert placeholder.misses(found()) == ["x.pdf: ingested, but is no document"]


def test_the_questions_are_about_documents_of_the_list() -> None:
    with (HERE / "un_library.csv").open(encoding="utf-8", newline="") as rows:
        files = {row["file"] for row in csv.DictReader(rows)}
    asked = [json.loads(line) for line in (HERE / "un_questions.jsonl").read_text(encoding="utf-8").splitlines()]

    assert len(files) == 80
    assert len({row["file"] for row in asked}) == len(asked) == 10
    assert all(row["file"] in files and row["quote"] and row["page"] >= 1 for row in asked)


@pytest.mark.slow
def test_a_run_over_difficult_files_names_the_end_of_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "pdf_torture"
    folder.mkdir()
    canvas = Canvas(str(folder / "good.pdf"))
    canvas.drawString(90, 700, "The Council decided to remain seized of the matter.")
    canvas.save()
    (folder / "bad.pdf").write_text("no PDF at all")
    rows = [("path", "chars_pdfium"), ("good.pdf", "51"), ("bad.pdf", "999"), ("gone.pdf", "")]
    (folder / "manifest.csv").write_text("\n".join(",".join(row) for row in rows) + "\n")

    assert difficult_pdfs.main([str(tmp_path)]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]

    assert "ingested, 1 pages good.pdf" in lines
    assert any(line.startswith("refused: bad.pdf: not a PDF") and line.endswith(" bad.pdf") for line in lines)
    assert "LOST gone.pdf" in lines
    assert "text found by another reader only: bad.pdf" in lines
    assert any("peak memory" in line and "pages/s: reading" in line for line in lines)
