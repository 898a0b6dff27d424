"""From a question to an Answer: the order of the steps, written once."""

import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from assistant import answerability, conversation, extractive
from assistant.answerability import AnswerabilityRules
from assistant.citations import quote_statements
from assistant.clock import Clock
from assistant.conversation import FollowUpRules
from assistant.disguise import attempts_instruction
from assistant.domain import ANSWERED, Answer, Conversation, Document, Filters, Hit, Mode, Reason
from assistant.embedding import Embedder
from assistant.events import AnswerReady, Event, FellBack, SearchStarted, StatementReady
from assistant.evidence import Evidence, weigh_sentences
from assistant.extractive import ExtractiveRules
from assistant.generative import build_verifier
from assistant.geometry import Geometry, measure_geometry
from assistant.joint_reading import JointReading, SentenceReader
from assistant.lexicon import Lexicon, build_lexicon
from assistant.library import Library
from assistant.logs import log_answer
from assistant.messages import Messages
from assistant.naming import DocumentNames, names_of
from assistant.prose import completed, more_words, write_prose
from assistant.question import Expected, Question, QuestionRules, read_question
from assistant.reading import Reading
from assistant.refusals import no_question, refuse
from assistant.retrieval import HITS, RetrievalWeights, encode_query, ranked_by_reading, retrieve
from assistant.vector_index import VectorIndex
from assistant.verification import Judges, VerificationRules, Verifier
from assistant.writer import Ledger, Writer

# Searching and reading keep all cores busy. Of ten who ask at once the first are then answered after a fifth of the
# time in which all would be side by side, and the last no later; two, so that one goes on where the other waits.
SIDE_BY_SIDE = 2


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
    passages: int  # how many the library holds
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
        judges: Judges = Judges(),
        reader: SentenceReader | None = None,
    ) -> None:
        self.library = library
        self.embedder = embedder
        self.rules = rules
        self.writer = writer  # None: answers are quotations
        self.judges = judges
        self.reader = reader  # None: sentences are weighed by their own features alone
        self._index_folder = index_folder
        self._snapshot: Snapshot | None = None
        self._lock = threading.Lock()
        self._turn = threading.Semaphore(SIDE_BY_SIDE)

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
                    self.judges,
                    lambda text: attempts_instruction(text, self.rules.question),
                )
                held = self._snapshot = Snapshot(
                    stamp, len(texts), lexicon, names, index, geometry, self.library, verifier
                )
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
        clock = Clock()
        text = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair can be neither read nor printed
        messages = self.rules.messages
        early = no_question(text, self.rules.question, messages)
        if early:
            yield AnswerReady(replace(early, timings_ms=clock.total()))
            return
        state = self.refresh()
        ledger = Ledger.open(self.writer, stopped)
        with clock("understand"):
            asked = self._understand(text, history, state, ledger)

        def ready(answer: Answer, probability: float | None) -> AnswerReady:
            whole = replace(answer, question=text, answerability=probability, timings_ms=clock.total())
            return AnswerReady(ledger.told(whole, self.writer))

        if not asked.terms:
            yield ready(refuse(asked.text, Reason.UNCLEAR, messages, self.library), None)
            return
        yield SearchStarted(asked.text)
        hits, evidence = self._gather(asked, filters, state, clock, ledger)
        with clock("judge"):
            rules = self.rules.answerability
            if self.rules.retrieval.large(state.passages):
                rules = rules.in_many()
            verdict = answerability.judge(asked, evidence, state.lexicon, rules)
        found = verdict.probability
        refusal = partial(
            refuse, asked.text, messages=messages, library=self.library, filters=filters, hits=hits, verdict=verdict
        )
        if verdict.reason:
            yield ready(refusal(verdict.reason), found)
            return
        notices: tuple[str, ...] = ()
        if self.writer:
            with clock("write"):
                written = yield from write_prose(
                    self.writer, asked.text, hits, state.document, state.verifier, ledger, messages
                )
            if not isinstance(written, FellBack):
                yield ready(written if isinstance(written, Answer) else refusal(written), found)
                return
            yield written
            notices = (written.notice,)
        with clock("answer"):
            drafts = extractive.answer_by_quotation(asked, evidence, self.rules.extractive, state.read)
            documents = {d.passage.document_id: state.read(d.passage.document_id).document for d in drafts}
            statements, citations = quote_statements(drafts, documents)
        if not statements:
            yield ready(refusal(Reason.NO_EVIDENCE), found)
            return
        shown: set[int] = set()
        for statement in statements:
            first_used = set(statement.citations) - shown
            yield StatementReady(statement, tuple(c for c in citations if c.marker in first_used))
            shown |= first_used
        quoted = Answer(text, asked.text, ANSWERED, Mode.EXTRACTIVE, statements, citations, hits, notices=notices)
        yield ready(quoted, found)

    def apart(self) -> "Assistant":
        """The same without the joint reader, for what was calibrated without it."""
        other = Assistant(self.library, self.embedder, self._index_folder, self.rules, self.writer, self.judges)
        other._snapshot = self.refresh()
        return other

    def gather(
        self, text: str, history: Conversation = Conversation(), filters: Filters = Filters()
    ) -> tuple[Question, tuple[Hit, ...], list[Evidence]]:
        """What an answer would be made from, before anything is judged: for learning weights."""
        state = self.refresh()
        asked = self._understand(text, history, state)
        return asked, *self._gather(asked, filters, state, Clock())

    def _understand(self, text: str, history: Conversation, state: Snapshot, ledger: Ledger | None = None) -> Question:
        resolved = conversation.resolve(text, history, self.rules.follow_up, state.lexicon.idf)
        whole = completed(self.writer, text, history, ledger) if resolved.follow_up else None
        return read_question(
            whole or resolved.query, self.rules.question, state.lexicon, state.names, aspect=resolved.aspect
        )

    def _widen(self, asked: Question, state: Snapshot, ledger: Ledger | None) -> Question:
        """The question with more words to search for, where that is set; the answer is still held to the question."""
        more = more_words(self.writer, asked.text, ledger)
        if not more:
            return asked
        wider = f"{asked.text} ({', '.join(more)})"
        return read_question(wider, self.rules.question, state.lexicon, state.names, aspect=asked.focus)

    def _gather(
        self, asked: Question, filters: Filters, state: Snapshot, clock: Clock, ledger: Ledger | None = None
    ) -> tuple[tuple[Hit, ...], list[Evidence]]:
        with clock("retrieve"):
            wider = self._widen(asked, state, ledger)
        with self._turn:
            with clock("retrieve"):
                query = encode_query(asked, state.lexicon, self.embedder)
                search = query if wider is asked else encode_query(wider, state.lexicon, self.embedder)
                rules, weights = self.rules.extractive, self.rules.retrieval.among(state.passages)
                reading = weights.read if self.reader and weights.joint_reading else 0
                count = max(HITS, reading)
                hits = retrieve(wider, search, filters, weights, self.library, state.index, state.geometry, count)
            with clock("read"):
                readings = self._read(asked, hits[:reading])
                ranked = ranked_by_reading(hits, readings, weights, in_turns=asked.comparison) if readings else hits
            with clock("weigh"):
                best = {hit.passage.id for hit in ranked[: rules.passages]}
                evidence = weigh_sentences(
                    asked,
                    query,
                    [hit for hit in hits if hit.passage.id in best],
                    rules.weights if readings else rules.weights_apart,
                    self.library,
                    state.lexicon,
                    self.embedder,
                    self.rules.answerability.demands,
                    state.geometry,
                    readings,
                )
        return ranked[:HITS], evidence

    def _read(self, asked: Question, hits: Sequence[Hit]) -> Mapping[str, JointReading]:
        """What the joint reader finds in some hits, by passage."""
        if not (self.reader and hits):
            return {}
        passages = [hit.passage for hit in hits]
        titles = {d.id: d.short_title or d.title for d in self.library.documents()}
        # When and where something was are asked of the document or event that the question names.
        read = asked.text if asked.expected in (Expected.WHEN, Expected.WHERE) else asked.topic
        found = self.reader.read(read, passages, [titles[p.document_id] for p in passages])
        return {passage.id: reading for passage, reading in zip(passages, found, strict=True)}


def _searchable(text: str, section: tuple[str, ...]) -> str:
    return f"{' '.join(section)} {text}"
