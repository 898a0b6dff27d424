"""The chat page: a question in, a cited answer out, its sources beside it."""

import streamlit as st

from assistant.answering import Assistant
from assistant.domain import Filters
from assistant.history import History
from assistant.messages import Messages
from assistant.pages import resources
from assistant.pages.access import current_user
from assistant.pages.answering import answer_next, start_answering, suggest
from assistant.pages.asking import ASK_KEY
from assistant.pages.conversation_link import follow_address, show_in_address
from assistant.pages.dialogs import draw_dialog
from assistant.pages.exchange import Desk, Place, draw_exchange, draw_suggestions
from assistant.pages.exporting import draw_printable, report_of
from assistant.pages.failures import failures_shown
from assistant.pages.filters import restrict_to
from assistant.pages.following import announce_additions, close_sidebar_on_phones, focus_on, scroll_to
from assistant.pages.frame import draw_page
from assistant.pages.inert import html_text, label_text
from assistant.pages.resources import Holdings
from assistant.pages.sidebar import draw_controls, draw_conversations, draw_library
from assistant.pages.source_panel import draw_source_panel
from assistant.pages.state import ChatState, DialogKind

TITLES_NAMED = 5  # documents named on the opening screen; the sidebar lists all
SHOWN, STEP = 8, 4  # exchanges at once: what is further back costs time at every press of a button


def render() -> None:
    """Draw the page."""
    draw_page(_draw, style="chat.css")


def _state() -> ChatState:
    if "chat" not in st.session_state:
        st.session_state["chat"] = ChatState()
    state: ChatState = st.session_state["chat"]
    return state


def _take_question(state: ChatState) -> None:
    """Ask what another page left to be asked, in the documents that it named."""
    asked = st.session_state.pop(ASK_KEY, None)
    if asked:
        restrict_to(asked["documents"], state)
        state.ask(asked["question"], state.filters)


def _draw(assistant: Assistant, holdings: Holdings, messages: Messages) -> None:
    state = _state()
    _take_question(state)
    history = resources.get_history(current_user())
    follow_address(state, history)
    struck = resources.get_settings().show_unsupported == "struck"
    desk = Desk(state, assistant.library, holdings.titles, messages, struck)
    if state.printing and state.exchanges:
        title = _title(history, state)
        draw_printable(report_of(title, state.exchanges, assistant.library, holdings.titles, messages), state, messages)
        return
    with st.bottom:  # put here by hand it does not make Streamlit glide to the end of every answer
        question = st.chat_input(messages.text("app.question_box"), key="question", disabled=not holdings.documents)
    if question:
        state.ask(question, state.filters)
    start_answering(assistant, desk)
    with st.sidebar:
        filters = draw_controls(holdings, state, messages)
        conversations = st.container()  # filled last: it lists the conversation that this question begins
        draw_library(holdings, messages)
    with st.container(key="page"):
        talk, source = st.columns([3, 2], gap="medium")  # style.css hides the second while it is empty
    with source, failures_shown(messages):
        if state.shown:
            draw_source_panel(state.shown, state, assistant.library, messages)
        elif state.return_to:
            focus_on(f".st-key-{state.return_to} button", state.return_to)
    with talk, st.container(key="conversation"):
        _draw_conversation(assistant, holdings, history, filters, desk)
    with conversations, failures_shown(messages):
        draw_conversations(history, state, messages)
    draw_dialog(_title(history, state), state, history, assistant.library, holdings.titles, messages)
    show_in_address(state)
    if state.moves:
        close_sidebar_on_phones(str(state.moves))


def _draw_conversation(
    assistant: Assistant, holdings: Holdings, history: History, filters: Filters, desk: Desk
) -> None:
    state, messages = desk.state, desk.messages
    announce_additions(".st-key-conversation")
    head, missing, opening, earlier = st.empty(), st.empty(), st.empty(), st.empty()  # emptied at once where not filled
    head.html(f"<h1>{html_text(messages.text('app.name'))}</h1>")
    if state.missing:
        missing.info(label_text(messages.text("app.link_missing")))
    if not state.exchanges and not state.asked:
        with opening.container():
            _draw_opening(holdings, filters, state, messages)
        return
    last = _draw_exchanges(earlier, desk)
    while state.asked:
        last = answer_next(assistant, holdings, history, desk)
    if state.conversation_id:
        with head.container(key="head", horizontal=True, vertical_alignment="center"):
            _draw_head(desk)
    if state.exchanges and last:
        with last.container():
            draw_suggestions(suggest(holdings, desk), filters, bool(state.exchanges[-1].answer.status.reason), desk)


def _draw_exchanges(earlier: Place, desk: Desk) -> Place | None:
    """The latest exchanges; all of them at a press, or where a link points further back. Where to go on."""
    state = desk.state
    hidden = 0 if state.all_shown else max(len(state.exchanges) - SHOWN, 0) // STEP * STEP
    if state.jump_to is not None and state.jump_to < hidden:
        state.all_shown, hidden = True, 0
    if hidden:
        earlier.button(
            desk.messages.text("app.earlier", count=hidden), key="earlier", on_click=_show_all, args=(state,)
        )
    last = None
    for position, exchange in enumerate(state.exchanges[hidden:], start=hidden):
        last = draw_exchange(exchange, position, desk)
    if state.jump_to is not None:
        scroll_to(f".pa-question-{state.jump_to}", f"{state.conversation_id}-{state.jump_to}")
    return last


def _draw_head(desk: Desk) -> None:
    st.html(f"<h1>{html_text(desk.messages.text('app.name'))}</h1>", width="stretch")
    st.button(
        desk.messages.text("app.manage"),
        key="manage",
        icon=":material/more_horiz:",
        on_click=desk.state.show,
        args=(DialogKind.MANAGE,),
    )


def _title(history: History, state: ChatState) -> str:
    first = state.exchanges[0].answer.question if state.exchanges else ""
    return (history.title(state.conversation_id) if state.conversation_id else "") or first


def _show_all(state: ChatState) -> None:
    state.all_shown = True


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
