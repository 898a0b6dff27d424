"""Cases: one evaluation question with its expected status, gold quotes and key facts, read from JSON lines."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.domain import ANSWERED, AnswerStatus, Conversation, Filters, Reason, Turn
from assistant.errors import DataFileError

CASES_DIR = Path(__file__).parent / "cases"
SPLITS = ("dev", "test")  # tune on dev, report on test
ALL_SPLITS = "all"


class CaseKind(StrEnum):
    """What a question asks for, or tries."""

    SINGLE_FACT = "single_fact"
    LIST = "list"
    ACRONYM = "acronym"
    WHICH_DOCUMENT = "which_document"
    TERSE = "terse"
    CROSS_DOCUMENT = "cross_document"
    FOLLOW_UP = "follow_up"
    FALSE_PREMISE = "false_premise"
    UNANSWERABLE_NEAR = "unanswerable_near"
    UNANSWERABLE_FAR = "unanswerable_far"
    INSTRUCTION = "instruction"
    UNCLEAR = "unclear"


class GoldMode(StrEnum):
    """Whether all gold quotes are needed, or any one of them is enough."""

    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Gold:
    """A passage of a document, word for word, that a right answer rests on."""

    document: str
    quote: str


@dataclass(frozen=True, slots=True)
class Case:
    """One evaluation question."""

    id: str
    kind: CaseKind
    question: str
    status: AnswerStatus
    gold: tuple[Gold, ...] = ()
    gold_mode: GoldMode = GoldMode.ALL
    key_facts: tuple[tuple[str, ...], ...] = ()  # each fact with its accepted phrasings
    history: tuple[tuple[str, str], ...] = ()  # (user | assistant, text), oldest first
    documents: tuple[str, ...] = ()  # restrict the search to these; empty: no restriction
    note: str = ""

    @property
    def answerable(self) -> bool:
        """Whether the documents answer the question."""
        return self.status.answered

    @property
    def conversation(self) -> Conversation:
        """The history as turns; a question that got no answer has an empty one."""
        turns: list[Turn] = []
        for speaker, text in self.history:
            if speaker == "user":
                turns.append(Turn(text, ""))
            else:
                turns[-1] = Turn(turns[-1].question, f"{turns[-1].answer} {text}".strip())
        return Conversation(tuple(turns))

    @property
    def filters(self) -> Filters:
        """The restriction to documents as the assistant takes it."""
        return Filters(documents=frozenset(self.documents))

    @property
    def fingerprint(self) -> str:
        """Changes when anything that can change a score does; the note does not."""
        content = [
            self.id, self.kind, self.question, str(self.status), [[g.document, g.quote] for g in self.gold],
            self.gold_mode, self.key_facts, self.history, self.documents,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()[:16]


class _GoldLine(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    document: str = Field(min_length=1)
    quote: str = Field(min_length=1)


class _Line(BaseModel):
    """One line of a case file as written; an unknown key is a mistake, not an extension."""

    model_config = ConfigDict(extra="forbid", strict=True)
    id: str = Field(min_length=1)
    kind: str
    question: str
    status: str
    history: list[list[str]] = []
    documents: list[str] = []
    gold: list[_GoldLine] = []
    gold_mode: Literal["all", "any"] = "all"
    key_facts: list[list[str]] = []
    note: str = ""


def load_cases(path: Path) -> tuple[Case, ...]:
    """Read a case file: one JSON object per line, UTF-8; blank lines are skipped.

    Raises:
        DataFileError: the file is missing, empty or malformed; names the line and the key.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise DataFileError(f"{path}: cannot be read ({error.strerror}); give the path of a case file") from error
    except UnicodeDecodeError as error:
        raise DataFileError(f"{path}: is not UTF-8 text; save it again with the encoding UTF-8") from error
    cases = tuple(read_case(f"{path.name} line {n}", line) for n, line in enumerate(lines, start=1) if line.strip())
    if not cases:
        raise DataFileError(f"{path}: holds no cases; write one per line, as evals/README.md shows")
    return cases


def load_split(split: str) -> tuple[Case, ...]:
    """The cases of `dev`, `test` or, with `all`, of both.

    Raises:
        DataFileError: no such split, or its file is malformed.
    """
    if split == ALL_SPLITS:
        return tuple(case for name in SPLITS for case in load_split(name))
    if split not in SPLITS:
        raise DataFileError(f"there is no split {split!r}; choose one of: {', '.join((*SPLITS, ALL_SPLITS))}")
    return load_cases(CASES_DIR / f"{split}.jsonl")


def fingerprint(cases: Iterable[Case]) -> str:
    """Changes when a case is added, removed or changed; the order does not matter."""
    return hashlib.sha256("\n".join(sorted(case.fingerprint for case in cases)).encode()).hexdigest()[:16]


def subset(cases: Sequence[Case], size: int) -> tuple[Case, ...]:
    """The same `size` cases each time, every kind in proportion and each kind at least once, in their own order.

    Within a kind the hash of the id decides, so that a case added later displaces at most one other.
    """
    if size >= len(cases):
        return tuple(cases)
    by_kind: dict[CaseKind, list[Case]] = {}
    for case in sorted(cases, key=lambda c: hashlib.sha256(c.id.encode()).hexdigest()):
        by_kind.setdefault(case.kind, []).append(case)
    places = [  # each kind's i-th of m cases asks for its place at (i + 1/2) / m; the first of each kind comes first
        (i > 0, (i + 0.5) / len(group), case.id) for group in by_kind.values() for i, case in enumerate(group)
    ]
    chosen = {case_id for _, _, case_id in sorted(places)[: max(size, 0)]}
    return tuple(case for case in cases if case.id in chosen)


def read_case(place: str, line: str) -> Case:
    """One line of a case file; `place` names it in errors.

    Raises:
        DataFileError: malformed; names the place and the key.
    """
    try:
        parsed = _Line.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        hint = " (curly quotes “ ” around names and values must be straight)" if "“" in line[: error.pos + 1] else ""
        raise DataFileError(f"{place}: is not valid JSON at character {error.pos + 1}: {error.msg}{hint}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the line"
        raise DataFileError(f"{place}: {key}: {first['msg']}") from error
    return Case(
        id=parsed.id,
        kind=_kind(place, parsed.kind),
        question=parsed.question,
        status=_status(place, parsed.status),
        gold=tuple(Gold(g.document, g.quote) for g in parsed.gold),
        gold_mode=GoldMode(parsed.gold_mode),
        key_facts=tuple(_phrasings(place, fact) for fact in parsed.key_facts),
        history=_history(place, parsed.history),
        documents=tuple(parsed.documents),
        note=parsed.note,
    )


def _kind(place: str, value: str) -> CaseKind:
    try:
        return CaseKind(value)
    except ValueError as error:
        raise DataFileError(f"{place}: kind {value!r} is unknown; choose one of: {', '.join(CaseKind)}") from error


def _status(place: str, value: str) -> AnswerStatus:
    known = {str(status): status for status in (ANSWERED, *(AnswerStatus(reason=reason) for reason in Reason))}
    if value not in known:
        raise DataFileError(f"{place}: status {value!r} is unknown; choose one of: {', '.join(known)}")
    return known[value]


def _phrasings(place: str, fact: list[str]) -> tuple[str, ...]:
    if not fact or not all(any(c.isalnum() for c in phrasing) for phrasing in fact):
        raise DataFileError(f"{place}: key_facts: each fact is a list of at least one phrasing, none of them empty")
    return tuple(fact)


def _history(place: str, history: list[list[str]]) -> tuple[tuple[str, str], ...]:
    turns: list[tuple[str, str]] = []
    for entry in history:
        if len(entry) != 2 or entry[0] not in ("user", "assistant"):
            raise DataFileError(f'{place}: history: each entry is ["user", "…"] or ["assistant", "…"], not {entry!r}')
        turns.append((entry[0], entry[1]))
    if turns and turns[0][0] != "user":
        raise DataFileError(f"{place}: history: the first entry must be of the user")
    return tuple(turns)
