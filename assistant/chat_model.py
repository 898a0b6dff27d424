"""The chat model seam and its one adapter. The only room that imports langchain.

Every call runs as one asyncio task on a loop in a thread of its own, because a task can be stopped at any moment: at
the time limit, in a silence, in a name lookup that hangs, and when the reader presses stop.
"""

import asyncio
import contextlib
import functools
import importlib.util
import logging
import os
import queue
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from assistant.errors import SettingsError
from assistant.faults import Fault, ModelFaultError, fault_of, retry_after
from assistant.prompting import Message
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from tenacity import RetryCallState

log = logging.getLogger(__name__)

FAILURES_IN_A_ROW = 3  # then the model is left alone for PAUSE_SECONDS: an outage must not cost every reader the wait
PAUSE_SECONDS = 30.0
PULSE_SECONDS = 0.25  # how often whoever waits for a silent model may say that it is wanted no more
FIRST_BACKOFF, LONGEST_BACKOFF = 0.3, 2.0  # seconds between tries; the extractive answer is ready meanwhile
LONGEST_REPLY = 40_000  # characters; an answer has a few hundred
NO_KEY = "not-needed"  # what servers without keys are sent, where the client insists on one

# provider -> its extra, its package, the environment variable of its key, and how it names the reply's length
PROVIDERS: Mapping[str, tuple[str, str, str | None, str]] = {
    "openai": ("openai", "langchain_openai", "OPENAI_API_KEY", "max_tokens"),
    "anthropic": ("anthropic", "langchain_anthropic", "ANTHROPIC_API_KEY", "max_tokens"),
    "google_genai": ("google", "langchain_google_genai", "GOOGLE_API_KEY", "max_tokens"),
    "mistralai": ("mistral", "langchain_mistralai", "MISTRAL_API_KEY", "max_tokens"),
    "ollama": ("ollama", "langchain_ollama", None, "num_predict"),
}
FINISHED = ("finish_reason", "stop_reason", "done_reason")  # how servers say that a reply is whole
CUT_SHORT = {"length", "max_tokens", "MAX_TOKENS", "model_length"}
WITHHELD = {"content_filter", "refusal", "SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST"}


@dataclass(frozen=True, slots=True)
class Piece:
    """What arrives of a reply: text, and tokens where the server tells; `cut_short` by the limit of the reply. One
    without text says that nothing has arrived for a moment."""

    text: str
    tokens_in: int | None = None
    tokens_out: int | None = None
    cut_short: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """For one reply."""

    seconds: float
    stall_seconds: float
    retries: int


class ChatModel(Protocol):
    """Messages to text."""

    @property
    def name(self) -> str:
        """provider:model."""

    def stream(self, messages: Sequence[Message], seconds: float | None = None) -> Iterator[Piece]:
        """The reply as it comes, within so many seconds; closing the iterator stops the model.

        Raises:
            ModelFaultError: there is no reply, or not a whole one.
        """


class LangChainModel:
    """Any chat model that LangChain reaches, with limits of time and length, retries, and a circuit breaker.

    Replies are streamed. A server that answers with something else than a stream is asked once more, for the whole
    reply at once; where it then answers, it is asked so from then on.
    """

    def __init__(self, name: str, model: "BaseChatModel", limits: Limits, *, streaming: bool = True) -> None:
        import pybreaker

        self.name = name
        self._model = model
        self._limits = limits
        self._streaming = streaming
        self._breaker = pybreaker.CircuitBreaker(
            fail_max=FAILURES_IN_A_ROW,
            reset_timeout=PAUSE_SECONDS,
            exclude=[lambda error: not (isinstance(error, ModelFaultError) and error.fault.outage)],
            throw_new_error_on_trip=False,
        )

    @classmethod
    def connect(cls, settings: Settings, name: str | None = None) -> "LangChainModel":
        """The model that is set (or the one called `name`). Nothing is sent yet.

        Raises:
            SettingsError: the provider is unknown, its package is not installed, or its key is missing.
        """
        name = name or settings.chat_model
        provider, _, model = name.partition(":")
        arguments = _arguments(settings, name)
        os.environ["LANGSMITH_TRACING"] = os.environ["LANGCHAIN_TRACING_V2"] = "false"  # nothing leaves unasked
        from langchain.chat_models import init_chat_model

        try:
            built = init_chat_model(model, model_provider=provider, **arguments)
        except Exception as error:  # each provider's client has its own kinds; all mean that it cannot be set up so
            raise SettingsError(
                f"ASSISTANT_CHAT_MODEL={name} cannot be set up ({type(error).__name__}); check the name, "
                "ASSISTANT_CHAT_BASE_URL and the key's environment variable, or unset it to answer by quotation"
            ) from error
        limits = Limits(settings.chat_seconds, settings.chat_stall_seconds, settings.chat_retries)
        return cls(name, built, limits, streaming=settings.chat_streaming)

    def stream(self, messages: Sequence[Message], seconds: float | None = None) -> Iterator[Piece]:
        """The reply as it comes, within so many seconds; closing the iterator stops the model.

        Raises:
            ModelFaultError: there is no reply, or not a whole one.
        """
        import pybreaker

        try:
            yield from self._breaker.call(
                self._receive, messages, min(seconds or self._limits.seconds, self._limits.seconds)
            )
        except pybreaker.CircuitBreakerError as error:
            raise ModelFaultError(Fault.PAUSED) from error

    def _receive(self, messages: Sequence[Message], seconds: float) -> Iterator[Piece]:
        arrived: queue.SimpleQueue[Piece | None] = queue.SimpleQueue()
        task = asyncio.run_coroutine_threadsafe(self._send(messages, seconds, arrived.put), _loop())
        task.add_done_callback(lambda _: arrived.put(None))
        try:
            while (piece := _next(arrived)) is not None:
                yield piece
            task.result()
        finally:
            task.cancel()

    async def _send(self, messages: Sequence[Message], seconds: float, put: Callable[[Piece], None]) -> None:
        """One reply, asked for again while a busy server has sent nothing and time is left."""
        import tenacity

        deadline = time.monotonic() + seconds
        begun = False

        def put_first(piece: Piece) -> None:
            nonlocal begun
            begun = True
            put(piece)

        def worth_it(state: "RetryCallState") -> bool:
            error = state.outcome.exception() if state.outcome else None
            again = isinstance(error, ModelFaultError) and error.fault.passing and not begun
            return again and time.monotonic() + _wait(state) < deadline

        tries = tenacity.AsyncRetrying(
            stop=tenacity.stop_after_attempt(self._limits.retries + 1), wait=_wait, retry=worth_it, reraise=True
        )
        try:
            async with asyncio.timeout(seconds):
                async for attempt in tries:
                    with attempt:
                        await self._once(messages, put_first)
        except TimeoutError as error:
            raise ModelFaultError(Fault.TIMEOUT) from error

    async def _once(self, messages: Sequence[Message], put: Callable[[Piece], None]) -> None:
        begun = False

        def put_first(piece: Piece) -> None:
            nonlocal begun
            begun = True
            put(piece)

        streaming = self._streaming
        try:
            await self._reply(messages, put_first, streaming=streaming)
        except ModelFaultError as error:
            if begun or not streaming or error.fault is not Fault.MALFORMED:
                raise
            await self._reply(messages, put, streaming=False)
            self._streaming = False

    async def _reply(self, messages: Sequence[Message], put: Callable[[Piece], None], *, streaming: bool) -> None:
        length, finished = 0, ""
        silence = self._limits.stall_seconds if streaming else None  # a whole reply is silent until it is there
        try:
            async with contextlib.aclosing(self._chunks(messages, streaming=streaming)) as chunks:
                while True:
                    chunk = await asyncio.wait_for(anext(chunks, None), silence)
                    if chunk is None:
                        break
                    finished = _finish(chunk.response_metadata) or finished
                    text = str(chunk.text)
                    length += len(text)
                    if length > LONGEST_REPLY:
                        raise ModelFaultError(Fault.TOO_LONG)
                    usage = chunk.usage_metadata or {}
                    put(Piece(text, usage.get("input_tokens"), usage.get("output_tokens"), finished in CUT_SHORT))
        except (ModelFaultError, asyncio.CancelledError):
            raise
        except Exception as error:  # clients raise many kinds, not all of them documented
            fault = fault_of(error, begun=length > 0)
            log.info("chat model fault", extra={"fault": str(fault), "error": type(error).__name__})
            raise ModelFaultError(fault, retry_after(error)) from error
        if finished in WITHHELD:
            raise ModelFaultError(Fault.REFUSED)
        if not length:
            raise ModelFaultError(Fault.EMPTY)
        if streaming and not finished:
            raise ModelFaultError(Fault.CUT)

    async def _chunks(self, messages: Sequence[Message], *, streaming: bool) -> AsyncGenerator[Any]:
        turns = [(str(m.speaker), m.text) for m in messages]
        if streaming:
            async for chunk in self._model.astream(turns):
                yield chunk
        else:
            yield await self._model.ainvoke(turns)


def _next(arrived: "queue.SimpleQueue[Piece | None]") -> Piece | None:
    """What has arrived; an empty piece where nothing does, so that whoever waits can stop."""
    try:
        return arrived.get(timeout=PULSE_SECONDS)
    except queue.Empty:
        return Piece("")


def complete(model: ChatModel, messages: Sequence[Message], seconds: float | None = None) -> tuple[str, Piece]:
    """The whole reply, and its tokens as one Piece.

    Raises:
        ModelFaultError: there is none.
    """
    pieces = list(model.stream(messages, seconds))
    return "".join(piece.text for piece in pieces), counted(pieces)


def counted(pieces: Sequence[Piece]) -> Piece:
    """The tokens of all pieces; None where no piece tells."""
    tokens_in = [piece.tokens_in for piece in pieces if piece.tokens_in is not None]
    tokens_out = [piece.tokens_out for piece in pieces if piece.tokens_out is not None]
    return Piece("", sum(tokens_in) if tokens_in else None, sum(tokens_out) if tokens_out else None)


def _arguments(settings: Settings, name: str) -> dict[str, Any]:
    provider = name.partition(":")[0]
    if provider not in PROVIDERS:
        known = ", ".join(PROVIDERS)
        raise SettingsError(
            f"ASSISTANT_CHAT_MODEL={name}: the provider {provider!r} is unknown; choose one of: {known}"
        )
    extra, package, key, reply_length = PROVIDERS[provider]
    if importlib.util.find_spec(package) is None:
        raise SettingsError(
            f"ASSISTANT_CHAT_MODEL={name} needs a package that is missing; run: pip install 'policy-assistant[{extra}]'"
        )
    arguments: dict[str, Any] = {"temperature": 0, reply_length: settings.chat_reply_tokens}
    if settings.chat_base_url:
        arguments["base_url"] = settings.chat_base_url
    if provider != "ollama":  # its client has neither; our own limits hold for all
        arguments |= {"timeout": settings.chat_seconds, "max_retries": 1 if provider == "google_genai" else 0}
    if provider == "openai":
        arguments["stream_usage"] = True
    if key and not os.environ.get(key):
        if not (provider == "openai" and settings.chat_base_url):
            raise SettingsError(f"ASSISTANT_CHAT_MODEL={name} needs a key; put it into the environment variable {key}")
        arguments["api_key"] = NO_KEY
    return arguments


def _wait(state: "RetryCallState") -> float:
    """What the server asks for, else twice as long at each try."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, ModelFaultError) else None
    backoff: float = FIRST_BACKOFF * 2 ** (state.attempt_number - 1)
    return asked if asked is not None else min(backoff, LONGEST_BACKOFF)


def _finish(metadata: Mapping[str, Any]) -> str:
    return next((str(metadata[key]) for key in FINISHED if metadata.get(key)), "")


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    """The loop that all calls run on: clients keep their connections with the loop that opened them."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="chat-model", daemon=True).start()
    return loop
