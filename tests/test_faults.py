"""Whatever a chat model's server does, a reader gets a right answer by quotation, in time, and one sentence why."""

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from assistant.answering import Assistant
from assistant.assembly import build_prompts
from assistant.chat_model import LangChainModel
from assistant.domain import Answer, Mode, Support
from assistant.events import AnswerReady, FellBack, StatementReady
from assistant.faults import Fault
from assistant.settings import load_settings
from assistant.writer import Writer
from tests.chat_server import ChatServer, Reply, serving

QUESTION = "Who chaired the High-Level Independent Panel on Peace Operations?"
TRUE = "The Panel had sixteen members and was chaired by Jose Ramos-Horta. [1]\n"
SECONDS, STALL = 3.0, 0.6


def writer(base_url: str, **overrides: object) -> Writer:
    defaults = {
        "chat_model": "openai:scripted",
        "chat_seconds": SECONDS,
        "chat_stall_seconds": STALL,
        "chat_retries": 1,
        "chat_check": False,  # tests/test_second_look.py
    }
    settings = load_settings(_env_file=None, chat_base_url=base_url, **{**defaults, **overrides})
    prompts, options = build_prompts(settings)
    return Writer(LangChainModel.connect(settings), prompts, options)


@pytest.fixture
def ask(corpus_assistant: Assistant) -> Iterator[Callable[..., Answer]]:
    writer("http://127.0.0.1:9/v1")  # what is imported and loaded once is no part of the time that is measured
    corpus_assistant.answer(QUESTION)

    def run(base_url: str, question: str = QUESTION, **overrides: object) -> Answer:
        corpus_assistant.writer = writer(base_url, **overrides)
        return corpus_assistant.answer(question)

    yield run
    corpus_assistant.writer = None


def stall_in_the_middle(reply: Reply) -> None:
    reply.open_stream()
    reply.piece(TRUE)
    time.sleep(STALL * 3)


def drip(reply: Reply) -> None:
    reply.open_stream()
    for _ in range(100):
        reply.piece("x")
        time.sleep(STALL / 3)


def cut_stream(reply: Reply) -> None:
    reply.open_stream()
    reply.piece(TRUE)
    reply.abort()


def end_without_a_finish(reply: Reply) -> None:
    reply.open_stream()
    reply.piece(TRUE)
    reply.end()


def raw(text: str) -> Callable[[Reply], None]:
    def script(reply: Reply) -> None:
        reply.open_stream()
        reply.raw(text)
        reply.end()

    return script


def megabyte(reply: Reply) -> None:
    reply.open_stream()
    for _ in range(100):
        reply.piece("x" * 10_000)
    reply.close_stream()


def says(text: str, finish: str = "stop") -> Callable[[Reply], None]:
    return lambda reply: reply.say(text, finish=finish)


FAULTS: dict[str, tuple[Callable[[Reply], None], Fault]] = {
    "401": (lambda r: r.error(401, "Incorrect API key provided: sk-secret"), Fault.KEY),
    "403": (lambda r: r.error(403, "not for you"), Fault.KEY),
    "404": (lambda r: r.error(404, "no such model"), Fault.NOT_FOUND),
    "429 without retry-after": (lambda r: r.error(429, "slow down"), Fault.BUSY),
    "429 with a short retry-after": (lambda r: r.error(429, "slow down", {"Retry-After": "1"}), Fault.BUSY),
    "429 with a long retry-after": (lambda r: r.error(429, "slow down", {"Retry-After": "600"}), Fault.BUSY),
    "429 with a date": (lambda r: r.error(429, "x", {"Retry-After": "Wed, 21 Oct 2076 07:28:00 GMT"}), Fault.BUSY),
    "500": (lambda r: r.error(500, "oops"), Fault.SERVER),
    "503": (lambda r: r.error(503, "oops"), Fault.SERVER),
    "a login page": (lambda r: r.status(200, "<html>log in</html>", {"Content-Type": "text/html"}), Fault.MALFORMED),
    "a stall before the first word": (lambda _: time.sleep(STALL * 3), Fault.TIMEOUT),
    "a stall in mid-stream": (stall_in_the_middle, Fault.TIMEOUT),
    "words that never end": (drip, Fault.TIMEOUT),
    "a cut stream": (cut_stream, Fault.CUT),
    "a stream that just ends": (end_without_a_finish, Fault.CUT),
    "malformed JSON": (raw("data: {not json\n\n"), Fault.MALFORMED),
    "malformed SSE": (raw("hello \x00\x01 world\n\n\n:::"), Fault.MALFORMED),
    "an error as an event": (raw('data: {"error": {"message": "boom"}}\n\n'), Fault.MALFORMED),
    "JSON with other fields": (raw('data: {"greeting": "hello"}\n\n'), Fault.EMPTY),
    "an empty reply": (says(""), Fault.EMPTY),
    "nothing but space": (says(" \n\n \t \n"), Fault.FORMAT),
    "prose without markers": (says("The Panel was chaired by Jose Ramos-Horta.\nIt had 16 members."), Fault.FORMAT),
    "JSON instead of lines": (says('{"answer": "Jose Ramos-Horta", "sources": [1]}'), Fault.UNSUPPORTED),
    "a reply of 1 MB": (megabyte, Fault.TOO_LONG),
    "refusal text": (says("I'm sorry, but I can't help with that."), Fault.FORMAT),
    "withheld by a filter": (says("", finish="content_filter"), Fault.REFUSED),
    "context too long": (
        lambda r: r.error(400, "maximum context length is 10 tokens", code="context_length_exceeded"),
        Fault.CONTEXT,
    ),
    "400": (lambda r: r.error(400, "temperature is not supported"), Fault.REQUEST),
    "cites [99]": (says("The Panel was chaired by Jose Ramos-Horta. [99]"), Fault.FORMAT),
    "cites nothing there": (says("The Panel was chaired by Jose Ramos-Horta. [0]"), Fault.FORMAT),
    "writes what is wrong": (says("The Panel had 60 members. [1]\nIt was chaired by Ms. Haq. [1]"), Fault.UNSUPPORTED),
}


def assert_quoted_in_time(answer: Answer, fault: Fault, assistant: Assistant, took: float) -> None:
    """A right answer by quotation, one sentence why, within the time, and no key in it."""
    assert answer.fault == fault
    assert answer.status.answered
    assert answer.mode is Mode.EXTRACTIVE
    assert "Ramos-Horta" in answer.text
    assert all(statement.support is Support.VERBATIM for statement in answer.statements)
    assert answer.notices == (assistant.rules.messages.text(f"generative.{fault}"),)
    assert took < SECONDS + 2
    assert "sk-secret" not in str(answer.as_record())


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_ends_in_an_answer_by_quotation_with_one_sentence_in_time(
    ask: Callable[..., Answer], corpus_assistant: Assistant, name: str
) -> None:
    script, fault = FAULTS[name]
    with ChatServer(script) as server:
        began = time.perf_counter()
        answer = ask(server.url)
        took = time.perf_counter() - began
    assert_quoted_in_time(answer, fault, corpus_assistant, took)


def refused_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"


@pytest.mark.parametrize("url", [refused_port(), "http://no-such-host.invalid/v1"], ids=["refused", "no such host"])
def test_with_the_host_unreachable_the_first_quotation_comes_within_three_seconds(
    corpus_assistant: Assistant, url: str
) -> None:
    corpus_assistant.answer(QUESTION)  # so that nothing is loaded for the first time
    corpus_assistant.writer = writer(url, chat_seconds=60, chat_stall_seconds=15)
    try:
        began = time.perf_counter()
        events = iter(corpus_assistant.stream(QUESTION))
        first = next(event for event in events if isinstance(event, StatementReady))
        took = time.perf_counter() - began
        last = list(events)[-1]
    finally:
        corpus_assistant.writer = None
    assert first.statement.support is Support.VERBATIM
    assert took < 3
    assert isinstance(last, AnswerReady)
    assert last.answer.fault == Fault.UNREACHABLE


def test_a_host_that_never_answers_costs_no_more_than_the_silence_that_is_allowed(ask: Callable[..., Answer]) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(1)
        began = time.perf_counter()
        answer = ask(f"http://127.0.0.1:{deaf.getsockname()[1]}/v1")
        took = time.perf_counter() - began
    assert answer.fault == Fault.TIMEOUT
    assert took < STALL + 3


def test_what_was_shown_before_a_stream_broke_is_taken_back(corpus_assistant: Assistant) -> None:
    with ChatServer(cut_stream) as server:
        corpus_assistant.writer = writer(server.url)
        try:
            events = list(corpus_assistant.stream(QUESTION))
        finally:
            corpus_assistant.writer = None
    kinds = [type(event) for event in events]
    assert kinds.index(StatementReady) < kinds.index(FellBack) < kinds.index(AnswerReady) == len(kinds) - 1
    after = [e for e in events[kinds.index(FellBack) :] if isinstance(e, StatementReady)]
    assert isinstance(events[-1], AnswerReady)
    assert tuple(event.statement for event in after) == events[-1].answer.statements


def test_a_busy_server_is_asked_again_and_its_second_word_counts(ask: Callable[..., Answer]) -> None:
    def busy_once(reply: Reply) -> None:
        if len(server.calls) == 1:
            reply.error(429, "slow down", {"Retry-After": "0"})
        else:
            reply.say(TRUE)

    with ChatServer(busy_once) as server:
        answer = ask(server.url)
    assert answer.mode is Mode.GENERATIVE
    assert len(server.calls) == 2


def test_what_will_not_pass_is_asked_once(ask: Callable[..., Answer]) -> None:
    with ChatServer(lambda reply: reply.error(401, "no")) as server:
        ask(server.url)
        assert len(server.calls) == 1


def test_a_model_that_is_down_is_left_alone_after_three_failures(corpus_assistant: Assistant) -> None:
    with ChatServer(lambda reply: reply.error(500, "oops")) as server:
        corpus_assistant.writer = writer(server.url, chat_retries=0)
        try:
            faults = [corpus_assistant.answer(QUESTION).fault for _ in range(5)]
        finally:
            corpus_assistant.writer = None
    assert faults == [Fault.SERVER] * 3 + [Fault.PAUSED] * 2
    assert len(server.calls) == 3


def test_bad_replies_do_not_shut_a_model_out(corpus_assistant: Assistant) -> None:
    with serving("I cannot say.") as server:
        corpus_assistant.writer = writer(server.url)
        try:
            faults = {corpus_assistant.answer(QUESTION).fault for _ in range(5)}
        finally:
            corpus_assistant.writer = None
    assert faults == {Fault.FORMAT}


@pytest.mark.parametrize("looked_at", [False, True])
def test_a_statement_is_released_while_the_model_still_speaks_and_stop_stops_it(
    corpus_assistant: Assistant, looked_at: bool
) -> None:
    def slowly(reply: Reply) -> None:
        if "<claim>" in reply.call.prompt:
            reply.say("YES")
            return
        reply.open_stream()
        reply.piece(TRUE)
        for _ in range(200):
            reply.piece("and ")
            time.sleep(0.05)

    with ChatServer(slowly) as server:
        corpus_assistant.writer = writer(server.url, chat_seconds=30, chat_check=looked_at)
        try:
            events = corpus_assistant.stream(QUESTION)
            shown = next(event for event in events if isinstance(event, StatementReady))
            assert not server.calls[0].hung_up.is_set(), "it still speaks"
            events.close()  # type: ignore[attr-defined]  # an iterator by type, a generator in fact
            assert server.calls[0].hung_up.wait(3), "the connection was closed"
        finally:
            corpus_assistant.writer = None
    assert shown.statement.text.startswith("The Panel had sixteen members")


def test_stop_is_heard_between_the_pieces_of_a_reply_that_brings_no_statement(corpus_assistant: Assistant) -> None:
    def mumbling(reply: Reply) -> None:
        reply.open_stream()
        for _ in range(200):
            reply.piece("and ")
            time.sleep(0.05)

    with ChatServer(mumbling) as server:
        corpus_assistant.writer = writer(server.url, chat_seconds=30)
        try:
            list(corpus_assistant.stream(QUESTION, stopped=lambda: bool(server.calls)))
            assert server.calls[0].hung_up.wait(3), "the connection was closed"
        finally:
            corpus_assistant.writer = None


def test_a_reply_cut_by_its_own_limit_keeps_its_whole_lines(ask: Callable[..., Answer]) -> None:
    with ChatServer(says(f"{TRUE}The Panel consisted of 16 members [1", finish="length")) as server:
        answer = ask(server.url)
    assert answer.mode is Mode.GENERATIVE
    assert [statement.text for statement in answer.statements] == [TRUE.split(" [")[0]]
    assert answer.dropped == ()
