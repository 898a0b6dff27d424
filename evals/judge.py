"""A language model as judge: is each statement of an answer held by its source, and is the answer right?

After the practice of G-Eval and of HELM's model-graded scenarios: a pinned model and prompt, temperature 0, several
runs with their spread, and agreement with people's labels beside every figure. What cannot be read is unscored.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.chat_model import ChatModel, complete
from assistant.domain import Answer
from assistant.errors import DataFileError
from assistant.faults import ModelFaultError
from assistant.numbered_sources import inert
from assistant.prompting import Prompt
from evals.dataset import Case
from evals.recorded import NotKeptError

RUNS = 3
BEST = 2  # `correct` is 0, 1 or 2
SLICE_PATH = Path(__file__).parent / "judged" / "slice.jsonl"
NO_ANSWER = "The documents do not answer this."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge said once: 0 or 1 for each statement, and how right the whole is, from 0 to 1."""

    faithful: tuple[int, ...]
    correct: float


@dataclass(frozen=True, slots=True)
class Judged:
    """All runs on one answer; None is a verdict that could not be read."""

    case_id: str
    runs: tuple[Verdict | None, ...]
    states: bool = True  # whether the answer states anything; a refusal can be right, not faithful to a source


@dataclass(frozen=True, slots=True)
class HandLabelled:
    """One answer with what a person says of it."""

    id: str
    question: str
    reference: str
    statements: tuple[tuple[str, str], ...]  # (statement, source text)
    faithful: tuple[int, ...]
    correct: int


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    faithful: list[int]
    correct: int = Field(ge=0, le=BEST)


class _SliceLine(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: str = Field(min_length=1)
    question: str
    reference: str
    statements: list[list[str]]
    faithful: list[int]
    correct: int = Field(ge=0, le=BEST)


def judge_answer(model: ChatModel, prompt: Prompt, case: Case, answer: Answer, runs: int = RUNS) -> Judged:
    """Ask the judge `runs` times about one answer."""
    quotes = {citation.marker: citation.quote for citation in answer.citations}
    statements = [(s.text, " ".join(quotes[n] for n in s.citations if n in quotes)) for s in answer.statements]
    if not statements:
        statements = [(answer.message, "")]
    reference = " ".join(gold.quote for gold in case.gold) or NO_ANSWER
    verdicts = tuple(_ask(model, prompt, case.question, reference, statements) for _ in range(runs))
    return Judged(case.id, verdicts, bool(answer.statements))


def read_verdict(text: str, statements: int) -> Verdict | None:
    """The verdict in a reply; None where there is none, or not one number for each statement."""
    for match in re.finditer(r"\{[^{}]*\}", text):
        try:
            reply = _Reply.model_validate(json.loads(match.group()))
        except (ValidationError, ValueError):
            continue
        if len(reply.faithful) == statements and set(reply.faithful) <= {0, 1}:
            return Verdict(tuple(reply.faithful), reply.correct / BEST)
    return None


def load_slice(path: Path = SLICE_PATH) -> tuple[HandLabelled, ...]:
    """The hand-labelled answers.

    Raises:
        DataFileError: missing or malformed; names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        parsed = [_SliceLine.model_validate(json.loads(line)) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise DataFileError(f"{path}: cannot be read ({' '.join(str(error).split())[:200]})") from error
    for line in parsed:
        if len(line.faithful) != len(line.statements) or any(len(pair) != 2 for pair in line.statements):
            raise DataFileError(f"{path}: {line.id}: one label and one [statement, source] for each statement")
    return tuple(
        HandLabelled(
            p.id, p.question, p.reference, tuple((a, b) for a, b in p.statements), tuple(p.faithful), p.correct
        )
        for p in parsed
    )


def agreement(model: ChatModel, prompt: Prompt, labelled: Sequence[HandLabelled]) -> dict[str, float | int | None]:
    """How often the judge says of a statement what a person says, and Cohen's kappa (1960), which takes off chance."""
    pairs: list[tuple[int, int]] = []
    unread = 0
    for item in labelled:
        verdict = _ask(model, prompt, item.question, item.reference, item.statements)
        if verdict is None:
            unread += len(item.faithful)
            continue
        pairs += zip(item.faithful, verdict.faithful, strict=True)
    if not pairs:
        return {"labels": 0, "unscored": unread, "share": None, "kappa": None}
    share = mean(person == judge for person, judge in pairs)
    people, judges = mean(p for p, _ in pairs), mean(j for _, j in pairs)
    chance = people * judges + (1 - people) * (1 - judges)
    kappa = None if chance == 1 else round((share - chance) / (1 - chance), 3)
    return {"labels": len(pairs), "unscored": unread, "share": share, "kappa": kappa}


def summarise(judged: Sequence[Judged]) -> dict[str, dict[str, float | int | None]]:
    """Faithfulness and correctness: the mean over answers of each run, their mean, and their spread."""
    values = {
        "faithfulness": [[mean(v.faithful) if v and v.faithful else None for v in j.runs] for j in judged if j.states],
        "correctness": [[v.correct if v else None for v in j.runs] for j in judged],
    }
    found: dict[str, dict[str, float | int | None]] = {}
    for name, rows in values.items():
        by_run = [[v for v in run if v is not None] for run in zip(*rows, strict=True)]
        means = [mean(run) for run in by_run if run]
        scored = sum(any(v is not None for v in row) for row in rows)
        found[name] = {
            "value": mean(means) if means else None,
            "spread": max(means) - min(means) if means else None,
            "scored": scored,
            "unscored": len(rows) - scored,
        }
    return found


def _ask(
    model: ChatModel, prompt: Prompt, question: str, reference: str, statements: Sequence[tuple[str, str]]
) -> Verdict | None:
    listed = "\n\n".join(
        f"{n}. {inert(said)}\nsource: {inert(source) or '(none)'}" for n, (said, source) in enumerate(statements, 1)
    )
    messages = prompt.render(question=inert(question), reference=inert(reference), statements=listed)
    try:
        text, _ = complete(model, messages)
    except (ModelFaultError, NotKeptError):
        return None
    return read_verdict(text, len(statements))
