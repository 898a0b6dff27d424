"""Printed numbers of paragraphs and items -> the numbers that a citation names: "12", "7 (b)", "preambular para. 4"."""

import re
from dataclasses import dataclass, field

_OPERATIVE = re.compile(r"(OP|PP) ?(\d+)")
OPENER = re.compile(r"The (?:[A-Z][\w-]+ )*(?:Council|Assembly|Committee|Commission|Conference)\s?,")

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


@dataclass(slots=True)
class Numbering:
    """Where the count of paragraphs stands."""

    paragraph: str | None = None
    items: list[tuple[float, str]] = field(default_factory=list)  # indent and label, outermost first
    preamble: int | None = None  # paragraphs so far; None outside a resolution's preamble

    def number(self, label: str) -> str:
        """A numbered paragraph begins."""
        self.items.clear()
        self.preamble = None
        operative = _OPERATIVE.match(label)
        if operative:
            self.paragraph = f"preambular para. {operative[2]}" if operative[1] == "PP" else operative[2]
        else:
            self.paragraph = label.rstrip(".")
        return self.paragraph

    def item(self, label: str, x: float, size: float) -> tuple[str, int]:
        """An item begins: its full number and its depth, from its indent."""
        while self.items and x < self.items[-1][0] + size:
            self.items.pop()
        self.items.append((x, "(" + label.strip("()") + ")"))
        parts = [self.paragraph] if self.paragraph else []
        return " ".join(parts + [name for _, name in self.items]), len(self.items) - 1

    def unnumbered(self, text: str) -> str | None:
        """A paragraph without a number: counted in a preamble, where every paragraph ends with a comma."""
        self.items.clear()
        if OPENER.fullmatch(text):
            self.preamble, self.paragraph = 0, None
            return None
        if self.preamble is None or not text.endswith(","):
            return None
        self.preamble += 1
        return f"preambular para. {self.preamble}"

    def section(self) -> None:
        """A heading ends whatever was being counted."""
        self.items.clear()
        self.preamble = None


def read_count(text: str | None) -> int | None:
    """A count as a file gives it; None where it is none that a list of a document can have."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,4}", text) else None


def printed_count(count: int, form: str) -> str:
    """A count as a list prints it: "7", "g", "vii"; forms are named as in Word files."""
    if form in {"lowerLetter", "upperLetter"}:
        letters = "abcdefghijklmnopqrstuvwxyz"[(count - 1) % 26] * ((count - 1) // 26 + 1)
        return letters.upper() if form == "upperLetter" else letters
    if form in {"lowerRoman", "upperRoman"}:
        roman = ""
        for step, sign in _ROMAN:
            roman += sign * (count // step)
            count %= step
        return roman.upper() if form == "upperRoman" else roman
    return str(count)
