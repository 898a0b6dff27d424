"""From a question to an Answer: the order of the steps, written once."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from assistant import answerability, conversation, extractive
from assistant.answerability import AnswerabilityRules, Verdict
from assistant.citations import quote_statements
from assistant.conversation import FollowUpRules
from assistant.disguise import attempts_instruction
from assistant.domain import (
    ANSWERED,
    Answer,
    AnswerStatus,
    Citation,
    Conversation,
    Failure,
    Filters,
    Hit,
    Mode,
    Reason,
    Statement,
)
from assistant.embedding import Embedder
from assistant.evidence import Evidence, weigh_sentences
from assistant.extractive import ExtractiveRules
from assistant.geometry import Geometry, measure_geometry
from assistant.lexicon import Lexicon, build_lexicon
from assistant.library import Library
from assistant.messages import Messages
from assistant.naming import DocumentNames, names_of
from assistant.question import Question, QuestionRules, read_question
from assistant.reading import Reading
from assistant.retrieval import RetrievalWeights, encode_query, retrieve
from assistant.vector_index import VectorIndex

LONGEST_QUESTION = 4_000  # characters; an essay has no one answer, and its reading takes long


@dataclass(frozen=True, slots=True)
class SearchStarted:
    """The question as understood."""

    search_query: str


@dataclass(frozen=True, slots=True)
class StatementReady:
    """A statement that has passed its check, with the citations that it is the first to use."""

    statement: Statement
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class AnswerReady:
    """The whole answer; the last event."""

    answer: Answer


Event = SearchStarted | StatementReady | AnswerReady


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything about answering that is data."""

    question: QuestionRules
    follow_up: FollowUpRules
    retrieval: RetrievalWeights
    extractive: ExtractiveRules
    answerability: AnswerabilityRules
    variants: list[list[str]]
    messages: Messages


@dataclass(frozen=True)
class Snapshot:
    """What is derived from one state of the library."""

    stamp: str
    lexicon: Lexicon
    names: tuple[DocumentNames, ...]
    index: VectorIndex
    geometry: Geometry
    library: Library
    reading: dict[str, Reading] = field(default_factory=dict)

    def read(self, document_id: str) -> Reading:
        """The Reading of a document, made once."""
        if document_id not in self.reading:
            self.reading[document_id] = Reading.of(
                self.library.document(document_id), self.library.passages(document_id)
            )
        return self.reading[document_id]


class Assistant:
    """Answers questions from a library."""

    def __init__(self, library: Library, embedder: Embedder, index_folder: Path, rules: Rules) -> None:
        self.library = library
        self.embedder = embedder
        self.rules = rules
        self._index_folder = index_folder
        self._snapshot: Snapshot | None = None
        self._lock = threading.Lock()

    def refresh(self) -> Snapshot:
        """What is derived from the library as it is now; made anew only when the library has changed.

        Raises:
            LibraryError: the library has meanwhile been made with another embedder, or its index cannot be built.
        """
        with self._lock:
            stamp = self.library.stamp()
            held = self._snapshot
            if held is None or held.stamp != stamp:
                self.library.require(self.embedder.identity)
                index = held.index if held else VectorIndex.open(self._index_folder, self.library)
                texts = [_searchable(p.text, p.locator.section) for p in self.library.passages()]
                known_word = cache(self.embedder.knows_word)
                lexicon = build_lexicon(texts, self.rules.variants, known_word)
                geometry = measure_geometry(self.library, self.embedder.identity.dimension)
                names = names_of(self.library.documents(), lexicon, self.rules.question.stopwords)
                held = self._snapshot = Snapshot(stamp, lexicon, names, index, geometry, self.library)
            return held

    def answer(
        self, question: str, conversation: Conversation = Conversation(), filters: Filters = Filters()
    ) -> Answer:
        """One question with its answer; never raises for what a question contains.

        Raises:
            LibraryError: the library or its index cannot be used.
        """
        *_, last = self.stream(question, conversation, filters)
        assert isinstance(last, AnswerReady)
        return last.answer

    def stream(
        self, text: str, history: Conversation = Conversation(), filters: Filters = Filters()
    ) -> Iterator[Event]:
        """The same as events; a statement is yielded only after it was checked."""
        clock = _Clock()
        text = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair can be neither read nor printed
        if text.strip() and not any(c.isalnum() for c in text):
            yield AnswerReady(self._refuse(text, text, Reason.UNCLEAR, clock))
            return
        unusable = self._unusable(text)
        if unusable:
            yield AnswerReady(self._reject(text, unusable, clock))
            return
        if attempts_instruction(text, self.rules.question):
            yield AnswerReady(self._refuse(text, text, Reason.INSTRUCTION, clock))
            return
        state = self.refresh()
        with clock("understand"):
            asked = self._understand(text, history, state)
        if not asked.terms:
            yield AnswerReady(self._refuse(text, asked.text, Reason.UNCLEAR, clock))
            return
        yield SearchStarted(asked.text)
        hits, evidence = self._gather(asked, filters, state, clock)
        with clock("judge"):
            verdict = answerability.judge(asked, evidence, state.lexicon, self.rules.answerability)
        if verdict.reason:
            yield AnswerReady(self._refuse(text, asked.text, verdict.reason, clock, filters, hits, verdict))
            return
        with clock("answer"):
            drafts = extractive.answer_by_quotation(asked, evidence, self.rules.extractive, state.read)
            documents = {d.passage.document_id: state.read(d.passage.document_id).document for d in drafts}
            statements, citations = quote_statements(drafts, documents)
        if not statements:
            yield AnswerReady(self._refuse(text, asked.text, Reason.NO_EVIDENCE, clock, filters, hits, verdict))
            return
        shown: set[int] = set()
        for statement in statements:
            first_used = set(statement.citations) - shown
            yield StatementReady(statement, tuple(c for c in citations if c.marker in first_used))
            shown |= first_used
        yield AnswerReady(
            Answer(
                question=text,
                search_query=asked.text,
                status=ANSWERED,
                mode=Mode.EXTRACTIVE,
                statements=statements,
                citations=citations,
                hits=hits,
                answerability=verdict.probability,
                timings_ms=clock.total(),
            )
        )

    def gather(
        self, text: str, history: Conversation = Conversation(), filters: Filters = Filters()
    ) -> tuple[Question, tuple[Hit, ...], list[Evidence]]:
        """What an answer would be made from, before anything is judged: for learning weights."""
        state = self.refresh()
        asked = self._understand(text, history, state)
        return asked, *self._gather(asked, filters, state, _Clock())

    def _understand(self, text: str, history: Conversation, state: Snapshot) -> Question:
        resolved = conversation.resolve(text, history, self.rules.follow_up, state.lexicon.idf)
        return read_question(resolved.query, self.rules.question, state.lexicon, state.names, aspect=resolved.aspect)

    def _gather(
        self, asked: Question, filters: Filters, state: Snapshot, clock: "_Clock"
    ) -> tuple[tuple[Hit, ...], list[Evidence]]:
        with clock("retrieve"):
            query = encode_query(asked, state.lexicon, self.embedder)
            hits = retrieve(asked, query, filters, self.rules.retrieval, self.library, state.index, state.geometry)
        with clock("weigh"):
            evidence = weigh_sentences(
                asked,
                query,
                hits[: self.rules.extractive.passages],
                self.rules.extractive.weights,
                self.library,
                state.lexicon,
                self.embedder,
                self.rules.answerability.demands.places,
                state.geometry,
            )
        return hits, evidence

    def _refuse(
        self,
        text: str,
        search_query: str,
        reason: Reason,
        clock: "_Clock",
        filters: Filters = Filters(),
        hits: tuple[Hit, ...] = (),
        verdict: Verdict | None = None,
    ) -> Answer:
        key = f"status.{reason}"
        messages = self.rules.messages
        variables: dict[str, object] = {}
        if "missing" in messages.variables(key):
            missing = ", ".join((verdict.missing if verdict else ())[:4])
            searched = sum(filters.admit(document) for document in self.library.documents())
            variables = {"missing": missing or messages.text("phrase.whole_question"), "count": searched}
        return Answer(
            question=text,
            search_query=search_query,
            status=AnswerStatus(reason=reason),
            mode=Mode.EXTRACTIVE,
            hits=hits,
            message=messages.text(key, **variables),
            answerability=verdict.probability if verdict else None,
            timings_ms=clock.total(),
        )

    def _unusable(self, text: str) -> str:
        """Why a text is no question at all; empty for one that may be."""
        messages = self.rules.messages
        if not text.strip():
            return messages.text("phrase.empty")
        if len(text) > LONGEST_QUESTION:
            return messages.text("phrase.too_long", length=len(text), limit=LONGEST_QUESTION)
        return ""

    def _reject(self, text: str, why: str, clock: "_Clock") -> Answer:
        failure = Failure.BAD_INPUT
        message = self.rules.messages.text(f"status.{failure}", reason=why)
        status = AnswerStatus(failure=failure)
        return Answer(text, text, status, Mode.EXTRACTIVE, message=message, timings_ms=clock.total())


class _Clock:
    """Milliseconds of each step."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._steps: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self._steps[step] = (time.perf_counter() - began) * 1000

    def total(self) -> dict[str, float]:
        return {**self._steps, "total": (time.perf_counter() - self._began) * 1000}


def _searchable(text: str, section: tuple[str, ...]) -> str:
    return f"{' '.join(section)} {text}"
