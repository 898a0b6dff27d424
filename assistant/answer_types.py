"""What kind of fact a question demands, and whether a sentence states one: a number, a date, a person, a place …

`satisfies` is the rough check by the form of the question, for choosing sentences. `demand` and `stated` are finer, for
knowing when not to answer: they look for a fact that the question does not itself contain ("How many troops did the
2015 panel ask for?" is not answered by "2015").
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.lexicon import stem, words
from assistant.question import Expected, Question

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
NUMERALS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
    "|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|dozens?"
)
AFTER_NUMBER = 5  # words behind a number among which the counted noun is looked for: "80 written submissions from"


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
            return float(_news(_persons(text, rules), known))
        case Demand.COUNTRY:
            return float(_news(_found(rules.places, text), known))
        case Demand.PLACE:
            if _news(_found(rules.places, text), known):
                return 1.0
            return 1.0 if _ADDRESS.search(text) else 0.5 * _news(_names(text), known)
        case Demand.DATE:
            return float(_news(_found(_date_pattern(question.focus), text), known))
        case Demand.DURATION:
            return float(_news(_found(DURATION, text), known))
        case Demand.CONTACT:
            return float(bool(_contact_pattern(question.focus).search(text)))
        case Demand.MONEY | Demand.SHARE | Demand.FREQUENCY:
            return float(bool(_PLAIN[kind].search(text)))
        case _:
            return 1.0


def counted_noun(question: Question) -> str | None:
    """What "how many …" counts, as asked: "peacekeeping operations"."""
    match = _COUNTED.search(question.focus) or _NUMBER_OF.search(question.focus)
    return match.group(1) if match else None


def satisfies(text: str, expected: Expected, places: re.Pattern[str]) -> bool:
    """Whether the text holds a thing of the expected kind; True where the kind cannot be told from the text."""
    match expected:
        case Expected.WHEN:
            return bool(DATE.search(text) or DURATION.search(text))
        case Expected.NUMBER:
            return any(True for _ in _numbers(text)) or any(p.search(text) for p in (*_PLAIN.values(), DURATION))
        case Expected.WHERE:
            return bool(places.search(text))
        case Expected.WHO:
            return any(True for _ in _names(text))
        case Expected.WHY:
            return bool(REASON.search(text))
        case _:
            return True


DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?(?:{MONTHS})\b(?:\s+\d{{1,2}}\b)?(?:,?\s+\d{{4}})?|\b(?:1\d|20)\d\d\b"
    r"|\b\d{1,2}(?:st|nd|rd|th) century\b"
)
DAY = re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s+and\s+\d{{1,2}})?\s+(?:{MONTHS})\b|\b(?:{MONTHS})\s+\d{{1,2}}\b")
MONTH = re.compile(rf"\b(?:{MONTHS})\b")
DURATION = re.compile(
    rf"\b(?:\d+|{NUMERALS}|several|few)[ -](?:day|week|month|year|hour|minute|decade)s?\b|\b(?:decades|centuries)\b",
    re.IGNORECASE,
)
REASON = re.compile(
    r"\b(?:because|since|as|due to|owing to|given|in order to|so that|so as|therefore|thus|hence|as a result|result(?:s|ed)?"
    r"|reason|caus(?:e|ed|es)|led|lead|leads|in light of|motivated|consequence|consequently|by virtue|impede|hinder"
    r"|aimed at|to (?:\w+))\b",
    re.IGNORECASE,
)
_PLAIN = {
    Demand.MONEY: re.compile(
        rf"(?:[$€£¥]|\bUSD|\bEUR)\s?\d|\b(?:\d[\d,.]*|{NUMERALS})\s+(?:(?:{NUMERALS})\s+)?(?:dollars?|euros?|pounds?"
        r"|francs?|yen)\b",
        re.IGNORECASE,
    ),
    Demand.SHARE: re.compile(
        r"\d\s?%|\bper ?cent\b|\b(?:half|thirds?|quarters?|fifth|tenth|majority|minority)\b"
        rf"|\b(?:\d+|{NUMERALS}) (?:of|out of|in) (?:the )?(?:\d+|{NUMERALS})\b",
        re.IGNORECASE,
    ),
    Demand.FREQUENCY: re.compile(
        r"\b(?:once|twice|annual(?:ly)?|daily|weekly|monthly|yearly|quarterly|regularly"
        rf"|every (?:\w+ )?(?:day|week|month|year)s?|(?:\d+|{NUMERALS}) times|per (?:day|week|month|year))\b",
        re.IGNORECASE,
    ),
}
_CONTACTS = (  # what is asked for -> what it looks like; the last one is any of them
    (re.compile(r"e-?mail", re.I), re.compile(r"\S@\S")),
    (re.compile(r"phone|call|fax", re.I), re.compile(r"\b\d{3}[ .-]\d{3}|\+\d{2}")),
    (re.compile(r"web|\burl\b|home ?page|online|facebook|twitter", re.I),
     re.compile(r"https?://|\bwww\.|\.(?:org|com|net|int)\b")),
    (re.compile(r"address", re.I), re.compile(r"\b(?:Street|Avenue|Plaza|Suite|Road)\b|\b[A-Z]{2} \d{5}\b")),
    (re.compile(""), re.compile(r"\S@\S|https?://|\bwww\.|\.(?:org|com|net|int)\b|\b\d{3}[ .-]\d{3}|\b(?:Avenue|Suite)\b")),
)  # fmt: skip
_ADDRESS = re.compile(r"\b(?:University|College|Institute|Street|Avenue|Plaza|Room|Headquarters|[A-Z]{2} \d{5})\b")
_COUNT_WORD = re.compile(rf"(?<![\w./-])(?:\d[\d,]*(?:\.\d+)?|{NUMERALS})(?![\w/])(?:[ -](?:{NUMERALS}))*", re.IGNORECASE)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_LABEL_BEFORE = re.compile(  # "paragraphs 138 and 139", "resolution 1325", "Pillar 2", "No. 5"
    r"(?:\b(?:paragraphs?|paras?|articles?|arts?|resolutions?|SCR|pillars?|chapters?|sections?|annex|nos?|pages?|pp?|suite"
    r"|footnote|rule|session|phase|step)\.?|[#§])\s*(?:\d+\s*(?:,|and|to|-|–)\s*)*$",
    re.IGNORECASE,
)
_MONTH_AFTER = re.compile(rf"(?:st|nd|rd|th)?(?:\s+(?:and|to|-|–)\s+\d+)?\s+(?:of\s+)?(?:{MONTHS})\b", re.IGNORECASE)
_MONTH_BEFORE = re.compile(rf"(?:{MONTHS})\s*(?:\d{{1,2}}\s*(?:,|and|to|-|–)\s*)*$", re.IGNORECASE)
_ENUMERATOR = re.compile(r"\d+[.)]\s")
_VERB = (
    "is|are|was|were|did|do|does|has|have|had|should|would|will|can|could|must|that|who|which|to|in|of|on|at|for|from|with"
    r"|by|attend|took|take|sat|sit|belong|live|work|\w+ed"
)
_COUNTED = re.compile(rf"\bhow many (?:of (?:the )?)?((?:[\w'-]+ ){{0,3}}?[\w'-]+)(?= (?:{_VERB})\b|[?,.]|$)", re.IGNORECASE)
_NUMBER_OF = re.compile(r"\bnumber of (?:the )?((?:[\w'-]+ ){0,2}?[\w'-]+)", re.IGNORECASE)
_TITLE = r"(?:Dr|Mr|Ms|Mrs|Sir|Prof|Professor|Judge|General|Colonel|President|Ambassador|Minister|Lord|Lady|Captain|King|Queen)"
_TITLED = re.compile(rf"\b{_TITLE}\.?\s+[A-ZÀ-Ý][\w’'-]+(?:\s+[A-ZÀ-Ý][\w’'.-]+)*")
_CAPITALS = re.compile(
    r"(?<![\w.])(?:[A-ZÀ-Ý][\w’'-]+|[A-Z]\.)(?:(?:\s+(?:de|van|von|bin|al|of|for|the))?\s+(?:[A-ZÀ-Ý][\w’'-]+|[A-Z]\.))*"
)


def _date_pattern(focus: str) -> re.Pattern[str]:
    """As precise as asked: a year does not tell the day."""
    asked = focus.lower()
    if re.search(r"\b(?:what|which|exact) (?:exact )?(?:day|date)\b", asked):
        return DAY
    return MONTH if re.search(r"\b(?:what|which) month\b", asked) else DATE


def _contact_pattern(focus: str) -> re.Pattern[str]:
    return next(shape for asked, shape in _CONTACTS if asked.search(focus))


def _counted(text: str, question: Question, known: frozenset[str], rules: DemandRules) -> float:
    noun = {stem(w) for w in words(counted_noun(question) or "")}
    nouns = noun.union(*(group for group in rules.same_kind if group & noun))
    best = 0.5 * bool(_PLAIN[Demand.SHARE].search(text))
    for match in _numbers(text):
        if _news([match.group()], known):
            behind = {stem(w) for w in words(text[match.end() : match.end() + 60])[:AFTER_NUMBER]}
            best = max(best, 1.0 if behind & nouns or not nouns else 0.5)
    return best


def _numbers(text: str) -> Iterable[re.Match[str]]:
    """Numbers that count something: not years, days of a month, numbers of paragraphs and of list items."""
    for match in _COUNT_WORD.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if _YEAR.fullmatch(match.group()) or _LABEL_BEFORE.search(before[-40:]):
            continue
        if _MONTH_AFTER.match(after) or _MONTH_BEFORE.search(before[-40:]):
            continue
        if _ENUMERATOR.match(text[match.start() :]) and (not before.strip() or before.rstrip()[-1] in ":;.("):
            continue
        yield match


def _persons(text: str, rules: DemandRules) -> Iterable[str]:
    """Titled names, and two or more capitalised words in a row of which none names something else."""
    yield from _found(_TITLED, text)
    for match in _CAPITALS.finditer(text):
        run: list[str] = []
        for part in [*(part.strip(".,’'") for part in match.group().split()), ""]:
            if part[:1].isupper() and not (len(part) > 1 and part.isupper()) and part.lower() not in rules.not_persons:
                run.append(part)
            else:
                if sum(len(name) > 1 for name in run) >= 2:
                    yield " ".join(run)
                run = []


def _names(text: str) -> Iterable[str]:
    """Capitalised words; a single one at the opening is none unless all its letters are capitals."""
    for match in _CAPITALS.finditer(text):
        if match.start() > 0 or " " in match.group() or match.group().isupper():
            yield match.group()


def _found(pattern: re.Pattern[str], text: str) -> Sequence[str]:
    return [match.group() for match in pattern.finditer(text)]


def _news(found: Iterable[str], known: frozenset[str]) -> bool:
    """Whether one of the texts says more than the question does."""
    return any(stem(word) not in known for text in found for word in words(text) if len(word) > 1 or word.isdigit())
