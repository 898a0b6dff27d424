"""Does what one document was quoted with bear on the question? Pure.

Of a library, the best passages nearly always bear on a question, and answerability judges the rest. Of one document
that has nothing to say, the best passages are merely its best: they must also hold what the question is about. A
question is read as concepts (a name under any of its variants is one, each other content word is one); what counts is
how rare the concepts are that the document, and the passages quoted from it, hold.
"""

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.data_files import read_yaml
from assistant.errors import DataFileError
from assistant.lexicon import Lexicon, stem, words
from assistant.question import Question, QuestionRules

FEATURES = ("similarity", "quoted", "held")
LEAST_WEIGHT = 0.1  # of a concept that stands in every passage
# Capitalised words in a row, small words between them: "Framework of Analysis for Atrocity Crimes".
_RUN = re.compile(r"[A-Z][\w-]*(?:(?:\s+(?:of|on|for|the|to|and|up|in)){0,2}\s+[A-Z][\w-]*)+")


@dataclass(frozen=True, slots=True)
class BearingRules:
    """The part `bearing` of `compare.yaml`; see there for what each means."""

    threshold: float
    weights: Mapping[str, float]
    wanting: frozenset[str]  # stems


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that a question is about. Met where the words of any one form stand: in a row, or all in one place."""

    name: str  # as it stands in the question
    forms: tuple[tuple[str, ...], ...]  # words
    weight: float
    proper: bool = False  # a name: a document that does not have it cannot speak of it
    in_a_row: bool = True

    def met_in(self, text: "Stems") -> bool:
        """Whether a text holds it."""
        forms = [[stem(word) for word in form] for form in self.forms]
        if self.in_a_row:
            return any(f" {' '.join(form)} " in text.in_order for form in forms)
        return any(all(f" {part}" in text.in_order for part in form) for form in forms)  # "adviser" is "advisor"

    @property
    def query(self) -> str:
        """The same as a query of the library's word index."""
        if self.in_a_row:
            anyone = " OR ".join(f'"{" ".join(form)}"' for form in self.forms)
        else:
            anyone = " OR ".join(f"({' AND '.join(f'{stem(word)}*' for word in form)})" for form in self.forms)
        return f"{{section text}} : ({anyone})"


@dataclass(frozen=True, slots=True)
class Stems:
    """A text as its word stems."""

    in_order: str  # between single spaces, with one at either end

    @classmethod
    def of(cls, text: str) -> "Stems":
        """The stems of a text."""
        return cls(f" {' '.join(stem(word) for word in words(text))} ")


@dataclass(frozen=True, slots=True)
class Bearing:
    """How likely the quotes bear on the question, and what of it the document does not hold."""

    probability: float
    bears: bool
    absent: tuple[str, ...]  # concepts that the document nowhere holds, the rarest first
    present: tuple[str, ...]  # the others


def read_rules(prompts_dir: Path) -> BearingRules:
    """The rules from `compare.yaml`.

    Raises:
        DataFileError: missing or malformed; names file and key.
    """
    path = prompts_dir / "compare.yaml"
    content = read_yaml(path, keys={"version", "bearing", "wanting", "restating"})
    try:
        threshold = float(content["bearing"]["threshold"])
        weights = {str(name): float(value) for name, value in content["bearing"]["weights"].items()}
        wanting = frozenset(stem(word) for word in str(content["wanting"]).split())
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataFileError(f"{path}: bearing needs a threshold and weights, as numbers ({error})") from error
    if weights.keys() != {"bias", *FEATURES}:
        raise DataFileError(f"{path}: bearing.weights must be bias, {', '.join(FEATURES)}")
    return BearingRules(threshold, weights, wanting)


def concepts(question: Question, rules: BearingRules, words_of: QuestionRules, lexicon: Lexicon) -> tuple[Concept, ...]:
    """What a question is about. Where nothing is left but words of wanting, these are."""
    found: list[Concept] = []
    used: set[str] = set()

    def content(text: str) -> list[str]:
        return [word for word in words(text) if word not in words_of.stopwords and word not in words_of.asking]

    def weight(among: Collection[str]) -> float:
        return max([lexicon.idf(word) for word in among] + [LEAST_WEIGHT])

    for name, others in question.expansions:
        stems = {stem(word) for word in content(name)}
        if stems and not stems <= used:
            forms = tuple(dict.fromkeys(tuple(words(form)) for form in (name, *others)))
            found.append(Concept(name, forms, weight(content(name)), proper=name[:1].isupper()))
            used |= stems
    for run in _RUN.finditer(question.topic):
        inside = [word for word in content(run.group()) if stem(word) not in used]
        if run.start() > 0 and len(inside) > 1:
            found.append(Concept(run.group(), (tuple(inside),), weight(inside), proper=True, in_a_row=False))
            used |= {stem(word) for word in inside}
    names = {name.lower() for name in question.names}
    single = [term for term in question.terms if stem(term) not in used]
    subject = [term for term in single if stem(term) not in rules.wanting]
    for term in subject if found or subject else single:
        found.append(Concept(_as_typed(term, question), ((term,),), weight([term]), proper=term in names))
    return tuple(found)


def weigh(
    asked: Sequence[Concept],
    quoted: Sequence[str],
    similarity: float,
    holds: Callable[[Concept], bool],
    rules: BearingRules,
) -> Bearing:
    """Whether quotes bear on a question.

    Args:
        asked: the question's concepts.
        quoted: the passages that are quoted from, each with the headings over it.
        similarity: the best centred cosine of the question and a sentence of the document, in [-1, 1].
        holds: whether the document holds a concept anywhere.
        rules: the weights and the threshold.
    """
    places = [Stems.of(text) for text in quoted]
    held = [concept for concept in asked if holds(concept)]
    total = sum(concept.weight for concept in asked) or 1.0
    measured = {
        "similarity": similarity,
        "quoted": sum(c.weight for c in asked if any(c.met_in(place) for place in places)) / total,
        "held": sum(c.weight for c in held) / total,
    }
    value = rules.weights["bias"] + sum(rules.weights[name] * measured[name] for name in FEATURES)
    probability = 1.0 / (1.0 + math.exp(-value))
    absent = sorted((c for c in asked if c not in held), key=lambda c: -c.weight)
    nameless = any(concept.proper for concept in absent)
    return Bearing(
        probability=probability,
        bears=probability >= rules.threshold and not nameless,
        absent=tuple(concept.name for concept in absent),
        present=tuple(concept.name for concept in held),
    )


def _as_typed(term: str, question: Question) -> str:
    match = re.search(rf"\b{re.escape(term)}\b", question.text, re.IGNORECASE)
    return match.group() if match else term
