"""Three cases over one small document, and an assistant that answers them by script: shared by the tests of evals."""

from collections.abc import Callable

from assistant.domain import (
    ANSWERED,
    Answer,
    AnswerStatus,
    Conversation,
    Filters,
    Hit,
    Locator,
    Mode,
    Passage,
    PassageKind,
    Reason,
    Statement,
    Support,
)
from evals.dataset import Case, CaseKind, Gold
from evals.matching import Source

TEXT = "The Panel has sixteen members. It met five times."
SOURCES = {"panel": Source.of(TEXT, ((0, 30), (31, 49)))}
FACT = Case("fact", CaseKind.SINGLE_FACT, "How many?", ANSWERED, (Gold("panel", TEXT[:30]),), key_facts=(("sixteen",),))
NEAR = Case("near", CaseKind.UNANSWERABLE_NEAR, "Who pays?", AnswerStatus(reason=Reason.NOT_STATED))
FOLLOW = Case(
    "follow", CaseKind.FOLLOW_UP, "and how often?", ANSWERED, (Gold("panel", TEXT[31:]),), key_facts=(("five",),),
    history=(("user", "How many?"), ("assistant", "Sixteen.")), documents=("panel",),
)  # fmt: skip
CASES = (NEAR, FACT, FOLLOW)


class Scripted:
    """Answers by script and remembers what it was asked."""

    def __init__(self, script: Callable[[str], Answer]) -> None:
        self.script = script
        self.asked: list[tuple[str, Conversation, Filters]] = []

    def answer(
        self, question: str, conversation: Conversation | None = None, filters: Filters | None = None, /
    ) -> Answer:
        self.asked.append((question, conversation or Conversation(), filters or Filters()))
        return self.script(question)


def says(text: str, *, answerability: float = 0.9) -> Answer:
    hit = Hit(Passage("p", "panel", 0, PassageKind.BODY, TEXT, 0, len(TEXT), Locator(), (), (), ()), 1.0, 1)
    statement = Statement(text, (), Support.SUPPORTED)
    return Answer("?", "?", ANSWERED, Mode.EXTRACTIVE, (statement,), hits=(hit,), answerability=answerability)


def refuses(reason: Reason = Reason.NOT_STATED) -> Answer:
    status = AnswerStatus(reason=reason)
    return Answer("?", "?", status, Mode.EXTRACTIVE, message="Nothing.", answerability=0.1)


def good(question: str) -> Answer:
    return refuses() if question == NEAR.question else says("sixteen members, five times")
