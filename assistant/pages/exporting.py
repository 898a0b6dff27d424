"""Hands answers out: Word and Markdown to download, a page to print."""

from collections.abc import Callable, Sequence
from functools import cache

import streamlit as st

from assistant.domain import Citation, Document
from assistant.errors import UnknownDocumentError
from assistant.export import Report, as_markdown, file_name, make_report
from assistant.history import Exchange
from assistant.library import Library
from assistant.messages import Messages
from assistant.pages.inert import html_text
from assistant.pages.printing import draw_print_bar
from assistant.pages.resources import Titles
from assistant.pages.sources import quote_stands
from assistant.pages.state import ChatState

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def report_of(
    title: str, exchanges: Sequence[Exchange], library: Library, titles: Titles, messages: Messages
) -> Report:
    """What may leave the house, each quote checked against the library as it is now."""

    @cache
    def document(document_id: str) -> Document | None:
        try:
            return library.document(document_id)
        except UnknownDocumentError:
            return None

    def stands(citation: Citation) -> bool:
        held = document(citation.document_id)
        return held is not None and quote_stands(held, citation)

    return make_report(title, exchanges, stands, titles, messages)


def draw_downloads(key: str, title: str, report: Callable[[], Report], messages: Messages) -> None:
    """Two buttons; the file is made when one is pressed."""

    def word() -> bytes:
        from assistant.word import as_word

        return as_word(report())

    with st.container(horizontal=True, key=f"downloads-{key}"):
        st.download_button(
            messages.text("app.save_word"),
            data=word,
            file_name=file_name(title, "docx"),
            mime=WORD,
            key=f"word-{key}",
            icon=":material/description:",
            on_click="ignore",
        )
        st.download_button(
            messages.text("app.save_markdown"),
            data=lambda: as_markdown(report()).encode(),
            file_name=file_name(title, "md"),
            mime="text/markdown",
            key=f"markdown-{key}",
            icon=":material/markdown:",
            on_click="ignore",
        )


def draw_printable(report: Report, state: ChatState, messages: Messages) -> None:
    """The conversation as plain text with its notes, and nothing else on the page (chat.css)."""

    def back() -> None:
        state.printing = False

    draw_print_bar(messages.text("app.print_back"), back, messages)
    with st.container(key="printable"):
        st.html(report_html(report))


def report_html(report: Report) -> str:
    """The report as inert HTML: headings, paragraphs, lists, numbered notes."""
    html = [f'<article class="pa-print"><h1 dir="auto">{html_text(report.title)}</h1>']
    html += [_remark(remark) for remark in report.remarks]
    for part in report.parts:
        html.append(f'<h2 dir="auto">{html_text(part.question)}</h2>')
        html += [_remark(remark) for remark in part.remarks]
        if part.refusal:
            html.append(f'<p dir="auto"><b>{html_text(report.refused)}.</b> {html_text(part.refusal)}</p>')
        for line in part.lines:
            text = html_text(f"“{line.text}”" if line.quoted else line.text)
            lead = f"<b>{html_text(line.lead_in)}</b> " if line.lead_in else ""
            marks = "".join(f"<sup>[{number}]</sup>" for number in line.notes)
            bullet = "• " if line.item else ""
            html.append(f'<p dir="auto">{bullet}{lead}<bdi>{text}</bdi>{marks}</p>')
        if part.notes:
            html.append(f"<h3>{html_text(report.notes)}</h3>")
            html += [
                f'<p dir="auto">{n.number}. {html_text(n.cite_as)}: “<bdi>{html_text(n.quote)}</bdi>”</p>'
                for n in part.notes
            ]
    return "".join((*html, "</article>"))


def _remark(text: str) -> str:
    return f'<p class="pa-note" dir="auto">{html_text(text)}</p>'
