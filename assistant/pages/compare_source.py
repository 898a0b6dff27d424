"""The source of a quote in a window over the comparison: where it stands, and how to cite it."""

from urllib.parse import urlencode

import streamlit as st

from assistant.domain import Citation
from assistant.errors import UnknownDocumentError
from assistant.library import Library
from assistant.messages import Messages
from assistant.pages.answers import note_html
from assistant.pages.following import reveal
from assistant.pages.inert import html_text
from assistant.pages.sources import SourceLabels, quote_stands, source_html


def show_source(citation: Citation, library: Library, messages: Messages) -> None:
    """Open the window; Escape closes it."""
    st.dialog(messages.text("compare.source_title"), width="large")(_draw)(citation, library, messages)


def _draw(citation: Citation, library: Library, messages: Messages) -> None:
    with st.container(key="compare-source"):
        st.html(
            f'<p class="pa-title" dir="auto">{html_text(citation.title)}</p>'
            f'<p class="pa-locator" dir="auto">{html_text(str(citation.locator))}</p>'
        )
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
            quote_starts=messages.text("app.source_quote_starts"),
            quote_ends=messages.text("app.source_quote_ends"),
        )
        passage = library.passages_by_id([citation.passage_id]).get(citation.passage_id)
        st.html(source_html(document, citation, passage, labels))
        st.html(note_html(messages.text("compare.cite")))
        st.code(citation.cite_as, language=None, wrap_lines=True)
        address = f"documents?{urlencode({'document': citation.document_id, 'passage': citation.passage_id})}"
        label = html_text(messages.text("compare.source_documents"))
        st.html(f'<p><a href="{html_text(address)}" target="_blank" rel="noopener">{label}</a></p>')
        reveal(".st-key-compare-source mark", citation.passage_id)
