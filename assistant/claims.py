"""What a sentence claims, as far as rules can read it: its words, numbers, names, denials, degrees, who acts. Pure.

Names for one thing are made one before anything is compared, so that "RtoP" in a source meets "R2P" in a statement.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from assistant.english import (
    BEING,
    COORDINATING,
    MONTHS,
    NEEDS,
    NOT_ONLY,
    NUMBERED,
    NUMERALS,
    PREPOSITIONS,
    ROMAN,
    TENS,
    Word,
)
from assistant.lexicon import stem, words
from assistant.roles import Roles

TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?:st|nd|rd|th)?\b|[^\W_]+(?:[-'’/][^\W_]+)*|[.,;:!?–—()]")
PART = re.compile(r"[-'’/]")
ABBREVIATED = re.compile(r"\b(Dr|Mr|Ms|Mrs|Prof|St|No|para|paras|Art)\.(?=\s)")
HEAD_END = re.compile(r"(?<=\w)\s+(?:of|on|for|to|in|and)\s")  # what follows in a name is no head of it
CONTRACTED = re.compile(r"n['’]t\b")
NOT_COUNTED = {"one", "once", "second", "first"}  # as pronoun, adverb or enumeration; see `Sentence.numbers`
HEAD_WORDS = 3  # content words after a number that say what it counts
NEAR = 6  # words within which a number still counts what follows it
CONTRAST = 12  # words within which "but" answers a "not"
SCOPE = 4  # content words that a denial reaches
CERTAIN, WITHOUT, NON = "certain", "without", "non"
CANNOT = frozenset({"cannot", "not", "never", "nothing", "none", "no", "unable", "nobody", "lack", "fail"})


class Idioms:
    """Phrases that mean something else than their words: "above all", "nothing but", "half a dozen"."""

    def __init__(self, meant: Mapping[str, str]) -> None:
        self._meant = {phrase.casefold(): meaning for phrase, meaning in meant.items()}
        longest_first = sorted(self._meant, key=len, reverse=True)
        phrases = "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in longest_first)
        self._pattern = re.compile(rf"(?<![\w-])(?:{phrases})(?![\w-])", re.IGNORECASE) if phrases else None

    def plain(self, text: str) -> str:
        """The text with what is meant in place of each phrase."""
        return self._pattern.sub(self._meaning, text) if self._pattern else text

    def _meaning(self, match: re.Match[str]) -> str:
        meant = self._meant[" ".join(match.group().split()).casefold()]
        return meant[:1].upper() + meant[1:] if match.group()[0].isupper() else meant


@dataclass(frozen=True)
class WordRules:
    """The word lists of `verification.yaml`, and the library's names for one thing."""

    stopwords: frozenset[str]
    idioms: Idioms
    negators: frozenset[str]
    wanting: frozenset[str]  # of the negators, those that say that something is wanting
    shortcomings: frozenset[str]
    clauses: frozenset[str]
    absolutes: Mapping[str, int]  # word -> its group
    hedges: frozenset[str]
    demands: frozenset[str]
    done: frozenset[str]
    antonyms: Mapping[str, frozenset[str]]  # stem -> stems of its opposites
    imperatives: frozenset[str]
    avoiding: frozenset[str]
    managing: frozenset[str]
    actors: frozenset[str]  # stems
    reporting: frozenset[str]  # stems
    understood: frozenset[str]


class Names:
    """Makes the names of one thing one, the first of its group with its spaces gone."""

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        self._one: dict[str, str] = {}
        for group in groups:
            known = next((self._one[n.casefold()] for n in group if n.casefold() in self._one), None)
            first = known or re.sub(r"[^\w]", "", group[0][0].upper() + group[0][1:])
            for name in group:
                self._one.setdefault(name.casefold(), first)
        self.others = self._others()
        longest_first = sorted(self._one, key=len, reverse=True)
        names = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest_first)
        self._pattern = re.compile(rf"(?<![\w-])(?:{names})(?![\w])", re.IGNORECASE) if names else None

    def _others(self) -> Mapping[str, frozenset[str]]:
        """Stem of the name that stands for a thing -> stems of the heads of its names: "panel", of a panel on …"""
        found: dict[str, frozenset[str]] = {}
        for name, one in self._one.items():
            head = words(HEAD_END.split(name)[0])[-1:]
            found[stem(one)] = found.get(stem(one), frozenset()) | {stem(word) for word in head}
        return found

    def unify(self, text: str) -> str:
        """The text with each name replaced by the first of its group. Short ones count only in capitals: "CAR", not
        "car"."""
        return self._pattern.sub(self._first, text) if self._pattern else text

    def spans(self, text: str) -> list[tuple[int, int, str]]:
        """(start, end, stem of the name that stands for it) of each name in a text."""
        found = self._pattern.finditer(text) if self._pattern else ()
        return [(*m.span(), stem(self._first(m))) for m in found if not (len(m.group()) <= 5 and m.group().islower())]

    def spread(self, text: str) -> frozenset[str]:
        """Stems of the words of a text and of every other name of what it names: all that may stand for its own."""
        named = {self._first(match) for match in self._pattern.finditer(text)} if self._pattern else set()
        others = (name for name, one in self._one.items() if one in named)
        return frozenset(stem(word) for part in (text, *others) for word in words(part))

    def _first(self, match: re.Match[str]) -> str:
        found = match.group()
        if len(found) <= 5 and not any(c.isupper() for c in found[1:]):
            return found
        plain = " ".join(found.split()).casefold()
        one = self._one.get(plain, found)
        if plain.endswith("s") and plain[:-1] in self._one and not one.endswith("s"):
            one += "s"  # grammar needs to know that there are several
        return one.lower() if found.islower() else one


@dataclass(frozen=True)
class Sentence:
    """A sentence, or a few, as words; all comparisons of `verification` are between two of these."""

    words: tuple[Word, ...]
    rules: WordRules
    others: Mapping[str, frozenset[str]]  # stem of a name in it -> stems of the words of that thing's other names

    @cached_property
    def roles(self) -> Roles:
        """Who does, is, or owns what."""
        return Roles(self.words, self.rules.actors.union(self.others))

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of all words."""
        return frozenset(word.stem for word in self.words)

    @cached_property
    def named(self) -> frozenset[str]:
        """Stems of all words, and of those of the other names of what it names."""
        return self.stems.union(*(self.others.get(key, ()) for key in self.stems))

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
        found: list[tuple[str, int]] = []
        for i, word in enumerate(self.words):
            value = _value(word, self.words[i - 1] if i else None)
            following = self.words[i + 1] if i + 1 < len(self.words) else None
            if value is not None and word.joined in TENS and value.isdigit() and found:
                found[-1] = (str(TENS[word.joined] + int(value)), i)  # "twenty-second"
            elif value is not None and (word.lower not in NOT_COUNTED or (following and following.content)):
                found.append((value, i))
        return tuple(found)

    def month(self, position: int) -> str | None:
        """The month beside a number, where it dates something."""
        around = self.words[max(position - 2, 0) : position + 3]
        return next((word.lower for word in around if word.lower in MONTHS and word.text[0].isupper()), None)

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
    def denials(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each word that denies, with the stems of the content words that it reaches, the nearest first."""
        found = ((w.lower, self._reach(i)) for i, w in enumerate(self.words) if self._denies_at(i))
        return tuple((word, reached) for word, reached in found if reached)

    def _denies_at(self, position: int) -> bool:
        """Whether a word denies: not "not only", not twice ("do not lack"), "rather" only before "than"."""
        if self.words[position].lower not in self.rules.negators:
            return False
        before = self.words[position - 1].lower if position else ""
        after = [word.lower for word in self.words[position + 1 : position + 3]]
        if (after and (after[0] in NOT_ONLY or after[0] in self.rules.negators)) or before in self.rules.negators:
            return False
        needs = NEEDS.get(self.words[position].lower)
        return needs is None or after[:1] == [needs]

    def _reach(self, position: int) -> tuple[str, ...]:
        """What a denial reaches: the words after it in its clause, or before it where something "is avoided"."""
        reached: list[str] = []
        if self.words[position].lower.endswith("ed") and any(
            w.lower in BEING for w in self.words[max(position - 2, 0) : position]
        ):
            return tuple(w.stem for w in self.words[:position] if w.content and not w.adverb)
        for word in self.words[position + 1 :]:
            if word.lower in self.rules.clauses and (reached or word.lower not in COORDINATING):
                break
            if word.content and not word.adverb and word.lower not in self.rules.negators | self.rules.managing:
                reached.append(word.stem)
            if len(reached) == SCOPE:
                break
        return tuple(reached[1:] if self._but_otherwise(position) else reached)

    def _but_otherwise(self, position: int) -> bool:
        """Whether "but" with a preposition follows: "not judged by this, but on that" denies no judging."""
        after = [word.lower for word in self.words[position + 1 : position + 1 + CONTRAST]]
        return any(one == "but" and other in PREPOSITIONS for one, other in pairwise(after))

    @cached_property
    def denied_of(self) -> frozenset[str]:
        """Stems of the content words before a plain denial in its clause: of what it is denied."""
        found: list[str] = []
        for i, word in enumerate(self.words):
            if word.lower == "not" and self._denies_at(i):
                start = max((j + 1 for j in range(i) if self.words[j].lower in self.rules.clauses), default=0)
                found += [w.stem for w in self.words[start:i] if w.content]
        return frozenset(found)

    @cached_property
    def denied(self) -> frozenset[str]:
        """Stems of all content words that a denial reaches."""
        return frozenset(key for _, reached in self.denials for key in reached)

    @cached_property
    def negators(self) -> frozenset[str]:
        """The words that deny."""
        return frozenset(word.lower for i, word in enumerate(self.words) if self._denies_at(i))

    @property
    def denies(self) -> bool:
        """Whether it denies anything."""
        return bool(self.negators)

    @cached_property
    def undenied(self) -> frozenset[str]:
        """All words, in lower case, but those right after a denial: "not always" is not "always"."""
        return frozenset(
            word.lower
            for i, word in enumerate(self.words)
            if not any(w.lower in self.rules.negators for w in self.words[max(i - 2, 0) : i])
        )

    @cached_property
    def degrees(self) -> frozenset[str]:
        """The words that claim all, always or only, but those that a denial or a small amount takes back ("only some",
        "only one of"), and "certain" before what it picks out.
        """
        found: set[str] = set()
        for i, word in enumerate(self.words):
            after = [w.lower for w in self.words[i + 1 : i + 3]]
            small = bool(self.rules.hedges.intersection(after[:1])) or after in (["one", "of"], ["part", "of"])
            picks_out = word.lower == CERTAIN and not any(w.lower in BEING for w in self.words[max(i - 2, 0) : i])
            if word.lower in self.rules.absolutes and word.lower in self.undenied and not small and not picks_out:
                found.add(word.lower)
        return frozenset(found)

    @cached_property
    def other_than(self) -> frozenset[str]:
        """Stems of what something is said not to be by a prefix: "non-military"."""
        return frozenset(word.stem for word in self.words if word.joined == NON)

    @cached_property
    def than_ever(self) -> bool:
        """Whether something is more or less "than ever": it has never been so before."""
        return any((a.lower, b.lower) == ("than", "ever") for a, b in pairwise(self.words))

    @property
    def denies_twice(self) -> bool:
        """Whether nothing can be without something: that it is needed, and no denial."""
        return WITHOUT in self.negators and bool(self.negators & CANNOT)

    @cached_property
    def demands(self) -> frozenset[str]:
        """The words by which it asks that something be done: "should", "have to", or its opening imperative."""
        to_do = {a.lower for a, b in pairwise(self.words) if a.lower in self.rules.done and b.lower == "to"}
        opening = {self.words[0].lower} & self.rules.imperatives if self.words else frozenset()
        return (self.lowers & self.rules.demands) | to_do | opening


def read(text: str, names: Names, rules: WordRules) -> Sentence:
    """A text as words, names made one."""
    plain = ABBREVIATED.sub(r"\1", rules.idioms.plain(CONTRACTED.sub(" not", text)))
    return Sentence(_words(names.unify(plain), rules.stopwords), rules, names.others)


@lru_cache(maxsize=4096)
def _words(text: str, stopwords: frozenset[str]) -> tuple[Word, ...]:
    found: list[Word] = []
    opening = True
    for match in TOKEN.finditer(text):
        parts = [part for part in PART.split(match.group()) if part] or [match.group()]
        for before, part in zip(["", *parts], parts, strict=False):
            lower = part.lower()
            word = part[0].isalnum()
            content = word and (len(part) > 1 or part.isdigit()) and lower not in stopwords and lower not in ("s", "t")
            found.append(Word(part, lower, stem(part) if word else part, opening and word, content, before.lower()))
            opening = part in ".!?:;" if not word else False
    return tuple(found)


def _value(word: Word, before: Word | None) -> str | None:
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", word.lower)
    if plain[0].isdigit():
        digits = re.sub(r"[,.](?=\d{3}\b)", "", plain)
        return digits if re.fullmatch(r"\d+(?:[.,]\d+)?", digits) else plain
    if word.text in ROMAN and before is not None and before.lower in NUMBERED:
        return ROMAN[word.text]
    return NUMERALS.get(word.lower)
