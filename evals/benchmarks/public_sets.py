"""What the benchmarks on public sets share: where a set lies, its rows, and an Assistant over its library."""

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from assistant.answering import Assistant
from assistant.assembly import build_embedder, build_reader, read_rules
from assistant.embedding import Embedder
from assistant.library import Library
from assistant.settings import load_settings

FOLDER_VARIABLE = "ASSISTANT_BENCHMARKS_DIR"
CACHE_VARIABLE = "ASSISTANT_BENCHMARKS_CACHE"  # a folder that keeps the libraries between runs


def find_set(place: str, name: str, sign: str) -> tuple[Path | None, str]:
    """The set's folder (`place`, or `name` in it), which holds the file `sign`; else None and why, in one line."""
    place = place or os.environ.get(FOLDER_VARIABLE, "")
    named = Path(place).expanduser()
    found = next((f for f in (named, named / name) if place and (f / sign).is_file()), None)
    if found:
        return found, ""
    where = f"no {name}/{sign} in {place!r}" if place else "no folder given"
    return None, f"skipped: {where}; name the folder of public benchmarks as argument or in {FOLDER_VARIABLE}"


def read_rows(path: Path) -> list[dict[str, Any]]:
    """One JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def open_assistant(
    corpus: Path, library_file: Path, make: Callable[[Sequence[dict[str, Any]], Embedder, Path], Library]
) -> Assistant:
    """The production Assistant over the set's passages; `make` makes their library unless it is there."""
    settings = load_settings()
    embedder = build_embedder(settings)
    if library_file.is_file():
        library = Library.open(library_file, identity=embedder.identity)
    else:
        library = make(read_rows(corpus), embedder, library_file)
    rules = read_rules(settings)
    reader = build_reader(settings) if rules.retrieval.joint_reading else None
    return Assistant(library, embedder, library_file.parent / "index", rules, reader=reader)


def print_table(arguments: Sequence[str], name: str, sign: str, measure: Callable[[Path, Path], str]) -> int:
    """Print what `measure` says of the set's folder and a library file; without the set one line that says so."""
    folder, why = find_set(arguments[0] if arguments else "", name, sign)
    if folder is None:
        print(why)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        kept = os.environ.get(CACHE_VARIABLE, "")
        print(measure(folder, Path(kept or scratch) / f"{name}.db"))
    return 0
