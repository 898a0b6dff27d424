"""Questions down, documents across: what each document, asked alone, says on each question, or that it does not.

A cell is one answer restricted to one document. It holds only quotes that stand in that very document, and only when
they bear on the question (`bearing`); what another document says never decides it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice

from assistant.answering import Assistant, Snapshot
from assistant.bearing import Bearing, BearingRules, Concept, Stems, concepts, weigh
from assistant.domain import Answer, Citation, DocumentMetadata, Filters, Passage, Reason
from assistant.question import read_question

FEWEST, MOST = 2, 6  # documents side by side
MOST_QUESTIONS = 6
AFTER = "~"  # sorts after every digit and hyphen of a date
SIMILARITY = "sentence_centred"  # of a hit's signals


class Silence(StrEnum):
    """Why a document is said not to answer."""

    ABSENT = "absent"  # something that the question is about stands nowhere in it
    NEAR = "near"  # it has the words and does not state what is asked
    UNUSABLE = "unusable"  # the question itself cannot be answered by any document


@dataclass(frozen=True, slots=True)
class Cell:
    """What one document says on one question; without citations it does not say."""

    document: DocumentMetadata
    citations: tuple[Citation, ...] = ()  # verified quotes of this document, in the answer's order
    silence: Silence | None = None
    absent: tuple[str, ...] = ()  # of the question, what the document nowhere holds
    closest: Passage | None = None  # where it does not say: what came nearest

    @property
    def says(self) -> bool:
        """Whether the document answers."""
        return bool(self.citations)


@dataclass(frozen=True, slots=True)
class Row:
    """One question with a cell for each document."""

    question: str
    cells: tuple[Cell, ...]
    problem: str = ""  # for the reader, when the question cannot be answered by any document

    @property
    def saying(self) -> tuple[DocumentMetadata, ...]:
        """The documents that answer."""
        return tuple(cell.document for cell in self.cells if cell.says)

    @property
    def silent(self) -> tuple[DocumentMetadata, ...]:
        """The documents that do not."""
        return tuple(cell.document for cell in self.cells if not cell.says)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows over the same documents, and what they were made from and when."""

    documents: tuple[DocumentMetadata, ...]  # by date, undated ones last
    rows: tuple[Row, ...]
    library: str  # fingerprint of the library's content
    made: datetime


def in_order(documents: Collection[DocumentMetadata]) -> tuple[DocumentMetadata, ...]:
    """Documents by date, undated ones last, equal dates by title; of 2015 alone comes after any day of 2015."""
    return tuple(sorted(documents, key=lambda d: (f"{d.date}{AFTER}" if d.date else AFTER, d.title, d.id)))


def compare(
    assistant: Assistant, rules: BearingRules, questions: Sequence[str], documents: Collection[DocumentMetadata]
) -> Comparison:
    """Ask every document every question.

    Raises:
        LibraryError: the library or its index cannot be used.
    """
    chosen = in_order(documents)
    rows = tuple(compare_question(assistant, rules, question, chosen) for question in questions)
    return Comparison(chosen, rows, assistant.library.stamp(), datetime.now(UTC))


def compare_question(
    assistant: Assistant, rules: BearingRules, question: str, documents: Sequence[DocumentMetadata]
) -> Row:
    """Ask every document one question, each alone.

    Raises:
        LibraryError: the library or its index cannot be used.
    """
    cells: list[Cell] = []
    for cell, problem in _cells(assistant, rules, question, documents):
        if problem:
            return Row(question, tuple(Cell(d, silence=Silence.UNUSABLE) for d in documents), problem)
        cells.append(cell)
    return Row(question, tuple(cells))


def saying(
    assistant: Assistant, rules: BearingRules, question: str, documents: Sequence[DocumentMetadata], *, enough: int
) -> tuple[DocumentMetadata, ...]:
    """The first documents that say something on a question; no more are asked once there are enough.

    Raises:
        LibraryError: the library or its index cannot be used.
    """
    found = (cell.document for cell, _ in _cells(assistant, rules, question, documents) if cell.says)
    return tuple(islice(found, enough))


def _cells(
    assistant: Assistant, rules: BearingRules, question: str, documents: Sequence[DocumentMetadata]
) -> Iterator[tuple[Cell, str]]:
    """Cells one by one, each with what is wrong with the question itself, if anything is."""
    assistant = assistant.apart()  # the model of bearing was learnt from answers without the joint reader
    state = assistant.refresh()
    read = read_question(question, assistant.rules.question, state.lexicon, state.names)
    asked = concepts(read, rules, assistant.rules.question, state.lexicon)
    for document in documents:
        answer = assistant.answer(question, filters=Filters(documents=frozenset({document.id})))
        unusable = answer.status.failure or answer.status.reason in (Reason.INSTRUCTION, Reason.UNCLEAR)
        yield _cell(document, answer, asked, state, rules), answer.message if unusable else ""


def _cell(
    document: DocumentMetadata, answer: Answer, asked: Sequence[Concept], state: Snapshot, rules: BearingRules
) -> Cell:
    own = {hit.passage.id: hit.passage for hit in answer.hits if hit.passage.document_id == document.id}
    verified = [citation for citation in answer.citations if _stands(citation, document, state)]
    places = {c.passage_id: _place(c, own, state) for c in verified}
    bearing = weigh(asked, list(places.values()), _similarity(answer), _holds(document, state), rules)
    if answer.status.answered and verified and bearing.bears:
        return Cell(document, tuple(_to_the_point(verified, places, asked)))
    return Cell(
        document,
        silence=Silence.ABSENT if bearing.absent else Silence.NEAR,
        absent=bearing.absent,
        closest=_closest(own, bearing),
    )


def _stands(citation: Citation, document: DocumentMetadata, state: Snapshot) -> bool:
    """Whether a quote is this document's own text, character for character."""
    if citation.document_id != document.id:
        return False
    return state.read(document.id).document.text[citation.start : citation.end] == citation.quote


def _place(citation: Citation, own: Mapping[str, Passage], state: Snapshot) -> str:
    """The passage quoted from, with the headings over it."""
    passage = own.get(citation.passage_id) or state.library.passages_by_id([citation.passage_id]).get(
        citation.passage_id
    )
    return " ".join([*citation.locator.section, passage.text if passage else citation.quote])


def _similarity(answer: Answer) -> float:
    return max((hit.signals.get(SIMILARITY, 0.0) for hit in answer.hits), default=0.0)


def _holds(document: DocumentMetadata, state: Snapshot) -> Callable[[Concept], bool]:
    """Whether the document holds a concept anywhere, by the library's word index."""
    return lambda concept: bool(state.library.search_words(concept.query, 1, [document.id]))


def _to_the_point(
    citations: Sequence[Citation], places: Mapping[str, str], asked: Sequence[Concept]
) -> Sequence[Citation]:
    """The quotes whose passages hold any of what is asked about, where some do."""
    stems = {passage_id: Stems.of(place) for passage_id, place in places.items()}
    kept = [c for c in citations if any(concept.met_in(stems[c.passage_id]) for concept in asked)]
    return kept or citations


def _closest(own: Mapping[str, Passage], bearing: Bearing) -> Passage | None:
    """The best passage, where the document holds any of what is asked about."""
    return next(iter(own.values()), None) if bearing.present else None
