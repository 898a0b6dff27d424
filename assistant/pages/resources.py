"""What all sessions of one process share: messages, the assistant with its models, and what the library holds."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from assistant.answering import Assistant
from assistant.domain import DocumentMetadata
from assistant.drafts import DraftBox
from assistant.feedback import FeedbackBox
from assistant.history import History
from assistant.messages import Messages, load_messages
from assistant.pages.examples import Topic, example_topics
from assistant.pages.suggestions import Suggestions
from assistant.settings import Settings, load_settings

Titles = Mapping[str, str]  # titles of documents by id


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the library holds, for the opening screen and the sidebar."""

    stamp: str  # of the library's content
    documents: tuple[DocumentMetadata, ...]
    passages: Mapping[str, int]  # number of passages by document id
    examples: tuple[str, ...]  # questions that the library is known to answer
    suggestions: Suggestions
    titles: Titles


@st.cache_resource(show_spinner=False)
def get_settings() -> Settings:
    """The settings of this process."""
    return load_settings()


@st.cache_resource(show_spinner=False)
def get_messages() -> Messages:
    """Every word on the pages."""
    return load_messages(get_settings().prompts_dir)


@st.cache_resource(show_spinner=False)
def get_assistant() -> Assistant:
    """The one assistant of this process: models load here, once. The seam at which tests put another."""
    from assistant.assembly import build_assistant

    return build_assistant(get_settings())


def get_history(user: str) -> History:
    """The conversations of one reader."""
    return History(get_settings().data_dir / "history", user)


def get_feedback() -> FeedbackBox:
    """What readers said of answers."""
    return FeedbackBox(get_settings().data_dir / "feedback")


def get_drafts() -> DraftBox:
    """Draft evaluation cases."""
    return DraftBox(get_settings().data_dir / "drafts")


def get_holdings(assistant: Assistant, messages: Messages) -> Holdings:
    """What the library holds now; looked through again only when its content has changed."""
    return _holdings(assistant.library.stamp(), assistant, messages)


@st.cache_resource(show_spinner=False, max_entries=4)
def _holdings(stamp: str, _assistant: Assistant, _messages: Messages) -> Holdings:
    documents, passages = _assistant.library.documents(), _assistant.library.passages()

    def wording(topic: Topic) -> str:
        return topic.words if topic.words.endswith("?") else _messages.text("app.example", topic=topic.words)

    suggestions = Suggestions(example_topics(documents, passages), wording, _assistant.answer)
    counts = Counter(passage.document_id for passage in passages)
    titles = {document.id: document.title for document in documents}
    return Holdings(stamp, documents, counts, suggestions.examples(), suggestions, titles)
