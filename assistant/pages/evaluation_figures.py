"""Draws the figures of one report: the table with the baseline beside, charts, figures by kind, downloads."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from assistant.export import format_time
from assistant.messages import Messages
from assistant.pages.answers import note_html
from assistant.pages.evaluation_charts import kind_chart, share_chart
from assistant.pages.evaluation_data import as_csv, by_kind, definition, figures, metric_names, scored, shares
from assistant.pages.evaluation_html import figures_table, table_html
from assistant.pages.inert import html_text
from assistant.pages.pictures import draw_chart
from evals.history import Reports, case_set
from evals.tables import all_tables

Record = Mapping[str, Any]
FIRST = "recall@5"
UNITS = {"share": "evaluation.chart_axis", "words": "evaluation.chart_axis_words", "ms": "evaluation.chart_axis_ms"}


def first_shown(names: Mapping[str, str]) -> int:
    """The place of the figure that is looked at first: what is not found cannot be answered."""
    return list(names).index(FIRST) if FIRST in names else 0


def choose_report(reports: Reports, messages: Messages) -> Record:
    """The newest report, or the one that the reader chooses."""
    labels = [
        messages.text("evaluation.report_option", name=case_set(r), cases=r["cases"], date=format_time(str(r["date"])))
        for r in reports.records
    ]
    if len(labels) == 1:
        return reports.records[0]
    chosen = st.selectbox(
        messages.text("evaluation.report"), range(len(labels)), format_func=labels.__getitem__, key="evaluation-report"
    )
    return reports.records[chosen or 0]


def draw_figures(reports: Reports, messages: Messages) -> None:
    """The whole view."""
    record = choose_report(reports, messages)
    st.html(note_html(_made(record, messages)))
    found = figures(record)
    st.html(table_html(figures_table(record, messages)))
    if len(record["columns"]) == 1:
        st.html(note_html(messages.text("evaluation.no_baseline")))
    axis, assistant = messages.text("evaluation.chart_axis"), messages.text("evaluation.chart_assistant")
    _heading(messages.text("evaluation.chart_shares"))
    draw_chart(
        share_chart(shares(found), axis, assistant), "shares", messages.text("evaluation.chart_shares"), messages
    )
    _draw_kinds(record, messages)
    with st.expander(messages.text("evaluation.tables")):
        for table in all_tables(record):
            st.html(table_html(table))
    _draw_downloads(record, messages)


def _draw_kinds(record: Record, messages: Messages) -> None:
    _heading(messages.text("evaluation.kinds"))
    found = figures(record)
    names = {name: label for name, label in metric_names(record).items() if scored(found, name)}
    metric = st.selectbox(
        messages.text("evaluation.metric"),
        list(names),
        index=first_shown(names),
        format_func=names.__getitem__,
        key="evaluation-metric",
    )
    chosen = by_kind(found, metric or next(iter(names)))
    if not chosen:
        return
    st.html(note_html(messages.text("evaluation.definition", text=definition(record, chosen[0].metric))))
    axis = messages.text(UNITS.get(chosen[0].unit, "evaluation.chart_axis"))
    chart = kind_chart(chosen, axis, messages.text("evaluation.chart_assistant"), "all cases")
    title = messages.text("evaluation.chart_kinds", metric=chosen[0].label)
    draw_chart(chart, "kinds", title, messages)


def _draw_downloads(record: Record, messages: Messages) -> None:
    name = case_set(record)

    def browser_report() -> str:
        from evals.report_html import html

        return html(dict(record))

    with st.container(key="evaluation-downloads", horizontal=True):
        st.download_button(
            messages.text("evaluation.download_csv"),
            as_csv(figures(record)),
            f"{name}-figures.csv",
            "text/csv",
            key="evaluation-csv",
            on_click="ignore",
        )
        st.download_button(
            messages.text("evaluation.download_json"),
            lambda: json.dumps(record, ensure_ascii=False),
            f"{name}.json",
            "application/json",
            key="evaluation-json",
            on_click="ignore",
        )
        st.download_button(
            messages.text("evaluation.download_html"),
            browser_report,
            f"{name}.html",
            "text/html",
            key="evaluation-html",
            on_click="ignore",
        )


def _made(record: Record, messages: Messages) -> str:
    made = record["made_with"]
    return messages.text(
        "evaluation.made",
        date=format_time(str(record["date"])),
        cases=record["cases"],
        name=case_set(record),
        library=made.get("library", "?"),
        profile=made.get("retrieval profile", "?"),
        model=made.get("model", "?"),
    )


def _heading(text: str) -> None:
    st.html(f'<h2 class="pa-small-heading">{html_text(text)}</h2>')
