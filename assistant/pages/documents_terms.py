"""The glossary: what short forms stand for, in the documents' own words."""

import streamlit as st

from assistant.answering import Assistant
from assistant.glossary import Term
from assistant.messages import Messages
from assistant.pages.address import Address, View
from assistant.pages.answers import note_html
from assistant.pages.derived import get_derived
from assistant.pages.documents_html import meaning_html
from assistant.pages.going import go
from assistant.pages.inert import label_text
from assistant.pages.resources import Holdings

AT_ONCE = 40  # terms drawn; the rest at a press
SHOWN_KEY = "terms-shown"


def draw_terms(address: Address, assistant: Assistant, holdings: Holdings, messages: Messages) -> None:
    """Draw the terms that the documents explain."""
    with st.spinner(messages.text("documents.finding")):
        terms, uses = get_derived(assistant, holdings).terms
    words = st.text_input(
        messages.text("documents.terms_filter"),
        key="terms-words",
        icon=":material/search:",
        max_chars=100,
        persist_state="session",
    )
    found = [term for term in terms if _speaks_of(term, words or "")]
    st.html(note_html(messages.text("documents.terms_listed", found=len(found), count=len(terms))))
    titles = {document.id: document.short_title or document.title for document in holdings.documents}
    shown = st.session_state.get(SHOWN_KEY, AT_ONCE)
    for term in found[:shown]:
        for number, meaning in enumerate(term.meanings):
            place = meaning.places[0]
            key = f"{term.short}-{number}"
            short, long = uses[term.short], uses[meaning.long]
            documents = len({**short.by_document, **long.by_document})
            with st.container(key=f"term-{key}", gap="small"):
                st.html(
                    meaning_html(
                        term.short,
                        meaning,
                        (short.total, long.total, documents),
                        titles.get(place.document_id, place.document_id),
                        messages,
                    )
                )
                with st.container(horizontal=True, gap="small"):
                    st.button(
                        f"{messages.text('documents.term_open')} *{label_text(term.short)}*",
                        key=f"term-open-{key}",
                        type="tertiary",
                        icon=":material/menu_book:",
                        on_click=go,
                        args=(address.opening(place.document_id, place.start, place.end),),
                    )
                    st.button(
                        f"{messages.text('documents.term_find')} *{label_text(term.short)}*",
                        key=f"term-find-{key}",
                        type="tertiary",
                        icon=":material/search:",
                        on_click=go,
                        args=(Address(view=View.FIND, query=term.short),),
                    )
    if len(found) > shown:
        st.button(messages.text("documents.more", count=len(found) - shown), key="terms-more", on_click=_show_more)


def _show_more() -> None:
    st.session_state[SHOWN_KEY] = st.session_state.get(SHOWN_KEY, AT_ONCE) + AT_ONCE


def _speaks_of(term: Term, words: str) -> bool:
    known = " ".join([term.short, *(meaning.long for meaning in term.meanings)]).casefold()
    return all(word in known for word in words.casefold().split())
