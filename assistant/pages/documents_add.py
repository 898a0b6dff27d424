"""Adding documents: one or many files, their progress, and what became of each."""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import streamlit as st

from assistant.answering import Assistant
from assistant.messages import Messages
from assistant.pages import resources
from assistant.pages.address import Address
from assistant.pages.answers import note_html
from assistant.pages.failures import failure_text
from assistant.pages.going import go
from assistant.pages.inert import html_text, label_text
from assistant.pages.intake import BusyError, Offered, Outcome, Shelves, Taken, take_in
from assistant.pages.original import get_shelves
from assistant.pages.resources import Holdings
from assistant.pages.staff import is_staff
from ingest.sync import SyncProgress

ROUND_KEY = "add-round"  # counts the uploads: a new key empties the box
TAKEN_KEY = "add-taken"
RUNNING_KEY = "add-running"
PROBLEM_KEY = "add-problem"  # why none came in, said once; the files stay in the box
LOOK_SECONDS = 0.1  # between two looks at the progress
SIGNS = {Outcome.ADDED: "✓", Outcome.DUPLICATE: "=", Outcome.REFUSED: "✕"}


@dataclass(slots=True)
class Running:
    """Files on their way in. A reader who turns to another view meanwhile stops the page, not this."""

    outcome: Future[tuple[Taken, ...]]
    progress: SyncProgress | None = None

    @classmethod
    def start(cls, files: Sequence[Offered], shelves: Shelves) -> "Running":
        """Take files in, in a thread of its own."""
        pool = ThreadPoolExecutor(max_workers=1)
        running = cls(Future())

        def look(progress: SyncProgress) -> None:
            running.progress = progress

        running.outcome = pool.submit(take_in, files, shelves, look)
        pool.shutdown(wait=False)  # it ends when the files are in
        return running


def draw_add(address: Address, assistant: Assistant, holdings: Holdings, messages: Messages) -> None:
    """Draw the box for files, and under it the outcome of the last ones."""
    settings = resources.get_settings()
    if not is_staff(settings):
        st.info(label_text(messages.text("documents.staff_only")))
        return
    st.html(f"<p>{html_text(messages.text('documents.add_note'))}</p>")
    running: Running | None = st.session_state.get(RUNNING_KEY)
    files = st.file_uploader(
        messages.text("documents.add_label"),
        accept_multiple_files=True,
        key=f"add-files-{st.session_state.get(ROUND_KEY, 0)}",
        max_upload_size=settings.ingest_file_mb,
        disabled=running is not None,
    )
    if st.button(
        messages.text("documents.add_now", count=len(files)) if files else messages.text("documents.add_none"),
        key="add-now",
        type="primary",
        icon=":material/upload:",
        disabled=not files or running is not None,
    ):
        offered = [Offered(file.name, file.getvalue()) for file in files]
        running = st.session_state[RUNNING_KEY] = Running.start(offered, get_shelves(assistant))
    if running:
        _follow(running, messages)
    problem = st.session_state.pop(PROBLEM_KEY, None)
    if problem:
        st.warning(label_text(problem))
    taken: tuple[Taken, ...] = st.session_state.get(TAKEN_KEY, ())
    if taken:
        _draw_taken(taken, address, holdings, messages)


def _follow(running: Running, messages: Messages) -> None:
    """Show how far the files have come, until they are in."""
    bar = st.progress(0.0, text=label_text(messages.text("documents.adding")))
    while not running.outcome.done():
        if running.progress:
            done, total = running.progress.done, max(running.progress.total, 1)
            bar.progress(done / total, text=label_text(_progress_text(running.progress, messages)))
        time.sleep(LOOK_SECONDS)
    bar.empty()
    del st.session_state[RUNNING_KEY]
    try:
        st.session_state[TAKEN_KEY] = running.outcome.result()
        st.session_state[ROUND_KEY] = st.session_state.get(ROUND_KEY, 0) + 1
    except BusyError:
        st.session_state[PROBLEM_KEY] = messages.text("documents.busy_add")
    except Exception as error:
        st.session_state[PROBLEM_KEY] = failure_text(error, messages)
    st.rerun()


def _progress_text(progress: SyncProgress, messages: Messages) -> str:
    counted = messages.text("documents.adding_step", done=progress.done, total=progress.total)
    words = messages.text(f"documents.adding_{progress.stage}", name=progress.name or "…", passages=progress.passages)
    return f"{counted} {words}"


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
