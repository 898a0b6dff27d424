"""A file of questions to a file of answers, one line each, in order, written as they come."""

import json
from pathlib import Path
from typing import Any

from assistant.answering import Assistant
from assistant.domain import Answer, AnswerStatus, Conversation, Failure, Filters, Mode, Turn
from assistant.errors import AssistantError


def answer_batch(assistant: Assistant, source: Path, target: Path, filters: Filters) -> None:
    """Answer each line of `source` into `target`. A malformed line gives an `error:bad_input` answer; the rest go on.

    Raises:
        AssistantError: a file cannot be opened.
    """
    try:
        lines = source.read_bytes().splitlines()
        with target.open("w", encoding="utf-8") as out:
            for line in lines:
                if line.strip():
                    record = _answer_line(assistant, line, filters).as_record()
                    out.write(json.dumps(record, ensure_ascii=False) + "\n")
                    out.flush()
    except OSError as error:
        raise AssistantError(f"{error.filename}: {error.strerror}; give a readable IN and a writable OUT file") from error


def _answer_line(assistant: Assistant, line: bytes, filters: Filters) -> Answer:
    from dataclasses import replace

    identifier: str | None = None
    question = ""
    try:
        entry = json.loads(line.decode("utf-8"))
        if not isinstance(entry, dict):
            raise ValueError("the line is not a JSON object")
        identifier = None if entry.get("id") is None else str(entry["id"])
        question, history = _read(entry)
    except (ValueError, UnicodeDecodeError) as error:
        reason = assistant.rules.messages.text("status.bad_input", reason=" ".join(str(error).split()))
        return Answer(question, question, AnswerStatus(failure=Failure.BAD_INPUT), Mode.EXTRACTIVE, message=reason, id=identifier)
    return replace(assistant.answer(question, history, filters), id=identifier)


def _read(entry: dict[str, Any]) -> tuple[str, Conversation]:
    question = entry.get("question")
    if not isinstance(question, str) or not question.strip():
        raise ValueError('"question" must be a text that is not empty')
    history = entry.get("history") or []
    if not isinstance(history, list):
        raise ValueError('"history" must be a list of [role, text] pairs')
    turns: list[Turn] = []
    asked: str | None = None
    for pair in history:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)):
            raise ValueError('"history" must be a list of [role, text] pairs')
        role, text = pair
        if role == "user":
            if asked is not None:
                turns.append(Turn(asked, ""))
            asked = text
        elif role == "assistant":
            turns.append(Turn(asked or "", text))
            asked = None
        else:
            raise ValueError(f'"history" has the role {role!r}; expected "user" or "assistant"')
    if asked is not None:
        turns.append(Turn(asked, ""))
    return question, Conversation(tuple(turns))
