"""Question and Hits to verified Statements written by a chat model: what it is given, what becomes of what it says.

The model is asked once for the answer, with as many sources as fit. Each line that comes back is held to the sources
that it cites (`verification`), and by the model again where that is set (`second_look`), before it is handed on, and
only then. A fault, or too little that holds, ends in a ModelFaultError; the caller then answers by quotation.
"""

import re
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import lru_cache

from assistant import second_look
from assistant.chat_model import ChatModel, Piece
from assistant.citations import cite
from assistant.domain import Citation, Document, Hit, Passage, Statement, Support
from assistant.embedding import Embedder
from assistant.events import StatementReady
from assistant.faults import Fault, ModelFaultError
from assistant.lexicon import Lexicon, words
from assistant.meaning import EmbeddedMeaning
from assistant.numbered_sources import LETTERS_PER_TOKEN, count_tokens, inert, number_sources, sources_text
from assistant.prompting import Message, Prompt, Role
from assistant.reply import Line, NotStated, read_line, read_lines
from assistant.verification import Finding, Judges, Problem, Quote, Source, VerificationRules, Verifier
from assistant.wording import Names
from assistant.writer import Ledger, Writer

SHARE_OF_SOURCES = 0.85  # of the context; the rest is for the question and for what counting by letters gets wrong
LONGEST_QUERY = 400  # characters of a question that a model completed
EXPANSIONS = 8


class NotStatedError(Exception):
    """The model says that the sources do not state what is asked, and nothing else."""


def build_verifier(
    rules: VerificationRules,
    lexicon: Lexicon,
    embedder: Embedder,
    judges: Judges,
    suspicious: Callable[[str], bool],
) -> Verifier:
    """The check of statements for a library; `suspicious` tells sentences that give orders, which support nothing."""
    meaning = EmbeddedMeaning(embedder)
    remembered = lru_cache(2048)(suspicious)
    return Verifier(rules, Names(lexicon.variants), lexicon.idf, meaning, judges, remembered)


def write_statements(
    writer: Writer,
    question: str,
    hits: Sequence[Hit],
    documents: Callable[[str], Document],
    verifier: Verifier,
    ledger: Ledger,
) -> Iterator[StatementReady]:
    """Statements one by one as they pass their check; closing the iterator stops the model.

    Raises:
        ModelFaultError: no reply, a reply without statements, or too few that the sources support.
        NotStatedError: the model found nothing to answer with.
    """
    sources = number_sources(hits, documents, budget(writer, question))
    prompt = writer.prompts[Role.ANSWER]
    messages = prompt.render(question=inert(question), sources=sources_text(sources, documents))
    citer = _Citer(documents)
    kept = failed = uncited = not_stated = 0
    for line in _lines(writer.model, prompt, messages, ledger):
        if ledger.stopped():
            break
        if isinstance(line, NotStated):
            not_stated += 1
            continue
        finding = _check(writer, line, sources, documents, verifier, ledger)
        if finding.problem:
            failed += 1
            uncited += finding.problem is Problem.UNCITED
            ledger.dropped.append((line.text, f"{finding.problem}: {finding.detail}"))
            if not (writer.options.flag_unsupported and finding.quotes):
                continue
        kept += not finding.problem
        yield citer.release(line, finding)
    if not kept and not failed:
        raise NotStatedError if not_stated else ModelFaultError(Fault.FORMAT)
    if not kept and uncited == failed:
        raise ModelFaultError(Fault.FORMAT)
    if not kept or kept / (kept + failed) < verifier.rules.least_share:
        raise ModelFaultError(Fault.UNSUPPORTED)
    ledger.incomplete = not_stated > 0


def complete_follow_up(writer: Writer, question: str, history: Sequence[tuple[str, str]], ledger: Ledger) -> str | None:
    """The question made to stand alone; None where the model fails or says what nobody in the conversation said."""
    prompt = writer.prompts[Role.REWRITE]
    told = trim_history(history, writer.options.context_tokens // 2)
    said = _ask(writer.model, prompt, prompt.render(history=inert(told), question=inert(question)), ledger)
    if said is None:
        return None
    query = " ".join(said.split()).strip('"“” ')
    known = set(words(f"{told} {question}"))
    new = [word for word in words(query) if word not in known and len(word) > 3]
    return query if query and len(query) <= LONGEST_QUERY and len(new) <= 1 else None


def expand_query(writer: Writer, question: str, ledger: Ledger) -> tuple[str, ...]:
    """Words that documents may use for what is asked; empty where the model fails."""
    prompt = writer.prompts[Role.EXPAND]
    said = _ask(writer.model, prompt, prompt.render(question=inert(question)), ledger) or ""
    terms = [" ".join(words(term)) for term in re.split(r"[,;\n]", said[:LONGEST_QUERY])]
    return tuple(dict.fromkeys(term for term in terms if 2 < len(term) <= 40))[:EXPANSIONS]


def budget(writer: Writer, question: str) -> float:
    """Tokens that the sources may take."""
    prompt = writer.prompts[Role.ANSWER]
    return writer.options.context_tokens * SHARE_OF_SOURCES - count_tokens(prompt.system + prompt.user + question)


def trim_history(history: Sequence[tuple[str, str]], room: float) -> str:
    """A conversation in so many tokens: every question, which name the topic, from the latest back; then answers, the
    latest first, each cut where the room ends."""
    asked: list[str | None] = [None] * len(history)
    answered: list[str] = [""] * len(history)
    for i in reversed(range(len(history))):
        cost = count_tokens(history[i][0])
        if cost > room:
            break
        room -= cost
        asked[i] = history[i][0]
    for i in reversed(range(len(history))):
        if asked[i] is None or room <= 0:
            break
        answered[i] = history[i][1][: int(room * LETTERS_PER_TOKEN)]
        room -= count_tokens(answered[i])
    turns = [(q, a) for q, a in zip(asked, answered, strict=True) if q is not None]
    return "\n".join(f"Question: {q}" + (f"\nAnswer: {a}" if a else "") for q, a in turns)


def _lines(model: ChatModel, prompt: Prompt, messages: Sequence[Message], ledger: Ledger) -> Iterator[Line | NotStated]:
    """What a model says, line by line; a last line that was cut by the limit of the reply is left out."""
    cut_short = False

    def texts(pieces: Iterator[Piece]) -> Iterator[str]:
        nonlocal cut_short
        for piece in pieces:
            cut_short = cut_short or piece.cut_short
            yield piece.text

    with closing(_pieces(model, prompt, messages, ledger)) as pieces:
        for line, whole in read_lines(texts(pieces)):
            if whole or not cut_short:
                yield from read_line(line)


def _ask(model: ChatModel, prompt: Prompt, messages: Sequence[Message], ledger: Ledger) -> str | None:
    """One whole reply; None for a fault, as what these calls do, rules do as well, and where a reader wants no more."""
    try:
        said = "".join(piece.text for piece in _pieces(model, prompt, messages, ledger))
    except ModelFaultError as error:
        ledger.fault = error.fault if error.fault.outage else None
        return None
    return None if ledger.stopped() else said


def _pieces(model: ChatModel, prompt: Prompt, messages: Sequence[Message], ledger: Ledger) -> Generator[Piece]:
    """A reply as it comes, until a reader wants no more. The ledger gets its tokens and the time that was waited for
    it, not that of what is done between two pieces; closing stops the model."""
    if ledger.stopped():
        return
    ledger.prompts[prompt.ref] = None
    stream = model.stream(messages, ledger.left())
    try:
        while True:
            began = time.perf_counter()
            try:
                piece = next(stream, None)
            finally:
                ledger.seconds += time.perf_counter() - began
            if piece is None or ledger.stopped():
                return
            ledger.pieces.append(replace(piece, text=""))
            yield piece
    finally:
        close = getattr(stream, "close", None)
        if close:
            close()


def _check(
    writer: Writer,
    line: Line,
    sources: Mapping[int, Source],
    documents: Callable[[str], Document],
    verifier: Verifier,
    ledger: Ledger,
) -> Finding:
    """What is found about a statement: in code, and by the model where it passed there in words that are not the
    source's own. Without a verdict from the model code alone decides, more strictly."""
    if not writer.options.second_look:
        return verifier.verify(line, sources)
    finding = verifier.verify(line, sources, before_second_look=True)
    if finding.support is not Support.SUPPORTED:
        return finding
    prompt = writer.prompts[Role.CHECK]
    cited = {marker: sources[marker] for marker in line.markers}
    said = _ask(writer.model, prompt, second_look.ask(prompt, line.text, cited, documents), ledger)
    look = second_look.read(said or "")
    if look:
        return second_look.after(finding, look)
    finding = verifier.verify(line, sources)
    ledger.unlooked += finding.support is Support.SUPPORTED
    return finding


def _text(quote: Quote) -> str:
    passage: Passage = quote.passage
    return passage.text[quote.start - passage.start : quote.end - passage.start]


class _Citer:
    """Numbers citations 1..n in the order in which statements first use them; one quote has one number."""

    def __init__(self, documents: Callable[[str], Document]) -> None:
        self._documents = documents
        self._known: dict[tuple[str, int, int], int] = {}

    def release(self, line: Line, finding: Finding) -> StatementReady:
        new: list[Citation] = []
        markers: list[int] = []
        for quote in finding.quotes:
            key = (quote.passage.document_id, quote.start, quote.end)
            if key not in self._known:
                self._known[key] = len(self._known) + 1
                document = self._documents(quote.passage.document_id)
                new.append(cite(self._known[key], quote.passage, document, (quote.start, quote.end)))
            markers.append(self._known[key])
        text = _text(finding.quotes[0]) if finding.support is Support.VERBATIM else line.text
        return StatementReady(Statement(text, tuple(markers), finding.support, item=line.item), tuple(new))
