"""A chat model's reply, as it comes, to statements with their markers. Pure; nothing here is believed yet."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MARKER = re.compile(r"\s*[\[【](?:sources?\s+)?(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)(?:†[^\]】]*)?[\]】]", re.IGNORECASE)
BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+(?!\d)")
NOT_STATED = re.compile(r"^\W*NOT[ _-]STATED\b\W*", re.IGNORECASE)
EMPHASIS = re.compile(r"(\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w))")
THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_ABBREVIATION = "".join(
    rf"(?<!\b{a}\.)" for a in ("Dr", "Mr", "Ms", "Mrs", "No", "para", "paras", "Art", "St", r"U\.N")
)
SENTENCE_END = re.compile(rf"{_ABBREVIATION}(?<=[.!?])[\"”’']?(?:\s*[\[【][^\]】]*[\]】])*\s+(?=[A-Z“\"‘])")
LONGEST_LINE = 1_500  # characters; a statement is one sentence


@dataclass(frozen=True, slots=True)
class Line:
    """One statement as a model wrote it: text without markers, the markers in order, whether it is a list item."""

    text: str
    markers: tuple[int, ...]
    item: bool = False


@dataclass(frozen=True, slots=True)
class NotStated:
    """The model's own word that the sources do not state what is asked, or a part of it."""


def read_lines(pieces: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """(line, whether its end was seen) as soon as it is there. What a model thinks aloud is left out."""
    held = ""
    for piece in pieces:
        held += piece
        if "<think" in held.lower():
            held = THINKING.sub("", held) if "</think" in held.lower() else held
            if "<think" in held.lower():
                continue
        *whole, held = re.split(r"\r\n|\r|\n", held)
        yield from ((line, True) for line in whole)
    yield THINKING.sub("", held), False


def read_line(line: str) -> tuple[Line | NotStated, ...]:
    """The statements of one line, most often one; empty for a blank line, a rule or a heading that cites nothing.

    Several sentences on a line are several statements; one without markers has those of the next one that has some.
    """
    plain = "".join(c for c in line if unicodedata.category(c) not in ("Cc", "Cf", "Co") or c == "\t").strip()
    if not any(c.isalnum() for c in plain):
        return ()
    if NOT_STATED.match(plain):
        return (NotStated(),)
    if plain.startswith("#") or (plain.endswith(":") and not MARKER.search(plain)):
        return ()
    item = bool(BULLET.match(plain))
    body = EMPHASIS.sub("", BULLET.sub("", plain))[:LONGEST_LINE]
    found: list[Line] = []
    markers: tuple[int, ...] = ()
    for sentence in reversed(_sentences(body)):
        markers = _markers(sentence) or markers
        text = " ".join(MARKER.sub("", sentence).split())
        if any(c.isalnum() for c in text):
            found.insert(0, Line(text, markers, item))
    return tuple(found)


def _sentences(body: str) -> list[str]:
    cuts = [match.end() for match in SENTENCE_END.finditer(body)]
    return [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]


def _markers(text: str) -> tuple[int, ...]:
    found: dict[int, None] = {}
    for match in MARKER.finditer(text):
        for part in re.split(r"\s*[,;]\s*", match.group(1)):
            first, _, last = (p.strip() for p in re.sub(r"[–-]", "–", part).partition("–"))
            numbers = range(int(first), min(int(last or first), int(first) + 20) + 1)
            found.update(dict.fromkeys(numbers))
    return tuple(found)
