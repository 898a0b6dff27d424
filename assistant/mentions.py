"""The words of a text where they stand, each with what it is known by: what the role reader is given. Pure."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from assistant.lexicon import stem
from assistant.wording import Names

WRITTEN = re.compile(r"[^\W_]+(?:[-/][^\W_]+)*")
RANKS = frozenset({"vice", "deputy", "co", "non", "ex"})  # who is "vice-chaired" is not chaired


@dataclass(frozen=True, slots=True)
class Mention:
    """A word where it stands in a text, with what it is known by: its stem, or that of the name which it ends."""

    start: int
    end: int
    key: str  # empty for a word that says nothing, or goes on in the next
    named: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A text with its words."""

    text: str
    mentions: tuple[Mention, ...]


def mentions(text: str, names: Names, stopwords: Collection[str]) -> tuple[Mention, ...]:
    """The words of a text as they are written, in order."""
    spans = names.spans(text)
    found = []
    for match in WRITTEN.finditer(text):
        start, end = match.span()
        within = next((span for span in spans if span[0] < end and span[1] > start), None)
        lower = match.group().lower()
        named = match.group()[0].isupper() and start > 0
        if within:
            key = within[2] if end >= within[1] else ""
        elif lower in stopwords or len(lower) < 2:
            key = ""
        else:
            first, _, last = lower.rpartition("-")
            key = stem(lower if named or first in RANKS else last)
        found.append(Mention(start, end, key, named))
    return tuple(found)


def as_there(claim: Sequence[Mention], source: Sequence[Mention], names: Names) -> tuple[Mention, ...]:
    """A statement's words, those that are another name of what the source names with the key that it has there."""
    known = sorted({mention.key for mention in source if mention.key})
    keys = {
        mention.key: next((k for k in known if _name_one_thing(mention.key, k, names)), mention.key)
        for mention in claim
        if mention.key and mention.key not in known
    }
    return tuple(replace(mention, key=keys.get(mention.key, mention.key)) for mention in claim)


def _name_one_thing(one: str, other: str, names: Names) -> bool:
    return one in names.others.get(other, ()) or other in names.others.get(one, ())
