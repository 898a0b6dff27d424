"""What a search is restricted to: document, issuing body, kind, years. Drawn in the sidebar, kept in the state."""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import streamlit as st

from assistant.domain import DocumentMetadata, Filters
from assistant.messages import Messages
from assistant.pages.answers import note_html
from assistant.pages.resources import Holdings
from assistant.pages.state import ChatState
from assistant.restrictions import restriction_text

KEYS = {"documents": "filter_documents", "bodies": "filter_bodies", "kinds": "filter_kinds", "years": "filter_years"}
OPEN_KEY = "filters_open"


def draw_filters(holdings: Holdings, state: ChatState, messages: Messages) -> Filters:
    """Draw the choices that the library offers; what is chosen, which later reruns and other pages do not lose."""
    state.filters = still_possible(state.filters, holdings.documents)
    # Drawn only while it is open: four choices are a good part of a page's work at each question.
    choices = st.expander(messages.text("app.filter"), icon=":material/filter_list:", key=OPEN_KEY, on_change="rerun")
    if choices.open:
        with choices:
            documents = _choice("documents", list(holdings.titles), state.filters.documents, holdings.titles, messages)
            bodies = _choice("bodies", _known(d.body for d in holdings.documents), state.filters.bodies, {}, messages)
            kinds = _choice("kinds", _known(d.kind for d in holdings.documents), state.filters.kinds, {}, messages)
            first, last = _years(holdings.documents, state.filters, messages)
        state.filters = Filters(documents, bodies, kinds, first, last)
    said = restriction_text(state.filters, holdings.titles, messages)
    if said:
        st.html(note_html(said))
        st.button(
            messages.text("app.filter_clear"),
            key="filter_clear",
            type="tertiary",
            icon=":material/filter_list_off:",
            on_click=_clear,
            args=(state,),
        )
    return state.filters


def restrict_to(documents: Iterable[str], state: ChatState) -> None:
    """Search only in these documents from now on; to be called before the choices are drawn."""
    state.filters = Filters(documents=frozenset(documents))
    for key in KEYS.values():
        st.session_state.pop(key, None)


def still_possible(filters: Filters, documents: Sequence[DocumentMetadata]) -> Filters:
    """The same without what has left the library meanwhile."""
    years = [d.year for d in documents if d.year]
    return Filters(
        filters.documents & {d.id for d in documents},
        filters.bodies & {d.body for d in documents if d.body},
        filters.kinds & {d.kind for d in documents if d.kind},
        filters.year_from if years and filters.year_from and filters.year_from > min(years) else None,
        filters.year_to if years and filters.year_to and filters.year_to < max(years) else None,
    )


def _choice(
    name: str, options: Sequence[str], chosen: frozenset[str], labels: Mapping[str, str], messages: Messages
) -> frozenset[str]:
    if len(options) < 2 and not chosen:
        return frozenset()
    key = KEYS[name]
    st.session_state[key] = [option for option in st.session_state.get(key, sorted(chosen)) if option in options]
    return frozenset(
        st.multiselect(
            messages.text(f"app.filter_{name}"),
            options=options,
            format_func=lambda option: labels.get(option, option),
            placeholder=messages.text("app.filter_all"),
            key=key,
        )
    )


def _years(
    documents: Sequence[DocumentMetadata], filters: Filters, messages: Messages
) -> tuple[int | None, int | None]:
    years = sorted({d.year for d in documents if d.year})
    if len(years) < 2:
        return None, None
    lowest, highest = years[0], years[-1]
    key = KEYS["years"]
    first, last = st.session_state.get(key, (filters.year_from or lowest, filters.year_to or highest))
    st.session_state[key] = (min(max(first, lowest), highest), max(min(last, highest), lowest))
    chosen = st.slider(
        messages.text("app.filter_years"),
        min_value=lowest,
        max_value=highest,
        key=key,
        help=messages.text("app.filter_years_help"),
    )
    first, last = cast(tuple[int, int], chosen)  # a pair stands in the session, so that it is a slider with two ends
    return (first if first > lowest else None), (last if last < highest else None)


def _known(values: Iterable[str | None]) -> list[str]:
    return sorted({value for value in values if value})


def _clear(state: ChatState) -> None:
    restrict_to((), state)
