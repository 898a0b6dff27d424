"""The follow-up benchmark: what it counts, and that it steps aside where its data is not at hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from evals.benchmarks.cast import added_scores, main, make_pool, retrieval_scores
from evals.benchmarks.cast_data import Utterance, added_words, read_utterances
from evals.benchmarks.public_sets import FOLDER_VARIABLE
from tests.fakes import FakeEmbedder

ROWS: list[dict[str, Any]] = [
    {
        "_id": "2022_31_2",
        "topic": "31",
        "text": "Is it treatable?",
        "history": [{"role": "user", "text": "What is throat cancer?"}, {"role": "assistant", "text": "A tumour."}],
        "manual_rewrite": "Is throat cancer treatable?",
        "gold": ["p1"],
    },
    {"_id": "2022_32_1", "topic": "32", "text": "What are sharks?", "history": [], "manual_rewrite": None},
]


@pytest.fixture
def utterances(tmp_path: Path) -> list[Utterance]:
    path = tmp_path / "queries.jsonl"
    path.write_text("\n".join(json.dumps({"gold": None, **row}) for row in ROWS), encoding="utf-8")
    return read_utterances(path)


def test_a_turn_holds_what_was_asked_and_answered_before_it(utterances: list[Utterance]) -> None:
    assert [(turn.question, turn.answer) for turn in utterances[0].conversation.turns] == [
        ("What is throat cancer?", "A tumour.")
    ]
    assert [utterance.unseen for utterance in utterances] == [False, True]


@pytest.mark.parametrize(
    ("query", "precision", "recall"),
    [("Is it treatable? (throat cancer)", 1, 1), ("Is it treatable? (throat tumour)", 0.5, 0.5), ("Is it?", 0, 0)],
)
def test_added_words_are_compared_with_the_persons(
    utterances: list[Utterance], query: str, precision: float, recall: float
) -> None:
    added = added_words(utterances[0], query)
    assert (added.precision, added.recall) == (precision, recall)


def test_a_question_that_needs_nothing_counts_only_as_left_alone(utterances: list[Utterance]) -> None:
    scores = added_scores({u.id: u.person for u in utterances}, utterances)
    assert scores.f1 == pytest.approx(1)
    assert scores.left_alone == 1


def test_retrieval_is_scored_where_a_passage_is_known(utterances: list[Utterance]) -> None:
    embed = FakeEmbedder().embed
    passages = [
        {"_id": "p0", "title": "", "text": "sharks swim far"},
        {"_id": "p1", "title": "", "text": "throat cancer is treatable"},
    ]
    scores = retrieval_scores({u.id: u.person for u in utterances}, utterances, make_pool(passages, embed), embed)
    assert set(scores) == {"2022_31_2"}
    assert scores["2022_31_2"]["BM25"] == (1.0, 1.0)


@pytest.mark.parametrize("arguments", [[], ["/nowhere"]])
def test_without_its_data_it_says_so_in_one_line_and_succeeds(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    assert main(arguments) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
