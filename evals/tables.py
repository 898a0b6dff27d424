"""The tables of a report, as plain text cells, from its record; report_html and report_markdown draw them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.failures import FailureKind
from evals.run import PRODUCTION

Record = Mapping[str, Any]

UNSCORED = "–"
RETRIEVAL = ("recall@1", "recall@5", "recall@10", "ndcg@10", "mrr")
ANSWERS = ("key_facts", "citation_recall", "citation_precision", "quotes_exact", "words")
REFUSALS = ("answered", "refused", "reason")
LATENCY = ("latency_p50", "latency_p95")
COMPARED = (*RETRIEVAL, "key_facts", "citation_recall", "citation_precision", "words", "answered", "refused", *LATENCY)
SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; the first column names the row."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def all_tables(record: Record) -> list[Table]:
    """The tables that apply to this record, in reading order."""
    tables = [targets(record), by_kind(record, "Finding the evidence", RETRIEVAL)]
    tables.append(by_kind(record, "Answering", ANSWERS))
    tables += [refusals(record), follow_ups(record), by_kind(record, "Speed", LATENCY)]
    if len(record["columns"]) > 1:
        tables += [columns(record), losses(record)]
    if record["against"]:
        tables.append(against(record))
    tables += statement_tables(record["statement_check"]) if "statement_check" in record else []
    tables += [generation(record["generation"]), judged(record["judged"])] if "generation" in record else []
    tables.append(failure_counts(record))
    return [table for table in tables if table.rows]


def targets(record: Record) -> Table:
    """The promised figures and whether they are reached."""
    rows = []
    for target in record.get("targets", ()):
        group = record["columns"][PRODUCTION]
        figures = group["kinds"].get(target["kind"], {}) if target["kind"] else group["total"]
        found = show(record, target["metric"], figures.get(target["metric"]))
        rows.append((promise(record, target), found, "reached" if target["kept"] else "not reached"))
    return Table("Targets", ("Target", "Found (95 % interval), n", ""), tuple(rows))


def promise(record: Record, target: Record) -> str:
    """A target in words: "Refused when not (instruction): at least 100.0 %"."""
    least, most = target["at_least"], target["at_most"]
    limit = f"at least {show_value(record, target['metric'], least)}" if most is None else ""
    limit = limit or f"at most {show_value(record, target['metric'], most)}"
    kind = f" ({kind_label(target['kind'])})" if target["kind"] else ""
    return f"{label(record, target['metric'])}{kind}: {limit}"


def by_kind(record: Record, title: str, metrics: Sequence[str]) -> Table:
    """Some metrics of the main column, per kind and in total."""
    column = main_column(record)
    rows = [("all cases", *(show(record, name, column["total"][name]) for name in metrics))]
    for kind, figures in column["kinds"].items():
        cells = [show(record, name, figures[name]) for name in metrics]
        if any(cell != UNSCORED for cell in cells):
            rows.append((kind_label(kind), *cells))
    header = ("Kind", *(label(record, name) for name in metrics))
    return Table(title, header, tuple(rows), "Value, 95 % interval in brackets, n = cases scored.")


def refusals(record: Record) -> Table:
    """Both kinds of error and whether the reason was right."""
    column = main_column(record)
    rows = []
    for name, figures in (("all cases", column["total"]), *column["kinds"].items()):
        cells = [show(record, metric, figures[metric]) for metric in REFUSALS]
        wrongly = [complement(figures[metric]) for metric in ("answered", "refused")]
        if column["kinds"].get(name) is None or figures["refused"] or figures["answered"]:
            rows.append((kind_label(name), cells[0], wrongly[0], cells[1], wrongly[1], cells[2]))
    header = ("Kind", label(record, "answered"), "Wrongly refused", label(record, "refused"), "Wrongly answered",
              label(record, "reason"))  # fmt: skip
    areas = [
        f"{name} {curve['area']:.2f} ({curve['answerable']} answerable, {curve['unanswerable']} not)"
        for name, curve in column["curves"].items()
    ]
    note = (
        f"Area under the refusal curve (.5 is chance): {'; '.join(areas)}. "
        "Questions refused by a rule have no score and are not in the curve."
        if areas
        else ""
    )
    return Table("Knowing when not to answer", header, tuple(rows), note)


def follow_ups(record: Record) -> Table:
    """Follow-ups beside single questions."""
    rows = []
    for name, found in record["follow_up"].items():
        if found["difference"]:
            cells = [show(record, name, found[key]) for key in ("follow_up", "single_fact")]
            rows.append((label(record, name), *cells, signed(record, name, found["difference"], "value")))
    header = ("", "Follow-ups", "Single questions", "Difference (95 % interval)")
    return Table("Follow-ups", header, tuple(rows))


def columns(record: Record) -> Table:
    """Production beside the baseline and the ablations."""
    rows = tuple(
        (name, *(show(record, metric, column["total"][metric]) for metric in COMPARED))
        for name, column in record["columns"].items()
    )
    note = "One row per assistant on the same cases. A plain pipeline writes no answers, so these are unscored."
    return Table("Baseline and ablations", ("Assistant", *(label(record, m) for m in COMPARED)), rows, note)


def losses(record: Record) -> Table:
    """What each other column gains or loses on the main one."""
    rows = tuple(
        (name, *(signed(record, metric, column["versus"][metric]) for metric in COMPARED))
        for name, column in record["columns"].items()
        if column["versus"]
    )
    main = next(iter(record["columns"]))
    note = (
        f"Paired on the same cases, with 95 % interval; * marks p < {SIGNIFICANT:g} (randomisation test). "
        "With this many comparisons a few marks come by chance."
    )
    return Table(f"Difference from {main}", ("Assistant", *(label(record, m) for m in COMPARED)), rows, note)


def against(record: Record) -> Table:
    """Paired differences from an earlier report."""
    earlier = record["against"]
    rows = tuple(
        (label(record, name), show_value(record, name, d["before"]), show_value(record, name, d["after"]),
         signed(record, name, d), f"{d['p']:.3f}" if d["p"] >= 0.001 else "< 0.001", str(d["n"]))
        for name, d in earlier["metrics"].items()
        if d
    )  # fmt: skip
    note = (
        f"On the {earlier['shared']} cases that are the same in both reports "
        f"({earlier['only_now']} only in this one, {earlier['only_before']} only in the earlier one). "
        f"Newly failing: {', '.join(earlier['newly_failing']) or 'none'}. "
        f"Mended: {', '.join(earlier['mended']) or 'none'}."
    )
    header = ("", "Before", "Now", "Difference (95 % interval)", "p", "n")
    return Table(f"Against the report of {earlier['date'][:16].replace('T', ' ')}", header, rows, note)


def failure_counts(record: Record) -> Table:
    """How many cases of each kind fail in which way."""
    failing = [row for row in record["rows"] if row["failures"]]
    kinds = list(dict.fromkeys(row["kind"] for row in failing))
    rows = []
    for failure in FailureKind:
        counts = [sum(row["kind"] == kind and failure in row["failures"] for row in failing) for kind in kinds]
        if any(counts):
            rows.append((str(failure), str(sum(counts)), *(str(n) if n else "" for n in counts)))
    note = f"{len(failing)} of {record['cases']} cases fail in at least one way; a case may fail in several."
    return Table("Failures", ("", "All", *map(kind_label, kinds)), tuple(rows), note)


def statement_tables(check: Record) -> list[Table]:
    """How well the check of statements tells what a source holds: in code, and after a second look if there was one."""
    note = (
        f"{check['statements']} labelled statements of the {check['split']} split. Recall: of the true ones the share "
        "that passes, of the others the share that is caught. Precision: of the statements passed the share that is "
        "true; of those of a kind and the true ones that are caught, the share that is of that kind."
    )
    tables = [_statement_table("Check of statements", check, note)]
    if "second_look" in check:
        look = check["second_look"]
        note = f"By {look['model']}, prompt {look['prompt']}; {look['unread']} replies without a verdict."
        tables.append(_statement_table("Check of statements with a second look", look, note))
    return tables


def _statement_table(title: str, measured: Record, note: str) -> Table:
    rows = tuple(
        (kind_label(score["kind"]), str(score["statements"]), _share(score["recall"]), _share(score["precision"]))
        for score in measured["scores"]
    )
    return Table(title, ("Kind", "Statements", "Recall", "Precision"), rows, note)


def generation(made: Record) -> Table:
    """What the chat model did."""
    rows = [(name, str(value)) for name, value in made["totals"].items()]
    rows += [(f"answered by quotation: {fault}", str(n)) for fault, n in made["faults"].items()]
    rows += [(f"statements not shown: {kind_label(why)}", str(n)) for why, n in made["dropped"].items()]
    return Table("Chat model", ("", ""), tuple(rows))


def judged(record: Record) -> Table:
    """What the judge says, and how far it can be trusted."""
    rows = [
        (name, _share(f["value"]), _share(f["spread"]), str(f["scored"]), str(f["unscored"]))
        for name, f in record["figures"].items()
    ]
    agreement = record["agreement"]
    note = (
        f"Judge {record['model']}, prompt {record['prompt']}, temperature 0, {record['runs']} runs; the spread is the "
        "largest minus the smallest mean of a run. A verdict that cannot be read is unscored, not zero. On the "
        f"{agreement['labels']} labels that people gave, the judge agrees with {_share(agreement['share'])} "
        f"(kappa {agreement['kappa'] if agreement['kappa'] is not None else UNSCORED})."
    )
    return Table("Judged by a model", ("", "Mean", "Spread", "Scored", "Unscored"), tuple(rows), note)


def _share(value: float | None) -> str:
    return UNSCORED if value is None else f"{100 * value:.1f} %"


def main_column(record: Record) -> Record:
    """The column that the report is about."""
    first: Record = next(iter(record["columns"].values()))
    return first


def label(record: Record, metric: str) -> str:
    """The metric's name for readers."""
    return str(_metric(record, metric)["label"])


def kind_label(kind: str) -> str:
    """The kind of case for readers."""
    return kind.replace("_", " ")


def show(record: Record, metric: str, figure: Record | None) -> str:
    """A figure with interval and n: "93.1 % (89–97), n 149"; no line breaks within its parts."""
    if figure is None:
        return UNSCORED
    low, high = (_scaled(record, metric, figure[key]) for key in ("low", "high"))
    return f"{show_value(record, metric, figure['value'])} ({low:.0f}–{high:.0f}), n\N{NO-BREAK SPACE}{figure['n']}"


def show_value(record: Record, metric: str, value: float) -> str:
    """A bare value with its unit."""
    scaled = _scaled(record, metric, value)
    unit = _metric(record, metric)["unit"]
    return f"{scaled:.1f} %" if unit == "share" else f"{scaled:.0f}" + (" ms" if unit == "ms" else "")


def signed(record: Record, metric: str, difference: Record | None, key: str = "difference") -> str:
    """A difference with its interval and a mark when it is significant: "-3.1 (-5.0 to -1.2)*"."""
    if difference is None:
        return UNSCORED
    value, low, high = (_scaled(record, metric, difference[name]) for name in (key, "low", "high"))
    mark = "*" if difference.get("p", 1.0) < SIGNIFICANT else ""
    return f"{value:+.1f} ({low:+.1f} to {high:+.1f}){mark}"


def complement(figure: Record | None) -> str:
    """1 minus a share, with its interval."""
    if figure is None:
        return UNSCORED
    value, low, high = (100 * (1 - figure[key]) for key in ("value", "high", "low"))
    return f"{value:.1f} % ({low:.0f}–{high:.0f})"


def _scaled(record: Record, metric: str, value: float) -> float:
    return value * 100 if _metric(record, metric)["unit"] == "share" else value


def _metric(record: Record, name: str) -> Record:
    found: Record = next(metric for metric in record["metrics"] if metric["name"] == name)
    return found
