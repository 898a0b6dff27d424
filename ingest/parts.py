"""Which part of a document each block belongs to: title block, body, addresses, notes. Pure."""

from collections.abc import Sequence

from assistant.domain import Block, BlockKind, PassageKind
from ingest.lines import TITLE_BLOCK_LINES, TITLE_BLOCK_WORDS, is_contact_line, is_display_line

_MIN_CONTACT_LINES = 2  # one web address is a remark, two are an address block


def title_block_size(blocks: Sequence[Block]) -> int:
    """How many leading blocks are the title block: the title and the short lines around it, before any section."""
    size = words = 0
    for block in blocks[:TITLE_BLOCK_LINES]:
        words += len(block.text.split())
        title = block.kind is BlockKind.HEADING and block.level == 0
        line = block.kind is BlockKind.PARAGRAPH and is_display_line(block.text)
        if not (title or line) or block.locator.section or (size and words > TITLE_BLOCK_WORDS):
            break
        size += 1
    return size


def part_of_blocks(blocks: Sequence[Block]) -> list[PassageKind | None]:
    """What kind of passage each block belongs to; None for headings, which are read as the sections of what they head.

    The headings of the title block and above addresses belong to those, and one that heads nothing is text itself:
    but not before the first text, where the parts of a title that running headers repeat stand ("Part IV").
    """
    opening = title_block_size(blocks)
    kinds: list[PassageKind | None] = [PassageKind.FRONT_MATTER] * opening
    text = [i for i, block in enumerate(blocks) if i >= opening and block.kind is not BlockKind.HEADING]
    for i, block in enumerate(blocks[opening:], opening):
        if block.kind is BlockKind.HEADING:
            alone = _heads_nothing(blocks, i) and (not text or i > text[0])
            kinds.append(PassageKind.BODY if alone else None)
        else:
            kinds.append(PassageKind.FOOTNOTES if block.kind is BlockKind.FOOTNOTE else PassageKind.BODY)
    for start, end in _contact_runs(blocks, kinds):
        kinds[start:end] = [PassageKind.CONTACT] * (end - start)
    return kinds


def _heads_nothing(blocks: Sequence[Block], i: int) -> bool:
    """Whether the heading is followed by another that is not below it, or by the end: footnotes stand behind all."""
    after = blocks[i + 1] if i + 1 < len(blocks) else None
    if after is None or after.kind is BlockKind.FOOTNOTE:
        return True
    return after.kind is BlockKind.HEADING and after.level <= blocks[i].level


def _contact_runs(blocks: Sequence[Block], kinds: Sequence[PassageKind | None]) -> list[tuple[int, int]]:
    """Spans [first, last) of blocks that are addresses, with the short lines among and the heading before them."""
    runs: list[tuple[int, int]] = []
    at = 0
    while at < len(blocks):
        end = at
        while end < len(blocks) and kinds[end] is PassageKind.BODY and _may_be_contact(blocks[end]):
            end += 1
        while end > at and not is_contact_line(blocks[end - 1].text):
            end -= 1
        if sum(is_contact_line(block.text) for block in blocks[at:end]) >= _MIN_CONTACT_LINES:
            named = at > 0 and kinds[at - 1] is None  # the name above the addresses
            runs.append((at - named, end))
        at = max(end, at + 1)
    return runs


def _may_be_contact(block: Block) -> bool:
    if block.kind is not BlockKind.PARAGRAPH:
        return False
    return is_contact_line(block.text) or is_display_line(block.text)
