"""What stands above a printable view and not on paper: the way back, and a button that prints."""

from collections.abc import Callable

import streamlit as st

from assistant.messages import Messages
from assistant.pages.following import print_on_click, scroll_to


def draw_print_bar(back: str, go_back: Callable[[], None], messages: Messages) -> None:
    """`back` is what the button says that leads where the reader came from."""
    with st.container(key="print-bar", horizontal=True):
        st.button(back, key="print-back", icon=":material/arrow_back:", on_click=go_back)
        st.button(messages.text("app.print_now"), key="print-now", icon=":material/print:", type="primary")
    scroll_to(".st-key-print-bar", "print")
    print_on_click(".st-key-print-now button")
