"""The chat page: a question in, a cited answer out, its sources beside it."""

import streamlit as st

from assistant.answering import AnswerReady, Assistant, SearchStarted, StatementReady
from assistant.domain import Answer, AnswerStatus, Failure, Filters, Mode, Statement
from assistant.messages import Messages
from assistant.pages import resources
from assistant.pages.answers import draft_html
from assistant.pages.asking import ASK_KEY
from assistant.pages.exchange import LIBRARIAN, Titles, draw_context, draw_exchange, draw_question
from assistant.pages.failures import failure_text, failures_shown
from assistant.pages.following import announce_additions, focus_on, scroll_to
from assistant.pages.frame import draw_page
from assistant.pages.inert import html_text, label_text
from assistant.pages.resources import Holdings
from assistant.pages.sidebar import FILTER_KEY, draw_sidebar
from assistant.pages.source_panel import draw_source_panel
from assistant.pages.state import Asked, ChatState

TITLES_NAMED = 5  # documents named on the opening screen; the sidebar lists all


def render() -> None:
    """Draw the page."""
    draw_page(lambda assistant, holdings, messages: _draw(assistant, holdings, _state(), messages))


def _state() -> ChatState:
    if "chat" not in st.session_state:
        st.session_state["chat"] = ChatState()
    state: ChatState = st.session_state["chat"]
    return state


def _take_question(state: ChatState) -> None:
    """Ask what another page left to be asked, in the documents that it named."""
    asked = st.session_state.pop(ASK_KEY, None)
    if asked:
        st.session_state[FILTER_KEY] = list(asked["documents"])
        state.ask(asked["question"], Filters(documents=frozenset(asked["documents"])))


def _draw(assistant: Assistant, holdings: Holdings, state: ChatState, messages: Messages) -> None:
    _take_question(state)
    filters = draw_sidebar(holdings, state, messages)
    with st.bottom:  # put here by hand it does not make Streamlit glide to the end of every answer
        question = st.chat_input(messages.text("app.question_box"), key="question", disabled=not holdings.documents)
    if question:
        state.ask(question, filters)
    with st.container(key="page"):
        talk, source = st.columns([3, 2], gap="medium")  # style.css hides the second while it is empty
    with source, failures_shown(messages):
        if state.shown:
            draw_source_panel(state.shown, state, assistant.library, messages)
        elif state.return_to:
            focus_on(f".st-key-{state.return_to} button", state.return_to)
    with talk, st.container(key="conversation"):
        st.html(f"<h1>{html_text(messages.text('app.name'))}</h1>")
        announce_additions(".st-key-conversation")
        opening = st.empty()  # emptied at once when the first question comes
        if not state.exchanges and not state.asked:
            with opening.container():
                _draw_opening(holdings, filters, state, messages)
        for position, exchange in enumerate(state.exchanges):
            draw_exchange(exchange, position, state, holdings.titles, messages)
        if state.asked:
            _answer_next(state.asked[0], assistant, state, holdings.titles, messages)


def _draw_opening(holdings: Holdings, filters: Filters, state: ChatState, messages: Messages) -> None:
    """What can be asked, of which documents, and where the limits are."""
    if not holdings.documents:
        st.info(label_text(messages.text("app.empty", folder=resources.get_settings().corpus_dir)))
        return
    names = "; ".join(document.short_title or document.title for document in holdings.documents[:TITLES_NAMED])
    more = len(holdings.documents) - TITLES_NAMED
    if more > 0:
        names = messages.text("app.opening_more", titles=names, count=more)
    lines = (
        messages.text("app.opening", count=len(holdings.documents)),
        messages.text("app.opening_documents", titles=names),
        messages.text("app.limits"),
    )
    st.html("".join(f'<p dir="auto">{html_text(line)}</p>' for line in lines))
    if holdings.examples:
        st.html(f'<h2 class="pa-small-heading">{html_text(messages.text("app.examples"))}</h2>')
    with st.container(key="examples"):
        for number, example in enumerate(holdings.examples):
            st.button(label_text(example), key=f"example-{number}", on_click=state.ask, args=(example, filters))


def _answer_next(asked: Asked, assistant: Assistant, state: ChatState, titles: Titles, messages: Messages) -> None:
    """Stream the answer to the oldest open question, keep it, and draw the page again with its buttons."""
    draw_question(asked.question)
    scroll_to(".pa-question", str(len(state.exchanges)))
    with st.chat_message("assistant", avatar=LIBRARIAN):
        try:
            answer = _stream(asked, assistant, state, titles, messages)
        except Exception as error:
            answer = Answer(
                question=asked.question,
                search_query=asked.question,
                status=AnswerStatus(failure=Failure.INTERNAL),
                mode=Mode.EXTRACTIVE,
                message=failure_text(error, messages),
            )
    state.answered(answer)
    st.rerun()


def _stream(asked: Asked, assistant: Assistant, state: ChatState, titles: Titles, messages: Messages) -> Answer:
    context, draft = st.container(), st.empty()
    draft.html(draft_html((), messages, messages.text("app.searching")))
    statements: tuple[Statement, ...] = ()
    for event in assistant.stream(asked.question, state.conversation, asked.filters):
        match event:
            case SearchStarted(search_query=query):
                with context:
                    draw_context(asked.question, query, asked.filters, titles, messages)
            case StatementReady(statement=statement):
                statements = (*statements, statement)
                draft.html(draft_html(statements, messages, messages.text("app.checking")))
            case AnswerReady(answer=answer):
                return answer
    raise RuntimeError("the answer ended before it was complete")
