"""Word files become the same Blocks as PDF; nothing in them is executed, fetched or unpacked without measure."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from assistant.domain import BlockKind, Document, DocumentMetadata
from assistant.errors import DocumentError
from ingest.docx import load_docx
from ingest.limits import Limits
from ingest.loading import load_document
from ingest.manifest import Manifest

METADATA = DocumentMetadata("doc", "Doc", "doc.docx", "0" * 64)
SENTENCE = "The Committee recommends that the Assembly request the Secretary-General to report on the matter."


def word(*lines: tuple[str, str]) -> WordDocument:
    """A Word document of (style, text) paragraphs."""
    made = docx.Document()
    for style, text in lines:
        made.add_paragraph(text, style=style)
    return made


def load(made: WordDocument, folder: Path, **known: str) -> Document:
    path = folder / "doc.docx"
    made.save(str(path))
    return load_docx(
        path, DocumentMetadata(**{"id": "doc", "title": "Doc", "file_name": "doc.docx", "sha256": "0" * 64, **known})
    )


def kinds(document: Document) -> list[tuple[BlockKind, str]]:
    return [(block.kind, block.text) for block in document.blocks]


HEADING, PARAGRAPH, ITEM, ROW, NOTE = (
    BlockKind.HEADING,
    BlockKind.PARAGRAPH,
    BlockKind.LIST_ITEM,
    BlockKind.TABLE_ROW,
    BlockKind.FOOTNOTE,
)


def test_headings_come_from_styles(tmp_path: Path) -> None:
    made = word(
        ("Title", "Implementing the responsibility to protect"),
        ("Heading 1", "I. Introduction"),
        ("Normal", SENTENCE),
        ("Heading 2", "Tools"),
        ("Normal", SENTENCE),
        ("Heading 1", "II. Way forward"),
        ("Normal", SENTENCE),
    )
    document = load(made, tmp_path)

    assert document.metadata.title == "Implementing the responsibility to protect"
    assert [(b.locator.section, b.level) for b in document.blocks if b.kind is HEADING] == [
        ((), 0),
        (("I. Introduction",), 1),
        (("I. Introduction", "Tools"), 2),
        (("II. Way forward",), 1),
    ]
    assert all(document.text[b.start : b.end] == b.text for b in document.blocks)


def test_without_heading_styles_bold_lines_are_headings(tmp_path: Path) -> None:
    made = docx.Document()
    for text, bold in (("Statement on civilians", True), (SENTENCE, False), ("Way forward", True), (SENTENCE, False)):
        made.add_paragraph().add_run(text).bold = bold
    document = load(made, tmp_path)

    assert [b.text for b in document.blocks if b.kind is HEADING] == ["Statement on civilians", "Way forward"]
    assert document.blocks[-1].locator.section == ("Way forward",)


def test_printed_numbers_are_kept_as_typed(tmp_path: Path) -> None:
    made = word(
        ("Heading 1", "A"),
        ("Normal", f"12.\t{SENTENCE}"),
        ("Normal", f"(a)\t{SENTENCE}"),
        ("Normal", f"(i)\t{SENTENCE}"),
        ("Normal", f"(b)\t{SENTENCE}"),
        ("Normal", f"13.\t{SENTENCE}"),
    )
    numbers = [block.locator.paragraph for block in load(made, tmp_path).blocks[1:]]

    assert numbers == ["12", "12 (a)", "12 (a) (i)", "12 (b)", "13"]


def test_automatic_numbers_are_counted(tmp_path: Path) -> None:
    made = word(
        ("Normal", "Opening."), ("List Number", "First of all."), ("List Number", "Second."), ("List Bullet", "Dot.")
    )
    found = [(b.kind, b.text, b.locator.paragraph) for b in load(made, tmp_path).blocks[1:]]

    assert found == [(ITEM, "1. First of all.", "1"), (ITEM, "2. Second.", "2"), (ITEM, "Dot.", "2")]


def test_a_table_is_kept_row_by_row_with_its_header(tmp_path: Path) -> None:
    made = word(("Title", "Budget"), ("Heading 1", "Resources"), ("Caption", "Table 3 Financial resources"))
    table = made.add_table(rows=0, cols=3)
    for row in (("Object", "2026", "2027"), ("Posts", "1,234", "2,345"), ("Travel", "", "12")):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    made.add_paragraph(SENTENCE)
    document = load(made, tmp_path)

    rows = [b for b in document.blocks if b.kind is ROW]
    assert [b.text for b in rows] == ["Object | 2026 | 2027", "Posts | 1,234 | 2,345", "Travel | 12"]
    assert {b.locator.section for b in rows} == {("Resources", "Table 3 Financial resources")}
    assert document.blocks[-1].locator.section == ("Resources",)


def test_merged_and_nested_cells_are_read_once(tmp_path: Path) -> None:
    made = docx.Document()
    table = made.add_table(rows=1, cols=3)
    wide = table.cell(0, 0).merge(table.cell(0, 1))
    wide.text = "Merged"
    table.cell(0, 2).add_table(1, 1).cell(0, 0).text = "Inner"

    assert kinds(load(made, tmp_path)) == [(ROW, "Merged | Inner")]


FOOTNOTES = f"""<w:footnotes {nsdecls("w")}>
  <w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>
  <w:footnote w:id="7"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t> See A/63/677.</w:t></w:r></w:p></w:footnote>
  <w:footnote w:id="3"><w:p><w:r><w:t>* Reissued.</w:t></w:r></w:p></w:footnote>
</w:footnotes>"""


def with_footnotes(made: WordDocument) -> WordDocument:
    from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, FOOTNOTES.encode(), made.part.package)
    made.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    return made


def run(xml: str) -> object:
    return parse_xml(f"<w:r {nsdecls('w')}>{xml}</w:r>")


def test_footnotes_are_blocks_of_their_own_and_their_marks_leave_the_sentence(tmp_path: Path) -> None:
    made = with_footnotes(word(("Title", "Report"), ("Heading 1", "A")))
    paragraph = made.add_paragraph("The report")
    paragraph._p.append(run('<w:footnoteReference w:id="7"/>'))
    paragraph.add_run(" was welcomed")
    paragraph._p.append(run('<w:footnoteReference w:customMarkFollows="1" w:id="3"/><w:t>*</w:t>'))
    paragraph.add_run(" by many.")
    document = load(made, tmp_path)

    assert kinds(document)[2:] == [
        (PARAGRAPH, "The report was welcomed by many."),
        (NOTE, "See A/63/677."),
        (NOTE, "Reissued."),
    ]
    assert document.blocks[2].footnotes == ("1", "*")
    assert [(b.locator.footnote, b.locator.section) for b in document.blocks[3:]] == [("1", ("A",)), ("*", ("A",))]


def test_what_is_not_printed_is_not_read(tmp_path: Path) -> None:
    made = docx.Document()
    paragraph = made.add_paragraph("Printed")
    for hidden in (
        "<w:rPr><w:vanish/></w:rPr><w:t>HIDDEN</w:t>",
        '<w:fldChar w:fldCharType="begin"/><w:instrText>DDEAUTO c:\\\\calc.exe</w:instrText>',
        "<w:t> text.</w:t>",
    ):
        paragraph._p.append(run(hidden))
    paragraph._p.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>DELETED</w:delText></w:r></w:del>"))
    paragraph._p.append(
        parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t xml:space='preserve'> Inserted.</w:t></w:r></w:ins>")
    )

    assert load(made, tmp_path).text == "Printed text. Inserted."


def test_the_masthead_in_the_header_gives_symbol_date_and_body_and_stays_out_of_the_text(tmp_path: Path) -> None:
    made = word(
        ("Title", "Implementing the responsibility to protect"), ("Heading 1", "I. Summary"), ("Normal", SENTENCE)
    )
    made.sections[0].header.paragraphs[0].text = "United Nations\tA/63/677"
    made.sections[0].header.add_paragraph("Distr.: General")
    made.sections[0].header.add_paragraph("12 January 2009")
    document = load(made, tmp_path)

    found = document.metadata
    assert (found.symbol, found.date, found.body) == ("A/63/677", "2009-01-12", "General Assembly")
    assert "Distr." not in document.text


def test_what_the_manifest_says_stays(tmp_path: Path) -> None:
    made = word(("Title", "Printed title"), ("Normal", SENTENCE))

    assert load(made, tmp_path, title="Given title", date="2013").metadata.title == "Given title"


# -- trust -----------------------------------------------------------------------------------------------------------


def rewritten(change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """A sound Word file with its parts changed and others added."""
    plain = io.BytesIO()
    word(("Heading 1", "A"), ("Normal", SENTENCE)).save(plain)
    made = io.BytesIO()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, data in more.items():
            new.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return made.getvalue()


def unchanged(name: str, data: bytes) -> bytes:
    return data


def in_body(change: Callable[[bytes], bytes]) -> bytes:
    return rewritten(lambda name, data: change(data) if name == "word/document.xml" else data)


def external_entity(secret: Path) -> bytes:
    declared = f'<!DOCTYPE w [<!ENTITY secret SYSTEM "{secret.as_uri()}">]>'.encode()

    def change(data: bytes) -> bytes:
        head, rest = data.split(b"?>", 1)
        return head + b"?>" + declared + rest.replace(b"The Committee", b"The &secret; Committee")

    return in_body(change)


def test_an_external_entity_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    path = tmp_path / "doc.docx"
    path.write_bytes(external_entity(secret))
    try:
        text = load_docx(path, METADATA).text
    except DocumentError:
        return
    assert "TOP SECRET" not in text


def laughs(data: bytes) -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    declared = f'<!DOCTYPE w [<!ENTITY a0 "ha">{entities}]>'.encode()
    head, rest = data.split(b"?>", 1)
    return head + b"?>" + declared + rest.replace(b"The Committee", b"The &a11; Committee")


def test_entities_that_multiply_are_not_expanded(tmp_path: Path) -> None:
    path = tmp_path / "doc.docx"
    path.write_bytes(in_body(laughs))
    try:
        assert "haha" not in load_docx(path, METADATA).text
    except DocumentError:
        return


def nested(data: bytes) -> bytes:
    open_, close = b"<w:sdt><w:sdtContent>", b"</w:sdtContent></w:sdt>"
    return data.replace(b"<w:body>", b"<w:body>" + open_ * 5_000 + close * 5_000, 1)


REFUSED = {
    "macros": (lambda: rewritten(unchanged, word__vbaProject_dot_bin=b"\xd0\xcf\x11\xe0"), "holds macros"),
    "zip bomb": (lambda: rewritten(unchanged, word__media__x=b"\0" * (400 << 20)), r"unpacks to 18 parts of 401 MB"),
    "bomb of text": (lambda: in_body(lambda data: data.replace(b"<w:t>", b"<w:t>" + b"a" * (310 << 20), 1)), "unpacks"),
    "not a zip": (lambda: b"plain text", "not a Word file"),
    "damaged zip": (lambda: rewritten(unchanged)[:-900], "Word file"),
    "another zip": (lambda: zipped({"readme.txt": b"text"}), "no Word file"),
    "old Word": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "old Word file or encrypted"),
    "damaged body": (lambda: in_body(lambda data: data[:500]), "damaged or no Word file"),
    "deep nesting": (lambda: in_body(nested), "damaged or no Word file"),
    "empty": (lambda: b"", "not a Word file"),
}


def zipped(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return made.getvalue()


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_is_no_sound_word_document_is_refused_with_the_reason(tmp_path: Path, what: str) -> None:
    make, reason = REFUSED[what]
    path = tmp_path / "doc.docx"
    path.write_bytes(make())
    with pytest.raises(DocumentError, match=reason) as refused:
        load_docx(path, METADATA)
    assert "'doc.docx'" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_a_file_may_unpack_to_is_bound_by_the_memory_it_may_take(tmp_path: Path) -> None:
    path = tmp_path / "doc.docx"
    path.write_bytes(rewritten(unchanged, word__media__x=b"\0" * (3 << 20)))
    with pytest.raises(DocumentError, match="more than the 2 MB"):
        load_docx(path, METADATA, limits=Limits(memory_mb=2))


def test_a_document_with_macros_by_its_ending_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "doc.docm"
    path.write_bytes(rewritten(unchanged))
    with pytest.raises(DocumentError, match=r"unsupported type '\.docm'"):
        load_document(path, Manifest().metadata_for(path, tmp_path))


def test_an_empty_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="holds no text"):
        load(docx.Document(), tmp_path)


def test_any_byte_changed_ends_in_a_document_or_a_refusal(tmp_path: Path) -> None:
    data = rewritten(unchanged)
    path = tmp_path / "doc.docx"
    for at in range(0, len(data), len(data) // 60):
        path.write_bytes(data[:at] + b"\xff" + data[at + 1 :])
        try:
            document = load_docx(path, METADATA)
        except DocumentError:
            continue
        assert all(document.text[b.start : b.end] == b.text for b in document.blocks)
