"""The reading view: outline, one part of the text at a time, and the place that a link points to."""

from urllib.parse import urlencode

import streamlit as st

from assistant.answering import Assistant
from assistant.citations import cite_as
from assistant.domain import Block
from assistant.errors import UnknownDocumentError
from assistant.messages import Messages
from assistant.pages.address import Address, View
from assistant.pages.answers import note_html
from assistant.pages.asking import draw_ask
from assistant.pages.derived import Derived, get_derived
from assistant.pages.documents_html import about_html, facts, facts_html
from assistant.pages.following import focus_on, scroll_to
from assistant.pages.going import go
from assistant.pages.inert import html_text, label_text
from assistant.pages.original import draw_download, draw_remove
from assistant.pages.reading_html import ReadingLabels, Target, part_html
from assistant.pages.resources import Holdings
from assistant.paging import Entry, Paged, Part

PAGE_KEY = "reading-page"
SECTION_KEY = "reading-section"


def draw_reading(address: Address, assistant: Assistant, holdings: Holdings, messages: Messages) -> None:
    """Draw a document at the place that the address names."""
    _draw_back(address, messages)
    derived = get_derived(assistant, holdings)
    try:
        paged = derived.paged(address.document)
    except UnknownDocumentError:
        st.html(f"<h1>{html_text(messages.text('documents.title'))}</h1>")
        st.warning(label_text(messages.text("documents.unknown_document", document=address.document)))
        return
    document = paged.document.metadata
    notes = derived.notes.get(document.id)
    passages = holdings.passages.get(document.id, 0)
    st.html(f'<h1 dir="auto">{html_text(document.title)}</h1>' + about_html(document, notes, passages, messages))
    with st.expander(messages.text("documents.about"), key="reading-about"):
        found = facts(document, notes, passages, messages)
        st.html(facts_html(found, (), messages))
        with st.container(horizontal=True, gap="small"):
            draw_download(document, "reading", messages)
            draw_remove(document, "reading", assistant, holdings, messages)
    if not paged.parts:
        st.info(label_text(messages.text("documents.no_text")))
        return
    _draw_text(paged, _target(address, paged, derived, messages), address, messages)


def _draw_back(address: Address, messages: Messages) -> None:
    words = {
        View.LIBRARY: messages.text("documents.back_library"),
        View.FIND: messages.text("documents.back_find"),
        View.TERMS: messages.text("documents.back_terms"),
        View.ADD: messages.text("documents.back_add"),
    }
    st.button(
        words[address.view],
        key="reading-back",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=go,
        args=(address.closed(),),
    )


def _target(address: Address, paged: Paged, derived: Derived, messages: Messages) -> Target:
    """What to scroll to and mark; says so where the document has changed since the link was made."""
    length = len(paged.document.text)
    start = min(address.start, length - 1) if address.start is not None else None
    span = (start, min(address.end, length)) if start is not None and address.end is not None else None
    if not address.passage:
        return Target(span=span, position=start)
    passage = derived.passage(address.passage, address.document)
    if passage is None:
        st.warning(label_text(messages.text("documents.unknown_passage")))
        return Target(span=span, position=start)
    return Target(passage=(passage.start, passage.end), span=span, position=start)


def _draw_text(paged: Paged, target: Target, address: Address, messages: Messages) -> None:
    position = target.first or 0
    part = paged.part_at(position)
    outline, text = st.columns([1, 3], gap="medium")
    if paged.outline:
        with outline, st.container(key="outline", gap=None):
            _draw_outline(paged, part, position, address, messages)
    with text, st.container(key="text"):
        _draw_bar(paged, part, position, address, messages)
        labels = ReadingLabels(
            page=messages.text("documents.margin_page", page="#"),
            notes=messages.text("documents.notes"),
            note=messages.text("documents.note"),
            table=messages.text("documents.table"),
            mark_starts=messages.text("documents.mark_starts"),
            mark_ends=messages.text("documents.mark_ends"),
        )
        st.html(part_html(paged, part, target, labels))
        if len(paged.parts) > 1:
            with st.container(key="reading-bar-end", horizontal=True, horizontal_alignment="distribute"):
                _draw_steps(paged, part, address, "end", messages)
    if target.first is not None:
        token = "-".join(address.params().values())
        scroll_to(".st-key-text mark.pa-first" if target.span else ".st-key-text .pa-here", token)
        focus_on(".st-key-text .pa-here", token)


def _draw_outline(paged: Paged, part: Part, position: int, address: Address, messages: Messages) -> None:
    st.html(f'<h2 class="pa-small-heading">{html_text(messages.text("documents.outline"))}</h2>')
    current = paged.heading_of(position) or _first_heading(paged, part)
    near = paged.outline_near(current)
    if len(near) < len(paged.outline):
        st.session_state[SECTION_KEY] = None
        st.selectbox(
            messages.text("documents.go_to_section"),
            paged.outline,
            index=None,
            format_func=lambda entry: f"{'· ' * entry.depth}{entry.text}",
            key=SECTION_KEY,
            placeholder=messages.text("documents.go_to_section"),
            label_visibility="collapsed",
            on_change=_go_to_section,
            args=(address,),
        )
    for entry in near:
        here = "▸ " if entry == current else ""
        text = label_text(entry.text)
        st.button(
            f"{here}**{text}**" if here else text,
            key=f"outline-{min(entry.depth, 4)}-{entry.block}",
            type="tertiary",
            on_click=go,
            args=(address.opening(address.document, entry.start),),
        )


def _go_to_section(address: Address) -> None:
    entry: Entry | None = st.session_state.get(SECTION_KEY)
    if entry is not None:
        go(address.opening(address.document, entry.start))


def _first_heading(paged: Paged, part: Part) -> Entry | None:
    return next((entry for entry in paged.outline if part.first <= entry.block < part.end), None)


def _draw_bar(paged: Paged, part: Part, position: int, address: Address, messages: Messages) -> None:
    """Where the part stands in the document, the ways on, the question to ask, the link to copy."""
    with st.container(key="reading-bar", horizontal=True, vertical_alignment="center", gap="small"):
        if len(paged.parts) > 1:
            _draw_steps(paged, part, address, "top", messages)
            st.html(note_html(_where(paged, part, messages)), width="content")
            if paged.document.page_count:
                _draw_page_box(paged, address, messages)
        block = paged.document.blocks[paged.block_at(position)]
        heading = paged.heading_of(position) or _first_heading(paged, part)
        draw_ask(paged.document.metadata, heading.text if heading else None, messages)
        _draw_link(paged, block, address, messages)


def _where(paged: Paged, part: Part, messages: Messages) -> str:
    if part.first_page is None or part.last_page is None:
        return messages.text("documents.part", part=part.number + 1, parts=len(paged.parts))
    pages = f"{part.first_page}" if part.first_page == part.last_page else f"{part.first_page}–{part.last_page}"
    return messages.text(
        "documents.part_pages",
        part=part.number + 1,
        parts=len(paged.parts),
        pages=pages,
        total=paged.document.page_count or part.last_page,
    )


def _draw_steps(paged: Paged, part: Part, address: Address, where: str, messages: Messages) -> None:
    for name, icon, number in (
        ("previous", "chevron_left", part.number - 1),
        ("next", "chevron_right", part.number + 1),
    ):
        exists = 0 <= number < len(paged.parts)
        start = paged.document.blocks[paged.parts[number].first].start if exists else None
        st.button(
            messages.text(f"documents.part_{name}"),
            key=f"part-{name}-{where}",
            icon=f":material/{icon}:",
            icon_position="right" if name == "next" else "left",
            disabled=not exists,
            on_click=go,
            args=(address.opening(address.document, start),),
        )


def _draw_page_box(paged: Paged, address: Address, messages: Messages) -> None:
    st.session_state[PAGE_KEY] = None
    st.number_input(
        messages.text("documents.go_to_page"),
        min_value=1,
        max_value=paged.document.page_count,
        value=None,
        step=1,
        key=PAGE_KEY,
        placeholder=messages.text("documents.go_to_page"),
        label_visibility="collapsed",
        on_change=_go_to_page,
        args=(paged, address),
        width=120,
    )


def _go_to_page(paged: Paged, address: Address) -> None:
    page = st.session_state.get(PAGE_KEY)
    start = paged.page_start(int(page)) if page else None
    if start is not None:
        go(address.opening(address.document, start))


def _draw_link(paged: Paged, block: Block, address: Address, messages: Messages) -> None:
    """The address of this place and how to cite it, each with a button to copy it."""
    metadata = paged.document.metadata
    place = Address(document=metadata.id, passage=address.passage, start=address.start, end=address.end)
    if place.start is None and not place.passage:
        place = Address(document=metadata.id, start=block.start)
    with st.popover(messages.text("documents.link"), icon=":material/link:"):
        st.html(note_html(messages.text("documents.link_note")))
        st.code(f"{st.context.url or ''}?{urlencode(place.params())}", language=None, wrap_lines=True)
        st.html(note_html(messages.text("documents.cite")))
        st.code(cite_as(metadata, block.locator), language=None, wrap_lines=True)
