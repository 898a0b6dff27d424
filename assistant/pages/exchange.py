"""Draws one question with its answer: statements with markers to press, refusals, failures."""

from collections.abc import Mapping, Sequence

import streamlit as st

from assistant.domain import Answer, Citation, Filters, Hit
from assistant.messages import Messages
from assistant.pages.answers import note_html, question_html, statement_html
from assistant.pages.inert import html_text, label_text
from assistant.pages.sources import passage_html
from assistant.pages.state import ChatState, Exchange

CLOSEST = 3  # passages under a refusal: enough to judge the refusal, few enough not to look like an answer

Titles = Mapping[str, str]  # by document id
READER, LIBRARIAN = ":material/person:", ":material/menu_book:"  # from the app's own icon font


def draw_question(question: str) -> None:
    """The reader's side of an exchange."""
    with st.chat_message("user", avatar=READER):
        st.html(question_html(question))


def draw_exchange(exchange: Exchange, position: int, state: ChatState, titles: Titles, messages: Messages) -> None:
    """A question and its answer; `position` (0-based, in the conversation) keeps the buttons apart."""
    answer = exchange.answer
    draw_question(answer.question)
    with st.chat_message("assistant", avatar=LIBRARIAN):
        draw_context(answer.question, answer.search_query, exchange.filters, titles, messages)
        if understood_otherwise(answer.question, answer.search_query):
            st.button(
                messages.text("app.ask_alone"),
                key=f"alone-{position}",
                type="tertiary",
                on_click=state.ask,
                args=(answer.question, exchange.filters, True),
            )
        if answer.status.answered:
            _draw_statements(answer, position, state, messages)
        elif answer.status.reason:
            _draw_refusal(answer, position, titles, messages)
        else:
            st.error(label_text(answer.message))
        for notice in answer.notices:
            st.html(note_html(notice))


def draw_context(question: str, query: str, filters: Filters, titles: Titles, messages: Messages) -> None:
    """The question as it was understood and where it was searched, where that differs from what was typed."""
    if understood_otherwise(question, query):
        st.html(note_html(messages.text("app.searched_for", query=query)))
    if filters.documents:
        names = "; ".join(titles.get(document_id, document_id) for document_id in sorted(filters.documents))
        st.html(note_html(messages.text("app.searched_in", titles=names)))


def understood_otherwise(question: str, query: str) -> bool:
    """Whether something else was searched for than what was typed."""
    return bool(query) and query.split() != question.split()


def _draw_statements(answer: Answer, position: int, state: ChatState, messages: Messages) -> None:
    citations = {citation.marker: citation for citation in answer.citations}
    for number, statement in enumerate(answer.statements):
        kind = "item" if statement.item else "statement"
        with st.container(key=f"{kind}-{position}-{number}"):
            st.html(statement_html(statement, messages))
            for marker in statement.citations:
                if marker in citations:
                    _marker_button(citations[marker], f"cite-{position}-{number}-{marker}", position, state, messages)
    with st.container(key=f"sources-{position}"):
        st.html(f'<h3 class="pa-small-heading">{html_text(messages.text("app.sources"))}</h3>')
        for marker in sorted(citations):
            _source_button(citations[marker], f"source-{position}-{marker}", position, state, messages)


def _marker_button(citation: Citation, key: str, position: int, state: ChatState, messages: Messages) -> None:
    """Shows the number alone; the words in italics are hidden from sight by style.css and read aloud."""
    open_now = state.open_source and (state.open_source.exchange, state.open_source.marker)
    st.button(
        f"*{messages.text('app.source')}* **{citation.marker}** *{_place(citation)}*",
        key=key,
        type="primary" if open_now == (position, citation.marker) else "secondary",
        on_click=state.open,
        args=(position, citation.marker, key),
    )


def _source_button(citation: Citation, key: str, position: int, state: ChatState, messages: Messages) -> None:
    st.button(
        f"*{messages.text('app.source')}* **{citation.marker}** {_place(citation)}",
        key=key,
        type="tertiary",
        on_click=state.open,
        args=(position, citation.marker, key),
    )


def _place(citation: Citation) -> str:
    return f"{label_text(citation.title)}, {label_text(str(citation.locator))}"


def _draw_refusal(answer: Answer, position: int, titles: Titles, messages: Messages) -> None:
    with st.container(key=f"refusal-{position}", border=True):
        st.html(
            f'<h3 class="pa-small-heading">{html_text(messages.text("app.refusal"))}</h3>'
            f'<p dir="auto">{html_text(answer.message)}</p>'
        )
        if answer.hits:
            _draw_closest(answer.hits[:CLOSEST], titles, messages)


def _draw_closest(hits: Sequence[Hit], titles: Titles, messages: Messages) -> None:
    """Passages that came nearest, folded; none of them looks or acts like a citation."""
    heading = html_text(messages.text("app.closest"))
    note = note_html(messages.text("app.closest_note"))
    st.html(f'<h4 class="pa-small-heading">{heading}</h4>{note}')
    for hit in hits:
        passage = hit.passage
        label = messages.text(
            "app.closest_passage",
            title=titles.get(passage.document_id, passage.document_id),
            locator=passage.locator,
        )
        with st.expander(label_text(label)):
            st.html(passage_html(passage))
