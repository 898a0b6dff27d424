"""Scanned pages are read by tesseract where it is installed and wanted; otherwise the report says how."""

import os
import shutil
from pathlib import Path

import pypdfium2
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from assistant.domain import BlockKind, Document, DocumentMetadata
from assistant.errors import DocumentError, SettingsError
from assistant.settings import load_settings
from ingest.file_reader import FileReader
from ingest.limits import DEFAULT_LIMITS, Limits
from ingest.manifest import Manifest
from ingest.ocr import OcrError, PageImage, fragments_of, read_image, with_usual_size
from ingest.pdf import load_pdf
from ingest.pdf_page import Fragment, PageText

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="tesseract is not installed (Debian: apt-get install tesseract-ocr)"
)
needs_posix = pytest.mark.skipif(os.name == "nt", reason="the stand-ins for tesseract are shell scripts")

METADATA = DocumentMetadata("doc", "Doc", "doc.pdf", "0")
TYPED = "The Council decided to remain seized of the matter"
SCANNED = [
    "1. The Special Committee stressed the importance",
    "of the protection of civilians in all missions.",
    "",
    "2. It requested a further report from the",
    "Secretary-General within ninety days.",
]
HOCR = """<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml"><body><div class="ocr_page" title="bbox 0 0 2000 3000">
<span class="ocr_line" title="bbox 100 200 900 240; baseline 0.001 -8; x_size 40; x_descenders 8; x_ascenders 9">
<span class="ocrx_word" title="bbox 100 200 300 240; x_wconf 96">Peace.</span>
<span class="ocrx_word" title="bbox 400 200 500 232; x_wconf 90">R&amp;P</span>
<span class="ocrx_word" title="bbox 800 200 900 232; x_wconf 90">cell</span></span>
<span class="ocr_header" title="bbox 0 900 50 1000; baseline 0 0; x_size 90"><span class="ocrx_word"
title="bbox 0 900 50 1000; x_wconf 20">@#;</span></span>
</div></body></html>"""


def draw(canvas: Canvas, lines: list[str]) -> None:
    for i, line in enumerate(lines):
        canvas.setFont("Times-Roman", 12)
        canvas.drawString(90, 700 - 15 * i, line)
    canvas.showPage()


def scanned_pdf(path: Path, pages: list[list[str] | str]) -> Path:
    """Lists of lines become pictures of them, a text stays a text."""
    typed = path.with_name("typed.pdf")
    canvas = Canvas(str(typed), pagesize=A4)
    for page in pages:
        draw(canvas, page if isinstance(page, list) else [])
    canvas.save()
    pictures = pypdfium2.PdfDocument(typed)
    canvas = Canvas(str(path), pagesize=A4)
    for i, page in enumerate(pages):
        if isinstance(page, str):
            draw(canvas, [page])
        else:
            canvas.drawImage(ImageReader(pictures[i].render(scale=3).to_pil()), 0, 0, *A4)
            canvas.showPage()
    canvas.save()
    pictures.close()
    return path


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A program named tesseract that does this, and nothing else of that name."""
    folder.mkdir()
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder) + os.pathsep + os.defpath)


def without_tesseract(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))


# -- read for good


@needs_tesseract
def test_a_scanned_page_is_read_with_its_paragraphs_numbers_and_page(tmp_path: Path) -> None:
    document = load_pdf(scanned_pdf(tmp_path / "doc.pdf", [TYPED, SCANNED]), METADATA)
    _, first, second = document.blocks

    assert (
        first.text == "1. The Special Committee stressed the importance of the protection of civilians in all missions."
    )
    assert second.text == "2. It requested a further report from the Secretary-General within ninety days."
    assert [(b.kind, b.locator.page, b.locator.paragraph) for b in (first, second)] == [
        (BlockKind.PARAGRAPH, 2, "1"),
        (BlockKind.PARAGRAPH, 2, "2"),
    ]
    assert document.warnings == ("page 2 read by OCR: compare a quote with the page",)
    assert document.page_count == 2


@needs_tesseract
def test_a_page_with_text_of_its_own_is_left_to_it(tmp_path: Path) -> None:
    assert load_pdf(scanned_pdf(tmp_path / "doc.pdf", [TYPED]), METADATA).warnings == ()


@needs_tesseract
def test_a_blank_page_is_told_from_a_scanned_one(tmp_path: Path) -> None:
    document = load_pdf(scanned_pdf(tmp_path / "doc.pdf", [SCANNED, []]), METADATA)
    assert document.warnings == (
        "page 1 read by OCR: compare a quote with the page",
        "no text on page 2: a picture, empty, or not to be made out",
    )


@needs_tesseract
def test_the_process_that_reads_files_reads_scans_within_its_limits(tmp_path: Path) -> None:
    path = scanned_pdf(tmp_path / "doc.pdf", [SCANNED])
    metadata = Manifest().metadata_for(path, tmp_path)
    with FileReader(Limits(seconds=60, memory_mb=600)) as reader:
        assert "protection of civilians" in reader.load(path, metadata).text
    with FileReader(Limits(ocr="")) as reader, pytest.raises(DocumentError, match="ASSISTANT_INGEST_OCR=eng"):
        reader.load(path, metadata)


@needs_tesseract
def test_a_language_without_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"OCR did not read page 1: tesseract ended .*zzz"):
        load_pdf(scanned_pdf(tmp_path / "doc.pdf", [SCANNED]), METADATA, limits=Limits(ocr="zzz"))


# -- where it cannot be read


def load_mixed(tmp_path: Path, limits: Limits = DEFAULT_LIMITS) -> Document:
    return load_pdf(scanned_pdf(tmp_path / "doc.pdf", [TYPED, SCANNED, SCANNED]), METADATA, limits=limits)


def test_without_the_program_the_report_says_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_tesseract(monkeypatch, tmp_path)
    assert load_mixed(tmp_path).warnings == (
        "no text on pages 2, 3: scanned or a picture; to have it read, install tesseract (in Debian the package "
        "tesseract-ocr)",
    )
    with pytest.raises(DocumentError, match=r"no text on its one page: it seems to be scanned; .* install tesseract"):
        load_pdf(scanned_pdf(tmp_path / "scan.pdf", [SCANNED]), METADATA)


def test_switched_off_the_report_names_the_setting(tmp_path: Path) -> None:
    (warning,) = load_mixed(tmp_path, Limits(ocr="")).warnings
    assert warning.endswith("to have it read, set ASSISTANT_INGEST_OCR=eng")


@needs_posix
def test_when_the_time_is_up_the_rest_of_the_pages_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path / "bin", monkeypatch, "exec sleep 60")
    document = load_mixed(tmp_path, Limits(seconds=1))

    assert document.text == TYPED
    assert document.warnings == ("OCR did not read pages 2, 3: out of time; raise ASSISTANT_INGEST_SECONDS",)


@needs_posix
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo no memory left >&2; exit 3", "tesseract ended with code 3: no memory left"),
        ("kill -SEGV $$", "tesseract ended with code -11"),
        ("echo nonsense", "tesseract answered with what is no hOCR"),
    ],
)
def test_a_fault_of_the_program_costs_the_scanned_pages_only(
    script: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "bin", monkeypatch, f"cat >/dev/null; {script}")
    (warning,) = load_mixed(tmp_path).warnings
    assert warning.startswith(f"OCR did not read pages 2, 3: {reason}")


@needs_posix
def test_the_program_gets_a_picture_and_the_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path / "bin", monkeypatch, f'echo "$@" >{tmp_path}/arguments; cat >{tmp_path}/picture; exit 1')
    with pytest.raises(OcrError):
        read_image(1, PageImage(2, 1, b"\x00\xff", 300 / 72), "eng+fra", 10)

    assert (tmp_path / "arguments").read_text() == "stdin stdout -l eng+fra --dpi 300 hocr\n"
    assert (tmp_path / "picture").read_bytes() == b"P5 2 1 255\n\x00\xff"


# -- its answer


def test_words_are_placed_in_points_from_below_and_parted_at_wide_gaps() -> None:
    peace, cell = fragments_of(HOCR.encode(), 3000, 4.0)

    assert (peace.text, peace.x, peace.y, peace.width) == ("Peace. R&P", 25.0, (3000 - 232) / 4, 100.0)
    assert (cell.text, cell.x) == ("cell", 200.0)


def test_specks_taken_for_letters_are_left_out() -> None:
    assert all("@" not in fragment.text for fragment in fragments_of(HOCR.encode(), 3000, 4.0))


def test_nothing_is_left_of_a_page_that_was_not_made_out() -> None:
    doubtful = HOCR.replace("x_wconf 96", "x_wconf 45").replace("x_wconf 90", "x_wconf 45")
    assert fragments_of(doubtful.encode(), 3000, 4.0) == ()


def test_lines_that_differ_by_how_they_were_measured_have_one_size() -> None:
    sizes = (10.0, 11.5, 9.0, 16.0)
    page = PageText(1, 595, 842, tuple(Fragment("x", 0, 0, 1, size) for size in sizes))
    (evened,) = with_usual_size([page])

    assert [fragment.size for fragment in evened.fragments] == [10.75, 10.75, 10.75, 16.0]


@pytest.mark.parametrize(("value", "accepted"), [("eng+fra", True), ("", True), ("-l x", False), ("eng;rm", False)])
def test_only_names_of_languages_can_be_set(value: str, accepted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_INGEST_OCR", value)
    if accepted:
        assert load_settings().ingest_ocr == value
    else:
        with pytest.raises(SettingsError, match="ASSISTANT_INGEST_OCR"):
            load_settings()
