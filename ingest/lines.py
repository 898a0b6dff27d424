"""What a short stretch of text looks like, judged by itself: pure predicates that every file format shares."""

import re

TITLE_BLOCK_LINES, TITLE_BLOCK_WORDS = 20, 120  # longer is no title block; it must fit one passage
DISPLAY_WORDS = 30  # a title or a line of a title block is not longer
HEADING_WORDS = 14  # nor is a heading that no mark sets apart
CONTACT_WORDS = 14  # nor a line of an address block
_LINE_CHARACTERS = 300  # bounds the search in text without spaces

_TAIL = 10  # characters at the end that tell how a text closes
_CLOSING = "\"'”’»)\\]"
_SENTENCE_END = re.compile(rf"[.!?:;…][{_CLOSING}]*$")
_FULL_STOP = re.compile(rf"[.!?;,…][{_CLOSING}]*$")
_ADDRESS = re.compile(
    r"\S+@\S+\.\w+"  # e-mail
    r"|\b(?:https?://|www\.)\S+"
    r"|\b[\w-]+\.(?:org|com|net|int|edu|info)\b(?:/\S*)?"
    r"|\+\d[\d()./ -]{6,}\d|\b\d{3}[ .-]\d{3}[ .-]\d{4}\b|\(\d{2,4}\) ?\d{3}[ .-]\d{3,4}\b",  # telephone
    re.IGNORECASE,
)
_CONTACT_LABEL = re.compile(
    r"(?:contact(?: us)?|website|web ?site|web|blog|facebook|twitter|tel(?:ephone)?|phone|fax|e-?mail|address)\s*[:.]",
    re.IGNORECASE,
)
_POSTAL = re.compile(
    r"\d+\s+(?:[A-Z][\w.]*|\d+\w*)(?: [A-Z][\w.]*)* (?:Avenue|Ave|Street|St|Road|Rd|Plaza|Square|Boulevard)\b"
    r"|\b[A-Z]{2} \d{5}(?:-\d{4})?$"  # state and postal code
)
# fmt: off
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)
# fmt: on
_DAY = r"(?P<{0}day>\d{{1,2}})(?:\s*(?:-|–|and|to|&)\s*\d{{1,2}})?"
_MONTH = r"(?P<{0}month>" + "|".join(_MONTHS) + ")"
_YEAR = r"(?P<{0}year>(?:19|20)\d\d)"
_DATE = re.compile(
    r"\b(?:"
    + (_DAY + r"\s+(?:of\s+)?" + _MONTH + r",?\s+" + _YEAR).format("a")  # 16 June 2015
    + "|"
    + (_MONTH + r"\s+" + _DAY + r",?\s+" + _YEAR).format("b")  # December 7 and 8, 2010
    + "|"
    + (_MONTH + r",?\s+" + _YEAR).format("c")  # August 2015
    + r"|(?P<iso>(?:19|20)\d\d-[01]\d-[0-3]\d)"
    + r")\b",
    re.IGNORECASE,
)


def ends_sentence(text: str) -> bool:
    """Whether the text stops where a sentence, a lead-in or a clause may stop."""
    return bool(_SENTENCE_END.search(text[-_TAIL:]))


def is_display_line(text: str) -> bool:
    """Whether it can stand in a title block: short, and not closed like a sentence."""
    return len(text) <= _LINE_CHARACTERS and len(text.split()) <= DISPLAY_WORDS and not _FULL_STOP.search(text[-_TAIL:])


def is_contact_line(text: str) -> bool:
    """Whether it is a line of an address block: a labelled or bare web, mail, telephone or postal address."""
    if len(text) > _LINE_CHARACTERS or len(text.split()) > CONTACT_WORDS:
        return False
    return bool(_CONTACT_LABEL.match(text) or _POSTAL.search(text) or _ADDRESS.search(text))


def is_all_capitals(text: str) -> bool:
    """Whether it is printed in capitals: at least five letters, none small."""
    return sum(c.isalpha() for c in text) >= 5 and text == text.upper()


def find_date(text: str) -> str | None:
    """The first date printed in the text in ISO 8601, to the day or the month; of a range of days the first."""
    for match in _DATE.finditer(text):
        found = {key.lstrip("abc"): value for key, value in match.groupdict().items() if value is not None}
        if "iso" in found:
            return found["iso"]
        month = _MONTHS.index(found["month"].lower()) + 1
        day = int(found.get("day", 0))
        if day <= 31:
            return f"{found['year']}-{month:02d}" + (f"-{day:02d}" if day else "")
    return None
