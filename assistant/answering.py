"""From a question to an Answer: the order of the steps, written once."""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

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
    Document,
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
from assistant.faults import ModelFaultError
from assistant.generative import (
    Ledger,
    NotStatedError,
    Writer,
    build_verifier,
    complete_follow_up,
    expand_query,
    write_statements,
)
from assistant.geometry import Geometry, measure_geometry
from assistant.lexicon import Lexicon, build_lexicon
from assistant.library import Library
from assistant.logs import log_answer
from assistant.messages import Messages
from assistant.naming import DocumentNames, names_of
from assistant.question import Question, QuestionRules, read_question
from assistant.reading import Reading
from assistant.retrieval import RetrievalWeights, encode_query, retrieve
from assistant.vector_index import VectorIndex
from assistant.verification import Entailment, VerificationRules, Verifier

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


@dataclass(frozen=True, slots=True)
class FellBack:
    """A chat model did not bring an answer to its end: what was yielded of it is taken back, and quotations follow."""

    notice: str


Event = SearchStarted | StatementReady | FellBack | AnswerReady


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything about answering that is data."""

    question: QuestionRules
    follow_up: FollowUpRules
    retrieval: RetrievalWeights
    extractive: ExtractiveRules
    answerability: AnswerabilityRules
    variants: list[list[str]]
    subjects: frozenset[str]
    messages: Messages
    verification: VerificationRules


@dataclass(frozen=True)
class Snapshot:
    """What is derived from one state of the library."""

    stamp: str
    lexicon: Lexicon
    names: tuple[DocumentNames, ...]
    index: VectorIndex
    geometry: Geometry
    library: Library
    verifier: Verifier
    reading: dict[str, Reading] = field(default_factory=dict)

    def document(self, document_id: str) -> Document:
        """A document, read once."""
        return self.read(document_id).document

    def read(self, document_id: str) -> Reading:
        """The Reading of a document, made once."""
        if document_id not in self.reading:
            self.reading[document_id] = Reading.of(
                self.library.document(document_id), self.library.passages(document_id)
            )
        return self.reading[document_id]


class Assistant:
    """Answers questions from a library."""

    def __init__(
        self,
        library: Library,
        embedder: Embedder,
        index_folder: Path,
        rules: Rules,
        writer: Writer | None = None,
        entailment: Entailment | None = None,
    ) -> None:
        self.library = library
        self.embedder = embedder
        self.rules = rules
        self.writer = writer  # None: answers are quotations
        self.entailment = entailment
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
                lexicon = build_lexicon(texts, self.rules.variants, known_word, self.rules.subjects)
                geometry = measure_geometry(self.library, self.embedder.identity.dimension)
                names = names_of(self.library.documents(), lexicon, self.rules.question.stopwords)
                verifier = build_verifier(
                    self.rules.verification,
                    lexicon,
                    self.embedder,
                    self.entailment,
                    lambda text: attempts_instruction(text, self.rules.question),
                )
                held = self._snapshot = Snapshot(stamp, lexicon, names, index, geometry, self.library, verifier)
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
        self,
        text: str,
        history: Conversation = Conversation(),
        filters: Filters = Filters(),
        stopped: Callable[[], bool] = bool,
    ) -> Iterator[Event]:
        """The same as events; a statement is yielded only after it was checked. Closing it stops a chat model; so does
        `stopped`, asked between the pieces of its reply, for a caller that waits for the next event.
        """
        with closing(self._steps(text, history, filters, stopped)) as events:
            for event in events:
                if isinstance(event, AnswerReady):
                    log_answer(event.answer)
                yield event

    def _steps(
        self, text: str, history: Conversation, filters: Filters, stopped: Callable[[], bool]
    ) -> Generator[Event, None, None]:
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
        ledger = Ledger.open(self.writer.options.seconds if self.writer else 0.0, stopped)
        with clock("understand"):
            asked = self._understand(text, history, state, ledger)
        if not asked.terms:
            yield AnswerReady(self._refuse(text, asked.text, Reason.UNCLEAR, clock))
            return
        yield SearchStarted(asked.text)
        hits, evidence = self._gather(asked, filters, state, clock, ledger)
        with clock("judge"):
            verdict = answerability.judge(asked, evidence, state.lexicon, self.rules.answerability)
        if verdict.reason:
            yield AnswerReady(self._refuse(text, asked.text, verdict.reason, clock, filters, hits, verdict))
            return
        notices: tuple[str, ...] = ()
        if self.writer:
            with clock("write"):
                written = yield from self._write(self.writer, asked, hits, state, ledger)
            if isinstance(written, Reason):
                written = self._refuse(text, asked.text, written, clock, filters, hits, verdict)
            if isinstance(written, Answer):
                yield AnswerReady(
                    replace(
                        written,
                        question=text,
                        answerability=verdict.probability,
                        timings_ms=clock.total(),
                        **self._account(ledger),
                    )
                )
                return
            notices = (written,)
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
                notices=notices,
                answerability=verdict.probability,
                timings_ms=clock.total(),
                **self._account(ledger),
            )
        )

    def _write(
        self, writer: Writer, asked: Question, hits: tuple[Hit, ...], state: Snapshot, ledger: Ledger
    ) -> Generator[Event, None, Answer | Reason | str]:
        """The chat model's part: an Answer whose statements were yielded one by one, the reason why there is none, or
        the notice with which quotations follow instead."""
        messages = self.rules.messages
        released: list[StatementReady] = []
        try:
            for ready in write_statements(writer, asked.text, hits, state.document, state.verifier, ledger):
                released.append(StatementReady(ready.statement, ready.citations))
                yield released[-1]
        except NotStatedError:
            return Reason.NOT_STATED
        except ModelFaultError as error:
            ledger.fault = error.fault
            notice = messages.text(f"generative.{error.fault}")
            yield FellBack(notice)
            return notice
        return Answer(
            question=asked.text,
            search_query=asked.text,
            status=ANSWERED,
            mode=Mode.GENERATIVE,
            statements=tuple(ready.statement for ready in released),
            citations=tuple(citation for ready in released for citation in ready.citations),
            hits=hits,
            notices=(messages.text("generative.incomplete"),) if ledger.incomplete else (),
        )

    def _account(self, ledger: Ledger) -> dict[str, Any]:
        """What an Answer tells of the chat model's part; nothing where none was asked."""
        usage = ledger.usage(self.writer.options) if self.writer else None
        if not self.writer or not usage:
            return {}
        return {
            "model": self.writer.model.name,
            "prompts": tuple(ledger.prompts),
            "usage": usage,
            "dropped": tuple(ledger.dropped),
            "fault": str(ledger.fault or ""),
        }

    def gather(
        self, text: str, history: Conversation = Conversation(), filters: Filters = Filters()
    ) -> tuple[Question, tuple[Hit, ...], list[Evidence]]:
        """What an answer would be made from, before anything is judged: for learning weights."""
        state = self.refresh()
        asked = self._understand(text, history, state)
        return asked, *self._gather(asked, filters, state, _Clock())

    def _understand(self, text: str, history: Conversation, state: Snapshot, ledger: Ledger | None = None) -> Question:
        resolved = conversation.resolve(text, history, self.rules.follow_up, state.lexicon.idf)
        query = resolved.query
        if ledger and self.writer and self.writer.options.rewrite and resolved.follow_up:
            said = [(turn.question, turn.answer) for turn in history.turns]
            query = complete_follow_up(self.writer, text, said, ledger) or query
        return read_question(query, self.rules.question, state.lexicon, state.names, aspect=resolved.aspect)

    def _widen(self, asked: Question, state: Snapshot, ledger: Ledger | None) -> Question:
        """The question with more words to search for, where that is set; the answer is still held to the question."""
        if not (ledger and self.writer and self.writer.options.expand):
            return asked
        more = expand_query(self.writer, asked.text, ledger)
        return (
            read_question(
                f"{asked.text} ({', '.join(more)})", self.rules.question, state.lexicon, state.names, aspect=asked.focus
            )
            if more
            else asked
        )

    def _gather(
        self, asked: Question, filters: Filters, state: Snapshot, clock: "_Clock", ledger: Ledger | None = None
    ) -> tuple[tuple[Hit, ...], list[Evidence]]:
        with clock("retrieve"):
            query = encode_query(asked, state.lexicon, self.embedder)
            wider = self._widen(asked, state, ledger)
            search = query if wider is asked else encode_query(wider, state.lexicon, self.embedder)
            hits = retrieve(wider, search, filters, self.rules.retrieval, self.library, state.index, state.geometry)
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
