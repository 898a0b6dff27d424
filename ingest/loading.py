"""A file of any known type to a Document, or one line that says why not."""

import codecs
import re
import stat
import unicodedata
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from assistant.domain import BlockKind, Document, DocumentMetadata
from assistant.errors import DocumentError
from ingest.language import detect_language, foreign_warning
from ingest.limits import DEFAULT_LIMITS, Limits
from ingest.lines import find_date
from ingest.manifest import title_from_file_name
from ingest.parts import title_block_size
from ingest.text import parse_text

TEXT_SUFFIXES = frozenset({".md", ".markdown", ".txt"})
HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
SUFFIXES = TEXT_SUFFIXES | HTML_SUFFIXES | {".pdf", ".docx"}

_SIGNATURES = (  # how files of other types begin
    (b"%PDF-", "a PDF", ".pdf"),
    (b"PK\x03\x04", "a Word document or another zip archive", ".docx"),
    (b"\xd0\xcf\x11\xe0", "an old Word, Excel or PowerPoint file", ".doc"),
    (b"{\\rtf", "a rich text file", ".rtf"),
    (b"\x89PNG", "a picture", ".png"),
    (b"\xff\xd8\xff", "a picture", ".jpg"),
)
_MARKED_ENCODINGS = (  # longest mark first: that of UTF-32 begins like that of UTF-16
    (BOM_UTF32_LE, "utf-32"),
    (BOM_UTF32_BE, "utf-32"),
    (BOM_UTF8, "utf-8-sig"),
    (BOM_UTF16_LE, "utf-16"),
    (BOM_UTF16_BE, "utf-16"),
)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_CONTROL_SHARE = 0.005  # more control characters than this is no text; a stray one from a PDF is
_ASCII_SHARE = 0.85  # of a Western European text; below, another encoding was mistaken for it


def load_document(path: Path, metadata: DocumentMetadata, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Read a file; where `metadata` says nothing, its title and date come from the text.

    Of the limits only those on size, pages and text are kept here; `worker.FileReader` keeps those on time and memory.

    Raises:
        DocumentError: unsupported type, not a file, empty, unreadable, too large, or not what its name says; the text
            is the reason.
    """
    name = f"{path.name!r}"
    suffix = path.suffix.lower()
    if path.is_dir():
        raise DocumentError(f"{name} is a folder; give the files in it")
    if suffix not in SUFFIXES:
        known = ", ".join(sorted(SUFFIXES))
        raise DocumentError(f"{name} has the unsupported type {suffix or '(none)'!r}; convert it to one of {known}")
    _check_file(path, name, limits)
    if suffix == ".pdf":
        from ingest.pdf import load_pdf

        document = load_pdf(path, metadata, limits=limits)
    elif suffix == ".docx":
        from ingest.docx import load_docx

        document = load_docx(path, metadata, limits=limits)
    else:
        text, warnings = read_text(path)
        if suffix in HTML_SUFFIXES:
            from ingest.html import parse_html

            parsed = parse_html(text, metadata)
        else:
            stated = metadata.title != title_from_file_name(metadata.file_name)
            parsed = parse_text(text, metadata, title_known=stated)
        document = replace(parsed, warnings=parsed.warnings + warnings)
        if not document.blocks:
            raise DocumentError(f"{name} holds no text; replace it or remove it")
    limits.check_text(name, len(document.text))
    return _with_language(replace(document, metadata=enrich(document)), metadata)


def _with_language(document: Document, given: DocumentMetadata) -> Document:
    """The document's language where nothing said another, and a warning where it is not English."""
    language = document.metadata.language
    if language == given.language == "en" and given.title == title_from_file_name(given.file_name):  # not in a manifest
        language = detect_language(document.blocks) or language
    metadata = replace(document.metadata, language=language)
    return replace(document, metadata=metadata, warnings=document.warnings + foreign_warning(language))


def _check_file(path: Path, name: str, limits: Limits) -> None:
    """Raise DocumentError for what is no ordinary file (reading a pipe never ends) or too large a one."""
    try:
        found = path.stat()
    except OSError as error:
        raise DocumentError(
            f"{name} cannot be read ({error.strerror or error}); check that it is a file and its permissions"
        ) from error
    if not stat.S_ISREG(found.st_mode):
        raise DocumentError(f"{name} is not a file but a device or a pipe; remove it")
    limits.check_size(name, found.st_size)


def enrich(document: Document) -> DocumentMetadata:
    """The document's metadata with what its title block says where nothing else did."""
    metadata = document.metadata
    if metadata.title == title_from_file_name(metadata.file_name):
        headings = sorted((b for b in document.blocks if b.kind is BlockKind.HEADING), key=lambda block: block.level)
        if headings:
            metadata = replace(metadata, title=headings[0].text.rstrip(" :"))
    if metadata.date is None:
        printed = [find_date(block.text) for block in document.blocks[: title_block_size(document.blocks)]]
        found = next((date for date in printed if date), None)
        if found:
            metadata = replace(metadata, date=found, date_note="the first date printed in the title block")
    return metadata


def read_text(path: Path) -> tuple[str, tuple[str, ...]]:
    """A text file decoded, and warnings about how.

    UTF-8, UTF-16 and UTF-32 with a byte order mark, else what an HTML page names for itself, else UTF-8, else
    Windows-1252 where the result looks like text.

    Raises:
        DocumentError: unreadable, empty, or not text.
    """
    name = f"{path.name!r}"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(
            f"{name} cannot be read ({error.strerror or error}); check that it is a file and its permissions"
        ) from error
    if not data.strip():
        raise DocumentError(f"{name} is empty; replace it or remove it")
    for signature, kind, ending in _SIGNATURES:
        if data.startswith(signature):
            raise DocumentError(f"{name} is not text but {kind}; rename it to {ending} if that is what it is")
    text, warnings = _decode(data, name, named_encoding(data) if path.suffix.lower() in HTML_SUFFIXES else None)
    controls = sum(unicodedata.category(c) == "Cc" and not c.isspace() for c in text)
    if "\0" in text or controls > len(text) * _CONTROL_SHARE:
        raise DocumentError(f"{name} is not text but binary data; give it its true ending or remove it")
    if not text.strip():
        raise DocumentError(f"{name} is empty; replace it or remove it")
    return text, warnings


def named_encoding(data: bytes) -> str | None:
    """The encoding that an HTML page names for itself in its first bytes, if there is such a one."""
    match = _CHARSET.search(data[:4096])
    with suppress(LookupError, UnicodeDecodeError):
        return codecs.lookup(match[1].decode("ascii")).name if match else None
    return None


def _decode(data: bytes, name: str, named: str | None) -> tuple[str, tuple[str, ...]]:
    marked = next((encoding for mark, encoding in _MARKED_ENCODINGS if data.startswith(mark)), None)
    if named and not marked:
        with suppress(UnicodeDecodeError, LookupError):  # a wrong name is none
            return data.decode(named), ()
    encoding = marked or "utf-8"
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError as error:
        if encoding != "utf-8" or b"\0" in data:
            raise DocumentError(f"{name} is not text in {encoding.upper()}; save it as UTF-8") from error
    text = data.decode("cp1252", errors="replace")
    visible = [c for c in text if not c.isspace()]
    if "�" in text or sum(c.isascii() for c in visible) < len(visible) * _ASCII_SHARE:
        raise DocumentError(f"{name} is not text in UTF-8 or Windows-1252; save it as UTF-8")
    return text, ("read as Windows-1252, for it is not UTF-8; check the accented letters",)
