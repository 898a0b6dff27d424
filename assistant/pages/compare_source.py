"""The source of a quote in a window over the comparison: where it stands, and how to cite it."""

from urllib.parse import urlencode

import streamlit as st

from assistant.domain import Citation
from assistant.library import Library
from assistant.messages import Messages
from assistant.pages.answers import note_html
from assistant.pages.following import reveal
from assistant.pages.inert import html_text
from assistant.pages.source_panel import draw_passage


def show_source(citation: Citation, library: Library, messages: Messages) -> None:
    """Open the window; Escape closes it."""
    st.dialog(messages.text("compare.source_title"), width="large")(_draw)(citation, library, messages)


def _draw(citation: Citation, library: Library, messages: Messages) -> None:
    with st.container(key="compare-source"):
        st.html(
            f'<p class="pa-title" dir="auto">{html_text(citation.title)}</p>'
            f'<p class="pa-locator" dir="auto">{html_text(str(citation.locator))}</p>'
        )
        draw_passage(citation, library, messages)
        st.html(note_html(messages.text("compare.cite")))
        st.code(citation.cite_as, language=None, wrap_lines=True)
        address = f"documents?{urlencode({'document': citation.document_id, 'passage': citation.passage_id})}"
        label = html_text(messages.text("compare.source_documents"))
        st.html(f'<p><a href="{html_text(address)}" target="_blank" rel="noopener">{label}</a></p>')
        reveal(".st-key-compare-source mark", citation.passage_id)
