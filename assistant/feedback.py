"""What readers say of answers: a thumb, a reason, a comment, and the whole answer that it is about."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assistant.domain import Answer, Filters, Turn
from assistant.records import RecordFolder


class FeedbackReason(StrEnum):
    """Why an answer did not help."""

    WRONG_SOURCE = "wrong_source"
    INCOMPLETE = "incomplete"
    SHOULD_HAVE_REFUSED = "should_have_refused"
    SHOULD_HAVE_ANSWERED = "should_have_answered"
    WRONG_ANSWER = "wrong_answer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One reader's word on one answer, with everything that is needed to look into it."""

    id: str
    at: str  # ISO 8601 in UTC: "2026-11-25T14:03:07+00:00"
    user: str  # as history names them; "local" where nobody signs in
    helpful: bool
    answer: Answer
    reason: FeedbackReason | None = None  # only where it did not help
    comment: str = ""
    history: tuple[Turn, ...] = ()  # the turns before the question, oldest first
    filters: Filters = Filters()


def feedback_id(conversation: str, position: int) -> str:
    """Under which name the feedback on the answer at a position (from 0) is kept: a second word changes the first."""
    return f"{conversation}-{position + 1}"


class FeedbackBox:
    """All feedback, one JSON file each."""

    def __init__(self, folder: Path) -> None:
        self._records = RecordFolder(folder, Feedback)

    def add(self, feedback: Feedback) -> None:
        """Keep one; the same id again takes the place of the first.

        Raises:
            StorageError: the disk does not take it.
        """
        self._records.put(feedback.id, feedback)

    def get(self, feedback_id: str) -> Feedback | None:
        """One by its id; None where there is none."""
        return self._records.get(feedback_id)

    def all(self) -> tuple[Feedback, ...]:
        """Oldest first."""
        return tuple(sorted(self._records.all(), key=lambda feedback: (feedback.at, feedback.id)))

    def remove(self, feedback_id: str) -> None:
        """Remove one for good."""
        self._records.remove(feedback_id)

    def remove_conversation(self, conversation: str) -> None:
        """Remove all that was said of the answers of one conversation, for good.

        Raises:
            StorageError: the disk does not let it go.
        """
        for name in self._records.names():
            if name.rpartition("-")[0] == conversation:
                self._records.remove(name)
