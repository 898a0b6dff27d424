"""The numbers of a sentence: what they count, date or pick out, as far as the order of its words tells. Pure."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from assistant.english import BEING, MONTHS, NUMBERED, NUMERALS, ORDINALS, ROMAN, TENS, Word

NOT_COUNTED = {"one", "once", "second", "first"}  # as pronoun, adverb or enumeration; see `Counts.numbers`
HEAD_WORDS = 3  # content words after a number that say what it counts
NEAR = 6  # words within which a number still counts what follows it
RANGE = frozenset({"and", "to", "through", "until", "of", "the", "–", "—", ","})
DAY = 2  # digits
SET = 5  # words before a number in which "one of" stands
BESIDE = 6  # words after a year in which what it names stands
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


@dataclass(frozen=True)
class Counts:
    """The numbers among the words of a sentence."""

    words: tuple[Word, ...]

    @cached_property
    def numbers(self) -> tuple[tuple[str, int], ...]:
        """(value, position) of everything that counts, dates or numbers something."""
        found: list[tuple[str, int]] = []
        for i, word in enumerate(self.words):
            value = _value(word, self.words[i - 1] if i else None)
            following = self.words[i + 1] if i + 1 < len(self.words) else None
            if value is not None and word.joined in TENS and value.isdigit() and found:
                found[-1] = (str(TENS[word.joined] + int(value)), i)  # "twenty-second"
            elif value is not None and (word.lower not in NOT_COUNTED or (following and following.content)):
                found.append((value, i))
        return tuple(found)

    @cached_property
    def listed(self) -> int:
        """How many things it lists after a colon, set apart by commas, semicolons or "and"; 0 where it lists none."""
        after = [word.lower for word in self.words]
        if ":" not in after:
            return 0
        after = after[after.index(":") + 1 :]
        if ";" in after:
            return after.count(";") + 1
        commas = after.count(",")
        last = after[::-1].index("and") if "and" in after else None  # "a, b and c", "a, b, and c"
        if last is None:
            return 0
        before_last = after[: len(after) - 1 - last]
        return commas + 2 - (before_last[-1:] == [","])

    def picks_out(self, position: int) -> bool:
        """Whether a number picks one out of several instead of counting: "the second shift", "One element is", "as one
        challenge"; not where it dates something."""
        word = self.words[position]
        if word.ordinal:
            return self.month(position) is None
        before = self.words[position - 1].lower if position else ""
        after = next((w for w in self.words[position + 1 : position + 2 + HEAD_WORDS] if not w.content), None)
        is_one = word.opening and after is not None and after.lower in BEING
        return word.lower == "one" and (before == "as" or is_one)

    def of_several(self, position: int) -> bool:
        """Whether a number says out of how many: "one of the six priorities", "the second of its four shifts"."""
        before = [word.lower for word in self.words[max(position - SET, 0) : position]]
        at = before.index("of") if "of" in before else 0
        return at > 0 and (before[at - 1] == "one" or before[at - 1] in ORDINALS)

    def named_with(self, position: int) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
        """The words that a year may name something with: those right after it, "workshop" of "the 2016 workshop", and
        the one before "of", the same of "its workshop of February 2016"."""
        after = tuple(word for word in self.words[position + 1 : position + 1 + BESIDE] if word.content)
        if not self.words[position + 1 : position + 2] or not self.words[position + 1].content:
            after = ()
        start = position - 1 if position and self.words[position - 1].lower in MONTHS else position
        of = start > 1 and self.words[start - 1].lower == "of"
        return after, (self.words[start - 2],) if of else ()

    def month(self, position: int) -> str | None:
        """The month beside a number, where it dates something."""
        start, end = position - 1, position + 1
        while start >= 0 and self._in_date(start):
            start -= 1
        while end < len(self.words) and self._in_date(end):
            end += 1  # "7 and 8 December" dates both; "in December 2009 eight" does not
        beside = [*self.words[max(start, 0) : start + 1], *self.words[end : end + 1]]
        return next((word.lower for word in beside if word.lower in MONTHS and word.text[0].isupper()), None)

    def _in_date(self, position: int) -> bool:
        word = self.words[position]
        return word.lower in RANGE or (word.text[0].isdigit() and len(word.lower.rstrip("stndrh")) <= DAY)

    def heads(self, position: int) -> frozenset[str]:
        """Stems of the words that say what the number at a position counts: the content words right after it."""
        heads: list[str] = []
        for word in self.words[position + 1 : position + 1 + HEAD_WORDS]:
            if not word.content or word.text.isdigit():
                break
            heads.append(word.stem)
        return frozenset(heads)

    def counted(self, head: str) -> Iterator[str]:
        """The number nearest before each place where a word stands, within a few words of the same clause."""
        at = {position: value for value, position in self.numbers}
        return (at[i] for i in self._counting(head, at))

    def totals(self, head: str) -> tuple[int, ...]:
        """The same, of whole numbers that say how many there are, "four shifts"; none where the same is put in a row:
        "the fourth shift"."""
        at = {position: value for value, position in self.numbers}
        places = list(self._counting(head, at))
        if any(self.words[i].ordinal for i in places):
            return ()
        return tuple(
            int(at[i]) for i in places if at[i].isdigit() and not YEAR.fullmatch(at[i]) and self.month(i) is None
        )

    def _counting(self, head: str, numbers: Collection[int]) -> Iterator[int]:
        for i, word in enumerate(self.words):
            if word.stem != head:
                continue
            for j in range(i - 1, max(i - 1 - NEAR, -1), -1):
                if self.words[j].lower in {".", ";", ":", "from", "and", ","} and j < i - 1:
                    break
                if j in numbers:
                    yield j
                    break


def _value(word: Word, before: Word | None) -> str | None:
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", word.lower)
    if plain[0].isdigit():
        digits = re.sub(r"[,.](?=\d{3}\b)", "", plain)
        return digits if re.fullmatch(r"\d+(?:[.,]\d+)?", digits) else plain
    if word.text in ROMAN and before is not None and before.lower in NUMBERED:
        return ROMAN[word.text]
    return NUMERALS.get(word.lower)
