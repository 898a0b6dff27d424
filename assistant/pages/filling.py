"""First start: an empty library is filled from the corpus folder, with visible progress."""

import threading

import streamlit as st

from assistant.answering import Assistant
from assistant.assembly import index_folder
from assistant.ingest_view import ingest_limits
from assistant.messages import Messages
from assistant.pages.inert import label_text
from assistant.settings import Settings

_filling = threading.Lock()  # two readers who come to an empty library at once fill it once


def fill_empty_library(assistant: Assistant, settings: Settings, messages: Messages) -> None:
    """Ingest the corpus folder when the library holds nothing; the other readers wait and then find it filled."""
    if assistant.library.passage_count():
        return
    with st.spinner(messages.text("app.filling")), _filling:
        if not assistant.library.passage_count():
            _fill(assistant, settings, messages)


def _fill(assistant: Assistant, settings: Settings, messages: Messages) -> None:
    from ingest.sync import SyncProgress, sync

    bar = st.progress(0.0)

    def show(progress: SyncProgress) -> None:
        text = (
            messages.text(
                "app.filling_step",
                done=progress.done,
                total=progress.total,
                passages=progress.passages,
                name=progress.name,
            )
            if progress.name
            else messages.text("app.filling_index")
        )
        bar.progress(progress.done / max(progress.total, 1), text=label_text(text))

    report = sync(
        settings.corpus_dir,
        assistant.library,
        assistant.embedder,
        index_folder(settings),
        progress=show,
        limits=ingest_limits(settings),
    )
    bar.empty()
    if report.failed:
        names = "; ".join(f"{name} ({reason})" for name, reason in report.failed)
        st.warning(label_text(messages.text("app.filled_failed", names=names)))
