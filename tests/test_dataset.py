"""Case files are strict, and the golden questions themselves are sound."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.domain import Conversation, Filters, Reason, Turn
from assistant.errors import DataFileError
from assistant.library import Library
from evals.dataset import SPLITS, Case, CaseKind, Gold, fingerprint, load_cases, load_split, subset
from evals.matching import Source, read_sources
from evals.validate import check_cases, check_splits

TEXT = "The Panel has 16 members. It is chaired by Mr. Ramos-Horta.\n\nIts ‘report’ came out in June 2015."
SOURCES = {"panel": Source.of(TEXT)}
LINE: dict[str, Any] = {
    "id": "a-1",
    "kind": "single_fact",
    "question": "How many members has the Panel?",
    "status": "answered",
    "gold": [{"document": "panel", "quote": "The Panel has 16 members."}],
    "key_facts": [["16 members", "sixteen members"]],
}


def write(folder: Path, *lines: dict[str, Any] | str) -> Path:
    path = folder / "mine.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


def case(folder: Path, **changes: Any) -> Case:
    return load_cases(write(folder, {**LINE, **changes}))[0]


# -- reading ---------------------------------------------------------------------------------------------------------


def test_a_line_becomes_a_case_and_what_is_left_out_is_empty(tmp_path: Path) -> None:
    read = case(tmp_path)
    assert (read.id, read.kind, read.answerable) == ("a-1", CaseKind.SINGLE_FACT, True)
    assert read.gold == (Gold("panel", "The Panel has 16 members."),)
    assert read.key_facts == (("16 members", "sixteen members"),)
    assert read.conversation == Conversation()
    assert read.filters == Filters()


def test_a_history_becomes_turns_with_an_empty_answer_where_none_was_given(tmp_path: Path) -> None:
    history = [["user", "Who?"], ["assistant", "He."], ["user", "When?"]]
    assert case(tmp_path, history=history).conversation.turns == (Turn("Who?", "He."), Turn("When?", ""))


def test_documents_become_a_filter(tmp_path: Path) -> None:
    assert case(tmp_path, documents=["panel"]).filters == Filters(documents=frozenset({"panel"}))


def test_a_refusal_is_expected_with_its_reason(tmp_path: Path) -> None:
    read = case(tmp_path, kind="unclear", status="unanswerable:unclear", gold=[], key_facts=[])
    assert read.status.reason is Reason.UNCLEAR


def test_a_byte_order_mark_and_blank_lines_are_allowed(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeff" + json.dumps(LINE), "", json.dumps({**LINE, "id": "a-2"}), "")
    assert [c.id for c in load_cases(path)] == ["a-1", "a-2"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"questoin": "x"}, "questoin"),
        ({"kind": "riddle"}, "'riddle'"),
        ({"status": "refused"}, "'refused'"),
        ({"status": "error:internal"}, "'error:internal'"),
        ({"gold_mode": "some"}, "gold_mode"),
        ({"gold": [{"document": "panel"}]}, "gold.0.quote"),
        ({"gold": [{"document": "panel", "quote": ""}]}, "gold.0.quote"),
        ({"key_facts": [["ok"], []]}, "key_facts"),
        ({"key_facts": [["…"]]}, "key_facts"),
        ({"history": [["assistant", "He."]]}, "history"),
        ({"history": [["robot", "He."]]}, "robot"),
        ({"id": ""}, "id"),
        ({"id": 7}, "id"),
    ],
)
def test_a_malformed_case_is_refused_with_its_line_and_key(tmp_path: Path, changes: dict[str, Any], named: str) -> None:
    with pytest.raises(DataFileError) as raised:
        load_cases(write(tmp_path, LINE, {**LINE, **changes}))
    assert "mine.jsonl line 2" in str(raised.value)
    assert named in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('{"id": "a"', "character 11"),
        ('{“id”: "a"}', "curly quotes"),
        ("[1]", "line 1"),
        ("", "holds no cases"),
    ],
)
def test_what_is_not_a_case_file_is_refused_with_a_hint(tmp_path: Path, content: str, named: str) -> None:
    with pytest.raises(DataFileError, match=named):
        load_cases(write(tmp_path, content))


def test_a_missing_file_another_encoding_and_an_unknown_split_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="cannot be read"):
        load_cases(tmp_path / "none.jsonl")
    (tmp_path / "latin.jsonl").write_bytes('{"id": "é"}'.encode("latin-1"))
    with pytest.raises(DataFileError, match="UTF-8"):
        load_cases(tmp_path / "latin.jsonl")
    with pytest.raises(DataFileError, match="'train'"):
        load_split("train")


# -- fingerprint and subset ------------------------------------------------------------------------------------------


def test_the_fingerprint_ignores_order_and_notes_and_nothing_else(tmp_path: Path) -> None:
    first, second = case(tmp_path), case(tmp_path, id="a-2")
    assert fingerprint([first, second]) == fingerprint([second, first])
    assert fingerprint([case(tmp_path, note="checked")]) == fingerprint([first])
    for changes in ({"question": "x"}, {"key_facts": [["16"]]}, {"documents": ["panel"]}, {"gold_mode": "any"}):
        assert fingerprint([case(tmp_path, **changes)]) != fingerprint([first])


def test_a_subset_is_the_same_each_time_and_holds_every_kind() -> None:
    cases = load_split("dev")
    chosen = subset(cases, 40)
    assert chosen == subset(tuple(reversed(cases)), 40)[::-1]
    assert len(chosen) == 40
    assert {c.kind for c in chosen} == {c.kind for c in cases}
    facts = sum(c.kind is CaseKind.SINGLE_FACT for c in chosen) / sum(c.kind is CaseKind.SINGLE_FACT for c in cases)
    assert abs(facts - 40 / len(cases)) < 0.08


def test_a_subset_as_large_as_the_cases_is_all_of_them() -> None:
    cases = load_split("dev")
    assert subset(cases, 10_000) == cases


# -- validation ------------------------------------------------------------------------------------------------------


def test_a_sound_case_has_no_problems(tmp_path: Path) -> None:
    assert check_cases([case(tmp_path)], SOURCES) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"gold": [{"document": "panel", "quote": "The Panel has 17 members."}]}, "does not stand in panel"),
        ({"gold": [{"document": "panel", "quote": "Its 'report'  came out"}], "key_facts": [["report"]]}, "‘report’"),
        ({"gold": [{"document": "other", "quote": "x"}]}, "no document 'other'"),
        ({"documents": ["other"]}, "no document 'other'"),
        ({"key_facts": [["17 members"]]}, "no phrasing of this key fact"),
        ({"key_facts": [["6 members"]]}, "no phrasing of this key fact"),
        ({"gold": []}, "at least one gold quote"),
        ({"key_facts": []}, "at least one key fact"),
        ({"status": "unanswerable:not_stated"}, "neither gold quotes nor key facts"),
        ({"kind": "unanswerable_near"}, "does not go with status answered"),
        ({"status": "unanswerable:off_topic", "gold": [], "key_facts": []}, "does not go with status"),
        ({"kind": "follow_up"}, "needs a history"),
    ],
)
def test_each_unsound_case_is_named_with_its_problem(tmp_path: Path, changes: dict[str, Any], problem: str) -> None:
    problems = check_cases([case(tmp_path, **changes)], SOURCES)
    assert any(p.startswith("a-1: ") and problem in p for p in problems), problems


def test_a_repeated_id_and_a_repeated_question_are_problems(tmp_path: Path) -> None:
    first = case(tmp_path)
    assert check_cases([first, case(tmp_path, question="Another?")], SOURCES) == ["a-1: the id is used 2 times"]
    again = case(tmp_path, id="a-2", question="how many members has the panel")
    assert check_cases([first, again], SOURCES) == ["a-2: asks the same as a-1"]


def test_the_same_follow_up_may_follow_two_conversations(tmp_path: Path) -> None:
    def follow_up(case_id: str, before: str) -> Case:
        return case(tmp_path, id=case_id, kind="follow_up", history=[["user", before], ["assistant", "Yes."]])

    assert check_cases([follow_up("a-1", "One?"), follow_up("a-2", "Two?")], SOURCES) == []


def test_gold_that_overlaps_between_the_splits_is_a_problem(tmp_path: Path) -> None:
    longer = [{"document": "panel", "quote": "The Panel has 16 members. It is chaired by Mr. Ramos-Horta."}]
    problems = check_splits(
        {"dev": [case(tmp_path)], "test": [case(tmp_path, id="a-2", question="Who chairs?", gold=longer)]}, SOURCES
    )
    assert "a-2: shares gold of panel with a-1 in the other split" in problems
    assert any("300 are needed" in p for p in problems)
    assert any("60 are needed" in p for p in problems)
    assert "dev has no case of kind list" in problems


def test_the_golden_questions_are_sound(corpus_library: Library) -> None:
    assert check_splits({split: load_split(split) for split in SPLITS}, read_sources(corpus_library)) == []
