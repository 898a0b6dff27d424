"""Positioned text of one PDF page, and its lines. Pure: `ingest/pdf.py` reads, this arranges.

Coordinates are in points from the lower left corner of the page as it is held for reading.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

# In shares of the text size. Words of justified lines stand up to about one size apart; a tab or a table column more.
WORD_GAP = 0.3
COLUMN_GAP = 1.5
SAME_BASELINE = 0.35
RAISED_SIZE = 0.8  # reference marks are printed at about two thirds of the text size
RAISED_BY = 0.15

_MARK = re.compile(r"\d{1,3}|[a-z](?:\s*,\s*[a-z])*|\*{1,4}|[†‡]+")


@dataclass(frozen=True, slots=True)
class Fragment:
    """Text shown in one go: one font, one baseline."""

    text: str
    x: float
    y: float  # of the baseline
    width: float
    size: float
    bold: bool = False
    italic: bool = False

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class PageText:
    """One page as read: fragments in the order of the file, which producers keep to the order of reading."""

    number: int  # 1-based
    width: float
    height: float
    fragments: tuple[Fragment, ...]
    label: str | None = None  # as the file itself names the page


@dataclass(frozen=True, slots=True)
class Mark:
    """A raised footnote reference that was taken out of a line: before text[at]."""

    at: int
    mark: str


@dataclass(frozen=True, slots=True)
class Line:
    """Text on one baseline without a wide gap in it."""

    page: int
    text: str
    x: float
    right: float
    y: float
    size: float
    bold: bool = False  # all of it
    italic: bool = False
    marks: tuple[Mark, ...] = ()
    note: str | None = None  # the raised mark that it begins with, as a footnote does

    @property
    def printed(self) -> str:
        """The text with its reference marks."""
        return with_marks(self.text, self.marks, " ")


def with_marks(text: str, marks: Sequence[Mark], gap: str = "") -> str:
    """Put raised signs back to where they were taken out, with a gap before them if wanted ("planned a")."""
    for mark in reversed(marks):
        before, after = text[: mark.at], text[mark.at :]
        text = (before.rstrip() if gap else before) + gap + mark.mark + gap * after[:1].isalnum() + after
    return text.strip()


def find_lines(page: PageText) -> list[Line]:
    """The page's lines in reading order: the order of the file, two printed columns one after the other."""
    lines: list[Line] = []
    run: list[Fragment] = []
    for fragment in page.fragments:
        if run and not _follows(run, fragment):
            lines += _line(page.number, run)
            run = []
        if run or fragment.text.strip():
            run.append(fragment)
    if run:
        lines += _line(page.number, run)
    return _columns_in_order(lines, page.width)


def _follows(run: Sequence[Fragment], fragment: Fragment) -> bool:
    last = run[-1]
    base = max(run, key=lambda f: f.size)
    size = max(base.size, fragment.size)
    rise = fragment.y - base.y
    small = fragment.size < RAISED_SIZE * base.size or base.size < RAISED_SIZE * fragment.size
    if abs(rise) > (0.7 if small else SAME_BASELINE) * size:
        return False
    gap = fragment.x - last.right
    return -0.6 * size <= gap <= COLUMN_GAP * size


def _line(page: int, run: Sequence[Fragment]) -> list[Line]:
    visible = [f for f in run if f.text.strip()]
    if not visible:
        return []
    letters: Counter[float] = Counter()
    for fragment in visible:
        letters[fragment.size] += len(fragment.text.strip())
    size = max(letters, key=lambda size: (letters[size], size))
    base = max((f for f in visible if f.size == size), key=lambda f: len(f.text))
    text, note = "", None
    marks: list[Mark] = []
    right: float | None = None
    for fragment in run:
        piece = fragment.text.strip("\n")
        if right is not None and fragment.x - right > WORD_GAP * base.size and not text.endswith(" "):
            text += " "
        raised = fragment.size < RAISED_SIZE * base.size and fragment.y - base.y > RAISED_BY * base.size
        if raised and _MARK.fullmatch(piece.strip()):
            if not text.strip() and note is None:
                note = piece.strip()
            else:
                marks.append(Mark(len(text), piece.strip()))
        else:
            text += piece if not text.endswith(" ") else piece.lstrip()
        right = max(right or fragment.right, fragment.right)
    body = [f for f in visible if f.size >= RAISED_SIZE * base.size] or visible
    lead = len(text) - len(text.lstrip())
    return [
        Line(
            page=page,
            text=text.strip(),
            x=visible[0].x,
            right=max(f.right for f in visible),
            y=base.y,
            size=base.size,
            bold=all(f.bold for f in body),
            italic=all(f.italic for f in body),
            marks=tuple(replace(m, at=max(m.at - lead, 0)) for m in marks),
            note=note,
        )
    ]


def _columns_in_order(lines: list[Line], width: float) -> list[Line]:
    """Lines of a page in two columns that the file gives row by row: the left column first.

    Only where most rows have a part on either side of one gap; a table has rows that cross it.
    """
    middle = width / 2
    sides = [-1 if line.right < middle else 1 if line.x > middle else 0 for line in lines]
    changes = sum(
        a * b == -1 and x.y - y.y < SAME_BASELINE * x.size
        for a, b, x, y in zip(sides, sides[1:], lines, lines[1:], strict=False)
    )
    wide = [line for line in lines if line.right - line.x > width * 0.3]
    both = min(sum(line.right < middle for line in wide), sum(line.x > middle for line in wide))
    crossing = sum(side == 0 for side in sides)
    if changes < MIN_COLUMN_CHANGES or both < MIN_COLUMN_CHANGES or crossing > both:
        return lines
    top = max(line.y for line, side in zip(lines, sides, strict=True) if side)
    head = [line for line, side in zip(lines, sides, strict=True) if side == 0 and line.y > top]
    rest = [line for line in lines if line not in head]
    return head + sorted(rest, key=lambda line: (line.x > middle, -line.y))


MIN_COLUMN_CHANGES = 10  # rows that go from the left column to the right: fewer may be a table
