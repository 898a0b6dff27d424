"""The figures of reports as rows of data for tables, charts and CSV. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from assistant.file_text import inert_row
from evals.tables import kind_label, label

Record = Mapping[str, Any]
ALL = ""  # the kind that stands for all cases


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its interval: shares from 0 to 100, words and milliseconds as they are."""

    date: str  # ISO 8601, of the run
    assistant: str  # the report's column
    kind: str  # of question; "" for all
    metric: str
    label: str
    unit: str
    value: float
    low: float
    high: float
    n: int


def figures(record: Record, *, metrics: Iterable[str] | None = None) -> tuple[Figure, ...]:
    """Every scored figure of a report or a run, in its order."""
    return tuple(_figures(record, None if metrics is None else set(metrics)))


def metric_names(record: Record) -> dict[str, str]:
    """Name and label of each metric, in the report's order."""
    return {metric["name"]: str(metric["label"]) for metric in record["metrics"]}


def definition(record: Record, name: str) -> str:
    """What a metric counts, as the report says it."""
    return next((str(m["definition"]) for m in record["metrics"] if m["name"] == name), "")


def scored(found: Iterable[Figure], name: str) -> bool:
    """Whether any figure is of that metric."""
    return any(figure.metric == name for figure in found)


def shares(found: Iterable[Figure]) -> tuple[Figure, ...]:
    """Those that are shares, over all cases."""
    return tuple(figure for figure in found if figure.unit == "share" and figure.kind == ALL)


def by_kind(found: Iterable[Figure], metric: str) -> tuple[Figure, ...]:
    """One metric by kind of question, all cases first."""
    chosen = [figure for figure in found if figure.metric == metric]
    return tuple(sorted(chosen, key=lambda figure: figure.kind != ALL))


def as_csv(found: Sequence[Figure]) -> str:
    """The figures as CSV with a byte order mark."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow([field.name for field in fields(Figure)])
    for figure in found:
        table.writerow(inert_row(list(asdict(figure).values())))
    return "\ufeff" + written.getvalue()


def failure_counts(rows: Sequence[Record]) -> dict[str, int]:
    """How many rows fail in each way, the most frequent first."""
    counts: dict[str, int] = {}
    for row in rows:
        for failure in row["failures"]:
            counts[failure] = counts.get(failure, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _figures(record: Record, metrics: set[str] | None) -> Iterator[Figure]:
    units = {metric["name"]: str(metric["unit"]) for metric in record["metrics"]}
    for assistant, column in record["columns"].items():
        for kind, group in ((ALL, column["total"]), *column["kinds"].items()):
            for name, figure in group.items():
                if name not in units or not figure or (metrics is not None and name not in metrics):
                    continue
                scale = 100 if units[name] == "share" else 1
                yield Figure(
                    date=str(record["date"]),
                    assistant=assistant,
                    kind=kind_label(kind),
                    metric=name,
                    label=label(record, name),
                    unit=units[name],
                    value=round(scale * figure["value"], 2),
                    low=round(scale * figure["low"], 2),
                    high=round(scale * figure["high"], 2),
                    n=int(figure["n"]),
                )
