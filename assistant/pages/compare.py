"""The compare page: questions down, documents across, each document asked alone."""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from assistant.answering import Assistant
from assistant.bearing import read_rules as read_bearing
from assistant.compare import FEWEST, MOST, MOST_QUESTIONS, Comparison, Row, compare_question, in_order
from assistant.compare_export import document_label, make_sheet, short_name
from assistant.domain import DocumentMetadata
from assistant.messages import Messages
from assistant.pages import resources
from assistant.pages.answers import note_html
from assistant.pages.compare_cells import draw_downloads, draw_row
from assistant.pages.compare_html import overview_html, sheet_html
from assistant.pages.compare_state import Choice
from assistant.pages.compare_suggestions import suggestions
from assistant.pages.frame import draw_page
from assistant.pages.inert import html_text, label_text
from assistant.pages.printing import draw_print_bar
from assistant.pages.resources import Holdings
from assistant.restating import read_rules as read_restating
from assistant.restating import restatements

STATE, WRITTEN, KEPT = "compare", "compare_written", "compare_rows"  # in the session
DOCUMENTS, VIEW, PRINT = "compare-documents", "view", "print"
ROWS_KEPT = 60


def render() -> None:
    """Draw the page."""
    draw_page(_draw, style="compare.css")


def _draw(assistant: Assistant, holdings: Holdings, messages: Messages) -> None:
    if len(holdings.documents) < FEWEST:
        st.html(f"<h1>{html_text(messages.text('compare.title'))}</h1>")
        st.info(label_text(messages.text("compare.few_documents", count=len(holdings.documents))))
        return
    choice = _choice(holdings)
    held = {document.id: document for document in holdings.documents}
    printing = st.query_params.get(VIEW) == PRINT
    choice = choice.known(held) if printing else _draw_controls(choice, held, messages)
    _write_address(choice, printing)
    documents = in_order([held[i] for i in choice.documents])
    if len(documents) < FEWEST:
        st.html(note_html(messages.text("compare.choose_more")))
        return
    suggested = st.container(key="compare-suggestions")
    rows = _rows(assistant, choice.questions, documents, messages)
    comparison = Comparison(documents, rows, assistant.library.stamp(), datetime.now(UTC))
    if printing:
        _draw_print(comparison, messages)
        return
    _draw_rows(assistant, comparison, messages)
    with suggested:
        _draw_suggestions(assistant, choice, documents, messages)


def _choice(holdings: Holdings) -> Choice:
    """What the address says where it was changed by hand or by a link, otherwise what the reader has chosen."""
    named = Choice.of_address(st.query_params.get_all("documents"), st.query_params.get_all("question"))
    if named != Choice() and named != st.session_state.get(WRITTEN):
        documents = named.documents or Choice.at_first(holdings.documents).documents
        st.session_state[STATE] = Choice(documents, named.questions)
        st.session_state.pop(DOCUMENTS, None)
    if STATE not in st.session_state:
        st.session_state[STATE] = Choice.at_first(holdings.documents)
    choice: Choice = st.session_state[STATE]
    return choice


def _write_address(choice: Choice, printing: bool) -> None:
    st.session_state[STATE] = st.session_state[WRITTEN] = choice
    address = choice.address | ({VIEW: PRINT} if printing else {})
    if {key: st.query_params.get_all(key) for key in st.query_params} != {
        key: value if isinstance(value, list) else [value] for key, value in address.items()
    }:
        st.query_params.from_dict(address)


def _draw_controls(choice: Choice, held: dict[str, DocumentMetadata], messages: Messages) -> Choice:
    """Documents, and the box for one more question."""
    st.html(
        f"<h1>{html_text(messages.text('compare.title'))}</h1>"
        f'<p class="pa-lead-in">{html_text(messages.text("compare.lead"))}</p>'
    )
    if gone := choice.gone(held):
        st.warning(label_text(messages.text("compare.gone", ids=", ".join(gone))))
    if len(choice.documents) - len(gone) > MOST:
        st.warning(label_text(messages.text("compare.too_many", limit=MOST)))
    choice = choice.known(held)
    kept = st.session_state.get(DOCUMENTS, choice.documents)
    st.session_state[DOCUMENTS] = [document_id for document_id in kept if document_id in held]  # one may have left
    labels = {document.id: document_label(document, messages) for document in in_order(held.values())}
    chosen = st.multiselect(
        messages.text("compare.documents"),
        options=list(labels),
        format_func=lambda document_id: labels.get(document_id, document_id),
        placeholder=messages.text("compare.documents_none"),
        max_selections=MOST,
        key=DOCUMENTS,
    )
    choice = choice.among(chosen)
    if choice.full:
        st.html(note_html(messages.text("compare.questions_full", limit=MOST_QUESTIONS)))
        return choice
    with st.form("compare-form", clear_on_submit=True, border=False):
        key = "compare.question_more" if choice.questions else "compare.question_first"
        question = st.text_input(
            messages.text(key), placeholder=messages.text("compare.question_hint"), key="compare-question"
        )
        asked = st.form_submit_button(messages.text("compare.ask"), type="primary")
    return choice.asking(question) if asked else choice


def _rows(
    assistant: Assistant, questions: Sequence[str], documents: Sequence[DocumentMetadata], messages: Messages
) -> tuple[Row, ...]:
    """A row for each question; those drawn before are kept while library and documents are the same."""
    rules = read_bearing(resources.get_settings().prompts_dir)
    kept: dict[tuple[str, str, tuple[str, ...]], Row] = st.session_state.setdefault(KEPT, {})
    ids, stamp = tuple(document.id for document in documents), assistant.library.stamp()
    rows: list[Row] = []
    for question in questions:
        key = (stamp, question, ids)
        if key not in kept:
            with st.spinner(messages.text("compare.asking", count=len(documents))):
                kept[key] = compare_question(assistant, rules, question, documents)
        rows.append(kept[key])
    for old in list(kept)[:-ROWS_KEPT]:
        del kept[old]
    return tuple(rows)


def _draw_rows(assistant: Assistant, comparison: Comparison, messages: Messages) -> None:
    if not comparison.rows:
        return
    if len(comparison.rows) > 1:
        st.html(overview_html(comparison, messages))
    rules = read_restating(resources.get_settings().prompts_dir)
    names = [short_name(document) for document in comparison.documents]
    for number, row in enumerate(comparison.rows):
        draw_row(row, number, restatements(row, rules), names, assistant.library, messages, _remove)
    draw_downloads(comparison, messages, _print)


def _remove(question: str) -> None:
    st.session_state[STATE] = st.session_state[WRITTEN] = st.session_state[STATE].without(question)
    st.query_params.from_dict(st.session_state[STATE].address)


def _ask(question: str) -> None:
    st.session_state[STATE] = st.session_state[WRITTEN] = st.session_state[STATE].asking(question)
    st.query_params.from_dict(st.session_state[STATE].address)


def _print() -> None:
    st.query_params[VIEW] = PRINT


def _back() -> None:
    del st.query_params[VIEW]


def _draw_print(comparison: Comparison, messages: Messages) -> None:
    draw_print_bar(messages.text("compare.printable_back"), _back, messages)
    st.html(sheet_html(make_sheet(comparison, messages), messages))


def _draw_suggestions(
    assistant: Assistant, choice: Choice, documents: Sequence[DocumentMetadata], messages: Messages
) -> None:
    if choice.full:
        return
    with st.spinner(messages.text("compare.suggesting")):
        found = suggestions(assistant, documents, messages)
    fresh = [question for question in found if question not in choice.questions]
    if not fresh:
        return
    st.html(f'<h2 class="pa-small-heading">{html_text(messages.text("compare.suggestions"))}</h2>')
    for number, question in enumerate(fresh):
        st.button(label_text(question), key=f"compare-suggestion-{number}", on_click=_ask, args=(question,))
