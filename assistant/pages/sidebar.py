"""The sidebar of the chat page: new conversation, what to search in, earlier conversations, what the library holds."""

import streamlit as st

from assistant.domain import Filters
from assistant.history import Entry, History
from assistant.messages import Messages
from assistant.pages.access import draw_account
from assistant.pages.answers import holdings_html, note_html
from assistant.pages.conversation_link import new_conversation, open_conversation
from assistant.pages.filters import draw_filters
from assistant.pages.inert import html_text, label_text
from assistant.pages.resources import Holdings
from assistant.pages.state import ChatState

LISTED = 8  # conversations at once; the rest are a press away
SEARCHED_FROM = 3  # conversations: fewer are seen at a glance


def draw_controls(holdings: Holdings, state: ChatState, messages: Messages) -> Filters:
    """What can be set before asking; the filters as set."""
    st.button(
        messages.text("app.sidebar_new"),
        key="new_conversation",
        icon=":material/add_comment:",
        on_click=new_conversation,
        args=(state,),
        width="stretch",
    )
    return draw_filters(holdings, state, messages)


def draw_conversations(history: History, state: ChatState, messages: Messages) -> None:
    """Earlier conversations, the last used first; a search looks at titles, questions and answers."""
    entries = history.entries()
    if not entries:
        return
    st.html(f'<h2 class="pa-small-heading">{html_text(messages.text("app.history"))}</h2>')
    if len(entries) >= SEARCHED_FROM:
        words = st.text_input(
            messages.text("app.history_search"),
            key="history_search",
            placeholder=messages.text("app.history_search"),
            label_visibility="collapsed",
            icon=":material/search:",
        )
        if words.strip():
            entries = history.search(words)
            st.html(note_html(messages.text("app.history_found", count=len(entries))))
    shown = entries if st.session_state.get("history_all") else entries[:LISTED]
    with st.container(key="conversations"):
        for entry in shown:
            _draw_entry(entry, state, messages)
        if len(entries) > LISTED:
            st.toggle(messages.text("app.history_all", count=len(entries)), key="history_all")


def draw_library(holdings: Holdings, messages: Messages) -> None:
    """What is searched, and who is asking."""
    with st.expander(messages.text("app.sidebar_holdings"), icon=":material/library_books:"):
        totals = messages.text(
            "app.sidebar_totals", documents=len(holdings.titles), passages=sum(holdings.passages.values())
        )
        st.html(note_html(totals) + holdings_html(holdings.documents, holdings.passages, messages))
    draw_account(messages)


def _draw_entry(entry: Entry, state: ChatState, messages: Messages) -> None:
    current = entry.id == state.conversation_id
    label = messages.text("app.history_current", title=entry.title) if current else entry.title
    st.button(
        f"**{label_text(label)}**" if current else label_text(label),
        key=f"conversation-{entry.id}",
        type="tertiary",
        icon=":material/chat_bubble:" if current else None,
        on_click=open_conversation,
        args=(entry.id, state),
        width="stretch",
    )
