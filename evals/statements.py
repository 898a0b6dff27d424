"""How well is the check of statements? A labelled set: what a chat model might write, and whether its source holds it.

Each statement cites the one passage that holds `quote`. Kinds but `true` are the ways in which models go wrong; a
statement counts as caught when the check finds it unsupported.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.answering import Assistant
from assistant.domain import Document, Passage, Support
from assistant.errors import DataFileError
from assistant.reply import Line
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


def check_statements(
    statements: Iterable[Labelled], passages: Sequence[Passage], documents: Mapping[str, Document], verifier: Verifier
) -> tuple[Outcome, ...]:
    """Hold each statement to its passage, as an answer's would be.

    Raises:
        DataFileError: a quote stands in no passage of its document.
    """
    outcomes: list[Outcome] = []
    for labelled in statements:
        passage = next((p for p in passages if p.document_id == labelled.document and labelled.quote in p.text), None)
        if passage is None:
            raise DataFileError(f"{labelled.id}: no passage of {labelled.document} holds {labelled.quote!r}; mend it")
        about = documents[labelled.document].metadata
        names = ". ".join(n for n in (about.title, about.short_title, about.body, about.symbol) if n)
        line = Line(labelled.statement, (1,))
        outcomes.append(Outcome(labelled, verifier.verify(line, {1: Source(1, passage, names)})))
    return tuple(outcomes)


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


def measure_check(assistant: Assistant, split: str) -> dict[str, Any]:
    """The check of an assistant on a split, JSON-ready: the scores of each kind, and each statement that it got wrong.

    Raises:
        AssistantError: no such split, or a quote that the library does not hold.
    """
    library = assistant.library
    statements = load_statements(split)
    documents = {d.id: library.document(d.id) for d in library.documents()}
    outcomes = check_statements(statements, library.passages(), documents, assistant.refresh().verifier)
    return {
        "split": split,
        "statements": len(statements),
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
