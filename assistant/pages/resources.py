"""What all sessions of one process share: messages, the assistant with its models, and what the library holds."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from assistant.answering import Assistant
from assistant.domain import DocumentMetadata
from assistant.messages import Messages, load_messages
from assistant.pages.examples import answers_from, example_topics
from assistant.settings import Settings, load_settings

EXAMPLES = 6  # on the opening screen
EXAMPLES_TRIED = 24  # each costs one answer when the app starts or the library changes


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the library holds, for the opening screen and the sidebar."""

    stamp: str  # of the library's content
    documents: tuple[DocumentMetadata, ...]
    passages: Mapping[str, int]  # number of passages by document id
    examples: tuple[str, ...]  # questions that the library is known to answer

    @property
    def titles(self) -> dict[str, str]:
        """Titles by document id."""
        return {document.id: document.title for document in self.documents}


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


def get_holdings(assistant: Assistant, messages: Messages) -> Holdings:
    """What the library holds now; looked through again only when its content has changed."""
    return _holdings(assistant.library.stamp(), assistant, messages)


@st.cache_resource(show_spinner=False, max_entries=4)
def _holdings(stamp: str, _assistant: Assistant, _messages: Messages) -> Holdings:
    documents, passages = _assistant.library.documents(), _assistant.library.passages()
    examples: list[str] = []
    for topic in example_topics(documents, passages)[:EXAMPLES_TRIED]:
        question = topic.words if topic.words.endswith("?") else _messages.text("app.example", topic=topic.words)
        if answers_from(topic, _assistant.answer(question)):
            examples.append(question)
        if len(examples) == EXAMPLES:
            break
    counts = Counter(passage.document_id for passage in passages)
    return Holdings(stamp, documents, counts, tuple(examples))
