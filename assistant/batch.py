"""A file of questions to a file of answers, one line each, in order, written as they come."""

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.answering import Assistant
from assistant.domain import Answer, AnswerStatus, Conversation, Failure, Filters, Mode, Turn
from assistant.errors import AssistantError

HISTORY_FORM = '"history" must be a list of [role, text] pairs, role "user" or "assistant"'


def answer_batch(assistant: Assistant, source: Path, target: Path, filters: Filters) -> None:
    """Answer each line of `source` into `target`.

    A malformed line gives an `error:bad_input` answer, a question that fails for a reason of ours `error:internal`;
    the rest go on. Blank lines are skipped.

    Raises:
        AssistantError: a file cannot be opened, or the library cannot be used.
    """
    try:
        lines = source.read_bytes().splitlines()
        if target.exists() and target.samefile(source):
            raise AssistantError(f"{target} is both IN and OUT; give another file with --output")
        with target.open("w", encoding="utf-8") as out:
            for line in lines:
                if line.strip():
                    record = _answer_line(assistant, line, filters).as_record()
                    out.write(json.dumps(record, ensure_ascii=False) + "\n")
                    out.flush()
    except OSError as error:
        raise AssistantError(
            f"{error.filename}: {error.strerror}; give a readable IN and a writable OUT file"
        ) from error


def _answer_line(assistant: Assistant, line: bytes, filters: Filters) -> Answer:
    identifier: str | None = None
    question = ""
    messages = assistant.rules.messages
    try:
        entry = _parse(line)
        identifier = None if entry.get("id") is None else str(entry["id"])
        question, conversation = _read(entry)
        return replace(assistant.answer(question, conversation, filters), id=identifier)
    except _MalformedLineError as error:
        failure, message = Failure.BAD_INPUT, messages.text("status.bad_input", reason=error)
    except AssistantError:  # concerns all lines
        raise
    except Exception:
        logging.getLogger(__name__).exception("no answer to the question with id %s", identifier)
        failure, message = Failure.INTERNAL, messages.text("status.internal")
    status = AnswerStatus(failure=failure)
    return Answer(question, question, status, Mode.EXTRACTIVE, message=message, id=identifier)


class _MalformedLineError(Exception):
    """A line that holds no question; its text is the reason."""


def _parse(line: bytes) -> dict[str, Any]:
    try:
        text = line.decode("utf-8-sig")  # a file may begin with a byte order mark
        # \u escapes may spell half a surrogate pair, which cannot be written out again
        entry = json.loads(json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8", "replace"))
    except UnicodeDecodeError as error:
        raise _MalformedLineError("the line is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise _MalformedLineError(f"the line is not JSON ({' '.join(str(error).split())})") from error
    if not isinstance(entry, dict):
        raise _MalformedLineError("the line is not a JSON object")
    return entry


def _read(entry: dict[str, Any]) -> tuple[str, Conversation]:
    question = entry.get("question")
    if not isinstance(question, str) or not question.strip():
        raise _MalformedLineError('"question" must be a text that is not empty')
    history = entry.get("history") or []
    if not isinstance(history, list):
        raise _MalformedLineError(HISTORY_FORM)
    turns: list[Turn] = []
    asked: str | None = None
    for pair in history:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)):
            raise _MalformedLineError(HISTORY_FORM)
        role, text = pair
        if role == "user":
            if asked is not None:
                turns.append(Turn(asked, ""))
            asked = text
        elif role == "assistant":
            turns.append(Turn(asked or "", text))
            asked = None
        else:
            raise _MalformedLineError(f"{HISTORY_FORM}; found {role!r}")
    if asked is not None:
        turns.append(Turn(asked, ""))
    return question, Conversation(tuple(turns))
