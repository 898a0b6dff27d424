"""The body of a Word file -> DraftBlocks: paragraphs, headings, list items, table rows and notes. Reads elements only.

Printed order is document order. Text that Word would not print (deleted, hidden, field codes) is left out; nothing is
computed, fetched or executed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from docx.oxml.ns import qn

from assistant.domain import BlockKind
from ingest.docx_styles import AutomaticNumbers, Style, is_bold, numbering_of, value
from ingest.marked import SUBTITLE_RANK, TITLE_RANK, is_labelled
from ingest.outline import BOLD_RANK
from ingest.pdf_numbering import Numbering
from ingest.pdf_units import BULLET, ITEM, NUMBER, STAR_NOTE
from ingest.structure import CELL, DraftBlock, clean_text

MAX_TABLE_DEPTH = 5  # tables within tables; deeper ones are a trick, not a document
BOLD_HEADING_WORDS = 20

_NUMBER = re.compile(rf"({NUMBER})(?=\s)")
_ITEM = re.compile(rf"({ITEM})(?=\s)")
_BULLET = re.compile(rf"(?:{BULLET})\s")
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXTS = {qn("w:t"), _MATH_TEXT}
_SIGNS = {qn("w:tab"): "\t", qn("w:br"): " ", qn("w:cr"): " ", qn("w:noBreakHyphen"): "-"}
_REFERENCES = {qn("w:footnoteReference"): "footnote", qn("w:endnoteReference"): "endnote"}
_UNPRINTED = {qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:rt"), qn("w:pPr"), qn("w:rPr"), _FALLBACK}
_HOLDERS = {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:moveTo"), qn("w:customXml"), qn("w:smartTag")}
_PARAGRAPH, _TABLE, _ROW, _TEXT_CELL, _BOX = (qn(f"w:{tag}") for tag in ("p", "tbl", "tr", "tc", "txbxContent"))

Notes = Mapping[tuple[str, str], Any]  # (footnote or endnote, id) to its element


@dataclass(slots=True)
class _Text:
    """What a paragraph prints."""

    text: str = ""
    notes: list[tuple[str, str, str]] = field(default_factory=list)  # (footnote or endnote, id, own mark or "")
    boxes: list[Any] = field(default_factory=list)  # text boxes that are anchored in it
    bold: bool = True  # all of it


class BodyReader:
    """Reads the elements of one body, in order."""

    def __init__(self, styles: Mapping[str, Style], numbers: AutomaticNumbers, notes: Notes) -> None:
        self._styles = styles
        self._numbers = numbers
        self._notes = notes
        self._note_count = 0
        self._count = Numbering()
        self._title_size: int | None = None
        self._before: Style | None = None  # of the heading right before, with not even an empty line between
        self.title: list[str] = []  # the parts of it that stand one under another
        self.drafts: list[DraftBlock] = []

    def read(self, body: Any) -> list[DraftBlock]:
        """All blocks. A heading's level is its rank, for `marked.arrange`."""
        for element in _elements(body):
            if element.tag == _TABLE:
                self._table(element)
            else:
                self._paragraph(element)
        return self.drafts

    def _paragraph(self, element: Any) -> None:
        style = self._styles.get(value(element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")) or "", Style())
        printed = _printed(element)
        text = clean_text(printed.text)
        numbered = numbering_of(element) or style.numbered
        label = self._numbers.label(numbered) if numbered and text else ""
        if text:
            notes = [self._note(*note) for note in printed.notes]
            marks = tuple(note.footnote or "" for note in notes)
            draft = self._draft(" ".join(filter(None, (label, text))), style, printed.bold, numbered, label)
            self._add(replace(draft, footnotes=marks), style)
            self.drafts += notes
        self._before = style if text and style.rank is not None else None
        for box in printed.boxes:
            for inner in _elements(box):
                if inner.tag == _PARAGRAPH and (shown := clean_text(_printed(inner).text)):
                    self.drafts.append(DraftBlock(BlockKind.PARAGRAPH, shown))

    def _add(self, draft: DraftBlock, style: Style) -> None:
        """A heading on two lines is one: "Part IV", "International cooperation for development"."""
        goes_on = draft.kind is BlockKind.HEADING and self._before is not None and self._before == style
        if goes_on and self.drafts and self.drafts[-1].level == draft.level and not is_labelled(draft.text):
            last = self.drafts.pop()
            draft = replace(draft, text=f"{last.text} {draft.text}", footnotes=last.footnotes + draft.footnotes)
            if self.title and self.title[-1] == last.text:
                self.title.pop()
        if draft.level == TITLE_RANK:
            self._title_size = style.size
        if self._title_size is not None:
            if draft.kind is BlockKind.HEADING and style.size == self._title_size and not is_labelled(draft.text):
                self.title.append(draft.text)
            elif draft.level != SUBTITLE_RANK and (draft.kind is not BlockKind.HEADING or is_labelled(draft.text)):
                self._title_size = None  # running text or a first section: the title is over
        self.drafts.append(draft)

    def _draft(self, text: str, style: Style, bold: bool, numbered: tuple[str, int] | None, label: str) -> DraftBlock:
        if style.rank is not None:
            return self._heading(text, style.rank)
        if star := STAR_NOTE.match(text):
            return DraftBlock(BlockKind.FOOTNOTE, text[star.end() :], footnote=star[1])
        depth = numbered[1] if numbered else 0
        if match := _NUMBER.match(text):
            number = self._count.number(match[1])
            if label and (depth or style.is_list):
                return DraftBlock(BlockKind.LIST_ITEM, text, level=depth, paragraph=number)
            return DraftBlock(BlockKind.PARAGRAPH, text, paragraph=number)
        if match := _ITEM.match(text):
            inner = depth or int(_is_roman(match[1], [name for _, name in self._count.items]))
            number, level = self._count.item(match[1], float(inner), 1.0)
            return DraftBlock(BlockKind.LIST_ITEM, text, level=level, paragraph=number)
        if _BULLET.match(text):
            return DraftBlock(BlockKind.LIST_ITEM, text[1:].lstrip(), level=depth, paragraph=self._count.paragraph)
        if bold and len(text.split()) <= BOLD_HEADING_WORDS and not text.endswith((".", ";", ",")):
            return DraftBlock(BlockKind.PARAGRAPH, text, level=BOLD_RANK)  # a heading where no style marks one
        return DraftBlock(BlockKind.PARAGRAPH, text, paragraph=self._count.unnumbered(text))

    def _heading(self, text: str, rank: int) -> DraftBlock:
        self._count.section()
        if rank == TITLE_RANK and not self.title:
            return DraftBlock(BlockKind.HEADING, text, level=TITLE_RANK)
        if rank == SUBTITLE_RANK:
            return DraftBlock(BlockKind.PARAGRAPH, text, level=SUBTITLE_RANK)
        return DraftBlock(BlockKind.HEADING, text, level=max(rank, 0))

    def _note(self, kind: str, key: str, mark: str) -> DraftBlock:
        if not mark:
            self._note_count += 1
            mark = str(self._note_count)
        element = self._notes.get((kind, key))
        texts = [] if element is None else [_printed(p).text for p in element.iter(_PARAGRAPH)]
        text = clean_text(" ".join(texts))
        return DraftBlock(BlockKind.FOOTNOTE, text.removeprefix(mark).lstrip(), footnote=mark)

    def _table(self, table: Any) -> None:
        self._count.items.clear()
        for row in _children(table, _ROW):
            cells: list[str] = []
            notes: list[DraftBlock] = []
            for cell in _children(row, _TEXT_CELL):
                text, found = self._cell(cell, 1)
                cells.append(text)
                notes += found
            marks = tuple(note.footnote or "" for note in notes)
            text = CELL.join(filter(None, cells))
            if text:
                self.drafts += [DraftBlock(BlockKind.TABLE_ROW, text, footnotes=marks), *notes]

    def _cell(self, cell: Any, depth: int) -> tuple[str, list[DraftBlock]]:
        texts: list[str] = []
        notes: list[DraftBlock] = []
        for element in _elements(cell):
            if element.tag == _PARAGRAPH:
                printed = _printed(element)
                numbered = numbering_of(element)
                label = self._numbers.label(numbered) if numbered and printed.text.strip() else ""
                texts += [label, clean_text(printed.text)]
                notes += [self._note(*note) for note in printed.notes]
            elif depth < MAX_TABLE_DEPTH:
                for row in _children(element, _ROW):
                    for inner in _children(row, _TEXT_CELL):
                        text, found = self._cell(inner, depth + 1)
                        texts.append(text)
                        notes += found
        return " ".join(filter(None, texts)), notes


def _is_roman(label: str, before: Sequence[str]) -> bool:
    """Whether "(i)" is the first of an inner list, not the letter after "(h)"."""
    bare = label.strip("()")
    if not re.fullmatch("[ivx]+", bare):
        return False
    return bare not in {"i", "v", "x"} or not any(name.strip("()") == chr(ord(bare) - 1) for name in before[:1])


def _elements(holder: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, through content controls and accepted changes."""
    return _inside(holder, {_PARAGRAPH, _TABLE})


def _children(holder: Any, tag: str) -> Iterator[Any]:
    """Children of one kind, through content controls."""
    return _inside(holder, {tag})


def _inside(holder: Any, tags: set[str]) -> Iterator[Any]:
    stack = [iter(holder)]
    while stack:
        for element in stack[-1]:
            if element.tag in tags:
                yield element
            elif element.tag in _HOLDERS:
                stack.append(iter(element))
                break
        else:
            stack.pop()


def _printed(paragraph: Any) -> _Text:
    """What a paragraph prints; deleted and hidden text, field codes and fallbacks left out."""
    found = _Text()
    pieces: list[str] = []
    waiting: tuple[str, str] | None = None  # a reference whose own mark follows in its run
    stack = list(reversed(list(paragraph)))
    while stack:
        element = stack.pop()
        tag = element.tag
        if tag in _TEXTS:
            text = element.text or ""
            if waiting:
                found.notes.append((*waiting, clean_text(text)))
                waiting = None
            else:
                pieces.append(text)
        elif tag in _SIGNS:
            pieces.append(_SIGNS[tag])
        elif tag in _REFERENCES:
            reference = (_REFERENCES[tag], element.get(qn("w:id")) or "")
            if element.get(qn("w:customMarkFollows")) in {"1", "true", "on"}:
                waiting = reference
            else:
                found.notes.append((*reference, ""))
        elif tag == _BOX:
            found.boxes.append(element)
        elif tag not in _UNPRINTED:
            if tag == qn("w:r"):
                properties = element.find(qn("w:rPr"))
                if properties is not None and _is_on(properties.find(qn("w:vanish"))):
                    continue
                if not is_bold(properties) and any((t.text or "").strip() for t in element.findall(qn("w:t"))):
                    found.bold = False
            stack += reversed(list(element))
    found.text = "".join(pieces)
    return found


def _is_on(element: Any) -> bool:
    return element is not None and element.get(qn("w:val")) not in {"0", "false", "off"}


def all_text(holder: Any) -> list[str]:
    """The lines of a header: every paragraph of it, tables included; what a tab sets apart is a line of its own."""
    parts = (part for paragraph in holder.iter(_PARAGRAPH) for part in _printed(paragraph).text.split("\t"))
    return [line for line in map(clean_text, parts) if line]
