"""Which phrases of a conversation a follow-up leans on.

Every topic phrase of the conversation is described by where it was said and how rare it is; a linear score picks the
few that complete the question. After the topic and sub-topic keywords of historical query expansion (Lin et al.,
"Multi-stage conversational passage retrieval", 2020), with phrases for words and fitted weights for fixed limits.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.domain import Turn
from assistant.lexicon import stem, words
from assistant.phrases import Before, Phrase, WordLists, phrases

ANSWER_CHARACTERS = 1500  # of an answer that are read: it names its topic early
FADING = 0.7  # how much less each turn further back counts
UNHELD = "\0"  # a word that no library holds; not "", which is the Porter stem of "s"
MARKER = re.compile(r"\[\d+\]")

Weights = Mapping[str, float]
Idf = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class PhraseLimits:
    """How phrases are scored and how many are taken: the best one always, others while their share of the likelihood of
    all phrases is at least `share`. So a short conversation, which has few, gives more of them than a long answer."""

    weights: Weights
    share: float
    most: int


@dataclass(frozen=True, slots=True)
class Said:
    """The phrases of one turn."""

    question: tuple[Phrase, ...]
    answer: tuple[Phrase, ...]


@dataclass(slots=True)
class _Mentions:
    """Where one phrase was said."""

    phrase: Phrase
    features: dict[str, float] = field(default_factory=dict)
    in_questions: int = 0


def read_turn(turn: Turn, lists: WordLists) -> Said:
    """The phrases of a turn; citation markers are not read."""
    answer = MARKER.sub(" ", turn.answer)[:ANSWER_CHARACTERS]
    return Said(phrases(turn.question, lists), phrases(answer, lists))


def topical_stems(text: str, lists: WordLists) -> list[str]:
    """Stems of the words of a text that can belong to a topic, general ones included, in order."""
    return [stem(part) for token in lists.tokens(text) if lists.is_content(token) for part in words(token)]


def rarity(spoken: Iterable[str], idf: Idf) -> list[float]:
    """Idf of each word, from 0 to 1: 1 is a word that the library does not hold."""
    most = idf(UNHELD) or 1.0
    return [idf(word) / most for word in spoken]


def candidates(
    question: str, said: Sequence[Said], lists: WordLists, idf: Idf
) -> list[tuple[Phrase, dict[str, float]]]:
    """The phrases of the turns (oldest first) that add a word to the question, each with what speaks for it."""
    asked = set(topical_stems(question, lists))
    mentions = _collect(said)
    turns, last_answer = _stem_counts(said)
    found: list[tuple[Phrase, dict[str, float]]] = []
    for mention in mentions:
        phrase = mention.phrase
        new = [key for key in phrase.stems if key not in asked]
        if not new:
            continue
        new_words = [word for word, key in zip(phrase.words, phrase.stems, strict=True) if key not in asked]
        features = mention.features
        in_answer = sum(last_answer[key] for key in new) / len(new)
        asked_before = features.get("last_question", 0) or features.get("earlier_question", 0)
        features |= {
            "asked_often": math.log1p(mention.in_questions),
            "answered_often": math.log1p(in_answer),
            "turns": math.log1p(sum(turns[key] for key in new) / len(new)),
            "rarity": sum(rarity(new_words, idf)) / len(new),
            "completes": float(len(new) < len(phrase.stems)),
            "asked_and_answered": float(bool(asked_before and in_answer)),
            "long": float(len(phrase.stems) >= 3),
        }
        found.append((phrase, features))
    return found


def _collect(said: Sequence[Said]) -> list[_Mentions]:
    mentions: dict[tuple[str, ...], _Mentions] = {}
    for position, turn in enumerate(said):
        age = len(said) - 1 - position
        for phrase in turn.question:
            mention = mentions.setdefault(phrase.stems, _Mentions(phrase))
            mention.in_questions += 1
            if age == 0:
                mention.features["last_question"] = 1.0
            else:
                _raise(mention.features, "earlier_question", FADING ** (age - 1))
            if position == 0:
                mention.features["first_question"] = 1.0
            _describe(mention, phrase)
        for phrase in turn.answer if age <= 1 else ():
            mention = mentions.setdefault(phrase.stems, _Mentions(phrase))
            if age == 0:
                _raise(mention.features, "early_in_answer", 1 / (1 + phrase.sentence))
            _describe(mention, phrase)
    return list(mentions.values())


def _describe(mention: _Mentions, phrase: Phrase) -> None:
    _raise(mention.features, "named", float(phrase.named))
    _raise(mention.features, "noun", float(phrase.before in (Before.DETERMINER, Before.PREPOSITION)))


def _raise(features: dict[str, float], name: str, value: float) -> None:
    features[name] = max(features.get(name, 0.0), value)


def _stem_counts(said: Sequence[Said]) -> tuple[Mapping[str, float], Counter[str]]:
    """Turns that mention each stem (each of the last two answers counts half a turn, earlier ones not at all), and how
    often the last answer does."""
    turns: defaultdict[str, float] = defaultdict(float)
    for position, turn in enumerate(said):
        for key in {key for phrase in turn.question for key in phrase.stems}:
            turns[key] += 1.0
        if position >= len(said) - 2:
            for key in {key for phrase in turn.answer for key in phrase.stems}:
                turns[key] += 0.5
    return turns, Counter(key for phrase in said[-1].answer for key in phrase.stems) if said else Counter()


def last_person(said: Sequence[Said]) -> Phrase | None:
    """The phrase that "she" or "he" most likely means: the first of the latest turn that looks like the name of a
    person, what was answered before what was asked."""
    for turn in reversed(said):
        for phrase in (*turn.answer, *turn.question):
            if _may_be_a_person(phrase):
                return phrase
    return None


def _may_be_a_person(phrase: Phrase) -> bool:
    """Two or more capitalised words without an article, none an acronym or with digits: "Karen Odaba Mosoti"."""
    parts = phrase.text.split()
    capitalised = all(part[0].isupper() and part[1:].islower() for part in parts)
    return phrase.named and len(parts) >= 2 and capitalised and phrase.before is not Before.DETERMINER


def weigh(features: Mapping[str, float], weights: Weights) -> float:
    """The linear score; a feature without weight counts nothing, "bias" is added."""
    return weights.get("bias", 0.0) + sum(weights.get(name, 0.0) * value for name, value in features.items())


def choose(
    found: Sequence[tuple[Phrase, Mapping[str, float]]], asked: Iterable[str], limits: PhraseLimits
) -> list[str]:
    """The texts of the best phrases, best first; one that says nothing new after those before it is passed over."""
    scored = ((math.exp(weigh(features, limits.weights)), phrase, features) for phrase, features in found)
    ranked = sorted(scored, key=lambda entry: -entry[0])
    least = limits.share * sum(likelihood for likelihood, *_ in ranked)
    chosen: list[Phrase] = []
    known = set(asked)
    for likelihood, phrase, features in ranked:
        if chosen and likelihood < least:
            break
        new = [key for key in phrase.stems if key not in known]
        part = next((place for place, earlier in enumerate(chosen) if set(earlier.stems) < set(phrase.stems)), None)
        if part is not None and features["asked_often"]:
            chosen[part] = phrase  # the user's own "2010 workshop" for "2010"
        elif len(chosen) < limits.most and new and not _repeats(phrase, new, chosen):
            chosen.append(phrase)
        else:
            continue
        known.update(phrase.stems)
    return [phrase.text for phrase in chosen]


def _repeats(phrase: Phrase, new: Sequence[str], chosen: Sequence[Phrase]) -> bool:
    """Whether half of a phrase or more has been said by one that was chosen before it."""
    return 2 * len(new) <= len(phrase.stems) and any(set(phrase.stems) & set(earlier.stems) for earlier in chosen)
