"""What a document says about itself: masthead, title, and the file's own properties. Pure; for PDF and Word files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.domain import DocumentMetadata
from ingest.lines import find_date
from ingest.manifest import title_from_file_name
from ingest.structure import CELL, DraftBlock
from ingest.un_symbols import FrontPage, body_of, kind_of, parse_symbol, read_front_page, symbol_of_file_name

OPENING = 20  # blocks of the first page that may belong to its title block
SHORT = 90  # characters: a longer block is text

_JOB = re.compile(r"\d{2}-\d{5,6}\s*\(([ACEFRS])\)")
_JOB_LANGUAGES = {"A": "ar", "C": "zh", "E": "en", "F": "fr", "R": "ru", "S": "es"}
_CREATED = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})")
_USELESS_TITLE = re.compile(r"(?i)untitled|.*\.(?:docx?|wpf|pdf|indd|pub|rtf)|microsoft word.*|document\d*|\W*")
_RECORD = re.compile(r"/(?:PV|SR)\.")
_MEETING = re.compile(r"\d+(?:st|nd|rd|th) (?:[a-z]+ )?meeting")
_TITLE_WORDS = 4  # a title in the file's properties of fewer words is a file name more often than not


def enrich(
    metadata: DocumentMetadata,
    edges: Sequence[str],
    printed_title: str,
    drafts: Sequence[DraftBlock],
    properties: Mapping[str, str],
) -> DocumentMetadata:
    """Metadata with what the first page and the file say where nothing else did.

    `edges` are the lines of the masthead and of running headers and footers.
    """
    opening = [draft.text for draft in drafts if draft.page in {1, None}][:OPENING]
    short = [line for line in opening if len(line) < SHORT]
    front = read_front_page(edges, opening)
    unlisted = metadata.title == title_from_file_name(metadata.file_name)
    title = (printed_title or _title_property(properties) or metadata.title) if unlisted else metadata.title
    date, note = metadata.date, metadata.date_note
    if date is None:
        date, note = _date(front, opening, properties)
    symbol = metadata.symbol or front.symbol or _symbol(short) or symbol_of_file_name(metadata.file_name)
    if unlisted and symbol and (meeting := _meeting(symbol, short)):
        title = meeting
    return replace(
        metadata,
        title=title,
        symbol=symbol,
        body=metadata.body or (body_of(symbol) if symbol else None),
        date=date,
        date_note=note,
        kind=metadata.kind
        or kind_of(symbol, title)
        or next(filter(None, (kind_of(None, line) for line in short)), None),
        language=(_language(edges) if unlisted else None) or metadata.language,
        session=metadata.session or front.session,
        agenda_item=metadata.agenda_item or front.agenda_item,
    )


def _symbol(lines: Sequence[str]) -> str | None:
    """The symbol that stands alone on a line above the text, or in a cell of one."""
    cells = (cell for line in lines for cell in line.split(CELL))
    return next((symbol for cell in cells if (symbol := parse_symbol(cell))), None)


def _meeting(symbol: str, lines: Sequence[str]) -> str | None:
    """The title of a meeting record, which prints none: "General Assembly, 64th plenary meeting"."""
    if not _RECORD.search(symbol):
        return None
    named = next((match[0] for line in lines if (match := _MEETING.search(line))), None)
    return ", ".join(filter(None, (body_of(symbol), named))) if named else None


def _title_property(properties: Mapping[str, str]) -> str | None:
    named = " ".join(properties.get("Title", "").split())
    if named and not _USELESS_TITLE.fullmatch(named) and len(named.split()) >= _TITLE_WORDS:
        return named
    return None


def _date(front: FrontPage, opening: Sequence[str], properties: Mapping[str, str]) -> tuple[str | None, str | None]:
    if front.date:
        return front.date, None
    for line in opening:
        if len(line) < SHORT and (date := find_date(line)):
            return date, "the first date printed above the text"
    # A scan was made long after what it shows: the file's own date counts only if its year is printed at the front.
    match = _CREATED.match(properties.get("CreationDate", ""))
    if match and any(match[1] in line for line in (front.symbol or "", *opening)):
        return f"{match[1]}-{match[2]}-{match[3]}", "the day the PDF file was made"
    return None, None


def _language(edges: Sequence[str]) -> str | None:
    """ISO 639-1, from the letter behind the job number of a United Nations document; None without one."""
    return next((_JOB_LANGUAGES[match[1]] for line in edges if (match := _JOB.match(line.strip()))), None)
