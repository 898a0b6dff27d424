"""Pages of a PDF that hold no text: read by OCR where that is there and wanted, and what the report says."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.ocr import DOTS_PER_INCH, INSTALL, OcrError, is_installed, read_image, with_usual_size
from ingest.pdf_page import PageText

if TYPE_CHECKING:
    from ingest.pdf_fragments import PdfiumDocument

LISTED_PAGES = 10  # page numbers that a warning spells out
OUT_OF_TIME = "out of time; raise ASSISTANT_INGEST_SECONDS"


@dataclass(frozen=True, slots=True)
class Scans:
    """What became of the pages without text."""

    pages: Mapping[int, PageText] = field(default_factory=dict)  # by number: those in which text was found
    warnings: tuple[str, ...] = ()


def read_scans(document: "PdfiumDocument | None", numbers: Sequence[int], languages: str, until: float) -> Scans:
    """Read the pages with these numbers by OCR, in order, until `time.monotonic()` is `until`.

    `languages` as tesseract names them; "" reads none, nor does a document that PDFium cannot open (None).
    """
    if not numbers:
        return Scans()
    if document is None or not languages or not is_installed():
        return Scans(warnings=(f"no text on {page_list(numbers)}: scanned or a picture; {_hint(languages)}",))
    pages: list[PageText] = []
    unread: dict[int, str] = {}
    for number in numbers:
        try:
            pages.append(_read(document, number, languages, until - time.monotonic()))
        except OcrError as error:
            unread[number] = str(error)
    found = {page.number: page for page in with_usual_size(pages) if page.fragments}
    blank = [page.number for page in pages if page.number not in found]
    warnings: list[str] = []
    if found:
        warnings.append(f"{page_list(list(found))} read by OCR: compare a quote with the page")
    if blank:
        warnings.append(f"no text on {page_list(blank)}: a picture, empty, or not to be made out")
    if unread:
        warnings.append(f"OCR did not read {page_list(list(unread))}: {next(iter(unread.values()))}")
    return Scans(found, tuple(warnings))


def _read(document: "PdfiumDocument", number: int, languages: str, seconds: float) -> PageText:
    from ingest.pdf_fragments import PdfiumError

    if seconds <= 0:
        raise OcrError(OUT_OF_TIME)
    try:
        return read_image(number, document.image(number, DOTS_PER_INCH), languages, seconds)
    except TimeoutError as error:
        raise OcrError(OUT_OF_TIME) from error
    except PdfiumError as error:
        raise OcrError(f"the page cannot be drawn ({error})") from error


def way_out(languages: str, warnings: Sequence[str]) -> str:
    """What to do with a document in which no text was found."""
    if languages and is_installed():
        return next((warning for warning in warnings if warning.startswith("OCR")), "OCR finds none either")
    return f"{_hint(languages)}, and try again"


def _hint(languages: str) -> str:
    return f"to have it read, {INSTALL}" if languages else "to have it read, set ASSISTANT_INGEST_OCR=eng"


def page_list(numbers: Sequence[int]) -> str:
    """ "page 3", "pages 3, 4", "pages 1, 2, … and 12 more"."""
    if len(numbers) == 1:
        return f"page {numbers[0]}"
    shown = ", ".join(map(str, numbers[:LISTED_PAGES]))
    return f"pages {shown}" + (f" and {len(numbers) - LISTED_PAGES} more" if len(numbers) > LISTED_PAGES else "")
