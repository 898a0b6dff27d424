"""Topic phrases of a text by rules: runs of content words between function words, verbs and punctuation.

No tagger: after Rose et al., "Automatic keyword extraction from individual documents" (RAKE, 2010), with words joined
over "of", general words trimmed from both ends, and what stands before a phrase kept as a hint that it is a noun.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

from assistant.lexicon import stem, words

TOKEN = r"[^\W_]+(?:[-'’/][^\W_]+)*|\n|[^\w\s]"
SENTENCE_END = frozenset(".!?\n|…")
JOINER = "of"  # "protection of civilians" is one phrase
MAX_WORDS = 4  # longer runs are mostly clauses whose verb is not in the list


class Before(StrEnum):
    """What stands before a phrase."""

    DETERMINER = "determiner"
    PREPOSITION = "preposition"
    START = "start"  # of a sentence
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A run of content words."""

    text: str
    stems: tuple[str, ...]  # of its content words, in order, each once
    words: tuple[str, ...]  # a word for each stem, in lower case
    named: bool  # capitalised throughout although not (only) by its place in the sentence
    before: Before
    sentence: int  # 0-based


@dataclass(frozen=True)
class WordLists:
    """The words that shape phrases; `verbs` holds all their forms, `general` is compared by stem."""

    function_words: frozenset[str]
    verbs: frozenset[str]
    general: frozenset[str]
    determiners: frozenset[str]
    prepositions: frozenset[str]
    ly_nouns: frozenset[str]  # every other word in -ly is taken for an adverb
    fixed_phrases: tuple[str, ...]

    @cached_property
    def _token(self) -> re.Pattern[str]:
        longest_first = sorted(self.fixed_phrases, key=len, reverse=True)
        fixed = [r"\b" + r"\s+".join(map(re.escape, phrase.split())) + r"\b" for phrase in longest_first]
        return re.compile("|".join([*fixed, TOKEN]), re.IGNORECASE)

    def tokens(self, text: str) -> list[str]:
        """Words (possessive endings off, fixed phrases whole) and punctuation marks, in order."""
        found = self._token.findall(text.replace("’", "'"))
        return [token.removesuffix("'s").removesuffix("'") or token for token in found]

    def is_content(self, word: str) -> bool:
        """Whether a word can belong to a topic: not a function word, an adverb in -ly, a listed verb, or a
        number of one or two digits."""
        lower = word.lower()
        if lower in self.function_words or (word.isdigit() and len(word) < 3):
            return False
        if lower.endswith("ly") and lower not in self.ly_nouns:
            return False
        return lower not in self.verbs

    def is_verb_or_content(self, word: str) -> bool:
        """Whether a word is more than a function word."""
        return word.lower() not in self.function_words

    def is_topical(self, word: str) -> bool:
        """Whether a word says something on its own: content, and not general."""
        return self.is_content(word) and stem(word) not in self.general


def verb_forms(verb: str) -> set[str]:
    """A verb with its regular forms; forms that do not exist do no harm."""
    base = verb[:-1] if verb.endswith(("e", "y")) else verb
    endings = {"e": ("es", "ed", "ing"), "y": ("ies", "ied", "ying", "ys", "yed")}.get(
        verb[-1], ("s", "es", "ed", "ing", f"{verb[-1]}ed", f"{verb[-1]}ing")
    )
    return {verb, *(base + ending for ending in endings)}


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    named: bool
    before: Before


@lru_cache(maxsize=1024)  # every turn of a running conversation is read again with each question
def phrases(text: str, lists: WordLists) -> tuple[Phrase, ...]:
    """The topic phrases of a text, in order; one that occurs twice is there twice."""
    tokens = lists.tokens(text)
    found: list[Phrase] = []
    run: list[_Word] = []
    sentence, start, previous = 0, True, ""
    for position, token in enumerate(tokens):
        following = tokens[position + 1] if position + 1 < len(tokens) else ""
        if not token[0].isalnum():
            if token not in "'\"“”":
                run = _close(run, sentence, found, lists)
            if token in SENTENCE_END:
                sentence, start = sentence + 1, True
            previous = token
            continue
        if lists.is_content(token):
            if len(run) >= MAX_WORDS:
                run = _close(run, sentence, found, lists)
            named = _is_code(token) or (token[0].isupper() and (not start or following[:1].isupper()))
            run.append(_Word(token, named, _before(previous, start, lists)))
        elif token == JOINER and run and lists.is_topical(run[-1].text) and _can_follow(following, lists):
            run.append(_Word(JOINER, True, Before.OTHER))
        else:
            run = _close(run, sentence, found, lists)
        previous, start = token.lower(), False
    _close(run, sentence, found, lists)
    return tuple(found)


def _can_follow(token: str, lists: WordLists) -> bool:
    return token[:1].isalnum() and lists.is_content(token)


def _is_code(token: str) -> bool:
    """An acronym, a symbol or a year: HIPPO, R2P, 1674."""
    return sum(letter.isupper() for letter in token) >= 2 or any(letter.isdigit() for letter in token)


def _before(previous: str, start: bool, lists: WordLists) -> Before:
    if previous in lists.determiners:
        return Before.DETERMINER
    if previous in lists.prepositions:
        return Before.PREPOSITION
    return Before.START if start else Before.OTHER


def _close(run: Sequence[_Word], sentence: int, found: list[Phrase], lists: WordLists) -> list[_Word]:
    """Trim general words and dangling joiners off both ends, keep what is left, and begin a new run."""
    kept = list(run)
    while kept and not lists.is_topical(kept[-1].text):
        kept.pop()
    while kept and not lists.is_topical(kept[0].text):
        kept.pop(0)
    if kept:
        content = [word for word in kept if word.text != JOINER]
        by_stem = {stem(part): part for word in content for part in words(word.text)}
        named = all(word.named for word in content)
        text = " ".join(word.text for word in kept)
        found.append(Phrase(text, tuple(by_stem), tuple(by_stem.values()), named, kept[0].before, sentence))
    return []
