"""Which drafts are the title block, which are headings, and how deep: from numbering, capitals and position. Pure.

A text made from a PDF keeps few marks. What remains of a heading is a short line that does not close like a sentence
and stands before a list, a paragraph or another heading.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.domain import BlockKind
from ingest.lines import (
    HEADING_WORDS,
    TITLE_BLOCK_LINES,
    TITLE_BLOCK_WORDS,
    ends_sentence,
    find_date,
    is_all_capitals,
    is_contact_line,
    is_display_line,
)
from ingest.structure import DraftBlock

# Ranks order the kinds of headings from the outside inwards; 1 to 6 are the depths that "#" marks give.
_ROMAN_RANK, _CAPITALS_RANK, _LETTER_RANK, _DECIMAL_RANK, _LABEL_RANK = 20, 30, 40, 50, 60
BOLD_RANK = 70
_SHORT_OUTER_RANK, _SHORT_RANK = 75, 80
_PATTERNS = (
    (10, re.compile(r"(?:part|chapter|annex|appendix)\s+(?:\d+|[IVXLC]+|[A-Z]|one|two|three|four|five)\b.*", re.I)),
    (_ROMAN_RANK, re.compile(r"[IVXLC]+\.\s+\S.*")),
    (_LETTER_RANK, re.compile(r"[A-Z]\.\s+\S.*")),
    (_LABEL_RANK, re.compile(r"[A-Z][a-z]+\s+(?:\d{1,2}|[IVX]{1,5}|[A-H])\s*[:.–—-]\s*\S.*")),  # "Pillar I: …"
)
_DECIMAL = re.compile(r"\d{1,2}(?:\.\d{1,2})+\.?\s+\S.*")
# Sections that stand at the outermost level whatever they look like.
_OUTER_NAME = re.compile(
    r"(?:introduction|background|overview|foreword|preface|(?:executive )?summary|contents|conclusions?|"
    r"recommendations|conclusions? and recommendations|acknowledge?ments|references|bibliography|notes|annex(?:es)?)",
    re.IGNORECASE,
)
# Lines of a title block that name a body, a number or a date, not the document.
_NOT_A_TITLE = re.compile(
    r"united nations|security council|general assembly|human rights council|economic and social council|"
    r"(?:distr|original)\b.*|(?:[A-Z]+/)+\S+(?: \(\d{4}\))?(?: united nations)?",
    re.IGNORECASE,
)
_RUN_IN = re.compile(r"([A-Z][^.:;!?]{2,60}):\s+(?=[\"“‘']?[A-Z])")
_RUN_IN_WORDS = 8
_DATE_LINE_WORDS = 8  # "December 7 and 8, 2010, New York"
_RUN_IN_PARAGRAPH_WORDS = 20  # shorter ones are labelled lines, such as addresses


def outline(drafts: Sequence[DraftBlock], title: str = "") -> list[DraftBlock]:
    """Drafts with their title (level 0) and headings (level 1 and deeper) recognised.

    `drafts` hold the headings that a mark shows, with their rank as level. `title` is the title as known from
    elsewhere; without a match the first line of the title block that can be one is taken.
    """
    size = _title_block_size(drafts)
    body = _with_headings(list(drafts[size:]))
    return _title_block(drafts[:size], title) + _with_run_in_headings(_with_levels(body))


def _title_block_size(drafts: Sequence[DraftBlock]) -> int:
    """How many leading drafts stand before the first section or paragraph."""
    size = words = 0
    for draft in drafts[:TITLE_BLOCK_LINES]:
        words += len(draft.text.split())
        if draft.kind not in {BlockKind.HEADING, BlockKind.PARAGRAPH} or words > TITLE_BLOCK_WORDS or draft.paragraph:
            break
        if not is_display_line(draft.text) or (size and _opens_section(drafts, size)):
            break
        size += 1
    return size


def _opens_section(drafts: Sequence[DraftBlock], i: int) -> bool:
    draft = drafts[i]
    if _OUTER_NAME.fullmatch(draft.text.strip(" :.")) or _number_rank(draft.text) is not None:
        return True
    marked = [other for other in drafts[:i] if other.kind is BlockKind.HEADING]
    if draft.kind is not BlockKind.HEADING or not marked:
        return False
    follows = drafts[i + 1] if i + 1 < len(drafts) else None
    subtitle = follows is not None and follows.kind is BlockKind.HEADING and follows.level == draft.level
    return not subtitle


def _title_block(drafts: Sequence[DraftBlock], title: str) -> list[DraftBlock]:
    if not drafts:
        return []
    known = _letters(title)
    alike = [i for i, d in enumerate(drafts) if len(_letters(d.text)) > 8 and _letters(d.text) in known]
    same = [i for i, d in enumerate(drafts) if known and known in _letters(d.text)]
    marked = [i for i, d in enumerate(drafts) if d.kind is BlockKind.HEADING]
    able = [i for i, d in enumerate(drafts) if _can_be_title(d.text)]
    at = next(iter(same + alike + marked + able), 0)
    return [
        replace(d, kind=BlockKind.HEADING if i == at else BlockKind.PARAGRAPH, level=0) for i, d in enumerate(drafts)
    ]


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _can_be_title(text: str) -> bool:
    dated = find_date(text) is not None and len(text.split()) <= _DATE_LINE_WORDS
    return not (dated or is_contact_line(text) or _NOT_A_TITLE.fullmatch(text))


def _with_headings(drafts: list[DraftBlock]) -> list[DraftBlock]:
    """Drafts with the headings that no mark shows, ranked. From the last to the first: what follows decides."""
    found = list(drafts)
    flow = [i for i, draft in enumerate(drafts) if draft.kind is not BlockKind.FOOTNOTE]
    for at in range(len(flow) - 2, -1, -1):
        before = found[flow[at - 1]] if at else None
        rank = _heading_rank(before, found[flow[at]], found[flow[at + 1]])
        if rank is not None:
            draft = found[flow[at]]
            text = draft.text if draft.kind is BlockKind.PARAGRAPH and not draft.paragraph else _with_number(draft)
            found[flow[at]] = replace(draft, kind=BlockKind.HEADING, text=text, level=rank, paragraph=None)
    return found


def _heading_rank(before: DraftBlock | None, draft: DraftBlock, after: DraftBlock) -> int | None:
    if draft.kind is BlockKind.HEADING:
        return None  # a mark shows it
    text = draft.text
    short = len(text.split()) <= HEADING_WORDS and is_display_line(text) and not is_contact_line(text)
    if not short or not (text[0].isupper() or text[0].isdigit()):
        return None
    if draft.paragraph is not None:  # "1. Background" before a paragraph; an item among items is none
        alone = after.kind is BlockKind.PARAGRAPH and (before is None or before.kind is not BlockKind.LIST_ITEM)
        return _DECIMAL_RANK if draft.paragraph.isdigit() and alone and ends_sentence(after.text) else None
    if draft.kind is not BlockKind.PARAGRAPH:
        return None
    numbered = _number_rank(text)
    if numbered is not None:
        return numbered
    if is_all_capitals(text):
        return _CAPITALS_RANK
    stands_free = before is None or before.kind is BlockKind.HEADING or ends_sentence(before.text) or _is_short(before)
    if not stands_free or ends_sentence(text):
        return None
    if after.kind is BlockKind.HEADING:
        return _SHORT_OUTER_RANK if after.level >= _SHORT_OUTER_RANK else None
    if after.kind is BlockKind.LIST_ITEM or (after.kind is BlockKind.PARAGRAPH and ends_sentence(after.text)):
        return None if is_contact_line(after.text) else _SHORT_RANK
    return None


def _is_short(draft: DraftBlock) -> bool:
    return draft.kind is BlockKind.LIST_ITEM or (draft.kind is BlockKind.PARAGRAPH and is_display_line(draft.text))


def _number_rank(text: str) -> int | None:
    """The rank that a heading's printed number or label gives it."""
    if _DECIMAL.fullmatch(text):
        return _DECIMAL_RANK + text.split()[0].strip(".").count(".")
    return next((rank for rank, pattern in _PATTERNS if pattern.fullmatch(text)), None)


def _with_number(draft: DraftBlock) -> str:
    return f"{draft.paragraph}. {draft.text}" if draft.paragraph else draft.text


def _with_levels(drafts: list[DraftBlock]) -> list[DraftBlock]:
    """Ranks to levels: a heading stands inside the nearest one before it that outranks it."""
    ranks: list[int] = []
    levelled: list[DraftBlock] = []
    for draft in drafts:
        if draft.kind is BlockKind.HEADING:
            rank = draft.level
            if ranks and rank >= _SHORT_OUTER_RANK and _OUTER_NAME.fullmatch(draft.text):
                rank = ranks[0]
            ranks = [other for other in ranks if other < rank] + [rank]
            draft = replace(draft, level=len(ranks))
        levelled.append(draft)
    return levelled


def _with_run_in_headings(drafts: list[DraftBlock]) -> list[DraftBlock]:
    """Name the run-in headings of paragraphs where a section has several."""
    found = list(drafts)
    section: list[int] = []
    for i, draft in enumerate([*drafts, DraftBlock(BlockKind.HEADING, "")]):
        if draft.kind is not BlockKind.HEADING:
            if draft.kind is BlockKind.PARAGRAPH and _run_in(draft.text):
                section.append(i)
            continue
        if len(section) > 1:
            for at in section:
                found[at] = replace(found[at], run_in=_run_in(found[at].text))
        section = []
    return found


def _run_in(text: str) -> str | None:
    match = _RUN_IN.match(text)
    if not match or len(match.group(1).split()) > _RUN_IN_WORDS or len(text.split()) < _RUN_IN_PARAGRAPH_WORDS:
        return None
    return match.group(1)
