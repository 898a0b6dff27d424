"""Ask every case of every assistant and keep what was observed. The answers are judged in metrics.py."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from assistant.domain import Answer, AnswerStatus, Conversation, Failure, Filters, Mode
from evals.dataset import Case
from evals.matching import Source
from evals.metrics import Observation, measure

PRODUCTION = "production"  # the column that the report is about


class Answerer(Protocol):
    """What can be evaluated: the production Assistant, a variant of it, or a baseline."""

    def answer(self, question: str, conversation: Conversation = ..., filters: Filters = ..., /) -> Answer:
        """One question to one Answer, its hits best first."""


@dataclass(frozen=True, slots=True)
class Row:
    """One case with the answer it got and every metric; None is unscored."""

    observation: Observation
    values: Mapping[str, float | None]
    error: str | None = None  # what an assistant that broke down said

    @property
    def case(self) -> Case:
        """The question asked."""
        return self.observation.case

    @property
    def answer(self) -> Answer:
        """What came back."""
        return self.observation.answer

    @property
    def answerability(self) -> float | None:
        """How sure the assistant was that the documents answer; None where it does not say."""
        score = getattr(self.answer, "answerability", None)
        return None if score is None else float(score)


@dataclass(frozen=True, slots=True)
class Column:
    """All rows of one assistant."""

    label: str
    rows: tuple[Row, ...]
    retrieval_only: bool = False


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The columns in the order in which they were asked for."""

    columns: tuple[Column, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)  # per column, everything included


def evaluate(
    cases: Sequence[Case],
    assistants: Mapping[str, Callable[[], Answerer]],
    sources: Mapping[str, Source],
    *,
    retrieval_only: Collection[str] = (),
    progress: Callable[[str, int, int], None] | None = None,
) -> Evaluation:
    """Ask all cases of each named assistant, one assistant after another.

    Each is made when its turn comes and let go afterwards, so that their memory does not add up. The first question
    that the documents answer is asked once more beforehand, so that nobody's first answer pays for loading.

    Args:
        cases: the questions.
        assistants: label -> how to make it.
        sources: the documents by id, as `evals.matching.read_sources` reads them from a library.
        retrieval_only: labels of pipelines that find passages but write no answers.
        progress: called with (label, questions answered, questions in all).
    """
    columns: list[Column] = []
    seconds: dict[str, float] = {}
    for label, make in assistants.items():
        began = time.perf_counter()
        assistant = make()
        for case in sorted(cases, key=lambda c: not c.answerable)[:1]:
            observe(case, assistant, sources)
        rows: list[Row] = []
        for case in cases:
            rows.append(observe(case, assistant, sources, retrieval_only=label in retrieval_only))
            if progress:
                progress(label, len(rows), len(cases))
        columns.append(Column(label, tuple(rows), label in retrieval_only))
        seconds[label] = time.perf_counter() - began
    return Evaluation(tuple(columns), seconds)


def observe(case: Case, assistant: Answerer, sources: Mapping[str, Source], *, retrieval_only: bool = False) -> Row:
    """Ask one case. An assistant that raises has failed its reader: the row counts, with the error beside it."""
    error = None
    began = time.perf_counter()
    try:
        answer = assistant.answer(case.question, case.conversation, case.filters)
    except Exception as raised:  # one broken answer must not hide the other four hundred
        error = f"{type(raised).__name__}: {' '.join(str(raised).split())}"
        answer = Answer(case.question, case.question, AnswerStatus(failure=Failure.INTERNAL), Mode.EXTRACTIVE)
    elapsed_ms = (time.perf_counter() - began) * 1000
    observation = Observation.of(case, answer, sources, elapsed_ms)
    return Row(observation, measure(observation, retrieval_only=retrieval_only), error)
