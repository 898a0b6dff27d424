"""Values as JSON files in a folder: one value a file, each written whole or not at all.

A write goes to a file aside, reaches the disk, and is then renamed: a kill at any moment leaves the old file or the
new one. Removing a value removes its file.
"""

import logging
import os
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from assistant.errors import StorageError

T = TypeVar("T")
logger = logging.getLogger(__name__)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")


class RecordFolder(Generic[T]):
    """The values of one type in one folder, by name."""

    def __init__(self, folder: Path, kind: type[T], suffix: str = ".json") -> None:
        self.folder = folder
        self._suffix = suffix
        self._adapter: TypeAdapter[T] = _adapter(kind)  # type: ignore[arg-type]  # a class can be a key

    def put(self, name: str, value: T) -> None:
        """Keep a value under a name, in the place of what stood there.

        Raises:
            StorageError: the name cannot be a file's name, or the disk does not take it.
        """
        path = self._path(name)
        if path is None:
            raise StorageError(f"{name!r} cannot name a record; use letters, digits, - and _")
        write_whole(path, self._adapter.dump_json(value) + b"\n")

    def get(self, name: str) -> T | None:
        """The value of that name; None where there is none, or none that can be read."""
        path = self._path(name)
        return self._read(path) if path else None

    def names(self) -> list[str]:
        """All names in alphabetical order."""
        found = self.folder.glob(f"*{self._suffix}")
        return sorted(name for path in found if is_name(name := path.name.removesuffix(self._suffix)))

    def all(self) -> list[T]:
        """All values that can be read, by name; one that cannot is left where it is, and the log says so."""
        values = (self.get(name) for name in self.names())
        return [value for value in values if value is not None]

    def remove(self, name: str) -> None:
        """Remove a value; no other copy is kept. What is not there is removed already.

        Raises:
            StorageError: the disk does not let it go.
        """
        path = self._path(name)
        try:
            if path:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"{path} cannot be removed ({error.strerror}); check who may write there") from error

    def _path(self, name: str) -> Path | None:
        return self.folder / f"{name}{self._suffix}" if is_name(name) else None

    def _read(self, path: Path) -> T | None:
        try:
            return self._adapter.validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            logger.warning("%s cannot be read and is left out: %s", path, " ".join(str(error).split())[:200])
            return None


def is_name(name: str) -> bool:
    """Whether a text can name a record: it may come from an address, and never leads out of its folder."""
    return bool(_NAME.fullmatch(name))


def now() -> str:
    """The time as records keep it: ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def new_id() -> str:
    """A name that nobody can guess and nothing else has."""
    return uuid4().hex


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)  # made once for a type: it takes milliseconds


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all.

    Raises:
        StorageError: the disk does not take it.
    """
    aside = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with aside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written ({error.strerror}); free some space, give this user the right to write there, "
            "or set ASSISTANT_DATA_DIR to another folder"
        ) from error
