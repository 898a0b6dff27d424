"""A PDF file -> Document. The only module that knows pypdf.

pypdf opens the file and is its reader of record: encryption, page count, page labels, the file's own properties.
The text of the pages comes from `pdf_fragments`, from pypdf where that cannot read a page, and from `scans` where a
page holds none; `pdf_page`, `pdf_furniture` and `pdf_structure` make lines, paragraphs, headings and tables of it.
"""

import logging
import math
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pypdf import PasswordType, PdfReader
from pypdf.errors import PyPdfError

from assistant.domain import Document, DocumentMetadata
from assistant.errors import DocumentError
from ingest.limits import DEFAULT_LIMITS, Limits
from ingest.pdf_page import Fragment, PageText
from ingest.scans import page_list, read_scans, way_out

if TYPE_CHECKING:
    from ingest.pdf_fragments import PdfiumDocument

OCR_SHARE = 0.8  # of the time for a file, in which its scanned pages are read: the rest is for what comes after
CHARACTER_WIDTH = 0.5  # of the text size: pypdf gives no widths
ERROR_PAGE_LENGTH = 600  # characters

_ERROR_PAGE = re.compile(
    r"(?:document|page|file)\s(?:you\s[\w\s]{4,40}\s)?(?:does not exist|was not found|cannot be found|not found)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PdfText:
    """What a PDF holds for us."""

    pages: tuple[PageText, ...]
    properties: Mapping[str, str] = field(default_factory=dict)  # the file's own: Title, Author, CreationDate …
    warnings: tuple[str, ...] = ()


def load_pdf(path: Path, metadata: DocumentMetadata, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Read one PDF file.

    Raises DocumentError with the reason: not a PDF, damaged, encrypted with a password, no or too many pages, no text.
    Pages without text and pages that cannot be read are named in the Document's warnings.
    """
    from ingest.pdf_structure import document_from_pages

    text = read_pdf(path, limits=limits)
    return document_from_pages(metadata, text.pages, text.properties, text.warnings)


def read_pdf(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> PdfText:
    """The text of every page with positions and fonts. Raises DocumentError as `load_pdf` does."""
    until = time.monotonic() + OCR_SHARE * limits.seconds
    with _quiet_pypdf():
        try:
            reader = _open(path)
            limits.check_pages(repr(path.name), len(reader.pages))
            pages, warnings = _read_pages(path, reader, limits.ocr, until)
            properties = _properties(reader)
        except (DocumentError, MemoryError):  # memory is a limit of ours, not a fault of the file
            raise
        except (PyPdfError, OSError) as error:
            raise DocumentError(f"{path.name}: not a readable PDF ({_reason(error)})") from error
        except Exception as error:  # a damaged file reaches every corner of the reader: any error is the file's
            raise DocumentError(f"{path.name}: damaged PDF ({_reason(error)})") from error
    if not any(page.fragments for page in pages):
        count = "its one page" if len(pages) == 1 else f"any of its {len(pages)} pages"
        raise DocumentError(f"{path.name}: no text on {count}: it seems to be scanned; {way_out(limits.ocr, warnings)}")
    if _is_error_page(pages):
        raise DocumentError(f"{path.name}: holds a download site's error page, not a document; download it again")
    return PdfText(tuple(pages), properties, tuple(warnings))


def _is_error_page(pages: Sequence[PageText]) -> bool:
    if len(pages) > 1:
        return False
    text = " ".join(fragment.text for page in pages for fragment in page.fragments)
    return len(text) < ERROR_PAGE_LENGTH and bool(_ERROR_PAGE.search(text))


def _open(path: Path) -> PdfReader:
    with path.open("rb") as file:
        head = file.read(1024)
    if not head:
        raise DocumentError(f"{path.name}: the file is empty")
    if b"%PDF" not in head and b"%!PS" not in head:
        raise DocumentError(f"{path.name}: not a PDF (it does not begin with %PDF)")
    reader = PdfReader(path, strict=False)
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise DocumentError(f"{path.name}: encrypted with a password; save it without one and try again")
    if not len(reader.pages):
        raise DocumentError(f"{path.name}: the PDF has no pages")
    return reader


def _read_pages(path: Path, reader: PdfReader, ocr: str, until: float) -> tuple[list[PageText], list[str]]:
    from ingest.pdf_fragments import PdfiumError, open_with_pdfium

    labels = _page_labels(reader)
    pages: list[PageText] = []
    unreadable: dict[int, str] = {}
    with ExitStack() as stack:
        pdfium: PdfiumDocument | None = None
        with suppress(PdfiumError):  # pypdf mends some files that PDFium refuses
            pdfium = stack.enter_context(open_with_pdfium(path))
        for number in range(1, len(reader.pages) + 1):
            try:
                page = _read_page(reader, pdfium, number)
            except MemoryError:
                raise
            except Exception as error:  # one damaged page does not take the others with it
                unreadable[number] = _reason(error)
                page = PageText(number, 0, 0, ())
            pages.append(replace(page, label=labels.get(number)))
        empty = [page.number for page in pages if not page.fragments and page.number not in unreadable]
        scans = read_scans(pdfium, empty, ocr, until)
    warnings = [f"cannot read {page_list(list(unreadable))} ({next(iter(unreadable.values()))})"] if unreadable else []
    warnings += scans.warnings
    return [replace(scans.pages.get(page.number, page), label=page.label) for page in pages], warnings


def _read_page(reader: PdfReader, pdfium: "PdfiumDocument | None", number: int) -> PageText:
    """The page from PDFium, or from pypdf where PDFium has nothing to say."""
    from ingest.pdf_fragments import PdfiumError

    if pdfium is not None and number <= len(pdfium):
        with suppress(PdfiumError):
            return pdfium.page(number)
    return _pypdf_page(reader, number)


def _pypdf_page(reader: PdfReader, number: int) -> PageText:
    """The page as pypdf reads it: one fragment for each line, of estimated width."""
    page = reader.pages[number - 1]
    fragments: list[Fragment] = []
    line: list[tuple[str, float, float, float]] = []

    def end_line() -> None:
        text = "".join(part for part, *_ in line)
        if text.strip():
            _, x, y, size = max(line, key=lambda part: len(part[0].strip()))
            x = next(part[1] for part in line if part[0].strip())
            fragments.append(Fragment(text.strip("\n"), x, y, CHARACTER_WIDTH * size * len(text), size))
        line.clear()

    def visit(text: str, outer: list[float], inner: list[float], _font: Any, size: float) -> None:
        scale = math.hypot(inner[2], inner[3]) * (math.hypot(outer[2], outer[3]) or 1)
        x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
        y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
        line.append((text, x, y, abs(size) * scale or 1.0))
        if text.endswith("\n"):
            end_line()

    page.extract_text(visitor_text=visit)
    end_line()
    box = page.mediabox
    return PageText(number, float(box.width), float(box.height), tuple(fragments))


def _properties(reader: PdfReader) -> dict[str, str]:
    try:
        return {key.lstrip("/"): str(value) for key, value in (reader.metadata or {}).items() if value is not None}
    except Exception:  # the properties are a courtesy of the file; damaged ones are none
        return {}


def _page_labels(reader: PdfReader) -> dict[int, str]:
    """Labels of the file's own page numbering, where it has one."""
    try:
        if "/PageLabels" not in reader.root_object:
            return {}
        return {number: label for number, label in enumerate(reader.page_labels, 1) if label}
    except Exception:  # as above
        return {}


def _reason(error: BaseException) -> str:
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words[:120]}" if words else type(error).__name__


@contextmanager
def _quiet_pypdf() -> Iterator[None]:
    """What pypdf has to say about a file goes into our own warnings, not onto the terminal."""
    logger = logging.getLogger("pypdf")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)
