"""A chat model's part in one question: it completes a follow-up, widens the search, and writes the answer in prose.

Each part is left out where no model, or not this part of it, is set; what the caller does then is right as well.
"""

from collections.abc import Callable, Generator, Iterator, Sequence

from assistant.domain import ANSWERED, Answer, Conversation, Document, Hit, Mode, Reason
from assistant.events import FellBack, StatementReady
from assistant.faults import ModelFaultError
from assistant.generative import NotStatedError, complete_follow_up, expand_query, write_statements
from assistant.messages import Messages
from assistant.verification import Verifier
from assistant.writer import Ledger, Writer


def completed(writer: Writer | None, text: str, history: Conversation, ledger: Ledger | None) -> str | None:
    """A follow-up made to stand alone; None where the model does not do that, or not well."""
    if not (ledger and writer and writer.options.rewrite):
        return None
    return complete_follow_up(writer, text, [(turn.question, turn.answer) for turn in history.turns], ledger)


def more_words(writer: Writer | None, query: str, ledger: Ledger | None) -> tuple[str, ...]:
    """Words to search for beside those of the query; none where the model does not do that."""
    return expand_query(writer, query, ledger) if ledger and writer and writer.options.expand else ()


def write_prose(
    writer: Writer,
    query: str,
    hits: Sequence[Hit],
    documents: Callable[[str], Document],
    verifier: Verifier,
    ledger: Ledger,
    messages: Messages,
) -> Generator[StatementReady, None, Answer | Reason | FellBack]:
    """An Answer whose statements were yielded one by one as they passed their check, the reason why there is none, or
    what a reader is told before quotations follow instead."""
    released: list[StatementReady] = []
    try:
        for ready in write_statements(writer, query, hits, documents, verifier, ledger):
            released.append(ready)
            yield ready
    except NotStatedError:
        return Reason.NOT_STATED
    except ModelFaultError as error:
        ledger.fault = error.fault
        return FellBack(messages.text(f"generative.{error.fault}"))
    return Answer(
        question=query,
        search_query=query,
        status=ANSWERED,
        mode=Mode.GENERATIVE,
        statements=tuple(ready.statement for ready in released),
        citations=tuple(citation for ready in released for citation in ready.citations),
        hits=tuple(hits),
        notices=tuple(_notices(ledger, messages)),
    )


def _notices(ledger: Ledger, messages: Messages) -> Iterator[str]:
    if ledger.incomplete:
        yield messages.text("generative.incomplete")
    if ledger.unlooked:
        yield messages.text("generative.unlooked", count=ledger.unlooked)
