"""The process in which files are read, within limits. `python -m ingest.worker`; see `file_reader` for its parent.

It reads requests from standard input and answers each with one line of JSON: data, never anything that the other side
would execute. Memory and processor time have a ceiling where the system knows one (Linux; macOS in part).
"""

import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from assistant.domain import Document
from assistant.errors import DocumentError
from assistant.schema import block_details, block_of, metadata_of_row
from ingest.limits import MEGABYTE, Limits

READY = "ready"  # the first answer, before any request
SPENT_SHARE = 0.5  # of its memory, from which a process is let go: what one file left behind is not the next one's
SPARE_CPU_SECONDS = 5  # beyond the time limit, for a process whose parent was killed in between


def main(arguments: list[str]) -> None:
    """Read the files that standard input names, one request a line, until it ends."""
    limits = Limits(**json.loads(arguments[0])) if arguments else Limits()
    from ingest.loading import load_document

    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no answer
    _cap_memory(limits)
    _send(answers, READY)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        path = Path(request["path"])
        _cap_time(limits)
        try:
            document = load_document(path, metadata_of_row(request["metadata"]), limits=limits)
            answer = document_record(document)
        except DocumentError as error:
            answer = {"refused": str(error)}
        except MemoryError:
            answer = {"out_of_memory": True, "spent": True}
        except RecursionError:
            answer = {"refused": f"{path.name!r} is nested too deeply to be a document; it is left out"}
        except Exception as error:  # the readers of file formats raise every kind
            answer = {"refused": f"{path.name!r} cannot be read ({_line(error)}); it is left out"}
        answer["spent"] = answer.get("spent", False) or _memory() > SPENT_SHARE * limits.memory_mb * MEGABYTE
        _send(answers, answer)


def document_record(document: Document) -> dict[str, Any]:
    """A document as JSON-ready data."""
    return {
        "metadata": asdict(document.metadata),
        "text": document.text,
        "blocks": [block_details(block) for block in document.blocks],
        "warnings": document.warnings,
        "page_count": document.page_count,
    }


def document_of(record: dict[str, Any]) -> Document:
    """The inverse of `document_record`."""
    text = str(record["text"])
    return Document(
        metadata=metadata_of_row(record["metadata"]),
        text=text,
        blocks=tuple(block_of(details, text) for details in record["blocks"]),
        warnings=tuple(map(str, record["warnings"])),
        page_count=record["page_count"],
    )


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}".rstrip(": ")


def _send(stream: IO[bytes], answer: object) -> None:
    stream.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    stream.flush()


def _cap_memory(limits: Limits) -> None:
    """No more address space than allowed, and no image of the memory on the disk after a crash."""
    try:
        import resource
    except ImportError:  # Windows knows no such limits
        return
    with suppress(OSError, ValueError):  # macOS refuses some
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = limits.memory_mb * MEGABYTE
        resource.setrlimit(resource.RLIMIT_AS, (wanted if most < 0 else min(wanted, most), most))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _cap_time(limits: Limits) -> None:
    """The parent holds the watch; should it be killed, a file that never ends is ended by the system."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    wanted = int(used.ru_utime + used.ru_stime + limits.seconds) + SPARE_CPU_SECONDS
    with suppress(OSError, ValueError):
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (wanted if most < 0 else min(wanted, most), most))


def _memory() -> int:
    """Bytes that the process holds now; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


if __name__ == "__main__":
    main(sys.argv[1:])
