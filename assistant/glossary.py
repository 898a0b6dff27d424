"""Terms and short forms that the documents themselves explain, as "Long Name (ABC)" or in a list of abbreviations,
each with the sentence that explains it, and how often both are used. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from assistant.concordance import Shelf, is_short_form
from assistant.domain import BlockKind, Locator, Passage
from assistant.lexicon import PART, definitions

_CELL = re.compile(r"\s*\|\s*")
_LINKING = frozenset(
    {"and", "de", "des", "du", "for", "in", "la", "of", "on", "the", "to"}
)  # no name begins with these
_MISSED = 3  # words at most that were left off such a name


@dataclass(frozen=True, slots=True)
class Explained:
    """Where a document explains a term."""

    document_id: str
    locator: Locator
    sentence: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """A long name that a short form stands for."""

    long: str
    places: tuple[Explained, ...]  # in the order of the passages


@dataclass(frozen=True, slots=True)
class Term:
    """A short form with its meanings, the most often explained first."""

    short: str
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class Uses:
    """How often a name is used, by document id."""

    by_document: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """In all documents."""
        return sum(self.by_document.values())


def find_terms(passages: Iterable[Passage]) -> tuple[Term, ...]:
    """The terms that sentences explain, by short form. Plurals ("SPMs") and other capitals count as one term."""
    shorts: dict[str, Counter[str]] = {}
    meanings: dict[str, dict[str, list[tuple[str, Explained]]]] = {}
    seen: set[tuple[str, int]] = set()
    for passage in passages:
        for sentence in passage.sentences:
            place = (passage.document_id, sentence.start)
            if place in seen:  # passages may overlap
                continue
            seen.add(place)
            for short, long in _explained(sentence.text, sentence.kind):
                where = Explained(passage.document_id, passage.locator, sentence.text, sentence.start, sentence.end)
                key = _singular(short).casefold()
                shorts.setdefault(key, Counter())[_singular(short)] += 1
                meanings.setdefault(key, {}).setdefault(_same_name(long), []).append((long, where))
    terms = (
        Term(shorts[key].most_common(1)[0][0], tuple(map(_meaning, sorted(found.values(), key=len, reverse=True))))
        for key, found in meanings.items()
    )
    return tuple(sorted(terms, key=lambda term: term.short.casefold()))


def count_uses(names: Iterable[str], shelf: Shelf) -> dict[str, Uses]:
    """How often each name is used: a short form as it is written, also in the plural, other words in any capitals.

    One walk over the words of the library for all names together.
    """
    wanted: dict[str, list[tuple[str, list[str]]]] = {}
    counts: dict[str, Counter[str]] = {name: Counter() for name in names}
    for name in counts:
        parts = [part.lower() for part in PART.findall(name)]
        for first in {parts[0], f"{parts[0]}s"} if parts and len(parts) == 1 else parts[:1]:
            wanted.setdefault(first, []).append((name, parts))
    for shelved in shelf.documents:
        words = PART.findall(shelved.text)
        lowered = [word.lower() for word in words]
        for i, word in enumerate(lowered):
            for name, parts in wanted.get(word, ()):
                if len(parts) > 1 and lowered[i : i + len(parts)] != parts:
                    continue
                if len(parts) == 1 and is_short_form(name) and _singular(words[i]) != _singular(name):
                    continue
                counts[name][shelved.metadata.id] += 1
    return {name: Uses(dict(found)) for name, found in counts.items()}


def _explained(text: str, kind: BlockKind) -> list[tuple[str, str]]:
    """(short, long) pairs of a sentence; of a row of a list of abbreviations too."""
    found = [(short, _whole(long, short, text)) for short, long in definitions(text)]
    cells = _CELL.split(text.strip()) if kind is BlockKind.TABLE_ROW else []
    if len(cells) == 2 and is_short_form(cells[0]) and " " not in cells[0]:
        found += definitions(f"{cells[1]} ({cells[0]})")
    return found


def _whole(long: str, short: str, text: str) -> str:
    """A long name from its first word on: the shortest reading of OIOS is "of Internal Oversight Services"."""
    at = text.find(long)
    if at < 0 or long.split()[0] not in _LINKING:
        return long
    before = text[:at].split()[-_MISSED:]
    for count in range(1, len(before) + 1):
        if before[-count][:1] == short[0].upper():
            return " ".join([*before[-count:], long])
    return long


def _meaning(found: list[tuple[str, Explained]]) -> Meaning:
    spelt = Counter(long for long, _ in found)
    return Meaning(spelt.most_common(1)[0][0], tuple(where for _, where in found))


def _same_name(long: str) -> str:
    """Equal for a long name in other capitals, with other hyphens, or in the plural."""
    return " ".join(part.lower().removesuffix("s") for part in PART.findall(long))


def _singular(short: str) -> str:
    return short[:-1] if len(short) > 2 and short.endswith("s") and short[-2].isupper() else short
