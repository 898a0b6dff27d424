"""Document to Passages: neighbouring blocks of one section, sized for the embedder. Pure.

A passage never crosses a section and never cuts a sentence. Where to divide a section is chosen for the whole section
at once: the division whose passages deviate least from the target size, so that no scraps are left at the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import groupby

from assistant.domain import Block, BlockKind, Document, Locator, Passage, PassageKind, Sentence
from ingest.parts import part_of_blocks
from ingest.sentences import split_sentences

TARGET_TOKENS = 165  # word pieces; on the dev split 110 found 2 points less of the evidence in the first ten
MAX_TOKENS = 215  # title and section are embedded in front, and the default embedder sees 256
MIN_TOKENS = 25  # what is shorter says too little to stand alone
LABEL_WORDS = 4  # "Primacy of politics.": a label at the start of a list item, not a sentence of its own

_TINY_COST = 4.0  # in units of the squared relative deviation: more than an empty passage costs
_LEAD_IN_COST = 8.0  # parting a lead-in from its list is worse than any size

CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is never divided: a block, or some sentences of a long one. `tokens` without the special ones."""

    start: int
    end: int
    block: int
    tokens: int
    leads_in: bool = False  # it introduces what follows: a list, or what a heading heads


@dataclass(frozen=True, slots=True)
class _Sizes:
    target: int
    maximum: int
    minimum: int


def make_passages(
    document: Document,
    count_tokens: CountTokens,
    *,
    target: int = TARGET_TOKENS,
    maximum: int = MAX_TOKENS,
    minimum: int = MIN_TOKENS,
) -> tuple[Passage, ...]:
    """Passages of a document, in order; `document.text[p.start:p.end] == p.text` for each.

    All text but that of headings is in exactly one passage; the title block is one passage, its headings included. In
    a document with pages a passage begins with the headings printed right above it, so that they are found on their
    page; they are none of its sentences, for a heading answers nothing. A block longer than `maximum` is divided
    between sentences; a sentence longer than that is a passage of its own.

    Sizes are in word pieces without special tokens; `count_tokens` gives word pieces of each text with them.
    """
    special = count_tokens([""])[0]
    sentences = _sentences(document)
    lengths = count_tokens([s.text for block in sentences for s in block])
    starts = [s.start for block in sentences for s in block]
    tokens = {start: max(length - special, 1) for start, length in zip(starts, lengths, strict=True)}
    sizes = _Sizes(target, maximum, minimum)
    kinds = part_of_blocks(document.blocks)
    passages: list[Passage] = []
    for kind, members in _runs(document.blocks, kinds):
        above = _headings_above(document.blocks, kinds, members[0]) if kind is PassageKind.BODY else []
        pieces = [p for i in above + members for p in _pieces(document.blocks, i, sentences[i], tokens, sizes)]
        for group in _groups(kind, pieces, sizes):
            if group[-1].block in above:  # headings that leave no room for text stay what they are elsewhere: a section
                continue
            passages.append(_passage(document, kind, group, len(passages), sentences, above))
    return tuple(passages)


def _sentences(document: Document) -> list[list[Sentence]]:
    """The sentences of each block, in document offsets; a heading or table row is one."""
    found: list[list[Sentence]] = []
    for i, block in enumerate(document.blocks):
        spans = split_sentences(block.text)
        if block.kind in {BlockKind.HEADING, BlockKind.TABLE_ROW}:
            spans = [(0, len(block.text))]
        elif block.kind is BlockKind.LIST_ITEM and len(spans) > 1:
            first = block.text[slice(*spans[0])]
            if len(first.split()) <= LABEL_WORDS and first.endswith("."):
                spans = [(spans[0][0], spans[1][1]), *spans[2:]]
        found.append([Sentence(block.text[a:b], block.start + a, block.start + b, block.kind, i) for a, b in spans])
    return found


def _runs(blocks: Sequence[Block], kinds: Sequence[PassageKind | None]) -> list[tuple[PassageKind, list[int]]]:
    """Blocks that follow one another in one section and kind. Title and contact blocks may span headings."""

    def key(i: int) -> tuple[object, ...]:
        with_headings = kinds[i] in {PassageKind.FRONT_MATTER, PassageKind.CONTACT}
        return (kinds[i], blocks[i].locator.section, with_headings or headings[i])

    headings = [0]  # headings so far: two sections of one name are two
    for kind in kinds:
        headings.append(headings[-1] + (kind is None))
    grouped = [list(group) for _, group in groupby(range(len(blocks)), key)]
    return [(kind, group) for group in grouped if (kind := kinds[group[0]]) is not None]


def _headings_above(blocks: Sequence[Block], kinds: Sequence[PassageKind | None], first: int) -> list[int]:
    """Positions of the headings on a page that stand right before the block at `first`.

    Not before the first text, where the parts of a title that running headers repeat stand ("Part IV").
    """
    at = first
    while at and kinds[at - 1] is None and blocks[at - 1].locator.page is not None:
        at -= 1
    return list(range(at, first)) if PassageKind.BODY in kinds[:at] else []


def _groups(kind: PassageKind, pieces: list[_Piece], sizes: _Sizes) -> list[list[_Piece]]:
    if kind is PassageKind.FRONT_MATTER:
        return [pieces]
    if kind is PassageKind.CONTACT:  # an address block stays together as far as it fits
        sizes = replace(sizes, target=sizes.maximum)
    return _divide(pieces, sizes)


def _pieces(
    blocks: Sequence[Block], i: int, sentences: Sequence[Sentence], tokens: dict[int, int], sizes: _Sizes
) -> list[_Piece]:
    block = blocks[i]
    parts = [_Piece(s.start, s.end, i, tokens[s.start]) for s in sentences]
    leads_in = _leads_in(blocks, i)
    whole = _Piece(block.start, block.end, i, sum(part.tokens for part in parts), leads_in)
    if whole.tokens <= sizes.maximum:
        return [whole]
    divided = [
        _Piece(group[0].start, group[-1].end, i, sum(part.tokens for part in group)) for group in _divide(parts, sizes)
    ]
    return [*divided[:-1], replace(divided[-1], leads_in=leads_in)]


def _leads_in(blocks: Sequence[Block], i: int) -> bool:
    """Whether the block introduces what follows. After a list item a list may as well go on from that item."""
    if blocks[i].kind is BlockKind.HEADING:
        return True
    if i + 1 == len(blocks) or blocks[i + 1].kind is not BlockKind.LIST_ITEM:
        return False
    if blocks[i].kind is not BlockKind.PARAGRAPH:
        return False
    return blocks[i].text.endswith(":") or not i or blocks[i - 1].kind is not BlockKind.LIST_ITEM


def _divide(pieces: Sequence[_Piece], sizes: _Sizes) -> list[list[_Piece]]:
    """The division into runs with the least total cost. A run longer than the maximum holds one piece only."""
    best: list[tuple[float, int]] = [(0.0, 0)]  # for the first n pieces: cost, and where the last run begins
    for end in range(1, len(pieces) + 1):
        choices: list[tuple[float, int]] = []
        size = 0
        for start in range(end - 1, -1, -1):
            size += pieces[start].tokens
            if size > sizes.maximum and start < end - 1:
                break
            parted = _LEAD_IN_COST if start and pieces[start - 1].leads_in else 0.0
            choices.append((best[start][0] + _cost(size, sizes) + parted, start))
        best.append(min(choices))
    groups: list[list[_Piece]] = []
    end = len(pieces)
    while end:
        start = best[end][1]
        groups.append(list(pieces[start:end]))
        end = start
    return groups[::-1]


def _cost(size: int, sizes: _Sizes) -> float:
    deviation = (size - sizes.target) / sizes.target
    return deviation * deviation + (_TINY_COST if size < sizes.minimum else 0.0)


def _passage(
    document: Document,
    kind: PassageKind,
    pieces: Sequence[_Piece],
    position: int,
    sentences: list[list[Sentence]],
    above: Sequence[int],
) -> Passage:
    start, end = pieces[0].start, pieces[-1].end
    text = document.text[start:end]
    positions = range(pieces[0].block, pieces[-1].block + 1)
    blocks = [document.blocks[i] for i in positions]
    main = [i for i in positions if i not in above]
    inside = [s for i in main for s in sentences[i]]
    digest = sha256(text.encode()).hexdigest()[:8]
    return Passage(
        id=f"{document.metadata.id}-{position:04d}-{digest}",
        document_id=document.metadata.id,
        position=position,
        kind=kind,
        text=text,
        start=start,
        end=end,
        locator=_locator([document.blocks[i] for i in main]),
        pages=_pages(blocks),
        paragraphs=tuple(dict.fromkeys(b.locator.paragraph for b in blocks if b.locator.paragraph)),
        sentences=tuple(s for s in inside if start <= s.start and s.end <= end),
    )


def _locator(blocks: Sequence[Block]) -> Locator:
    """Where the first block stands; of several printed numbers the first and the last ("4–6")."""
    first = blocks[0].locator
    return replace(
        first,
        paragraph=_range([b.locator.paragraph for b in blocks]),
        footnote=_range([b.locator.footnote for b in blocks]),
    )


def _range(numbers: Sequence[str | None]) -> str | None:
    printed = list(dict.fromkeys(number for number in numbers if number))
    if not printed:
        return None
    return printed[0] if len(printed) == 1 else f"{printed[0]}–{printed[-1]}"


def _pages(blocks: Sequence[Block]) -> tuple[int, ...]:
    """Physical pages that the blocks cover, in order."""
    pages: set[int] = set()
    for block in blocks:
        if block.locator.page is not None:
            pages.update(range(block.locator.page, max(block.end_page or 0, block.locator.page) + 1))
    return tuple(sorted(pages))
