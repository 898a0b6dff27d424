"""Draws how a figure moves from run to run of the same cases."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from assistant.export import format_time
from assistant.messages import Messages
from assistant.pages.answers import note_html
from assistant.pages.evaluation_charts import trend_chart
from assistant.pages.evaluation_data import ALL, Figure, as_csv, figures, metric_names
from assistant.pages.evaluation_figures import UNITS, first_shown
from assistant.pages.evaluation_html import table_html
from assistant.pages.inert import html_text
from assistant.pages.pictures import draw_chart
from evals.history import Reports, case_set, read_runs
from evals.tables import Table, main_column, show

Record = Mapping[str, Any]


def draw_trend(folder: Path, reports: Reports, messages: Messages) -> None:
    """The whole view."""
    runs = _choose(read_runs(folder, reports.records), messages)
    names = metric_names(runs[-1])
    metric = st.selectbox(
        messages.text("evaluation.metric"),
        list(names),
        index=first_shown(names),
        format_func=names.__getitem__,
        key="evaluation-trend-metric",
    ) or next(iter(names))
    found = [figure for run in runs for figure in _totals(run, metric)]
    if len(runs) == 1:
        st.html(note_html(messages.text("evaluation.trend_one")))
    versions = len({run["cases_fingerprint"] for run in runs})
    if versions > 1:
        st.html(note_html(messages.text("evaluation.trend_changed", count=versions)))
    if found:
        title = messages.text("evaluation.trend_chart", metric=names[metric], runs=len(runs))
        st.html(f'<h2 class="pa-small-heading">{html_text(title)}</h2>')
        axis = messages.text(UNITS.get(found[0].unit, "evaluation.chart_axis"))
        words = messages.text("evaluation.chart_assistant"), messages.text("evaluation.trend_date")
        draw_chart(trend_chart(found, axis, *words), "trend", title, messages)
    else:
        st.html(note_html(messages.text("evaluation.trend_none")))
    st.html(table_html(_runs_table(runs, metric, names[metric], messages)))
    st.download_button(
        messages.text("evaluation.download_csv"),
        as_csv([figure for run in runs for figure in figures(run)]),
        f"{case_set(runs[-1])}-trend.csv",
        "text/csv",
        key="evaluation-trend-csv",
        on_click="ignore",
    )


def _choose(runs: Sequence[Record], messages: Messages) -> list[Record]:
    """The runs of one set of cases, oldest first; at first those of the newest run."""
    groups: dict[str, list[Record]] = {}
    for run in runs:
        groups.setdefault(case_set(run), []).append(run)
    newest = sorted(groups, key=lambda name: str(groups[name][-1]["date"]), reverse=True)
    labels = {name: messages.text("evaluation.trend_option", name=name, runs=len(groups[name])) for name in newest}
    chosen = st.selectbox(
        messages.text("evaluation.trend_cases"), newest, format_func=labels.__getitem__, key="evaluation-cases"
    )
    return groups[chosen or newest[0]]


def _totals(run: Record, metric: str) -> list[Figure]:
    return [figure for figure in figures(run, metrics=[metric]) if figure.kind == ALL]


def _runs_table(runs: Sequence[Record], metric: str, label: str, messages: Messages) -> Table:
    """The newest run first."""
    rows = tuple(
        (
            format_time(str(run["date"])),
            show(run, metric, main_column(run)["total"].get(metric)),
            str(run["cases"]),
            str(run.get("failing", "–")),
            str(run["made_with"].get("library", "?")),
        )
        for run in reversed(runs)
    )
    columns = ("trend_date", "trend_cases_column", "trend_failing", "trend_library")
    date, cases, failing, library = (messages.text(f"evaluation.{name}") for name in columns)
    return Table(messages.text("evaluation.trend_runs"), (date, label, cases, failing, library), rows)
