"""Words that stand for one another: idioms, the names of one thing, and the word lists of `verification.yaml`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.lexicon import stem, words

HEAD_END = re.compile(r"(?<=\w)\s+(?:of|on|for|to|in|and)\s")  # what follows in a name is no head of it


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
    as_absolute: Mapping[str, frozenset[int]]  # words of a source that say as much -> the groups
    conditions: frozenset[str]
    hedges: frozenset[str]
    demands: frozenset[str]
    done: frozenset[str]
    antonyms: Mapping[str, frozenset[str]]  # stem -> stems of its opposites
    imperatives: frozenset[str]
    avoiding: frozenset[str]
    managing: frozenset[str]
    actors: frozenset[str]  # stems
    reporting: frozenset[str]  # stems
    recommending: frozenset[str]  # stems
    occasions: frozenset[str]  # stems
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
