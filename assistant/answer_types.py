"""What kind of fact a question demands, and whether a sentence states one: a number, a date, a person, a place …

`satisfies` is the rough check by the form of the question, for choosing sentences. `demand` and `stated` are finer, for
knowing when not to answer: they look for a fact that the question does not itself contain ("How many troops did the
2015 panel ask for?" is not answered by "2015").
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from assistant import facts
from assistant.lexicon import Lexicon, stem, words
from assistant.question import Expected, Question

AFTER_NUMBER = 5  # words behind a number among which the counted noun is looked for: "80 written submissions from"
CHARACTERS_AFTER_NUMBER = 60  # that hold as many words


class Demand(StrEnum):
    """The kinds of fact that can be looked for in a text; `NONE` for any other question."""

    CONTACT = "contact"
    MONEY = "money"
    SHARE = "share"
    FREQUENCY = "frequency"
    DURATION = "duration"
    COUNT = "count"
    DATE = "date"
    PERSON = "person"
    COUNTRY = "country"
    PLACE = "place"
    NONE = "none"


NUMERIC = frozenset({Demand.CONTACT, Demand.MONEY, Demand.SHARE, Demand.FREQUENCY, Demand.DURATION, Demand.COUNT})


@dataclass(frozen=True, slots=True)
class DemandRules:
    """How a demand is read from a question, and what the words of a text must not be mistaken for."""

    demands: Mapping[Demand, re.Pattern[str]]  # the first that matches wins
    advice: re.Pattern[str]  # "should", "ought to": asks for a policy, which needs no name
    same_kind: tuple[frozenset[str], ...]  # groups of stems that count the same things
    not_persons: frozenset[str]  # capitalised words that do not belong to a person's name, in lower case
    places: re.Pattern[str]


def demand(question: Question, rules: DemandRules) -> Demand:
    """The kind of fact that the question demands."""
    for kind, pattern in rules.demands.items():
        if pattern.search(question.focus):
            if kind in (Demand.PERSON, Demand.COUNTRY) and rules.advice.search(question.focus):
                return Demand.NONE
            return kind
    return Demand.NONE


def stated(kind: Demand, text: str, question: Question, known: frozenset[str], rules: DemandRules) -> float:
    """How well a sentence states a fact of a kind: 1, 0.5 when it may be of something else, or 0.

    `known` holds the stems of the question: a fact made of these alone is not news.
    """
    match kind:
        case Demand.COUNT:
            return _counted(text, question, known, rules)
        case Demand.PERSON:
            return float(_news(facts.persons(text, rules.not_persons), known))
        case Demand.COUNTRY:
            return float(_news(_found(rules.places, text), known))
        case Demand.PLACE:
            if facts.ADDRESS.search(text) or _news(_found(rules.places, text), known):
                return 1.0
            return 0.5 * _news(facts.names(text), known)
        case Demand.DATE:
            return float(_news(_found(_date_pattern(question.focus), text), known))
        case Demand.DURATION:
            return float(_news(_found(facts.DURATION, text), known))
        case Demand.CONTACT:
            return float(any(pattern.search(text) for pattern in _contact_patterns(question.focus)))
        case Demand.MONEY | Demand.SHARE | Demand.FREQUENCY:
            return float(bool(_PLAIN[kind].search(text)))
        case _:
            return 1.0


def known_stems(question: Question, lexicon: Lexicon) -> frozenset[str]:
    """Stems of all that the question says, under every name that it has for things."""
    names = [name for found, others in lexicon.expansions(question.text) for name in (found, *others)]
    return frozenset(stem(w) for text in (question.text, *names) for w in words(text))


def counted_noun(question: Question) -> str | None:
    """What "how many …" counts, as asked: "peacekeeping operations"."""
    match = _COUNTED.search(question.focus) or _NUMBER_OF.search(question.focus)
    return match.group(1) if match else None


def satisfies(text: str, expected: Expected, places: re.Pattern[str]) -> bool:
    """Whether the text holds a thing of the expected kind; True where the kind cannot be told from the text."""
    match expected:
        case Expected.WHEN:
            return bool(facts.DATE.search(text) or facts.DURATION.search(text))
        case Expected.NUMBER:
            amounts = (*_PLAIN.values(), facts.DURATION, facts.TELEPHONE)
            return any(True for _ in facts.numbers(text)) or any(pattern.search(text) for pattern in amounts)
        case Expected.WHERE:
            return bool(places.search(text))
        case Expected.WHO:
            return any(True for _ in facts.names(text))
        case Expected.WHY:
            return bool(facts.REASON.search(text))
        case _:
            return True


_PLAIN = {Demand.MONEY: facts.MONEY, Demand.SHARE: facts.SHARE, Demand.FREQUENCY: facts.FREQUENCY}
_CONTACTS = {  # how a way of contact is asked for -> what it looks like
    re.compile(r"e-?mail", re.IGNORECASE): facts.EMAIL,
    re.compile(r"phone|\bcall\b|\bfax\b", re.IGNORECASE): facts.TELEPHONE,
    re.compile(r"\bweb|\burl\b|home ?page|online|facebook|twitter", re.IGNORECASE): facts.WEB,
    re.compile(r"\b(?:postal|street) address", re.IGNORECASE): facts.POSTAL,
}
_VERB = (
    "is|are|was|were|did|do|does|has|have|had|should|would|will|can|could|must|that|who|which|to|in|of|on|at|for|from|with"
    r"|by|attend|took|take|sat|sit|belong|live|work|\w+ed"
)
_COUNTED = re.compile(
    rf"\bhow many (?:of (?:the )?)?((?:[\w'-]+ ){{0,3}}?[\w'-]+)(?= (?:{_VERB})\b|[?,.]|$)", re.IGNORECASE
)
_NUMBER_OF = re.compile(r"\bnumber of (?:the )?((?:[\w'-]+ ){0,2}?[\w'-]+)", re.IGNORECASE)


def _date_pattern(focus: str) -> re.Pattern[str]:
    """As precise as asked: a year does not tell the day."""
    asked = focus.lower()
    if re.search(r"\b(?:what|which|exact) (?:exact )?(?:day|date)\b", asked):
        return facts.DAY
    return facts.MONTH if re.search(r"\b(?:what|which) month\b", asked) else facts.DATE


def _contact_patterns(focus: str) -> Iterable[re.Pattern[str]]:
    asked = [shape for way, shape in _CONTACTS.items() if way.search(focus)]
    return asked or _CONTACTS.values()


def _counted(text: str, question: Question, known: frozenset[str], rules: DemandRules) -> float:
    """1 for a number (or share) of what is counted, 0.5 for one of something else."""
    noun = {stem(w) for w in words(counted_noun(question) or "")}
    nouns = noun.union(*(group for group in rules.same_kind if group & noun))
    best = 0.0
    for match in (*facts.numbers(text), *facts.SHARE.finditer(text)):
        if _news([match.group()], known):
            behind = words(text[match.end() : match.end() + CHARACTERS_AFTER_NUMBER])[:AFTER_NUMBER]
            best = max(best, 1.0 if not nouns or nouns.intersection(map(stem, behind)) else 0.5)
    return best


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    return [match.group() for match in pattern.finditer(text)]


def _news(found: Iterable[str], known: frozenset[str]) -> bool:
    """Whether one of the texts says more than the question does."""
    return any(stem(word) not in known for text in found for word in words(text) if len(word) > 1 or word.isdigit())
