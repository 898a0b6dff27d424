"""Files are read in a process of their own, so that a hostile or broken one costs its own report and nothing else.

The child is `ingest.worker`; the parent holds the watch. One child reads many files, for its start costs a fifth of a
second; after a failure the next file gets a new one.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from assistant.domain import Document, DocumentMetadata
from assistant.errors import DocumentError
from ingest.limits import CHARACTERS_PER_PAGE, DEFAULT_LIMITS, MEGABYTE, Limits
from ingest.worker import READY, document_of

START_SECONDS = 60.0  # until a child is ready to read: a fifth of a second, more on a machine under load
_ANSWER_BYTES_PER_CHARACTER = 8  # UTF-8, and the blocks beside the text
_CRASHES_FROM_MEMORY = frozenset({"SIGABRT", "SIGTRAP", "SIGILL", "SIGSEGV"})  # how C libraries end without memory


class FileReader:
    """Reads files one after another in a worker process. A context manager: the process ends with it."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "FileReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process; the next file starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def load(self, path: Path, metadata: DocumentMetadata) -> Document:
        """What `loading.load_document` gives, within the limits.

        Raises:
            DocumentError: the file was refused, met a limit, or broke its reader; the text is the reason.
        """
        answer = self._ask(path, metadata)
        if answer.pop("spent", False):
            self.close()
        if "refused" in answer:
            raise DocumentError(str(answer["refused"]))
        if "out_of_memory" in answer:
            raise self._limits.out_of_memory(repr(path.name))
        document = document_of(answer)
        # What a document is called and was made from is not the file's to say.
        said = replace(document.metadata, id=metadata.id, file_name=metadata.file_name, sha256=metadata.sha256)
        return replace(document, metadata=said)

    def _ask(self, path: Path, metadata: DocumentMetadata) -> dict[str, Any]:
        process = self._process or self._start()
        request = {"path": str(path.absolute()), "metadata": asdict(metadata)}
        longest = _ANSWER_BYTES_PER_CHARACTER * self._limits.pages * CHARACTERS_PER_PAGE + MEGABYTE
        line, in_time = _exchange(process, request, self._limits.seconds, longest)
        if line.endswith(b"\n"):
            if not in_time:  # answered at the last moment, and ended thereafter
                self.close()
            return dict(json.loads(line))
        crash = _how_it_ended(process) if in_time and len(line) < longest else ""
        self.close()
        if not in_time:
            raise self._limits.out_of_time(repr(path.name))
        if not crash:
            raise DocumentError(f"{path.name!r} holds too much text (ASSISTANT_INGEST_PAGES); divide the file")
        cause = f", perhaps for want of memory (ASSISTANT_INGEST_MEMORY_MB={self._limits.memory_mb})"
        reason = cause if crash in _CRASHES_FROM_MEMORY else ""
        raise DocumentError(f"{path.name!r} broke the program that reads it ({crash}){reason}; it is left out")

    def _start(self) -> subprocess.Popen[bytes]:
        home = str(Path(__file__).resolve().parent.parent)
        found = os.environ.get("PYTHONPATH")
        environment = {
            **os.environ,
            "PYTHONPATH": home if not found else os.pathsep.join((home, found)),
            "PYTHONIOENCODING": "utf-8",
            "OPENBLAS_NUM_THREADS": "1",  # threads reserve memory, and one file keeps one core busy
            "OMP_NUM_THREADS": "1",
        }
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ingest.worker", json.dumps(asdict(self._limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what libraries grumble about a file; what matters comes as an answer
            env=environment,
        )
        self._process = process
        line, in_time = _exchange(process, None, START_SECONDS, MEGABYTE)
        if not line.endswith(b"\n") or json.loads(line) != READY:
            ended = _how_it_ended(process) if in_time else f"not within {START_SECONDS:g} s"
            self.close()
            raise DocumentError(
                f"the program that reads files did not start ({ended}); set ASSISTANT_INGEST_MEMORY_MB higher, "
                f"or see what this says: {Path(sys.executable).name} -m ingest.worker"
            )
        return process


def _exchange(
    process: subprocess.Popen[bytes], request: object | None, seconds: float, longest: int
) -> tuple[bytes, bool]:
    """The line that the child answers, or what there is of it, and whether it came in time. A late child is ended."""
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), end)
    timer.daemon = True
    timer.start()
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        if request is not None:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        line = process.stdout.readline(longest)
    except OSError:  # the child is gone
        line = b""
    finally:
        timer.cancel()
        timer.join()
    return line, not late.is_set()


def _how_it_ended(process: subprocess.Popen[bytes]) -> str:
    try:
        code = process.wait(START_SECONDS)
    except subprocess.TimeoutExpired:
        return "it no longer answers"
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
