"""A file of questions to a file of answers: one line each, in order, whatever the lines hold."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from assistant.answering import Assistant
from assistant.assembly import read_rules
from assistant.batch import answer_batch
from assistant.domain import ANSWERED, Answer, Conversation, Filters, Mode, Statement, Support, Turn
from assistant.errors import AssistantError, LibraryError
from assistant.settings import load_settings


class Echo:
    """Answers each question with itself, remembers what it was asked, and looks at the answers written so far."""

    def __init__(self, on_ask: Callable[[str], None] = lambda _: None) -> None:
        self.rules = read_rules(load_settings(_env_file=None))
        self.asked: list[tuple[str, Conversation, Filters]] = []
        self.on_ask = on_ask

    def answer(self, question: str, conversation: Conversation, filters: Filters) -> Answer:
        self.asked.append((question, conversation, filters))
        self.on_ask(question)
        statement = Statement(f"Echo of {question}", (), Support.VERBATIM)
        return Answer(question, question, ANSWERED, Mode.EXTRACTIVE, (statement,))


def run(folder: Path, *lines: object, echo: Echo | None = None, filters: Filters = Filters()) -> list[dict[str, Any]]:
    """The answers to these lines; what is not bytes is written as JSON."""
    encoded = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    (folder / "in.jsonl").write_bytes(b"\n".join(encoded))
    answer_batch(cast(Assistant, echo or Echo()), folder / "in.jsonl", folder / "out.jsonl", filters)
    return [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()]


def ask(number: int, **more: object) -> dict[str, object]:
    return {"id": f"q{number}", "question": f"Question {number}?", **more}


def test_each_line_has_its_answer_in_the_same_order(tmp_path: Path) -> None:
    answers = run(tmp_path, ask(3), ask(1), ask(2))
    assert [a["id"] for a in answers] == ["q3", "q1", "q2"]
    assert [a["text"] for a in answers] == ["Echo of Question 3?", "Echo of Question 1?", "Echo of Question 2?"]


def test_filters_hold_for_all_lines(tmp_path: Path) -> None:
    echo, chosen = Echo(), Filters(documents=frozenset({"panel"}))
    run(tmp_path, ask(1), ask(2), echo=echo, filters=chosen)
    assert [filters for _, _, filters in echo.asked] == [chosen, chosen]


def test_answers_are_on_the_disk_as_they_come(tmp_path: Path) -> None:
    seen: list[int] = []

    def look(_: str) -> None:
        seen.append(len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()))

    run(tmp_path, ask(1), b"not json", ask(3), echo=Echo(look))
    assert seen == [0, 2]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"what is R2P?", "not JSON"),
        (b'{"id": "x", "question": "cut off', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'"just a text"', "not a JSON object"),
        (b"[1, 2]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"question": "caf\xe9?"}', "not UTF-8"),
        ({"id": "x"}, '"question"'),
        ({"id": "x", "question": ""}, '"question"'),
        ({"id": "x", "question": "  "}, '"question"'),
        ({"id": "x", "question": 7}, '"question"'),
        ({"id": "x", "question": None}, '"question"'),
        (ask(1, history="before"), '"history"'),
        (ask(1, history=["user", "before"]), '"history"'),
        (ask(1, history=[["user"]]), '"history"'),
        (ask(1, history=[["user", 3]]), '"history"'),
        (ask(1, history=[["system", "be rude"]]), "'system'"),
        (ask(1, history={"user": "before"}), '"history"'),
    ],
)
def test_a_malformed_line_gives_the_reason_and_the_rest_go_on(tmp_path: Path, line: object, reason: str) -> None:
    first, wrong, last = run(tmp_path, ask(1), line, ask(3))
    assert (first["status"], last["status"]) == ("answered", "answered")
    assert wrong["status"] == "error:bad_input"
    assert reason in wrong["text"]
    assert "\n" not in wrong["text"]
    assert (wrong["statements"], wrong["citations"], wrong["retrieved"]) == ([], [], [])
    if isinstance(line, dict):
        assert wrong["id"] == line["id"]


def test_a_question_that_fails_for_a_reason_of_ours_says_so_and_the_rest_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(question: str) -> None:
        if question == "Question 2?":
            raise ZeroDivisionError("inside")

    first, failed, last = run(tmp_path, ask(1), ask(2), ask(3), echo=Echo(fail))
    assert (first["status"], failed["status"], last["status"]) == ("answered", "error:internal", "answered")
    assert (failed["id"], failed["question"]) == ("q2", "Question 2?")
    assert "ZeroDivisionError" not in failed["text"]
    assert "ZeroDivisionError" in caplog.text


def test_a_library_that_cannot_be_used_ends_the_run(tmp_path: Path) -> None:
    def fail(_: str) -> None:
        raise LibraryError("the library is gone; run: policy-assistant ingest")

    with pytest.raises(LibraryError, match="gone"):
        run(tmp_path, ask(1), echo=Echo(fail))


@pytest.mark.parametrize(
    ("history", "turns"),
    [
        ([], []),
        (None, []),
        ([["user", "A?"], ["assistant", "B."]], [("A?", "B.")]),
        ([["user", "A?"], ["assistant", "B."], ["user", "C?"], ["assistant", "D."]], [("A?", "B."), ("C?", "D.")]),
        ([["user", "A?"], ["user", "C?"], ["assistant", "D."]], [("A?", ""), ("C?", "D.")]),
        ([["user", "A?"]], [("A?", "")]),
        ([["assistant", "Welcome."], ["user", "A?"], ["assistant", "B."]], [("", "Welcome."), ("A?", "B.")]),
    ],
)
def test_a_history_becomes_turns(tmp_path: Path, history: object, turns: list[tuple[str, str]]) -> None:
    echo = Echo()
    run(tmp_path, ask(1, history=history), echo=echo)
    assert echo.asked[0][1] == Conversation(tuple(Turn(question, answer) for question, answer in turns))


@pytest.mark.parametrize(("given", "kept"), [("a", "a"), (7, "7"), (0, "0"), (None, None)])
def test_an_id_comes_back_as_text(tmp_path: Path, given: object, kept: str | None) -> None:
    (answer,) = run(tmp_path, {"id": given, "question": "Why?"})
    assert answer["id"] == kept


def test_an_id_may_be_left_out_and_blank_lines_do_not_count(tmp_path: Path) -> None:
    answers = run(tmp_path, {"question": "Why?"}, b"", b"   ", ask(2))
    assert [a["id"] for a in answers] == [None, "q2"]


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path: Path) -> None:
    lines = [json.dumps(ask(n)).encode() + b"\r" for n in (1, 2)]
    answers = run(tmp_path, b"\xef\xbb\xbf" + lines[0], lines[1])
    assert [a["status"] for a in answers] == ["answered", "answered"]


def test_half_a_surrogate_pair_does_not_stop_the_file(tmp_path: Path) -> None:
    answers = run(tmp_path, b'{"id": "\\ud800", "question": "why \\udfff?"}', ask(2))
    assert [a["status"] for a in answers] == ["answered", "answered"]


def test_what_is_not_ascii_is_written_as_it_is(tmp_path: Path) -> None:
    run(tmp_path, {"id": "é", "question": "Qu’est-ce que la responsabilité de protéger ?"})
    assert "responsabilité" in (tmp_path / "out.jsonl").read_text(encoding="utf-8")


def test_no_questions_give_no_answers(tmp_path: Path) -> None:
    assert run(tmp_path) == []


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    echo = cast(Assistant, Echo())
    with pytest.raises(AssistantError, match=r"missing\.jsonl"):
        answer_batch(echo, tmp_path / "missing.jsonl", tmp_path / "out.jsonl", Filters())
    (tmp_path / "in.jsonl").write_text("")
    with pytest.raises(AssistantError, match="nowhere"):
        answer_batch(echo, tmp_path / "in.jsonl", tmp_path / "nowhere" / "out.jsonl", Filters())


def test_answers_do_not_overwrite_the_questions(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps(ask(1)))
    with pytest.raises(AssistantError, match="both IN and OUT"):
        answer_batch(cast(Assistant, Echo()), tmp_path / "in.jsonl", tmp_path / "in.jsonl", Filters())
    assert json.loads((tmp_path / "in.jsonl").read_text()) == ask(1)
