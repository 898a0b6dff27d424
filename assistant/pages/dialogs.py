"""Dialogs of the chat: why an answer did not help, what to do with an answer, what to do with a conversation."""

import streamlit as st

from assistant.domain import Answer
from assistant.drafts import draft_case
from assistant.feedback import Feedback, FeedbackReason, feedback_id
from assistant.history import History, turns_of
from assistant.library import Library
from assistant.messages import Messages
from assistant.pages import resources
from assistant.pages.access import current_user
from assistant.pages.conversation_link import link_to, new_conversation
from assistant.pages.exporting import draw_downloads, report_of
from assistant.pages.failures import failures_shown
from assistant.pages.inert import label_text
from assistant.pages.resources import Titles
from assistant.pages.state import ChatState, DialogKind
from assistant.records import now

_OF_ANSWERS = ("wrong_source", "incomplete", "wrong_answer", "should_have_refused", "other")
_OF_REFUSALS = ("should_have_answered", "other")


def keep_feedback(
    position: int,
    state: ChatState,
    messages: Messages,
    helpful: bool,
    reason: FeedbackReason | None = None,
    comment: str = "",
) -> None:
    """Keep what the reader says of an answer, in the place of what they said before."""
    exchange = state.exchanges[position]
    conversation = state.conversation_id or "unkept"
    feedback = Feedback(
        id=feedback_id(conversation, position),
        at=now(),
        user=current_user(),
        helpful=helpful,
        answer=exchange.answer,
        reason=reason,
        comment=comment.strip(),
        history=() if exchange.alone else turns_of(state.exchanges[:position]),
        filters=exchange.filters,
    )
    with failures_shown(messages):
        resources.get_feedback().add(feedback)
        state.thumbs = {**state.thumbs, position: helpful}
        st.toast(label_text(messages.text("app.thanks")))


def draw_dialog(
    title: str, state: ChatState, history: History, library: Library, titles: Titles, messages: Messages
) -> None:
    """The dialog that is open, over the page; closing it by its own cross or Escape is noticed too."""
    dialog = state.dialog
    if dialog is None or dialog.position >= len(state.exchanges):
        return
    position = dialog.position

    def draw() -> None:
        match dialog.kind:
            case DialogKind.WHY:
                _ask_why(position, state, messages)
            case DialogKind.SHARE:
                _offer_answer(position, state, library, titles, messages)
            case DialogKind.MANAGE:
                _manage_conversation(title, state, history, library, titles, messages)

    heading = messages.text(f"app.{dialog.kind}_title")
    st.dialog(heading, on_dismiss=state.hide)(draw)()


def _ask_why(position: int, state: ChatState, messages: Messages) -> None:
    """What was wrong with an answer, and whether it is to become an evaluation case."""
    answered = state.exchanges[position].answer.status.answered
    reason = st.radio(
        messages.text("app.why"),
        options=_OF_ANSWERS if answered else _OF_REFUSALS,
        format_func=lambda name: messages.text(f"app.why_{name}"),
        key=f"why-{position}",
    )
    comment = st.text_area(messages.text("app.why_comment"), key=f"comment-{position}", max_chars=2000)
    case = st.checkbox(
        messages.text("app.make_case"), key=f"make-case-{position}", help=messages.text("app.make_case_help")
    )
    if st.button(messages.text("app.why_send"), key=f"send-{position}", type="primary"):
        given = FeedbackReason(reason)
        keep_feedback(position, state, messages, False, given, comment)
        if case:
            _keep_draft(position, state, messages, given, comment)
        state.hide()
        st.rerun()


def _offer_answer(position: int, state: ChatState, library: Library, titles: Titles, messages: Messages) -> None:
    """An answer to take along: files, a link, an evaluation case."""
    exchange = state.exchanges[position]
    question = exchange.answer.question
    draw_downloads(
        f"answer-{position}", question, lambda: report_of(question, [exchange], library, titles, messages), messages
    )
    if state.conversation_id:
        st.caption(messages.text("app.link_answer"))
        st.code(link_to(state.conversation_id, position), language=None, wrap_lines=True)
    if st.button(messages.text("app.make_case"), key=f"case-{position}", help=messages.text("app.make_case_help")):
        _keep_draft(position, state, messages)
        st.success(label_text(messages.text("app.case_made")))


def _manage_conversation(
    title: str, state: ChatState, history: History, library: Library, titles: Titles, messages: Messages
) -> None:
    """Rename, save, print, link and delete the conversation that is open."""
    conversation = state.conversation_id
    if conversation is None:
        return
    with failures_shown(messages):
        renamed = st.text_input(messages.text("app.rename"), value=title, max_chars=80, key=f"rename-{conversation}")
        if st.button(messages.text("app.rename_save"), key="rename-save"):
            history.rename(conversation, renamed)
            state.hide()
            st.rerun()
        draw_downloads(
            "conversation", title, lambda: report_of(title, state.exchanges, library, titles, messages), messages
        )
        if st.button(messages.text("app.print"), key="print", icon=":material/print:"):
            state.printing = True
            state.hide()
            st.rerun()
        st.caption(messages.text("app.link_conversation"))
        st.code(link_to(conversation), language=None, wrap_lines=True)
        with st.popover(messages.text("app.delete"), icon=":material/delete:"):
            st.write(label_text(messages.text("app.delete_sure")))
            if st.button(messages.text("app.delete_yes"), key="delete-yes", type="primary"):
                resources.get_feedback().remove_conversation(conversation)
                history.delete(conversation)
                new_conversation(state)
                st.rerun()


def _keep_draft(
    position: int, state: ChatState, messages: Messages, reason: FeedbackReason | None = None, comment: str = ""
) -> None:
    exchange = state.exchanges[position]
    answer: Answer = exchange.answer
    history = () if exchange.alone else turns_of(state.exchanges[:position])
    name = f"draft-{feedback_id((state.conversation_id or 'unkept')[:12], position)}"
    with failures_shown(messages):
        resources.get_drafts().add(draft_case(answer, history, exchange.filters, reason, comment, draft_id=name))
