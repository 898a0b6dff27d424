"""Draws the source panel: one citation's passage in its surroundings, where it stands, and how to cite it."""

import streamlit as st

from assistant.domain import Citation
from assistant.errors import UnknownDocumentError
from assistant.library import Library
from assistant.messages import Messages
from assistant.pages.answers import note_html
from assistant.pages.following import focus_on, reveal
from assistant.pages.inert import html_text
from assistant.pages.sources import SourceLabels, quote_stands, source_html
from assistant.pages.state import ChatState, ShownSource


def draw_source_panel(shown: ShownSource, state: ChatState, library: Library, messages: Messages) -> None:
    """Beside the conversation on a wide screen, over its lower part on a narrow one (style.css)."""
    citation = shown.citation
    heading = messages.text("app.source_title", marker=citation.marker, count=len(shown.markers))
    with st.container(key="source"):
        with st.container(key="source-bar", horizontal=True, vertical_alignment="center"):
            st.html(f'<h2 class="pa-small-heading" tabindex="-1">{html_text(heading)}</h2>', width="stretch")
            _draw_steps(shown, state, messages)
        st.html(
            f'<p class="pa-title" dir="auto">{html_text(citation.title)}</p>'
            f'<p class="pa-locator" dir="auto">{html_text(str(citation.locator))}</p>'
        )
        _draw_way_to_document(citation, messages)
        draw_passage(citation, library, messages)
        st.html(note_html(messages.text("app.source_cite")))
        st.code(citation.cite_as, language=None, wrap_lines=True)
        reveal(".st-key-source mark", f"{shown.source.exchange}-{citation.marker}")
        # once, when the panel opens: stepping from source to source leaves the focus on its button
        focus_on(".st-key-source h2", shown.source.opener)


def _draw_way_to_document(citation: Citation, messages: Messages) -> None:
    from assistant.pages import documents  # here: that page may link to this one

    st.page_link(
        st.Page(documents.render, url_path="documents"),
        label=messages.text("app.source_document"),
        query_params={
            "document": citation.document_id,
            "passage": citation.passage_id,
            "start": str(citation.start),
            "end": str(citation.end),
        },
    )


def _draw_steps(shown: ShownSource, state: ChatState, messages: Messages) -> None:
    steps = (("previous", "chevron_left", -1), ("next", "chevron_right", 1)) if len(shown.markers) > 1 else ()
    for name, icon, step in steps:
        st.button(
            f"*{messages.text(f'app.source_{name}')}*",  # the icon is seen, the words are read aloud
            key=f"source-{name}",
            icon=f":material/{icon}:",
            on_click=state.open,
            args=(shown.source.exchange, shown.neighbour(step), shown.source.opener),
        )
    st.button(messages.text("app.source_close"), key="source-close", icon=":material/close:", on_click=state.close)


def draw_passage(citation: Citation, library: Library, messages: Messages) -> None:
    """The cited passage in its surroundings, the quote highlighted; or that the document is gone or has changed."""
    try:
        document = library.document(citation.document_id)
    except UnknownDocumentError:
        document = None
    if document is None or not quote_stands(document, citation):
        st.html(f'<p dir="auto">{html_text(messages.text("app.source_gone", quote=citation.quote))}</p>')
        return
    labels = SourceLabels(
        before=messages.text("app.source_before"),
        after=messages.text("app.source_after"),
        passage=messages.text("app.source_passage"),
        region=messages.text("app.source_region"),
        quote_starts=messages.text("app.source_quote_starts"),
        quote_ends=messages.text("app.source_quote_ends"),
    )
    passage = library.passages_by_id([citation.passage_id]).get(citation.passage_id)
    st.html(source_html(document, citation, passage, labels))
