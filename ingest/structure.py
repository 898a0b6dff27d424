"""Draft blocks, as a reader of one file format finds them, become a Document: sections, offsets, footnotes. Pure.

What every format shares is written here once: the section path of each block from the headings before it, white space
inside a block, footnotes behind the text and tied to the section that refers to them, and the character offsets.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.domain import Block, BlockKind, Document, DocumentMetadata, Locator
from ingest.lines import ends_sentence

CELL = " | "  # between the cells of a table row
NOTES_SECTION = ("Notes",)  # the section of a footnote that nothing in the text refers to

# Soft hyphens, zero-width spaces and joiners; control characters that are not white space; lone surrogates.
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200d\u2060\ufeff\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
_BROKEN_WORD = re.compile(r"[^\W\d_]-$")
_LABELLED = re.compile(r"\S*@|www\.|https?:|\w+:")  # "tel: 212", "info@…": lines of an address, not running text
# Words that no sentence, title or table cell ends with.
_ENDS_INSIDE = re.compile(
    r"\b(?:a|an|the|and|or|of|in|on|to|for|from|by|with|at|as|that|which|its|their|this|these|is|are|was|were)$",
    re.IGNORECASE,
)
_COMPOUND_FIRST = frozenset({"long", "short", "high", "low", "mid", "full", "well", "self", "non", "so"})
_TORN_WORDS = 6  # a block shorter than this was not torn before a capital: it is a label or an entry
_TORN_CHARACTERS = 10_000  # nor is there a paragraph longer than this: several pages
_LOOK = 200  # characters at the tear that tell
_RUN_KINDS = frozenset({BlockKind.LIST_ITEM, BlockKind.TABLE_ROW})  # printed on lines that follow one another


@dataclass(frozen=True, slots=True)
class DraftBlock:
    """One structural unit as found in a file, before it has offsets and a section."""

    kind: BlockKind
    text: str
    level: int = 0  # headings: 0 is the document's own title (in no section path), 1 the outermost section
    page: int | None = None  # physical page, 1-based
    end_page: int | None = None
    page_label: str | None = None
    paragraph: str | None = None
    footnote: str | None = None  # of a FOOTNOTE: its own number
    footnotes: tuple[str, ...] = ()  # numbers of the footnotes that the block refers to
    run_in: str | None = None  # a heading printed at the start of the paragraph: extends the path for this block only
    section: tuple[str, ...] | None = None  # overrides the path that the headings give


def assemble(
    metadata: DocumentMetadata,
    drafts: Iterable[DraftBlock],
    *,
    page_count: int | None = None,
    warnings: Sequence[str] = (),
) -> Document:
    """Give drafts in reading order their sections and offsets.

    Footnotes move behind the text, in the order found. Drafts without visible text are left out. The text is the
    blocks' texts with an empty line between them; list items and table rows that follow one another share a run of
    lines. `document.text[b.start:b.end] == b.text` for every block.
    """
    placed = _with_sections(_visible(drafts))
    pieces: list[str] = []
    blocks: list[Block] = []
    length = 0
    before: DraftBlock | None = None
    for draft in placed:
        gap = _gap(before, draft)
        start = length + len(gap)
        end = start + len(draft.text)
        pieces += (gap, draft.text)
        blocks.append(
            Block(
                kind=draft.kind,
                text=draft.text,
                start=start,
                end=end,
                locator=Locator(draft.section or (), draft.page, draft.page_label, draft.paragraph, draft.footnote),
                level=draft.level,
                footnotes=draft.footnotes,
                end_page=draft.end_page,
            )
        )
        length, before = end, draft
    return Document(metadata, "".join(pieces), tuple(blocks), tuple(warnings), page_count)


def clean_text(text: str) -> str:
    """One line: white space to single spaces; control characters, lone surrogates and zero-width marks removed."""
    return " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).split())


def continues(before: DraftBlock, after: DraftBlock) -> bool:
    """Whether `after` is the rest of `before`, torn off where a page or column ended.

    So it is when the first stops short of an end of sentence and the second is running text that goes on in lower
    case, or the first stops inside a hyphenated word, an opened quotation or a phrase.
    """
    if before.kind in {BlockKind.HEADING, BlockKind.TABLE_ROW} or after.kind is not BlockKind.PARAGRAPH:
        return False
    if after.paragraph or len(before.text) > _TORN_CHARACTERS:
        return False
    first, second = clean_text(before.text[-_LOOK:]), clean_text(after.text[:_LOOK])
    if not first or not second or ends_sentence(first) or _LABELLED.match(second):
        return False
    if second[0].islower() or _BROKEN_WORD.search(first):
        return True
    return len(first.split()) >= _TORN_WORDS and bool(_ENDS_INSIDE.search(first) or _in_quotation(before.text))


def join(before: DraftBlock, after: DraftBlock, words: Collection[str] = ()) -> DraftBlock:
    """Both parts of one torn block as one; `words` as for `join_lines`."""
    return replace(
        before,
        text=join_lines([before.text, after.text], words),
        end_page=after.end_page or after.page or before.end_page,
        footnotes=before.footnotes + tuple(n for n in after.footnotes if n not in before.footnotes),
    )


def join_torn(drafts: Iterable[DraftBlock], words: Collection[str] = ()) -> list[DraftBlock]:
    """Join every block with the rest of it that stands apart.

    Footnotes printed in between do not separate the parts. A rest that does not fit the text before it is the rest of
    the last footnote, if that is unfinished.
    """
    joined: list[DraftBlock] = []
    last: dict[bool, int] = {}  # position of the last block in the flow (False) and of the last footnote (True)
    for draft in drafts:
        at = next((last[note] for note in (False, True) if note in last and continues(joined[last[note]], draft)), None)
        if at is None:
            last[draft.kind is BlockKind.FOOTNOTE] = len(joined)
            joined.append(draft)
        else:
            joined[at] = join(joined[at], draft, words)
    return joined


def join_lines(lines: Iterable[str], words: Collection[str] = ()) -> str:
    """Printed lines as one; a word broken at the end of a line is mended.

    The hyphen goes when the word without it is in `words` (lower-case words met whole elsewhere in the document) or
    when nothing speaks for it; it stays before a capital or digit ("Secretary-" "General") and in a compound: one that
    `words` holds, or one with a usual first part ("long-term").
    """
    pieces: list[str] = []
    for line in filter(None, (line.strip() for line in lines)):
        if not pieces:
            pieces.append(line)
        elif _BROKEN_WORD.search(pieces[-1][-2:]):
            keep = not line[0].islower() or _keeps_hyphen(pieces[-1], line, words)
            pieces[-1:] = [pieces[-1] if keep else pieces[-1][:-1], line]
        else:
            pieces += (" ", line)
    return "".join(pieces)


def _keeps_hyphen(before: str, after: str, words: Collection[str]) -> bool:
    first = re.split(r"[\s(/]", before[-_LOOK:-1])[-1].lower()
    rest = re.split(r"[\s).,;:/]", after[:_LOOK])[0].lower()
    return first + rest not in words and (f"{first}-{rest}" in words or first in _COMPOUND_FIRST)


def _in_quotation(text: str) -> bool:
    return text.count("“") > text.count("”") or text.count('"') % 2 == 1


def _visible(drafts: Iterable[DraftBlock]) -> list[DraftBlock]:
    cleaned = (replace(draft, text=clean_text(draft.text)) for draft in drafts)
    return [draft for draft in cleaned if draft.text]


def _with_sections(drafts: list[DraftBlock]) -> list[DraftBlock]:
    """Every draft with its section path; footnotes last, in the section of the block that refers to them."""
    path: list[tuple[int, str]] = []
    flow: list[DraftBlock] = []
    notes: list[tuple[int, DraftBlock]] = []
    for draft in drafts:
        if draft.kind is BlockKind.FOOTNOTE:
            notes.append((len(flow), draft))
            continue
        if draft.kind is BlockKind.HEADING:
            path = [entry for entry in path if entry[0] < draft.level]
            if draft.level > 0:
                path.append((draft.level, draft.text.rstrip(" :")))
        section = draft.section
        if section is None:
            section = tuple(title for _, title in path) + ((draft.run_in,) if draft.run_in else ())
        flow.append(replace(draft, section=section))
    return flow + [_placed_note(note, at, flow) for at, note in notes]


def _placed_note(note: DraftBlock, at: int, flow: list[DraftBlock]) -> DraftBlock:
    if note.section is not None:
        return note
    # Numbers may begin anew on each page: the nearest reference before the note is its own, else the first after it.
    for draft in [*reversed(flow[:at]), *flow[at:]]:
        if note.footnote is not None and note.footnote in draft.footnotes:
            return replace(note, section=draft.section)
    return replace(note, section=NOTES_SECTION)


def _gap(before: DraftBlock | None, draft: DraftBlock) -> str:
    if before is None:
        return ""
    return "\n" if before.kind is draft.kind and draft.kind in _RUN_KINDS else "\n\n"
