"""The app over an assistant by script that takes its time at "slow" questions: for Stop, and for a kill meanwhile."""

import runpy
import time
from collections.abc import Iterator

import streamlit as st

from assistant.domain import ANSWERED, Answer, Citation, Conversation, Filters, Mode, Statement, Support
from assistant.events import AnswerReady, Event, SearchStarted, StatementReady
from assistant.library import Library
from assistant.pages import resources
from assistant.settings import PROJECT_DIR, load_settings
from tests.fakes import FakeEmbedder, make_document, make_passages, put_document

SECONDS = 60
DOCUMENT = make_document("one", "The first sentence stands here. The second one follows.", heading="The heading")
SENTENCES = ("The first sentence stands here.", "The second one follows.")


class SlowAssistant:
    """Answers with two sentences, and between them waits where the question says so."""

    def __init__(self) -> None:
        self.embedder = FakeEmbedder()
        self.library = Library.open(load_settings().data_dir / "library.db", identity=self.embedder.identity)
        if not self.library.passage_count():
            put_document(self.library, DOCUMENT, self.embedder)

    def stream(self, text: str, _history: Conversation, _filters: Filters, _stopped: object) -> Iterator[Event]:
        yield SearchStarted(text)
        statements = [Statement(s, (n,), Support.VERBATIM) for n, s in enumerate(SENTENCES, start=1)]
        citations = [cite(n, s) for n, s in enumerate(SENTENCES, start=1)]
        for statement, citation in zip(statements, citations, strict=True):
            yield StatementReady(statement, (citation,))
            if "slow" in text:
                time.sleep(SECONDS)
        yield AnswerReady(Answer(text, text, ANSWERED, Mode.EXTRACTIVE, tuple(statements), tuple(citations)))

    def answer(self, text: str) -> Answer:
        return Answer(text, text, ANSWERED, Mode.EXTRACTIVE)


def cite(marker: int, quote: str) -> Citation:
    (passage,) = make_passages(DOCUMENT)
    start, title = DOCUMENT.text.index(quote), DOCUMENT.metadata.title
    end = start + len(quote)
    return Citation(marker, passage.id, "one", title, passage.locator, f"{title}, 2015", quote, start, end)


@st.cache_resource(show_spinner=False)
def slow_assistant() -> SlowAssistant:
    return SlowAssistant()


resources.get_assistant = slow_assistant  # type: ignore[assignment]  # stands in for it
runpy.run_path(str(PROJECT_DIR / "app.py"))
