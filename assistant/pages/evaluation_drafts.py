"""Draws draft cases for staff to check: edit, accept into the operator's own cases, or reject."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from assistant.answering import Assistant
from assistant.domain import ANSWERED, AnswerStatus, Reason
from assistant.drafts import DraftBox, DraftCase, DraftGold
from assistant.errors import AssistantError
from assistant.messages import Messages
from assistant.pages.answers import note_html
from assistant.pages.evaluation_html import turns_html
from assistant.pages.evaluation_inbox import DRAFTS_FOLDER
from assistant.pages.inert import html_text, label_text
from assistant.settings import Settings
from evals.dataset import CaseKind, GoldMode
from evals.matching import read_sources
from evals.own_cases import OWN_CASES, accept, problems, read_own

STATUSES = tuple(str(status) for status in (ANSWERED, *(AnswerStatus(reason=reason) for reason in Reason)))
SPARE = 1  # empty places for further gold quotes
SAID = "evaluation-said"  # in the session: what the last press did


def draw_drafts(settings: Settings, assistant: Assistant, messages: Messages) -> None:
    """The whole view."""
    path = settings.data_dir / OWN_CASES
    box = DraftBox(settings.data_dir / DRAFTS_FOLDER)
    drafts = box.all()
    if said := st.session_state.pop(SAID, None):
        st.success(label_text(said))
    accepted = len(read_own(path))
    if accepted:
        st.html(note_html(messages.text("evaluation.accepted_count", count=accepted)))
    if not drafts:
        st.html(note_html(messages.text("evaluation.drafts_none")))
        return
    command = messages.text("evaluation.drafts_command", path=path)
    st.html(note_html(messages.text("evaluation.drafts_count", count=len(drafts), command=command)))
    documents = [document.id for document in assistant.library.documents()]
    for draft in drafts:
        with st.expander(label_text(draft.question or draft.id)):
            _draw_one(draft, box, settings, assistant, documents, messages)


def _draw_one(
    draft: DraftCase,
    box: DraftBox,
    settings: Settings,
    assistant: Assistant,
    documents: Sequence[str],
    messages: Messages,
) -> None:
    if draft.history:
        st.html(turns_html(draft.history, messages.text("evaluation.drafts_history")))
    with st.form(f"evaluation-form-{draft.id}", border=False):
        edited = _draw_fields(draft, documents, messages)
        with st.container(horizontal=True, key=f"evaluation-buttons-{draft.id}"):
            saved = st.form_submit_button(messages.text("evaluation.drafts_save"), key=f"evaluation-save-{draft.id}")
            accepted = st.form_submit_button(
                messages.text("evaluation.drafts_accept"), key=f"evaluation-accept-{draft.id}", type="primary"
            )
            rejected = st.form_submit_button(
                messages.text("evaluation.drafts_reject"), key=f"evaluation-reject-{draft.id}"
            )
    if rejected:
        box.remove(draft.id)
        _say(messages.text("evaluation.drafts_rejected"))
    if saved or accepted:
        box.add(edited)
    if saved:
        _say(messages.text("evaluation.drafts_saved"))
    if accepted:
        _accept(edited, box, settings, assistant, messages)


def _draw_fields(draft: DraftCase, documents: Sequence[str], messages: Messages) -> DraftCase:
    """The form; what it says is the draft as edited."""

    def key(name: str) -> str:
        return f"evaluation-{name}-{draft.id}"

    question = st.text_area(messages.text("evaluation.drafts_question"), draft.question, key=key("question"), height=68)
    left, right = st.columns(2)
    kinds = [str(kind) for kind in CaseKind]
    kind = left.selectbox(
        messages.text("evaluation.drafts_kind"), kinds, index=_place(kinds, draft.kind), key=key("kind")
    )
    status = right.selectbox(
        messages.text("evaluation.drafts_status"), STATUSES, index=_place(STATUSES, draft.status), key=key("status")
    )
    gold: list[DraftGold] = []
    nothing = messages.text("evaluation.drafts_gold_none")
    for number, known in enumerate((*draft.gold, *[DraftGold("", "")] * SPARE), start=1):
        options = [nothing, *documents, *([known.document] if known.document not in ("", *documents) else ())]
        document = st.selectbox(
            messages.text("evaluation.drafts_gold_document", number=number),
            options,
            index=_place(options, known.document or nothing),
            key=key(f"document-{number}"),
        )
        quote = st.text_area(
            messages.text("evaluation.drafts_gold", number=number), known.quote, key=key(f"gold-{number}"), height=68
        )
        if document and document != nothing and quote.strip():
            gold.append(DraftGold(document, quote.strip()))
    modes = {str(GoldMode.ALL): "evaluation.drafts_gold_all", str(GoldMode.ANY): "evaluation.drafts_gold_any"}
    mode = st.selectbox(
        messages.text("evaluation.drafts_gold_mode"),
        list(modes),
        index=_place(list(modes), draft.gold_mode),
        format_func=lambda name: messages.text(modes[name]),
        key=key("mode"),
    )
    facts = st.text_area(
        messages.text("evaluation.drafts_facts"),
        "\n".join(" | ".join(fact) for fact in draft.key_facts),
        key=key("facts"),
        height=68,
    )
    note = st.text_area(messages.text("evaluation.drafts_note"), draft.note, key=key("note"), height=68)
    return replace(
        draft,
        question=question.strip(),
        kind=kind or draft.kind,
        status=status or draft.status,
        gold=tuple(gold),
        gold_mode=mode or draft.gold_mode,
        key_facts=read_facts(facts),
        note=note.strip(),
    )


def read_facts(text: str) -> tuple[tuple[str, ...], ...]:
    """One fact a line, its phrasings apart by "|"."""
    lines = ([part.strip() for part in line.split("|")] for line in text.splitlines())
    return tuple(fact for line in lines if (fact := tuple(part for part in line if part)))


def _accept(draft: DraftCase, box: DraftBox, settings: Settings, assistant: Assistant, messages: Messages) -> None:
    path = settings.data_dir / OWN_CASES
    sources = read_sources(assistant.library)
    found = problems(draft, path, sources)
    if found:
        items = "".join(f'<li dir="auto">{html_text(problem)}</li>' for problem in found)
        heading = html_text(messages.text("evaluation.drafts_problems"))
        st.html(f'<div role="alert" class="pa-problems"><p><strong>{heading}</strong></p><ul>{items}</ul></div>')
        return
    try:
        case_id = accept(draft, path, sources)
    except AssistantError as error:
        st.error(label_text(str(error)))
        return
    box.remove(draft.id)
    _say(messages.text("evaluation.drafts_accepted", id=case_id))


def _say(text: str) -> None:
    st.session_state[SAID] = text
    st.rerun()


def _place(options: Sequence[str], value: str) -> int:
    return list(options).index(value) if value in options else 0
