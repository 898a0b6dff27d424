"""A document in parts to be drawn one at a time, and its outline. Pure.

A part begins at a heading where one comes in time, so that it reads as a section; it never grows beyond a few screens,
so that a report of several hundred pages opens as quickly as a letter.
"""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from assistant.domain import Block, BlockKind, Document

ENOUGH = 5_000  # characters, from which the next heading begins a new part
MOST = 12_000  # characters, at which any block does
LEAST = 500  # characters: a heading or two do not stand alone, however long what follows is
WHOLE_OUTLINE = 30  # headings: of a longer outline the inner ones are shown where the reader is
MOST_ENTRIES = 60  # shown at once of an outline that is long on one level


@dataclass(frozen=True, slots=True)
class Part:
    """A run of blocks."""

    number: int  # 0-based
    first: int  # position of its first block
    end: int  # position after its last block
    first_page: int | None
    last_page: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One heading of the outline."""

    block: int
    text: str
    depth: int  # 0 is the outermost
    section: tuple[str, ...]
    start: int


@dataclass(frozen=True, slots=True)
class Paged:
    """A document with its parts and its outline; a document without blocks has no parts."""

    document: Document
    parts: tuple[Part, ...]
    outline: tuple[Entry, ...]

    def block_at(self, position: int) -> int:
        """The block that holds a character of the text, or the last one before it."""
        starts = [block.start for block in self.document.blocks]
        return max(bisect_right(starts, position) - 1, 0)

    def part_at(self, position: int) -> Part:
        """The part that holds a character of the text."""
        block = self.block_at(position)
        return next(part for part in reversed(self.parts) if part.first <= block)

    def page_start(self, page: int) -> int | None:
        """Where the text of a page begins; None where no block begins on that page or a later one."""
        for block in self.document.blocks:
            last = block.end_page or block.locator.page
            if last is not None and last >= page:
                return block.start
        return None

    def heading_of(self, position: int) -> Entry | None:
        """The heading that a character of the text stands under."""
        found = [entry for entry in self.outline if entry.start <= position]
        return found[-1] if found else None

    def outline_near(self, here: Entry | None) -> tuple[Entry, ...]:
        """The outline as deep as it stays short, and further where the reader is."""
        depths = sorted(entry.depth for entry in self.outline)
        shown = depths[WHOLE_OUTLINE - 1] if len(depths) > WHOLE_OUTLINE else len(depths)
        if len(depths) > WHOLE_OUTLINE and depths[WHOLE_OUTLINE] == shown:
            shown -= 1  # not all of this depth would fit
        path = here.section if here else ()
        near = [
            entry
            for entry in self.outline
            if entry.depth <= max(shown, 0) or entry.section[:-1] == path[: len(entry.section) - 1]
        ]
        at = near.index(here) if here in near else 0
        first = max(min(at - MOST_ENTRIES // 2, len(near) - MOST_ENTRIES), 0)
        return tuple(near[first : first + MOST_ENTRIES])


def page_document(document: Document) -> Paged:
    """Divide a document into parts and list its headings."""
    return Paged(document, _parts(document.blocks), _outline(document.blocks))


def _parts(blocks: tuple[Block, ...]) -> tuple[Part, ...]:
    cuts: list[int] = [0] if blocks else []
    length = 0
    for i, block in enumerate(blocks):
        heading = block.kind is BlockKind.HEADING and (i == 0 or blocks[i - 1].kind is not BlockKind.HEADING)
        if length >= LEAST and (length + len(block.text) > MOST or (heading and length >= ENOUGH)):
            cuts.append(i)
            length = 0
        length += len(block.text)
    return tuple(
        _part(number, first, end, blocks) for number, (first, end) in enumerate(pairwise([*cuts, len(blocks)]))
    )


def _part(number: int, first: int, end: int, blocks: tuple[Block, ...]) -> Part:
    pages = [block.locator.page for block in blocks[first:end] if block.locator.page is not None]
    last = [block.end_page for block in blocks[first:end] if block.end_page is not None]
    return Part(number, first, end, min(pages, default=None), max([*pages, *last], default=None))


def _outline(blocks: tuple[Block, ...]) -> tuple[Entry, ...]:
    """Headings by the depth of their section; the title, which has no section of its own, is none of them."""
    entries: list[Entry] = []
    for i, block in enumerate(blocks):
        section = block.locator.section
        if block.kind is BlockKind.HEADING and block.level > 0 and section and block.text.strip():
            entries.append(Entry(i, block.text, len(section) - 1, section, block.start))
    return tuple(entries)
