import io
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from assistant.domain import BlockKind, DocumentMetadata
from assistant.errors import DocumentError
from ingest.pdf import load_pdf, read_pdf

METADATA = DocumentMetadata("doc", "doc", "doc.pdf", "0")
LINE = "The Council decided to remain seized of the matter and asked for a report in due course"


def canvas_pdf(path: Path, pages: list[list[tuple[str, float, float]]], *, rotate: bool = False) -> Path:
    canvas = Canvas(str(path), pagesize=A4)
    for page in pages:
        if rotate:
            canvas.translate(A4[0], 0)
            canvas.rotate(90)
        for text, x, y in page:
            canvas.setFont("Times-Roman", 10)
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return path


def one_page(path: Path) -> Path:
    return canvas_pdf(path, [[(f"1. {LINE}", 100, 700), ("and in any case before June.", 100, 688)]])


def test_text_is_read_with_place_size_and_page(tmp_path: Path) -> None:
    (page,) = read_pdf(one_page(tmp_path / "doc.pdf")).pages
    first = page.fragments[0]
    assert first.text.startswith("1. The Council")
    assert (round(first.x), round(first.y), round(first.size)) == (100, 700, 10)
    assert 300 < first.width < 420


def test_a_pdf_becomes_a_document(tmp_path: Path) -> None:
    document = load_pdf(one_page(tmp_path / "doc.pdf"), METADATA)
    (block,) = document.blocks
    assert (block.kind, block.locator.paragraph, block.locator.page) == (BlockKind.PARAGRAPH, "1", 1)
    assert block.text.endswith("in due course and in any case before June.")
    assert document.page_count == 1


def test_a_landscape_page_is_read_upright(tmp_path: Path) -> None:
    path = canvas_pdf(tmp_path / "doc.pdf", [[("Upper line", 100, 400), ("Lower line", 100, 380)]], rotate=True)
    (page,) = read_pdf(path).pages
    assert page.width > page.height
    assert [round(f.y) for f in page.fragments] == [400, 380]


def test_pages_without_text_are_named(tmp_path: Path) -> None:
    path = canvas_pdf(tmp_path / "doc.pdf", [[(LINE, 100, 700)], [], []])
    (warning,) = load_pdf(path, METADATA).warnings
    assert warning.startswith("no text on pages 2, 3: ")


def test_a_file_encrypted_without_a_user_password_is_read(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=PdfReader(one_page(tmp_path / "plain.pdf")))
    writer.encrypt(user_password="", owner_password="owner", algorithm="AES-256")
    writer.write(tmp_path / "doc.pdf")
    assert "Council" in load_pdf(tmp_path / "doc.pdf", METADATA).text


def test_page_labels_of_the_file_are_kept(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=PdfReader(one_page(tmp_path / "plain.pdf")))
    writer.set_page_label(0, 0, style="/r", start=4)
    writer.write(tmp_path / "doc.pdf")
    assert load_pdf(tmp_path / "doc.pdf", METADATA).blocks[0].locator.page_label == "iv"


def test_pypdf_reads_a_page_that_pdfium_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest import pdf_fragments

    def fails(self: object, number: int) -> None:
        raise pdf_fragments.PdfiumError("no")

    monkeypatch.setattr(pdf_fragments.PdfiumDocument, "page", fails)
    (block,) = load_pdf(one_page(tmp_path / "doc.pdf"), METADATA).blocks
    assert block.text.endswith("in due course and in any case before June.")


def encrypted(path: Path) -> None:
    writer = PdfWriter(clone_from=PdfReader(one_page(path.with_name("plain.pdf"))))
    writer.encrypt(user_password="secret", algorithm="AES-256")
    writer.write(path)


def truncated(path: Path) -> None:
    path.write_bytes(one_page(path).read_bytes()[:200])


def zero_pages(path: Path) -> None:
    PdfWriter().write(path)


def picture_only(path: Path) -> None:
    canvas = Canvas(str(path), pagesize=A4)
    canvas.rect(100, 100, 200, 200, fill=1)
    canvas.showPage()
    canvas.save()


def error_page(path: Path) -> None:
    canvas_pdf(path, [[("The document you are looking for does not exist in the system.", 72, 400)]])


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (encrypted, "encrypted with a password"),
        (truncated, "PDF"),
        (zero_pages, "no pages"),
        (picture_only, "seems to be scanned"),
        (error_page, "error page"),
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.write_text("just text"), "not a PDF"),
        (lambda path: path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20), "PDF"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line_that_names_file_and_reason(
    make: object, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "doc.pdf"
    assert callable(make)
    make(path)
    with pytest.raises(DocumentError, match=reason) as refused:
        load_pdf(path, METADATA)
    assert str(refused.value).startswith("doc.pdf: ")
    assert "\n" not in str(refused.value)


def test_any_byte_changed_ends_in_a_document_or_a_refusal(tmp_path: Path) -> None:
    data = one_page(tmp_path / "plain.pdf").read_bytes()
    for at in range(0, len(data), max(1, len(data) // 60)):
        broken = io.BytesIO(data[:at] + b"\xff" + data[at + 1 :]).getvalue()
        path = tmp_path / "doc.pdf"
        path.write_bytes(broken)
        try:
            document = load_pdf(path, METADATA)
        except DocumentError:
            continue
        assert all(document.text[b.start : b.end] == b.text for b in document.blocks)
