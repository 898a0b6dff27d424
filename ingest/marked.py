"""Headings that styles or tags mark, as in Word and HTML files: their levels, the title among them, captions. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.domain import BlockKind
from ingest.lines import ends_sentence
from ingest.outline import BOLD_RANK, outline
from ingest.pdf_units import CAPTION, NUMBER
from ingest.structure import DraftBlock

TITLE_RANK, SUBTITLE_RANK = -2, -1  # of the document's own title; headings rank from 0, the outermost
CONTENTS = "Contents"
CAPTION_WORDS = 40
CAPTION_GAP = 2  # blocks such as "(Thousands of United States dollars)" between a caption and its table

_NUMBER = re.compile(rf"({NUMBER})(?=\s)")
_LETTERED = re.compile(r"([A-Z])\.\s")
_ROMAN = re.compile(r"([IVXLC]+)\.\s")
_NAMED = re.compile(r"[A-Z][a-z]+ (?:\d{1,2}|[IVX]{1,5}|[A-Z])\b")  # "Result 3: …", "Subprogramme 2"


def arrange(drafts: Sequence[DraftBlock], title: str) -> list[DraftBlock]:
    """Levels of the headings that styles mark; without any, headings by bold lines and position, as in plain text."""
    first = next((i for i, draft in enumerate(drafts) if draft.kind is BlockKind.HEADING), None)
    if first is None:
        return outline(_bold_as_headings(drafts), title)
    levelled = _with_captions(_with_levels(drafts))
    if any(draft.kind is BlockKind.HEADING and draft.level == 0 for draft in levelled):
        return levelled
    return outline(_bold_as_headings(drafts[:first]), title) + levelled[first:]


def is_labelled(text: str) -> bool:
    """Whether a heading has a number or letter of its own, or is the table of contents."""
    return bool(_ROMAN.match(text) or _LETTERED.match(text) or _NUMBER.match(text) or text == CONTENTS)


def _with_levels(drafts: Sequence[DraftBlock]) -> list[DraftBlock]:
    """Ranks of headings to levels: by style, within a style by the kind of number, as they are printed."""
    drafts = _titled([_caption_as_text(draft) for draft in drafts])
    ranks = {_full_rank(draft) for draft in drafts if draft.kind is BlockKind.HEADING and draft.level != TITLE_RANK}
    levels = {rank: level for level, rank in enumerate(sorted(ranks), 1)}
    return [
        replace(draft, level=levels.get(_full_rank(draft), 0))
        if draft.kind is BlockKind.HEADING
        else replace(draft, level=0)
        if draft.level in {BOLD_RANK, SUBTITLE_RANK}
        else draft
        for draft in drafts
    ]


def _caption_as_text(draft: DraftBlock) -> DraftBlock:
    """A caption in a heading's style heads no more than its table; `_with_captions` sees to that."""
    if draft.kind is BlockKind.HEADING and draft.level >= 0 and CAPTION.match(draft.text):
        return replace(draft, kind=BlockKind.PARAGRAPH, level=0)
    return draft


def _titled(drafts: Sequence[DraftBlock]) -> Sequence[DraftBlock]:
    """Where no style marks the title, the first heading is it if all others of its rank are numbered, or none is."""
    headings = [i for i, draft in enumerate(drafts) if draft.kind is BlockKind.HEADING]
    if not headings or any(drafts[i].level == TITLE_RANK for i in headings) or is_labelled(drafts[headings[0]].text):
        return drafts
    first, *others = headings
    if any(drafts[i].level <= drafts[first].level and not is_labelled(drafts[i].text) for i in others):
        return drafts
    return [*drafts[:first], replace(drafts[first], level=TITLE_RANK), *drafts[first + 1 :]]


def _with_captions(drafts: Sequence[DraftBlock]) -> list[DraftBlock]:
    """The caption of a table is the innermost section of its rows."""
    path: list[tuple[int, str]] = []
    caption: str | None = None
    rows = False
    since = 0  # blocks between the caption and its table
    found: list[DraftBlock] = []
    for draft in drafts:
        if draft.kind is BlockKind.HEADING:
            caption = None
            path = [entry for entry in path if entry[0] < draft.level]
            path += [(draft.level, draft.text.rstrip(" :"))] if draft.level else []
        elif draft.kind is BlockKind.PARAGRAPH and _is_caption(draft.text):
            caption, rows, since = draft.text, False, 0
        elif draft.kind is BlockKind.TABLE_ROW:
            rows = True
        elif draft.kind is not BlockKind.FOOTNOTE:
            since += 1
            caption = None if rows or since > CAPTION_GAP else caption
        if caption and draft.kind is not BlockKind.FOOTNOTE:
            draft = replace(draft, section=(*(name for _, name in path), caption))
        found.append(draft)
    return found


def _is_caption(text: str) -> bool:
    return bool(CAPTION.match(text)) and not ends_sentence(text) and len(text.split()) <= CAPTION_WORDS


def _full_rank(draft: DraftBlock) -> tuple[int, int]:
    roman, letter = _ROMAN.match(draft.text), _LETTERED.match(draft.text)
    if roman and (len(roman[1]) > 1 or roman[1] in "IVX"):
        return draft.level, 0
    return draft.level, 1 if letter else 2 if _NAMED.match(draft.text) else 3


def _bold_as_headings(drafts: Sequence[DraftBlock]) -> list[DraftBlock]:
    return [replace(draft, kind=BlockKind.HEADING) if draft.level == BOLD_RANK else draft for draft in drafts]
