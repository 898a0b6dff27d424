"""Learn the weights of `prompts/answerability.yaml` from the dev split and from questions written for this purpose.

The production Assistant measures every question; logistic regressions are learnt (is the library on this topic: off
topic against answered; is it stated: not stated against answered; and from fewer features, for the reason of a refusal
alone: is the subject another) and judged on questions that they were not learnt from, in folds. The thresholds are set
so that few answerable questions are refused.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.answerability import measure
from assistant.answering import Assistant
from assistant.assembly import build_assistant
from assistant.data_files import read_yaml
from assistant.domain import Conversation, Filters
from assistant.errors import LibraryError
from assistant.settings import Settings
from assistant.sufficiency import Sufficiency
from evals.dataset import CaseKind, load_split

QUESTIONS = Path(__file__).parent / "calibration_questions.yaml"
FEATURES = tuple(field.name for field in fields(Sufficiency))
SPEAKS_FOR = {
    "similarity",
    "late",
    "weakest",
    "premise",
    "enumeration",
    "read",
}  # the other features speak against an answer
FOLDS, REPEATS = 10, 5
CURVE = (0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.10)  # false refusals at which the curve is shown

Numbers = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is learnt: from which features, against which kind of question, with which inverse regularisation
    (few features and clearly apart, or many and few questions); which share of answerable ones may fall below its
    threshold."""

    features: tuple[str, ...]
    against: str
    strength: float
    falsely: float


TOPIC, STATED, SUBJECT = "topic", "stated", "subject"
RECIPES = {
    TOPIC: Recipe(
        ("similarity", "late", "weakest", "unknown", "name_unknown", "name_absent", "read"), "off_topic", 10.0, 0.02
    ),
    STATED: Recipe(FEATURES, "not_stated", 0.3, 0.02),
    SUBJECT: Recipe(("similarity", "late", "unknown"), "off_topic", 10.0, 0.03),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """Measured questions: f64[n, features], and which kind each is (answered, not_stated or off_topic)."""

    measured: Numbers
    kinds: npt.NDArray[np.str_]

    def columns(self, names: Sequence[str]) -> Numbers:
        """The columns of these features."""
        return self.measured[:, [FEATURES.index(name) for name in names]]


def calibrate_answerability(settings: Settings) -> int:
    """Measure, learn, print the curve, write the weights.

    Returns:
        0.

    Raises:
        AssistantError: the library is empty, or a data file cannot be used.
    """
    assistant = build_assistant(settings)
    if not assistant.library.documents():
        raise LibraryError("the library is empty; fill it first: policy-assistant ingest")
    sample = _measure(assistant)
    found = _out_of_fold(sample)
    print(_curve(sample, found))
    refused = _refused(sample, found, RECIPES[STATED].falsely)
    print(f"chosen: {_rates(sample, refused)}; {_reasons(sample, found, refused)}")
    path = settings.prompts_dir / "answerability.yaml"
    for name, recipe in RECIPES.items():
        if name == SUBJECT and not assistant.reader:
            continue  # one for both: the reader has no part in it
        chosen = _chosen(sample, recipe)
        weights = fit_signed(
            sample.columns(recipe.features)[chosen],
            sample.kinds[chosen] == "answered",
            recipe.strength,
            recipe.features,
        )
        block = name if assistant.reader else f"{name}_apart"
        threshold = _threshold(sample, found[name], recipe.falsely)
        write_model(path, block, threshold, dict(zip(("bias", *recipe.features), weights, strict=True)))
    print(f"written: {path}")
    return 0


def measure_questions(
    assistant: Assistant, questions: Iterable[tuple[str, Conversation, Filters]]
) -> list[Sufficiency | None]:
    """What the assistant measures of each question; None where it finds no evidence at all."""
    lexicon = assistant.refresh().lexicon
    found: list[Sufficiency | None] = []
    for text, history, filters in questions:
        asked, _, evidence = assistant.gather(text, history, filters)
        found.append(measure(asked, evidence, lexicon, assistant.rules.answerability) if evidence else None)
    return found


def auc(labels: Labels, scores: Numbers) -> float:
    """The chance that a positive scores above a negative, ties counting half."""
    order = np.sort(scores[~labels])
    below = np.searchsorted(order, scores[labels], side="left")
    upto = np.searchsorted(order, scores[labels], side="right")
    return float((below + upto).mean() / 2 / max(len(order), 1))


def out_of_fold(measured: Numbers, labels: Labels, *, folds: int, strength: float = 1.0, seed: int = 0) -> Numbers:
    """For each row the log-odds from a model that was learnt without it."""
    scores = np.zeros(len(labels))
    for fold in _folds(labels, folds, seed):
        weights = _fit(measured[~fold], labels[~fold], strength)
        scores[fold] = weights[0] + measured[fold] @ weights[1:]
    return scores


def _measure(assistant: Assistant) -> Sample:
    questions: list[tuple[str, Conversation, Filters]] = []
    kinds: list[str] = []
    for case in load_split("dev"):
        if case.kind not in (CaseKind.INSTRUCTION, CaseKind.UNCLEAR):
            questions.append((case.question, case.conversation, case.filters))
            kinds.append("answered" if case.answerable else str(case.status.reason))
    extra: Any = read_yaml(QUESTIONS, keys={"version", "answered", "not_stated", "off_topic"})
    for kind in ("answered", "not_stated", "off_topic"):
        questions += [(str(text), Conversation(), Filters()) for text in extra[kind]]
        kinds += [kind] * len(extra[kind])
    seen = zip(measure_questions(assistant, questions), kinds, strict=True)
    rows = [(list(asdict(measured).values()), kind) for measured, kind in seen if measured]
    return Sample(np.array([row for row, _ in rows], dtype=np.float64), np.array([kind for _, kind in rows]))


def _chosen(sample: Sample, recipe: Recipe) -> Labels:
    """The questions that a model is learnt from."""
    return np.isin(sample.kinds, ["answered", recipe.against])


def _out_of_fold(sample: Sample) -> dict[str, Numbers]:
    """Probabilities of each model for every question, from models learnt without it; mean of several divisions."""
    totals = {name: np.zeros(len(sample.kinds)) for name in RECIPES}
    for seed in range(REPEATS):
        for fold in _folds(sample.kinds, FOLDS, seed):
            for name, recipe in RECIPES.items():
                known = _chosen(sample, recipe) & ~fold
                labels = sample.kinds[known] == "answered"
                columns = sample.columns(recipe.features)
                weights = fit_signed(columns[known], labels, recipe.strength, recipe.features)
                totals[name][fold] += 1 / (1 + np.exp(-(weights[0] + columns[fold] @ weights[1:])))
    return {name: total / REPEATS for name, total in totals.items()}


def _folds(labels: npt.NDArray[Any], folds: int, seed: int) -> list[Labels]:
    """Masks of the rows of each fold, every label in proportion."""
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    number = np.empty(len(labels), dtype=int)
    place = 0
    for label in np.unique(labels):
        for row in shuffled[labels[shuffled] == label]:
            number[row] = place % folds
            place += 1
    return [number == fold for fold in range(folds)]


def _fit(measured: Numbers, labels: Labels, strength: float) -> Numbers:
    """Bias and weights f64[1 + features] of a logistic regression."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=5000).fit(measured, labels)
    return np.concatenate([model.intercept_, model.coef_[0]])


def fit_signed(measured: Numbers, labels: Labels, strength: float, names: Sequence[str]) -> Numbers:
    """The same, with weight 0 for every feature that would otherwise count in the wrong direction: by chance, then."""
    wanted = np.array([1.0 if name in SPEAKS_FOR else -1.0 for name in names])
    used = np.ones(len(names), dtype=bool)
    while True:
        fitted = _fit(measured[:, used], labels, strength)
        wrong = fitted[1:] * wanted[used] < 0
        if not wrong.any():
            weights = np.zeros(len(names))
            weights[used] = fitted[1:]
            return np.concatenate([fitted[:1], weights])
        used[np.flatnonzero(used)[wrong]] = False


def _threshold(sample: Sample, found: Numbers, share: float) -> float:
    """The probability below which this share of the answerable questions lies."""
    return float(np.quantile(found[sample.kinds == "answered"], share))


def _refused(sample: Sample, found: Mapping[str, Numbers], not_stated: float) -> Labels:
    topic = _threshold(sample, found[TOPIC], RECIPES[TOPIC].falsely)
    return np.asarray((found[TOPIC] < topic) | (found[STATED] < _threshold(sample, found[STATED], not_stated)))


def _rates(sample: Sample, refused: Labels) -> str:
    shares = {kind: refused[sample.kinds == kind].mean() for kind in ("answered", "not_stated", "off_topic")}
    return (
        f"answered {1 - shares['answered']:.3f}, refused near {shares['not_stated']:.3f}, "
        f"refused far {shares['off_topic']:.3f}"
    )


def _reasons(sample: Sample, found: Mapping[str, Numbers], refused: Labels) -> str:
    """How often the reason given is the right one."""
    off_topic = found[SUBJECT] < _threshold(sample, found[SUBJECT], RECIPES[SUBJECT].falsely)
    near, far = (off_topic[refused & (sample.kinds == kind)] for kind in ("not_stated", "off_topic"))
    return f"reason right for {1 - near.mean():.3f} of the near and {far.mean():.3f} of the far"


def _curve(sample: Sample, found: Mapping[str, Numbers]) -> str:
    counts = ", ".join(f"{(sample.kinds == kind).sum()} {kind}" for kind in ("answered", "not_stated", "off_topic"))
    near = sample.kinds != "off_topic"
    area = auc(sample.kinds[near] == "answered", found[STATED][near])
    lines = [
        f"questions: {counts}; each judged by models learnt without it",
        f"area under the curve, answered against not stated: {area:.3f}",
    ]
    return "\n".join([*lines, *(f"  {_rates(sample, _refused(sample, found, share))}" for share in CURVE)])


def write_model(path: Path, name: str, threshold: float, weights: dict[str, float]) -> None:
    """Put a model into the file; everything else in it, comments included, stays."""
    text = path.read_text(encoding="utf-8")
    values = "".join(f"    {feature}: {weight:.3f}\n" for feature, weight in weights.items())
    block = re.compile(
        rf"^{name}:\n  threshold: \S+(?P<comment>[^\n]*)\n  weights:.*?\n(?=\S|\n)", re.MULTILINE | re.DOTALL
    )
    changed, count = block.subn(
        lambda match: f"{name}:\n  threshold: {threshold:.3f}{match['comment']}\n  weights:\n{values}", text
    )
    if count != 1:
        raise LibraryError(f"{path}: the block {name!r} was not found; restore the file from the project")
    path.write_text(changed, encoding="utf-8")
