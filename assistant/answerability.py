"""Is the evidence enough? A typed refusal that names what is missing, or leave to go on.

Similarity alone cannot tell "on the topic but not stated" from "answered" (project findings: AUC .58), so what the
question demands is weighed too: the kind of answer, names, numbers, rare words with no counterpart in the evidence.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from assistant.data_files import read_yaml
from assistant.domain import Reason
from assistant.errors import DataFileError
from assistant.evidence import Evidence
from assistant.lexicon import Lexicon, stem, words
from assistant.question import Question

TOP = 3  # sentences that count as the answer's evidence


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """Question-level features of the evidence, each about in [0, 1]."""

    similarity: float
    late: float
    weakest: float
    coverage: float
    passage_coverage: float
    typed: float
    unknown: float  # share of the question's words, weighed by rarity, that the library holds nowhere
    names_absent: float  # share of the question's names that the best passages do not hold
    numbers_absent: float


@dataclass(frozen=True, slots=True)
class AnswerabilityRules:
    """`answerability.yaml`; see there for what each means."""

    threshold: float
    off_topic: float
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Go on (reason is None) or refuse; `probability` that the evidence answers; what is missing, for the reader."""

    reason: Reason | None
    probability: float
    missing: tuple[str, ...]


def read_rules(prompts_dir: Path) -> AnswerabilityRules:
    """The rules from `answerability.yaml`.

    Raises:
        DataFileError: missing or malformed; names file and key.
    """
    path = prompts_dir / "answerability.yaml"
    content = read_yaml(path, keys={"version", "threshold", "off_topic", "weights"})
    names = {"bias"} | {f.name for f in fields(Sufficiency)}
    if set(content["weights"]) != names:
        wrong = ", ".join(sorted(set(content["weights"]) ^ names))
        raise DataFileError(f"{path}: weights lack or have unknown keys: {wrong}")
    return AnswerabilityRules(content["threshold"], content["off_topic"], content["weights"])


def judge(
    question: Question, evidence: Sequence[Evidence], lexicon: Lexicon, rules: AnswerabilityRules
) -> Verdict:
    """Whether the evidence, best first, answers the question."""
    missing = missing_words(question, evidence, lexicon)
    if not evidence:
        return Verdict(Reason.NO_EVIDENCE, 0.0, missing)
    measured = measure(question, evidence, lexicon)
    probability = _logistic(
        rules.weights["bias"] + sum(rules.weights[f.name] * getattr(measured, f.name) for f in fields(measured))
    )
    if probability >= rules.threshold:
        return Verdict(None, probability, missing)
    reason = Reason.OFF_TOPIC if measured.similarity < rules.off_topic else Reason.NOT_STATED
    return Verdict(reason, probability, missing)


def measure(question: Question, evidence: Sequence[Evidence], lexicon: Lexicon) -> Sufficiency:
    """The features of a question's evidence."""
    top = evidence[:TOP]
    near = {e.passage.id: f"{' '.join(e.passage.locator.section)} {e.passage.text}" for e in top}
    held = {stem(w) for text in near.values() for w in words(text)}
    weights = {term: max(lexicon.idf(term), 0.1) for term in question.terms}
    total = sum(weights.values()) or 1.0
    return Sufficiency(
        similarity=max(e.features.similarity for e in top),
        late=max(e.features.late for e in top),
        weakest=max(e.features.weakest for e in top),
        coverage=max(e.features.coverage for e in top),
        passage_coverage=max(e.features.passage_coverage for e in top),
        typed=max(e.features.typed for e in top),
        unknown=sum(w for term, w in weights.items() if not lexicon.holds(term)) / total,
        names_absent=_share_absent(question.names, held),
        numbers_absent=_share_absent(question.numbers, held),
    )


def missing_words(question: Question, evidence: Sequence[Evidence], lexicon: Lexicon) -> tuple[str, ...]:
    """What the question asks for that the library holds nowhere; else what the best passages do not hold."""
    nowhere = [term for term in question.terms if not lexicon.holds(term)]
    if nowhere:
        return tuple(_as_typed(term, question) for term in nowhere)
    held = {stem(w) for e in evidence[:TOP] for w in words(e.passage.text)}
    return tuple(_as_typed(term, question) for term in question.terms if stem(term) not in held)


def _as_typed(term: str, question: Question) -> str:
    match = re.search(rf"\b{re.escape(term)}\b", question.text, re.IGNORECASE)
    return match.group() if match else term


def _share_absent(names: Sequence[str], held: set[str]) -> float:
    if not names:
        return 0.0
    return sum(1 for name in names if not all(stem(w) in held for w in words(name))) / len(names)


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, value))))
