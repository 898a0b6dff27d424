"""What every page begins with: style, messages, the assistant, a filled library; a failure is one line of text."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from assistant.answering import Assistant
from assistant.errors import AssistantError
from assistant.messages import Messages
from assistant.pages import resources
from assistant.pages.access import admitted
from assistant.pages.failures import failures_shown
from assistant.pages.filling import fill_empty_library
from assistant.pages.inert import label_text
from assistant.pages.resources import Holdings

PAGES = Path(__file__).parent
SHARED_STYLE = "style.css"

Draw = Callable[[Assistant, Holdings, Messages], None]


def draw_page(draw: Draw, *, style: str | None = None) -> None:
    """Draw a page once: Streamlit runs this again at every press of a button. `style` is the page's own sheet."""
    st.html(PAGES / SHARED_STYLE)
    if style:
        st.html(PAGES / style)
    try:
        messages = resources.get_messages()
    except AssistantError as error:
        st.error(label_text(str(error)))
        return
    with failures_shown(messages):
        if not admitted(resources.get_settings(), messages):
            return
        with st.container(key="starting"):
            with st.spinner(messages.text("app.loading")):
                assistant = resources.get_assistant()
            fill_empty_library(assistant, resources.get_settings(), messages)
            with st.spinner(messages.text("app.looking")):
                holdings = resources.get_holdings(assistant, messages)
        draw(assistant, holdings, messages)
