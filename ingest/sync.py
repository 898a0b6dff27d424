"""Make the library hold exactly what the folder holds, one document a transaction, then bring its index in step.

A killed run leaves whole documents; the next run does the rest. Content decides what is done again: the bytes of a
file and its entry in the manifest.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assistant.domain import DocumentMetadata
from assistant.embedding import Embedder
from assistant.errors import DocumentError, LibraryError
from assistant.library import Library
from assistant.vector_index import VectorIndex
from ingest.file_reader import FileReader
from ingest.file_report import FileReport, Outcome, pages_without_text
from ingest.limits import DEFAULT_LIMITS, Limits
from ingest.passages import make_passages
from ingest.sources import Source, make_plan
from ingest.vectors import embed_passages, known_vectors
from ingest.versions import find_versions

LOCK_WAIT_SECONDS = 2.0  # for a reader that is about to finish building the index; an ingest takes longer


class Stage(StrEnum):
    """What is being done."""

    READING = "reading"
    EMBEDDING = "embedding"
    STORING = "storing"
    INDEXING = "indexing"


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a run has come."""

    name: str  # of the file; empty while indexing
    done: int  # files
    total: int  # files
    passages: int  # embedded so far
    stage: Stage


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a run did, by file name. A file is in one of the groups, or in `removed` and `duplicates`."""

    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]  # (name, reason); an earlier version stays in the library
    duplicates: tuple[tuple[str, str], ...]  # (name, name of the file with the same content); not in the library
    warnings: tuple[tuple[str, str], ...]  # (name, what was noticed while reading an added or updated file)
    versions: tuple[tuple[str, str], ...]  # (name, name of a newer document with the same symbol); both are held
    replaced: tuple[tuple[str, str], ...]  # (name, name of the newer document); no longer in the library
    files: tuple[FileReport, ...]  # the files that were read or refused in this run
    embedded: int  # passages embedded in this run
    passages: int  # passages in the library now
    pages: int  # read in this run
    pages_without_text: int  # of these
    pages_per_second: float | None  # of reading, in the one process that reads; None where nothing with pages was read
    seconds: float


def sync(
    corpus_dir: Path,
    library: Library,
    embedder: Embedder,
    index_folder: Path,
    *,
    paths: Sequence[Path] = (),
    progress: Callable[[SyncProgress], None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    replace: bool = False,
) -> SyncReport:
    """Bring library and index in step with the corpus folder, or with `paths` only (see `sources.make_plan`).

    Each file is read in a worker process; one that meets a limit is among the failed, and the rest go on. Of documents
    with the same symbol all are kept, or with `replace` only the one whose file is the newest.

    Raises:
        LibraryError: somebody else is writing the library, the library was made with another embedder, a folder cannot
            be listed, or the disk takes no more. Documents finished before it are in the library.
        DataFileError: a manifest is malformed.
    """
    started = time.perf_counter()
    with library.exclusive(LOCK_WAIT_SECONDS):
        library.adopt(embedder.identity)
        plan = make_plan(corpus_dir, paths, library.documents(), limits=limits)
        with FileReader(limits) as reader:
            run = _Run(library, embedder, reader, progress or (lambda _: None), len(plan.sources))
            for source in plan.sources:
                run.take(source)
        for document in plan.gone:
            library.remove(document.id)
        versions = find_versions(library.documents(), _ages(plan.sources))
        if replace:
            for old in (old for group in versions for old in group.others):
                library.remove(old.id)
        run.tell("", Stage.INDEXING)
        index = VectorIndex.open(index_folder, library)
        if index.stamp != library.stamp():
            index.rebuild()  # says why it cannot be built
        passages = library.passage_count()
    pairs = tuple((old.file_name, group.newest.file_name) for group in versions for old in group.others)
    read = [file for file in run.files if file.pages]
    reading = sum(file.reading_seconds for file in read)
    pages = sum(file.pages or 0 for file in read)
    refused = [FileReport(name, Outcome.FAILED, reason=reason) for name, reason in plan.failed]
    return SyncReport(
        added=run.names(Outcome.ADDED),
        updated=run.names(Outcome.UPDATED),
        unchanged=tuple(run.unchanged),
        removed=tuple(document.file_name for document in plan.gone),
        failed=tuple(sorted((file.name, file.reason or "") for file in [*refused, *run.files] if file.reason)),
        duplicates=plan.duplicates,
        warnings=tuple((file.name, warning) for file in run.files for warning in file.warnings),
        versions=() if replace else pairs,
        replaced=pairs if replace else (),
        files=tuple(sorted([*refused, *run.files], key=lambda file: file.name)),
        embedded=run.embedded,
        passages=passages,
        pages=pages,
        pages_without_text=sum(file.pages_without_text for file in read),
        pages_per_second=pages / reading if reading else None,
        seconds=time.perf_counter() - started,
    )


def _ages(sources: Sequence[Source]) -> Callable[[DocumentMetadata], float]:
    """When a document's file was changed, in seconds; a document that this run has no file of is older than any."""
    changed: dict[str, float] = {}
    for source in sources:
        with suppress(OSError):  # gone in between
            changed[source.metadata.id] = source.path.stat().st_mtime
    return lambda document: changed.get(document.id, 0.0)


class _Run:
    """The files of one run, one after another, and what became of them."""

    def __init__(
        self,
        library: Library,
        embedder: Embedder,
        reader: FileReader,
        progress: Callable[[SyncProgress], None],
        total: int,
    ) -> None:
        self._library = library
        self._embedder = embedder
        self._reader = reader
        self._progress = progress
        self._total = total
        self._made_from = library.made_from()
        self._done = 0
        self.embedded = 0
        self.unchanged: list[str] = []
        self.files: list[FileReport] = []

    def names(self, outcome: Outcome) -> tuple[str, ...]:
        """The files that ended so, in the order of the run."""
        return tuple(file.name for file in self.files if file.outcome is outcome)

    def take(self, source: Source) -> None:
        """Bring one file in; whatever is wrong with it stays its own affair."""
        before = self._made_from.get(source.metadata.id)
        if before == source.made_from:
            self.unchanged.append(source.name)
        else:
            try:
                self.files.append(self._store(source, Outcome.ADDED if before is None else Outcome.UPDATED))
            except LibraryError:  # concerns all files
                raise
            except Exception as error:  # cutting or embedding a strange text is its own affair, too
                self.files.append(FileReport(source.name, Outcome.FAILED, reason=_reason(error)))
        self._done += 1

    def tell(self, name: str, stage: Stage) -> None:
        """Report how far the run has come."""
        self._progress(SyncProgress(name, self._done, self._total, self.embedded, stage))

    def _store(self, source: Source, outcome: Outcome) -> FileReport:
        self.tell(source.name, Stage.READING)
        began = time.perf_counter()
        document = self._reader.load(source.path, source.metadata)
        read = time.perf_counter()
        passages = make_passages(document, self._embedder.count_tokens)
        if not passages:
            raise DocumentError("no text was found in it")

        def embedded(count: int) -> None:
            self.embedded += count
            self.tell(source.name, Stage.EMBEDDING)

        known = known_vectors(self._library, document.metadata.id)
        vectors = embed_passages(document, passages, self._embedder, known, embedded)
        self.tell(source.name, Stage.STORING)
        self._library.put(document, passages, vectors, made_from=source.made_from)
        return FileReport(
            source.name,
            outcome,
            pages=document.page_count,
            pages_without_text=pages_without_text(document),
            passages=len(passages),
            reading_seconds=read - began,
            embedding_seconds=time.perf_counter() - read,
            warnings=document.warnings,
        )


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())[:300]
    return text if isinstance(error, DocumentError) else f"{type(error).__name__}: {text}".rstrip(": ")
