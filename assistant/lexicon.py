"""The words of the library: how rare each is, which names mean one thing, and what a misspelt word was meant to be.

Derived from the passages and rebuilt when the library changes; nothing here is stored.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import snowballstemmer
from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.data_files import read_yaml
from assistant.errors import DataFileError

LEXICON_FILE = "lexicon.yaml"
WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
PART = re.compile(r"[^\W_]+")
DEFINITION = re.compile(r"\(([A-Za-z][A-Za-z0-9-]{1,9}s?(?:, [A-Za-z][A-Za-z0-9-]{1,9}s?)*)\)")
ENDINGS = ("s", "es", "d", "ed", "ing", "ly", "er", "ers", "or", "ors", "n", "an", "ian", "ment", "ness", "able")
MIN_CORRECTED_LENGTH = 4  # shorter words have too many neighbours to be corrected safely

_stemmer = snowballstemmer.stemmer("porter")  # the same algorithm as SQLite's `porter` tokenizer


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Porter stem of one word, in lower case."""
    return str(_stemmer.stemWord(word.lower()))


def words(text: str) -> list[str]:
    """The words of a text in order, in lower case, hyphenated ones split."""
    return [part.lower() for part in PART.findall(text)]


def definitions(text: str) -> list[tuple[str, str]]:
    """(short form, long form) pairs that a text defines as "Long Name (ABC)".

    Source of the method: Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in
    biomedical text" (2003): the characters of the short form are matched from the right; the first one must begin
    a word. A comma, colon or semicolon ends the candidate.
    """
    found: list[tuple[str, str]] = []
    for match in DEFINITION.finditer(text):
        before = re.split(r"[,:;()“”\"]", text[: match.start()])[-1]
        for short in match.group(1).split(", "):
            if sum(letter.isupper() for letter in short) < 2:
                continue
            limit = min(len(short) + 5, 2 * len(short))
            long = _long_form(short.rstrip("s") if short[-1] == "s" else short, before.split()[-limit:])
            if long:
                found.append((short, long))
    return found


def _long_form(short: str, candidate: Sequence[str]) -> str | None:
    text = " ".join(candidate)
    at = len(text) - 1
    for position in range(len(short) - 1, -1, -1):
        letter = short[position].lower()
        if not letter.isalnum():
            continue
        while at >= 0 and (text[at].lower() != letter or (position == 0 and at > 0 and text[at - 1].isalnum())):
            at -= 1
        if at < 0:
            return None
        at -= 1
    long = text[text.rfind(" ", 0, at + 1) + 1 :].strip()
    return long if len(long) > len(short) and len(long.split()) >= 2 else None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is known of the words of a library."""

    passages: int
    frequency: Mapping[str, int]  # stem -> passages that contain it
    vocabulary: Mapping[str, int]  # word -> passages that contain it
    variants: tuple[tuple[str, ...], ...]  # groups of names for one thing
    variant_idf: tuple[float, ...]  # of each group: how rare it is that a passage has any of its names
    known_word: Callable[[str], bool]  # ordinary words outside the library, which are not misspelt
    subjects: frozenset[str] = frozenset()  # names, as words, of what the field is about: they name no document

    def idf(self, word: str) -> float:
        """Inverse document frequency of a word's stem over passages (BM25's, never negative)."""
        return _idf(self.frequency.get(stem(word), 0), self.passages)

    def holds(self, word: str) -> bool:
        """Whether any passage contains the word in any form."""
        return stem(word) in self.frequency

    def correct(self, word: str) -> str | None:
        """The library's word that a misspelt one was meant to be, or None when it is not misspelt or has no neighbour.

        One edit (insertion, deletion, substitution, transposition) up to seven letters, two from eight on.
        """
        lower = word.lower()
        if len(lower) < MIN_CORRECTED_LENGTH or not lower.isalpha() or self.holds(lower):
            return None
        if any(self.known_word(base) for base in _bases(lower)):
            return None
        edits = 1 if len(lower) <= 7 else 2
        neighbours = process.extract(lower, self.vocabulary.keys(), scorer=OSA.distance, score_cutoff=edits, limit=8)
        ranked = sorted(
            (distance, near[0] != lower[0], -self.vocabulary[near], near)
            for near, distance, _ in neighbours
            if len(near) >= MIN_CORRECTED_LENGTH
        )
        return ranked[0][3] if ranked else None

    def expansions(self, text: str) -> list[tuple[str, tuple[str, ...]]]:
        """(name as it stands in the text, its other names) for each variant group met in the text."""
        found: list[tuple[str, tuple[str, ...]]] = []
        lowered = f" {' '.join(words(text))} "
        for group in self.variants:
            keys = [(name, _key(name)) for name in group]
            present = [(name, key) for name, key in keys if f" {key} " in lowered]
            if present:
                met = max(present, key=lambda pair: len(pair[1]))[0]
                inside = {key for _, key in present}
                others = tuple(dict.fromkeys(name for name, key in keys if key not in inside))
                if others:
                    found.append((met, others))
        return found


def _bases(word: str) -> Iterator[str]:
    """The word and what it may be a form of: "staffing", "staff"; "moderated", "moderate"; "Rwandan", "Rwanda"."""
    yield word
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= MIN_CORRECTED_LENGTH - 1:
            base = word[: -len(ending)]
            yield base
            yield base + "e"
            if len(base) > 2 and base[-1] == base[-2]:
                yield base[:-1]


def build_lexicon(
    texts: Iterable[str],
    variants: Sequence[Sequence[str]],
    known_word: Callable[[str], bool],
    subjects: Collection[str] = (),
) -> Lexicon:
    """Count the words of the passages and merge their definitions with the domain's variants.

    One name of a group among the `subjects` makes all its names subjects.
    """
    frequency: Counter[str] = Counter()
    vocabulary: Counter[str] = Counter()
    learnt: dict[str, set[str]] = {}
    count = 0
    flat: list[str] = []
    for text in texts:
        count += 1
        inside = words(text)
        flat.append(f" {' '.join(inside)} ")
        present = set(inside)
        vocabulary.update(present)
        frequency.update({stem(word) for word in present})
        for short, long in definitions(text):
            learnt.setdefault(short, set()).add(long)
    groups = _merge(variants, learnt)
    rarity = tuple(_idf(_having_any(group, flat), count) for group in groups)
    about = frozenset(_key(name) for group in groups if not set(subjects).isdisjoint(group) for name in group)
    return Lexicon(count, frequency, vocabulary, groups, rarity, known_word, about)


def _key(name: str) -> str:
    return " ".join(words(name))


def _having_any(names: Sequence[str], flat: Sequence[str]) -> int:
    keys = [f" {_key(name)} " for name in names]
    return sum(any(key in text for key in keys) for text in flat)


def _idf(count: int, total: int) -> float:
    return math.log(1 + (total - count + 0.5) / (count + 0.5))


def _merge(variants: Sequence[Sequence[str]], learnt: Mapping[str, set[str]]) -> tuple[tuple[str, ...], ...]:
    groups = [list(group) for group in variants]
    for short, longs in sorted(learnt.items()):
        group = next((g for g in groups if any(name.lower() == short.lower() for name in g)), None)
        if group is None:
            group = [short]
            groups.append(group)
        known = {name.lower() for name in group}
        group.extend(long for long in sorted(longs) if long.lower() not in known)
    return tuple(tuple(group) for group in groups)


def read_variants(prompts_dir: Path) -> list[list[str]]:
    """The domain's own variant groups from `lexicon.yaml`.

    Raises:
        DataFileError: the file is missing or malformed.
    """
    return [[str(name) for name in group] for group in _read(prompts_dir)["variants"]]


def read_subjects(prompts_dir: Path) -> frozenset[str]:
    """Names of what the field is about, from `lexicon.yaml`.

    Raises:
        DataFileError: the file is missing or malformed, or a subject is in no group of variants.
    """
    content = _read(prompts_dir)
    known = {str(name) for group in content["variants"] for name in group}
    subjects = frozenset(map(str, content["subjects"]))
    if subjects - known:
        unknown = ", ".join(sorted(subjects - known))
        raise DataFileError(f"{prompts_dir / LEXICON_FILE}: subjects in no group of variants: {unknown}")
    return subjects


def _read(prompts_dir: Path) -> Mapping[str, Any]:
    return read_yaml(prompts_dir / LEXICON_FILE, keys={"version", "variants", "subjects"})
