"""Drafts become cases of the operator's own only when they are sound."""

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.drafts import DraftCase, DraftGold
from assistant.errors import DataFileError
from evals.dataset import load_cases
from evals.own_cases import OWN_CASES, accept, as_line, problems, read_own
from tests.scripted import FACT, SOURCES

DRAFT = DraftCase(
    id="draft-1",
    kind="single_fact",
    question="How many members had it?",
    status="answered",
    note="the reader said: incomplete",
    gold=tuple(DraftGold(gold.document, gold.quote) for gold in FACT.gold),
    key_facts=FACT.key_facts,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / OWN_CASES


def test_an_accepted_draft_is_a_case_that_eval_reads(path: Path) -> None:
    assert problems(DRAFT, path, SOURCES) == []
    assert accept(DRAFT, path, SOURCES) == "own-001"
    assert accept(replace(DRAFT, question="And how many more?"), path, SOURCES) == "own-002"
    cases = load_cases(path)
    assert [case.id for case in cases] == ["own-001", "own-002"]
    assert cases[0].question == DRAFT.question
    assert cases[0].gold == FACT.gold


def test_a_file_without_a_last_line_break_stays_whole(path: Path) -> None:
    path.write_text(as_line(replace(DRAFT, id="mine")), encoding="utf-8")
    accept(replace(DRAFT, question="Another?"), path, SOURCES)
    assert [case.id for case in read_own(path)] == ["mine", "own-001"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"gold": ()}, "gold quote"),
        ({"key_facts": ()}, "key fact"),
        ({"gold": (DraftGold("elsewhere", "x"),)}, "holds no document"),
        ({"gold": (DraftGold(FACT.gold[0].document, "It never said this."),)}, "does not stand"),
        ({"kind": "poem"}, "unknown"),
        ({"kind": "unanswerable_near"}, "does not go with"),
        ({"id": "", "question": "Other?"}, "id"),
    ],
)
def test_an_unsound_draft_is_not_accepted_and_says_why(path: Path, change: dict[str, object], named: str) -> None:
    draft = replace(DRAFT, **change)  # type: ignore[arg-type]
    found = problems(draft, path, SOURCES)
    assert any(named in problem for problem in found), found
    if draft.id:
        with pytest.raises(DataFileError):
            accept(draft, path, SOURCES)
    assert not path.exists()


def test_the_same_question_is_not_accepted_twice(path: Path) -> None:
    accept(DRAFT, path, SOURCES)
    assert any("asks the same as own-001" in problem for problem in problems(DRAFT, path, SOURCES))
