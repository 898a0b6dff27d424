"""Failures as one line for the reader and, where they were not expected, a traceback on stderr."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from assistant.errors import AssistantError
from assistant.messages import Messages
from assistant.pages.inert import label_text

logger = logging.getLogger(__name__)


@contextmanager
def failures_shown(messages: Messages) -> Iterator[None]:
    """Run a part of a page; what goes wrong in it is shown in its place and the rest of the page goes on."""
    try:
        yield
    except Exception as error:
        st.error(label_text(failure_text(error, messages)))


def failure_text(error: Exception, messages: Messages) -> str:
    """One line with the next step: the error's own where it is expected, a general one (and a log entry) otherwise."""
    if isinstance(error, AssistantError):
        return str(error)
    logger.error("a page failed", exc_info=error)
    return messages.text("status.internal")
