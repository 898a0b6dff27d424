"""A chat model with its prompts, what an operator sets about it, and what its calls for one question come to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from assistant.chat_model import ChatModel, Piece, counted
from assistant.domain import Answer, Mode, Usage
from assistant.faults import Fault, ModelFaultError
from assistant.prompting import Prompt, Role


@dataclass(frozen=True, slots=True)
class WriterOptions:
    """What an operator sets about writing."""

    seconds: float = 60.0  # for all calls that one question needs
    context_tokens: int = 6000
    price_in: float | None = None  # for a million tokens
    price_out: float | None = None
    flag_unsupported: bool = False
    rewrite: bool = True
    expand: bool = False
    second_look: bool = False


@dataclass(frozen=True, slots=True)
class Writer:
    """A chat model with its prompts."""

    model: ChatModel
    prompts: Mapping[Role, Prompt]
    options: WriterOptions = WriterOptions()


@dataclass
class Ledger:
    """What the calls to a model for one question came to; filled as they go, so that it is right after a fault too."""

    allowance: float  # seconds that all calls together may take; what the assistant does between them does not count
    prompts: dict[str, None] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    seconds: float = 0.0
    dropped: list[tuple[str, str]] = field(default_factory=list)
    incomplete: bool = False  # the model says that the sources state only a part
    unlooked: int = 0  # statements that wanted a second look and got none
    fault: Fault | None = None  # why the model could not be used
    stopped: Callable[[], bool] = bool  # whether the reader wants no more of it

    @classmethod
    def open(cls, writer: Writer | None, stopped: Callable[[], bool] = bool) -> "Ledger":
        """A ledger for one question; it stays empty without a writer."""
        return cls(writer.options.seconds if writer else 0.0, stopped=stopped)

    def left(self) -> float:
        """Seconds that are left.

        Raises:
            ModelFaultError: an earlier call found the model out of service, or no time is left.
        """
        if self.fault:
            raise ModelFaultError(self.fault)
        left = self.allowance - self.seconds
        if left <= 0:
            raise ModelFaultError(Fault.TIMEOUT)
        return left

    def usage(self, options: WriterOptions) -> Usage | None:
        """Tokens, seconds, and the cost where prices are set; None where no model was asked."""
        if not self.prompts:
            return None
        tokens = counted(self.pieces)
        cost = None
        if options.price_in is not None and options.price_out is not None and tokens.tokens_in is not None:
            cost = (tokens.tokens_in * options.price_in + (tokens.tokens_out or 0) * options.price_out) / 1e6
        return Usage(tokens.tokens_in, tokens.tokens_out, round(self.seconds, 3), cost)

    def told(self, answer: Answer, writer: Writer | None) -> Answer:
        """The answer with what the model's part in it came to; as it is where none was asked."""
        usage = self.usage(writer.options) if writer else None
        if not writer or not usage:
            return answer
        return replace(
            answer,
            model=writer.model.name,
            prompts=tuple(self.prompts),
            usage=usage,
            dropped=tuple(self.dropped),
            fault="" if answer.mode is Mode.GENERATIVE else str(self.fault or ""),
        )
