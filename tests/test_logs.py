"""Logs are JSON lines without the text of questions; --explain tells each step; check says what is wrong in a line."""

import json
import logging
import sys

import pytest

from assistant.chat_check import check_chat_model
from assistant.domain import ANSWERED, Answer, Mode, Usage
from assistant.errors import SettingsError
from assistant.explain import explain
from assistant.logs import JsonLines
from assistant.settings import load_settings
from tests.chat_server import ChatServer, serving

ANSWER = Answer(
    "Who is the secret source?", "secret source", ANSWERED, Mode.GENERATIVE,
    model="openai:x", prompts=("answer 1 abc",),
    usage=Usage(100, 20, 1.5, 0.0004), dropped=(("It had 60 members.", "number: 60"),), timings_ms={"write": 12.0},
)  # fmt: skip


def record(**fields: object) -> logging.LogRecord:
    made = logging.LogRecord("assistant.answers", logging.INFO, "x.py", 1, "answer", (), None)
    vars(made).update(fields)
    return made


def test_a_record_is_one_line_of_json_without_the_question() -> None:
    line = JsonLines(questions=False).format(record(question="Who?\nMe", search_query="me", status="answered"))
    entry = json.loads(line)
    assert "\n" not in line
    assert entry["event"] == "answer"
    assert entry["status"] == "answered"
    assert not {"question", "search_query"} & entry.keys()


def test_or_with_it_where_that_is_set() -> None:
    assert json.loads(JsonLines(questions=True).format(record(question="Who?")))["question"] == "Who?"


def test_of_an_exception_only_its_kind_is_told() -> None:
    made = record()
    try:
        raise ValueError("key sk-secret")
    except ValueError:
        made.exc_info = sys.exc_info()
    line = JsonLines(questions=False).format(made)
    assert json.loads(line)["exception"] == "ValueError"
    assert "sk-secret" not in line


def test_explain_tells_each_step() -> None:
    text = "\n".join(explain(ANSWER))
    for told in ("secret source", "openai:x", "answer 1 abc", "100", "0.0004", "number: 60", "took write: 12.0 ms"):
        assert told in text


def test_check_without_a_model_says_so() -> None:
    (line,) = check_chat_model(load_settings(_env_file=None))
    assert "ASSISTANT_CHAT_MODEL" in line


def test_check_reaches_the_model_once_and_shows_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    with serving("yes") as server:
        settings = load_settings(_env_file=None, chat_model="openai:scripted", chat_base_url=server.url)
        lines = check_chat_model(settings)
        assert len(server.calls) == 1
    assert "OPENAI_API_KEY" in lines[0]
    assert server.url in lines[0]
    assert "sk-secret" not in "".join(lines)
    assert {"answer", "check"} <= {line.split()[0] for line in lines}


@pytest.mark.parametrize(
    ("code", "told"), [(401, "refused the key"), (404, "does not know"), (500, "failed"), (429, "quota")]
)
def test_check_says_what_is_wrong_in_one_line(code: int, told: str) -> None:
    with ChatServer(lambda reply: reply.error(code, "x sk-secret")) as server:
        settings = load_settings(_env_file=None, chat_model="openai:scripted", chat_base_url=server.url, chat_retries=0)
        with pytest.raises(SettingsError, match=told) as error:
            check_chat_model(settings)
    assert "\n" not in str(error.value)
    assert "sk-secret" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nobody:x", "choose one of"),
        ("mistralai:x", r"policy-assistant\[mistral\]"),
        ("openai:x", "OPENAI_API_KEY"),
    ],
)
def test_a_model_that_cannot_be_set_up_is_named(monkeypatch: pytest.MonkeyPatch, name: str, told: str) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsError, match=told):
        check_chat_model(load_settings(_env_file=None, chat_model=name))


def test_a_name_without_a_provider_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="ASSISTANT_CHAT_MODEL='gpt'"):
        load_settings(_env_file=None, chat_model="gpt")
