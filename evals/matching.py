"""Where one text stands in another: the comparisons that every metric and the validator share.

Two texts are compared by their letters and digits only (Unicode NFKC, case folded), so markup, line breaks, dashes
and typographic quotes never decide. Spans are character spans `[start:end)`, as everywhere.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.library import Library

Span = tuple[int, int]

_WORD = re.compile(r"[^\W_]+")
_TYPOGRAPHY = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "\u00ad": ""})


@dataclass(frozen=True, slots=True)
class Source:
    """What the metrics need of a document: its text, its sentences, and its letters and digits with their places."""

    text: str
    sentences: tuple[Span, ...]
    letters: str
    places: tuple[int, ...]  # places[i] = position in `text` of letters[i]

    @classmethod
    def of(cls, text: str, sentences: Iterable[Span] = ()) -> "Source":
        """Prepare one document text."""
        letters: list[str] = []
        places: list[int] = []
        for position, character in enumerate(text):
            for letter in letters_and_digits(character):
                letters.append(letter)
                places.append(position)
        return cls(text, tuple(sorted(set(sentences))), "".join(letters), tuple(places))

    def locate(self, quote: str) -> tuple[Span, ...]:
        """Every span of the text with the letters and digits of `quote`, in order; empty where there is none."""
        wanted = letters_and_digits(quote)
        spans: list[Span] = []
        first = self.letters.find(wanted) if wanted else -1
        while first >= 0:
            spans.append((self.places[first], self.places[first + len(wanted) - 1] + 1))
            first = self.letters.find(wanted, first + 1)
        return tuple(spans)


def read_sources(library: "Library") -> dict[str, Source]:
    """Every document of the library by id, with the sentences of its passages."""
    sources: dict[str, Source] = {}
    for metadata in library.documents():
        passages = library.passages(metadata.id)
        sentences = ((s.start, s.end) for passage in passages for s in passage.sentences)
        sources[metadata.id] = Source.of(library.document(metadata.id).text, sentences)
    return sources


@lru_cache(maxsize=20_000)  # the same passages are compared with every gold quote of every column
def letters_and_digits(text: str) -> str:
    """Only the letters and digits of a text, NFKC and case folded."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def plain(text: str) -> str:
    """One spacing, straight quotes, plain hyphens, folded case: how key facts are compared."""
    straight = unicodedata.normalize("NFKC", text).translate(_TYPOGRAPHY).casefold()
    return " ".join(straight.split())


def contains_phrase(text: str, phrase: str) -> bool:
    """Whether `phrase` stands in `text` as whole words (both made `plain`): "12" does not stand in "2012"."""
    wanted = plain(phrase)
    return bool(wanted) and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", plain(text)) is not None


def word_spans(text: str, span: Span) -> list[Span]:
    """The words (runs of letters and digits) of `text` within `span`."""
    return [match.span() for match in _WORD.finditer(text, *span)]


def share_of_words_inside(text: str, span: Span, covers: Sequence[Span]) -> float:
    """The share of the words of `text[span]` that lie wholly inside one of `covers`; 0 where there are no words."""
    words = word_spans(text, span)
    inside = sum(any(start <= a and b <= end for start, end in covers) for a, b in words)
    return inside / len(words) if words else 0.0


def is_covered(quote: str, texts: Sequence[str]) -> bool:
    """Whether `texts` of one document together hold the whole quote.

    One text contains it, or it is cut where one passage ends and another begins: each text then holds the
    beginning of the quote (at its own end), the end of the quote (at its own beginning), or a middle piece.
    """
    wanted = letters_and_digits(quote)
    if not wanted:
        return False
    pieces: list[Span] = []
    for text in texts:
        letters = letters_and_digits(text)
        if wanted in letters:
            return True
        pieces += _pieces(wanted, letters)
    reached = 0
    for start, end in sorted(pieces):
        if start > reached:
            return False
        reached = max(reached, end)
    return reached == len(wanted)


def _pieces(wanted: str, letters: str) -> list[Span]:
    """Spans of `wanted` that a passage with these letters holds, where it does not hold all of it."""
    longest = min(len(wanted), len(letters))
    if letters and letters in wanted:
        first = wanted.index(letters)
        return [(first, first + len(letters))]
    head = next((n for n in range(longest, 0, -1) if letters.endswith(wanted[:n])), 0)
    tail = next((n for n in range(longest, 0, -1) if letters.startswith(wanted[-n:])), 0)
    return [span for span in ((0, head), (len(wanted) - tail, len(wanted))) if span[0] < span[1]]


def quote_ranks(quotes: Sequence[tuple[str, str]], ranked: Sequence[tuple[str, str]]) -> list[int | None]:
    """For each (document id, quote) the smallest k such that the first k of `ranked` (document id, text) hold it.

    None where even all of them do not.
    """
    ranks: list[int | None] = []
    for document_id, quote in quotes:
        seen: list[str] = []
        rank = None
        for k, (passage_document, text) in enumerate(ranked, start=1):
            if passage_document != document_id:
                continue
            seen.append(text)
            if is_covered(quote, seen):
                rank = k
                break
        ranks.append(rank)
    return ranks


def located(quotes: Iterable[tuple[str, str]], sources: Mapping[str, Source]) -> dict[str, list[Span]]:
    """Spans of all occurrences of the (document id, quote) pairs, by document id."""
    spans: dict[str, list[Span]] = {}
    for document_id, quote in quotes:
        if document_id in sources:
            spans.setdefault(document_id, []).extend(sources[document_id].locate(quote))
    return spans
