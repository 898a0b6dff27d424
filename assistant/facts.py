"""What facts look like in print: numbers that count something, dates, amounts, contact details, names. Pure."""

import re
from collections.abc import Collection, Iterator

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
NUMERALS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
    "|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|dozens?"
)
DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?(?:{MONTHS})\b(?:\s+\d{{1,2}}\b)?(?:,?\s+\d{{4}})?|\b(?:1\d|20)\d\d\b"
    r"|\b\d{1,2}(?:st|nd|rd|th) century\b"
)
DAY = re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s+and\s+\d{{1,2}})?\s+(?:{MONTHS})\b|\b(?:{MONTHS})\s+\d{{1,2}}\b")
MONTH = re.compile(rf"\b(?:{MONTHS})\b")
DURATION = re.compile(
    rf"\b(?:\d+|{NUMERALS}|several|few)[ -](?:day|week|month|year|hour|minute|decade)s?\b|\b(?:decades|centuries)\b",
    re.IGNORECASE,
)
REASON = re.compile(
    r"\b(?:because|since|as|due to|owing to|given|in order to|so that|so as|therefore|thus|hence|as a result"
    r"|result(?:s|ed)?|reason|caus(?:e|ed|es)|led|lead|leads|in light of|motivated|consequence|consequently|by virtue"
    r"|impede|hinder|aimed at|to (?:\w+))\b",
    re.IGNORECASE,
)
MONEY = re.compile(
    rf"(?:[$€£¥]|\bUSD|\bEUR)\s?\d|\b(?:\d[\d,.]*|{NUMERALS})\s+(?:(?:{NUMERALS})\s+)?(?:dollars?|euros?|pounds?"
    r"|francs?|yen)\b",
    re.IGNORECASE,
)
SHARE = re.compile(
    r"\d\s?%|\bper ?cent\b|\b(?:half|thirds?|quarters?|fifth|tenth|majority|minority)\b"
    rf"|\b(?:\d+|{NUMERALS}) (?:of|out of|in) (?:the )?(?:\d+|{NUMERALS})\b",
    re.IGNORECASE,
)
FREQUENCY = re.compile(
    r"\b(?:once|twice|annual(?:ly)?|daily|weekly|monthly|yearly|quarterly|regularly"
    rf"|every (?:\w+ )?(?:day|week|month|year)s?|(?:\d+|{NUMERALS}) times|per (?:day|week|month|year))\b",
    re.IGNORECASE,
)
EMAIL = re.compile(r"\S@\S")
TELEPHONE = re.compile(r"\b\d{3}[ .-]\d{3}|\+\d{2}")
WEB = re.compile(r"https?://|\bwww\.|\.(?:org|com|net|int)\b")
POSTAL = re.compile(r"\b(?:Street|Avenue|Plaza|Suite|Road)\b|\b[A-Z]{2} \d{5}\b")
ADDRESS = re.compile(r"\b(?:University|College|Institute|Street|Avenue|Plaza|Room|Headquarters|[A-Z]{2} \d{5})\b")
_COUNT_WORD = re.compile(
    rf"(?<![\w./-])(?:\d+(?:,\d{{3}})*(?:\.\d+)?|{NUMERALS})(?![\w/])(?:[ -](?:{NUMERALS}))*", re.IGNORECASE
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_LABEL_BEFORE = re.compile(  # "paragraphs 138 and 139", "resolution 1325", "Pillar 2", "No. 5"
    r"(?:\b(?:paragraphs?|paras?|articles?|arts?|resolutions?|SCR|pillars?|chapters?|sections?|annex|nos?|pages?|pp?|suite"
    r"|footnote|rule|session|phase|step)\.?|[#§])\s*(?:\d+\s*(?:,|and|to|-|–)\s*)*$",
    re.IGNORECASE,
)
_MONTH_AFTER = re.compile(rf"(?:st|nd|rd|th)?(?:\s+(?:and|to|-|–)\s+\d+)?\s+(?:of\s+)?(?:{MONTHS})\b", re.IGNORECASE)
_MONTH_BEFORE = re.compile(rf"(?:{MONTHS})\s*(?:\d{{1,2}}\s*(?:,|and|to|-|–)\s*)*$", re.IGNORECASE)
_ENUMERATOR = re.compile(r"\d+[.)]\s")
_TITLE = (
    "(?:Dr|Mr|Ms|Mrs|Sir|Prof|Professor|Judge|General|Colonel|President|Ambassador|Minister"
    "|Lord|Lady|Captain|King|Queen)"
)
_TITLED = re.compile(rf"\b{_TITLE}\.?\s+[A-ZÀ-Ý][\w’'-]+(?:\s+[A-ZÀ-Ý][\w’'.-]+)*")
_CAPITALS = re.compile(
    r"(?<![\w.])(?:[A-ZÀ-Ý][\w’'-]+|[A-Z]\.)(?:(?:\s+(?:de|van|von|bin|al|of|for|the))?\s+(?:[A-ZÀ-Ý][\w’'-]+|[A-Z]\.))*"
)


def numbers(text: str) -> Iterator[re.Match[str]]:
    """Numbers that count something: not years, days of a month, numbers of paragraphs and of list items."""
    for match in _COUNT_WORD.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if _YEAR.fullmatch(match.group()) or _LABEL_BEFORE.search(before[-40:]):
            continue
        if _MONTH_AFTER.match(after) or _MONTH_BEFORE.search(before[-40:]):
            continue
        if _ENUMERATOR.match(text[match.start() :]) and (not before.strip() or before.rstrip()[-1] in ":;.("):
            continue
        yield match


def persons(text: str, not_persons: Collection[str]) -> Iterator[str]:
    """Titled names, and two or more capitalised words in a row of which none names something else."""
    yield from (match.group() for match in _TITLED.finditer(text))
    for match in _CAPITALS.finditer(text):
        run: list[str] = []
        for part in [*(part.strip(".,’'") for part in match.group().split()), ""]:
            if part[:1].isupper() and not (len(part) > 1 and part.isupper()) and part.lower() not in not_persons:
                run.append(part)
            else:
                if sum(len(name) > 1 for name in run) >= 2:
                    yield " ".join(run)
                run = []


def names(text: str) -> Iterator[str]:
    """Capitalised words; a single one at the opening is none unless all its letters are capitals."""
    for match in _CAPITALS.finditer(text):
        if match.start() > 0 or " " in match.group() or match.group().isupper():
            yield match.group()
