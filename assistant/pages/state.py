"""What one reader's session holds, as domain values. No Streamlit: `chat` keeps one ChatState per session."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.domain import Answer, Citation, Conversation, Filters
from assistant.history import Exchange, turns_of
from assistant.pages.running import Running


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that waits for its answer, with the filters that held when it was asked."""

    question: str
    filters: Filters
    alone: bool = False  # asked as typed, without the turns before it


@dataclass(frozen=True, slots=True)
class OpenSource:
    """Which citation the source panel shows: position of the exchange, and marker in its answer."""

    exchange: int
    marker: int
    opener: str  # key of the button that opened the panel: the keyboard returns to it


@dataclass(frozen=True, slots=True)
class ShownSource:
    """The open source with its citation and all markers of its answer, in order."""

    source: OpenSource
    citation: Citation
    markers: tuple[int, ...]

    def neighbour(self, step: int) -> int:
        """The marker so many steps on; after the last comes the first."""
        return self.markers[(self.markers.index(self.source.marker) + step) % len(self.markers)]


class DialogKind(StrEnum):
    """What a dialog over the page is about."""

    WHY = "why"  # an answer did not help
    SHARE = "share"  # an answer to take along
    MANAGE = "manage"  # the conversation


@dataclass(frozen=True, slots=True)
class Dialog:
    """The dialog that is open, and of which exchange."""

    kind: DialogKind
    position: int = 0


@dataclass(slots=True)
class ChatState:
    """One conversation as it stands. Questions queue, so that none is lost when a second comes before the answer."""

    exchanges: tuple[Exchange, ...] = ()
    asked: tuple[Asked, ...] = ()
    running: Running | None = None  # the answer to the first of `asked`
    stopped: bool = False  # the reader wants no more of it
    filters: Filters = Filters()
    conversation_id: str | None = None  # on disk; None before the first answer
    jump_to: int | None = None  # position of the exchange that a link points to, until the page has gone there
    missing: bool = False  # a link pointed to a conversation that is not there
    printing: bool = False
    moves: int = 0  # how often the reader went to another conversation
    all_shown: bool = False  # also the earlier exchanges of a long conversation
    thumbs: Mapping[int, bool] = field(default_factory=dict)  # what the reader said of answers, by position
    suggestions: tuple[str, ...] = ()  # questions to ask after the last answer
    dialog: Dialog | None = None
    open_source: OpenSource | None = None
    return_to: str | None = None  # key of the button that takes the keyboard back after the panel was closed

    def ask(self, question: str, filters: Filters, alone: bool = False) -> None:
        """Queue a question. The source panel closes: on a phone it would cover the answer."""
        self.asked = (*self.asked, Asked(question, filters, alone))
        self.open_source = self.return_to = self.jump_to = None
        self.suggestions = ()
        self.missing = self.printing = False
        self.dialog = None

    def answered(self, answer: Answer, *, at: str = "", library: str = "", model: str = "") -> Exchange:
        """Close the oldest open question with its answer."""
        asked, self.asked = self.asked[0], self.asked[1:]
        exchange = Exchange(answer, asked.filters, at, library, model, asked.alone)
        self.exchanges = (*self.exchanges, exchange)
        self.running, self.stopped = None, False
        return exchange

    def stop(self) -> None:
        """Make no more of the answer that is being made; nor of the questions behind it."""
        self.stopped = True
        self.asked = self.asked[:1]
        if self.running:
            self.running.stop()

    def give_up(self) -> None:
        """Forget the oldest open question: nothing of its answer is there."""
        self.asked, self.running, self.stopped = self.asked[1:], None, False

    def open(self, exchange: int, marker: int, opener: str) -> None:
        """Show a source beside the conversation."""
        self.open_source, self.return_to, self.jump_to = OpenSource(exchange, marker, opener), None, None

    def close(self) -> None:
        """Hide the source panel."""
        self.return_to = self.open_source.opener if self.open_source else None
        self.open_source = None

    def show(self, kind: DialogKind, position: int = 0) -> None:
        """Open a dialog."""
        self.dialog = Dialog(kind, position)

    def hide(self) -> None:
        """Close the dialog."""
        self.dialog = None

    def restart(self) -> None:
        """Begin a new conversation; what the search is restricted to stays."""
        self._leave()
        self.conversation_id, self.exchanges, self.thumbs = None, (), {}

    def resume(
        self, conversation_id: str, exchanges: tuple[Exchange, ...], thumbs: Mapping[int, bool], jump_to: int | None
    ) -> None:
        """Go on with a conversation from the disk."""
        self._leave()
        self.conversation_id, self.exchanges, self.thumbs = conversation_id, exchanges, dict(thumbs)
        self.jump_to = jump_to if jump_to is not None and 0 <= jump_to < len(exchanges) else None

    def _leave(self) -> None:
        self.moves += 1
        if self.running:
            self.running.stop()
        self.asked, self.running, self.stopped = (), None, False
        self.open_source = self.return_to = self.jump_to = None
        self.suggestions = ()
        self.missing = self.printing = self.all_shown = False
        self.dialog = None

    @property
    def conversation(self) -> Conversation:
        """The turns that the next question may refer to."""
        if self.asked and self.asked[0].alone:
            return Conversation()
        return Conversation(turns_of(self.exchanges))

    @property
    def shown(self) -> ShownSource | None:
        """What the source panel shows."""
        source = self.open_source
        if source is None or source.exchange >= len(self.exchanges):
            return None
        citations = {c.marker: c for c in self.exchanges[source.exchange].answer.citations}
        found = citations.get(source.marker)
        return ShownSource(source, found, tuple(sorted(citations))) if found else None
