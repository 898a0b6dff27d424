"""The folders of the vector index: which one is current, which are whole, which can go. Opens no index.

    index/current                      names the current generation and the one before it
    index/gen-<stamp>-<random>/        one index, built once and never written again
    index/gen-<stamp>-<random>/seal.json   last to be written: what the folder was made from, and its files

A process that opens a damaged graph file can die of it (measured: 4 of 10 with a damaged header.bin or
data_level0.bin), so a folder is checked against its seal before anything opens it. SQLite files are not in the seal:
opening one adds a row to it, and damage there is an ordinary error.
"""

import hashlib
import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

POINTER = "current"
SEAL = "seal.json"
PREFIX = "gen-"


@dataclass(frozen=True, slots=True)
class Seal:
    """What a whole generation was made from: the library's stamp, and how many vectors of each signal."""

    stamp: str
    counts: dict[str, int]


def new_folder(root: Path, stamp: str) -> Path:
    """An empty folder for a generation."""
    folder = root / f"{PREFIX}{stamp[:12]}-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    return folder


def seal(folder: Path, content: Seal) -> None:
    """Bring the folder's files to the disk and write down what they are; from now on it counts as whole."""
    files = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        with file.open("r+b") as stream:
            os.fsync(stream.fileno())
        if not _is_sqlite(file):
            files[file.relative_to(folder).as_posix()] = _sha256(file)
    record = {"stamp": content.stamp, "counts": content.counts, "files": files}
    _write(folder / SEAL, json.dumps(record, indent=1))


def read_seal(folder: Path) -> Seal | None:
    """The seal of a generation, or None where it is not whole: unfinished, or a file is missing or differs."""
    try:
        record = json.loads((folder / SEAL).read_text(encoding="utf-8"))
        if any(_sha256(folder / name) != digest for name, digest in record["files"].items()):
            return None
        return Seal(record["stamp"], dict(record["counts"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def current(root: Path) -> Path | None:
    """The folder that the pointer names; None where there is none."""
    names = _pointer(root)
    return root / names[0] if names else None


def switch(root: Path, folder: Path) -> None:
    """Make a sealed generation the current one: the pointer is the old or the new one at any moment."""
    _write(root / POINTER, "\n".join([folder.name, *_pointer(root)[:1]]) + "\n")


def sweep(root: Path) -> None:
    """Delete all generations but the current one and the one before it, which readers may still have open.

    Only under the lock that building takes: an unfinished generation is one whose builder was killed.
    """
    keep = _pointer(root)
    for folder in root.glob(f"{PREFIX}*"):
        if folder.name not in keep:
            shutil.rmtree(folder, ignore_errors=True)


def _pointer(root: Path) -> list[str]:
    """Names of the current generation and the one before it."""
    try:
        names = (root / POINTER).read_text(encoding="utf-8").split()[:2]
    except (OSError, ValueError):
        return []
    return [name for name in names if name.startswith(PREFIX) and Path(name).name == name]


def _write(path: Path, text: str) -> None:
    """Put a file in place whole, or not at all, and on the disk when this returns."""
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(beside, path)
    if os.name == "posix":  # the rename itself; other systems cannot open a folder
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _is_sqlite(file: Path) -> bool:
    return ".sqlite3" in file.name  # with its journals


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
