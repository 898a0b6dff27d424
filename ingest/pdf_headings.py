"""Which units of a PDF are headings, how deep, and which print its title: by size, weight and number. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.lines import ends_sentence
from ingest.pdf_numbering import OPENER
from ingest.pdf_units import NUMBER, SMALL, Typography, Unit, note_number
from ingest.un_symbols import is_organ, is_session_or_agenda

LARGE = 1.12  # of the body size, from which text of any weight is a heading
SAME_DISPLAY = 0.5  # points by which the lines of one title may differ in size
HEADING_WORDS = 45
ITALIC_HEADING_WORDS = 20
TITLE_BLOCK_WORDS = 14  # of a line in it that is not a heading: place, date, agenda item
CAPITALS = 0.9  # share of a heading's letters: "UNDER ARTICLE 73 e OF THE CHARTER"

_NUMBER = re.compile(rf"(?:{NUMBER})(?=\s)")
_ROMAN = re.compile(r"([IVXLC]+)\.\s")
_LETTER = re.compile(r"([A-Z])\.\s")
_DIGIT = re.compile(r"\d{1,2}\.\s")
_NAMED = re.compile(r"[A-Z][a-z]+ (?:\d{1,2}|[IVX]{1,5}|[A-Z])\b")  # "Result 3: …", "Subprogramme 2"
_ANNEX = re.compile(r"(?:Annex|Appendix|Enclosure|ANNEX|APPENDIX|ENCLOSURE)(?:es|ES)?\b[ .:]*(?:[IVXLC]+|\d+|[A-Z])?\b")

Style = tuple[float, int, int]  # sorts headings from the outside inwards: size, weight, kind of number


def is_heading(unit: Unit, usual: Typography) -> bool:
    """Whether a unit is a heading."""
    if unit.is_row or note_number(unit, usual):
        return False
    text = unit.text.strip()
    words = len(text.split())
    if words > HEADING_WORDS or not re.search(r"[^\W\d_]{2}", text) or unit.size < 0.95 * usual.body:
        return False
    if _ANNEX.fullmatch(text):
        return True
    large = unit.size >= LARGE * usual.body
    if text.endswith((".", ";", ",")) and not large:
        return False
    if large or unit.bold:
        return True
    if unit.italic:
        return words <= ITALIC_HEADING_WORDS and not ends_sentence(text) and not text.startswith(("(", "“", '"'))
    return _in_capitals(text)


def _in_capitals(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= 5 and sum(c.isupper() for c in letters) >= CAPITALS * len(letters)


def heading_style(unit: Unit) -> Style:
    """What a heading looks like."""
    text = unit.text.strip() + " "
    if _ANNEX.match(text):
        return (-100.0, 0, 0)
    weight = 0 if unit.bold else 1 if _in_capitals(text) else 3 if unit.italic else 2
    roman, letter = _ROMAN.match(text), _LETTER.match(text)
    if roman and (len(roman[1]) > 1 or roman[1] in "IVX"):
        number = 0
    elif letter:
        number = 1
    else:
        number = 2 if _DIGIT.match(text) else 3 if _NAMED.match(text) else 4
    return (-round(unit.size), weight, number)


def heading_levels(headings: Sequence[Unit]) -> dict[Style, int]:
    """Levels from 1, the outermost, for the styles that a document has."""
    styles = sorted({heading_style(unit) for unit in headings})
    return {style: level for level, style in enumerate(styles, 1)}


@dataclass(frozen=True, slots=True)
class TitleBlock:
    """Positions of units on the first page."""

    title: int = -1
    more: tuple[int, ...] = ()  # of the same size: the title goes on after what is printed between
    last: int = -1  # the last unit that is part of the block


def find_title(flow: Sequence[Unit], usual: Typography) -> TitleBlock:
    """The document's own title: the largest headings that open the first page, before any running text."""
    opening: list[int] = []
    for i, unit in enumerate(flow):
        text = unit.text.strip()
        if unit.first.page > 1 or OPENER.fullmatch(text):
            break
        if is_heading(unit, usual):
            if _ROMAN.match(text) or _LETTER.match(text) or _ANNEX.match(text) or text == "Contents":
                break
            if not is_session_or_agenda(text) and not is_organ(text):
                opening.append(i)
        elif not unit.is_row and unit.size >= SMALL * usual.body and _is_running_text(text):
            break
    if not opening:
        return TitleBlock()
    opening = _without_sections(flow, opening, usual)
    largest = max(flow[i].size for i in opening)
    same = [i for i in opening if flow[i].size >= largest - SAME_DISPLAY and flow[i].bold == flow[opening[0]].bold]
    title = next(i for i in opening if flow[i].size >= largest - SAME_DISPLAY)
    more = tuple(i for i in same if i > title) if largest >= LARGE * usual.body else ()
    below = title + 1
    while not more and below in opening and flow[below].size < largest - SAME_DISPLAY:
        below += 1  # a subtitle: "Adopted by …", "Report of …"
    return TitleBlock(title, more, below - 1)


def _without_sections(flow: Sequence[Unit], opening: list[int], usual: Typography) -> list[int]:
    """The headings before the first one that looks like a section further down on the page, if a large one is left."""
    below = {heading_style(u)[:2] for u in flow[opening[-1] + 1 :] if u.first.page == 1 and is_heading(u, usual)}
    first = next((n for n, i in enumerate(opening) if heading_style(flow[i])[:2] in below), 0)
    return opening[:first] if any(flow[i].size >= LARGE * usual.body for i in opening[:first]) else opening


def _is_running_text(text: str) -> bool:
    return bool(_NUMBER.match(text)) or len(text.split()) > TITLE_BLOCK_WORDS
