"""What a page carries beside its text: mastheads, running headers and footers, page and job numbers. Pure.

Nothing is judged by its words alone. A row at the edge of a page is furniture when it is nothing but a symbol or a
number of that kind, or when rows at the same place repeat from page to page.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ingest.lines import find_date
from ingest.pdf_page import Line, PageText
from ingest.un_symbols import is_organ, parse_symbol

EDGE = 0.11  # share of the page's height, at the top and at the bottom, where furniture may stand
BAND = 4.0  # points: rows of different pages that are at the same place
REPEATED_SHARE = 0.6  # of the pages with a row at a place: more of them repeat one another in a header than in a text
MASTHEAD = 0.45  # share of the first page, from the top, in which a masthead may end

TEXT_STEP = 1.6  # of the size; lines of text are not further apart
DATE_LENGTH = 25  # of a line that is only a date

_MARKER = re.compile(
    r"\d{1,4}(?:\s*/\s*\d{1,4})?"  # page number
    r"|[ivxlc]{1,6}|[-–—]\s*\d{1,4}\s*[-–—]|[Pp]age \d{1,4}(?: of \d{1,4})?"
    r"|\d{2}-\d{5,6}(?:\s*\([A-Z]\))?(?:\s*\d{6})*(?:\s*/\.\.\.)?"  # job number, with the day of printing
    r"|\*\w{5,10}\*"  # barcode
    r"|/\.\.\.|English|Original: English|Please recycle|Accessible document",
)
_DISTRIBUTION = re.compile(
    r"Distr\.?.*|(?:UN)?RESTRICTED|GENERAL|LIMITED|Original\s*:.*|[A-Z][a-z]+ only|ENGLISH|Official Records",
    re.IGNORECASE,
)
_ORNAMENT = re.compile(r"[\W_]{2,}")  # rules drawn with characters
_FOOTER_NUMBER = re.compile(r"(?:[Pp]age )?(\d{1,4}|[ivxlc]{1,6})(?:\s*/\s*\d{1,4})?")


Place = tuple[bool, int]  # top or bottom, distance from that edge in bands


@dataclass(frozen=True, slots=True)
class Parted:
    """The lines of a document, parted."""

    body: tuple[tuple[Line, ...], ...]  # by page
    masthead: tuple[str, ...]  # of the first page
    running: tuple[str, ...]  # each wording once
    numbers: dict[int, str]  # page numbers as printed


def part_furniture(pages: Sequence[PageText], lines: Sequence[Sequence[Line]]) -> Parted:
    """Part the text from what is printed around it."""
    kept = [[line for line in page if not _ORNAMENT.fullmatch(line.text)] for page in lines]
    masthead = _masthead(pages[0], kept[0]) if kept else []
    if kept:
        kept[0] = [line for line in kept[0] if line not in masthead]
    rows = [_rows(page) for page in kept]
    repeated = _repeated_places(pages, rows)
    running: list[str] = []
    numbers: dict[int, str] = {}
    for i, (page, found) in enumerate(zip(pages, rows, strict=True)):
        edge = [row for top in (True, False) for row in _peel(page, found, repeated, top)]
        gone = {id(line) for row in edge for line in row}
        kept[i] = [line for line in kept[i] if id(line) not in gone]
        running += [_wording(row) for row in edge]
        if printed := _page_number([line.text for row in edge for line in row]):
            numbers[page.number] = printed
    return Parted(
        body=tuple(map(tuple, kept)),
        masthead=tuple(line.text for line in masthead),
        running=tuple(dict.fromkeys(running)),
        numbers=numbers,
    )


def _masthead(page: PageText, lines: Sequence[Line]) -> list[Line]:
    """The lines above and beside the distribution note of a first page; organ and symbol alone where it has none."""
    upper = [line for line in lines if line.y > page.height * (1 - MASTHEAD)]
    organ = any(is_organ(line.text) for line in upper)
    symbol = any(parse_symbol(line.text) for line in upper)
    if not organ and not symbol:
        return []
    right = [line for line in upper if line.x > page.width * 0.4]
    noted = [line for line in right if _DISTRIBUTION.fullmatch(line.text)]
    if noted:
        noted += [line for line in right if len(line.text) < DATE_LENGTH and find_date(line.text)]
        bottom = min(line.y for line in noted) - 1
        return [line for line in upper if line.y >= bottom]
    return [
        line
        for line in upper
        if line.y > page.height * (1 - EDGE)
        and (is_organ(line.text) or parse_symbol(line.text) or find_date(line.text))
    ]


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines by baseline, from the top; the parts of a row from the left."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -line.y):
        if rows and rows[-1][0].y - line.y < BAND / 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.x) for row in rows]


def _edge_distance(page: PageText, row: Sequence[Line], top: bool) -> float:
    return page.height - row[0].y if top else row[0].y


def _repeated_places(pages: Sequence[PageText], rows: Sequence[Sequence[Sequence[Line]]]) -> dict[Place, set[str]]:
    """Places where the wordings repeat from page to page, with those that do."""
    wordings: dict[Place, list[str]] = defaultdict(list)
    for page, found in zip(pages, rows, strict=True):
        for row in found:
            for top in (True, False):
                distance = _edge_distance(page, row, top)
                if distance < page.height * EDGE:
                    wordings[top, round(distance / BAND)].append(_pattern(row))
    repeated: dict[Place, set[str]] = {}
    for place, found_there in wordings.items():
        again = [wording for wording in found_there if found_there.count(wording) > 1]
        if again and len(again) >= REPEATED_SHARE * len(found_there):
            repeated[place] = set(again)
    return repeated


def _peel(
    page: PageText, rows: Sequence[list[Line]], repeated: Mapping[Place, Collection[str]], top: bool
) -> list[list[Line]]:
    """Rows of furniture from one edge inwards, up to the first row of text.

    At a place of headers a row with a wording of its own is one, too, unless it is set as close to the next as text is.
    """
    peeled: list[list[Line]] = []
    inwards = list(rows if top else reversed(rows))
    for i, row in enumerate(inwards):
        distance = _edge_distance(page, row, top)
        if distance >= page.height * EDGE:
            break
        wordings = repeated.get((top, round(distance / BAND)))
        close = any(abs(row[0].y - following[0].y) < TEXT_STEP * row[0].size for following in inwards[i + 1 : i + 2])
        known = wordings is not None and (_pattern(row) in wordings or not close)
        if not known and not all(_is_marker(line.text) for line in row):
            break
        peeled.append(row)
    return peeled


def _is_marker(text: str) -> bool:
    return bool(_MARKER.fullmatch(text.strip())) or parse_symbol(text) is not None


def _wording(row: Sequence[Line]) -> str:
    return " ".join(line.text for line in row)


def _pattern(row: Sequence[Line]) -> str:
    """Its wording whatever its numbers."""
    return re.sub(r"\d+", "#", _wording(row))


def _page_number(texts: Sequence[str]) -> str | None:
    return next((m[1] for text in texts if (m := _FOOTER_NUMBER.fullmatch(text.strip()))), None)
