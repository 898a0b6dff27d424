"""A Word file (.docx) -> Document. The only module that knows python-docx.

python-docx opens the package; its parsers resolve no entities and load nothing from elsewhere. Macros are never run:
a file that holds some is refused, as Word itself does for this ending. Word files have no pages until they are printed,
so blocks carry their section and printed number, not a page.
"""

import re
import zipfile
from pathlib import Path
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from assistant.domain import BlockKind, Document, DocumentMetadata
from assistant.errors import DocumentError
from ingest.docx_body import BodyReader, all_text
from ingest.docx_styles import AutomaticNumbers, read_numbering, read_styles
from ingest.first_page import enrich
from ingest.limits import DEFAULT_LIMITS, MEGABYTE, Limits
from ingest.manifest import title_from_file_name
from ingest.marked import arrange
from ingest.structure import DraftBlock, assemble

UNPACKED_MB = 300  # of all parts together; the longest United Nations reports unpack to 20
PARTS = 5_000  # of a package; the most met is 700

_SECTION = re.compile(r"\b((?:Section|Part|Chapter|Volume) [\dIVXA-Z]+): ")  # a label on the line above its title


def load_docx(path: Path, metadata: DocumentMetadata, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Read one Word file.

    Raises DocumentError with the reason: not a Word file, damaged, with macros, unpacking to too much, without text.
    """
    name = repr(path.name)
    _check_package(path, name, limits)
    try:
        file = docx.Document(str(path))
        drafts, title = _drafts(file)
        edges = _edges(file)
        properties = _properties(file)
    except (DocumentError, MemoryError):
        raise
    except Exception as error:  # a damaged file reaches every corner of the reader: any error is the file's
        words = " ".join(str(error).split())[:120]
        raise DocumentError(f"{name} is damaged or no Word file ({type(error).__name__}: {words})") from error
    if not drafts:
        raise DocumentError(f"{name} holds no text; replace it or remove it")
    known = metadata.title if metadata.title != title_from_file_name(metadata.file_name) else ""
    structured = arrange(drafts, known)
    title = title or next((d.text for d in structured if d.kind is BlockKind.HEADING and d.level == 0), "")
    metadata = enrich(metadata, edges, title.rstrip(" :*"), structured, properties)
    return assemble(metadata, structured)


def _check_package(path: Path, name: str, limits: Limits) -> None:
    """Look at the list of parts before any of them is unpacked."""
    with path.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise DocumentError(f"{name} is an old Word file or encrypted with a password; save it as a plain .docx")
    if not zipfile.is_zipfile(path):
        raise DocumentError(f"{name} is not a Word file; give it its true ending or remove it")
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DocumentError(f"{name} is a damaged Word file ({error}); save it again") from error
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise DocumentError(f"{name} holds macros; save it as a .docx without them")
    most = min(UNPACKED_MB, limits.memory_mb)
    unpacked = sum(part.file_size for part in parts) / MEGABYTE
    if len(parts) > PARTS or unpacked > most:
        raise DocumentError(
            f"{name} unpacks to {len(parts):,} parts of {unpacked:,.0f} MB in all, more than the {most} MB that a "
            "document may; save it without its pictures or divide it"
        )


def _drafts(file: Any) -> tuple[list[DraftBlock], str]:
    """The blocks, headings with their ranks, and the title that styles mark."""
    part = file.part
    numbering = _related(part, RELATIONSHIP_TYPE.NUMBERING)
    notes: dict[tuple[str, str], Any] = {}
    for kind, relation in (("footnote", RELATIONSHIP_TYPE.FOOTNOTES), ("endnote", RELATIONSHIP_TYPE.ENDNOTES)):
        root = _related(part, relation)
        for element in [] if root is None else root.iter(qn(f"w:{kind}")):
            notes[kind, element.get(qn("w:id")) or ""] = element
    numbers = AutomaticNumbers() if numbering is None else read_numbering(numbering)
    reader = BodyReader(read_styles(file.styles.element), numbers, notes)
    drafts = reader.read(file.element.body)
    return drafts, _SECTION.sub(r"\1 ", ": ".join(reader.title))


def _related(part: Any, relation: str) -> Any:
    """The root of a part that belongs to the document; None where it has none. External parts are never asked for."""
    for found in part.rels.values():
        if found.reltype == relation and not found.is_external:
            return parse_xml(found.target_part.blob)
    return None


def _edges(file: Any) -> list[str]:
    """What is printed around the text, each line once: the first page's masthead, then running headers and footers."""
    tags = (qn("w:headerReference"), qn("w:footerReference"))
    references = sorted(file.element.body.iter(*tags), key=lambda element: element.get(qn("w:type")) != "first")
    lines: list[str] = []
    for reference in references:
        found = file.part.rels.get(reference.get(qn("r:id")))
        if found is not None and not found.is_external:
            lines += all_text(parse_xml(found.target_part.blob))
    return list(dict.fromkeys(lines))


def _properties(file: Any) -> dict[str, str]:
    """The file's own, under the names that PDF files use."""
    try:
        core = file.core_properties
        created = f"{core.created:%Y%m%d}" if core.created else ""
        return {key: text for key, text in (("Title", core.title or ""), ("CreationDate", created)) if text}
    except Exception:  # the properties are a courtesy of the file; damaged ones are none
        return {}
