"""The judge: what can be read counts, what cannot is unscored, people's labels stand beside it, replies can be kept."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.chat_model import Piece
from assistant.domain import ANSWERED, Answer, Mode, Statement, Support
from assistant.errors import DataFileError
from assistant.faults import Fault, ModelFaultError
from assistant.prompting import Message, Role, Speaker, load_prompt
from assistant.settings import PROJECT_DIR
from evals.judge import Verdict, agreement, judge_answer, load_slice, read_verdict, summarise
from evals.recorded import RecordedModel, RecordingModel
from tests.scripted import FACT, refuses

PROMPT = load_prompt(PROJECT_DIR / "prompts", Role.JUDGE)
ANSWER = Answer("?", "?", ANSWERED, Mode.GENERATIVE, (Statement("It had sixteen members.", (), Support.SUPPORTED),))


class Says:
    """A model that says one text after the other."""

    name = "fake:judge"

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.asked: list[str] = []

    def stream(self, messages: Sequence[Message], _: float | None = None) -> Iterator[Piece]:
        self.asked.append(messages[-1].text)
        text = self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]
        if text == "fault":
            raise ModelFaultError(Fault.TIMEOUT)
        yield Piece(text, 10, 5)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ('{"faithful": [1], "correct": 2}', Verdict((1,), 1.0)),
        ('Sure! {"faithful": [0], "correct": 1} Hope this helps.', Verdict((0,), 0.5)),
        ('```json\n{"faithful": [1], "correct": 0}\n```', Verdict((1,), 0.0)),
        ("", None),
        ("yes", None),
        ('{"faithful": [1]}', None),
        ('{"faithful": [1, 1], "correct": 2}', None),
        ('{"faithful": [2], "correct": 2}', None),
        ('{"faithful": [1], "correct": 3}', None),
        ('{"faithful": ["1"], "correct": 2}', None),
        ('{"faithful": [1], "correct": 2, "because": "so"}', None),
    ],
)
def test_a_verdict_is_read_strictly_or_not_at_all(text: str, verdict: Verdict | None) -> None:
    assert read_verdict(text, 1) == verdict


def test_three_runs_with_their_spread() -> None:
    texts = [f'{{"faithful": [1], "correct": {n}}}' for n in (2, 1, 2)]
    judged = judge_answer(Says(*texts), PROMPT, FACT, ANSWER)
    figures = summarise([judged])
    assert len(judged.runs) == 3
    assert figures["correctness"]["value"] == pytest.approx(5 / 6)
    assert figures["correctness"]["spread"] == pytest.approx(0.5)
    assert figures["faithfulness"] == {"value": 1, "spread": 0, "scored": 1, "unscored": 0}


@pytest.mark.parametrize("text", ["no idea", "fault"])
def test_what_cannot_be_read_is_unscored_not_zero(text: str) -> None:
    figures = summarise([judge_answer(Says(text), PROMPT, FACT, ANSWER)])
    assert figures["faithfulness"] == {"value": None, "spread": None, "scored": 0, "unscored": 1}


def test_a_refusal_can_be_right_and_is_not_asked_to_be_faithful() -> None:
    judged = judge_answer(Says('{"faithful": [0], "correct": 2}'), PROMPT, FACT, refuses())
    figures = summarise([judged])
    assert figures["correctness"]["value"] == 1
    assert figures["faithfulness"] == {"value": None, "spread": None, "scored": 0, "unscored": 0}


def test_another_answer_than_the_one_that_was_judged_is_unscored(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    judge_answer(RecordingModel(Says('{"faithful": [1], "correct": 2}'), path), PROMPT, FACT, ANSWER)
    other = replace(ANSWER, statements=(Statement("It had sixty members.", (), Support.SUPPORTED),))
    assert set(judge_answer(RecordedModel(path), PROMPT, FACT, other).runs) == {None}
    more_often = judge_answer(RecordedModel(path), PROMPT, FACT, ANSWER, runs=5)
    assert None not in more_often.runs, "the last verdict stands for later ones"


def test_agreement_with_people_is_a_share_and_kappa() -> None:
    labelled = load_slice()
    replies = [json.dumps({"faithful": list(item.faithful), "correct": item.correct}) for item in labelled]
    perfect = agreement(Says(*replies, "x"), PROMPT, labelled)
    assert perfect["share"] == 1
    assert perfect["kappa"] == 1
    yes = agreement(Says('{"faithful": [1], "correct": 2}'), PROMPT, labelled)
    assert yes["kappa"] == 0, "who always says yes agrees only by chance"
    assert yes["unscored"], "two statements need two labels"


def test_the_hand_labelled_slice_has_both_labels() -> None:
    labels = [label for item in load_slice() for label in item.faithful]
    assert len(labels) >= 20
    assert set(labels) == {0, 1}


def test_kept_replies_give_the_same_again_without_a_model(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    texts = [f'{{"faithful": [1], "correct": {n}}}' for n in (2, 1, 0)]
    first = judge_answer(RecordingModel(Says(*texts, "x"), path), PROMPT, FACT, ANSWER)
    again = judge_answer(RecordedModel(path), PROMPT, FACT, ANSWER)
    assert again == first
    assert RecordedModel(path).name == "fake:judge"


def test_what_was_not_kept_is_named(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    list(RecordingModel(Says("a"), path).stream((Message(Speaker.USER, "hello"),)))
    with pytest.raises(DataFileError, match="--record"):
        list(RecordedModel(path).stream((Message(Speaker.USER, "<question>other</question>"),)))
    path.write_text("{", encoding="utf-8")
    with pytest.raises(DataFileError, match=r"replies\.jsonl"):
        RecordedModel(path)
