"""What the styles and the automatic numbers of a Word file say about its paragraphs. Reads elements, no files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from docx.oxml.ns import qn

from ingest.marked import SUBTITLE_RANK, TITLE_RANK
from ingest.pdf_numbering import printed_count, read_count

MAX_LEVELS = 9  # of a numbered list, by the format's definition
MAX_BASES = 20  # styles that a style may rest on; more is a circle

_HEADING = re.compile(r"heading (\d)$|_?\s*H\s*_?\s*(Ch|\d)", re.IGNORECASE)  # Word's own; those of the United Nations
_TITLE = re.compile(r"title$|Title_?\s*H", re.IGNORECASE)
_SUBTITLE = re.compile(r"subtitle|Title_?\s*H_?\s*[2-9]", re.IGNORECASE)
_TITLE_BLOCK = re.compile(r"agenda|session", re.IGNORECASE)
_LIST = re.compile(r"list", re.IGNORECASE)

Numbered = tuple[str, int]  # the list that a paragraph is numbered in, and its level there


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style means for structure."""

    name: str = ""
    rank: int | None = None  # of a heading or title
    numbered: Numbered | None = None
    bold: bool = False
    size: int = 0  # of its letters, in half points; 0 where it does not say

    @property
    def is_list(self) -> bool:
        """Whether its name says that it is for lists."""
        return bool(_LIST.search(self.name))


def read_styles(root: Any) -> dict[str, Style]:
    """Styles by id, from the root of styles.xml; each with what it takes over from the style that it rests on."""
    elements = {element.get(qn("w:styleId")): element for element in root.iter(qn("w:style"))}
    return {key: _style(key, elements) for key in elements if key is not None}


def _style(key: str, elements: dict[str | None, Any]) -> Style:
    chain: list[Any] = []
    at: str | None = key
    while at in elements and len(chain) < MAX_BASES:
        chain.append(elements[at])
        at = value(chain[-1].find(qn("w:basedOn")))
    names = [value(element.find(qn("w:name"))) or "" for element in chain]
    outline = next((level for element in chain if (level := _outline(element)) is not None), None)
    ranks = (rank for name in names if (rank := _rank(name)) is not None)
    rank = None if _TITLE_BLOCK.search(names[0]) else next(ranks, outline)
    numbered = next((found for element in chain if (found := numbering_of(element))), None)
    sizes = (value(element.find(f"{qn('w:rPr')}/{qn('w:sz')}")) for element in chain)
    size = next((found for found in map(read_count, sizes) if found is not None), 0)
    return Style(names[0], rank, numbered, any(is_bold(element.find(qn("w:rPr"))) for element in chain), size)


def _rank(name: str) -> int | None:
    if _SUBTITLE.match(name):
        return SUBTITLE_RANK
    if _TITLE.match(name):
        return TITLE_RANK
    match = _HEADING.match(name)
    if not match:
        return None
    number = match[1] or match[2]
    return int(number) if number.isdigit() else 0


def _outline(element: Any) -> int | None:
    """The outline level that a style gives its paragraphs, counted from 1."""
    found = value(element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}"))
    level = read_count(found)
    return level + 1 if level is not None and level < MAX_LEVELS else None


def numbering_of(element: Any) -> Numbered | None:
    """The automatic number that a paragraph or style asks for; None for none, or for its being switched off."""
    found = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
    if found is None:
        return None
    level = read_count(value(found.find(qn("w:ilvl")))) or 0
    return (value(found.find(qn("w:numId"))) or "0", min(level, MAX_LEVELS - 1))


def is_bold(properties: Any) -> bool:
    """Whether run properties say bold."""
    bold = properties.find(qn("w:b")) if properties is not None else None
    return bold is not None and bold.get(qn("w:val")) not in {"0", "false", "off"}


def value(element: Any) -> str | None:
    """The w:val of an element that may be missing."""
    return None if element is None else element.get(qn("w:val"))


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level of a list is printed."""

    form: str = "decimal"
    text: str = "%1."
    start: int = 1


@dataclass(slots=True)
class AutomaticNumbers:
    """The labels that Word prints in front of paragraphs. Counts as it is asked, in reading order."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)  # by list
    shared: dict[str, str] = field(default_factory=dict)  # lists that count on from one another
    _counts: dict[str, list[int]] = field(default_factory=dict)

    def label(self, numbered: Numbered) -> str:
        """The label of the next paragraph in a list: "12.", "(b)", "•"; "" where the list prints none."""
        name, at = numbered
        levels = self.levels.get(name, {})
        level = levels.get(at)
        if level is None or level.form == "none":
            return ""
        if level.form == "bullet":
            return "•"
        counts = self._counts.setdefault(self.shared.get(name, name), [])
        while len(counts) <= at:
            counts.append(levels.get(len(counts), _Level()).start - 1)
        counts[at] += 1
        del counts[at + 1 :]

        def number(match: re.Match[str]) -> str:
            i = int(match[1]) - 1
            return printed_count(counts[i], levels.get(i, _Level()).form) if i < len(counts) else ""

        return re.sub(r"%([1-9])", number, level.text).strip()


def read_numbering(root: Any) -> AutomaticNumbers:
    """From the root of numbering.xml."""
    patterns = {element.get(qn("w:abstractNumId")): element for element in root.iter(qn("w:abstractNum"))}
    found = AutomaticNumbers()
    for element in root.iter(qn("w:num")):
        name, pattern = element.get(qn("w:numId")), value(element.find(qn("w:abstractNumId")))
        if name is None or pattern not in patterns:
            continue
        found.levels[name] = dict(_levels(patterns[pattern]))
        overrides = element.findall(qn("w:lvlOverride"))
        for override in overrides:
            at = read_count(override.get(qn("w:ilvl")))
            start = read_count(value(override.find(qn("w:startOverride"))))
            if at is not None and start is not None and at in found.levels[name]:
                found.levels[name][at] = replace(found.levels[name][at], start=start)
        if not overrides:
            found.shared[name] = f"pattern {pattern}"
    return found


def _levels(pattern: Any) -> Iterator[tuple[int, _Level]]:
    for element in pattern.findall(qn("w:lvl")):
        at, start = read_count(element.get(qn("w:ilvl"))), read_count(value(element.find(qn("w:start"))))
        if at is not None:
            form = value(element.find(qn("w:numFmt"))) or "decimal"
            text = value(element.find(qn("w:lvlText"))) or ""
            yield at, _Level(form, text, 1 if start is None else start)
