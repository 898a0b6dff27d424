"""The file behind a document: downloading it, and removing it together with its passages, after a question."""

import mimetypes
from pathlib import Path

import streamlit as st

from assistant.answering import Assistant
from assistant.assembly import index_folder
from assistant.domain import DocumentMetadata
from assistant.ingest_view import ingest_limits
from assistant.messages import Messages
from assistant.pages import resources
from assistant.pages.address import Address
from assistant.pages.answers import note_html
from assistant.pages.failures import failure_text
from assistant.pages.going import go, here
from assistant.pages.inert import html_text, label_text
from assistant.pages.intake import BusyError, Shelves, original_file, remove, safe_name
from assistant.pages.resources import Holdings
from assistant.pages.staff import is_staff

ASKED_KEY = "documents-remove-asked"  # id of the document that the open question is about
REMOVED_KEY = "documents-removed"  # title of the document just removed, said once


def get_shelves(assistant: Assistant) -> Shelves:
    """Where documents are kept, as it is set."""
    settings = resources.get_settings()
    return Shelves(
        settings.corpus_dir, index_folder(settings), assistant.library, assistant.embedder, ingest_limits(settings)
    )


def draw_download(document: DocumentMetadata, where: str, messages: Messages) -> None:
    """A button for the original file, where it is still there; read when it is pressed."""
    path = original_file(document, resources.get_settings().corpus_dir)
    if path is None:
        return
    st.download_button(
        _with_title(messages.text("documents.download"), document),
        data=path.read_bytes if path.stat().st_size else b"",
        file_name=safe_name(path.name),
        mime=_harmless(path),
        key=f"download-{where}-{document.id}",
        icon=":material/download:",
        on_click="ignore",
    )


def draw_remove(
    document: DocumentMetadata, where: str, assistant: Assistant, holdings: Holdings, messages: Messages
) -> None:
    """A button that asks before it removes; staff alone have it."""
    if not is_staff(resources.get_settings()):
        return
    st.button(
        _with_title(messages.text("documents.remove"), document),
        key=f"remove-{where}-{document.id}",
        icon=":material/delete:",
        on_click=_ask,
        args=(document.id,),
    )
    if st.session_state.get(ASKED_KEY) == document.id:
        open_dialog = st.dialog(messages.text("documents.remove_title"), on_dismiss=_ask)
        open_dialog(_confirm)(document, assistant, holdings, messages)


def draw_removed(messages: Messages) -> None:
    """Say once what was removed."""
    title = st.session_state.pop(REMOVED_KEY, None)
    if title:
        st.success(label_text(messages.text("documents.removed", title=title)), icon=":material/check:")


def _ask(document_id: str = "") -> None:
    st.session_state[ASKED_KEY] = document_id


def _confirm(document: DocumentMetadata, assistant: Assistant, holdings: Holdings, messages: Messages) -> None:
    count = holdings.passages.get(document.id, 0)
    file = original_file(document, resources.get_settings().corpus_dir)
    words = messages.text("documents.remove_question" if file else "documents.remove_question_no_file", passages=count)
    st.html(
        f'<p class="pa-title" dir="auto">{html_text(document.title)}</p>{note_html(document.file_name)}'
        f"<p>{html_text(words)}</p>"
    )
    with st.container(horizontal=True, gap="small"):
        if st.button(messages.text("documents.remove_yes"), key="remove-yes", type="primary"):
            _remove(document, assistant, messages)
        if st.button(messages.text("documents.remove_no"), key="remove-no"):
            _ask()
            st.rerun()


def _remove(document: DocumentMetadata, assistant: Assistant, messages: Messages) -> None:
    try:
        with st.spinner(messages.text("documents.removing")):
            remove(document, get_shelves(assistant))
    except BusyError:
        st.warning(label_text(messages.text("documents.busy_remove")))
        return
    except Exception as error:
        st.error(label_text(failure_text(error, messages)))
        return
    st.session_state[REMOVED_KEY] = document.title
    _ask()
    if here().document == document.id:
        go(Address())
    st.rerun()


def _with_title(words: str, document: DocumentMetadata) -> str:
    """What is seen, and in italics, which documents.css hides from sight, what it is for."""
    return f"{words} *{label_text(document.title)}*"


def _harmless(path: Path) -> str:
    """The type of a file; of a web page one that no browser opens as a page of ours."""
    kind = mimetypes.guess_type(path.name)[0] or ""
    return kind if kind in {"application/pdf", "text/plain", "text/markdown"} else "application/octet-stream"
