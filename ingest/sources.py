"""Which files are to be in the library, under which metadata, and which documents no longer have a file."""

import hashlib
import json
import os
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from assistant.coverage import CATALOGUE_NAME
from assistant.domain import DocumentMetadata
from assistant.errors import DocumentError, LibraryError
from ingest.limits import DEFAULT_LIMITS, Limits
from ingest.manifest import MANIFEST_NAME, read_manifest

OURS = frozenset({MANIFEST_NAME, CATALOGUE_NAME})  # files of a corpus folder that are about documents


@dataclass(frozen=True, slots=True)
class Source:
    """A file with what is known of it before it is opened."""

    path: Path
    metadata: DocumentMetadata

    @property
    def name(self) -> str:
        """Its path within the corpus folder, or the whole path where it lies elsewhere."""
        return self.metadata.file_name

    @property
    def made_from(self) -> str:
        """Equal exactly when the file's bytes and its given metadata are; a library holds one passage format only."""
        return hashlib.sha256(json.dumps(asdict(self.metadata), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do."""

    sources: tuple[Source, ...]  # by name; each id and each content once
    gone: tuple[DocumentMetadata, ...]  # documents of the library that have no source any more
    duplicates: tuple[tuple[str, str], ...]  # (name, name of the source or document with the same content)
    failed: tuple[tuple[str, str], ...]  # (name, reason)


def make_plan(
    corpus_dir: Path,
    paths: Sequence[Path],
    held: Sequence[DocumentMetadata],
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Plan:
    """What to do so that a library that holds `held` mirrors the corpus folder, or just `paths`.

    Without paths everything that is not in the corpus folder is gone; a folder among the paths is mirrored alone; a
    file among them is taken as it is.

    Raises:
        LibraryError: a folder is missing or cannot be listed.
        DataFileError: a manifest is malformed.
    """
    corpus_dir = corpus_dir.resolve()
    files, in_scope = _files(corpus_dir, [_settled(path) for path in paths])
    found, failed = _describe(corpus_dir, files, limits)
    elsewhere = [document for document in held if not in_scope(document.file_name)]
    found, clashes = _one_per_id(found, elsewhere)
    sources, duplicates = _one_per_content(found, elsewhere)
    kept_ids = {source.metadata.id for source in sources}
    kept_names = {name for name, _ in failed}  # a file that cannot be read keeps its document
    gone = tuple(
        document
        for document in held
        if in_scope(document.file_name) and document.id not in kept_ids and document.file_name not in kept_names
    )
    return Plan(tuple(sources), gone, tuple(duplicates), (*failed, *clashes))


def _settled(path: Path) -> Path:
    """Absolute, through real folders; a link to a file keeps its own name."""
    return path.resolve() if path.is_dir() else path.parent.resolve() / path.name


def _files(corpus_dir: Path, paths: Sequence[Path]) -> tuple[list[tuple[Path, Path | None]], Callable[[str], bool]]:
    """The files in name order, and whether a document with a given file name is this run's business.

    Each file comes with the folder that it was found in; None: it was named by itself.
    """
    if not paths:
        return [(file, corpus_dir) for file in _listed(corpus_dir)], lambda _: True
    files: dict[Path, Path | None] = {}
    folders: list[Path] = []
    for path in paths:
        if path.is_dir():
            folders.append(path)
            files.update(dict.fromkeys(_listed(path), path))
        else:
            files[path] = None

    def in_scope(name: str) -> bool:
        path = corpus_dir / name  # an absolute name stays what it is
        return path in files or any(path.is_relative_to(folder) for folder in folders)

    return sorted(files.items(), key=lambda item: item[0]), in_scope


def _listed(folder: Path) -> list[Path]:
    """Every file of a folder but hidden ones, lock files of office programs, and manifests."""

    def refuse(error: OSError) -> None:  # an unseen folder must not look like an empty one: its documents would go
        raise LibraryError(f"the folder {folder} cannot be listed ({error}); set ASSISTANT_CORPUS_DIR or mend it")

    files: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [Path(place, name) for name in names if not name.startswith((".", "~$")) and name not in OURS]
        files += [link for name in folders if (link := Path(place, name)).is_symlink()]  # not followed, but not lost
    return sorted(files)


def _describe(
    corpus_dir: Path, files: Iterable[tuple[Path, Path | None]], limits: Limits
) -> tuple[list[Source], list[tuple[str, str]]]:
    """Metadata from the manifest beside the files, with the name that the library knows a file by."""
    manifests = {corpus_dir: read_manifest(corpus_dir)} if corpus_dir.is_dir() else {}
    sources: list[Source] = []
    failed: list[tuple[str, str]] = []
    for path, folder in files:
        inside = path.is_relative_to(corpus_dir)
        root = corpus_dir if inside else path.parent
        name = path.relative_to(corpus_dir).as_posix() if inside else str(path)
        if root not in manifests:
            manifests[root] = read_manifest(root)
        try:
            _check_name(name)
            _check_place(path, folder)
            limits.check_size(repr(path.name), path.stat().st_size if path.exists() else 0)
            metadata = manifests[root].metadata_for(path, root)
        except DocumentError as error:
            failed.append((_printable(name), str(error)))
        else:
            sources.append(Source(path, replace(metadata, file_name=name)))
    return sources, failed


def _check_name(name: str) -> None:
    """Raise DocumentError for a name that would break a line, colour a terminal, or is no text at all."""
    if any(unicodedata.category(c) in {"Cc", "Cs"} for c in name):
        raise DocumentError("its name holds control characters or bytes that are no text; rename it")


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def _check_place(path: Path, folder: Path | None) -> None:
    """Raise DocumentError for a link out of the folder that is mirrored, and for what is no file."""
    if path.is_symlink():
        if not path.exists():
            raise DocumentError("a link that leads nowhere; remove it")
        if folder is not None and not path.resolve().is_relative_to(folder):
            raise DocumentError("a link to a place outside the folder; copy what it points to into the folder")
        if path.is_dir():
            raise DocumentError("a link to a folder; its files are read where they are")
    if path.exists() and not path.is_file():
        raise DocumentError("not a file but a device or a pipe; remove it")


def _one_per_id(
    sources: Iterable[Source], elsewhere: Iterable[DocumentMetadata]
) -> tuple[list[Source], list[tuple[str, str]]]:
    """The sources whose id no earlier source or document has; names and reasons of the others."""
    first = {document.id: document.file_name for document in elsewhere}
    kept: list[Source] = []
    clashes: list[tuple[str, str]] = []
    for source in sources:
        holder = first.setdefault(source.metadata.id, source.name)
        if holder == source.name:
            kept.append(source)
        else:
            reason = f"its id {source.metadata.id!r} is that of {holder}; give it another in {MANIFEST_NAME}"
            clashes.append((source.name, reason))
    return kept, clashes


def _one_per_content(
    sources: Iterable[Source], elsewhere: Iterable[DocumentMetadata]
) -> tuple[list[Source], list[tuple[str, str]]]:
    """The sources whose bytes no earlier source or document has; names of the others, each with that of the first."""
    first = {document.sha256: document.file_name for document in elsewhere}
    kept: list[Source] = []
    duplicates: list[tuple[str, str]] = []
    for source in sources:
        holder = first.setdefault(source.metadata.sha256, source.name)
        if holder == source.name:
            kept.append(source)
        else:
            duplicates.append((source.name, holder))
    return kept, duplicates
