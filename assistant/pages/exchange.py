"""Draws one question with its answer: statements with markers to press, refusals, failures, what to do with them."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from assistant.domain import Answer, Citation, Filters, Hit, Mode
from assistant.history import Exchange
from assistant.library import Library
from assistant.messages import Messages
from assistant.pages.answers import note_html, question_html, statement_html
from assistant.pages.dialogs import keep_feedback
from assistant.pages.following import scroll_to
from assistant.pages.inert import html_text, label_text
from assistant.pages.resources import Titles
from assistant.pages.sources import passage_html
from assistant.pages.state import ChatState, DialogKind
from assistant.restrictions import restriction_text

Place = DeltaGenerator
CLOSEST = 3  # passages under a refusal: enough to judge the refusal, few enough not to look like an answer
READER, LIBRARIAN = ":material/person:", ":material/menu_book:"  # from the app's own icon font


@dataclass(frozen=True, slots=True)
class Desk:
    """What drawing an exchange needs beside it."""

    state: ChatState
    library: Library
    titles: Titles
    messages: Messages
    struck: bool = False  # how unsupported statements are shown


def draw_question(question: str, position: int, *, arrive: bool = False) -> None:
    """The reader's side of an exchange; with `arrive` the page scrolls to it."""
    with st.chat_message("user", avatar=READER):
        st.html(question_html(question, position))
        if arrive:
            scroll_to(f".pa-question-{position}", str(position))


def answer_places() -> tuple[Place, Place]:
    """The assistant's side of an exchange: a place for the answer, and one for what to ask next.

    Both are there whether an answer is being made or drawn again: Streamlit keeps what stands at the same place, and
    would otherwise show an answer twice until the page is done.
    """
    with st.chat_message("assistant", avatar=LIBRARIAN):
        return st.empty(), st.empty()


def draw_exchange(exchange: Exchange, position: int, desk: Desk) -> Place:
    """A question and its answer; `position` (0-based, in the conversation) keeps the buttons apart. Where to go on."""
    draw_question(exchange.answer.question, position)
    place, after = answer_places()
    with place.container():
        draw_answer(exchange, position, desk)
    return after


def draw_answer(exchange: Exchange, position: int, desk: Desk) -> None:
    """The assistant's side of an exchange."""
    answer, messages = exchange.answer, desk.messages
    draw_context(answer.question, answer.search_query, exchange.filters, desk)
    if understood_otherwise(answer.question, answer.search_query):
        st.button(
            messages.text("app.ask_alone"),
            key=f"alone-{position}",
            type="tertiary",
            on_click=desk.state.ask,
            args=(answer.question, exchange.filters, True),
        )
    if answer.status.answered:
        _draw_statements(answer, position, desk)
    elif answer.status.reason:
        _draw_refusal(answer, position, desk)
    else:
        st.error(label_text(answer.message))
    notes = [*answer.notices, *_made_by(exchange, messages)]
    if notes:
        st.html("".join(map(note_html, notes)))
    if not answer.status.failure:
        _draw_actions(position, desk)


def draw_context(question: str, query: str, filters: Filters, desk: Desk) -> None:
    """The question as it was understood and where it was searched, where that differs from what was typed."""
    if understood_otherwise(question, query):
        st.html(note_html(desk.messages.text("app.searched_for", query=query)))
    restricted = restriction_text(filters, desk.titles, desk.messages)
    if restricted:
        st.html(note_html(restricted))


def draw_suggestions(questions: Sequence[str], filters: Filters, refused: bool, desk: Desk) -> None:
    """Questions that the library is known to answer."""
    if not questions:
        return
    heading = desk.messages.text("app.instead" if refused else "app.following")
    with st.container(key="suggestions"):
        st.html(f'<h3 class="pa-small-heading">{html_text(heading)}</h3>')
        for number, question in enumerate(questions):
            st.button(
                label_text(question), key=f"suggestion-{number}", on_click=desk.state.ask, args=(question, filters)
            )


def understood_otherwise(question: str, query: str) -> bool:
    """Whether something else was searched for than what was typed."""
    return bool(query) and query.split() != question.split()


def _made_by(exchange: Exchange, messages: Messages) -> list[str]:
    """A line on who wrote it, where a chat model had a part in it; quoting needs none."""
    if exchange.answer.mode is Mode.GENERATIVE:
        return [messages.text("app.made_by_model", model=exchange.model)]
    return [messages.text("app.made_by_quoting")] if getattr(exchange.answer, "model", "") else []


def _draw_statements(answer: Answer, position: int, desk: Desk) -> None:
    citations = {citation.marker: citation for citation in answer.citations}
    for number, statement in enumerate(answer.statements):
        kind = "item" if statement.item else "statement"
        with st.container(key=f"{kind}-{position}-{number}"):
            st.html(statement_html(statement, desk.messages, struck=desk.struck))
            for marker in statement.citations:
                if marker in citations:
                    _marker_button(citations[marker], f"cite-{position}-{number}-{marker}", position, desk)
    with st.container(key=f"sources-{position}"):
        st.html(f'<h3 class="pa-small-heading">{html_text(desk.messages.text("app.sources"))}</h3>')
        for marker in sorted(citations):
            _source_button(citations[marker], f"source-{position}-{marker}", position, desk)


def _marker_button(citation: Citation, key: str, position: int, desk: Desk) -> None:
    """Shows the number alone; the words in italics are hidden from sight by style.css and read aloud."""
    opened = desk.state.open_source
    st.button(
        f"*{desk.messages.text('app.source')}* **{citation.marker}** *{_place(citation)}*",
        key=key,
        type="primary" if opened and (opened.exchange, opened.marker) == (position, citation.marker) else "secondary",
        on_click=desk.state.open,
        args=(position, citation.marker, key),
    )


def _source_button(citation: Citation, key: str, position: int, desk: Desk) -> None:
    st.button(
        f"*{desk.messages.text('app.source')}* **{citation.marker}** {_place(citation)}",
        key=key,
        type="tertiary",
        on_click=desk.state.open,
        args=(position, citation.marker, key),
    )


def _place(citation: Citation) -> str:
    return f"{label_text(citation.title)}, {label_text(str(citation.locator))}"


def _draw_actions(position: int, desk: Desk) -> None:
    """Thumbs, and what can be taken along."""
    messages, state = desk.messages, desk.state
    said = state.thumbs.get(position)
    with st.container(key=f"actions-{position}", horizontal=True):
        st.button(
            messages.text("app.helpful_said" if said is True else "app.helpful"),
            key=f"helpful-{position}",
            type="tertiary",
            icon=":material/thumb_up:",
            on_click=keep_feedback,
            args=(position, state, messages, True),
        )
        st.button(
            messages.text("app.not_helpful_said" if said is False else "app.not_helpful"),
            key=f"unhelpful-{position}",
            type="tertiary",
            icon=":material/thumb_down:",
            on_click=state.show,
            args=(DialogKind.WHY, position),
        )
        st.button(
            messages.text("app.share"),
            key=f"share-{position}",
            type="tertiary",
            icon=":material/ios_share:",
            on_click=state.show,
            args=(DialogKind.SHARE, position),
        )


def _draw_refusal(answer: Answer, position: int, desk: Desk) -> None:
    with st.container(key=f"refusal-{position}", border=True):
        st.html(
            f'<h3 class="pa-small-heading">{html_text(desk.messages.text("app.refusal"))}</h3>'
            f'<p dir="auto">{html_text(answer.message)}</p>'
        )
        if answer.hits:
            _draw_closest(answer.hits[:CLOSEST], desk)


def _draw_closest(hits: Sequence[Hit], desk: Desk) -> None:
    """Passages that came nearest, folded; none of them looks or acts like a citation."""
    messages = desk.messages
    heading = html_text(messages.text("app.closest"))
    st.html(f'<h4 class="pa-small-heading">{heading}</h4>{note_html(messages.text("app.closest_note"))}')
    for hit in hits:
        passage = hit.passage
        title = desk.titles.get(passage.document_id, passage.document_id)
        with st.expander(label_text(messages.text("app.closest_passage", title=title, locator=passage.locator))):
            st.html(passage_html(passage))
