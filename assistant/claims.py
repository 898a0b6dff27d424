"""What a sentence claims, as far as rules can read it: its words, numbers, names, denials, degrees, who acts. Pure.

Names for one thing are made one before anything is compared, so that "RtoP" in a source meets "R2P" in a statement.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from assistant.lexicon import stem

TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?:st|nd|rd|th)?\b|[^\W_]+(?:[-'’/][^\W_]+)*|[.,;:!?–—()]")
PART = re.compile(r"[-'’/]")
CONTRACTED = re.compile(r"n['’]t\b")
ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10}
NUMBERED = {"pillar", "pillars", "part", "chapter", "section", "phase", "annex"}
_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_ORDINALS = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
NUMERALS: dict[str, str] = {
    **{word: str(n) for n, word in enumerate(_UNITS.split())},
    **{word: str(n) for n, word in enumerate(_ORDINALS.split())},
    **{word: str(n) for word, n in _TENS.items()},
    **{f"{word[:-1]}ieth": str(n) for word, n in _TENS.items()},
    "dozen": "12", "dozens": "dozens", "hundred": "100", "hundreds": "hundreds", "thousand": "1000",
    "thousands": "thousands", "million": "1000000", "millions": "millions", "billion": "1000000000", "billions": "billions",
    "half": "1/2", "quarter": "1/4", "quarters": "1/4", "thirds": "1/3", "fifths": "1/5", "twice": "2", "decade": "10", "tenfold": "10",
    "once": "1", "double": "2", "triple": "3", "annual": "annual", "annually": "annual", "biannual": "biannual", "monthly": "monthly",
    "weekly": "weekly", "daily": "daily",
}  # fmt: skip
NOT_COUNTED = {"one", "once", "second", "first"}  # as pronoun, adverb or enumeration; see `Sentence.numbers`
HEAD_WORDS = 3  # content words after a number that say what it counts
NEAR = 6  # words within which a number still counts what follows it
SCOPE = 4  # content words that a denial reaches
PASSIVE = 6  # words after a verb within which "by" names who did it


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a punctuation mark in its place."""

    text: str
    lower: str
    stem: str
    opening: bool  # it opens a sentence, so that its capital says nothing
    content: bool

    @property
    def name(self) -> bool:
        """Whether it is written as a name."""
        if not self.text[0].isupper():
            return False
        return not self.opening or any(c.isupper() or c.isdigit() for c in self.text[1:])


@dataclass(frozen=True)
class WordRules:
    """The word lists of `verification.yaml`, and the library's names for one thing."""

    stopwords: frozenset[str]
    negators: frozenset[str]
    clauses: frozenset[str]
    absolutes: Mapping[str, int]  # word -> its group
    hedges: frozenset[str]
    demands: frozenset[str]
    done: frozenset[str]
    antonyms: Mapping[str, frozenset[str]]  # stem -> stems of its opposites
    actors: frozenset[str]  # stems


class Names:
    """Makes the names of one thing one, the first of its group with its spaces gone."""

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        self._one: dict[str, str] = {}
        for group in groups:
            known = next((self._one[n.casefold()] for n in group if n.casefold() in self._one), None)
            first = known or re.sub(r"[^\w]", "", group[0][0].upper() + group[0][1:])
            for name in group:
                self._one.setdefault(name.casefold(), first)
        longest_first = sorted(self._one, key=len, reverse=True)
        names = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest_first)
        self._pattern = re.compile(rf"(?<![\w-])(?:{names})(?![\w])", re.IGNORECASE) if names else None

    def unify(self, text: str) -> str:
        """The text with each name replaced by the first of its group. Short ones count only in capitals: "CAR", not
        "car"."""
        return self._pattern.sub(self._first, text) if self._pattern else text

    def _first(self, match: re.Match[str]) -> str:
        found = match.group()
        if len(found) <= 5 and not any(c.isupper() for c in found[1:]):
            return found
        return self._one.get(" ".join(found.split()).casefold(), found)


@dataclass(frozen=True)
class Sentence:
    """A sentence, or a few, as words; all comparisons of `verification` are between two of these."""

    words: tuple[Word, ...]
    rules: WordRules

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of all words."""
        return frozenset(word.stem for word in self.words)

    @cached_property
    def lowers(self) -> frozenset[str]:
        """All words in lower case."""
        return frozenset(word.lower for word in self.words)

    @cached_property
    def content(self) -> tuple[Word, ...]:
        """The words that say something, in order."""
        return tuple(word for word in self.words if word.content)

    @cached_property
    def numbers(self) -> tuple[tuple[str, int], ...]:
        """(value, position) of everything that counts, dates or numbers something."""
        found = []
        for i, word in enumerate(self.words):
            value = _value(word, self.words[i - 1] if i else None)
            following = self.words[i + 1] if i + 1 < len(self.words) else None
            if value is None or (word.lower in NOT_COUNTED and not (following and following.content)):
                continue
            found.append((value, i))
        return tuple(found)

    def heads(self, position: int) -> frozenset[str]:
        """Stems of the words that say what the number at a position counts: the content words right after it."""
        heads: list[str] = []
        for word in self.words[position + 1 : position + 1 + HEAD_WORDS]:
            if not word.content or word.text.isdigit():
                break
            heads.append(word.stem)
        return frozenset(heads)

    def counted(self, head: str) -> Iterator[str]:
        """The number nearest before each place where a word stands, within a few words of the same clause."""
        at = {position: value for value, position in self.numbers}
        for i, word in enumerate(self.words):
            if word.stem != head:
                continue
            for j in range(i - 1, max(i - 1 - NEAR, -1), -1):
                if self.words[j].lower in {".", ";", ":", "from", "and", ","} and j < i - 1:
                    break
                if j in at:
                    yield at[j]
                    break

    @cached_property
    def denied(self) -> frozenset[str]:
        """Stems of the content words that a denial reaches."""
        found: set[str] = set()
        for i, word in enumerate(self.words):
            if not is_negator(word.lower, self.rules):
                continue
            left = SCOPE
            for following in self.words[i + 1 :]:
                if following.lower in self.rules.clauses:
                    break
                if following.content and not is_negator(following.lower, self.rules):
                    found.add(following.stem)
                    left -= 1
                    if not left:
                        break
        return frozenset(found)

    @cached_property
    def denies(self) -> bool:
        """Whether it denies anything."""
        return any(is_negator(word.lower, self.rules) for word in self.words)

    def agents(self, verb: str) -> list[frozenset[str]]:
        """Who does what a verb says, for each place where it stands: the nearest actors before it, or after "by"."""
        found: list[frozenset[str]] = []
        for i, word in enumerate(self.words):
            if word.stem != verb:
                continue
            after = [w.lower for w in self.words[i + 1 : i + 1 + PASSIVE]]
            if "by" in after:
                found.append(self._actors_after(i + 1 + after.index("by")))
            else:
                found.append(self._actors_before(i))
        return found

    def acts(self) -> Iterator[tuple[frozenset[str], str]]:
        """(who, verb): actors with the first content word after them that is none, where only small words lie between."""
        for i, word in enumerate(self.words):
            if not self._is_actor(word):
                continue
            for following in self.words[i + 1 : i + 5]:
                if following.lower in BREAKS or self._is_actor(following):
                    break
                if following.content:
                    yield self._actors_before(i + 1), following.stem
                    break

    def _is_actor(self, word: Word) -> bool:
        return word.name or word.stem in self.rules.actors

    def _actors_before(self, position: int) -> frozenset[str]:
        """The nearest run of actors before a position, in its sentence."""
        actors: set[str] = set()
        for word in reversed(self.words[:position]):
            if word.lower in {".", ";", ":"}:
                break
            if self._is_actor(word):
                actors.add(word.stem)
            elif actors and word.lower not in JOINING:
                break
        return frozenset(actors)

    def _actors_after(self, position: int) -> frozenset[str]:
        actors: set[str] = set()
        for word in self.words[position + 1 :]:
            if word.lower in {".", ";", ":", ","} or (actors and word.lower in {"and", "to", "that", "in"}):
                break
            if self._is_actor(word):
                actors.add(word.stem)
        return frozenset(actors)


BREAKS = frozenset(
    {"of", "in", "for", "on", "with", "at", "by", "from", "to", "and", "or", ",", ".", ";", ":", "(", ")", "as"}
)
JOINING = frozenset({"and", "of", "the", "or", "for", "its", "their", "'s"})


def read(text: str, names: Names, rules: WordRules) -> Sentence:
    """A text as words, names made one."""
    return Sentence(_words(CONTRACTED.sub(" not", names.unify(text)), rules.stopwords), rules)


@lru_cache(maxsize=4096)
def _words(text: str, stopwords: frozenset[str]) -> tuple[Word, ...]:
    found: list[Word] = []
    opening = True
    for match in TOKEN.finditer(text):
        parts = [part for part in PART.split(match.group()) if part] or [match.group()]
        for part in parts:
            lower = part.lower()
            word = part[0].isalnum()
            content = word and (len(part) > 1 or part.isdigit()) and lower not in stopwords and lower not in ("s", "t")
            found.append(Word(part, lower, stem(part) if word else part, opening and word, content))
            opening = part in ".!?:;" if not word else False
    return tuple(found)


def is_negator(lower: str, rules: WordRules) -> bool:
    """Whether a word denies what follows."""
    return lower in rules.negators


def _value(word: Word, before: Word | None) -> str | None:
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", word.lower)
    if plain[0].isdigit():
        digits = re.sub(r"[,.](?=\d{3}\b)", "", plain)
        return digits if re.fullmatch(r"\d+(?:[.,]\d+)?", digits) else plain
    if word.text in ROMAN and before is not None and before.lower in NUMBERED:
        return str(ROMAN[word.text])
    return NUMERALS.get(word.lower)
