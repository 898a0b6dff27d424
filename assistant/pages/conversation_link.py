"""Which conversation the address names: `?conversation=ID&answer=N` opens one at its Nth answer (1-based).

`?ask=QUESTION` asks, with `&document=ID` of one document: for links from other pages.
"""

import streamlit as st

from assistant.domain import Filters
from assistant.feedback import feedback_id
from assistant.history import History
from assistant.pages import resources
from assistant.pages.access import current_user
from assistant.pages.state import ChatState


def follow_address(state: ChatState, history: History) -> None:
    """Open the conversation that the address names, where it is not the one that is open."""
    params = st.query_params
    question = params.get("ask", "").strip()
    if question:
        documents = frozenset({params["document"]} if params.get("document") else ())
        new_conversation(state)
        state.ask(question, Filters(documents=documents))
        return
    wanted = params.get("conversation", "")
    if wanted and wanted != state.conversation_id:
        exchanges = history.load(wanted)
        if exchanges:
            answer = params.get("answer", "")
            jump = int(answer) - 1 if answer.isascii() and answer.isdigit() and len(answer) < 6 else len(exchanges) - 1
            state.resume(wanted, exchanges, _thumbs(wanted, len(exchanges)), jump)
        else:
            state.restart()
            state.missing = True
            st.query_params.clear()


def show_in_address(state: ChatState) -> None:
    """Let a reload, a bookmark and the browser's Back lead to the conversation that is open."""
    if state.conversation_id and st.query_params.get("conversation") != state.conversation_id:
        st.query_params.from_dict({"conversation": state.conversation_id})
    elif not state.conversation_id and "conversation" in st.query_params:
        st.query_params.clear()


def link_to(conversation: str, position: int | None = None) -> str:
    """The address of a conversation, at one of its answers (position 0-based)."""
    base = (st.context.url or "").split("?")[0].rstrip("/") + "/"
    answer = f"&answer={position + 1}" if position is not None else ""
    return f"{base}?conversation={conversation}{answer}"


def open_conversation(conversation: str, state: ChatState) -> None:
    """At the press of a button: go on with an earlier conversation."""
    exchanges = resources.get_history(current_user()).load(conversation)
    if exchanges:
        state.resume(conversation, exchanges, _thumbs(conversation, len(exchanges)), len(exchanges) - 1)
        st.query_params.from_dict({"conversation": conversation})


def new_conversation(state: ChatState) -> None:
    """At the press of a button: an empty page."""
    state.restart()
    st.query_params.clear()


def _thumbs(conversation: str, count: int) -> dict[int, bool]:
    box = resources.get_feedback()
    given = {position: box.get(feedback_id(conversation, position)) for position in range(count)}
    return {position: feedback.helpful for position, feedback in given.items() if feedback}
