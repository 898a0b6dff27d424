"""An Evaluation as one JSON-ready record: every figure with its interval, every row, and what it was made with.

The Markdown and the HTML are drawn from this record alone, so an old report can be drawn and compared again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.errors import DataFileError
from evals.bounds import Bound, check
from evals.dataset import Case, CaseKind, fingerprint
from evals.failures import failures
from evals.intervals import difference_of_groups, estimate, paired_difference, refusal_curve
from evals.metrics import METRICS, missing_facts
from evals.run import PRODUCTION, Column, Evaluation, Row

FORMAT = 1
FOLLOW_UP_METRICS = ("recall@5", "key_facts")
SHOWN_PASSAGES = 5  # the evidence printed with a failing case

Record = dict[str, Any]


def build_record(
    evaluation: Evaluation,
    *,
    split: str,
    subset: int | None,
    made_with: Mapping[str, Any],
    targets: Sequence[Bound] = (),
    date: datetime | None = None,
) -> Record:
    """All of an evaluation as JSON-ready data.

    Args:
        evaluation: its first column is the one the report is about, usually "production".
        split: "dev", "test" or the name of a case file.
        subset: how many cases were drawn from it; None for all.
        made_with: settings, fingerprints and the library's stamp.
        targets: bounds to show beside the figures.
        date: when; now unless given.
    """
    main = evaluation.columns[0]
    record: Record = {
        "format": FORMAT,
        "date": (date or datetime.now(UTC)).isoformat(timespec="seconds"),
        "split": split,
        "subset": subset,
        "cases": len(main.rows),
        "cases_fingerprint": fingerprint(row.case for row in main.rows),
        "made_with": dict(made_with),
        "metrics": [
            {"name": m.name, "label": m.label, "unit": str(m.unit), "summary": str(m.summary),
             "higher_is_better": m.higher_is_better, "definition": m.definition}
            for m in METRICS
        ],
        "columns": {column.label: _column(column, main) for column in evaluation.columns},
        "seconds": {label: round(seconds, 1) for label, seconds in evaluation.seconds.items()},
        "follow_up": _follow_up(main.rows),
        "rows": [_row(row) for row in main.rows],
        "passages": _passages(evaluation),
        "against": None,
    }  # fmt: skip
    if main.label == PRODUCTION:
        record["targets"] = [
            {**asdict(verdict.bound), "value": verdict.value, "kept": verdict.kept}
            for verdict in check(record, targets)
        ]
    return record


def compare(record: Record, previous: Record) -> Record:
    """Paired differences of the production column with an earlier report, on the cases that are the same in both.

    Raises:
        DataFileError: the earlier record is not a report of this format.
    """
    earlier = previous.get("format")
    if earlier != FORMAT:
        raise DataFileError(f"the earlier report has format {earlier!r}, expected {FORMAT}; make it again")
    before = {row["case_fingerprint"]: row for row in previous["rows"]}
    shared = [(before[row["case_fingerprint"]], row) for row in record["rows"] if row["case_fingerprint"] in before]
    differences: Record = {}
    for metric in METRICS:
        pairs = [(old["values"].get(metric.name), new["values"].get(metric.name)) for old, new in shared]
        found = paired_difference(pairs, metric.summary)
        differences[metric.name] = asdict(found) if found else None
    return {
        "date": previous["date"],
        "made_with": previous["made_with"],
        "shared": len(shared),
        "only_now": len(record["rows"]) - len(shared),
        "only_before": len(previous["rows"]) - len(shared),
        "metrics": differences,
        "newly_failing": [new["id"] for old, new in shared if new["failures"] and not old["failures"]],
        "mended": [new["id"] for old, new in shared if old["failures"] and not new["failures"]],
    }


def read_record(path: Path) -> Record:
    """An earlier report in JSON.

    Raises:
        DataFileError: missing, or not a report.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise DataFileError(f"{path}: is not a report in JSON ({reason}); give the .json that eval wrote") from error
    if not isinstance(record, dict) or "rows" not in record:
        raise DataFileError(f"{path}: is not a report of policy-assistant eval; give the .json that eval wrote")
    return record


def figures(rows: Sequence[Row]) -> Record:
    """Every metric of some rows with its interval and n; None where nothing is scored."""
    found = {m.name: estimate([row.values[m.name] for row in rows], m.summary) for m in METRICS}
    return {name: asdict(value) if value else None for name, value in found.items()}


def _column(column: Column, main: Column) -> Record:
    kinds = [kind for kind in CaseKind if any(row.case.kind is kind for row in column.rows)]
    return {
        "retrieval_only": column.retrieval_only,
        "total": figures(column.rows),
        "kinds": {
            str(kind): {
                "cases": sum(row.case.kind is kind for row in column.rows),
                **figures([row for row in column.rows if row.case.kind is kind]),
            }
            for kind in kinds
        },
        "errors": [{"id": row.case.id, "error": row.error} for row in column.rows if row.error],
        "curves": _curves(column.rows),
        "versus": _versus(column, main) if column is not main else None,
        "values": {row.case.id: dict(row.values) for row in column.rows},
    }


def _versus(column: Column, main: Column) -> Record:
    """What the column loses or gains on the main one, metric by metric."""
    by_case = {row.case.id: row.values for row in main.rows}
    found: Record = {}
    for metric in METRICS:
        pairs = [(by_case[row.case.id][metric.name], row.values[metric.name]) for row in column.rows]
        difference = paired_difference(pairs, metric.summary)
        found[metric.name] = asdict(difference) if difference else None
    return found


def _curves(rows: Sequence[Row]) -> Record:
    """Refusal curves over the answerability scores: against all unanswerable questions, and the near ones alone."""
    groups = {
        "all unanswerable": rows,
        "near only": [r for r in rows if r.case.answerable or r.case.kind is CaseKind.UNANSWERABLE_NEAR],
    }
    curves: Record = {}
    for name, group in groups.items():
        scored = [(row.answerability, row.case.answerable) for row in group if row.answerability is not None]
        curve = refusal_curve(scored)
        if curve is not None:
            curves[name] = {
                "area": curve.area,
                "answerable": curve.answerable,
                "unanswerable": curve.unanswerable,
                "points": [[p.wrongly_refused, p.rightly_refused] for p in curve.points],
            }
    return curves


def _follow_up(rows: Sequence[Row]) -> Record:
    """Follow-up success: key facts and recall@5 beside those of single questions, and the difference."""
    found: Record = {}
    for name in FOLLOW_UP_METRICS:
        groups = [
            [row.values[name] for row in rows if row.case.kind is kind]
            for kind in (CaseKind.FOLLOW_UP, CaseKind.SINGLE_FACT)
        ]
        values = (*(estimate(group) for group in groups), difference_of_groups(*groups))
        keys = ("follow_up", "single_fact", "difference")
        found[name] = {key: asdict(value) if value else None for key, value in zip(keys, values, strict=True)}
    return found


def _row(row: Row) -> Record:
    case, answer = row.case, row.answer
    return {
        **_asked(case),
        "case_fingerprint": case.fingerprint,
        "status": str(answer.status),
        "search_query": answer.search_query,
        "text": answer.text,
        "citations": [
            {"document": c.document_id, "cite_as": c.cite_as, "quote": c.quote, "start": c.start, "end": c.end}
            for c in answer.citations
        ],
        "retrieved": [hit.passage.id for hit in answer.hits],
        "gold_ranks": list(row.observation.ranks),
        "missing_facts": [list(fact) for fact in missing_facts(case, answer)],
        "answerability": row.answerability,
        "values": dict(row.values),
        "failures": [str(kind) for kind in failures(row)],
        "error": row.error,
        **({"model": answer.model, "prompts": list(answer.prompts)} if answer.model else {}),
    }


def _asked(case: Case) -> Record:
    return {
        "id": case.id,
        "kind": str(case.kind),
        "question": case.question,
        "history": [list(entry) for entry in case.history],
        "documents": list(case.documents),
        "expected": str(case.status),
        "gold": [{"document": gold.document, "quote": gold.quote} for gold in case.gold],
        "gold_mode": str(case.gold_mode),
        "key_facts": [list(fact) for fact in case.key_facts],
        "note": case.note,
    }


def _passages(evaluation: Evaluation) -> Record:
    """The passages that the rows of the main column name, once each."""
    return {
        hit.passage.id: {
            "document": hit.passage.document_id,
            "locator": str(hit.passage.locator),
            "text": hit.passage.text,
        }
        for row in evaluation.columns[0].rows
        for hit in row.answer.hits
    }
