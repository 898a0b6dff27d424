"""What the production Assistant measures of questions, for calibrating answerability and for the public benchmark."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from assistant.answering import Assistant
from assistant.domain import Answer, Conversation, Filters
from assistant.sufficiency import Model, Sufficiency


@dataclass(frozen=True, slots=True)
class _Recorder(Model):
    """Lets every question pass and keeps what was measured of it."""

    seen: list[Sufficiency] = field(default_factory=list)

    def probability(self, measured: Sufficiency) -> float:
        self.seen.append(measured)
        return 1.0


@dataclass(frozen=True, slots=True)
class Observed:
    """One question as the Assistant saw it; `measured` is None when it was refused before there was evidence."""

    answer: Answer
    measured: Sufficiency | None


def observe(assistant: Assistant, questions: Iterable[tuple[str, Conversation, Filters]]) -> list[Observed]:
    """Answer every question with refusals for lack of evidence switched off; the assistant is left as it was."""
    recorder = _Recorder(0.0, {"bias": 0.0})
    before = assistant.rules
    always = replace(before.answerability.stated, threshold=0.0)
    permissive = replace(before.answerability, topic=recorder, stated=always)
    assistant.rules = replace(before, answerability=permissive)
    found = []
    try:
        for text, history, filters in questions:
            recorder.seen.clear()
            answer = assistant.answer(text, history, filters)
            found.append(Observed(answer, recorder.seen[0] if recorder.seen else None))
    finally:
        assistant.rules = before
    return found
