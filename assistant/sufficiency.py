"""What is measured of a question and its evidence, and the two small models that weigh it.

The weights, patterns and word lists are data: `prompts/answerability.yaml`, which says what each is for.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from assistant.answer_types import Demand, DemandRules
from assistant.data_files import read_numbers, read_yaml
from assistant.errors import DataFileError
from assistant.lexicon import stem


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """What is measured of a question and its evidence; each lies about in [0, 1]."""

    similarity: float  # best cosine of the question and a sentence
    late: float  # best late interaction
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
    read: float  # best log-odds / 10 of the joint reader that a sentence answers, against none in its passage


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
    subject: Model  # for the reason of a refusal: is it off the topic, or just not stated?
    topic_apart: Model  # this and the next where the joint reader did not read
    stated_apart: Model
    stated_in_many: float  # threshold instead of that of `stated` in a large library
    demands: DemandRules
    detail: re.Pattern[str]
    premise: re.Pattern[str]
    missing: Mapping[str, str]

    def in_many(self) -> "AnswerabilityRules":
        """The rules for a large library."""
        return replace(self, stated=replace(self.stated, threshold=self.stated_in_many))

    def models(self, *, jointly: bool) -> tuple[Model, Model]:
        """The models of topic and of what is stated, for evidence that the joint reader has read or has not."""
        return (self.topic, self.stated) if jointly else (self.topic_apart, self.stated_apart)


def read_rules(prompts_dir: Path) -> AnswerabilityRules:
    """The rules from `answerability.yaml` and `places.yaml`.

    Raises:
        DataFileError: missing or malformed; names file and key.
    """
    path = prompts_dir / "answerability.yaml"
    content = read_yaml(
        path,
        keys={"version", "topic", "stated", "subject", "topic_apart", "stated_apart", "demands", "advice", "detail"}
        | {"stated_in_many", "premise", "same_kind", "not_persons", "missing"},
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
        subject=_model(path, "subject", content["subject"]),
        topic_apart=_model(path, "topic_apart", content["topic_apart"]),
        stated_apart=_model(path, "stated_apart", content["stated_apart"]),
        stated_in_many=read_numbers(path, "in a large library", content["stated_in_many"], {"threshold"})["threshold"],
        demands=demands,
        detail=_pattern(path, "detail", content["detail"]),
        premise=_pattern(path, "premise", content["premise"]),
        missing=content["missing"],
    )


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
