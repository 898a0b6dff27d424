"""Example questions from the headings of whatever the library holds. Pure."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from assistant.domain import Passage, PassageKind

MAX_WORDS = 9  # a longer heading is a sentence or a title and makes a clumsy question
MAX_CHARACTERS = 70  # one or two lines of a button on a phone
_SMALL_WORDS = frozenset({"a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to"})
_ACRONYM = 3  # letters: "UN", "AU", "R2P" stay capitals when a heading in capitals is toned down


def example_topics(passages: Iterable[Passage], limit: int) -> tuple[str, ...]:
    """Headings worth asking about, longest section of each document first, documents taking turns."""
    weight: dict[str, dict[str, int]] = {}
    for passage in passages:
        topic = _topic(passage.locator.section[-1]) if passage.locator.section else ""
        if topic and passage.kind is PassageKind.BODY:
            of_document = weight.setdefault(passage.document_id, {})
            of_document[topic] = of_document.get(topic, 0) + len(passage.text)
    ranked: list[Sequence[str]] = [sorted(found, key=lambda topic: -found[topic]) for found in weight.values()]
    chosen: dict[str, str] = {}
    for round_of_documents in zip_longest(*ranked):
        for topic in round_of_documents:
            if topic:
                chosen.setdefault(topic.casefold(), topic)
    return tuple(chosen.values())[:limit]


def _topic(heading: str) -> str:
    """The heading as it reads inside a question; "" where it would make no question."""
    words = heading.strip(" :.").split()
    if not 2 <= len(words) <= MAX_WORDS or len(heading) > MAX_CHARACTERS:
        return ""
    if sum(c.isalpha() or c.isspace() for c in heading) < 0.8 * len(heading):
        return ""
    text = " ".join(words)
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
