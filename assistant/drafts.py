"""Draft evaluation cases made from answers, for staff to check: the same JSON lines as evals/cases, one file each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.domain import Answer, Filters, Reason, Turn
from assistant.feedback import FeedbackReason
from assistant.records import RecordFolder, new_id

_REFUSED_KINDS = {
    Reason.NO_EVIDENCE: "unanswerable_far",
    Reason.OFF_TOPIC: "unanswerable_far",
    Reason.NOT_STATED: "unanswerable_near",
    Reason.INSTRUCTION: "instruction",
    Reason.UNCLEAR: "unclear",
}


@dataclass(frozen=True, slots=True)
class DraftGold:
    """A quote that the answer rests on."""

    document: str
    quote: str


@dataclass(frozen=True, slots=True)
class DraftCase:
    """A line of a case file; key facts are for a person to write."""

    id: str
    kind: str
    question: str
    status: str
    note: str
    history: tuple[tuple[str, str], ...] = ()  # (user | assistant, text), oldest first
    documents: tuple[str, ...] = ()
    gold: tuple[DraftGold, ...] = ()
    gold_mode: str = "all"
    key_facts: tuple[tuple[str, ...], ...] = ()


class DraftBox:
    """All draft cases, one file of one line each."""

    def __init__(self, folder: Path) -> None:
        self._records = RecordFolder(folder, DraftCase, suffix=".jsonl")

    def add(self, draft: DraftCase) -> None:
        """Keep one.

        Raises:
            StorageError: the disk does not take it.
        """
        self._records.put(draft.id, draft)

    def get(self, draft_id: str) -> DraftCase | None:
        """One by its id; None where there is none."""
        return self._records.get(draft_id)

    def all(self) -> tuple[DraftCase, ...]:
        """All that can be read, by id."""
        return tuple(self._records.all())

    def remove(self, draft_id: str) -> None:
        """Remove one for good."""
        self._records.remove(draft_id)


def draft_case(
    answer: Answer,
    history: Sequence[Turn] = (),
    filters: Filters = Filters(),
    reason: FeedbackReason | None = None,
    comment: str = "",
    draft_id: str = "",
) -> DraftCase:
    """What an answer says about itself, or what the reader says it should have been, as a case to be checked."""
    status = str(answer.status)
    gold = tuple(dict.fromkeys(DraftGold(c.document_id, c.quote) for c in answer.citations))
    kind = _kind(answer, history)
    if reason is FeedbackReason.SHOULD_HAVE_REFUSED:
        status, gold, kind = f"unanswerable:{Reason.NOT_STATED}", (), _REFUSED_KINDS[Reason.NOT_STATED]
    elif reason is FeedbackReason.SHOULD_HAVE_ANSWERED or answer.status.failure:
        status, kind = "answered", "follow_up" if history else "single_fact"
    said = (("user", turn.question) if user else ("assistant", turn.answer) for turn in history for user in (1, 0))
    return DraftCase(
        id=draft_id or f"draft-{new_id()[:12]}",
        kind=kind,
        question=answer.question,
        status=status,
        note=_note(answer, filters, reason, comment),
        history=tuple(said),
        documents=tuple(sorted(filters.documents)),
        gold=gold,
    )


def _kind(answer: Answer, history: Sequence[Turn]) -> str:
    if answer.status.reason:
        return _REFUSED_KINDS[answer.status.reason]
    if history:
        return "follow_up"
    if len({citation.document_id for citation in answer.citations}) > 1:
        return "cross_document"
    return "list" if sum(statement.item for statement in answer.statements) > 1 else "single_fact"


def _note(answer: Answer, filters: Filters, reason: FeedbackReason | None, comment: str) -> str:
    parts = [f"draft: made from an answer with status {answer.status}"]
    if reason:
        parts.append(f"the reader said: {reason.replace('_', ' ')}")
    if filters.bodies or filters.kinds or filters.year_from or filters.year_to:
        bodies, kinds = ", ".join(sorted(filters.bodies)), ", ".join(sorted(filters.kinds))
        parts.append(f"searched only in bodies [{bodies}], kinds [{kinds}], {filters.year_from}–{filters.year_to}")
    if comment:
        parts.append(f"comment: {comment}")
    return "; ".join(parts)
