"""A Sheet as a Word file: one landscape table, questions down and documents across, each quote with its place."""

from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import _Cell, _Row

from assistant.compare_export import Sheet, SheetCell
from assistant.messages import Messages
from assistant.word_file import begin_word_file, word_bytes, word_text

MARGIN = Cm(1.5)
SIZE = Pt(9)


def as_word(sheet: Sheet, messages: Messages) -> bytes:
    """The sheet as the bytes of a .docx file."""
    document = begin_word_file(sheet.title, sheet.remarks)
    section = document.sections[-1]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    document.styles["Normal"].font.size = SIZE
    table = document.add_table(rows=1, cols=len(sheet.documents) + 1)
    table.style = "Table Grid"
    heads = (messages.text("compare.overview_question"), *sheet.documents)
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.paragraphs[0].add_run(word_text(head)).bold = True
    _repeat_at_each_page(table.rows[0])
    silent = messages.text("compare.cell_silent")
    for row in sheet.rows:
        cells = table.add_row().cells
        cells[0].paragraphs[0].add_run(word_text(row.question)).bold = True
        cells[0].add_paragraph(word_text(row.summary))
        for cell, content in zip(cells[1:], row.cells, strict=False):  # none where no document could be asked
            _fill(cell, content, silent)
    return word_bytes(document)


def _fill(cell: _Cell, content: SheetCell, silent: str) -> None:
    paragraph = cell.paragraphs[0]
    if not content.quotes:
        paragraph.add_run(word_text(f"{silent}. ")).bold = True
        paragraph.add_run(word_text(content.reason))
        return
    for position, quote in enumerate(content.quotes):
        if position:
            paragraph = cell.add_paragraph()
        paragraph.add_run(word_text(f"“{quote.text}”"))
        paragraph.add_run(word_text(f" ({quote.cite_as})")).italic = True


def _repeat_at_each_page(row: _Row) -> None:
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
