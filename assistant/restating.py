"""Where passages of two documents restate one another, word by word: what is the same, what differs. Pure.

Two quotes restate one another when most words of the shorter one stand in the longer one in the same order, in runs of
at least two: English sentences on one subject share many single small words by chance.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from assistant.compare import Row
from assistant.data_files import read_yaml
from assistant.domain import Citation
from assistant.errors import DataFileError

_WORD = re.compile(r"\S+\s*")
RUN = 2  # words in a row, from which a match counts
SMALL = 3  # letters of a word that, alone between two changes, is a match by chance


@dataclass(frozen=True, slots=True)
class RestatingRules:
    """The part `restating` of `compare.yaml`."""

    threshold: float  # least likeness
    least_words: int  # that must be the same


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a quote, exactly as they stand, and whether the other quote has them too."""

    text: str
    same: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One step from the earlier wording to the later one: the same in both, or what went and what came."""

    same: str = ""  # as in the later wording
    gone: str = ""
    come: str = ""


@dataclass(frozen=True, slots=True)
class Restatement:
    """A quote of a later document that restates one of an earlier document. Cells are counted from 0."""

    earlier: tuple[int, Citation]
    later: tuple[int, Citation]
    likeness: float
    changes: tuple[Change, ...]

    @property
    def identical(self) -> bool:
        """Whether no word differs."""
        return not any(change.gone or change.come for change in self.changes)

    @property
    def earlier_pieces(self) -> tuple[Piece, ...]:
        """The earlier quote; what is not the same is gone in the later one."""
        return _pieces(self.earlier[1].quote, self.changes, later=False)

    @property
    def later_pieces(self) -> tuple[Piece, ...]:
        """The later quote; what is not the same is new in it."""
        return _pieces(self.later[1].quote, self.changes, later=True)


def read_rules(prompts_dir: Path) -> RestatingRules:
    """The rules from `compare.yaml`.

    Raises:
        DataFileError: missing or malformed; names file and key.
    """
    path = prompts_dir / "compare.yaml"
    content = read_yaml(path, keys={"version", "bearing", "wanting", "restating"})["restating"]
    try:
        return RestatingRules(float(content["threshold"]), int(content["least_words"]))
    except (KeyError, TypeError, ValueError) as error:
        raise DataFileError(f"{path}: restating needs threshold and least_words, as numbers ({error})") from error


def restatements(row: Row, rules: RestatingRules) -> tuple[Restatement, ...]:
    """For each quote that restates one of an earlier document, the pair that is most alike; in order of the cells."""
    found: list[Restatement] = []
    for position, cell in enumerate(row.cells):
        earlier = [(i, citation) for i, before in enumerate(row.cells[:position]) for citation in before.citations]
        for citation in cell.citations:
            pairs = [restate(one, (position, citation), rules) for one in earlier]
            best = max((pair for pair in pairs if pair), key=lambda pair: pair.likeness, default=None)
            if best:
                found.append(best)
    return tuple(found)


def restate(earlier: tuple[int, Citation], later: tuple[int, Citation], rules: RestatingRules) -> Restatement | None:
    """The comparison of two quotes, or None where they do not restate one another."""
    before, after = _WORD.findall(earlier[1].quote), _WORD.findall(later[1].quote)
    matcher = SequenceMatcher(None, _keys(before), _keys(after), autojunk=False)
    shared = sum(block.size for block in matcher.get_matching_blocks() if block.size >= RUN)
    alike = shared / max(min(len(before), len(after)), 1)
    if shared < rules.least_words or alike < rules.threshold:
        return None
    return Restatement(earlier, later, alike, _changes(before, after, matcher))


def _keys(words: Sequence[str]) -> list[str]:
    """Words as they are compared: letters and digits, in lower case; what has none stands for itself."""
    return ["".join(c for c in word.casefold() if c.isalnum()) or word.strip() for word in words]


def _changes(before: Sequence[str], after: Sequence[str], matcher: "SequenceMatcher[str]") -> tuple[Change, ...]:
    changes: list[Change] = []
    gone = come = ""
    opcodes = matcher.get_opcodes()
    for position, (tag, i1, i2, j1, j2) in enumerate(opcodes):
        inside = 0 < position < len(opcodes) - 1
        by_chance = inside and j2 - j1 == 1 and len(after[j1].strip()) <= SMALL
        if tag == "equal" and not by_chance:
            if gone or come:
                changes.append(Change(gone=gone, come=come))
                gone = come = ""
            changes.append(Change(same="".join(after[j1:j2])))
        else:
            gone, come = gone + "".join(before[i1:i2]), come + "".join(after[j1:j2])
    if gone or come:
        changes.append(Change(gone=gone, come=come))
    return tuple(changes)


def _pieces(quote: str, changes: Sequence[Change], *, later: bool) -> tuple[Piece, ...]:
    """A quote cut at the changes; its words are counted, as the same words may be spaced otherwise in the other."""
    words = _WORD.findall(quote)
    lead = quote[: len(quote) - len(quote.lstrip())]
    pieces = [Piece(lead, True)] if lead else []
    at = 0
    for change in changes:
        size = len(_WORD.findall(change.same or (change.come if later else change.gone)))
        if size:
            pieces.append(Piece("".join(words[at : at + size]), bool(change.same)))
        at += size
    return tuple(pieces)
