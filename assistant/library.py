"""The source of truth: documents, blocks, passages, their vectors and the word index, in one SQLite file.

Every write is one transaction: a reader sees the version before it or the one after it, and so does the next run where
the writer was killed.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant import schema
from assistant.database import Connection, Database, QueryError, snapshot
from assistant.domain import Document, DocumentMetadata, Passage
from assistant.embedding import EmbedderIdentity
from assistant.errors import LibraryError, UnknownDocumentError

Vector = npt.NDArray[np.float32]

LIBRARY_FILE = "library.db"
PASSAGE_FORMAT = 2  # raise it when loading or cutting changes what an unchanged file becomes
REBUILD = "policy-assistant ingest --rebuild"


class Signal(StrEnum):
    """What of a passage a vector stands for."""

    TEXT = "text"
    CONTEXT = "context"  # document title, section path and text
    SENTENCE = "sentence"  # each sentence alone


@dataclass(frozen=True, slots=True)
class LoadingNotes:
    """What loading a document found out beside its text."""

    page_count: int | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PassageVectors:
    """The vectors of one passage with s sentences and t word pieces, d numbers each; all are of unit length."""

    text: Vector  # f32[d]
    context: Vector  # f32[d]
    sentences: Vector  # f32[s, d]
    tokens: npt.NDArray[np.int8]  # int8[t, d]: times 127, rounded; special tokens are left out


class Library:
    """One library file. Reading is safe from several threads and beside a writer in another process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database = Database(path)

    @classmethod
    def open(cls, path: Path, *, identity: EmbedderIdentity | None = None) -> "Library":
        """Open the library file at `path`; make it where it is missing.

        Raises:
            LibraryError: it cannot be read or made, is not a library, or was made with another embedder than `identity`
                or another passage format.
        """
        library = cls(path)
        tables = library._database.tables()
        if not tables:
            library._database.create(schema.STATEMENTS)
            tables = library._database.tables()
        found = library._meta().get("schema") if {"meta", "documents", "passages"} <= tables else None
        if found != schema.SCHEMA_VERSION:
            raise LibraryError(
                f"{path} is not a library of this version (found {found or 'another database'}, expected schema "
                f"{schema.SCHEMA_VERSION}); move it away, then run: policy-assistant ingest"
            )
        if identity:
            library.require(identity)
            if library.identity is None:  # a run that has begun meanwhile keeps its own
                with library._database.writing() as connection:
                    connection.executemany("INSERT OR IGNORE INTO meta VALUES (?, ?)", _identity_rows(identity).items())
        return library

    def close(self) -> None:
        """Close its connections; it opens new ones when it is used again."""
        self._database.close()

    def exclusive(self, wait: float) -> AbstractContextManager[None]:
        """Hold the lock under which the library is written and its index is built; nests within one thread.

        Raises:
            LibraryError: another process or thread holds it after `wait` seconds; says which.
        """
        return self._database.exclusive(wait)

    # -- how it was made -----------------------------------------------------------------------------------------

    @property
    def identity(self) -> EmbedderIdentity | None:
        """The embedder whose vectors it holds; None while it is new."""
        meta = self._meta()
        if "embedder" not in meta:
            return None
        return EmbedderIdentity(meta["embedder"], meta["weights_sha256"], int(meta["dimension"]))

    def require(self, identity: EmbedderIdentity) -> None:
        """See that the vectors are those of `identity` and the passages of today's format, where there are any.

        Raises:
            LibraryError: they are not; names both and the command that mends it.
        """
        wanted = _identity_rows(identity)
        with self._database.reading() as connection, snapshot(connection):
            meta = dict(connection.execute("SELECT key, value FROM meta").fetchall())
            empty = _is_empty(connection)
        found = {key: meta.get(key) for key in wanted}
        if empty or found == wanted:
            return
        if found["passage_format"] != wanted["passage_format"]:
            raise LibraryError(
                f"{self.path} holds passages of format {found['passage_format']}, this version reads "
                f"{wanted['passage_format']}; run: {REBUILD}"
            )
        raise LibraryError(
            f"{self.path} was made with the embedder {self.identity}, now {identity} is asked for; "
            f"set ASSISTANT_EMBEDDING_MODEL back, or run: {REBUILD}"
        )

    def adopt(self, identity: EmbedderIdentity) -> None:
        """For a writer that holds the lock: an empty library becomes one of `identity`.

        Raises:
            LibraryError: it holds documents made with another.
        """
        self.require(identity)
        with self._database.writing() as connection:
            if _is_empty(connection):
                connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", _identity_rows(identity).items())

    def stamp(self) -> str:
        """SHA-256 of the content: equal exactly when documents, passages and embedder are, in any order."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT 'document', id, fingerprint FROM documents UNION ALL SELECT 'meta', key, value FROM meta "
                "ORDER BY 1, 2"
            ).fetchall()
        return hashlib.sha256(schema.as_json(rows).encode()).hexdigest()

    # -- documents and passages ----------------------------------------------------------------------------------

    def documents(self) -> tuple[DocumentMetadata, ...]:
        """What it holds, ordered by id."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT metadata FROM documents ORDER BY id").fetchall()
        return tuple(schema.metadata_of(row[0]) for row in rows)

    def document(self, document_id: str) -> Document:
        """One document with its text and blocks.

        Raises:
            UnknownDocumentError: the library does not hold it; names those it holds.
        """
        with self._database.reading() as connection, snapshot(connection):
            row = connection.execute(
                "SELECT metadata, text, warnings, page_count FROM documents WHERE id = ?", (document_id,)
            ).fetchone()
            blocks = connection.execute(
                "SELECT details FROM blocks WHERE document_id = ? ORDER BY position", (document_id,)
            ).fetchall()
        if row is None:
            known = ", ".join(metadata.id for metadata in self.documents()[:10]) or "none; run: policy-assistant ingest"
            raise UnknownDocumentError(f"no document {document_id!r} in the library; it holds: {known}")
        metadata, text, warnings, page_count = row
        return Document(
            metadata=schema.metadata_of(metadata),
            text=text,
            blocks=tuple(schema.block_of(details, text) for (details,) in blocks),
            warnings=tuple(json.loads(warnings)),
            page_count=page_count,
        )

    def loading_notes(self) -> dict[str, LoadingNotes]:
        """Pages and warnings of each document, by id, without reading any text."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT id, page_count, warnings FROM documents").fetchall()
        return {key: LoadingNotes(pages, tuple(json.loads(warnings))) for key, pages, warnings in rows}

    def passages(self, document_id: str | None = None) -> tuple[Passage, ...]:
        """All passages, or those of one document, in document order."""
        where, values = ("WHERE document_id = ?", (document_id,)) if document_id is not None else ("", ())
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT id, document_id, position, text, details FROM passages {where} ORDER BY document_id, position",
                values,
            ).fetchall()
        return tuple(schema.passage_of(*row) for row in rows)

    def passages_by_id(self, ids: Sequence[str]) -> dict[str, Passage]:
        """The passages with these ids, in the order of `ids`; unknown ids are left out."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, document_id, position, text, details FROM passages "
                "WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(ids)),),
            ).fetchall()
        found = {row[0]: row for row in rows}
        return {key: schema.passage_of(*found[key]) for key in ids if key in found}

    def passage_count(self) -> int:
        """How many passages it holds."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM passages").fetchone()[0])

    def known(self, ids: Collection[str]) -> set[str]:
        """Those of the passage ids that the library holds."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id FROM passages WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
            ).fetchall()
        return {row[0] for row in rows}

    def made_from(self) -> dict[str, str]:
        """For each document id, what `put` was told that it was made from."""
        with self._database.reading() as connection:
            return dict(connection.execute("SELECT id, made_from FROM documents").fetchall())

    # -- writing -------------------------------------------------------------------------------------------------

    def put(
        self, document: Document, passages: Sequence[Passage], vectors: Sequence[PassageVectors], *, made_from: str = ""
    ) -> None:
        """Store a document in place of any earlier version, in one transaction.

        `made_from` is kept for whoever decides later whether the document must be made anew; it is not content.

        Raises:
            LibraryError: the disk or the file does not take it; the library is as it was.
            ValueError: spans or shapes do not fit each other.
        """
        schema.check_spans(document, passages)
        identity = self.identity
        if identity is None:
            raise LibraryError(f"{self.path} does not know its embedder yet; open it with one before writing")
        for passage, vector in zip(passages, vectors, strict=True):
            _check_shapes(passage, vector, identity.dimension)
        metadata = document.metadata
        with self._database.writing() as connection:
            _remove(connection, metadata.id)
            connection.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    metadata.id,
                    schema.fingerprint(document, passages),
                    made_from,
                    schema.metadata_json(metadata),
                    document.page_count,
                    schema.as_json(document.warnings),
                    document.text,
                ),
            )
            connection.executemany(
                "INSERT INTO blocks VALUES (?, ?, ?)",
                ((metadata.id, i, schema.block_details(block)) for i, block in enumerate(document.blocks)),
            )
            for passage, vector in zip(passages, vectors, strict=True):
                _insert_passage(connection, metadata.title, passage, vector)

    def remove(self, document_id: str) -> None:
        """Remove a document and all that was made from it; nothing happens where it is unknown."""
        with self._database.writing() as connection:
            _remove(connection, document_id)

    def clear(self) -> None:
        """Remove all documents, and forget the embedder; the file shrinks and keeps none of their text."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM documents")
            connection.execute("DELETE FROM words")
            connection.execute("DELETE FROM meta WHERE key <> 'schema'")
        self._database.shrink()

    # -- vectors and words ---------------------------------------------------------------------------------------

    def vectors(self, signal: Signal) -> Iterator[tuple[str, str, str, Vector]]:
        """Each vector of one signal as (key, passage id, document id, f32[d]), in document order.

        The key is the passage id; for sentences it is followed by "#" and the position of the sentence.
        """
        column = "sentences" if signal is Signal.SENTENCE else signal.value
        with self._database.reading() as connection, closing(connection.cursor()) as cursor:
            cursor.execute(
                f"SELECT id, document_id, length(vectors.text), vectors.{column} FROM passages "
                "JOIN vectors ON passage = number ORDER BY document_id, position"
            )
            for passage_id, document_id, width, blob in cursor:
                for i, vector in enumerate(np.frombuffer(blob, np.float32).reshape(-1, width // 4)):
                    key = f"{passage_id}#{i}" if signal is Signal.SENTENCE else passage_id
                    yield key, passage_id, document_id, vector

    def vector_counts(self) -> dict[Signal, int]:
        """How many vectors each signal has."""
        with self._database.reading() as connection:
            passages, sentences = connection.execute(
                "SELECT count(*), coalesce(sum(length(sentences) / length(text)), 0) FROM vectors"
            ).fetchone()
        return {Signal.TEXT: passages, Signal.CONTEXT: passages, Signal.SENTENCE: sentences}

    def token_vectors(self, passage_ids: Sequence[str]) -> dict[str, npt.NDArray[np.int8]]:
        """int8[t, d] of each known passage, read-only."""
        return {
            passage_id: np.frombuffer(blob, np.int8).reshape(-1, width // 4)
            for passage_id, width, blob in self._blobs("tokens", passage_ids)
        }

    def sentence_vectors(self, passage_ids: Sequence[str]) -> dict[str, Vector]:
        """f32[s, d] of each known passage, read-only."""
        return {
            passage_id: np.frombuffer(blob, np.float32).reshape(-1, width // 4)
            for passage_id, width, blob in self._blobs("sentences", passage_ids)
        }

    def passage_vectors(self, document_id: str) -> dict[str, PassageVectors]:
        """All vectors of a document's passages by passage id."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, v.text, v.context, v.sentences, v.tokens "
                "FROM passages JOIN vectors AS v ON passage = number WHERE document_id = ?",
                (document_id,),
            ).fetchall()
        found: dict[str, PassageVectors] = {}
        for passage_id, text, context, sentences, tokens in rows:
            pooled = np.frombuffer(text, np.float32)
            found[passage_id] = PassageVectors(
                text=pooled,
                context=np.frombuffer(context, np.float32),
                sentences=np.frombuffer(sentences, np.float32).reshape(-1, len(pooled)),
                tokens=np.frombuffer(tokens, np.int8).reshape(-1, len(pooled)),
            )
        return found

    def search_words(
        self,
        match: str,
        limit: int,
        document_ids: Collection[str] | None,
        weights: tuple[float, float, float] = (1.0, 2.0, 1.0),
    ) -> list[tuple[str, float]]:
        """The best (passage id, score) for an FTS5 query, best first; the score is -bm25, higher is better.

        `weights` are those of the columns title, section and text; None for `document_ids` searches all.

        Raises:
            ValueError: `match` is not an FTS5 query.
        """
        only = None if document_ids is None else json.dumps(sorted(document_ids))
        try:
            with self._database.reading() as connection:
                rows = connection.execute(
                    "SELECT id, -bm25(words, ?, ?, ?) AS score FROM words JOIN passages ON number = words.rowid "
                    "WHERE words MATCH ? AND (? IS NULL OR document_id IN (SELECT value FROM json_each(?))) "
                    "ORDER BY score DESC, id LIMIT ?",
                    (*weights, match, only, only, limit),
                ).fetchall()
        except QueryError as error:
            raise ValueError(f"{match!r} is not an FTS5 query: {error}") from error
        return [(str(passage_id), float(score)) for passage_id, score in rows]

    # -- shared by the above -------------------------------------------------------------------------------------

    def _meta(self) -> dict[str, str]:
        with self._database.reading() as connection:
            return dict(connection.execute("SELECT key, value FROM meta").fetchall())

    def _blobs(self, column: str, passage_ids: Sequence[str]) -> list[tuple[str, int, bytes]]:
        """(passage id, bytes of a vector, blob) of each known passage."""
        with self._database.reading() as connection:
            return connection.execute(
                f"SELECT id, length(vectors.text), vectors.{column} FROM passages JOIN vectors ON passage = number "
                "WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(passage_ids)),),
            ).fetchall()


def _is_empty(connection: Connection) -> bool:
    return connection.execute("SELECT 1 FROM documents LIMIT 1").fetchone() is None


def _identity_rows(identity: EmbedderIdentity) -> dict[str, str]:
    return {
        "embedder": identity.name,
        "weights_sha256": identity.weights_sha256,
        "dimension": str(identity.dimension),
        "passage_format": str(PASSAGE_FORMAT),
    }


def _check_shapes(passage: Passage, vectors: PassageVectors, dimension: int) -> None:
    d, s = dimension, len(passage.sentences)
    tokens = vectors.tokens
    fits = vectors.text.shape == (d,) and vectors.context.shape == (d,) and vectors.sentences.shape == (s, d)
    if not fits or tokens.ndim != 2 or tokens.shape[1] != d or tokens.dtype != np.int8:
        raise ValueError(f"{passage.id}: its vectors do not fit {s} sentences and {d} dimensions")


def _remove(connection: Connection, document_id: str) -> None:
    connection.execute(
        "DELETE FROM words WHERE rowid IN (SELECT number FROM passages WHERE document_id = ?)", (document_id,)
    )
    connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))  # the rest follows by its foreign keys


def _insert_passage(connection: Connection, title: str, passage: Passage, vectors: PassageVectors) -> None:
    number = connection.execute(
        "INSERT INTO passages (id, document_id, position, text, details) VALUES (?, ?, ?, ?, ?)",
        (passage.id, passage.document_id, passage.position, passage.text, schema.passage_details(passage)),
    ).lastrowid
    blobs = (
        *(np.ascontiguousarray(v, np.float32).tobytes() for v in (vectors.text, vectors.context, vectors.sentences)),
        np.ascontiguousarray(vectors.tokens).tobytes(),
    )
    connection.execute("INSERT INTO vectors VALUES (?, ?, ?, ?, ?)", (number, *blobs))
    connection.execute(
        "INSERT INTO words (rowid, title, section, text) VALUES (?, ?, ?, ?)",
        (number, title, " › ".join(passage.locator.section), passage.text),
    )
