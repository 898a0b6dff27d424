"""Answers that hold none: what is said to a text that is no question, and where the documents do not answer."""

from assistant.answerability import Verdict
from assistant.disguise import attempts_instruction
from assistant.domain import Answer, AnswerStatus, Failure, Filters, Hit, Mode, Reason
from assistant.library import Library
from assistant.messages import Messages
from assistant.question import QuestionRules

LONGEST_QUESTION = 4_000  # characters; an essay has no one answer, and its reading takes long


def no_question(text: str, rules: QuestionRules, messages: Messages) -> Answer | None:
    """What is answered, unsearched, to a text that asks nothing; None for one that may be a question."""
    if not text.strip():
        return _reject(text, messages.text("phrase.empty"), messages)
    if not any(c.isalnum() for c in text):
        return _refusal(text, Reason.UNCLEAR, messages.text(f"status.{Reason.UNCLEAR}"))
    if len(text) > LONGEST_QUESTION:
        too_long = messages.text("phrase.too_long", length=len(text), limit=LONGEST_QUESTION)
        return _reject(text, too_long, messages)
    if attempts_instruction(text, rules):
        return _refusal(text, Reason.INSTRUCTION, messages.text(f"status.{Reason.INSTRUCTION}"))
    return None


def refuse(
    query: str,
    reason: Reason,
    messages: Messages,
    library: Library,
    filters: Filters = Filters(),
    hits: tuple[Hit, ...] = (),
    verdict: Verdict | None = None,
) -> Answer:
    """What is answered where the documents do not: with the nearest hits, and the words that they lack."""
    key = f"status.{reason}"
    variables: dict[str, object] = {}
    if "missing" in messages.variables(key):
        missing = ", ".join((verdict.missing if verdict else ())[:4])
        searched = sum(filters.admit(document) for document in library.documents())
        variables = {"missing": missing or messages.text("phrase.whole_question"), "count": searched}
    return _refusal(query, reason, messages.text(key, **variables), hits)


def _refusal(query: str, reason: Reason, message: str, hits: tuple[Hit, ...] = ()) -> Answer:
    return Answer(query, query, AnswerStatus(reason=reason), Mode.EXTRACTIVE, hits=hits, message=message)


def _reject(text: str, why: str, messages: Messages) -> Answer:
    failure = Failure.BAD_INPUT
    message = messages.text(f"status.{failure}", reason=why)
    return Answer(text, text, AnswerStatus(failure=failure), Mode.EXTRACTIVE, message=message)
