"""A cited passage in its surroundings, as HTML with the quote highlighted. Pure: no Streamlit, no disk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from assistant.domain import Block, BlockKind, Citation, Document, Passage
from assistant.pages.inert import html_text

NEAR_CHARACTERS = 500  # shown at once on each side: enough to see what the quote answers to, little enough to see it
FAR_CHARACTERS = 8_000  # folded behind "earlier" and "later": a section of a long report can fill a hundred pages


@dataclass(frozen=True, slots=True)
class SourceLabels:
    """The words around the document's text, from the messages file."""

    before: str
    after: str
    passage: str
    quote_starts: str
    quote_ends: str
    region: str = ""  # names the whole, where it scrolls by itself and the keyboard must get there


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Blocks of one section in reading order: the passage's own, those around it, the footnotes it refers to."""

    far_before: tuple[Block, ...]
    before: tuple[Block, ...]
    passage: tuple[Block, ...]
    after: tuple[Block, ...]
    far_after: tuple[Block, ...]
    notes: tuple[Block, ...]


def quote_stands(document: Document, citation: Citation) -> bool:
    """Whether the document still says, at the citation's span, what is quoted from it."""
    return document.text[citation.start : citation.end] == citation.quote


def surroundings(document: Document, start: int, end: int) -> Surroundings:
    """The blocks that touch the span [start:end) and, nearest first, their neighbours in the same section."""
    touching = [i for i, block in enumerate(document.blocks) if block.start < end and block.end > start]
    if not touching:
        return Surroundings((), (), (), (), (), ())
    first, last = touching[0], touching[-1]
    before = _same_section(document.blocks, range(first - 1, -1, -1), document.blocks[first].locator.section)
    after = _same_section(document.blocks, range(last + 1, len(document.blocks)), document.blocks[last].locator.section)
    near_before, far_before = _near_and_far(before)
    near_after, far_after = _near_and_far(after)
    passage = document.blocks[first : last + 1]
    shown = {*passage, *near_before, *far_before, *near_after, *far_after}
    return Surroundings(
        far_before=tuple(reversed(far_before)),
        before=tuple(reversed(near_before)),
        passage=passage,
        after=near_after,
        far_after=far_after,
        notes=tuple(note for note in _notes(document, passage) if note not in shown),
    )


def source_html(document: Document, citation: Citation, passage: Passage | None, labels: SourceLabels) -> str:
    """The passage with the quote in `<mark>`, between what stands before and after it in its section.

    Without a passage (the document was ingested anew since) the blocks that hold the quote stand for it.
    """
    start, end = (passage.start, passage.end) if passage else (citation.start, citation.end)
    start, end = min(start, citation.start), max(end, citation.end)
    around = surroundings(document, start, end)
    quote = _Quote(citation.start, citation.end, labels)
    parts = [
        _folded(around.far_before, labels.before, quote),
        _context(around.before, quote),
        f'<div class="pa-passage" role="group" aria-label="{html_text(labels.passage)}">',
        _blocks_html(around.passage, quote),
        "</div>",
        _context(around.after, quote),
        _folded(around.far_after, labels.after, quote),
        _context(around.notes, quote),
    ]
    region = f' role="region" aria-label="{html_text(labels.region)}" tabindex="0"' if labels.region else ""
    return f'<div class="pa-source" dir="auto"{region}>{"".join(parts)}</div>'


def passage_html(passage: Passage) -> str:
    """A passage alone, with nothing highlighted: under a refusal nothing is quoted."""
    paragraphs = "".join(f"<p>{html_text(part)}</p>" for part in passage.text.splitlines() if part.strip())
    return f'<div class="pa-source" dir="auto">{paragraphs}</div>'


@dataclass(frozen=True, slots=True)
class _Quote:
    start: int
    end: int
    labels: SourceLabels


def _same_section(blocks: Sequence[Block], order: Iterable[int], section: tuple[str, ...]) -> list[Block]:
    """Blocks in the given order until the section changes; its own heading belongs to it."""
    found: list[Block] = []
    for i in order:
        if blocks[i].locator.section != section:
            break
        found.append(blocks[i])
    return found


def _notes(document: Document, passage: Sequence[Block]) -> list[Block]:
    """The footnotes that the passage refers to; their numbers may start anew in another section."""
    wanted = {(block.locator.section, number) for block in passage for number in block.footnotes}
    notes = (block for block in document.blocks if block.kind is BlockKind.FOOTNOTE)
    return [note for note in notes if (note.locator.section, note.locator.footnote) in wanted]


def _near_and_far(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    near: list[Block] = []
    far: list[Block] = []
    length = 0
    for block in blocks:
        if length + len(block.text) <= NEAR_CHARACTERS or not near:
            near.append(block)
        elif length + len(block.text) <= FAR_CHARACTERS:
            far.append(block)
        else:
            break
        length += len(block.text)
    return tuple(near), tuple(far)


def _context(blocks: Sequence[Block], quote: _Quote) -> str:
    return f'<div class="pa-context">{_blocks_html(blocks, quote)}</div>' if blocks else ""


def _folded(blocks: Sequence[Block], label: str, quote: _Quote) -> str:
    if not blocks:
        return ""
    body = _blocks_html(blocks, quote)
    return f'<details class="pa-context"><summary>{html_text(label)}</summary>{body}</details>'


def _blocks_html(blocks: Sequence[Block], quote: _Quote | None) -> str:
    """Runs of list items become one list, so that a screen reader counts them."""
    parts: list[str] = []
    for is_item, run in groupby(blocks, key=lambda block: block.kind is BlockKind.LIST_ITEM):
        inner = "".join(_block_html(block, quote) for block in run)
        parts.append(f"<ul>{inner}</ul>" if is_item else inner)
    return "".join(parts)


def _block_html(block: Block, quote: _Quote | None) -> str:
    text = _marked(block, quote)
    number = html_text(block.locator.footnote or "")
    match block.kind:
        case BlockKind.HEADING:
            return f'<p class="pa-heading">{text}</p>'
        case BlockKind.LIST_ITEM:
            return f'<li class="pa-level-{min(block.level, 3)}">{text}</li>'
        case BlockKind.FOOTNOTE:
            return f'<p class="pa-footnote"><sup>{number}</sup> {text}</p>'
        case BlockKind.TABLE_ROW:
            return f'<p class="pa-row">{text}</p>'
        case BlockKind.PARAGRAPH:
            return f"<p>{text}</p>"


def _marked(block: Block, quote: _Quote | None) -> str:
    """The block's text with its share of the quote in `<mark>`; colour is never the only sign of a quote."""
    if quote is None or quote.end <= block.start or quote.start >= block.end:
        return html_text(block.text)
    first = max(quote.start - block.start, 0)
    last = min(quote.end - block.start, len(block.text))
    starts = _for_readers_aloud(quote.labels.quote_starts) if quote.start >= block.start else ""
    ends = _for_readers_aloud(quote.labels.quote_ends) if quote.end <= block.end else ""
    before, quoted, after = block.text[:first], block.text[first:last], block.text[last:]
    return f"{html_text(before)}{starts}<mark>{html_text(quoted)}</mark>{ends}{html_text(after)}"


def _for_readers_aloud(words: str) -> str:
    return f'<span class="pa-aloud"> {html_text(words)} </span>'
