"""Markdown and plain text, often made from PDF, to a Document. Pure.

Adds to the shared structure: which lines belong together, list and footnote marks, running lines. Headings that no
mark shows are recognised in outline.py.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from assistant.domain import BlockKind, Document, DocumentMetadata
from ingest.markup import plain
from ingest.outline import BOLD_RANK, outline
from ingest.structure import DraftBlock, assemble, continues, join_lines, join_torn

_RULE = re.compile(r"(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}|={3,}|--|`{3,}\s*\w*")
_ATX = re.compile(r"(#{1,6})\s+(.*?)(?:\s+#+)?")
_BOLD_ONLY = re.compile(r"(\*\*|__)(?=\S)(?:(?!\1).)+(?<=\S)\1:?")
_NOTE = re.compile(
    r"(?:\[\^([^\]\s]{1,8})\]:|<sup>\s*(\d{1,3}|[*†‡§]{1,3})\s*</sup>|([⁰¹²³⁴⁵⁶⁷⁸⁹]+)(?=\s*[^\W\d_]))\s*(.*)"
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_BULLET = re.compile(r"(?:[-*+–—]\s+|[•◦▪●○■□‣⁃\uf0b7\uf0a7\uf0d8]\s*)(.*)")
_NUMBERED = re.compile(r"(?:(\d{1,3})[.)]|(\((?:[a-z]{1,2}|[ivx]{1,5}|\d{1,3})\))|([a-z]|[ivx]{2,5})[.)])\s+(\S.*)")
_TABLE_ROW = re.compile(r"\|.*\|")
_TABLE_RULE = re.compile(r"[|:\s-]+")
_PAGE_NUMBER = re.compile(r"(?:page\s+)?[-–]?\s*(\d{1,4})\s*[-–]?(?:\s*(?:/|of)\s*\d{1,4})?", re.IGNORECASE)
_ACRONYM = re.compile(r"(?=.*[A-Z].*[A-Z])[A-Za-z0-9/-]{2,15}")
RUNNING_LINE_WORDS = 12  # a running header or footer is not longer


def parse_text(text: str, metadata: DocumentMetadata, *, title_known: bool = True) -> Document:
    """A text in Markdown or without marks as a Document.

    With `title_known` false, `metadata.title` is a stopgap that says nothing about the text.
    """
    title = metadata.title if title_known else ""
    words = frozenset(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text.lower()))
    reader = _Reader(words, known_notes=_note_numbers(text))
    for line in text.splitlines():
        reader.read(line)
    reader.close()
    drafts = _without_running_lines(_numbered_paragraphs(reader), (title, metadata.body, metadata.symbol))
    return assemble(metadata, outline(join_torn(drafts, words), title))


@dataclass(slots=True)
class _Reader:
    """Lines to drafts, one line at a time. A heading's level is its rank among kinds of headings, for outline.py."""

    words: Collection[str]
    known_notes: Collection[str]
    drafts: list[DraftBlock] = field(default_factory=list)
    in_line: set[int] = field(default_factory=set)  # list items that follow one another without an empty line
    _open: DraftBlock | None = None
    _lines: list[str] = field(default_factory=list)
    _indents: list[int] = field(default_factory=list)  # of the list items around the current one
    _after_gap: bool = True

    def read(self, line: str) -> None:
        """Take one line without its end."""
        stripped = re.sub(r"^(?:>\s*)+", "", line.strip())
        if not stripped:
            if self._open is None or self._lines != [""]:  # a bullet alone on its line waits for its text
                self.close()
            self._after_gap = True
        elif _RULE.fullmatch(stripped):
            self._underlined(stripped)
        elif match := _ATX.fullmatch(stripped):
            self._start(DraftBlock(BlockKind.HEADING, "", level=len(match.group(1))), match.group(2))
            self.close()
        elif match := _NOTE.fullmatch(stripped):
            number = match.group(1) or match.group(2) or match.group(3).translate(_RAISED)
            self._start(DraftBlock(BlockKind.FOOTNOTE, "", footnote=number), match.group(4))
        elif _TABLE_ROW.fullmatch(stripped):
            self._row(stripped)
        elif match := _BULLET.fullmatch(stripped):
            self._item(line, None, match.group(1))
        elif match := _NUMBERED.fullmatch(stripped):
            self._item(line, next(number for number in match.groups()[:3] if number), match.group(4))
        elif self._open is None:
            self._start(DraftBlock(BlockKind.PARAGRAPH, ""), stripped)
        else:
            self._lines.append(stripped)

    def close(self) -> None:
        """End the block that is being read."""
        if self._open is None:
            return
        marked = join_lines(self._lines, self.words)
        text, notes = plain(marked, self.known_notes)
        draft = replace(self._open, text=text, footnotes=notes)
        if draft.kind is BlockKind.PARAGRAPH and _BOLD_ONLY.fullmatch(marked) and not marked.endswith((".**", ".__")):
            draft = replace(draft, kind=BlockKind.HEADING, level=BOLD_RANK)
        self._open, self._lines = None, []
        if text:
            self.drafts.append(draft)

    def _start(self, draft: DraftBlock, text: str) -> None:
        self.close()
        self._open, self._lines = draft, [text]
        self._after_gap = False
        if draft.kind is not BlockKind.LIST_ITEM and draft.kind is not BlockKind.PARAGRAPH:
            self._indents = []

    def _item(self, line: str, number: str | None, text: str) -> None:
        tight = not self._after_gap
        indent = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
        self._indents = [other for other in self._indents if other < indent] + [indent]
        self._start(DraftBlock(BlockKind.LIST_ITEM, "", level=len(self._indents) - 1, paragraph=number), text)
        if tight and self.drafts and self.drafts[-1].kind is BlockKind.LIST_ITEM:
            self.in_line |= {len(self.drafts) - 1, len(self.drafts)}

    def _row(self, stripped: str) -> None:
        if _TABLE_RULE.fullmatch(stripped):
            return
        cells = [cell.strip() for cell in stripped.strip("|").split("|")]
        self._start(DraftBlock(BlockKind.TABLE_ROW, ""), " | ".join(cell for cell in cells if cell))
        self.close()

    def _underlined(self, rule: str) -> None:
        """A rule right under a single line makes it a heading; elsewhere a rule separates and is dropped."""
        heading = self._open is not None and self._open.kind is BlockKind.PARAGRAPH and len(self._lines) == 1
        if heading and self._open is not None and rule[0] in "=-" and " " not in rule:
            self._open = replace(self._open, kind=BlockKind.HEADING, level=1 if rule[0] == "=" else 2)
        self.close()
        self._after_gap = True


def _note_numbers(text: str) -> frozenset[str]:
    found = (_NOTE.fullmatch(line.strip()) for line in text.splitlines())
    return frozenset((m.group(1) or m.group(2) or m.group(3).translate(_RAISED)) for m in found if m)


def _numbered_paragraphs(reader: _Reader) -> list[DraftBlock]:
    """Numbered items that all stand apart are the numbered paragraphs of a report, not a list."""
    drafts = list(reader.drafts)
    listed = False
    for i, draft in enumerate(drafts):
        if draft.kind is not BlockKind.LIST_ITEM or draft.paragraph is None:
            listed = listed and draft.kind is not BlockKind.HEADING
            continue
        listed = i in reader.in_line or (listed and draft.paragraph != "1")
        if not listed and draft.paragraph.isdigit():
            drafts[i] = replace(draft, kind=BlockKind.PARAGRAPH)
    return drafts


def _without_running_lines(drafts: list[DraftBlock], known: Sequence[str | None]) -> list[DraftBlock]:
    """Leave out what a page printed around its text: repeated names and page numbers that count up."""
    times = Counter(draft.text.casefold() for draft in drafts)
    pages = [int(m.group(1)) for d in drafts if _plain(d) and (m := _PAGE_NUMBER.fullmatch(d.text))]
    counted = len(pages) > 1 and pages == sorted(pages)
    names = {name.casefold() for name in known if name} | {draft.text.casefold() for draft in drafts[:1]}
    kept: list[DraftBlock] = []
    seen: set[str] = set()
    for i, draft in enumerate(drafts):
        text = draft.text.casefold()
        if _plain(draft) and counted and _PAGE_NUMBER.fullmatch(draft.text):
            continue
        if _plain(draft) and times[text] > 1 and len(text.split()) <= RUNNING_LINE_WORDS:
            tears = bool(kept) and i + 1 < len(drafts) and continues(kept[-1], drafts[i + 1])
            if _ACRONYM.fullmatch(draft.text) or tears or (text in names and text in seen):
                continue
        seen.add(text)
        kept.append(draft)
    return kept


def _plain(draft: DraftBlock) -> bool:
    return draft.kind is BlockKind.PARAGRAPH or (draft.kind is BlockKind.HEADING and draft.level == BOLD_RANK)
