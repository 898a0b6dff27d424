"""`policy-assistant ingest` on a folder, as a user would run it, with its report and what it took of the machine.

Shared by the benchmarks of documents that are no part of this project. What is measured is the program: evals does not
import ingest.
"""

import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.assembly import library_path
from assistant.library import Library
from assistant.settings import Settings, load_settings

FOLDER_VARIABLE = "ASSISTANT_BENCHMARKS_DIR"
SAMPLE_SECONDS = 0.2  # between two looks at the memory


@dataclass(frozen=True, slots=True)
class IngestRun:
    """A library that was made from a folder."""

    settings: Settings
    report: dict[str, Any]  # as `ingest --report` writes it
    peak_mb: float  # of the program and the process that reads files, together

    def library(self) -> Library:
        """Open it."""
        return Library.open(library_path(self.settings))

    def passages(self) -> str:
        """What `policy-assistant passages --json` prints."""
        return _program(self.settings, "passages", "--json").stdout

    @property
    def speeds(self) -> str:
        """Pages a second of one core: reading (parsing and structure) against passages, vectors and storing."""
        read = [file for file in self.report["files"] if file["pages"]]
        pages = sum(file["pages"] for file in read)
        reading = sum(file["reading_seconds"] for file in read)
        embedding = sum(file["embedding_seconds"] for file in read)
        if not read:
            return "no pages"
        return f"{pages} pages; pages/s: reading {pages / reading:.0f}, embedding and storing {pages / embedding:.1f}"


def named_folder(arguments: Sequence[str], name: str, sign: str) -> tuple[Path | None, str]:
    """The benchmark's folder (the one that is named, or `name` in it), which holds `sign`; else None and why."""
    place = arguments[0] if arguments else os.environ.get(FOLDER_VARIABLE, "")
    found = next((f for f in (Path(place), Path(place) / name) if place and (f.expanduser() / sign).exists()), None)
    if found is not None:
        return found.expanduser().resolve(), ""
    where = f"no {name}/{sign} in {place!r}" if place else "no folder given"
    return None, f"skipped: {where}; name the folder of test documents as argument or in {FOLDER_VARIABLE}"


def ingest_folder(corpus: Path, data: Path) -> IngestRun:
    """Ingest a folder into a library of its own. What the program grumbles goes to the terminal.

    Raises:
        subprocess.CalledProcessError: the program failed as a whole.
    """
    settings = load_settings(data_dir=data, corpus_dir=corpus)
    data.mkdir(parents=True, exist_ok=True)
    report = data / "report.json"
    peak_mb = _watched(settings, ["ingest", "--json", "--report", str(report)])
    return IngestRun(settings, json.loads(report.read_text(encoding="utf-8")), peak_mb)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "assistant", *arguments]


def _environment(settings: Settings) -> dict[str, str]:
    folders = {"ASSISTANT_DATA_DIR": settings.data_dir, "ASSISTANT_CORPUS_DIR": settings.corpus_dir}
    return {**os.environ, **{key: str(folder) for key, folder in folders.items()}}


def _program(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(*arguments), env=_environment(settings), check=True, stdout=subprocess.PIPE, encoding="utf-8"
    )


def _watched(settings: Settings, arguments: Sequence[str]) -> float:
    """Run to the end; the most megabytes that the program and its children held at once."""
    process = subprocess.Popen(_command(*arguments), env=_environment(settings), stdout=subprocess.DEVNULL)
    most = 0.0
    over = threading.Event()

    def look() -> None:
        nonlocal most
        while not over.wait(SAMPLE_SECONDS):
            most = max(most, sum(map(_resident_mb, _with_children(process.pid))))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    code = process.wait()
    over.set()
    watcher.join()
    if code:
        raise subprocess.CalledProcessError(code, process.args)
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # of one process; where /proc is missing
    return max(most, largest)


def _with_children(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for tasks in Path(f"/proc/{parent}/task").glob("*/children"):
            with suppress(OSError):
                found += map(int, tasks.read_text().split())
    return found


def _resident_mb(pid: int) -> float:
    with suppress(OSError, IndexError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / (1 << 20)
    return 0.0
