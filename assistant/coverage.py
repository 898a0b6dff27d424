"""What the library holds, by body, kind and year, and which documents that a reader would expect it lacks. Pure."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.domain import DocumentMetadata
from assistant.errors import DataFileError
from assistant.settings import PROJECT_DIR

CATALOGUE_NAME = "catalogue.toml"
UNKNOWN = "unknown"  # a body, kind or year that a document does not say

_REQUIRED = {"title": str, "body": str, "date": str, "topic": str, "url": str, "checked": bool}
_OPTIONAL = {"symbol": str}
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_JOINT = re.compile(r"[-–—](?=[A-Z]+/)")  # between the two symbols of a joint document
_MIN_TITLE = 20  # letters, from which one title within another is no accident
_TITLE_SHARE = 0.6  # of the longer title: what is left may be a subtitle or an author, not another document


@dataclass(frozen=True, slots=True)
class Expected:
    """A document that a reader would look for."""

    title: str
    body: str
    date: str  # ISO 8601, as precise as is known
    topic: str
    url: str  # the official page where a person can get it
    checked: bool  # symbol and date were confirmed in two sources
    symbol: str | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is held and what is missing."""

    bodies: Mapping[str, int]  # documents of each
    kinds: Mapping[str, int]
    years: Mapping[str, int]
    held: tuple[tuple[Expected, str], ...]  # with the document's id
    missing: tuple[Expected, ...]


def catalogue_path(corpus_dir: Path) -> Path:
    """The catalogue of a corpus folder, or ours where it has none."""
    own = corpus_dir / CATALOGUE_NAME
    return own if own.is_file() else PROJECT_DIR / "corpus" / CATALOGUE_NAME


def read_catalogue(path: Path) -> tuple[Expected, ...]:
    """The expected documents, in the order of the file.

    Raises:
        DataFileError: the file is missing or malformed, or a symbol is listed twice; names the entry and the key.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataFileError(f"{path} cannot be read: {error}; mend it or get it anew") from error
    entries = data.get("documents")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise DataFileError(f"{path}: documents must be a list of tables; write each as [[documents]]")
    found = tuple(_entry(entry, path) for entry in entries)
    symbols = Counter(part for entry in found for part in _symbols(entry.symbol))
    for symbol, times in symbols.items():
        if times > 1:
            raise DataFileError(f"{path}: the symbol {symbol} is listed {times} times; keep one")
    return found


def find_coverage(expected: Sequence[Expected], documents: Sequence[DocumentMetadata]) -> Coverage:
    """Compare the catalogue with the documents of a library: by symbol (one of a joint one will do), else by title."""
    by_symbol = {symbol: document.id for document in documents for symbol in _symbols(document.symbol)}
    titles = {document.id: _letters(document.title) for document in documents}
    held: list[tuple[Expected, str]] = []
    missing: list[Expected] = []
    for entry in expected:
        found = next((by_symbol[symbol] for symbol in _symbols(entry.symbol) if symbol in by_symbol), None)
        if found is None and entry.symbol is None:
            found = next((key for key, title in titles.items() if _same_title(_letters(entry.title), title)), None)
        if found is None:
            missing.append(entry)
        else:
            held.append((entry, found))
    return Coverage(
        bodies=_counted(document.body for document in documents),
        kinds=_counted(document.kind for document in documents),
        years=_counted(str(document.year) if document.year else None for document in documents),
        held=tuple(held),
        missing=tuple(missing),
    )


def _entry(entry: dict[str, Any], path: Path) -> Expected:
    name = str(entry.get("symbol") or entry.get("title") or "an entry")
    for key in _REQUIRED.keys() - entry.keys():
        raise DataFileError(f"{path}: {name}: {key} is missing; add it")
    for key, value in entry.items():
        kind = {**_REQUIRED, **_OPTIONAL}.get(key)
        if kind is None:
            raise DataFileError(
                f"{path}: {name}: unknown key {key!r}; known are {', '.join(sorted(_REQUIRED))}, symbol"
            )
        if not isinstance(value, kind) or value == "":
            raise DataFileError(
                f"{path}: {name}: {key} = {value!r} is not a {'text' if kind is str else 'true or false'}"
            )
    if not _DATE.fullmatch(entry["date"]):
        raise DataFileError(f"{path}: {name}: date = {entry['date']!r} is none; write 2015, 2015-06 or 2015-06-16")
    if not entry["url"].startswith("https://"):
        raise DataFileError(
            f"{path}: {name}: url = {entry['url']!r} does not begin with https://; give the official page"
        )
    return Expected(**entry)


def _symbols(symbol: str | None) -> list[str]:
    """The symbols of a document in one spelling: no spaces, no asterisks; both of a joint one."""
    return [re.sub(r"[\s*]", "", part) for part in _JOINT.split(symbol)] if symbol else []


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _same_title(expected: str, title: str) -> bool:
    if expected == title:
        return True
    short, long = sorted((expected, title), key=len)
    return len(short) >= max(_MIN_TITLE, _TITLE_SHARE * len(long)) and short in long


def _counted(values: Any) -> dict[str, int]:
    """How often each is met, in order of name; what is not known last."""
    counts = Counter(value or UNKNOWN for value in values)
    return {key: counts[key] for key in sorted(counts, key=lambda key: (key == UNKNOWN, key))}
