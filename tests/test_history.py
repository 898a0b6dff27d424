"""Conversations on disk: kept answer by answer, listed, renamed, searched, deleted, and nobody else's."""

from dataclasses import replace
from pathlib import Path

import pytest
from test_feedback import ANSWER, REFUSAL

from assistant.domain import Filters
from assistant.history import LOCAL_USER, Exchange, History

FIRST = Exchange(ANSWER, Filters(kinds=frozenset({"report"})), "2026-11-25T10:00:00+00:00", "abc", "none")
SECOND = Exchange(REFUSAL, at="2026-11-25T10:01:00+00:00")


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path, LOCAL_USER)


def test_what_was_kept_is_there_after_a_restart(tmp_path: Path, history: History) -> None:
    conversation = history.begin(FIRST)
    assert history.append(conversation, SECOND)
    kept = History(tmp_path, LOCAL_USER).load(conversation)
    assert kept == (FIRST, SECOND)
    (entry,) = history.entries()
    assert (entry.id, entry.title, entry.exchanges) == (conversation, ANSWER.question, 2)


def test_a_kill_while_an_answer_is_written_leaves_the_answers_before_it(tmp_path: Path, history: History) -> None:
    conversation = history.begin(FIRST)
    folder = tmp_path / LOCAL_USER / conversation
    (folder / ".000002.json.0123").write_text('{"answer": {"quest')  # what a kill leaves of a write
    assert history.load(conversation) == (FIRST,)
    assert history.append(conversation, SECOND)
    assert history.load(conversation) == (FIRST, SECOND)


def test_an_answer_that_cannot_be_read_does_not_take_the_others_with_it(tmp_path: Path, history: History) -> None:
    conversation = history.begin(FIRST)
    history.append(conversation, SECOND)
    history.append(conversation, FIRST)
    (tmp_path / LOCAL_USER / conversation / "000002.json").write_text("{")
    assert history.load(conversation) == (FIRST, FIRST)
    assert history.append(conversation, SECOND)
    assert history.load(conversation) == (FIRST, FIRST, SECOND)


def test_the_last_used_comes_first(history: History) -> None:
    one = history.begin(FIRST)
    two = history.begin(SECOND)
    history.append(one, SECOND)
    assert [entry.id for entry in history.entries()] == [one, two]


def test_renaming_changes_the_title_and_nothing_else(history: History) -> None:
    conversation = history.begin(FIRST)
    history.rename(conversation, "  For the\nmeeting  ")
    assert history.entries()[0].title == "For the meeting"
    assert history.load(conversation) == (FIRST,)
    history.rename(conversation, "   ")
    assert history.entries()[0].title == "For the meeting"


def test_search_looks_at_titles_questions_and_answers(history: History) -> None:
    one, two = history.begin(FIRST), history.begin(SECOND)
    history.rename(two, "Security Council brief")
    found = {words: [e.id for e in history.search(words)] for words in ("PREVENTION", "brief council", "pays", "zebra")}
    assert found == {"PREVENTION": [one], "brief council": [two], "pays": [two], "zebra": []}


def test_deleting_leaves_nothing_and_a_late_answer_does_not_bring_it_back(tmp_path: Path, history: History) -> None:
    gone, kept = history.begin(FIRST), history.begin(SECOND)
    history.delete(gone)
    assert history.load(gone) is None
    assert not history.append(gone, SECOND)
    assert [path.name for path in (tmp_path / LOCAL_USER).iterdir()] == [kept]
    assert ANSWER.question not in "".join(p.read_text() for p in tmp_path.rglob("*") if p.is_file())


def test_a_deletion_that_was_killed_is_finished_later(tmp_path: Path, history: History) -> None:
    conversation = history.begin(FIRST)
    (tmp_path / LOCAL_USER / conversation).rename(tmp_path / LOCAL_USER / f".{conversation}")
    assert history.entries() == ()
    assert list((tmp_path / LOCAL_USER).iterdir()) == []


def test_one_reader_never_reaches_the_conversations_of_another(tmp_path: Path, history: History) -> None:
    conversation = history.begin(FIRST)
    other = History(tmp_path, "https://issuer.example|../local")
    assert other.entries() == other.search("") == ()
    assert other.load(conversation) is None
    assert not other.append(conversation, SECOND)
    other.rename(conversation, "Mine now")
    other.delete(conversation)
    for path in (f"../{LOCAL_USER}/{conversation}", f"{LOCAL_USER}/{conversation}", "..", ""):
        assert other.load(path) is None
    assert history.load(conversation) == (FIRST,)
    assert history.entries()[0].title == ANSWER.question


def test_a_question_of_any_length_and_script_is_kept(history: History) -> None:
    question = "Що? \u202e " + "x" * 4000
    conversation = history.begin(replace(FIRST, answer=replace(ANSWER, question=question)))
    assert (history.load(conversation) or ())[0].answer.question == question
    assert len(history.entries()[0].title) == 80
