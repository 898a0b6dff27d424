"""What a document says about itself: masthead, title, and the file's own properties. Pure; for PDF and Word files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.domain import DocumentMetadata
from ingest.lines import find_date
from ingest.manifest import title_from_file_name
from ingest.structure import DraftBlock
from ingest.un_symbols import FrontPage, kind_of, read_front_page

OPENING = 20  # blocks of the first page that may belong to its title block
SHORT = 90  # characters: a longer block is text

_JOB = re.compile(r"\d{2}-\d{5,6}\s*\(([ACEFRS])\)")
_JOB_LANGUAGES = {"A": "ar", "C": "zh", "E": "en", "F": "fr", "R": "ru", "S": "es"}
_CREATED = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})")
_USELESS_TITLE = re.compile(r"(?i)untitled|.*\.(?:docx?|wpf|pdf|indd|pub|rtf)|microsoft word.*|document\d*|\W*")
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
    symbol = metadata.symbol or front.symbol
    return replace(
        metadata,
        title=title,
        symbol=symbol,
        body=metadata.body or front.body,
        date=date,
        date_note=note,
        kind=metadata.kind
        or kind_of(symbol, title)
        or next(filter(None, (kind_of(None, line) for line in short)), None),
        language=(_language(edges) if unlisted else None) or metadata.language,
    )


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
