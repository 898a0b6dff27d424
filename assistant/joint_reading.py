"""What reading a question and passages together finds: the seam to the joint reader, which needs torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.domain import Passage


@dataclass(frozen=True, slots=True)
class JointReading:
    """Of one passage: log-odds that each of its sentences answers the question, and that none of them does."""

    sentences: tuple[float, ...]
    none: float


class SentenceReader(Protocol):
    """What reads a question and passages together."""

    def read(self, question: str, passages: Sequence[Passage], titles: Sequence[str]) -> list[JointReading]:
        """One reading for each passage; `titles` are those of their documents."""
