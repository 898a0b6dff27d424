"""Words with a fixed part in English sentences, and a word in its place: what rules about claims are made of. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


PREPOSITIONS = _set("of in for on with at by from to as between among under like through")
DETERMINERS = _set("the a an its their his her this that these those all every each some other")
BEING = _set("is are was were be been being")
MODALS = _set("should must can could may might will would shall has have had")
AUXILIARIES = MODALS | _set("also often not never do does did still always already then")
OPENING = _set("and but that which when where while because as if since although whereas so . , ; : – — (")
CLOSING = _set(". ; : – — that which who")
JOINING = _set("and of the or")
LISTING = _set(", and or the")
COORDINATING = _set("and or that")  # "not a and b": a denial goes on
NOT_ONLY = _set("only just merely solely")
NEEDS = {"rather": "than", "instead": "of", "absence": "of"}  # deny only with this word after them
PARTICIPLES = _set("led made held put set built sent paid")  # without an ending that tells
NOT_ADVERBS = _set(
    "ally apply assembly comply early elderly family imply italy july likely multiply rely reply supply unlikely"
)
MONTHS = _set("january february march april may june july august september october november december")
TITLES = _set("dr mr ms mrs sir prof")
SKIPPED = DETERMINERS | TITLES
NOT_ACTORS = MONTHS | TITLES | _set("pillar pillars")
NUMBERED = _set("pillar pillars part chapter section phase annex")  # Roman numerals follow these
ROMAN = {word: str(n) for n, word in enumerate(["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"], start=1)}
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth"
)
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_OTHERS = (
    "dozen=12 hundred=100 thousand=1000 million=1000000 billion=1000000000 half=1/2 quarter=1/4 quarters=1/4 "
    "thirds=1/3 fifths=1/5 once=1 twice=2 double=2 triple=3 decade=10 tenfold=10 annually=annual"
)
_AS_THEY_ARE = "dozens hundreds thousands millions billions annual biannual monthly weekly daily"
ORDINALS = _set(_ORDINALS) | {f"{word[:-1]}ieth" for word in TENS}
NUMERALS: Mapping[str, str] = {  # word -> value
    **{word: str(n) for n, word in enumerate(_UNITS.split())},
    **{word: str(n) for n, word in enumerate(_ORDINALS.split())},
    **{word: str(n) for word, n in TENS.items()},
    **{f"{word[:-1]}ieth": str(n) for word, n in TENS.items()},
    **dict(pair.split("=") for pair in _OTHERS.split()),
    **{word: word for word in _AS_THEY_ARE.split()},
}


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a punctuation mark in its place."""

    text: str
    lower: str
    stem: str
    opening: bool  # it opens a sentence, so that its capital says nothing
    content: bool
    joined: str = ""  # the part before it in a hyphenated word: "vice" of "vice-chair"

    @property
    def number(self) -> bool:
        """Whether it is a number, in digits or in words."""
        return self.text[0].isdigit() or self.lower in NUMERALS

    @property
    def ordinal(self) -> bool:
        """Whether it is the place of one in a row, in digits or in words."""
        return self.lower in ORDINALS or (self.text[0].isdigit() and self.lower.endswith(("st", "nd", "rd", "th")))

    @property
    def participle(self) -> bool:
        """Whether it may be a past participle."""
        return self.lower.endswith(("ed", "en", "wn", "ne")) or self.lower in PARTICIPLES

    @property
    def adverb(self) -> bool:
        """Whether it ends like one, and is none of the few others that do."""
        return self.lower.endswith("ly") and self.lower not in NOT_ADVERBS

    @property
    def name(self) -> bool:
        """Whether it is written as a name."""
        if not self.text[0].isupper():
            return False
        return not self.opening or any(c.isupper() or c.isdigit() for c in self.text[1:])
