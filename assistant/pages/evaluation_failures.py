"""Draws the failing cases of a report: question, right answer, answer given and evidence side by side."""

import streamlit as st

from assistant.messages import Messages
from assistant.pages.answers import note_html
from assistant.pages.evaluation_data import failure_counts
from assistant.pages.evaluation_figures import choose_report
from assistant.pages.evaluation_html import case_html, case_title
from assistant.pages.inert import label_text
from evals.history import Reports

AT_ONCE = 10  # cases on one page of the list
PAGE, KIND = "evaluation-page", "evaluation-failure"


def draw_failures(reports: Reports, messages: Messages) -> None:
    """The whole view."""
    record = choose_report(reports, messages)
    failing = [row for row in record["rows"] if row["failures"]]
    if not failing:
        st.html(note_html(messages.text("evaluation.failures_none")))
        return
    st.html(note_html(messages.text("evaluation.failures_count", failing=len(failing), cases=record["cases"])))
    counts = failure_counts(failing)
    labels = {"": messages.text("evaluation.failures_all", count=len(failing))} | {
        failure: messages.text("evaluation.failures_option", failure=failure, count=count)
        for failure, count in counts.items()
    }
    kind = st.selectbox(
        messages.text("evaluation.failures_kind"),
        list(labels),
        format_func=lambda failure: labels.get(failure, failure),
        key=KIND,
        on_change=_go,
        args=(0,),
    )
    chosen = [row for row in failing if not kind or kind in row["failures"]]
    first = min(st.session_state.get(PAGE, 0), max(len(chosen) - 1, 0) // AT_ONCE * AT_ONCE)
    for row in chosen[first : first + AT_ONCE]:
        with st.expander(label_text(case_title(row))):
            st.html(case_html(row, record, messages))
    _draw_steps(first, len(chosen), messages)


def _go(first: int) -> None:
    st.session_state[PAGE] = first


def _draw_steps(first: int, count: int, messages: Messages) -> None:
    last = min(first + AT_ONCE, count)
    shown = messages.text("evaluation.failures_page", first=first + 1, last=last, count=count)
    with st.container(key="evaluation-steps", horizontal=True, vertical_alignment="center"):
        st.html(note_html(shown), width="content")
        if first:
            st.button(
                messages.text("evaluation.failures_previous"),
                key="evaluation-previous",
                on_click=_go,
                args=(first - AT_ONCE,),
            )
        if last < count:
            st.button(messages.text("evaluation.failures_next"), key="evaluation-next", on_click=_go, args=(last,))
