"""The documents page: what the library holds, reading it, finding words in it, its terms, adding to it."""

from collections.abc import Callable

import streamlit as st

from assistant.answering import Assistant
from assistant.messages import Messages
from assistant.pages.address import Address, View
from assistant.pages.documents_add import draw_add
from assistant.pages.documents_find import draw_find
from assistant.pages.documents_library import draw_library
from assistant.pages.documents_reading import draw_reading
from assistant.pages.documents_terms import draw_terms
from assistant.pages.frame import draw_page
from assistant.pages.going import go, here
from assistant.pages.inert import html_text
from assistant.pages.original import draw_removed
from assistant.pages.resources import Holdings

VIEW_KEY = "documents-view"
_DRAWN: dict[View, Callable[[Address, Assistant, Holdings, Messages], None]] = {
    View.LIBRARY: draw_library,
    View.FIND: draw_find,
    View.TERMS: draw_terms,
    View.ADD: draw_add,
}


def render() -> None:
    """Draw the page."""
    draw_page(_draw, style="documents.css")


def _draw(assistant: Assistant, holdings: Holdings, messages: Messages) -> None:
    address = here()
    if address.document:
        with st.container(key="reading"):
            draw_reading(address, assistant, holdings, messages)
        return
    with st.container(key="documents"):
        st.html(f"<h1>{html_text(messages.text('documents.title'))}</h1>")
        _draw_tabs(address, messages)
        draw_removed(messages)
        _DRAWN[address.view](address, assistant, holdings, messages)


def _draw_tabs(address: Address, messages: Messages) -> None:
    names = {
        View.LIBRARY: messages.text("documents.view_library"),
        View.FIND: messages.text("documents.view_find"),
        View.TERMS: messages.text("documents.view_terms"),
        View.ADD: messages.text("documents.view_add"),
    }
    st.session_state[VIEW_KEY] = address.view  # the address bar leads, also when the browser goes back
    st.segmented_control(
        messages.text("documents.views"),
        options=list(View),
        format_func=names.__getitem__,
        key=VIEW_KEY,
        required=True,
        label_visibility="collapsed",
        on_change=_switch,
    )


def _switch() -> None:
    chosen = st.session_state.get(VIEW_KEY)
    if chosen:
        go(Address(view=View(chosen)))
