"""What became of one file in a run, as the ingest report lists it. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from assistant.domain import Document


class Outcome(StrEnum):
    """What became of a file."""

    ADDED = "added"
    UPDATED = "updated"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FileReport:
    """A file that a run read, or tried to; what a run leaves alone has none."""

    name: str
    outcome: Outcome
    pages: int | None = None  # None where the format has none
    pages_without_text: int = 0
    passages: int = 0
    reading_seconds: float = 0.0  # parsing and structure, in the worker process
    embedding_seconds: float = 0.0  # passages, vectors, and storing them
    warnings: tuple[str, ...] = ()
    reason: str | None = None  # of a failed file


def pages_without_text(document: Document) -> int:
    """How many of a document's pages hold no part of its text: scanned, a picture, or empty."""
    covered: set[int] = set()
    for block in document.blocks:
        if block.locator.page is not None:
            covered.update(range(block.locator.page, (block.end_page or block.locator.page) + 1))
    return max((document.page_count or 0) - len(covered), 0)
