"""Draws the rows of a comparison: cells with quotes to open, and what can be taken away."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from assistant.compare import Cell, Comparison, Row
from assistant.compare_export import as_csv, as_markdown, make_sheet, short_name
from assistant.domain import Citation
from assistant.library import Library
from assistant.messages import Messages
from assistant.pages.answers import note_html
from assistant.pages.compare_html import (
    by_later,
    cell_head_html,
    cite_html,
    closest_html,
    question_html,
    quote_html,
    summary_html,
    wording_html,
)
from assistant.pages.compare_source import show_source
from assistant.pages.inert import html_text, label_text
from assistant.restating import Restatement

SHOWN = 3  # quotes of a cell that are seen at once; the others are folded
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def draw_row(
    row: Row,
    number: int,
    restated: Sequence[Restatement],
    names: Sequence[str],
    library: Library,
    messages: Messages,
    remove: Callable[[str], None],
) -> None:
    """A question with its cells; `number` (0-based) keeps the buttons apart."""
    with st.container(key=f"compare-row-{number}"):
        with st.container(key=f"compare-head-{number}", horizontal=True, vertical_alignment="top", wrap=False):
            st.html(question_html(row), width="stretch")
            st.button(
                f"{messages.text('compare.remove_short')} *{label_text(row.question)}*",
                key=f"compare-remove-{number}",
                icon=":material/close:",
                type="tertiary",
                on_click=remove,
                args=(row.question,),
            )
        st.html(summary_html(row, messages))
        if row.problem:
            return
        with st.container(key=f"compare-cells-{len(row.cells)}-{number}"):
            for position, cell in enumerate(row.cells):
                says = "says" if cell.says else "silent"
                with st.container(key=f"compare-cell-{says}-{number}-{position}"):
                    _draw_cell(
                        cell, row, f"{number}-{position}", by_later(restated, position), names, library, messages
                    )
        if wording := wording_html(restated, names, messages):
            st.html(wording)


def _draw_cell(
    cell: Cell,
    row: Row,
    key: str,
    restated: Mapping[int, Restatement],
    names: Sequence[str],
    library: Library,
    messages: Messages,
) -> None:
    st.html(cell_head_html(cell, row, messages))
    if cell.closest:
        st.html(closest_html(cell.closest, messages))
    for citation in cell.citations[:SHOWN]:
        _draw_quote(cell, citation, key, restated.get(citation.marker), names, library, messages)
    more = cell.citations[SHOWN:]
    if more:
        with st.expander(messages.text("compare.quotes_more", count=len(more))):
            for citation in more:
                _draw_quote(cell, citation, key, restated.get(citation.marker), names, library, messages)


def _draw_quote(
    cell: Cell,
    citation: Citation,
    key: str,
    restated: Restatement | None,
    names: Sequence[str],
    library: Library,
    messages: Messages,
) -> None:
    st.html(quote_html(citation, restated, names, messages))
    aloud = messages.text("compare.source_aloud", number=citation.marker, title=short_name(cell.document))
    pressed = st.button(
        f"*{label_text(aloud)}* {label_text(messages.text('compare.source', locator=citation.locator))}",
        key=f"compare-source-{key}-{citation.marker}",
        type="tertiary",
        icon=":material/menu_book:",
    )
    st.html(cite_html(citation, messages))
    if pressed:
        show_source(citation, library, messages)


def draw_downloads(comparison: Comparison, messages: Messages, show_printable: Callable[[], None]) -> None:
    """Word, Markdown, CSV and the printable view."""
    sheet = make_sheet(comparison, messages)
    name = messages.text("compare.file_name")

    def word() -> bytes:
        from assistant.compare_word import as_word

        return as_word(sheet, messages)

    st.html(f'<h2 class="pa-small-heading">{html_text(messages.text("compare.take_away"))}</h2>')
    with st.container(key="compare-downloads", horizontal=True):
        st.download_button(
            messages.text("compare.word"), word, f"{name}.docx", WORD_TYPE, key="compare-word", on_click="ignore"
        )
        st.download_button(
            messages.text("compare.markdown"),
            as_markdown(sheet, messages),
            f"{name}.md",
            "text/markdown",
            key="compare-markdown",
            on_click="ignore",
        )
        st.download_button(
            messages.text("compare.csv"),
            as_csv(comparison, messages),
            f"{name}.csv",
            "text/csv",
            key="compare-csv",
            on_click="ignore",
        )
        st.button(messages.text("compare.printable"), key="compare-print", on_click=show_printable)
    st.html(note_html(messages.text("compare.link_note")) + "".join(note_html(remark) for remark in sheet.remarks))
