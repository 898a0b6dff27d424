"""Structured logs: one JSON object a line on stderr. The text of questions is left out unless the operator wants it."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from assistant.domain import Answer

ROOT = "assistant"
PRIVATE = frozenset({"question", "search_query"})  # what a reader typed, or what was made of it
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

log = logging.getLogger(f"{ROOT}.answers")


def set_up(level: str, *, questions: bool) -> None:
    """Log what this package says, at a level and above, to stderr; called once, by a front door."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(questions=questions))
    logger = logging.getLogger(ROOT)
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False


class JsonLines(logging.Formatter):
    """A record with its extra fields as one line of JSON; of an exception its kind, never its text, which may hold
    what was sent."""

    def __init__(self, *, questions: bool) -> None:
        super().__init__()
        self._hidden = frozenset() if questions else PRIVATE

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        entry |= {k: v for k, v in vars(record).items() if k not in _STANDARD and k not in self._hidden}
        if record.exc_info and record.exc_info[0]:
            entry["exception"] = record.exc_info[0].__name__
        return json.dumps(entry, ensure_ascii=False, default=str)


def log_answer(answer: Answer) -> None:
    """One line for each question: how it ended, what took how long, what the chat model's part was."""
    level = logging.WARNING if answer.fault else logging.INFO
    fields: dict[str, Any] = {
        "question": answer.question,
        "search_query": answer.search_query,
        "status": str(answer.status),
        "mode": str(answer.mode),
        "statements": len(answer.statements),
        "timings_ms": {step: round(ms, 1) for step, ms in answer.timings_ms.items()},
    }
    if answer.model:
        fields |= {
            "model": answer.model,
            "prompts": list(answer.prompts),
            "dropped": [why.partition(":")[0] for _, why in answer.dropped],
            "fault": answer.fault,
        }
    if answer.usage:
        fields |= {"tokens_in": answer.usage.tokens_in, "tokens_out": answer.usage.tokens_out,
                   "model_seconds": answer.usage.seconds, "cost": answer.usage.cost}  # fmt: skip
    log.log(level, "answer", extra=fields)
