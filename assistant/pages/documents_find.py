"""Find in the library: every place where a phrase stands, in its words, counted by document and by year."""

import csv
import io
from collections.abc import Sequence

import streamlit as st

from assistant.answering import Assistant
from assistant.concordance import LONGEST_QUERY, Concordance, Line, Match, Order, lines, search, want
from assistant.messages import Messages
from assistant.pages.address import Address, View
from assistant.pages.answers import note_html
from assistant.pages.charts import draw_by_year
from assistant.pages.derived import Derived, get_derived
from assistant.pages.documents_html import by_document_html
from assistant.pages.going import go
from assistant.pages.inert import WORD_JOINER, html_text, label_text
from assistant.pages.resources import Holdings

AT_ONCE = 50  # lines drawn; the rest at a press
SHOWN_KEY = "find-shown"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute a cell that begins so


def draw_find(address: Address, assistant: Assistant, holdings: Holdings, messages: Messages) -> None:
    """Draw the search box and what was found."""
    derived = get_derived(assistant, holdings)
    only, other_names, order = _draw_box(address, holdings, messages)
    if not address.query:
        st.html(note_html(messages.text("documents.find_hint")))
        return
    with st.spinner(messages.text("documents.finding")):
        lexicon = assistant.refresh().lexicon
        wanted = want(address.query, lexicon, other_names=other_names)
        found = search(wanted, derived.shelf, only)
    if not found.matches:
        st.info(label_text(messages.text("documents.found_none", query=address.query, count=len(found.searched))))
        return
    _draw_counts(found, messages)
    _draw_lines(found, order, address, derived, messages)


def _draw_box(address: Address, holdings: Holdings, messages: Messages) -> tuple[list[str], bool, Order]:
    with st.form("find-form", border=False), st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        query = st.text_input(
            messages.text("documents.find_label"),
            value=address.query,
            max_chars=LONGEST_QUERY,
            icon=":material/search:",
        )
        asked = st.form_submit_button(messages.text("documents.find_now"), type="primary")
    if asked and query is not None and query.strip() != address.query:
        st.session_state.pop(SHOWN_KEY, None)
        go(Address(view=View.FIND, query=query.strip()))
        st.rerun()
    titles = holdings.titles
    with st.expander(messages.text("documents.find_options"), key="find-options"):
        only = st.multiselect(
            messages.text("documents.find_in"),
            options=list(titles),
            format_func=lambda key: titles.get(key, key),
            placeholder=messages.text("documents.all"),
            key="find-documents",
            persist_state="session",
        )
        order = st.selectbox(
            messages.text("documents.find_order"),
            list(Order),
            format_func=lambda name: messages.text(f"documents.find_order_{name}"),
            key="find-order",
            persist_state="session",
        )
        names = st.checkbox(
            messages.text("documents.find_names"), value=True, key="find-names", persist_state="session"
        )
    return only, names, order or Order.PLACE


def _draw_counts(found: Concordance, messages: Messages) -> None:
    counts = found.by_document
    total = messages.text(
        "documents.found", times=len(found.matches), documents=len(counts), searched=len(found.searched)
    )
    names = {name: count for name, count in found.by_name.items() if count or name == found.wanted.typed}
    by_name = ""
    if len(names) > 1:
        listed = "; ".join(f"{name} ({count:,})" for name, count in names.items())
        by_name = note_html(messages.text("documents.found_names", names=listed))
    st.html(f'<p class="pa-found" role="status"><strong>{html_text(total)}</strong></p>{by_name}')
    years, table = st.columns([2, 3], gap="medium")
    with years:
        draw_by_year(found.by_year, messages)
    with table:
        st.html(by_document_html(found, messages))


def _draw_lines(found: Concordance, order: Order, address: Address, derived: Derived, messages: Messages) -> None:
    made = lines(found, order)
    shown = st.session_state.get(SHOWN_KEY, AT_ONCE)
    titles = {one.metadata.id: one.metadata.short_title or one.metadata.title for one in found.searched}
    st.html(f"<h2>{html_text(messages.text('documents.lines'))}</h2>{note_html(messages.text('documents.lines_note'))}")
    places = _places(made[:shown], derived)
    before = ""
    with st.container(key="lines", gap=None):
        for number, line in enumerate(made[:shown]):
            document_id = line.match.document_id
            if order is Order.PLACE and document_id != before:
                count = messages.text("documents.times", count=found.by_document[document_id])
                title = f"{html_text(titles[document_id])} · {html_text(count)}"
                st.html(f'<h3 class="pa-small-heading" dir="auto">{title}</h3>')
                before = document_id
            place = places[line.match] if order is Order.PLACE else f"{titles[document_id]}, {places[line.match]}"
            st.button(
                _line_label(line, place),
                key=f"line-{number}",
                type="tertiary",
                on_click=go,
                args=(address.opening(document_id, line.match.start, line.match.end),),
                width="stretch",
            )
    with st.container(horizontal=True, gap="small"):
        if len(made) > shown:
            st.button(messages.text("documents.more", count=len(made) - shown), key="find-more", on_click=_show_more)
        st.download_button(
            messages.text("documents.download_lines"),
            data=lambda: lines_csv(made, found, derived, messages),
            file_name="concordance.csv",
            mime="text/csv",
            key="find-csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _show_more() -> None:
    st.session_state[SHOWN_KEY] = st.session_state.get(SHOWN_KEY, AT_ONCE) + AT_ONCE


def _line_label(line: Line, place: str) -> str:
    """Italics, bold, plain, small: documents.css lays these out as the columns of a concordance."""
    before, keyword, after = (label_text(text) or WORD_JOINER for text in (line.before, line.keyword, line.after))
    return f"*{before}* **{keyword}** {after} :small[{label_text(place)}]"


def _places(made: Sequence[Line], derived: Derived) -> dict[Match, str]:
    """Where each line stands, one document after another: each is loaded once however the lines are sorted."""
    places: dict[Match, str] = {}
    for line in sorted(made, key=lambda line: line.match.document_id):
        blocks = derived.paged(line.match.document_id).document.blocks
        places[line.match] = str(blocks[line.match.block].locator)
    return places


def lines_csv(made: Sequence[Line], found: Concordance, derived: Derived, messages: Messages) -> str:
    """All lines as a table for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [messages.text(f"documents.csv_{name}") for name in ("document", "year", "place", "before", "match", "after")]
    )
    known = {one.metadata.id: one.metadata for one in found.searched}
    places = _places(made, derived)
    for line in made:
        document = known[line.match.document_id]
        row = [document.title, str(document.year or ""), places[line.match], line.before, line.keyword, line.after]
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return "\ufeff" + out.getvalue()  # with the mark by which spreadsheets know UTF-8
