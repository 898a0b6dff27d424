"""Bounds on figures, as data: `targets.json` (what the project promises) and `gate.json` (what must not get worse).

The gate is calibrated from a report with `python -m evals.bounds REPORT.json`: each bound is the figure reached then,
less a margin. The assistant is deterministic, so a breach is a change of the code or the data, not chance.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError, DataFileError
from evals.dataset import SPLITS, CaseKind
from evals.metrics import METRICS, Unit
from evals.run import PRODUCTION

TARGETS_PATH = Path(__file__).parent / "targets.json"
GATE_PATH = Path(__file__).parent / "gate.json"

CASES_MARGIN = 1.5  # cases that may come out otherwise on another machine, where few are scored
MARGIN = 0.02  # of a share: machines differ in the last bits of an embedding, which may swap two close passages
WORDS_MARGIN = 10.0  # of the median answer length
GATED_KINDS = (CaseKind.UNANSWERABLE_NEAR, CaseKind.UNANSWERABLE_FAR, CaseKind.INSTRUCTION)
LATENCY = ("latency_p50", "latency_p95")  # depends on the machine: reported, never gated


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit on one figure of the production column, of one kind of case or (None) of all."""

    metric: str
    kind: str | None
    at_least: float | None = None
    at_most: float | None = None

    def __str__(self) -> str:
        limit = f"at least {self.at_least:g}" if self.at_least is not None else f"at most {self.at_most:g}"
        return f"{self.metric}{f' of {self.kind}' if self.kind else ''} {limit}"

    def holds(self, value: float) -> bool:
        """Whether a figure keeps within the limit."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


@dataclass(frozen=True, slots=True)
class BoundsFile:
    """Bounds with the date and the cases they were set on."""

    date: str
    split: str
    subset: int | None
    bounds: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One bound and the figure it was compared with (None: nothing was scored, which does not count as kept)."""

    bound: Bound
    value: float | None

    @property
    def kept(self) -> bool:
        """Whether the bound holds."""
        return self.value is not None and self.bound.holds(self.value)

    def __str__(self) -> str:
        found = "nothing scored" if self.value is None else f"{self.value:.4g}"
        return f"{self.bound}: {found}"


def read_bounds(path: Path) -> BoundsFile:
    """Read a bounds file.

    Raises:
        DataFileError: missing or malformed; names the file and the key.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataFileError(f"{path}: cannot be read ({' '.join(str(error).split())}); restore it") from error
    keys = {"date", "split", "subset", "bounds"}
    if not isinstance(content, dict) or set(content) != keys:
        raise DataFileError(f"{path}: must hold exactly the keys {', '.join(sorted(keys))}")
    if content["split"] not in SPLITS or not isinstance(content["subset"], int | None):
        raise DataFileError(f"{path}: split must be one of {', '.join(SPLITS)}, subset a number of cases or null")
    bounds = tuple(_bound(f"{path}: bounds[{i}]", entry) for i, entry in enumerate(content["bounds"]))
    return BoundsFile(str(content["date"]), content["split"], content["subset"], bounds)


def check(record: Mapping[str, Any], bounds: Sequence[Bound]) -> list[Verdict]:
    """Compare the production column of a report with each bound."""
    return [Verdict(bound, _figure(record, bound.metric, bound.kind)) for bound in bounds]


def calibrated(record: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a gate file that the production column of this report just keeps, margins apart."""
    bounds: list[dict[str, Any]] = []
    for kind in (None, *GATED_KINDS):
        for metric in METRICS:
            value = _figure(record, metric.name, kind)
            if value is None or metric.name in LATENCY or (kind and metric.name != "refused"):
                continue
            bound: dict[str, Any] = {"metric": metric.name, "kind": kind}
            if metric.unit is Unit.WORDS:
                bound["at_most"] = round(value + WORDS_MARGIN, 1)
            elif metric.name == "quotes_exact":
                bound["at_least"] = 1.0  # no margin: one wrong quote is one too many
            else:
                margin = max(MARGIN, CASES_MARGIN / _scored(record, metric.name, kind))
                bound["at_least"] = round(max(value - margin, 0.0), 3)
            bounds.append(bound)
    return {"date": record["date"][:10], "split": record["split"], "subset": record["subset"], "bounds": bounds}


def _scored(record: Mapping[str, Any], metric: str, kind: str | None) -> int:
    """How many cases a figure was taken over."""
    column = record["columns"][PRODUCTION]
    figures = column["total"] if kind is None else column["kinds"][kind]
    return max(int(figures[metric]["n"]), 1)


def _figure(record: Mapping[str, Any], metric: str, kind: str | None) -> float | None:
    column = record["columns"][PRODUCTION]
    figures = column["total"] if kind is None else column["kinds"].get(kind, {})
    found = figures.get(metric)
    return None if found is None else float(found["value"])


def _bound(place: str, entry: Any) -> Bound:
    if not isinstance(entry, dict) or entry.keys() - {"metric", "kind", "at_least", "at_most"}:
        raise DataFileError(f"{place}: knows the keys metric, kind and one of at_least, at_most; found {entry!r}")
    if entry.get("metric") not in {metric.name for metric in METRICS}:
        raise DataFileError(f"{place}: metric {entry.get('metric')!r} is unknown")
    if entry.get("kind") is not None and entry["kind"] not in set(CaseKind):
        raise DataFileError(f"{place}: kind {entry['kind']!r} is unknown")
    limits = [entry.get("at_least"), entry.get("at_most")]
    if sum(isinstance(limit, int | float) for limit in limits) != 1:
        raise DataFileError(f"{place}: needs one number, at_least or at_most")
    return Bound(entry["metric"], entry.get("kind"), *limits)


def main(arguments: Sequence[str]) -> int:
    """Write gate.json from a report in JSON."""
    try:
        if len(arguments) != 1:
            raise AssistantError("usage: python -m evals.bounds REPORT.json")
        report = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
        if report.get("split") not in SPLITS:
            raise AssistantError(f"{arguments[0]}: is not a report on {' or '.join(SPLITS)}; run policy-assistant eval")
        GATE_PATH.write_text(json.dumps(calibrated(report), indent=2) + "\n", encoding="utf-8")
    except (AssistantError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"wrote {GATE_PATH}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
