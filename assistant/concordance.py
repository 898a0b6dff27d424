"""A concordance: every place where the library says something, the words around it, and how often. Pure.

A phrase is met where its words stand in order within one block, each in any form that shares its stem; names that the
lexicon knows for one thing ("R2P", "responsibility to protect") are met together. A short form in capitals is met in
capitals only: "CAR" is not "car".
"""

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from assistant.domain import Document, DocumentMetadata
from assistant.lexicon import PART, Lexicon, stem

LONGEST_QUERY = 200  # characters; more is a text, not a phrase
CONTEXT = 90  # characters on each side of a match
_BETWEEN = r"(?:(?!\n\n)[\s\-‐-―'’\"“”/,_]){1,3}"  # between two words of a phrase: no sentence and no block ends there
_BEFORE, _AFTER = r"(?<![^\W_])", r"(?![^\W_])"
_SHORT_FORM = 4  # letters; a longer word typed in capitals is no short form where it is an ordinary word
_SHORT_WORD = 3  # letters; typed in small letters, "car" and "sea" are the words, not the short forms


@dataclass(frozen=True, slots=True)
class Shelved:
    """One document ready to be searched."""

    metadata: DocumentMetadata
    text: str
    starts: "array[int]"  # of its blocks, in order
    ends: "array[int]"
    words: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """Documents ready to be searched, by date and title, and the words in them: the forms of each stem."""

    documents: tuple[Shelved, ...]
    forms: Mapping[str, frozenset[str]]
    ordinary: frozenset[str]  # words that are met in small letters


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: a phrase as typed, and the other names for the same thing."""

    names: tuple[str, ...]  # the typed one first; empty where nothing can be looked for
    exact: bool = False  # these words only, not their other forms
    set_names: frozenset[str] = frozenset()  # in singular and plural only: "response to protect" is no such name

    @property
    def typed(self) -> str:
        """The phrase as the reader wrote it."""
        return self.names[0] if self.names else ""


@dataclass(frozen=True, slots=True)
class Match:
    """One place where a name is met."""

    document_id: str
    block: int  # position in its document
    start: int
    end: int
    name: str  # of `Wanted.names`


@dataclass(frozen=True, slots=True)
class Concordance:
    """All places, in the order of the shelf."""

    wanted: Wanted
    matches: tuple[Match, ...]
    searched: tuple[Shelved, ...]

    @property
    def by_name(self) -> dict[str, int]:
        """How often each name is met."""
        counts = Counter(match.name for match in self.matches)
        return {name: counts[name] for name in self.wanted.names}

    @property
    def by_document(self) -> dict[str, int]:
        """How often each document that says it does, in the order of the shelf."""
        return dict(Counter(match.document_id for match in self.matches))

    @property
    def by_year(self) -> dict[int | None, int]:
        """How often it is said in the documents of each year searched; None: undated."""
        counts = self.by_document
        years: dict[int | None, int] = {}
        for shelved in self.searched:
            year = shelved.metadata.year
            years[year] = years.get(year, 0) + counts.get(shelved.metadata.id, 0)
        return dict(sorted(years.items(), key=lambda item: (item[0] is None, item[0] or 0)))

    def share(self, shelved: Shelved) -> float:
        """How often a document says it in 10,000 words."""
        return 10_000 * self.by_document.get(shelved.metadata.id, 0) / max(shelved.words, 1)


@dataclass(frozen=True, slots=True)
class Line:
    """A match between the words around it."""

    match: Match
    before: str
    keyword: str
    after: str


class Order(StrEnum):
    """How the lines of a concordance are sorted."""

    PLACE = "place"
    BEFORE = "before"  # by the words before the match, the nearest first
    AFTER = "after"


def shelve(documents: Iterable[Document]) -> Shelf:
    """Make documents ready to be searched."""
    shelved: list[Shelved] = []
    forms: dict[str, set[str]] = {}
    ordinary: set[str] = set()
    for document in documents:
        found = PART.findall(document.text)
        different = set(found)
        ordinary.update(word for word in different if word.islower())
        for word in {word.lower() for word in different}:
            forms.setdefault(_stem(word), set()).add(word)
        starts = array("q", (block.start for block in document.blocks))
        ends = array("q", (block.end for block in document.blocks))
        shelved.append(Shelved(document.metadata, document.text, starts, ends, len(found)))
    shelved.sort(key=lambda one: (one.metadata.date is None, one.metadata.date or "", one.metadata.title))
    return Shelf(tuple(shelved), {key: frozenset(words) for key, words in forms.items()}, frozenset(ordinary))


def want(text: str, lexicon: Lexicon, *, exact: bool = False, other_names: bool = True) -> Wanted:
    """What a typed phrase asks for. Inverted commas around it ask for these very words alone."""
    typed = " ".join(text.split())[:LONGEST_QUERY]
    if len(typed) > 2 and typed[0] in '"“' and typed[-1] in '"”':
        typed, exact, other_names = typed[1:-1].strip(), True, False
    if not PART.search(typed):
        return Wanted((), exact)
    names = [typed]
    fixed: set[str] = set()
    if other_names and not _is_plain_word(typed, lexicon.known_word):
        for met, others in lexicon.expansions(typed):
            names += [_put(other, met, typed) for other in others]
            if PART.findall(met.lower()) == PART.findall(typed.lower()):  # the phrase is a name and nothing else
                fixed |= {typed, *others}
    different = tuple({name.casefold(): name for name in reversed(names)}.values())[::-1]
    return Wanted(different, exact, frozenset(fixed))


def search(wanted: Wanted, shelf: Shelf, only: Collection[str] = ()) -> Concordance:
    """Find every place in the documents of the shelf, or in those with the ids `only`."""
    searched = tuple(one for one in shelf.documents if not only or one.metadata.id in only)
    named = [(name, pattern) for name in wanted.names if (pattern := _pattern(name, wanted, shelf))]
    if not named:
        return Concordance(wanted, (), searched)
    named.sort(key=lambda pair: -len(pair[0]))  # of two names at one place the longer is met
    any_name = re.compile("|".join(f"({pattern})" for _, pattern in named), re.IGNORECASE)
    matches: list[Match] = []
    for shelved in searched:
        for found in any_name.finditer(shelved.text):
            block = bisect_right(shelved.starts, found.start()) - 1
            if block >= 0 and found.end() <= shelved.ends[block]:
                name = named[(found.lastindex or 1) - 1][0]
                matches.append(Match(shelved.metadata.id, block, found.start(), found.end(), name))
    return Concordance(wanted, tuple(matches), searched)


def lines(concordance: Concordance, order: Order = Order.PLACE) -> tuple[Line, ...]:
    """The matches in their words. Neither side leaves the block that the match stands in."""
    texts = {shelved.metadata.id: shelved for shelved in concordance.searched}
    made = [_line(match, texts[match.document_id]) for match in concordance.matches]
    if order is Order.BEFORE:
        made.sort(key=lambda line: [word.lower() for word in reversed(PART.findall(line.before))])
    elif order is Order.AFTER:
        made.sort(key=lambda line: [word.lower() for word in PART.findall(line.after)])
    return tuple(made)


def is_short_form(word: str) -> bool:
    """Whether a word is written like an acronym: R2P, UN, PoC."""
    return len(word) <= 12 and sum(letter.isupper() for letter in word) >= 2


def _line(match: Match, shelved: Shelved) -> Line:
    text, first, last = shelved.text, shelved.starts[match.block], shelved.ends[match.block]
    return Line(
        match,
        _clipped(text[max(first, match.start - CONTEXT) : match.start], cut_first=match.start - CONTEXT > first),
        " ".join(text[match.start : match.end].split()),
        _clipped(text[match.end : min(last, match.end + CONTEXT)], cut_last=match.end + CONTEXT < last),
    )


def _clipped(text: str, *, cut_first: bool = False, cut_last: bool = False) -> str:
    """On one line, without the half word at an end that was cut."""
    if cut_first and " " in text.strip():
        text = "… " + text[text.index(" ", 1) + 1 :]
    if cut_last and " " in text.strip():
        text = text[: text.rindex(" ", 0, len(text) - 1)] + " …"
    return " ".join(text.split())


def _put(other: str, name: str, typed: str) -> str:
    """The typed phrase with another name in place of the one that it holds."""
    place = re.compile(_BEFORE + _BETWEEN.join(map(re.escape, PART.findall(name))) + _AFTER, re.IGNORECASE)
    return place.sub(lambda _: other, typed)


def _is_plain_word(typed: str, known_word: Callable[[str], bool]) -> bool:
    return len(typed) <= _SHORT_WORD and typed.isalpha() and typed.islower() and known_word(typed)


def _pattern(name: str, wanted: Wanted, shelf: Shelf) -> str:
    """A regular expression without groups; empty where a word of the name is in none of the documents."""
    shouted = name.isupper() and len(PART.findall(name)) > 1
    words: list[str] = []
    for word in PART.findall(name):
        capitals = len(word) <= _SHORT_FORM or word.lower() not in shelf.ordinary
        if is_short_form(word) and capitals and not shouted:
            words.append(f"(?-i:{re.escape(word)}{'' if word.endswith('s') or wanted.exact else 's?'})")
        elif wanted.exact:
            words.append(re.escape(word))
        else:
            forms = shelf.forms.get(_stem(word.lower()), frozenset())
            if name in wanted.set_names:
                forms = frozenset(form for form in forms if _singular(form) == _singular(word.lower()))
            if not forms:
                return ""
            words.append(f"(?:{'|'.join(sorted(map(re.escape, forms), key=len, reverse=True))})")
    return f"{_BEFORE}{_BETWEEN.join(words)}{_AFTER}" if words else ""


def _singular(word: str) -> str:
    """Equal for the singular and the plural of a word."""
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def _stem(word: str) -> str:
    """The stem of a word in small letters, without accents: a reader may not have them on the keyboard."""
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return stem(word)
