"""In which ways did a case fail? A case may fail in several; one that fails in none does not appear in the report."""

from collections.abc import Callable
from enum import StrEnum

from evals.metrics import missing_facts
from evals.run import Row

FIRST_PASSAGES = "recall@5"  # what a reader sees without scrolling, and what the answer is mostly made of
BESIDE_THE_POINT = 0.5  # an answer of which more than half is not gold buries what was asked


class FailureKind(StrEnum):
    """A category of failure, worded as the report prints it."""

    BROKE_DOWN = "the assistant broke down"
    WRONGLY_REFUSED = "refused although the documents answer"
    WRONGLY_ANSWERED = "answered although the documents do not"
    OTHER_REASON = "refused for another reason than expected"
    NOT_FOUND = "evidence not complete in the first five passages"
    FACT_MISSING = "a key fact is missing from the answer"
    NOT_QUOTED = "a gold quote is not quoted"
    BESIDE_THE_POINT = "more than half of what is quoted is beside the point"
    NOT_EXACT = "a quote differs from the document"


def _below(row: Row, metric: str, least: float) -> bool:
    value = row.values.get(metric)
    return value is not None and value < least


def _answered(row: Row) -> bool:
    return row.answer.status.answered


_CHECKS: dict[FailureKind, Callable[[Row], bool]] = {
    FailureKind.BROKE_DOWN: lambda row: row.answer.status.failure is not None,
    FailureKind.WRONGLY_REFUSED: lambda row: row.case.answerable and row.answer.status.reason is not None,
    FailureKind.WRONGLY_ANSWERED: lambda row: not row.case.answerable and row.answer.status.answered,
    FailureKind.OTHER_REASON: lambda row: _below(row, "reason", 1),
    FailureKind.NOT_FOUND: lambda row: _below(row, FIRST_PASSAGES, 1),
    FailureKind.FACT_MISSING: lambda row: _answered(row) and bool(missing_facts(row.case, row.answer)),
    FailureKind.NOT_QUOTED: lambda row: _answered(row) and _below(row, "citation_recall", 1),
    FailureKind.BESIDE_THE_POINT: lambda row: _answered(row) and _below(row, "citation_precision", BESIDE_THE_POINT),
    FailureKind.NOT_EXACT: lambda row: _below(row, "quotes_exact", 1),
}


def failures(row: Row) -> tuple[FailureKind, ...]:
    """The ways in which an assistant that answers failed this case, most serious first."""
    return tuple(kind for kind, failed in _CHECKS.items() if failed(row))
