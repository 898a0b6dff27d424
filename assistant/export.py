"""An answer or a conversation as it leaves the house: text, numbered notes, what was refused, what it was made from.

Every quote is looked up in the library once more. A statement whose quotes no longer stand, or that its sources do
not support, is left out and counted.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.citations import MONTHS
from assistant.domain import Citation, Mode, Statement, Support
from assistant.file_text import markdown_line, one_line
from assistant.history import Exchange
from assistant.messages import Messages
from assistant.records import now
from assistant.restrictions import restriction_text

Stands = Callable[[Citation], bool]  # whether the library still holds the quote at its place


@dataclass(frozen=True, slots=True)
class Note:
    """A numbered note: how to cite the source, and its words. The number is the marker's."""

    number: int
    cite_as: str
    quote: str


@dataclass(frozen=True, slots=True)
class Line:
    """A statement, with the numbers of its notes."""

    text: str
    notes: tuple[int, ...]
    lead_in: str = ""
    item: bool = False
    quoted: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """One question with what may be said of its answer."""

    question: str
    remarks: tuple[str, ...]  # when, how understood, where searched, made by what
    lines: tuple[Line, ...] = ()
    notes: tuple[Note, ...] = ()
    refusal: str = ""  # the reason, where the question was not answered


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that an export says, in the reader's words; Markdown, Word and print only lay it out."""

    title: str
    remarks: tuple[str, ...]
    parts: tuple[Part, ...]
    refused: str  # "No answer": the heading over a refusal
    notes: str  # "Notes": the heading over them


def make_report(
    title: str, exchanges: Sequence[Exchange], stands: Stands, titles: Mapping[str, str], messages: Messages
) -> Report:
    """What may be exported of these exchanges."""
    return Report(
        title=one_line(title),
        remarks=(messages.text("export.made", date=format_time(now())), messages.text("export.advice")),
        parts=tuple(_part(exchange, stands, titles, messages) for exchange in exchanges),
        refused=messages.text("app.refusal"),
        notes=messages.text("export.notes"),
    )


def as_markdown(report: Report) -> str:
    """The report as Markdown in which nothing from documents or questions is interpreted."""
    lines = [f"# {markdown_line(report.title)}", *(f"*{markdown_line(remark)}*" for remark in report.remarks)]
    for part in report.parts:
        lines.append(f"## {markdown_line(part.question)}")
        lines += [f"*{markdown_line(remark)}*" for remark in part.remarks]
        if part.refusal:
            lines.append(f"**{markdown_line(report.refused)}.** {markdown_line(part.refusal)}")
        lines += _markdown_lines(part.lines)
        if part.notes:
            lines.append(f"### {markdown_line(report.notes)}")
            notes = (f"{n.number}. {markdown_line(n.cite_as)}: “{markdown_line(n.quote)}”" for n in part.notes)
            lines.append("\n".join(notes))
    return "\n\n".join(lines) + "\n"


def format_time(at: str) -> str:
    """An ISO time in UTC as people write it: "25 November 2026, 14:03 UTC"; as it is where it is none."""
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)", at)
    if not found:
        return at
    year, month, day, clock = found.groups()
    return f"{int(day)} {MONTHS[int(month) - 1]} {year}, {clock} UTC"


def file_name(title: str, ending: str) -> str:
    """A name that every file system takes."""
    words = re.findall(r"[A-Za-z0-9]+", title.lower())
    return f"{'-'.join(words)[:60].strip('-') or 'conversation'}.{ending}"


def _part(exchange: Exchange, stands: Stands, titles: Mapping[str, str], messages: Messages) -> Part:
    answer = exchange.answer
    verified = {c.marker: c for c in answer.citations if stands(c)}
    kept = [s for s in answer.statements if _may_leave(s, verified)]
    left_out = len(answer.statements) - len(kept)
    used = {marker for statement in kept for marker in statement.citations}
    remarks = _remarks(exchange, titles, messages)
    if left_out:
        remarks.append(messages.text("export.left_out", count=left_out))
    return Part(
        question=one_line(answer.question),
        remarks=tuple(map(one_line, remarks)),
        lines=tuple(_line(statement) for statement in kept),
        notes=tuple(
            Note(c.marker, one_line(c.cite_as), one_line(c.quote)) for m, c in sorted(verified.items()) if m in used
        ),
        refusal="" if answer.status.answered else one_line(answer.message),
    )


def _may_leave(statement: Statement, verified: Mapping[int, Citation]) -> bool:
    cited = statement.citations and all(marker in verified for marker in statement.citations)
    return bool(cited) and statement.support is not Support.UNSUPPORTED


def _line(statement: Statement) -> Line:
    quoted = statement.support is Support.VERBATIM
    return Line(one_line(statement.text), statement.citations, one_line(statement.lead_in), statement.item, quoted)


def _remarks(exchange: Exchange, titles: Mapping[str, str], messages: Messages) -> list[str]:
    answer = exchange.answer
    key = "export.generated" if answer.mode is Mode.GENERATIVE else "export.quoted"
    remarks = [
        messages.text("export.asked", date=format_time(exchange.at)) if exchange.at else "",
        messages.text("app.searched_for", query=answer.search_query)
        if answer.search_query.split() != answer.question.split() and answer.search_query
        else "",
        restriction_text(exchange.filters, titles, messages),
        messages.text(key, model=exchange.model or "?", library=exchange.library or "?"),
        *answer.notices,
    ]
    return [remark for remark in remarks if remark]


def _markdown_lines(lines: Sequence[Line]) -> list[str]:
    """Paragraphs, with runs of list items as one list."""
    found: list[str] = []
    for position, line in enumerate(lines):
        text = f"“{markdown_line(line.text)}”" if line.quoted else markdown_line(line.text)
        lead = f"**{markdown_line(line.lead_in)}** " if line.lead_in else ""
        markers = "".join(f"\\[{number}\\]" for number in line.notes)
        written = f"{'- ' if line.item else ''}{lead}{text} {markers}"
        if line.item and position and lines[position - 1].item:
            found[-1] += f"\n{written}"
        else:
            found.append(written)
    return found
