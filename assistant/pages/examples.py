"""Example questions from the headings of whatever the library holds. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from assistant.domain import Answer, DocumentMetadata, Passage, PassageKind

MAX_WORDS = 9  # a longer heading is a sentence or a title and makes a clumsy question
MAX_CHARACTERS = 70  # one or two lines of a button on a phone
_NUMBER = re.compile(r"^(?:[IVXLC]+|[A-Z]|\d+(?:\.\d+)*)[.)]\s+")  # "IV. ", "2.1) "
_SMALL_WORDS = frozenset({"a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to"})
_ACRONYM = 3  # letters: "UN", "AU", "R2P" stay capitals when a heading in capitals is toned down
# Headings made of these alone name a part of any document, not a subject.
_PARTS = _SMALL_WORDS | {
    "action", "annex", "background", "challenges", "common", "conclusion", "conclusions", "content", "contents",
    "context", "executive", "highlights", "introduction", "key", "main", "next", "notes", "overview", "points",
    "questions", "recommendations", "remarks", "results", "some", "steps", "summary",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Topic:
    """A heading worth asking about."""

    document: DocumentMetadata
    heading: str  # as printed
    words: str  # as it reads inside a question
    start: int = 0  # of its section in the document's text


def example_topics(documents: Sequence[DocumentMetadata], passages: Iterable[Passage]) -> tuple[Topic, ...]:
    """Topics in the order in which to offer them: longest section of each document first, documents taking turns."""
    by_id = {document.id: document for document in documents}
    lengths: dict[str, dict[str, int]] = {document.id: {} for document in documents}
    starts: dict[tuple[str, str], int] = {}
    for passage in passages:
        if passage.kind is PassageKind.BODY and passage.locator.section:
            of_document = lengths[passage.document_id]
            heading = passage.locator.section[-1]
            of_document[heading] = of_document.get(heading, 0) + len(passage.text)
            starts.setdefault((passage.document_id, heading), passage.start)
    ranked = [
        [Topic(by_id[document_id], heading, _words(heading, by_id[document_id]), starts[document_id, heading])
         for heading in sorted(found, key=lambda heading: -found[heading])]
        for document_id, found in lengths.items()
    ]  # fmt: skip
    usable = [[topic for topic in topics if topic.words] for topics in ranked]
    chosen: dict[str, Topic] = {}
    for round_of_documents in zip_longest(*usable):
        for topic in round_of_documents:
            if topic:
                chosen.setdefault(topic.words.casefold(), topic)
    return tuple(chosen.values())


def answers_from(topic: Topic, answer: Answer) -> bool:
    """Whether an answer quotes the very section that the example was made from."""
    return any(
        citation.document_id == topic.document.id and topic.heading in citation.locator.section
        for citation in answer.citations
    )


def _words(heading: str, document: DocumentMetadata) -> str:
    """The heading as it reads inside a question; "" where it names no subject."""
    text = " ".join(_NUMBER.sub("", heading).strip(" :.").split())
    words = text.split()
    known = f"{document.title} {document.body or ''}".casefold()
    if not 2 <= len(words) <= MAX_WORDS or len(text) > MAX_CHARACTERS or text.casefold() in known:
        return ""
    if all(word.casefold().strip(",:") in _PARTS for word in words):
        return ""
    if sum(c.isalpha() or c.isspace() for c in text) < 0.8 * len(text):
        return ""
    if text.isupper():
        text = " ".join(_toned_down(word, i) for i, word in enumerate(words))
    if text.startswith("On "):
        text = text[3:4].upper() + text[4:]
    return text


def _toned_down(word: str, position: int) -> str:
    lower = word.lower()
    if lower in _SMALL_WORDS and position:
        return lower
    return word if len(word) <= _ACRONYM and lower not in _SMALL_WORDS else word.capitalize()
