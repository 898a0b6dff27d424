"""Adding documents: one or many files, their progress, and what became of each."""

from collections.abc import Sequence

import streamlit as st

from assistant.answering import Assistant
from assistant.messages import Messages
from assistant.pages import resources
from assistant.pages.address import Address
from assistant.pages.answers import note_html
from assistant.pages.failures import failure_text
from assistant.pages.going import go
from assistant.pages.inert import html_text, label_text
from assistant.pages.intake import BusyError, Offered, Outcome, Taken, take_in
from assistant.pages.original import get_shelves
from assistant.pages.resources import Holdings
from ingest.sync import SyncProgress

ROUND_KEY = "add-round"  # counts the uploads: a new key empties the box
TAKEN_KEY = "add-taken"
SIGNS = {Outcome.ADDED: "✓", Outcome.DUPLICATE: "=", Outcome.REFUSED: "✕"}


def draw_add(address: Address, assistant: Assistant, holdings: Holdings, messages: Messages) -> None:
    """Draw the box for files, and under it the outcome of the last ones."""
    st.html(f"<p>{html_text(messages.text('documents.add_note'))}</p>")
    limit = resources.get_settings().ingest_file_mb
    files = st.file_uploader(
        messages.text("documents.add_label"),
        accept_multiple_files=True,
        key=f"add-files-{st.session_state.get(ROUND_KEY, 0)}",
        max_upload_size=limit,
    )
    if st.button(
        messages.text("documents.add_now", count=len(files)) if files else messages.text("documents.add_none"),
        key="add-now",
        type="primary",
        icon=":material/upload:",
        disabled=not files,
    ):
        _add([Offered(file.name, file.getvalue()) for file in files], assistant, messages)
    taken: tuple[Taken, ...] = st.session_state.get(TAKEN_KEY, ())
    if taken:
        _draw_taken(taken, address, holdings, messages)


def _add(files: Sequence[Offered], assistant: Assistant, messages: Messages) -> None:
    bar = st.progress(0.0, text=label_text(messages.text("documents.adding")))

    def show(progress: SyncProgress) -> None:
        words = messages.text(
            f"documents.adding_{progress.stage}", name=progress.name or "…", passages=progress.passages
        )
        counted = messages.text("documents.adding_step", done=progress.done, total=progress.total)
        bar.progress(progress.done / max(progress.total, 1), text=label_text(f"{counted} {words}"))

    try:
        taken = take_in(files, get_shelves(assistant), show)
    except BusyError:
        bar.empty()
        st.warning(label_text(messages.text("documents.busy_add")))
        return
    except Exception as error:
        bar.empty()
        st.error(label_text(failure_text(error, messages)))
        return
    st.session_state[TAKEN_KEY] = taken
    st.session_state[ROUND_KEY] = st.session_state.get(ROUND_KEY, 0) + 1
    st.rerun()


def _draw_taken(taken: Sequence[Taken], address: Address, holdings: Holdings, messages: Messages) -> None:
    added = sum(one.outcome is Outcome.ADDED for one in taken)
    summary = messages.text("documents.taken", added=added, count=len(taken))
    st.html(f'<h2 role="status">{html_text(summary)}</h2>')
    for number, one in enumerate(taken):
        with st.container(key=f"taken-{number}", border=True, gap="small"):
            outcome = messages.text(f"documents.outcome_{one.outcome}")
            st.html(
                f'<p class="pa-title" dir="auto">{SIGNS[one.outcome]} {html_text(outcome)}: '
                f"<bdi>{html_text(one.name)}</bdi></p>" + _details(one, messages)
            )
            document = one.document
            if document and document.id in holdings.titles:
                st.button(
                    f"{messages.text('documents.open')} *{label_text(document.title)}*",
                    key=f"taken-open-{number}",
                    icon=":material/menu_book:",
                    on_click=go,
                    args=(address.opening(document.id),),
                )


def _details(one: Taken, messages: Messages) -> str:
    if one.outcome is Outcome.REFUSED:
        return note_html(one.reason)
    assert one.document
    lines = [messages.text(f"documents.as_{one.outcome}", title=one.document.title, file=one.document.file_name)]
    if one.saved_as:
        lines.append(messages.text("documents.saved_as", name=one.saved_as))
    return "".join(map(note_html, lines))
