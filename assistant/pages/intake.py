"""Files that a reader brings into the library or takes out of it. No Streamlit.

A file goes into the corpus folder under a name that is safe there and free, then through the same reading as every
other; one that is refused leaves nothing behind. All of it happens under the library's lock.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from assistant.domain import DocumentMetadata
from assistant.embedding import Embedder
from assistant.errors import AssistantError, DocumentError, LibraryError
from assistant.library import Library
from assistant.vector_index import VectorIndex
from ingest.limits import Limits
from ingest.loading import SUFFIXES
from ingest.sources import OURS
from ingest.sync import LOCK_WAIT_SECONDS, SyncProgress, SyncReport, sync

LONGEST_NAME = 120  # bytes of UTF-8; file systems take 255, some tools less
_NOT_IN_NAMES = frozenset('<>:"|?*/\\')  # of which some system makes more than a letter
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})


class BusyError(AssistantError):
    """Somebody else is changing the library just now."""


class Outcome(StrEnum):
    """What became of a file."""

    ADDED = "added"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Offered:
    """A file as it comes from the reader."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it."""

    name: str  # as it came
    outcome: Outcome
    reason: str = ""  # of a refused file
    document: DocumentMetadata | None = None  # as it is in the library; of a duplicate, the one that is there already
    saved_as: str = ""  # where the name had to be another


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where documents are kept."""

    corpus_dir: Path
    index_folder: Path
    library: Library
    embedder: Embedder
    limits: Limits


def take_in(
    files: Sequence[Offered], shelves: Shelves, progress: Callable[[SyncProgress], None] | None = None
) -> tuple[Taken, ...]:
    """Add files to the corpus folder and the library; the outcome of each, in the order given.

    Raises:
        BusyError: another process or reader is changing the library; nothing was done.
        LibraryError: the folder or the disk does not take it; files that are not in the library were taken back.
    """
    with _locked(shelves.library):
        outcomes: dict[int, Taken] = {}
        saved: dict[int, Path] = {}
        held = {document.sha256: document for document in shelves.library.documents()}
        first: dict[str, int] = {}  # content -> position of the first file that has it
        for i, file in enumerate(files):
            digest = sha256(file.data).hexdigest()
            try:
                _check(file, shelves.limits)
                if digest in held:
                    outcomes[i] = Taken(file.name, Outcome.DUPLICATE, document=held[digest])
                elif digest not in first:
                    saved[i] = _save(file, shelves.corpus_dir, {document.file_name for document in held.values()})
                    first[digest] = i
            except DocumentError as error:
                outcomes[i] = Taken(file.name, Outcome.REFUSED, reason=str(error))
        try:
            report = _read(list(saved.values()), shelves, progress)
        finally:
            known = {document.file_name: document for document in shelves.library.documents()}
            for path in saved.values():
                if path.name not in known:
                    path.unlink(missing_ok=True)
        reasons = dict(report.failed) if report else {}
        for i, file in enumerate(files):
            if i in outcomes:
                continue
            original = first[sha256(file.data).hexdigest()]
            name = saved[original].name
            outcomes[i] = _outcome(file, known.get(name), reasons.get(name, ""), name, repeated=original != i)
    return tuple(outcomes[i] for i in range(len(files)))


def remove(document: DocumentMetadata, shelves: Shelves) -> None:
    """Delete a document's file and take it out of the library and its index.

    Raises:
        BusyError: another process or reader is changing the library; nothing was done.
        LibraryError: the file cannot be deleted (nothing was done), or the disk does not take the change.
    """
    with _locked(shelves.library):
        path = original_file(document, shelves.corpus_dir)
        if path:
            try:
                path.unlink()
            except OSError as error:
                raise LibraryError(
                    f"{document.file_name} cannot be deleted ({error.strerror or error}), so the document stays; "
                    "give this user the right to write in the folder of documents"
                ) from error
        shelves.library.remove(document.id)
        index = VectorIndex.open(shelves.index_folder, shelves.library)
        if index.stamp != shelves.library.stamp():
            index.rebuild()


def original_file(document: DocumentMetadata, corpus_dir: Path) -> Path | None:
    """The file that a document was made from, where it lies in the corpus folder."""
    folder = corpus_dir.resolve()
    path = folder / document.file_name
    with suppress(OSError, ValueError):
        if path.is_file() and path.resolve().is_relative_to(folder):
            return path
    return None


def safe_name(name: str) -> str:
    """A file name that no folder, system or reader misreads: the last part of a path, without control and direction
    characters, not hidden, not too long. Its ending stays."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(" " if c.isspace() else c for c in last if unicodedata.category(c)[0] != "C" or c.isspace())
    plain = "".join("-" if c in _NOT_IN_NAMES else c for c in " ".join(kept.split())).lstrip(".~$ ").rstrip(". ")
    stem, dot, ending = plain.rpartition(".")
    stem, ending = (stem, dot + ending) if dot else (plain, "")
    stem = stem.rstrip(". ") or "document"
    if stem.split(".")[0].casefold() in _RESERVED:
        stem = f"{stem}-"
    room = LONGEST_NAME - len(ending.encode())
    return stem.encode()[: max(room, 1)].decode("utf-8", "ignore").rstrip() + ending


@contextmanager
def _locked(library: Library) -> Iterator[None]:
    with ExitStack() as held:
        try:
            held.enter_context(library.exclusive(LOCK_WAIT_SECONDS))
        except LibraryError as error:
            if isinstance(error.__cause__, TimeoutError):  # the lock was not to be had in time
                raise BusyError(str(error)) from error
            raise
        yield


def _check(file: Offered, limits: Limits) -> None:
    """Raise DocumentError for what can be refused without opening it."""
    name = repr(safe_name(file.name))
    ending = Path(safe_name(file.name)).suffix.lower()
    if ending not in SUFFIXES:
        known = ", ".join(sorted(SUFFIXES))
        raise DocumentError(f"{name} has the unsupported type {ending or '(none)'!r}; convert it to one of {known}")
    if not file.data:
        raise DocumentError(f"{name} is empty; choose another file")
    limits.check_size(name, len(file.data))


def _save(file: Offered, corpus_dir: Path, held: set[str]) -> Path:
    """Write a file under a free name; never over another.

    Raises:
        DocumentError: the folder does not take it.
    """
    try:
        corpus_dir.mkdir(parents=True, exist_ok=True)
        taken = {path.name.casefold() for path in corpus_dir.iterdir()} | {name.casefold() for name in held | OURS}
        path = corpus_dir / _free(safe_name(file.name), taken)
        with path.open("xb") as stream:
            try:
                stream.write(file.data)
            except OSError:
                path.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise DocumentError(
            f"{safe_name(file.name)!r} cannot be saved ({error.strerror or error}); free some space, or give this user "
            "the right to write in the folder of documents"
        ) from error
    return path


def _free(name: str, taken: set[str]) -> str:
    """The name itself, or with the first number that makes it a new one."""
    path = Path(name)
    number = 2
    while name.casefold() in taken:
        name = f"{path.stem}-{number}{path.suffix}"
        number += 1
    return name


def _read(paths: list[Path], shelves: Shelves, progress: Callable[[SyncProgress], None] | None) -> SyncReport | None:
    if not paths:  # without paths, sync would read the whole folder
        return None
    return sync(
        shelves.corpus_dir,
        shelves.library,
        shelves.embedder,
        shelves.index_folder,
        paths=paths,
        progress=progress,
        limits=shelves.limits,
    )


def _outcome(file: Offered, document: DocumentMetadata | None, reason: str, name: str, *, repeated: bool) -> Taken:
    if document is None:
        return Taken(file.name, Outcome.REFUSED, reason=reason or f"{name!r} was not read; try again")
    if repeated:
        return Taken(file.name, Outcome.DUPLICATE, document=document)
    return Taken(file.name, Outcome.ADDED, document=document, saved_as="" if name == file.name else name)
