"""How well is the check of statements? A labelled set: what a chat model might write, and whether its source holds it.

Each statement cites the one passage that holds `quote`. Kinds but `true` are the ways in which models go wrong; a
statement counts as caught when the check finds it unsupported. Measured twice where a chat model is there for a second
look: in code alone, and with it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant import second_look
from assistant.answering import Assistant
from assistant.chat_model import ChatModel, complete
from assistant.domain import Document, Passage, Support
from assistant.errors import DataFileError
from assistant.faults import ModelFaultError
from assistant.numbered_sources import make_source
from assistant.prompting import Prompt
from assistant.reply import Line
from assistant.second_look import Look
from assistant.verification import Finding, Source, Verifier
from evals.dataset import ALL_SPLITS, SPLITS

STATEMENTS_DIR = Path(__file__).parent / "statements"
FREE = "free"  # beside the splits: in words as far from the source's as a writer would go


class StatementKind(StrEnum):
    """What is the matter with a statement."""

    TRUE = "true"
    NUMBER_CHANGED = "number_changed"
    NEGATED = "negated"
    WRONG_SOURCE = "wrong_source"
    SWAPPED_ACTOR = "swapped_actor"
    OVER_GENERALISED = "over_generalised"
    INVENTED_QUOTE = "invented_quote"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One statement with its label; it cites the passage of the document that holds the quote."""

    id: str
    kind: StatementKind
    document: str
    quote: str
    statement: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the check found about one of them."""

    labelled: Labelled
    finding: Finding

    @property
    def flagged(self) -> bool:
        """Whether the check found it unsupported."""
        return self.finding.support is Support.UNSUPPORTED

    @property
    def right(self) -> bool:
        """Whether that is what the label says."""
        return self.flagged is (self.labelled.kind is not StatementKind.TRUE)


@dataclass(frozen=True, slots=True)
class Score:
    """The check on one kind. For `true`: the share that passes, and how many that pass are true. For the others: the
    share that is caught, and how many of those flagged, among these and the true ones, are of this kind."""

    kind: StatementKind
    statements: int
    recall: float
    precision: float | None


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: str = Field(min_length=1)
    kind: str
    document: str = Field(min_length=1)
    quote: str = Field(min_length=1)
    statement: str = Field(min_length=1)


def load_statements(split: str) -> tuple[Labelled, ...]:
    """The labelled statements of `dev`, `test` or, with `all`, of both; or of `free`.

    Raises:
        DataFileError: no such split, or a line is malformed; names line and key.
    """
    if split == ALL_SPLITS:
        return tuple(labelled for name in SPLITS for labelled in load_statements(name))
    if split not in (*SPLITS, FREE):
        raise DataFileError(f"there is no split {split!r}; choose one of: {', '.join((*SPLITS, ALL_SPLITS, FREE))}")
    path = STATEMENTS_DIR / f"{split}.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataFileError(f"{path}: cannot be read ({error.strerror}); restore it from the project") from error
    return tuple(_labelled(f"{path.name} line {n}", line) for n, line in enumerate(lines, start=1) if line.strip())


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks again at what passed in code."""

    model: ChatModel
    prompt: Prompt


def check_statements(
    statements: Iterable[Labelled], passages: Sequence[Passage], documents: Mapping[str, Document], verifier: Verifier
) -> tuple[Outcome, ...]:
    """Hold each statement to its passage in code, as an answer's would be.

    Raises:
        DataFileError: a quote stands in no passage of its document.
    """
    return tuple(
        Outcome(labelled, verifier.verify(line, sources))
        for labelled, line, sources in placed_statements(statements, passages, documents)
    )


def check_twice(
    statements: Iterable[Labelled],
    passages: Sequence[Passage],
    documents: Mapping[str, Document],
    verifier: Verifier,
    looker: Looker,
) -> tuple[tuple[Outcome, Look | None], ...]:
    """The same with a second look, and what the model said; None where there was no verdict. It is asked about all
    statements, so that its replies can be kept and used again whatever passes in code.

    Raises:
        DataFileError: a quote stands in no passage of its document.
    """
    found: list[tuple[Outcome, Look | None]] = []
    for labelled, line, sources in placed_statements(statements, passages, documents):
        messages = second_look.ask(looker.prompt, line.text, sources, documents.__getitem__)
        try:
            look = second_look.read(complete(looker.model, messages)[0])
        except ModelFaultError:
            look = None
        finding = verifier.verify(line, sources, before_second_look=look is not None)
        found.append((Outcome(labelled, second_look.after(finding, look) if look else finding), look))
    return tuple(found)


def placed_statements(
    statements: Iterable[Labelled], passages: Sequence[Passage], documents: Mapping[str, Document]
) -> Iterator[tuple[Labelled, Line, dict[int, Source]]]:
    """Each statement as a line that cites its passage as [1]."""
    for labelled in statements:
        passage = next((p for p in passages if p.document_id == labelled.document and labelled.quote in p.text), None)
        if passage is None:
            raise DataFileError(f"{labelled.id}: no passage of {labelled.document} holds {labelled.quote!r}; mend it")
        source = make_source(1, passage, documents[labelled.document])
        yield labelled, Line(labelled.statement, (1,)), {1: source}


def scores(outcomes: Sequence[Outcome]) -> tuple[Score, ...]:
    """Recall and precision of each kind that occurs."""
    found: list[Score] = []
    true = [o for o in outcomes if o.labelled.kind is StatementKind.TRUE]
    for kind in StatementKind:
        own = [o for o in outcomes if o.labelled.kind is kind]
        if not own:
            continue
        right = sum(o.right for o in own)
        if kind is StatementKind.TRUE:
            said = sum(not o.flagged for o in outcomes)
        else:
            said = sum(o.flagged for o in own) + sum(o.flagged for o in true)
        found.append(Score(kind, len(own), right / len(own), right / said if said else None))
    return tuple(found)


def measure_check(assistant: Assistant, split: str, looker: Looker | None = None) -> dict[str, Any]:
    """The check of an assistant on a split, JSON-ready: the scores of each kind, and each statement that it got wrong;
    with a looker the same after the second look, and how many of its replies could not be read.

    Raises:
        AssistantError: no such split, or a quote that the library does not hold.
    """
    library = assistant.library
    statements = load_statements(split)
    documents = {d.id: library.document(d.id) for d in library.documents()}
    passages, verifier = library.passages(), assistant.refresh().verifier
    record = {
        "split": split,
        "statements": len(statements),
        **_measured(check_statements(statements, passages, documents, verifier)),
    }
    if looker:
        looked = check_twice(statements, passages, documents, verifier, looker)
        record["second_look"] = {
            "model": looker.model.name,
            "prompt": looker.prompt.ref,
            "unread": sum(look is None for _, look in looked),
            **_measured([outcome for outcome, _ in looked]),
        }
    return record


def _measured(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "scores": [asdict(score) for score in scores(outcomes)],
        "wrong": [
            {
                **asdict(o.labelled),
                "support": str(o.finding.support),
                "problem": o.finding.problem,
                "detail": o.finding.detail,
            }
            for o in outcomes
            if not o.right
        ],
    }


def _labelled(place: str, line: str) -> Labelled:
    try:
        parsed = _Line.model_validate(json.loads(line))
        return Labelled(parsed.id, StatementKind(parsed.kind), parsed.document, parsed.quote, parsed.statement)
    except ValidationError as error:
        first = error.errors()[0]
        raise DataFileError(f"{place}: {'.'.join(map(str, first['loc'])) or 'the line'}: {first['msg']}") from error
    except ValueError as error:
        raise DataFileError(f"{place}: {' '.join(str(error).split())}") from error
