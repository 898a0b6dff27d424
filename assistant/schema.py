"""The tables of library.db, and how values become rows and come back. Pure: holds no connection."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any

from assistant.domain import (
    Block,
    BlockKind,
    Document,
    DocumentMetadata,
    Locator,
    Passage,
    PassageKind,
    Sentence,
)

SCHEMA_VERSION = "1"

# What is the document's text at a span (blocks, sentences) is stored as the span only. Token vectors stand last in
# their row, so that reading the others does not walk over their pages.
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, made_from TEXT NOT NULL, metadata TEXT NOT NULL,
    page_count INTEGER, warnings TEXT NOT NULL, text TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE blocks (
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE, position INTEGER NOT NULL,
    details TEXT NOT NULL, PRIMARY KEY (document_id, position)
) WITHOUT ROWID;
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE, position INTEGER NOT NULL,
    text TEXT NOT NULL, details TEXT NOT NULL, UNIQUE (document_id, position)
);
CREATE TABLE vectors (
    passage INTEGER PRIMARY KEY REFERENCES passages (number) ON DELETE CASCADE,
    text BLOB NOT NULL, context BLOB NOT NULL, sentences BLOB NOT NULL, tokens BLOB NOT NULL
);
CREATE VIRTUAL TABLE words USING fts5 (title, section, text, tokenize = 'porter unicode61');
"""
STATEMENTS = (
    *(statement for statement in _TABLES.split(";") if statement.strip()),
    f"INSERT INTO meta VALUES ('schema', '{SCHEMA_VERSION}')",
)


def as_json(value: Any) -> str:
    """One spelling for one value, so that equal values have equal hashes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def block_details(block: Block) -> str:
    """A block without its text."""
    return as_json({key: value for key, value in asdict(block).items() if key != "text"})


def block_of(details: str, document_text: str) -> Block:
    """The inverse of `block_details`."""
    row = json.loads(details)
    return Block(
        kind=BlockKind(row["kind"]),
        text=document_text[row["start"] : row["end"]],
        start=row["start"],
        end=row["end"],
        locator=_locator(row["locator"]),
        level=row["level"],
        footnotes=tuple(row["footnotes"]),
        end_page=row["end_page"],
    )


def passage_details(passage: Passage) -> str:
    """What of a passage has no column of its own."""
    return as_json(
        {
            "kind": passage.kind,
            "start": passage.start,
            "end": passage.end,
            "locator": asdict(passage.locator),
            "pages": passage.pages,
            "paragraphs": passage.paragraphs,
            "sentences": [(s.start, s.end, s.kind, s.block) for s in passage.sentences],
        }
    )


def passage_of(passage_id: str, document_id: str, position: int, text: str, details: str) -> Passage:
    """The inverse of `passage_details` and the columns beside it."""
    row = json.loads(details)
    origin = row["start"]
    return Passage(
        id=passage_id,
        document_id=document_id,
        position=position,
        kind=PassageKind(row["kind"]),
        text=text,
        start=origin,
        end=row["end"],
        locator=_locator(row["locator"]),
        pages=tuple(row["pages"]),
        paragraphs=tuple(row["paragraphs"]),
        sentences=tuple(
            Sentence(text[start - origin : end - origin], start, end, BlockKind(kind), block)
            for start, end, kind, block in row["sentences"]
        ),
    )


def metadata_json(metadata: DocumentMetadata) -> str:
    """All that is known of a document beside its text."""
    return as_json(asdict(metadata))


def metadata_of(text: str) -> DocumentMetadata:
    """The inverse of `metadata_json`."""
    return metadata_of_row(json.loads(text))


def metadata_of_row(row: Mapping[str, Any]) -> DocumentMetadata:
    """Metadata from JSON-ready data, which has lists for tuples."""
    return DocumentMetadata(**{**row, "also_called": tuple(row.get("also_called", ()))})


def fingerprint(document: Document, passages: Sequence[Passage]) -> str:
    """SHA-256 of everything a document brings into the library except its vectors, which follow from it."""
    content = [asdict(document), [asdict(passage) for passage in passages]]
    return hashlib.sha256(as_json(content).encode("utf-8", "surrogatepass")).hexdigest()


def check_spans(document: Document, passages: Sequence[Passage]) -> None:
    """Every block, passage and sentence is the document's text at its span: quotes rest on it.

    Raises:
        ValueError: one is not; names it.
    """
    sentences = (sentence for passage in passages for sentence in passage.sentences)
    spans: Iterable[Block | Passage | Sentence] = chain(document.blocks, passages, sentences)
    for span in spans:
        if document.text[span.start : span.end] != span.text:
            kind = type(span).__name__.lower()
            raise ValueError(
                f"{document.metadata.id}: the text at [{span.start}:{span.end}] is not the {kind} {span.text[:60]!r}"
            )
    if any(passage.document_id != document.metadata.id for passage in passages):
        raise ValueError(f"{document.metadata.id}: a passage of another document was given")


def _locator(row: dict[str, Any]) -> Locator:
    return Locator(**{**row, "section": tuple(row["section"])})
