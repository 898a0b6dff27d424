"""The sidebar of the chat page: new conversation, document filter, what the library holds."""

import streamlit as st

from assistant.domain import Filters
from assistant.messages import Messages
from assistant.pages.answers import holdings_html, note_html
from assistant.pages.resources import Holdings
from assistant.pages.state import ChatState

FILTER_KEY = "filter_documents"


def draw_sidebar(holdings: Holdings, state: ChatState, messages: Messages) -> Filters:
    """Draw it and return the filters as set there."""
    titles = holdings.titles
    chosen = [document_id for document_id in st.session_state.get(FILTER_KEY, ()) if document_id in titles]
    st.session_state[FILTER_KEY] = chosen  # a document removed meanwhile leaves the filter too
    with st.sidebar:
        st.button(
            messages.text("app.sidebar_new"),
            key="new_conversation",
            icon=":material/add_comment:",
            on_click=state.restart,
            width="stretch",
        )
        st.multiselect(
            messages.text("app.sidebar_filter"),
            options=list(titles),
            format_func=titles.__getitem__,
            placeholder=messages.text("app.sidebar_filter_all"),
            key=FILTER_KEY,
        )
        st.subheader(messages.text("app.sidebar_holdings"))
        totals = messages.text("app.sidebar_totals", documents=len(titles), passages=sum(holdings.passages.values()))
        st.html(note_html(totals) + holdings_html(holdings.documents, holdings.passages, messages))
    return Filters(documents=frozenset(st.session_state[FILTER_KEY]))
