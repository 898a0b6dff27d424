"""A part of a document as inert HTML: page and paragraph numbers in the margin, tables, footnotes, what a
link points to, marked. Pure: no Streamlit, no disk."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from assistant.domain import Block, BlockKind
from assistant.pages.inert import html_text
from assistant.paging import Paged, Part

_CELL = " | "  # between the cells of a table row
_ENUMERATED = re.compile(r"^\s*(?:\(?[0-9A-Za-z]{1,5}[.)]|[•‣▪–—-])\s")  # an item that brings its own mark


@dataclass(frozen=True, slots=True)
class ReadingLabels:
    """The words around the document's text, from the messages file."""

    page: str  # "p. #": the number takes the place of the sign
    notes: str
    note: str
    table: str
    mark_starts: str
    mark_ends: str


@dataclass(frozen=True, slots=True)
class Target:
    """What a link points to: a passage is framed, a span is marked."""

    passage: tuple[int, int] | None = None
    span: tuple[int, int] | None = None
    position: int | None = None  # scroll here

    @property
    def first(self) -> int | None:
        """The character to scroll to."""
        if self.span:
            return self.span[0]
        return self.passage[0] if self.passage else self.position


def part_html(paged: Paged, part: Part, target: Target, labels: ReadingLabels) -> str:
    """The blocks of a part, and under them the footnotes that they refer to and that stand in another part."""
    blocks = paged.document.blocks
    here = blocks[part.first : part.end]
    page = blocks[part.first - 1].end_page or blocks[part.first - 1].locator.page if part.first else None
    led_to = None if target.first is None else blocks[paged.block_at(target.first)].start
    body = _Writer(target, led_to, labels, page).run(here)
    notes = _notes_elsewhere(blocks, part)
    if notes:
        heading = f'<p class="pa-notes-heading">{html_text(labels.notes)}</p>'
        body += f'<div class="pa-notes">{heading}{_Writer(Target(), None, labels, None).run(notes)}</div>'
    return f'<div class="pa-reading" dir="auto">{body}</div>'


class _Writer:
    """Writes blocks in order and remembers what the margin has said last."""

    def __init__(self, target: Target, here: int | None, labels: ReadingLabels, page: int | None) -> None:
        self._target = target
        self._here = here  # where the block begins that the reader is led to
        self._labels = labels
        self._page = page
        self._paragraph: str | None = None
        self._marked = False

    def run(self, blocks: Sequence[Block]) -> str:
        """Neighbouring list items become one list, rows of one page one table, so that each is read as such."""
        parts: list[str] = []
        for (kind, _), group in groupby(blocks, key=_together):
            run = list(group)
            if kind is BlockKind.TABLE_ROW:
                parts.append(self._table(run))
            elif kind is BlockKind.LIST_ITEM:
                parts.append(f'<ul class="pa-items">{"".join(self._item(block) for block in run)}</ul>')
            else:
                parts += [self._plain(block) for block in run]
        return "".join(parts)

    def _plain(self, block: Block) -> str:
        number, text, offset = self._number(block)
        inner = self._text(text, block.start + offset) + self._references(block)
        if block.kind is BlockKind.HEADING:
            level = min(max(len(block.locator.section), 1), 4) + 2
            body = f'<h{level} class="pa-heading">{inner}</h{level}>'
        elif block.kind is BlockKind.FOOTNOTE:
            sign = html_text(block.locator.footnote or "")
            body = f'<p class="pa-footnote"><sup>{sign}</sup> {inner}</p>'
        else:
            body = f"<p>{inner}</p>"
        return f"<div {self._attributes(block)}>{self._margin(block, number)}{body}</div>"

    def _item(self, block: Block) -> str:
        number, text, offset = self._number(block)
        plain = "" if _ENUMERATED.match(block.text) else " pa-bullet"
        inner = self._text(text, block.start + offset) + self._references(block)
        level = f"pa-level-{min(block.level, 3)}"
        margin = self._margin(block, number)
        return f'<li {self._attributes(block)}>{margin}<p class="{level}{plain}">{inner}</p></li>'

    def _table(self, rows: Sequence[Block]) -> str:
        lines = []
        margin = self._margin(rows[0], "")
        for row in rows:
            cells = "".join(f"<td>{self._text(text, start)}</td>" for text, start in _cells(row))
            lines.append(f"<tr {self._attributes(row)}>{cells}</tr>")
            self._page = row.end_page or row.locator.page or self._page
        label = html_text(self._labels.table)
        table = f"<table>{''.join(lines)}</table>"
        scrolled = f'<div class="pa-table" role="group" aria-label="{label}" tabindex="0">{table}</div>'
        return f'<div class="pa-block">{margin}{scrolled}</div>'

    def _attributes(self, block: Block) -> str:
        names = ["pa-block"] if block.kind is not BlockKind.TABLE_ROW else ["pa-row"]
        passage = self._target.passage
        if passage and block.start < passage[1] and block.end > passage[0]:
            names.append("pa-passage")
        here = block.start == self._here
        if here:
            names.append("pa-here")
        return f'class="{" ".join(names)}"' + (' tabindex="-1"' if here else "")

    def _number(self, block: Block) -> tuple[str, str, int]:
        """(printed number for the margin, the text without it, how many characters that is): it is printed once."""
        paragraph = block.locator.paragraph or ""
        if paragraph == self._paragraph or block.kind in (BlockKind.HEADING, BlockKind.FOOTNOTE):
            return "", block.text, 0
        self._paragraph = paragraph
        found = re.match(rf"\s*{re.escape(paragraph)}[.)]?\s+", block.text) if paragraph else None
        if found:
            return found.group().strip(), block.text[found.end() :], found.end()
        if not paragraph or _ENUMERATED.match(block.text):
            return "", block.text, 0
        return paragraph, block.text, 0

    def _margin(self, block: Block, number: str) -> str:
        page = ""
        if block.locator.page is not None and block.locator.page != self._page:
            words = self._labels.page.replace("#", block.locator.page_label or str(block.locator.page))
            page = f'<span class="pa-page">{html_text(words)}</span>'
        self._page = block.end_page or block.locator.page or self._page
        shown = f'<bdi class="pa-number">{html_text(number)}</bdi>' if number else ""
        return f'<span class="pa-margin">{page}{shown}</span>'

    def _references(self, block: Block) -> str:
        signs = "".join(f"<sup>{_aloud(self._labels.note)}{html_text(sign)}</sup>" for sign in block.footnotes)
        return f' <span class="pa-refs">{signs}</span>' if signs else ""

    def _text(self, text: str, start: int) -> str:
        """Text that begins at a character of the document, with its share of the span in `<mark>`."""
        span = self._target.span
        if span is None or span[1] <= start or span[0] >= start + len(text):
            return html_text(text)
        first, last = max(span[0] - start, 0), min(span[1] - start, len(text))
        begins = "" if self._marked else _aloud(self._labels.mark_starts)  # a span may begin in the margin
        first_one = "" if self._marked else ' class="pa-first"'
        self._marked = True
        ends = _aloud(self._labels.mark_ends) if span[1] <= start + len(text) else ""
        before, marked, after = text[:first], text[first:last], text[last:]
        return f"{html_text(before)}{begins}<mark{first_one}>{html_text(marked)}</mark>{ends}{html_text(after)}"


def _together(block: Block) -> tuple[BlockKind, int | None]:
    """Equal for neighbours that are written as one; a table ends with its page, for only there has it a margin."""
    return block.kind, block.locator.page if block.kind is BlockKind.TABLE_ROW else None


def _cells(row: Block) -> Iterator[tuple[str, int]]:
    """Each cell with the character of the document that it begins at."""
    at = 0
    for text in row.text.split(_CELL):
        yield text, row.start + at
        at += len(text) + len(_CELL)


def _notes_elsewhere(blocks: Sequence[Block], part: Part) -> list[Block]:
    """Footnotes that the part refers to and does not hold. Where numbers start anew, the next one after it counts."""
    wanted = {sign for block in blocks[part.first : part.end] for sign in block.footnotes}
    wanted -= {
        block.locator.footnote or "" for block in blocks[part.first : part.end] if block.kind is BlockKind.FOOTNOTE
    }
    found: dict[str, Block] = {}
    for block in blocks[part.end :]:
        sign = block.locator.footnote
        if block.kind is BlockKind.FOOTNOTE and sign in wanted and sign is not None:
            found.setdefault(sign, block)
    return list(found.values())


def _aloud(words: str) -> str:
    return f'<span class="pa-aloud"> {html_text(words)} </span>'
