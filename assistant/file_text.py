"""Text from documents and questions made inert for the files that leave the house: Markdown, tables. Pure."""

import re
from collections.abc import Sequence

_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~$&])")
_LINE_START = re.compile(r"^(\s*\d*)([-+=.)])")  # of a list, or of the line under a heading
_FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠|%]")  # what a spreadsheet may take for the start of a formula


def one_line(text: str) -> str:
    """Text on one line that cannot turn round what stands beside it."""
    line = " ".join(text.split())
    return f"\u2068{line}\u2069" if _BIDI.search(line) else line


def markdown_line(text: str) -> str:
    """A line that Markdown shows as it is."""
    return _LINE_START.sub(r"\1\\\2", markdown_words(text))


def markdown_words(text: str) -> str:
    """Text inside a line that Markdown shows as it is."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def inert_row(values: Sequence[object]) -> list[object]:
    """Values of a table that no spreadsheet takes for formulas: an apostrophe, which it does not show, goes before."""
    return [f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value for value in values]
