"""Is the evidence enough? A typed refusal that names what is missing, or leave to go on.

Similarity alone cannot tell "on the topic but not stated" from "answered" (project findings: AUC .58). What the
question demands says more: a number, a date, a name that no sentence of the evidence states. Two logistic models, both
small enough to read, weigh the features: is the library on this topic, and is what is asked stated.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.answer_types import NUMERIC, Demand, DemandRules, counted_noun, demand, known_stems, stated
from assistant.domain import Reason
from assistant.evidence import Evidence
from assistant.lexicon import Lexicon, stem, words
from assistant.question import Question
from assistant.sufficiency import AnswerabilityRules, Sufficiency, read_rules

__all__ = ["AnswerabilityRules", "Verdict", "judge", "measure", "missing", "read_rules"]

TOP = 3  # sentences that count as the answer's evidence
READ = 15  # sentences in which the demanded fact is looked for
FADING = 0.85  # how much less a fact counts in each sentence further down: names and dates are everywhere
FADING_NUMBER = 0.97  # numbers are rare, so one further down is seldom there by chance
NEGATION = re.compile(
    r"\b(?:not|never|no|nor|neither|nobody|none|without|lacks?|lacking|fail(?:s|ed|ure)?)\b|n['’]t\b", re.IGNORECASE
)

SMALL_WORDS = frozenset({"a", "an", "and", "for", "in", "of", "on", "the", "to"})  # have no letter in a short name


@dataclass(frozen=True, slots=True)
class Verdict:
    """Go on (reason is None) or refuse; `probability` that the evidence answers; what is missing, for the reader."""

    reason: Reason | None
    probability: float
    missing: tuple[str, ...]


def judge(question: Question, evidence: Sequence[Evidence], lexicon: Lexicon, rules: AnswerabilityRules) -> Verdict:
    """Whether the evidence, best first, answers the question."""
    if not evidence:
        return Verdict(Reason.NO_EVIDENCE, 0.0, missing(question, evidence, lexicon, rules))
    if not any(lexicon.holds(word) or lexicon.known_word(word) for word in words(question.text)):
        return Verdict(Reason.UNCLEAR, 0.0, question.terms)  # no word of it is one: "asdf qwer"
    measured = measure(question, evidence, lexicon, rules)
    topic, stating = rules.models(jointly=evidence[0].jointly)
    on_topic, is_stated = topic.probability(measured), stating.probability(measured)
    if on_topic >= topic.threshold and is_stated >= stating.threshold:
        return Verdict(None, on_topic * is_stated, ())
    off_topic = rules.subject.probability(measured) < rules.subject.threshold
    reason = Reason.OFF_TOPIC if off_topic else Reason.NOT_STATED
    return Verdict(reason, on_topic * is_stated, missing(question, evidence, lexicon, rules))


def measure(
    question: Question, evidence: Sequence[Evidence], lexicon: Lexicon, rules: AnswerabilityRules
) -> Sufficiency:
    """The features of a question's evidence, which must not be empty."""
    top = evidence[:TOP]
    best = evidence[0]
    rarity = {term: max(lexicon.idf(term), 0.1) for term in question.terms}
    names = _other_names(question, lexicon)
    text = f"{' '.join(best.passage.locator.section)} {best.passage.text}"
    held = {stem(w) for w in words(text)}
    asked = _names(question)
    absent = [name for name in asked if not _holds(name, held, names)]
    demanded = demand(question, rules.demands)
    return Sufficiency(
        similarity=max(e.features.similarity for e in top),
        late=max(e.features.late for e in top),
        weakest=max(e.features.weakest for e in top),
        unknown=sum(rarity[t] for t in rarity if not lexicon.holds(t)) / (sum(rarity.values()) or 1.0),
        name_unknown=float(bool(_unknown_names(question, evidence, lexicon))),
        name_absent=len(absent) / max(len(asked), 1),
        number_absent=float(any(number not in held for number in question.numbers if number in question.topic)),
        demanded=float(demanded is not Demand.NONE),
        lacking=_lacking(demanded, question, evidence, lexicon, rules.demands),
        detail=float(bool(rules.detail.search(question.focus))),
        negation=float(bool(NEGATION.search(question.focus)) and not NEGATION.search(best.sentence.text)),
        premise=float(bool(rules.premise.search(question.text))),
        enumeration=float(question.enumeration),
        read=max(e.features.odds for e in evidence),
    )


def missing(
    question: Question, evidence: Sequence[Evidence], lexicon: Lexicon, rules: AnswerabilityRules
) -> tuple[str, ...]:
    """What the question asks for that the evidence lacks, as a person would name it, the most telling first.

    The kind of fact that is demanded ("a date") and names that the library holds nowhere; where there is neither, words
    that it holds nowhere; where it holds all, those that the best passages do not hold.
    """
    demanded = demand(question, rules.demands)
    found = _unknown_names(question, evidence, lexicon)
    lacks = _lacking(demanded, question, evidence, lexicon, rules.demands) > 0.5 if evidence else False
    if lacks or (demanded is not Demand.NONE and not found):
        found.insert(0, _kind(demanded, question, rules))
    if found:
        return tuple(dict.fromkeys(found))
    terms = [term for term in question.terms if not lexicon.holds(term)]
    if not terms:
        held = {stem(w) for e in evidence[:TOP] for w in words(e.passage.text)}
        terms = [term for term in question.terms if stem(term) not in held]
    return tuple(_as_typed(term, question) for term in terms)


def _kind(demanded: Demand, question: Question, rules: AnswerabilityRules) -> str:
    noun = counted_noun(question)
    if demanded is Demand.COUNT and noun:
        return rules.missing["count_of"].replace("{noun}", noun)
    return rules.missing[demanded]


def _lacking(
    demanded: Demand, question: Question, evidence: Sequence[Evidence], lexicon: Lexicon, rules: DemandRules
) -> float:
    if demanded is Demand.NONE:
        return 0.0
    known = known_stems(question, lexicon)
    fading = FADING_NUMBER if demanded in NUMERIC else FADING
    best = 0.0
    for rank, weighed in enumerate(evidence[:READ]):
        if best >= fading**rank:  # no sentence from here on can say it better
            break
        best = max(best, fading**rank * stated(demanded, weighed.sentence.text, question, known, rules))
    return 1.0 - best


def _names(question: Question) -> list[str]:
    """The names of what is looked for, without those that tell in which document to look."""
    topic = set(words(question.topic))
    return [name for name in question.names if topic.issuperset(words(name))]


def _other_names(question: Question, lexicon: Lexicon) -> Mapping[str, list[frozenset[str]]]:
    """Stem of a word of a short or long name -> the stems of each of the thing's other names."""
    found: dict[str, list[frozenset[str]]] = {}
    for name, others in lexicon.expansions(question.text):
        for word in words(name):
            found.setdefault(stem(word), []).extend(frozenset(stem(w) for w in words(other)) for other in others)
    return found


def _holds(name: str, held: set[str], names: Mapping[str, list[frozenset[str]]]) -> bool:
    return all(
        key in held or any(other <= held for other in names.get(key, ())) for key in (stem(w) for w in words(name))
    )


def _unknown_names(question: Question, evidence: Sequence[Evidence], lexicon: Lexicon) -> list[str]:
    """Names that the library holds nowhere, by no other name, and that the evidence does not spell out."""
    names = _other_names(question, lexicon)
    unknown = [
        name for name in _names(question)
        if not all(lexicon.holds(word) or stem(word) in names for word in words(name))
    ]  # fmt: skip
    return [name for name in unknown if not any(_spells_out(e.sentence.text, name) for e in evidence[:READ])]


def _spells_out(text: str, name: str) -> bool:
    """Whether words of the text begin with the letters of a short name: "Non-State armed groups" for NSAGs."""
    letters = name.removesuffix("s").lower()
    if not (name.removesuffix("s").isupper() and len(letters) > 1):
        return False
    initials = "".join(word[0] for word in words(text) if word not in SMALL_WORDS)
    return letters in initials


def _as_typed(term: str, question: Question) -> str:
    match = re.search(rf"\b{re.escape(term)}\b", question.text, re.IGNORECASE)
    return match.group() if match else term
