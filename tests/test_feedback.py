"""Feedback and draft cases: kept whole, read back as they were, readable by the evaluation."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from test_chat_page import answered, refused

from assistant.domain import Answer, Filters, Turn
from assistant.drafts import DraftBox, draft_case
from assistant.errors import StorageError
from assistant.events import AnswerReady
from assistant.feedback import Feedback, FeedbackBox, FeedbackReason, feedback_id
from assistant.records import RecordFolder, new_id, now
from evals.dataset import load_cases


def answer_of(events: Sequence[object]) -> Answer:
    last = events[-1]
    assert isinstance(last, AnswerReady)
    return last.answer


ANSWER = answer_of(answered("What is the core of it?"))
REFUSAL = answer_of(refused("Who pays?"))
HISTORY = (Turn("And before?", "Nothing."),)


def feedback(**changes: object) -> Feedback:
    filters = Filters(documents=frozenset({"one"}), year_from=2005)
    known = Feedback(new_id(), now(), "local", False, ANSWER, FeedbackReason.INCOMPLETE, "more", HISTORY, filters)
    return replace(known, **changes)  # type: ignore[arg-type]  # each caller gives its own fields


def test_what_was_added_comes_back_equal_and_oldest_first(tmp_path: Path) -> None:
    box = FeedbackBox(tmp_path / "feedback")
    late, early = feedback(at="2026-02-01T00:00:00+00:00"), feedback(at="2026-01-01T00:00:00+00:00", answer=REFUSAL)
    assert box.all() == ()
    box.add(late)
    box.add(early)
    assert FeedbackBox(tmp_path / "feedback").all() == (early, late)
    box.remove(early.id)
    assert box.all() == (late,)
    assert [path.name for path in (tmp_path / "feedback").iterdir()] == [f"{late.id}.json"]


def test_a_file_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    box = FeedbackBox(tmp_path)
    box.add(kept := feedback())
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    assert box.all() == (kept,)
    assert (tmp_path / "broken.json").exists()


@pytest.mark.parametrize("name", ["", "../out", "a/b", ".hidden", "a" * 200, "a\x00b"])
def test_a_name_from_an_address_never_leaves_the_folder(tmp_path: Path, name: str) -> None:
    records = RecordFolder(tmp_path / "in", str)
    assert records.get(name) is None
    records.remove(name)
    with pytest.raises(StorageError):
        records.put(name, "x")


def test_a_disk_that_does_not_take_it_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="ASSISTANT_DATA_DIR") as raised:
        FeedbackBox(tmp_path / "file").add(feedback())
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("answer", "history", "reason", "kind", "status", "quotes"),
    [
        (ANSWER, (), None, "cross_document", "answered", 2),
        (replace(ANSWER, citations=ANSWER.citations[:1]), (), None, "single_fact", "answered", 1),
        (ANSWER, HISTORY, None, "follow_up", "answered", 2),
        (ANSWER, (), FeedbackReason.SHOULD_HAVE_REFUSED, "unanswerable_near", "unanswerable:not_stated", 0),
        (REFUSAL, (), None, "unanswerable_near", "unanswerable:not_stated", 0),
        (REFUSAL, (), FeedbackReason.SHOULD_HAVE_ANSWERED, "single_fact", "answered", 0),
    ],
)
def test_a_draft_is_a_case_that_the_evaluation_reads(
    tmp_path: Path,
    answer: Answer,
    history: tuple[Turn, ...],
    reason: FeedbackReason,
    kind: str,
    status: str,
    quotes: int,
) -> None:
    draft = draft_case(answer, history, Filters(documents=frozenset({"one"})), reason, "see\nhere")
    DraftBox(tmp_path).add(draft)
    assert DraftBox(tmp_path).all() == (draft,)
    (case,) = load_cases(tmp_path / f"{draft.id}.jsonl")
    assert (case.kind, str(case.status), len(case.gold)) == (kind, status, quotes)
    assert case.question == answer.question
    assert case.documents == ("one",)
    assert case.conversation.turns == history
    assert case.key_facts == ()
    assert case.note.startswith("draft: ")


def test_what_was_said_of_a_conversation_goes_with_it_and_nothing_else(tmp_path: Path) -> None:
    box = FeedbackBox(tmp_path / "feedback")
    going, staying = new_id(), new_id()
    for conversation, position in ((going, 0), (going, 11), (staying, 0)):
        box.add(feedback(id=feedback_id(conversation, position)))
    box.remove_conversation(going)
    assert [kept.id for kept in box.all()] == [feedback_id(staying, 0)]
    box.remove_conversation(going)
