"""What happens while a question is answered, as a reader is told of it: one value for each event."""

from dataclasses import dataclass

from assistant.domain import Answer, Citation, Statement


@dataclass(frozen=True, slots=True)
class SearchStarted:
    """The question as understood."""

    search_query: str


@dataclass(frozen=True, slots=True)
class StatementReady:
    """A statement that has passed its check, with the citations that it is the first to use."""

    statement: Statement
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class AnswerReady:
    """The whole answer; the last event."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class FellBack:
    """A chat model did not bring an answer to its end: what was yielded of it is taken back, and quotations follow."""

    notice: str


Event = SearchStarted | StatementReady | FellBack | AnswerReady
