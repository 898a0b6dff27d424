"""A document as it is read: its sentences in order with their passages, its lists whole with their lead-ins."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.domain import Block, BlockKind, Document, Passage, Sentence

ORDINAL = re.compile(
    r"^(?:the\s+)?(first|second|third|fourth|fifth|sixth|seventh|eighth|finally|lastly)(?:ly)?\b", re.IGNORECASE
)
LEANING = re.compile(
    r"^(?:(?:However|Therefore|Thus|Hence|Moreover|Furthermore|Accordingly|Rather|Instead|In addition|Also),?\s+)?"
    r"(?i:(?:it|they|he|she|them|its|their|his|her)\b"
    r"|(?:this|that|these|those|such)\s+(?:is|are|was|were|should|must|could|would|will|can|may|has|have|had|includes?"
    r"|means|extends|applies|also|a|an)\b"
    r"|(?:The former|The latter|Doing so|To do so|In doing so)\b)"
)
LABEL = re.compile(r"^[^.:?!]{3,80}[.:](?=\s|$)")


@dataclass(frozen=True, slots=True)
class Placed:
    """A sentence with the passage that it stands in."""

    sentence: Sentence
    passage: Passage


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A list whole: the sentence that leads in, and the sentences of each item, in order."""

    lead_in: Placed | None
    items: tuple[tuple[Placed, ...], ...]

    def leads_in(self, sentence: Sentence) -> bool:
        """Whether the sentence is the lead-in."""
        return self.lead_in is not None and self.lead_in.sentence.start == sentence.start

    def holds(self, sentence: Sentence) -> bool:
        """Whether the sentence stands in an item."""
        return any(placed.sentence.start == sentence.start for item in self.items for placed in item)


@dataclass(frozen=True)
class Reading:
    """One document with what is derived from its order."""

    document: Document
    placed: tuple[Placed, ...]

    @classmethod
    def of(cls, document: Document, passages: Sequence[Passage]) -> "Reading":
        """The reading of a document with its passages in order."""
        return cls(document, tuple(Placed(s, p) for p in passages for s in p.sentences))

    @cached_property
    def _by_start(self) -> dict[int, int]:
        return {placed.sentence.start: i for i, placed in enumerate(self.placed)}

    @cached_property
    def _by_block(self) -> dict[int, list[Placed]]:
        found: dict[int, list[Placed]] = {}
        for placed in self.placed:
            found.setdefault(placed.sentence.block, []).append(placed)
        return found

    def leans_on(self, sentence: Sentence) -> Placed | None:
        """The sentence before, in the same block, when this one opens with a pronoun that needs it."""
        if not LEANING.match(sentence.text):
            return None
        at = self._by_start.get(sentence.start)
        if at is None or at == 0:
            return None
        before = self.placed[at - 1]
        return before if before.sentence.block == sentence.block else None

    def enumerations(self, sentence: Sentence) -> tuple[Enumeration, ...]:
        """The lists of at least two items that a sentence belongs to or leads into, the innermost first."""
        return tuple(found for found in (self._ordinal_run(sentence), self._list_run(sentence)) if found)

    def section(self, section: tuple[str, ...]) -> tuple[Placed, ...]:
        """The sentences that stand under a heading, in order, the heading itself left out."""
        return tuple(
            placed
            for placed in self.placed
            if placed.passage.locator.section == section and placed.sentence.kind is not BlockKind.HEADING
        )

    def rest_of(self, placed: Placed) -> tuple[Placed, ...]:
        """The sentences of a block from this one on."""
        return tuple(
            other
            for other in self._by_block.get(placed.sentence.block, [])
            if other.sentence.start >= placed.sentence.start
        )

    def _list_run(self, sentence: Sentence) -> Enumeration | None:
        blocks = self.document.blocks
        at = sentence.block
        if not _is_item(blocks[at]):
            if at + 1 < len(blocks) and _is_item(blocks[at + 1]) and _same_section(blocks[at], blocks[at + 1]):
                at += 1  # it leads into the list
            else:
                return None
        first = self._edge(at, -1)
        last = self._edge(at, +1)
        items = [
            tuple(self._by_block[i])
            for i in range(first, last + 1)
            if _is_item(blocks[i]) and blocks[i].level == blocks[at].level and i in self._by_block
        ]
        if len(items) < 2:
            return None
        lead_in = None
        before = first - 1
        if before >= 0 and blocks[before].kind is BlockKind.PARAGRAPH and _same_section(blocks[before], blocks[first]):
            placed = self._by_block.get(before)
            lead_in = placed[-1] if placed else None
        return Enumeration(lead_in, tuple(items))

    def _edge(self, at: int, step: int) -> int:
        """The outermost list item of the run around `at`; one paragraph between two items does not end it."""
        blocks = self.document.blocks
        edge = at
        i = at + step
        while 0 <= i < len(blocks) and _same_section(blocks[i], blocks[at]):
            if _is_item(blocks[i]):
                edge = i
            elif blocks[i].kind is not BlockKind.PARAGRAPH or abs(i - edge) > 1:
                break
            i += step
        return edge

    def _ordinal_run(self, sentence: Sentence) -> Enumeration | None:
        """Sentences of one block that count: "First, …", "The second challenge is …"."""
        inside = self._by_block.get(sentence.block, [])
        numbered = [(i, m.group(1).lower()) for i, p in enumerate(inside) if (m := ORDINAL.match(p.sentence.text))]
        names = [name for _, name in numbered]
        if len(names) < 2 or names[0] != "first" or "second" not in names:
            return None
        starts = [i for i, _ in numbered]
        items = tuple((inside[i],) for i in starts)
        before = starts[0] - 1
        return Enumeration(inside[before] if before >= 0 else None, items)


def label_of(sentence: Sentence) -> Sentence | None:
    """The label at the head of a list item ("Primacy of politics.", "Regional action:"), or None when it has none."""
    match = LABEL.match(sentence.text)
    if not match or len(match.group().split()) > 10 or match.end() == len(sentence.text):
        return None
    text = match.group().rstrip(":")
    return Sentence(text, sentence.start, sentence.start + len(text), sentence.kind, sentence.block)


def _is_item(block: Block) -> bool:
    return block.kind is BlockKind.LIST_ITEM


def _same_section(one: Block, other: Block) -> bool:
    return one.locator.section == other.locator.section
