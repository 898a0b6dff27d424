"""Units of a PDF -> DraftBlocks -> Document: what each unit is, its number, its section and its footnotes. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.domain import BlockKind, Document, DocumentMetadata
from ingest.first_page import enrich
from ingest.pdf_furniture import Parted, part_furniture
from ingest.pdf_headings import find_title, heading_levels, heading_style, is_heading
from ingest.pdf_numbering import Numbering
from ingest.pdf_page import Line, PageText, find_lines, with_marks
from ingest.pdf_units import (
    BULLET,
    CAPTION,
    ITEM,
    NUMBER,
    OLD_NOTE,
    SMALL,
    STAR_NOTE,
    Typography,
    Unit,
    find_units,
    join_flow,
    measure,
    note_number,
    place_charts,
)
from ingest.structure import CELL, DraftBlock, assemble, join_lines

BARE_CAPTION = 25  # characters of "Table 15.2" alone
TITLE_LENGTH = 500

_NUMBER = re.compile(rf"({NUMBER})(?=\s)")
_ITEM = re.compile(rf"({ITEM})(?=\s)")
_BULLET = re.compile(rf"({BULLET})\s+")
_LEADERS = re.compile(r"\s*(?:[.…]\s?){4,}\s*")
_OLD_MARK = re.compile(r"(?<=\S) (\d{1,3}|[a-z])\s?/(?=[\s.,;:)]|$)")
_STARRED = re.compile(r"(?<=[\w.)])(\*{1,4})(?=[\s,;.)]|$)")
_BROKEN = re.compile(r"([A-Za-z]+)-$")


def document_from_pages(
    metadata: DocumentMetadata,
    pages: Sequence[PageText],
    properties: Mapping[str, str],
    warnings: Sequence[str] = (),
) -> Document:
    """Arrange the text of the pages as a Document; metadata that the manifest lacks is taken from the first page."""
    lines = [find_lines(page) for page in pages]
    parted = part_furniture(pages, lines)
    usual = measure(parted.body)
    flow = join_flow([place_charts(find_units(page, usual), usual) for page in parted.body], usual)
    labels = _labels(pages, parted)
    drafter = _Drafter(flow, usual, labels, _vocabulary(parted.body))
    drafts = drafter.drafts()
    metadata = enrich(metadata, (*parted.masthead, *parted.running), drafter.title(), drafts, properties)
    return assemble(metadata, drafts, page_count=len(pages), warnings=warnings)


def _labels(pages: Sequence[PageText], parted: Parted) -> dict[int, str]:
    """Page labels where they say another number than the physical one: as printed, else as the file names them."""
    labels: dict[int, str] = {}
    for page in pages:
        label = parted.numbers.get(page.number) or page.label
        if label and label != str(page.number):
            labels[page.number] = label
    return labels


def _vocabulary(pages: Sequence[Sequence[Line]]) -> frozenset[str]:
    """Words that `join_lines` asks when it mends a hyphen at the end of a line.

    Most documents of today break lines only at hyphens that belong to the word. Unless this one shows broken words
    (joined, they stand elsewhere in it), every compound met at the end of a line is taken for one.
    """
    words = {word.strip(".,;:()[]“”‘’\"'").lower() for page in pages for line in page for word in line.text.split()}
    compounds: set[str] = set()
    broken = 0
    for page in pages:
        for before, after in pairwise(page):
            if (match := _BROKEN.search(before.text)) and after.text[:1].islower():
                rest = re.split(r"[\s).,;:/]", after.text)[0].lower()
                broken += match[1].lower() + rest in words
                compounds.add(f"{match[1].lower()}-{rest}")
    return frozenset(words | compounds if 2 * broken < len(compounds) else words)


class _Drafter:
    """Says what each unit is."""

    def __init__(
        self, flow: Sequence[Unit], usual: Typography, labels: Mapping[int, str], words: Collection[str]
    ) -> None:
        self._flow = flow
        self._usual = usual
        self._labels = labels
        self._words = words
        # A mark refers to a note on its own page: elsewhere a raised 2 may be an exponent.
        self._notes = frozenset(
            (line.page, note) for unit in flow if (note := note_number(unit, usual)) for line in unit.lines
        )
        self._levels = heading_levels([unit for unit in flow if is_heading(unit, usual)])
        self._count = Numbering()

    def title(self) -> str:
        """The printed title; "" where none was found."""
        block = find_title(self._flow, self._usual)
        units = [self._flow[i] for i in (block.title, *block.more) if i >= 0]
        return ": ".join(self._made(unit, BlockKind.HEADING).text.rstrip(" :*") for unit in units)[:TITLE_LENGTH]

    def drafts(self) -> list[DraftBlock]:
        """All units as drafts, in reading order."""
        block = find_title(self._flow, self._usual)
        path: list[tuple[int, str]] = []
        caption: str | None = None  # of the table or figure that the unit belongs to
        drafts: list[DraftBlock] = []
        for i, unit in enumerate(self._flow):
            draft = self._title_block(unit, i == block.title) if i <= block.last else self._draft(unit)
            if draft.kind is BlockKind.HEADING:
                caption = None
                path = [entry for entry in path if entry[0] < draft.level]
                if draft.level:
                    path.append((draft.level, draft.text.rstrip(" :")))
            elif _is_caption(unit):
                caption = draft.text
            elif caption and not unit.is_row and unit.size >= SMALL * self._usual.body:
                caption = None  # text of the usual size: the table is over
            if caption and draft.kind is not BlockKind.FOOTNOTE:
                draft = replace(draft, section=(*(name for _, name in path), caption))
            drafts.append(draft)
        return drafts

    def _title_block(self, unit: Unit, is_title: bool) -> DraftBlock:
        if is_title:
            return self._made(unit, BlockKind.HEADING, level=0)
        if note_number(unit, self._usual):
            return self._note(unit)
        return self._made(unit, BlockKind.PARAGRAPH)

    def _draft(self, unit: Unit) -> DraftBlock:
        if unit.is_row:
            self._count.items.clear()
            return self._made(unit, BlockKind.TABLE_ROW)
        if number := note_number(unit, self._usual):
            if number[0].isalpha():  # of a table: it is read with the table, where the rows keep its mark
                note = self._made(unit, BlockKind.PARAGRAPH)
                return replace(note, text=f"{number} {note.text}")
            return self._note(unit)
        if _is_caption(unit):  # a section of its own, and the first thing to read in it
            return self._made(unit, BlockKind.PARAGRAPH)
        if is_heading(unit, self._usual):
            self._count.section()
            return self._made(unit, BlockKind.HEADING, level=self._levels[heading_style(unit)])
        return self._running_text(unit)

    def _running_text(self, unit: Unit) -> DraftBlock:
        text = unit.first.text + " "
        body = unit.size >= SMALL * self._usual.body
        if body and (match := _NUMBER.match(text)):
            return self._made(unit, BlockKind.PARAGRAPH, paragraph=self._count.number(match[1]))
        if match := _ITEM.match(text):
            number, level = self._count.item(match[1], unit.first.x, unit.size)
            return self._made(unit, BlockKind.LIST_ITEM, level=level, paragraph=number if body else None)
        if _BULLET.match(text):
            return self._made(unit, BlockKind.LIST_ITEM, paragraph=self._count.paragraph)
        if not body:
            return self._made(unit, BlockKind.PARAGRAPH)
        draft = self._made(unit, BlockKind.PARAGRAPH)
        return replace(draft, paragraph=self._count.unnumbered(draft.text))

    def _note(self, unit: Unit) -> DraftBlock:
        number = note_number(unit, self._usual)
        draft = self._made(unit, BlockKind.FOOTNOTE, footnote=number)
        text = draft.text
        for pattern in (OLD_NOTE, STAR_NOTE):
            if (match := pattern.match(text)) and match[1] == number:
                text = text[match.end() :]
        return replace(draft, text=text)

    def _made(
        self,
        unit: Unit,
        kind: BlockKind,
        *,
        level: int = 0,
        paragraph: str | None = None,
        footnote: str | None = None,
    ) -> DraftBlock:
        marks: list[str] = []
        if unit.is_row:
            cells = [join_lines([line.printed for line in cell], self._words) for cell in unit.cells]
            text = CELL.join(cell for cell in (_LEADERS.sub(" ", cell).strip() for cell in cells) if cell)
            marks = [m.mark for line in unit.lines for m in line.marks if (line.page, m.mark) in self._notes]
        else:
            text = _LEADERS.sub(" ", join_lines([self._unmarked(line, marks) for line in unit.cells[0]], self._words))
        page = unit.first.page
        return DraftBlock(
            kind=kind,
            text=text,
            level=level,
            page=page,
            end_page=unit.last.page if unit.last.page != page else None,
            page_label=self._labels.get(page),
            paragraph=paragraph,
            footnote=footnote,
            footnotes=tuple(dict.fromkeys(marks)),
        )

    def _unmarked(self, line: Line, marks: list[str]) -> str:
        """The line without the marks that refer to a note of this document; other raised signs stay."""
        known = [mark for mark in line.marks if self._refers(line.page, mark.mark)]
        for mark in known:
            marks += re.split(r"\s*,\s*", mark.mark)
        text = with_marks(line.text, [mark for mark in line.marks if mark not in known])

        def take(match: re.Match[str]) -> str:
            if (line.page, match[1]) not in self._notes:
                return match[0]
            marks.append(match[1])
            return ""

        return _STARRED.sub(take, _OLD_MARK.sub(take, text))

    def _refers(self, page: int, mark: str) -> bool:
        return all((page, part) in self._notes for part in re.split(r"\s*,\s*", mark))


def _is_caption(unit: Unit) -> bool:
    return bool(CAPTION.match(unit.text)) and (unit.last.bold or len(unit.text) < BARE_CAPTION)
