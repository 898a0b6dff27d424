"""United Nations document symbols, and what the first page of a United Nations document says about it. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingest.lines import find_date

JOINT = "–"  # between the symbols of a document issued under two, as in A/70/95–S/2015/446

_SERIES = (
    "A|S|E|ST|T|JIU|PBC|DP|TD|CD|UNEP|UNFCCC|FCCC|HSP|UNW|CCPR|CAT|CEDAW|CRC|CRPD|CERD|CMW|CED|HRI"
    "|SPLOS|CLCS|ISBA|NPT|BWC"
)
_PART = r"[A-Z0-9][A-Za-z0-9]*(?:\.[A-Z0-9][A-Za-z0-9]*)*(?:-\d+)?"
_BRACKETED = r"(?: ?\((?:\d{4}|[IVXLC]+|S-[IVXLC]+|(?:Sects?|Vols?|Parts?|Progs?|Supp)\.? ?[\dIVXA-Z][^()]{0,12})\))"
_SYMBOL = re.compile(rf"(?<![\w/.])(?:{_SERIES})(?:/(?:Part [A-Z]\b|{_PART}{_BRACKETED}?))+(?![\w/])")
_JOINED = re.compile(rf"({_SYMBOL.pattern})(?:\s*[-–—]\s*({_SYMBOL.pattern}))?")

_BODIES = (  # the longest beginning decides
    ("A/HRC/", "Human Rights Council"),
    ("A/AC.121/", "Special Committee on Peacekeeping Operations"),
    ("PBC/", "Peacebuilding Commission"),
    ("JIU/", "Joint Inspection Unit"),
    ("ST/", "Secretariat"),
    ("A/", "General Assembly"),
    ("S/", "Security Council"),
    ("E/", "Economic and Social Council"),
    ("T/", "Trusteeship Council"),
)
_ORGANS = re.compile(  # one or more: letterheads set the names in two languages side by side
    r"(?:(?:united nations|nations unies|general assembly|assembl[ée]e g[ée]n[ée]rale|security council|conseil de "
    r"s[ée]curit[ée]|economic and social council|conseil [ée]conomique et social|human rights council|trusteeship "
    r"council|secretariat|joint inspection unit|official records)(?:\W+|$))+",
    re.IGNORECASE,
)
_OFFERED = re.compile(r"([A-Z]+_.+)[-_.](?:en|fr|es|ru|ar|zh)\.\w+", re.IGNORECASE)  # a file name with its language
_SESSION = re.compile(r"\b([A-Z][a-z]+(?:-[a-z]+)?) (?:(?:special|emergency special|regular) )?session\b")
_AGENDA = re.compile(r"^(?:Provisional )?(?:Agenda )?[Ii]tems? (\d.*)$")
_LANGUAGE = re.compile(r"^Original\s*:\s*([A-Z][A-Za-z]+)|^([A-Z][a-z]+) only$", re.IGNORECASE)
_KINDS = (  # of a title
    (re.compile(r"^Resolution \d+ \(\d{4}\)", re.IGNORECASE), "resolution"),
    (re.compile(r"\bdraft resolution\b", re.IGNORECASE), "draft resolution"),
    (re.compile(r"^(?:Identical l|L)etters? dated\b", re.IGNORECASE), "letter"),
    (re.compile(r"^Note verbale\b", re.IGNORECASE), "note verbale"),
    (re.compile(r"^Statement by the President\b", re.IGNORECASE), "presidential statement"),
    (re.compile(r"\breport\b", re.IGNORECASE), "report"),
    (re.compile(r"^Note by\b|: Note by\b", re.IGNORECASE), "note"),
)
_SYMBOL_KINDS = (
    (re.compile(r"/RES/"), "resolution"),
    (re.compile(r"/(?:PV|SR)\."), "meeting record"),
    (re.compile(r"/PRST/"), "presidential statement"),
    (re.compile(r"^JIU/REP/"), "report"),
)


@dataclass(frozen=True, slots=True)
class FrontPage:
    """What a first page says; None where it does not."""

    symbol: str | None = None
    date: str | None = None  # ISO 8601
    session: str | None = None
    agenda_item: str | None = None
    original_language: str | None = None


def parse_symbol(text: str) -> str | None:
    """The document's own symbol in a line that holds little else ("A/79/769-S/2025/76*"), else None.

    A joint symbol is written with an en dash.
    """
    match = _JOINED.match(text.strip())
    if not match or not re.search(r"\d", match[0]) or len(text.strip()) - len(match[0]) > 4:
        return None
    first, second = " ".join(match[1].split()), match[2]
    return first + JOINT + " ".join(second.split()) if second else first


def symbol_of_file_name(name: str) -> str | None:
    """The symbol that a file as the United Nations offers it is named by: "S_RES_2768 (2025).en.pdf"; else None."""
    match = _OFFERED.fullmatch(PurePosixPath(name).name)
    return parse_symbol(match[1].replace("_", "/")) if match else None


def body_of(symbol: str) -> str | None:
    """The organ that a symbol belongs to; both organs of a joint symbol."""
    named = [next((body for head, body in _BODIES if part.startswith(head)), None) for part in symbol.split(JOINT)]
    return " and ".join(dict.fromkeys(body for body in named if body)) or None


def kind_of(symbol: str | None, title: str) -> str | None:
    """What sort of document it is, from its symbol, else from its title."""
    for pattern, kind in _SYMBOL_KINDS:
        if symbol and pattern.search(symbol):
            return kind
    return next((kind for pattern, kind in _KINDS if pattern.search(title)), None)


def is_organ(text: str) -> bool:
    """Whether a line is only the name of an organ, as in a masthead."""
    return bool(_ORGANS.fullmatch(text.strip()))


def is_session_or_agenda(text: str) -> bool:
    """Whether a line of the title block names the session, the year or the agenda item."""
    line = text.strip()
    return bool(_AGENDA.match(line)) or bool(
        re.fullmatch(r"[A-Z][a-z]+(?:-[a-z]+)? (?:[a-z]+ )?(?:session|year)", line)
    )


def read_front_page(masthead: Sequence[str], opening: Iterable[str] = ()) -> FrontPage:
    """Read the lines of the masthead (in any order) and of the title block after it.

    A document under two symbols may print them on two lines (A/52/826 over S/1998/222); both are taken.
    """
    symbols: list[str] = []
    for line in masthead:
        for part in line.split("  "):
            if (symbol := parse_symbol(part)) and symbol not in symbols:
                symbols.append(symbol)
    symbol = symbols[0] if symbols else None
    if symbol and len(symbols) > 1 and JOINT not in symbol and symbols[1].split("/")[0] != symbol.split("/")[0]:
        symbol += JOINT + symbols[1]
    lines = [*masthead, *opening]
    session = next((m[0] for line in lines if (m := _SESSION.search(line)) and len(line) < 60), None)
    item = next((m[1] for line in lines if (m := _AGENDA.match(line.strip()))), None)
    language = next((m[1] or m[2] for line in lines if (m := _LANGUAGE.match(line.strip()))), None)
    return FrontPage(
        symbol=symbol,
        date=next((date for line in masthead if len(line) < 60 and (date := find_date(line))), None),
        session=session,
        agenda_item=item.rstrip("*") if item else None,
        original_language=language.capitalize() if language else None,
    )
