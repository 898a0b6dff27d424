"""corpus/manifest.toml: what is known of the documents beside their text. A file without an entry stands for itself."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from assistant.domain import DocumentMetadata
from assistant.errors import DataFileError, DocumentError

MANIFEST_NAME = "manifest.toml"
_REQUIRED = frozenset({"id", "file", "title", "sha256"})
_OPTIONAL = frozenset(
    {"short_title", "also_called", "symbol", "body", "date", "date_note", "kind", "language", "rights", "source_url"}
    | {"session", "agenda_item", "core"}
)
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_PRECEDENCE = (".pdf", ".docx", ".html", ".htm", ".md", ".markdown", ".txt")  # of twins, whose id is the plain name
_ID_LENGTH = 80
_CHUNK = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """Entries by file name, relative to the corpus folder with forward slashes."""

    entries: Mapping[str, DocumentMetadata] = field(default_factory=dict)

    def metadata_for(self, path: Path, corpus_dir: Path) -> DocumentMetadata:
        """What is known of a file; its hash is always that of the bytes now there.

        Without an entry: id from the file name, title from the file name until loading finds a better one.

        Raises:
            DocumentError: the file cannot be read.
        """
        name = relative_name(path, corpus_dir)
        digest = file_sha256(path)
        known = self.entries.get(name)
        if known is None:
            return DocumentMetadata(self._free_id(path, name), title_from_file_name(name), name, digest)
        return replace(known, sha256=digest)

    def problems(self, corpus_dir: Path) -> list[str]:
        """One line for each entry whose file is missing or has changed since the entry was written."""
        found: list[str] = []
        for name, entry in self.entries.items():
            path = corpus_dir / name
            if not path.is_file():
                found.append(f"{name}: listed in {MANIFEST_NAME} but not in the folder")
            elif file_sha256(path) != entry.sha256:
                found.append(f"{name}: changed since its entry in {MANIFEST_NAME} was written; check the entry")
        return found

    def _free_id(self, path: Path, name: str) -> str:
        """The plain file name where that says it all; otherwise with a hash of the full name, so no two are equal."""
        plain = PurePosixPath(name).with_suffix("").as_posix()
        slug = _slug(plain)
        taken = any(entry.id == slug for entry in self.entries.values())
        if slug == plain and not taken and not _has_twin(path):
            return slug
        return f"{slug}-{sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:6]}"


def read_manifest(corpus_dir: Path) -> Manifest:
    """The manifest of a corpus folder; an empty one where the folder has none.

    Raises:
        DataFileError: not TOML, or an entry lacks a key, has an unknown or doubled one, or a value of the wrong form.
    """
    path = corpus_dir / MANIFEST_NAME
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Manifest()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataFileError(f"{path} cannot be read: {error}; mend it or remove it") from error
    documents = data.get("documents", [])
    if not isinstance(documents, list) or not all(isinstance(entry, dict) for entry in documents):
        raise DataFileError(f"{path}: documents must be a list of tables; write each as [[documents]]")
    entries: dict[str, DocumentMetadata] = {}
    for entry in documents:
        metadata = _entry(entry, path)
        if metadata.file_name in entries:
            raise DataFileError(f"{path}: file {metadata.file_name!r} has two entries; keep one")
        if any(metadata.id == other.id for other in entries.values()):
            raise DataFileError(f"{path}: id {metadata.id!r} is given to two files; change one")
        entries[metadata.file_name] = metadata
    return Manifest(entries)


def title_from_file_name(name: str) -> str:
    """A stopgap title: the file name without its ending, as words."""
    words = re.sub(r"[\s_-]+", " ", PurePosixPath(name).stem).strip()
    printable = "".join(c for c in words if c.isprintable())
    return printable[:1].upper() + printable[1:] or "Untitled"


def relative_name(path: Path, corpus_dir: Path) -> str:
    """The file's name relative to the corpus folder with forward slashes; for a file outside it the bare name."""
    try:
        placed = path.parent.resolve() / path.name  # a link keeps its own name
        return placed.relative_to(corpus_dir.resolve()).as_posix()
    except ValueError:
        return path.name


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal.

    Raises:
        DocumentError: the file cannot be read.
    """
    digest = sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise DocumentError(
            f"{path.name!r} cannot be read ({error.strerror or error}); check that it is a file and its permissions"
        ) from error
    return digest.hexdigest()


def _entry(entry: dict[str, Any], path: Path) -> DocumentMetadata:
    name = str(entry.get("file") or entry.get("id") or "an entry")
    for key in sorted(_REQUIRED - entry.keys()):
        raise DataFileError(f"{path}: {name}: {key} is missing; add it")
    for key, value in entry.items():
        if key not in _REQUIRED | _OPTIONAL:
            raise DataFileError(f"{path}: {name}: unknown key {key!r}; known are {', '.join(sorted(_OPTIONAL))}")
        if key == "also_called":
            _check_names(value, name, path)
        elif key == "core":
            if not isinstance(value, bool):
                raise DataFileError(
                    f"{path}: {name}: core = {value!r} is neither true nor false; write it without quotes"
                )
        elif not isinstance(value, str) or not value.strip():
            raise DataFileError(f"{path}: {name}: {key} = {value!r} is not a text; write it in quotes")
    if "date" in entry and not is_date(entry["date"]):
        raise DataFileError(f"{path}: {name}: date = {entry['date']!r} is none; write 2015, 2015-06 or 2015-06-16")
    if not re.fullmatch(r"[0-9a-f]{64}", entry["sha256"]):
        raise DataFileError(f"{path}: {name}: sha256 = {entry['sha256']!r} is not 64 hexadecimal digits")
    fields = {key: value for key, value in entry.items() if key not in ("file", "also_called")}
    return DocumentMetadata(file_name=entry["file"], also_called=tuple(entry.get("also_called", ())), **fields)


def _check_names(value: object, name: str, path: Path) -> None:
    if not isinstance(value, list) or not all(isinstance(other, str) and other.strip() for other in value):
        raise DataFileError(f'{path}: {name}: also_called = {value!r} is not a list of names; write ["…", "…"]')


def is_date(text: str) -> bool:
    """Whether it is a date in ISO 8601, to the year, the month or the day."""
    match = _DATE.fullmatch(text)
    if not match:
        return False
    try:
        date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return False
    return True


def _slug(name: str) -> str:
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._]+", "-", ascii_name).strip("-.")[:_ID_LENGTH] or "document"


def _has_twin(path: Path) -> bool:
    """Whether a file of the same name but another, preceding ending lies beside it."""
    suffix = path.suffix.lower()
    before = _PRECEDENCE[: _PRECEDENCE.index(suffix)] if suffix in _PRECEDENCE else _PRECEDENCE
    return any(path.with_suffix(other).exists() for other in before)
