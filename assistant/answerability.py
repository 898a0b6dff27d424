"""Is the evidence enough? A typed refusal that names what is missing, or leave to go on.

Similarity alone cannot tell "on the topic but not stated" from "answered" (project findings: AUC .58). What the question
demands says more: a number, a date, a name that no sentence of the evidence states. Two logistic models, both small
enough to read, weigh the features: is the library on this topic, and is what is asked stated.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from assistant.answer_types import NUMERIC, Demand, DemandRules, counted_noun, demand, stated
from assistant.data_files import read_yaml
from assistant.domain import Reason
from assistant.errors import DataFileError
from assistant.evidence import Evidence
from assistant.lexicon import Lexicon, stem, words
from assistant.question import Question

TOP = 3  # sentences that count as the answer's evidence
READ = 15  # sentences in which the demanded fact is looked for
FADING = 0.85  # how much less a fact counts in each sentence further down: names and dates are everywhere
FADING_NUMBER = 0.97  # numbers are rare, so one further down is seldom there by chance
NEGATION = re.compile(r"\b(?:not|never|no|nor|neither|nobody|none|without|lacks?|lacking|fail(?:s|ed|ure)?)\b|n['’]t\b", re.I)

SMALL_WORDS = frozenset({"a", "an", "and", "for", "in", "of", "on", "the", "to"})  # have no letter in a short name


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """What is measured of a question and its evidence; each lies about in [0, 1]."""

    similarity: float  # best cosine of the question and a sentence
    centred: float  # the same without the directions that all sentences share
    late: float  # best late interaction
    content: float
    covered: float
    weakest: float  # the question's rare word that is least well met in the best sentence
    unknown: float  # share of the question's words, weighed by rarity, that the library holds nowhere
    name_unknown: float  # 1 when the question names something that the library holds nowhere
    name_absent: float  # share of the question's names that the best passage does not hold
    number_absent: float  # 1 when a number of the question is not in the best passage
    demanded: float  # 1 when the question demands a number, a date, a name or a place
    lacking: float  # 1 when such a fact is not in the evidence, 0 when it is in the best sentence
    detail: float  # 1 when it asks for a particular: "exactly", "by name", "the first to"
    negation: float  # 1 when it asks what is not so and the best sentence says nothing of the kind
    premise: float  # 1 when it asserts before it asks: what contradicts the assertion is an answer
    enumeration: float  # 1 when it asks for several items


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model: one weight for each feature that it uses and a `bias`, and the probability that is enough."""

    threshold: float
    weights: Mapping[str, float]

    def probability(self, measured: Sufficiency) -> float:
        """The probability of "yes"."""
        value = self.weights["bias"]
        value += sum(weight * getattr(measured, name) for name, weight in self.weights.items() if name != "bias")
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, value))))


@dataclass(frozen=True, slots=True)
class AnswerabilityRules:
    """`answerability.yaml`; see there for what each means."""

    topic: Model
    stated: Model
    demands: DemandRules
    detail: re.Pattern[str]
    premise: re.Pattern[str]
    missing: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Go on (reason is None) or refuse; `probability` that the evidence answers; what is missing, for the reader."""

    reason: Reason | None
    probability: float
    missing: tuple[str, ...]


def read_rules(prompts_dir: Path) -> AnswerabilityRules:
    """The rules from `answerability.yaml` and `places.yaml`.

    Raises:
        DataFileError: missing or malformed; names file and key.
    """
    path = prompts_dir / "answerability.yaml"
    content = read_yaml(
        path,
        keys={"version", "topic", "stated", "demands", "advice", "detail", "premise", "same_kind", "not_persons", "missing"},
    )
    kinds = {kind.value for kind in Demand} - {Demand.NONE.value}
    _require(path, "demands", set(content["demands"]), kinds)
    _require(path, "missing", set(content["missing"]), kinds | {"count_of"})
    demands = DemandRules(
        demands={Demand(kind): _pattern(path, f"demands.{kind}", p) for kind, p in content["demands"].items()},
        advice=_pattern(path, "advice", [content["advice"]]),
        same_kind=tuple(frozenset(stem(w) for w in line.split()) for line in content["same_kind"]),
        not_persons=frozenset(str(content["not_persons"]).split()),
        places=_read_places(prompts_dir),
    )
    return AnswerabilityRules(
        topic=_model(path, "topic", content["topic"]),
        stated=_model(path, "stated", content["stated"]),
        demands=demands,
        detail=_pattern(path, "detail", content["detail"]),
        premise=_pattern(path, "premise", content["premise"]),
        missing=content["missing"],
    )


def judge(question: Question, evidence: Sequence[Evidence], lexicon: Lexicon, rules: AnswerabilityRules) -> Verdict:
    """Whether the evidence, best first, answers the question."""
    if not evidence:
        return Verdict(Reason.NO_EVIDENCE, 0.0, missing(question, evidence, lexicon, rules))
    measured = measure(question, evidence, lexicon, rules)
    on_topic, is_stated = rules.topic.probability(measured), rules.stated.probability(measured)
    reason = None
    if on_topic < rules.topic.threshold:
        reason = Reason.OFF_TOPIC
    elif is_stated < rules.stated.threshold:
        reason = Reason.NOT_STATED
    return Verdict(reason, on_topic * is_stated, missing(question, evidence, lexicon, rules) if reason else ())


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
        centred=max(e.features.centred for e in top),
        content=max(e.features.late_content for e in top),
        covered=max(e.features.passage_coverage for e in top),
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
    )


def missing(
    question: Question, evidence: Sequence[Evidence], lexicon: Lexicon, rules: AnswerabilityRules
) -> tuple[str, ...]:
    """What the question asks for that the evidence lacks, as a person would name it, the most telling first.

    The kind of fact ("a date"); names that the library holds nowhere; when there is neither, words that it holds
    nowhere; when all are held, those that the best passages do not hold.
    """
    demanded = demand(question, rules.demands)
    found = _unknown_names(question, evidence, lexicon)
    if evidence and _lacking(demanded, question, evidence, lexicon, rules.demands) > 0.5:
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
    names = [name for found, others in lexicon.expansions(question.text) for name in (found, *others)]
    known = frozenset(stem(w) for text in (question.text, *names) for w in words(text))
    fading = FADING_NUMBER if demanded in NUMERIC else FADING
    return 1.0 - max(
        stated(demanded, e.sentence.text, question, known, rules) * fading**rank
        for rank, e in enumerate(evidence[:READ])
    )


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


def _model(path: Path, key: str, content: Mapping[str, Any]) -> Model:
    _require(path, key, set(content), {"threshold", "weights"})
    known = {"bias"} | {f.name for f in fields(Sufficiency)}
    weights = content["weights"]
    for name in weights.keys() - known:
        raise DataFileError(f"{path}: {key}.weights: unknown feature {name!r}; known: {', '.join(sorted(known))}")
    if "bias" not in weights:
        raise DataFileError(f"{path}: {key}.weights: 'bias' is missing")
    return Model(float(content["threshold"]), {str(name): float(value) for name, value in weights.items()})


def _pattern(path: Path, key: str, alternatives: Iterable[str]) -> re.Pattern[str]:
    try:
        return re.compile("|".join(f"(?:{text})" for text in alternatives), re.IGNORECASE)
    except re.error as error:
        raise DataFileError(f"{path}: {key} is not a regular expression: {error}") from error


def _require(path: Path, key: str, found: set[str], wanted: set[str]) -> None:
    if found != wanted:
        raise DataFileError(f"{path}: {key} lacks or has unknown keys: {', '.join(sorted(found ^ wanted))}")


def _read_places(prompts_dir: Path) -> re.Pattern[str]:
    content = read_yaml(prompts_dir / "places.yaml", keys={"version", "countries", "cities", "regions"})
    names = [name.strip() for key in ("countries", "cities", "regions") for name in str(content[key]).split(",")]
    return re.compile(rf"\b(?:{'|'.join(re.escape(n) for n in sorted(names, key=len, reverse=True))})\b")
