"""Takes a question from any page to the chat, with the documents that it is about."""

import streamlit as st

from assistant.domain import DocumentMetadata
from assistant.messages import Messages

ASK_KEY = "ask"  # the chat page takes {"question": str, "documents": [ids]} from here and asks it


def ask_in_chat(question: str, documents: list[str]) -> None:
    """Leave a question for the chat page and go there."""
    from assistant.pages import chat

    st.session_state[ASK_KEY] = {"question": question, "documents": documents}
    st.switch_page(st.Page(chat.render, url_path="chat", default=True))


def draw_ask(document: DocumentMetadata, heading: str | None, messages: Messages) -> None:
    """A box for a question about a document, filled with one about the section that is read."""
    topic = (heading or document.short_title or document.title).strip(" :.")
    with st.popover(messages.text("documents.ask"), icon=":material/chat:", type="primary"):
        with st.form("ask-form", border=False):
            question = st.text_area(
                messages.text("documents.ask_label"),
                value=messages.text("app.example", topic=topic),
                key=f"ask-{document.id}-{topic}",
                max_chars=1_000,
                height="content",
            )
            asked = st.form_submit_button(messages.text("documents.ask_now"), type="primary")
        if asked and question and question.strip():
            ask_in_chat(question.strip(), [document.id])
