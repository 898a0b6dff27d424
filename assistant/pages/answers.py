"""Statements and holdings as inert HTML. Pure: what Streamlit buttons add (markers to click) is drawn by `chat`."""

from collections.abc import Iterable, Mapping, Sequence

from assistant.citations import format_date
from assistant.domain import DocumentMetadata, Statement, Support
from assistant.messages import Messages
from assistant.pages.inert import html_text


def question_html(question: str, position: int) -> str:
    """A question as typed: the heading of its exchange, at this position (0-based) in the conversation."""
    return f'<h2 class="pa-question pa-question-{position}" dir="auto">{html_text(question)}</h2>'


def statement_html(statement: Statement, messages: Messages, *, struck: bool = False) -> str:
    """Lead-in (ours), text (quotation marks only where it is a quote), support in words; the markers follow it.

    What its sources do not support carries a sign and words, and with `struck` a line through it.
    """
    lead = f'<span class="pa-lead">{html_text(statement.lead_in)}</span> ' if statement.lead_in else ""
    text = f'<bdi class="pa-text">{html_text(statement.text)}</bdi>'
    if statement.support is Support.VERBATIM:
        text = f'<span class="pa-quoted">“{text}”</span>'
    elif statement.support is Support.UNSUPPORTED:
        sign = '<span class="pa-sign" aria-hidden="true">⚠</span> '
        text = f"{sign}<s>{text}</s>" if struck else f"{sign}{text}"
    words = messages.text(f"app.support_{statement.support}")
    return f'{lead}{text} <span class="pa-support">{html_text(words)}</span> '


def draft_html(statements: Sequence[Statement], messages: Messages, status: str, *, struck: bool = False) -> str:
    """An answer while it is being made. Its markers cannot be pressed yet, and it is not read aloud: it would be again
    from its beginning at every statement; the whole answer is announced when it is there."""
    lines = []
    for statement in statements:
        markers = "".join(f'<span class="pa-marker">{n}</span>' for n in statement.citations)
        item = " pa-item" if statement.item else ""
        lines.append(
            f'<div class="pa-statement{item}">{statement_html(statement, messages, struck=struck)}{markers}</div>'
        )
    waiting = f'<p class="pa-note">{html_text(status)}</p>'
    return f'<div aria-live="off">{"".join(lines)}{waiting}</div>'


def note_html(text: str) -> str:
    """A line of ours about an answer, smaller than the answer."""
    return f'<p class="pa-note" dir="auto">{html_text(text)}</p>'


def holdings_html(documents: Iterable[DocumentMetadata], passages: Mapping[str, int], messages: Messages) -> str:
    """What the library holds: title, issuing body, date and number of passages of each document."""
    lines = []
    for document in documents:
        count = messages.text("app.sidebar_passages", count=passages.get(document.id, 0))
        about = " · ".join(html_text(part) for part in (document.body, format_date(document.date), count) if part)
        lines.append(f'<li><span class="pa-title">{html_text(document.title)}</span><br>{about}</li>')
    return f'<ul class="pa-holdings">{"".join(lines)}</ul>'
