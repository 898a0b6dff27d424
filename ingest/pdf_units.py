"""Lines of a page -> units: paragraphs, headings and notes of one flow of text, and table rows of several cells. Pure.

Nothing but place, size and weight is looked at here, and the labels ("12.", "(a)") that begin a new paragraph; what a
unit is, `pdf_structure` decides.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.lines import ends_sentence
from ingest.pdf_page import SAME_BASELINE, Line

SAME_SIZE = 0.08  # sizes differ by less within one paragraph
LEADING = 1.2  # of the size, where a document shows no other
MAX_LEADING = 1.7  # of the size; more is a space between paragraphs
NEXT_LINE = 1.3  # of the leading; more is a new paragraph
INDENT = 0.8  # of the size, from which an indent is meant
FULL_LINE = 2.5  # of the size, by which the last line of a page may fall short of the margin and still be full
SMALL = 0.93  # of the body size; less is a note, a table or a chart
ONE_ROW = 0.4  # the least ratio of text sizes in one row: specks of invisible text make none
CELL_RISE = 2.5  # of the size, by which a cell may begin above the one before it

# The numbers and letters under which paragraphs and items are printed.
NUMBER = r"\d{1,3}\.|\d{1,3}[A-Z]?(?:\.[IVXLC]+)?(?:\.\d+)+\.?|[A-Z]\.\d+|(?:OP|PP) ?\d+[.:]?"
ITEM = r"\(?(?:[a-z]|[ivx]{1,5})\)"
BULLET = r"[•·▪◦●○■□‣➢✓–—-]"
HEAD = r"(?:[IVXLC]{1,6}|[A-Z])\.|\*{1,4}"
LABEL = re.compile(rf"(?:{NUMBER}|{ITEM}|{BULLET}|{HEAD})(?=\s|$)")
_LABEL_ALONE = re.compile(rf"{NUMBER}|{ITEM}|{BULLET}|{HEAD}")
CHART_WORDS = 8  # a label in a chart is not longer
CAPTION = re.compile(r"(?:Table|Figure|Box|Chart|Map) [\dA-Z][\w.]*(?=$|[\s:])")
OLD_NOTE = re.compile(r"(\d{1,3}|\*{1,3}|[a-z])\s?/\s+(?=\S)")  # "1/ See A/48/23", until the middle of the 1990s
STAR_NOTE = re.compile(r"(\*{1,4})\s+(?=\S)")
_WORDS_FOLLOW = re.compile(r"[^\W\d]|[“‘\"'(\[*]")


@dataclass(frozen=True, slots=True)
class Unit:
    """Lines that belong together. One cell: running text. Several: a table row."""

    cells: tuple[tuple[Line, ...], ...]
    new_column: bool = False  # begins above the unit before it: in the next column, or in a chart

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines in reading order."""
        return tuple(line for cell in self.cells for line in cell)

    @property
    def is_row(self) -> bool:
        """Whether it has cells side by side."""
        return len(self.cells) > 1

    @property
    def first(self) -> Line:
        """The line it begins with."""
        return self.cells[0][0]

    @property
    def last(self) -> Line:
        """The line it ends with."""
        return self.cells[-1][-1]

    @property
    def size(self) -> float:
        """Of most of its letters."""
        sizes: Counter[float] = Counter()
        for line in self.lines:
            sizes[round(line.size, 1)] += len(line.text)
        return sizes.most_common(1)[0][0]

    @property
    def bold(self) -> bool:
        """All of it."""
        return all(line.bold for line in self.lines)

    @property
    def italic(self) -> bool:
        """All of it."""
        return all(line.italic for line in self.lines)

    @property
    def text(self) -> str:
        """Rough, for judging."""
        return " ".join(line.text for line in self.lines)

    @property
    def wrap(self) -> float | None:
        """Where its second and later lines begin; None for one line."""
        lines = self.cells[0]
        return min(line.x for line in lines[1:]) if len(lines) > 1 else None


@dataclass(frozen=True, slots=True)
class Typography:
    """What is usual in a document. Sizes and distances in points."""

    body: float  # text size of most of the letters
    leadings: dict[float, float]  # baseline to baseline within a paragraph, by size

    def leading(self, size: float) -> float:
        """The usual distance of lines of this size."""
        return self.leadings.get(round(size * 2) / 2, LEADING * size)


def measure(pages: Iterable[Sequence[Line]]) -> Typography:
    """The usual sizes and distances of a document."""
    letters: Counter[float] = Counter()
    steps: defaultdict[float, Counter[float]] = defaultdict(Counter)
    for page in pages:
        for line in page:
            letters[round(line.size * 2) / 2] += len(line.text)
        for before, after in pairwise(page):
            step = before.y - after.y
            if abs(before.size - after.size) < 0.2 and 0.9 * after.size < step < MAX_LEADING * after.size:
                steps[round(after.size * 2) / 2][round(step, 1)] += 1
    body = letters.most_common(1)[0][0] if letters else 10.0
    return Typography(body, {size: _usual(found) for size, found in steps.items() if sum(found.values()) >= 5})


def _usual(steps: Counter[float]) -> float:
    """The smallest distance that is common: larger common ones are spaces between paragraphs."""
    most = steps.most_common(1)[0][1]
    return min(step for step, times in steps.items() if times >= most / 3)


def find_units(lines: Sequence[Line], usual: Typography) -> list[Unit]:
    """Group the lines of one page, given in reading order."""
    units: list[Unit] = []
    margin = _margin(lines, usual)
    for line in lines:
        if units and (grown := _grown(units[-1], line, usual, margin)):
            units[-1] = grown
        else:
            above = bool(units) and line.y > units[-1].last.y + line.size
            units.append(Unit(((line,),), new_column=above))
    return units


def _margin(lines: Sequence[Line], usual: Typography) -> float:
    """The right edge that full lines of body text reach."""
    rights = sorted(line.right for line in lines if abs(line.size - usual.body) < SAME_SIZE * usual.body)
    return rights[int(len(rights) * 0.8)] if rights else 0.0


def _grown(unit: Unit, line: Line, usual: Typography, margin: float) -> Unit | None:
    """The unit with the line in it; None where the line begins another."""
    if _beside(unit, line):
        only = unit.cells[0]
        if not unit.is_row and len(only) == 1 and _is_label_of(only[0], line):
            labelled = replace(
                line,
                text=f"{only[0].text} {line.text}",
                x=only[0].x,
                marks=tuple(replace(m, at=m.at + len(only[0].text) + 1) for m in line.marks),
            )
            return replace(unit, cells=((labelled,),))
        return replace(unit, cells=(*unit.cells, (line,)))
    if unit.is_row:
        return _with_more_in_last_cell(unit, line, usual)
    if _continues(unit, line, usual, margin):
        return replace(unit, cells=((*unit.cells[0], line),))
    return None


def _beside(unit: Unit, line: Line) -> bool:
    """Whether the line stands to the right of the unit's last cell."""
    last = unit.last
    size = max(last.size, line.size)
    if line.x < last.right - 0.5 * size or min(last.size, line.size) < ONE_ROW * size:
        return False
    step = last.y - line.y
    if abs(step) < SAME_BASELINE * size:
        return True
    top = max(cell[0].y for cell in unit.cells)
    if step < 0:
        return line.x > last.x + size and line.y < top + CELL_RISE * size
    return step < size and line.x > last.right + 1.5 * size


def _is_label_of(label: Line, line: Line) -> bool:
    if not _LABEL_ALONE.fullmatch(label.text):
        return False
    return line.x - label.right < 5 * line.size and bool(_WORDS_FOLLOW.match(line.text))


def _with_more_in_last_cell(row: Unit, line: Line, usual: Typography) -> Unit | None:
    cell = row.cells[-1]
    step = cell[-1].y - line.y
    if not 0 < step <= NEXT_LINE * usual.leading(line.size) or _resized(cell[-1], line):
        return None
    left, right = min(part.x for part in cell), max(part.right for part in cell)
    if line.right < left or line.x > right:
        return None
    return replace(row, cells=(*row.cells[:-1], (*cell, line)))


def _resized(before: Line, after: Line) -> bool:
    return abs(before.size - after.size) > SAME_SIZE * max(before.size, after.size)


def _continues(unit: Unit, line: Line, usual: Typography, margin: float) -> bool:
    """Whether a line below a unit of running text is its next one."""
    first, last = unit.first, unit.last
    leading = usual.leading(line.size)
    step = last.y - line.y
    if line.note or _resized(last, line) or not 0 < step <= NEXT_LINE * leading:
        return False
    if line.right < min(part.x for part in unit.lines) or line.x > max(part.right for part in unit.lines):
        return False
    short = last.right < max(margin, *(part.right for part in unit.lines)) - 4 * line.size
    if CAPTION.match(unit.text):
        return not (unit.last.bold and not line.bold)
    if unit.bold and not line.bold and (short or len(unit.lines) == 1):
        return False
    if line.bold and not last.bold and short and (ends_sentence(last.text) or len(unit.lines) == 1):
        return False
    tight = step <= 1.1 * leading
    wrap = unit.wrap
    if LABEL.match(line.text) and not first.note:
        if not tight:
            return False
        if wrap is None:
            return not (LABEL.match(first.text) and abs(line.x - first.x) < INDENT * line.size and short)
        if abs(line.x - wrap) > INDENT * line.size:
            return False
    if wrap is None:
        return True
    if line.x > wrap + INDENT * line.size and first.x > wrap + INDENT * line.size:
        return False  # indented like the first line
    return not (line.x < wrap - INDENT * line.size and abs(line.x - first.x) < INDENT * line.size)


def place_charts(units: Sequence[Unit], usual: Typography) -> list[Unit]:
    """The text of the charts of a page, which producers write after all other text, moved behind its figure's caption.

    The text of one chart becomes one unit: its numbers mean little one by one.
    """
    start = len(units)
    while start and _is_chart_text(units[start - 1], usual):
        start -= 1
    start = next((i for i in range(start, len(units)) if units[i].new_column), len(units))
    captions = [unit for unit in units[:start] if CAPTION.match(unit.first.text)]
    charts: dict[int, list[Unit]] = defaultdict(list)
    for unit in units[start:]:
        above = [caption for caption in captions if caption.last.y > unit.first.y]
        charts[id(min(above, key=lambda caption: caption.last.y)) if above else 0].append(unit)
    placed: list[Unit] = []
    for unit in units[:start]:
        placed.append(unit)
        if found := charts.pop(id(unit), []):
            placed.append(Unit(tuple(cell for part in found for cell in part.cells)))
    return placed + [unit for found in charts.values() for unit in found]


def _is_chart_text(unit: Unit, usual: Typography) -> bool:
    return unit.size < SMALL * usual.body and all(len(line.text.split()) <= CHART_WORDS for line in unit.lines)


def join_flow(pages: Sequence[Sequence[Unit]], usual: Typography) -> list[Unit]:
    """All units of a document, those torn by the end of a page or column made whole."""
    flow: list[Unit] = []
    for page in pages:
        text_begins = True  # until the page's first unit of the flow
        for unit in page:
            at = _torn_from(flow, unit, usual) if text_begins or unit.new_column else None
            if at is not None:
                flow[at] = replace(flow[at], cells=((*flow[at].cells[0], *unit.cells[0]),))
            else:
                flow.append(unit)
            if not unit.first.note:
                text_begins = False
    return flow


def _torn_from(flow: Sequence[Unit], unit: Unit, usual: Typography) -> int | None:
    """Position of the unit whose rest this one is."""
    if unit.is_row or unit.first.note or LABEL.match(unit.first.text) or CAPTION.match(unit.first.text):
        return None
    skipped = False
    for at in range(len(flow) - 1, -1, -1):
        before = flow[at]
        if before.last.page < unit.first.page - 1:
            return None
        if before.first.note:
            continue
        if (before.is_row or _resized(before.last, unit.first)) and before.size < SMALL * usual.body:
            skipped = True
            continue
        if before.is_row or _resized(before.last, unit.first):
            return None
        return at if _is_rest(before, unit, skipped) else None
    return None


def _is_rest(before: Unit, unit: Unit, skipped: bool) -> bool:
    size = unit.first.size
    if before.bold != unit.bold and before.bold and len(before.text) < 150:
        return False
    if before.bold and unit.bold and len(before.lines) < 3 and len(unit.lines) < 3:
        return False  # two headings
    wrap = before.wrap if before.wrap is not None else before.first.x
    aligned = abs(unit.first.x - wrap) < INDENT * size
    if not ends_sentence(before.text):
        return unit.text[:1].islower() or (aligned and not before.bold)
    if skipped or not aligned or len(before.lines) < 2:
        return False
    full = before.last.right >= max(line.right for line in before.lines) - FULL_LINE * size
    told_apart = bool(LABEL.match(before.first.text)) or abs(before.first.x - wrap) > INDENT * size
    return full and told_apart


def note_number(unit: Unit, usual: Typography) -> str | None:
    """The mark of a footnote or table note that a unit is."""
    first = unit.first
    if unit.is_row or CAPTION.match(first.text):
        return None
    if first.note and unit.size < 0.97 * usual.body:
        return first.note
    if match := OLD_NOTE.match(first.text):
        return match[1]
    if (match := STAR_NOTE.match(first.text)) and unit.size < 0.97 * usual.body:
        return match[1]
    return None
