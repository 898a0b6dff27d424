"""Chat models that keep their replies in a file, and one that answers from it: an evaluation without a model, for CI.

A reply is found by what was asked, not by which sources came with it: the system message and the question (or claim,
or the statements to be judged), and how often that was asked before. So a change of the retrieval does not make a
recording useless.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.chat_model import ChatModel, LangChainModel, Piece
from assistant.errors import AssistantError, DataFileError
from assistant.prompting import Message
from assistant.settings import Settings

ASKED = re.compile(r"<(question|claim|statements)>.*?</\1>", re.DOTALL)  # judged is what was said, too


class NotKeptError(DataFileError):
    """Nothing was kept for what is asked."""


class RecordingModel:
    """A model whose whole replies are appended to a file as they come."""

    def __init__(self, model: ChatModel, path: Path) -> None:
        self.name = model.name
        self._model = model
        self._path = path
        self._asked: Counter[str] = Counter()
        path.parent.mkdir(parents=True, exist_ok=True)

    def stream(self, messages: Sequence[Message], seconds: float | None = None) -> Iterator[Piece]:
        """The model's reply, kept once it is whole."""
        pieces: list[Piece] = []
        for piece in self._model.stream(messages, seconds):
            pieces.append(piece)
            yield piece
        tokens_in = sum(piece.tokens_in or 0 for piece in pieces)
        tokens_out = sum(piece.tokens_out or 0 for piece in pieces)
        entry = {"model": self.name, "key": _key(messages, self._asked), "text": "".join(p.text for p in pieces),
                 "tokens_in": tokens_in, "tokens_out": tokens_out}  # fmt: skip
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")


class RecordedModel:
    """Answers from such a file."""

    def __init__(self, path: Path) -> None:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
            entries = [json.loads(line) for line in lines if line.strip()]
            self._replies = {e["key"]: Piece(e["text"], e["tokens_in"], e["tokens_out"]) for e in entries}
            self.name = str(entries[0]["model"])
        except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
            raise DataFileError(f"{path}: is no file of kept replies; make one with eval --record") from error
        self._path = path
        self._asked: Counter[str] = Counter()

    def stream(self, messages: Sequence[Message], seconds: float | None = None) -> Iterator[Piece]:  # noqa: ARG002  # the protocol's
        """The kept reply, in one piece; the last one stands for what is asked more often than it was then.

        Raises:
            NotKeptError: nothing was kept for what is asked.
        """
        digest, number = _key(messages, self._asked).split("-")
        kept = (self._replies.get(f"{digest}-{n}") for n in range(int(number), 0, -1))
        reply = next((piece for piece in kept if piece), None)
        if reply is None:
            raise NotKeptError(f"{self._path}: holds no reply for what is asked now; make it anew with eval --record")
        yield reply


def choose_models(settings: Settings, record: Path | None, replay: Path | None) -> tuple[ChatModel, ChatModel]:
    """The model that answers and the one that judges: those that are set, their replies kept in `record`; or what was
    kept in `replay` of both.

    Raises:
        AssistantError: no model is set and none is replayed, or one cannot be used.
    """
    if replay:
        recorded = RecordedModel(replay)
        return recorded, recorded
    if not settings.chat_model:
        raise AssistantError("no chat model is set; set ASSISTANT_CHAT_MODEL, or give kept replies with --replay FILE")
    model: ChatModel = LangChainModel.connect(settings)
    judge: ChatModel = LangChainModel.connect(settings, settings.judge_model) if settings.judge_model else model
    if record:
        return RecordingModel(model, record), RecordingModel(judge, record)
    return model, judge


def _key(messages: Sequence[Message], asked: Counter[str]) -> str:
    told = messages[0].text + "".join(match.group() for match in ASKED.finditer(messages[-1].text))
    digest = hashlib.sha256(told.encode()).hexdigest()[:16]
    asked[digest] += 1
    return f"{digest}-{asked[digest]}"
