"""Conversations on disk: a folder a reader, in it a folder a conversation, in it a file an exchange.

An answer is kept by adding one file, so nothing that was kept is ever written again and a kill in the middle of an
answer leaves the conversation as it was before. Deleting removes the folder.
"""

import hashlib
import shutil
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.domain import Answer, Filters, Turn
from assistant.errors import StorageError
from assistant.records import RecordFolder, is_name, new_id, now

LOCAL_USER = "local"  # who asks where nobody signs in
ABOUT = "about"
KEPT_HITS = 10  # passages kept with an answer: as many as the command line prints
TITLE_CHARACTERS = 80
_writing = threading.Lock()  # two tabs of one reader may answer at once; one process serves them all


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer, what it was restricted to, and what it was made from."""

    answer: Answer
    filters: Filters = Filters()
    at: str = ""  # ISO 8601 in UTC
    library: str = ""  # fingerprint of what the library held
    model: str = ""  # what found or wrote the words
    alone: bool = False  # asked as typed: the turns before it were not looked at


@dataclass(frozen=True, slots=True)
class About:
    """What a conversation's folder says of it beside its exchanges."""

    title: str
    started: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a reader's list of conversations."""

    id: str
    title: str
    changed: str  # ISO 8601 in UTC: when its last answer came
    exchanges: int


class History:
    """One reader's conversations. Nothing here can reach another reader's."""

    def __init__(self, folder: Path, user: str) -> None:
        self.user = user
        self._root = folder / (user if user == LOCAL_USER else hashlib.sha256(user.encode()).hexdigest()[:32])

    def entries(self) -> tuple[Entry, ...]:
        """All conversations, the last used first."""
        found = (self._entry(path) for path in self._folders())
        return tuple(sorted((entry for entry in found if entry), key=lambda e: (e.changed, e.id), reverse=True))

    def load(self, conversation: str) -> tuple[Exchange, ...] | None:
        """The exchanges, oldest first; None where there is no such conversation."""
        folder = self._folder(conversation)
        return tuple(self._exchanges(folder).all()) if folder and folder.is_dir() else None

    def title(self, conversation: str) -> str:
        """The title; "" where there is no such conversation."""
        folder = self._folder(conversation)
        about = self._abouts(folder).get(ABOUT) if folder else None
        return about.title if about else ""

    def begin(self, exchange: Exchange) -> str:
        """Keep the first exchange of a new conversation; its id.

        Raises:
            StorageError: the disk does not take it.
        """
        conversation = new_id()
        folder = self._root / conversation
        title = " ".join(exchange.answer.question.split())
        self._abouts(folder).put(ABOUT, About(_shortened(title), exchange.at or now()))
        self._exchanges(folder).put(_number(1), _kept(exchange))
        return conversation

    def append(self, conversation: str, exchange: Exchange) -> bool:
        """Keep one more exchange; False where the conversation was deleted meanwhile: it does not come back.

        Raises:
            StorageError: the disk does not take it.
        """
        folder = self._folder(conversation)
        with _writing:
            if folder is None or not folder.is_dir():
                return False
            exchanges = self._exchanges(folder)
            last = max((int(name) for name in exchanges.names() if name.isdigit()), default=0)
            exchanges.put(_number(last + 1), _kept(exchange))
        return True

    def rename(self, conversation: str, title: str) -> None:
        """Give it another title; an empty one changes nothing.

        Raises:
            StorageError: the disk does not take it.
        """
        folder = self._folder(conversation)
        about = self._abouts(folder).get(ABOUT) if folder else None
        title = _shortened(" ".join(title.split()))
        if folder and about and title:
            self._abouts(folder).put(ABOUT, replace(about, title=title))

    def delete(self, conversation: str) -> None:
        """Remove a conversation for good.

        Raises:
            StorageError: the disk does not let it go.
        """
        folder = self._folder(conversation)
        with _writing:
            if folder is None or not folder.is_dir():
                return
            going = folder.with_name(f".{folder.name}")  # gone from the list at once, even if what follows is killed
            try:
                folder.rename(going)
                shutil.rmtree(going)
            except OSError as error:
                raise StorageError(f"{going} cannot be removed ({error.strerror}); remove it by hand") from error

    def search(self, words: str) -> tuple[Entry, ...]:
        """The conversations whose title, questions or answers hold all of these words."""
        wanted = words.casefold().split()
        return tuple(entry for entry in self.entries() if all(word in self._words(entry) for word in wanted))

    def _words(self, entry: Entry) -> str:
        exchanges = self.load(entry.id) or ()
        parts = [entry.title, *(f"{e.answer.question} {e.answer.text}" for e in exchanges)]
        return "\n".join(parts).casefold()

    def _folders(self) -> list[Path]:
        if not self._root.is_dir():
            return []
        paths = list(self._root.iterdir())
        for path in paths:
            if path.name.startswith(".") and is_name(path.name[1:]):  # a deletion that was killed half-way
                shutil.rmtree(path, ignore_errors=True)
        return [path for path in paths if is_name(path.name)]

    def _entry(self, folder: Path) -> Entry | None:
        exchanges = [path for path in folder.glob("*.json") if path.stem.isdigit()]
        about = self._abouts(folder).get(ABOUT)
        if about is None or not exchanges:
            return None
        with suppress(OSError):
            last = max(path.stat().st_mtime for path in exchanges)
            return Entry(folder.name, about.title, datetime.fromtimestamp(last, UTC).isoformat(), len(exchanges))
        return None

    def _folder(self, conversation: str) -> Path | None:
        return self._root / conversation if is_name(conversation) else None

    @staticmethod
    def _abouts(folder: Path) -> RecordFolder[About]:
        return RecordFolder(folder, About)

    @staticmethod
    def _exchanges(folder: Path) -> "_Exchanges":
        return _Exchanges(folder, Exchange)


class _Exchanges(RecordFolder[Exchange]):
    def names(self) -> list[str]:
        return [name for name in super().names() if name.isdigit()]


def turns_of(exchanges: Sequence[Exchange]) -> tuple[Turn, ...]:
    """The turns that a next question may refer to: answers and refusals, not failures."""
    answers = (exchange.answer for exchange in exchanges if exchange.answer.status.failure is None)
    return tuple(Turn(answer.question, answer.text) for answer in answers)


def _kept(exchange: Exchange) -> Exchange:
    return replace(exchange, answer=replace(exchange.answer, hits=exchange.answer.hits[:KEPT_HITS]))


def _number(position: int) -> str:
    return f"{position:06d}"


def _shortened(title: str) -> str:
    return title if len(title) <= TITLE_CHARACTERS else f"{title[: TITLE_CHARACTERS - 1].rstrip()}…"
