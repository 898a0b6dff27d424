"""The evaluation page: the latest report and its history, failing cases, what readers said, draft cases."""

from pathlib import Path

import streamlit as st

from assistant.answering import Assistant
from assistant.messages import Messages
from assistant.pages import resources
from assistant.pages.evaluation_drafts import draw_drafts
from assistant.pages.evaluation_failures import draw_failures
from assistant.pages.evaluation_figures import draw_figures
from assistant.pages.evaluation_inbox import draw_inbox
from assistant.pages.evaluation_trend import draw_trend
from assistant.pages.frame import draw_page
from assistant.pages.inert import html_text, label_text
from assistant.pages.resources import Holdings
from assistant.pages.staff import is_staff
from evals.history import REPORTS_FOLDER, Reports, read_reports

VIEWS = ("figures", "trend", "failures", "feedback", "drafts")
VIEW = "view"  # in the address
OF_REPORTS = VIEWS[:3]


def render() -> None:
    """Draw the page."""
    draw_page(_draw, style="evaluation.css")


def _draw(assistant: Assistant, _holdings: Holdings, messages: Messages) -> None:
    st.html(
        f"<h1>{html_text(messages.text('evaluation.title'))}</h1>"
        f'<p class="pa-lead-in">{html_text(messages.text("evaluation.lead"))}</p>'
    )
    settings = resources.get_settings()
    folder = settings.data_dir / REPORTS_FOLDER
    reports = _reports(folder, _changed(folder))
    if reports.unread:
        st.warning(label_text(messages.text("evaluation.report_unread", names=", ".join(reports.unread))))
    match _view(messages):
        case view if view in OF_REPORTS and not reports.records:
            _draw_empty(messages)
        case "trend":
            draw_trend(folder, reports, messages)
        case "failures":
            draw_failures(reports, messages)
        case "feedback" | "drafts" if not is_staff(settings):
            st.info(label_text(messages.text("evaluation.staff_only")))
        case "feedback":
            draw_inbox(settings, messages)
        case "drafts":
            draw_drafts(settings, assistant, messages)
        case _:
            draw_figures(reports, messages)


def _view(messages: Messages) -> str:
    """What the reader looks at; the address says it too, so that a link leads there."""
    named = st.query_params.get(VIEW)
    if named in VIEWS and named != st.session_state.get("evaluation_written"):
        st.session_state["evaluation-view"] = named
    chosen = st.segmented_control(
        messages.text("evaluation.view"),
        options=VIEWS,
        format_func=lambda view: messages.text(f"evaluation.view_{view}"),
        default=None if "evaluation-view" in st.session_state else VIEWS[0],
        key="evaluation-view",
        required=True,
    )
    view = chosen or VIEWS[0]
    st.session_state["evaluation_written"] = view
    if st.query_params.get(VIEW, VIEWS[0]) != view:
        st.query_params[VIEW] = view
    return view


def _draw_empty(messages: Messages) -> None:
    command = messages.text("evaluation.empty_command")
    st.info(label_text(messages.text("evaluation.empty")))
    st.code(command, language=None)


def _changed(folder: Path) -> tuple[tuple[str, int], ...]:
    """Names and times of the reports: what is read again only when it changes."""
    return tuple(sorted((path.name, path.stat().st_mtime_ns) for path in folder.glob("*.json")))


@st.cache_resource(show_spinner=False, max_entries=2)
def _reports(folder: Path, changed: tuple[tuple[str, int], ...]) -> Reports:  # noqa: ARG001  # part of the key
    return read_reports(folder)
