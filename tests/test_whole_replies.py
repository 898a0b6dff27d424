"""Chat models that do not stream: the whole reply at once, by setting or because the server knows no other way."""

import time
from collections.abc import Callable, Iterator

import pytest

from assistant.answering import Assistant
from assistant.domain import Answer, Mode, Support
from assistant.events import FellBack, StatementReady
from assistant.faults import Fault
from tests.chat_server import ChatServer, Reply, serving
from tests.test_faults import FAULTS, QUESTION, SECONDS, TRUE, assert_quoted_in_time, refused_port, writer

Script = Callable[[Reply], None]

ONLY_OF_STREAMS = {
    "a stall in mid-stream",
    "words that never end",
    "a cut stream",
    "a stream that just ends",
    "malformed JSON",
    "malformed SSE",
    "an error as an event",
    "JSON with other fields",
    "a reply of 1 MB",
    "a stall before the first word",
}


def sends(body: object) -> Script:
    return lambda reply: reply.status(200, body)


WHOLE: dict[str, tuple[Script, Fault]] = {
    **{name: fault for name, fault in FAULTS.items() if name not in ONLY_OF_STREAMS},
    "a stall": (lambda _: time.sleep(SECONDS * 2), Fault.TIMEOUT),
    "a cut body": (lambda reply: reply.cut_body('{"choices": [{"message": {"content": "The Panel'), Fault.CUT),
    "malformed JSON": (sends("{not json"), Fault.MALFORMED),
    "no body": (sends(""), Fault.MALFORMED),
    "an error in a reply of status 200": (sends({"error": {"message": "boom"}}), Fault.MALFORMED),
    "JSON with other fields": (sends({"greeting": "hello"}), Fault.MALFORMED),
    "no choice": (sends({"id": "x", "object": "chat.completion", "choices": []}), Fault.MALFORMED),
    "a stream that nobody asked for": (
        lambda reply: (reply.open_stream(), reply.piece(TRUE), reply.close_stream())[0],
        Fault.MALFORMED,
    ),
    "a reply of 1 MB": (lambda reply: reply.completion("x" * 1_000_000), Fault.TOO_LONG),
}


@pytest.fixture
def ask(corpus_assistant: Assistant) -> Iterator[Callable[..., Answer]]:
    writer("http://127.0.0.1:9/v1")
    corpus_assistant.answer(QUESTION)

    def run(base_url: str, **overrides: object) -> Answer:
        corpus_assistant.writer = writer(base_url, **overrides)
        return corpus_assistant.answer(QUESTION)

    yield run
    corpus_assistant.writer = None


# -- by setting ------------------------------------------------------------------------------------------------------


def test_a_whole_reply_is_asked_for_and_understood_with_its_tokens(ask: Callable[..., Answer]) -> None:
    with serving(TRUE) as server:
        answer = ask(server.url, chat_streaming=False)
    (call,) = server.calls
    assert not call.body.get("stream")
    assert answer.mode is Mode.GENERATIVE
    assert [statement.support for statement in answer.statements] == [Support.SUPPORTED]
    assert answer.usage
    assert (answer.usage.tokens_in, answer.usage.tokens_out) == (100, 20)


@pytest.mark.parametrize("name", WHOLE)
def test_a_fault_ends_in_an_answer_by_quotation_with_one_sentence_in_time(
    ask: Callable[..., Answer], corpus_assistant: Assistant, name: str
) -> None:
    script, fault = WHOLE[name]
    with ChatServer(script) as server:
        began = time.perf_counter()
        answer = ask(server.url, chat_streaming=False)
        took = time.perf_counter() - began
    assert server.calls
    assert not any(call.body.get("stream") for call in server.calls)
    assert_quoted_in_time(answer, fault, corpus_assistant, took)


@pytest.mark.parametrize("url", [refused_port(), "http://no-such-host.invalid/v1"], ids=["refused", "no such host"])
def test_an_unreachable_host_ends_in_quotations_too(ask: Callable[..., Answer], url: str) -> None:
    answer = ask(url, chat_streaming=False)
    assert answer.fault == Fault.UNREACHABLE
    assert answer.mode is Mode.EXTRACTIVE


def test_a_reply_may_take_longer_than_the_silence_that_a_stream_is_allowed(ask: Callable[..., Answer]) -> None:
    def slow(reply: Reply) -> None:
        time.sleep(1.0)
        reply.say(TRUE)

    with ChatServer(slow) as server:
        assert ask(server.url, chat_streaming=False).mode is Mode.GENERATIVE


def test_a_reply_cut_by_its_own_limit_keeps_its_whole_lines(ask: Callable[..., Answer]) -> None:
    with ChatServer(lambda reply: reply.say(f"{TRUE}The Panel consisted of 16 members [1", finish="length")) as server:
        answer = ask(server.url, chat_streaming=False)
    assert [statement.text for statement in answer.statements] == [TRUE.split(" [")[0]]


def test_stop_is_heard_while_the_whole_reply_is_waited_for(corpus_assistant: Assistant) -> None:
    with ChatServer(lambda _: time.sleep(20)) as server:
        corpus_assistant.writer = writer(server.url, chat_streaming=False, chat_seconds=30)
        try:
            began = time.perf_counter()
            list(corpus_assistant.stream(QUESTION, stopped=lambda: bool(server.calls)))
            assert time.perf_counter() - began < 5
        finally:
            corpus_assistant.writer = None


# -- a server that answers a request for a stream without one ----------------------------------------------------------


def test_a_server_that_cannot_stream_is_understood_and_asked_for_whole_replies_from_then_on(
    corpus_assistant: Assistant,
) -> None:
    with ChatServer(lambda reply: reply.completion(TRUE)) as server:
        corpus_assistant.writer = writer(server.url)
        try:
            answers = [corpus_assistant.answer(QUESTION) for _ in range(2)]
        finally:
            corpus_assistant.writer = None
    assert [answer.mode for answer in answers] == [Mode.GENERATIVE] * 2
    assert [bool(call.body.get("stream")) for call in server.calls] == [True, False, False]


def test_a_reply_without_a_word_on_its_end_is_whole_all_the_same(ask: Callable[..., Answer]) -> None:
    with ChatServer(lambda reply: reply.completion(TRUE, finish=None)) as server:
        assert ask(server.url).mode is Mode.GENERATIVE


def test_what_is_no_reply_either_way_ends_in_quotations_and_streams_are_asked_for_again(
    corpus_assistant: Assistant,
) -> None:
    with ChatServer(sends({"greeting": "hello"})) as server:
        corpus_assistant.writer = writer(server.url)
        try:
            events = list(corpus_assistant.stream(QUESTION))
            corpus_assistant.answer(QUESTION)
        finally:
            corpus_assistant.writer = None
    kinds = [type(event) for event in events]
    assert kinds.index(FellBack) < kinds.index(StatementReady)
    assert [bool(call.body.get("stream")) for call in server.calls] == [True, False] * 2
