"""A Comparison as it leaves the house: Markdown and CSV here, Word in `compare_word`, print in the pages.

Nothing but verified quotes is in a Comparison, so nothing else can be exported. Text from documents and questions is
inert: Markdown shows it as it is, and no spreadsheet takes it for a formula.
"""

import csv
import io
from dataclasses import dataclass

from assistant.citations import format_date
from assistant.compare import Cell, Comparison, Row, Silence
from assistant.domain import DocumentMetadata
from assistant.export import format_time
from assistant.file_text import inert_row, markdown_line, markdown_words, one_line
from assistant.messages import Messages

FINGERPRINT = 16  # characters of the library's stamp: enough to tell two states apart, few enough to copy
COLUMNS = (
    "question", "document_id", "document", "date", "says", "quote", "locator", "cite_as", "reason", "start", "end",
    "made", "library",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SheetQuote:
    """A quote with its place and how to cite it."""

    text: str
    locator: str
    cite_as: str


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One document on one question: quotes, or the reason why there is none."""

    document: str
    quotes: tuple[SheetQuote, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One question across the documents; without cells where no document could be asked, as the summary says."""

    question: str
    summary: str
    cells: tuple[SheetCell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that Word, Markdown and print lay out, in the reader's words."""

    title: str
    remarks: tuple[str, ...]
    documents: tuple[str, ...]
    rows: tuple[SheetRow, ...]


def make_sheet(comparison: Comparison, messages: Messages) -> Sheet:
    """A comparison in words."""
    made = format_time(comparison.made.isoformat(timespec="seconds"))
    return Sheet(
        title=messages.text("compare.title"),
        remarks=(
            messages.text("compare.made", date=made, library=comparison.library[:FINGERPRINT]),
            messages.text("compare.verified"),
        ),
        documents=tuple(document_label(document, messages) for document in comparison.documents),
        rows=tuple(
            SheetRow(
                one_line(row.question),
                summary(row, messages),
                tuple(_sheet_cell(cell, row, messages) for cell in row.cells if not row.problem),
            )
            for row in comparison.rows
        ),
    )


def short_name(document: DocumentMetadata) -> str:
    """How a document is named beside others: its symbol, its short title or its title."""
    return one_line(document.symbol or document.short_title or document.title)


def document_label(document: DocumentMetadata, messages: Messages) -> str:
    """Name and date."""
    date = format_date(document.date) if document.date else messages.text("compare.undated")
    return messages.text("compare.document_option", title=short_name(document), date=date)


def summary(row: Row, messages: Messages) -> str:
    """Which documents say something on the question, and which do not."""
    if row.problem:
        return row.problem
    saying, silent = row.saying, row.silent
    names = "; ".join(short_name(document) for document in saying)
    if not saying:
        return messages.text("compare.summary_none", count=len(row.cells))
    if not silent:
        return messages.text("compare.summary_all", count=len(row.cells), names=names)
    return messages.text(
        "compare.summary_some",
        saying=len(saying),
        count=len(row.cells),
        names=names,
        silent="; ".join(short_name(document) for document in silent),
    )


def reason(cell: Cell, row: Row, messages: Messages) -> str:
    """Why a document is said not to answer; "" where it does."""
    match cell.silence:
        case None:
            return ""
        case Silence.ABSENT:
            words = ", ".join(f"“{one_line(word)}”" for word in cell.absent[:3])
            return messages.text("compare.silence_absent", words=words)
        case Silence.NEAR:
            return messages.text("compare.silence_near")
        case Silence.UNUSABLE:
            return row.problem


def as_markdown(sheet: Sheet, messages: Messages) -> str:
    """The sheet as Markdown: an overview as a table, then each question with what each document says."""
    silent = messages.text("compare.cell_silent")
    lines = [f"# {markdown_line(sheet.title)}", *(f"*{markdown_line(remark)}*" for remark in sheet.remarks)]
    lines.append(_overview(sheet, messages))
    for row in sheet.rows:
        lines += [f"## {markdown_line(row.question)}", markdown_line(row.summary)]
        for cell in row.cells:
            lines.append(f"### {markdown_line(cell.document)}")
            if cell.quotes:
                quotes = (f"- “{markdown_words(q.text)}” ({markdown_words(q.cite_as)})" for q in cell.quotes)
                lines.append("\n".join(quotes))
            else:
                lines.append(f"**{markdown_line(silent)}.** {markdown_line(cell.reason)}")
    return "\n\n".join(lines) + "\n"


def as_csv(comparison: Comparison, messages: Messages) -> str:
    """One line a quote, and one line for each document that does not say; begins with a byte order mark.

    A text that a spreadsheet could take for a formula gets an apostrophe before it, which spreadsheets do not show.
    """
    made = comparison.made.isoformat(timespec="seconds")
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for row in comparison.rows:
        for cell in row.cells:
            document = cell.document
            head = (row.question, document.id, document.title, document.date or "")
            tail = (made, comparison.library[:FINGERPRINT])
            for c in cell.citations:
                table.writerow(inert_row((*head, "yes", c.quote, str(c.locator), c.cite_as, "", c.start, c.end, *tail)))
            if not cell.says:
                table.writerow(inert_row((*head, "no", "", "", "", reason(cell, row, messages), "", "", *tail)))
    return "\ufeff" + written.getvalue()


def _overview(sheet: Sheet, messages: Messages) -> str:
    """Which document says something on which question, as a table."""
    says = (messages.text("compare.overview_silent"), messages.text("compare.overview_says"))
    head = (messages.text("compare.overview_question"), *sheet.documents)
    rows = ((row.question, *(says[bool(cell.quotes)] for cell in row.cells)) for row in sheet.rows if row.cells)
    first, *others = (f"| {' | '.join(map(markdown_line, line))} |" for line in (head, *rows))
    return "\n".join((first, f"|{' --- |' * len(head)}", *others))


def _sheet_cell(cell: Cell, row: Row, messages: Messages) -> SheetCell:
    quotes = (
        SheetQuote(one_line(c.quote), one_line(str(c.locator)), one_line(c.cite_as)) for c in cell.citations
    )  # fmt: skip
    return SheetCell(document_label(cell.document, messages), tuple(quotes), reason(cell, row, messages))
