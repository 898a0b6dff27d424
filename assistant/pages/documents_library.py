"""The library: its documents with what is known of them, filters, and what a reader would expect beside them."""

from collections.abc import Sequence

import streamlit as st

from assistant.answering import Assistant
from assistant.coverage import catalogue_path, find_coverage, read_catalogue
from assistant.domain import DocumentMetadata, Filters
from assistant.messages import Messages
from assistant.pages import resources
from assistant.pages.address import Address
from assistant.pages.answers import note_html
from assistant.pages.derived import get_derived
from assistant.pages.documents_html import about_html, counts_html, missing_html
from assistant.pages.failures import failures_shown
from assistant.pages.going import go
from assistant.pages.inert import html_text, label_text
from assistant.pages.original import draw_download, draw_remove
from assistant.pages.resources import Holdings

AT_ONCE = 25  # documents drawn; the rest at a press
SHOWN_KEY = "library-shown"
ORDERS = ("newest", "oldest", "title")


def draw_library(address: Address, assistant: Assistant, holdings: Holdings, messages: Messages) -> None:
    """Draw the list."""
    if not holdings.documents:
        st.info(label_text(messages.text("documents.empty")))
    else:
        found = _draw_filters(holdings.documents, messages)
    with failures_shown(messages):
        _draw_coverage(holdings, address, messages)
    if holdings.documents:
        _draw_documents(found, address, assistant, holdings, messages)


def _draw_filters(documents: Sequence[DocumentMetadata], messages: Messages) -> list[DocumentMetadata]:
    words = st.text_input(
        messages.text("documents.filter_words"),
        key="library-words",
        icon=":material/search:",
        max_chars=200,
        persist_state="session",
    )
    with st.expander(messages.text("documents.filters"), key="library-filters"):
        left, right = st.columns(2)
        bodies = left.multiselect(
            messages.text("documents.fact_body"),
            sorted({document.body for document in documents if document.body}),
            key="library-bodies",
            placeholder=messages.text("documents.all"),
            persist_state="session",
        )
        kinds = right.multiselect(
            messages.text("documents.fact_kind"),
            sorted({document.kind for document in documents if document.kind}),
            key="library-kinds",
            placeholder=messages.text("documents.all"),
            persist_state="session",
        )
        years = _years(sorted({document.year for document in documents if document.year}), left, messages)
        order = right.selectbox(
            messages.text("documents.order"),
            ORDERS,
            format_func=lambda name: messages.text(f"documents.order_{name}"),
            key="library-order",
            persist_state="session",
        )
    filters = Filters(bodies=frozenset(bodies), kinds=frozenset(kinds), year_from=years[0], year_to=years[1])
    found = [document for document in documents if filters.admit(document) and _has_words(document, words)]
    found.sort(key=lambda document: document.title.casefold())
    if order != "title":
        found.sort(key=lambda document: document.date or "", reverse=order == "newest")
        found.sort(key=lambda document: document.date is None)
    return found


def _years(
    years: Sequence[int], place: "st.delta_generator.DeltaGenerator", messages: Messages
) -> tuple[int | None, int | None]:
    """The years chosen; None where all are, so that undated documents stay in."""
    if len(years) < 2:
        return None, None
    first, last = place.select_slider(
        messages.text("documents.years"),
        range(years[0], years[-1] + 1),
        value=(years[0], years[-1]),
        key="library-years",
    )
    return (None, None) if (first, last) == (years[0], years[-1]) else (first, last)


def _has_words(document: DocumentMetadata, words: str) -> bool:
    known = f"{document.title} {document.short_title or ''} {document.symbol or ''} {document.file_name}".casefold()
    return all(word in known for word in words.casefold().split())


def _draw_documents(
    found: Sequence[DocumentMetadata], address: Address, assistant: Assistant, holdings: Holdings, messages: Messages
) -> None:
    notes = get_derived(assistant, holdings).notes
    total = len(holdings.documents)
    st.html(
        note_html(
            messages.text("documents.listed", count=total)
            if len(found) == total
            else messages.text("documents.listed_some", found=len(found), count=total)
        )
    )
    shown = st.session_state.get(SHOWN_KEY, AT_ONCE)
    for document in found[:shown]:
        with st.container(key=f"document-{document.id}", border=True, gap="small"):
            st.button(
                label_text(document.title),
                key=f"open-{document.id}",
                type="tertiary",
                on_click=go,
                args=(address.opening(document.id),),
            )
            st.html(about_html(document, notes.get(document.id), holdings.passages.get(document.id, 0), messages))
            with st.container(horizontal=True, gap="small"):
                draw_download(document, "library", messages)
                draw_remove(document, "library", assistant, holdings, messages)
    if len(found) > shown:
        st.button(messages.text("documents.more", count=len(found) - shown), key="library-more", on_click=_show_more)


def _show_more() -> None:
    st.session_state[SHOWN_KEY] = st.session_state.get(SHOWN_KEY, AT_ONCE) + AT_ONCE


def _draw_coverage(holdings: Holdings, address: Address, messages: Messages) -> None:
    expected = read_catalogue(catalogue_path(resources.get_settings().corpus_dir))
    coverage = find_coverage(expected, holdings.documents)
    held, total = len(coverage.held), len(expected)
    with st.expander(messages.text("documents.coverage", held=held, total=total), key="coverage"):
        st.html(f"<p>{html_text(messages.text('documents.coverage_note', held=held, total=total))}</p>")
        if coverage.held:
            st.html(f'<h3 class="pa-small-heading">{html_text(messages.text("documents.held"))}</h3>')
        for entry, document_id in coverage.held:
            st.button(
                label_text(f"{entry.symbol or ''} {entry.title}"),
                key=f"held-{document_id}",
                type="tertiary",
                on_click=go,
                args=(address.opening(document_id),),
            )
        heading = f'<h3 class="pa-small-heading">{html_text(messages.text("documents.missing"))}</h3>'
        st.html(heading + note_html(messages.text("documents.missing_note")) + missing_html(coverage, messages))
        tables = (("body", coverage.bodies), ("kind", coverage.kinds), ("year", coverage.years))
        counted = (counts_html(counts, messages.text(f"documents.fact_{name}"), messages) for name, counts in tables)
        st.html(
            f'<h3 class="pa-small-heading">{html_text(messages.text("documents.held_by"))}</h3>'
            f'<div class="pa-tables">{"".join(counted)}</div>'
        )
