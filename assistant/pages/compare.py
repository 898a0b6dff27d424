"""The compare page."""

import streamlit as st

from assistant.answering import Assistant
from assistant.messages import Messages
from assistant.pages.frame import draw_page
from assistant.pages.inert import html_text
from assistant.pages.resources import Holdings


def render() -> None:
    """Draw the page."""
    draw_page(_draw)


def _draw(_assistant: Assistant, _holdings: Holdings, messages: Messages) -> None:
    st.html(f"<h1>{html_text(messages.text('compare.title'))}</h1>")
