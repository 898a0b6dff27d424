"""Draws what readers said of answers, for staff: look, make a draft case of it, remove."""

import streamlit as st

from assistant.drafts import DraftBox, draft_case
from assistant.export import format_time
from assistant.feedback import Feedback, FeedbackBox
from assistant.messages import Messages
from assistant.pages.answers import note_html
from assistant.pages.evaluation_html import turns_html
from assistant.pages.inert import html_text, label_text
from assistant.settings import Settings

FEEDBACK_FOLDER, DRAFTS_FOLDER = "feedback", "drafts"  # below the data folder
AT_ONCE = 30  # drawn; the rest at a press
SHOWN_KEY = "evaluation-feedback-shown"


def draw_inbox(settings: Settings, messages: Messages) -> None:
    """The whole view, the newest first."""
    box = FeedbackBox(settings.data_dir / FEEDBACK_FOLDER)
    found = box.all()
    if not found:
        st.html(note_html(messages.text("evaluation.feedback_none")))
        return
    bad = sum(not feedback.helpful for feedback in found)
    st.html(note_html(messages.text("evaluation.feedback_count", count=len(found), bad=bad)))
    drafts = DraftBox(settings.data_dir / DRAFTS_FOLDER)
    shown = st.session_state.get(SHOWN_KEY, AT_ONCE)
    for feedback in list(reversed(found))[:shown]:
        _draw_one(feedback, box, drafts, messages)
    if len(found) > shown:
        left = messages.text("evaluation.feedback_more", count=len(found) - shown)
        st.button(left, key="evaluation-feedback-more", on_click=_show_more)


def _show_more() -> None:
    st.session_state[SHOWN_KEY] = st.session_state.get(SHOWN_KEY, AT_ONCE) + AT_ONCE


def _draw_one(feedback: Feedback, box: FeedbackBox, drafts: DraftBox, messages: Messages) -> None:
    verdict = messages.text("evaluation.feedback_helpful" if feedback.helpful else "evaluation.feedback_unhelpful")
    head = messages.text(
        "evaluation.feedback_head",
        verdict=verdict,
        date=format_time(feedback.at),
        question=feedback.answer.question,
    )
    with st.expander(label_text(head)):
        st.html(_feedback_html(feedback, messages))
        with st.container(key=f"evaluation-feedback-{feedback.id}", horizontal=True):
            drafted = st.button(messages.text("evaluation.feedback_draft"), key=f"evaluation-draft-{feedback.id}")
            with st.popover(messages.text("evaluation.feedback_remove")):
                sure = messages.text("evaluation.feedback_remove_sure")
                removed = st.button(sure, key=f"evaluation-remove-{feedback.id}")
    if drafted:
        drafts.add(
            draft_case(
                feedback.answer,
                feedback.history,
                feedback.filters,
                feedback.reason,
                feedback.comment,
                draft_id=f"draft-{feedback.id[:12]}",
            )
        )
        st.success(label_text(messages.text("evaluation.feedback_drafted")))
    if removed:
        box.remove(feedback.id)
        st.rerun()


def _feedback_html(feedback: Feedback, messages: Messages) -> str:
    lines = []
    if feedback.reason:
        reason = feedback.reason.replace("_", " ")
        lines.append(messages.text("evaluation.feedback_reason", reason=reason))
    if feedback.comment:
        lines.append(messages.text("evaluation.feedback_comment", comment=feedback.comment))
    said = "".join(f'<p dir="auto">{html_text(line)}</p>' for line in lines)
    history = [entry for turn in feedback.history for entry in (("user", turn.question), ("assistant", turn.answer))]
    before = turns_html(history, messages.text("evaluation.failures_said_before"))
    answer = feedback.answer
    status = messages.text("evaluation.failures_status", status=answer.status)
    text = "".join(f'<p dir="auto">{html_text(line)}</p>' for line in answer.text.splitlines() if line.strip())
    cited = "".join(f'<li dir="auto">{html_text(citation.cite_as)}</li>' for citation in answer.citations)
    heading = f'<h4 class="pa-small-heading">{html_text(messages.text("evaluation.feedback_answer"))}</h4>'
    notes = f'<ol class="pa-note">{cited}</ol>' if cited else ""
    return f"{said}{before}{heading}<p class='pa-note'>{html_text(status)}</p>{text}{notes}"
