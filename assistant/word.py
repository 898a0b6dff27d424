"""A Report as a Word file with real, numbered footnotes, which python-docx cannot make: their part is written here.

Each question has a section of its own whose notes begin at 1 again, so that a note has the number of its marker.
A second mark for the same note is a cross-reference to the first.
"""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part as PackagePart
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph

from assistant.export import Line, Note, Part, Report
from assistant.word_file import add_remarks, begin_word_file, word_bytes, word_text

_SEPARATORS = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
)
_RAISED = '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'


def as_word(report: Report) -> bytes:
    """The report as the bytes of a .docx file."""
    document = begin_word_file(report.title, report.remarks)
    footnotes: list[str] = []
    for position, part in enumerate(report.parts):
        if position:
            document.add_section(WD_SECTION.CONTINUOUS)
        _restart_numbers(document)
        _add_part(document, part, report, footnotes)
    _attach(document, footnotes)
    return word_bytes(document)


def _add_part(document: WordDocument, part: Part, report: Report, footnotes: list[str]) -> None:
    document.add_heading(word_text(part.question), level=2)
    add_remarks(document, part.remarks)
    if part.refusal:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{word_text(report.refused)}. ").bold = True
        paragraph.add_run(word_text(part.refusal))
    notes = {note.number: note for note in part.notes}
    first_uses = list(dict.fromkeys(number for line in part.lines for number in line.notes))
    counted = first_uses == list(range(1, len(first_uses) + 1))  # then Word's own numbers are the markers
    ids: dict[int, int] = {}
    for line in part.lines:
        _add_line(document, line, notes, ids, counted, footnotes)


def _add_line(
    document: WordDocument, line: Line, notes: dict[int, Note], ids: dict[int, int], counted: bool, footnotes: list[str]
) -> None:
    paragraph = document.add_paragraph(style="List Bullet" if line.item else None)
    if line.lead_in:
        paragraph.add_run(f"{word_text(line.lead_in)} ").bold = True
    text = word_text(line.text)
    paragraph.add_run(f"“{text}”" if line.quoted else text)
    for position, number in enumerate(line.notes):
        if position:
            paragraph.add_run(", ").font.superscript = True
        if number in ids:
            _refer_again(paragraph, ids[number], number)
            continue
        ids[number] = len(footnotes) + 1
        mark = "" if counted else str(number)
        footnotes.append(_footnote(ids[number], notes[number], mark))
        _refer(paragraph, ids[number], mark)


def _refer(paragraph: Paragraph, footnote: int, mark: str) -> None:
    """The note's mark, inside a bookmark that later references point to."""
    custom, text = (' w:customMarkFollows="1"', f"<w:t>{mark}</w:t>") if mark else ("", "")
    for xml in (
        f'<w:bookmarkStart {nsdecls("w")} w:id="{footnote}" w:name="_Note{footnote}"/>',
        f'<w:r {nsdecls("w")}>{_RAISED}<w:footnoteReference{custom} w:id="{footnote}"/>{text}</w:r>',
        f'<w:bookmarkEnd {nsdecls("w")} w:id="{footnote}"/>',
    ):
        paragraph._p.append(parse_xml(xml))


def _refer_again(paragraph: Paragraph, footnote: int, number: int) -> None:
    field = f'<w:fldSimple {nsdecls("w")} w:instr=" NOTEREF _Note{footnote} \\f \\h ">'
    paragraph._p.append(parse_xml(f"{field}<w:r>{_RAISED}<w:t>{number}</w:t></w:r></w:fldSimple>"))


def _footnote(footnote: int, note: Note, mark: str) -> str:
    shown = f"<w:t>{mark}</w:t>" if mark else "<w:footnoteRef/>"
    text = escape(word_text(f" {note.cite_as}: “{note.quote}”"))
    return (
        f'<w:footnote w:id="{footnote}"><w:p><w:r>{_RAISED}{shown}</w:r>'
        f'<w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t xml:space="preserve">{text}</w:t></w:r></w:p></w:footnote>'
    )


def _restart_numbers(document: WordDocument) -> None:
    properties: BaseOxmlElement = document.sections[-1]._sectPr
    for old in properties.findall(qn("w:footnotePr")):
        properties.remove(old)
    numbers, restart = OxmlElement("w:footnotePr"), OxmlElement("w:numRestart")
    restart.set(qn("w:val"), "eachSect")
    numbers.append(restart)
    kind = properties.find(qn("w:type"))  # the schema wants: header and footer, then notes, then the section's type
    if kind is None:
        properties.insert(0, numbers)
    else:
        kind.addprevious(numbers)


def _attach(document: WordDocument, footnotes: Sequence[str]) -> None:
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f"<w:footnotes {nsdecls('w')}>{_SEPARATORS}{''.join(footnotes)}</w:footnotes>"
    )
    package = document.part.package
    assert package is not None
    part = PackagePart(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, xml.encode(), package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
