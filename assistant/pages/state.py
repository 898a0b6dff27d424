"""What one reader's session holds, as domain values. No Streamlit: `chat` keeps one ChatState per session."""

from dataclasses import dataclass

from assistant.domain import Answer, Citation, Conversation, Filters, Turn


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that waits for its answer, with the filters that held when it was asked."""

    question: str
    filters: Filters
    alone: bool = False  # asked as typed, without the turns before it


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer, and the filters that shaped it."""

    answer: Answer
    filters: Filters


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


@dataclass(slots=True)
class ChatState:
    """One conversation as it stands. Questions queue, so that none is lost when a second comes before the answer."""

    exchanges: tuple[Exchange, ...] = ()
    asked: tuple[Asked, ...] = ()
    open_source: OpenSource | None = None
    return_to: str | None = None  # key of the button that takes the keyboard back after the panel was closed

    def ask(self, question: str, filters: Filters, alone: bool = False) -> None:
        """Queue a question. The source panel closes: on a phone it would cover the answer."""
        self.asked = (*self.asked, Asked(question, filters, alone))
        self.open_source = self.return_to = None

    def answered(self, answer: Answer) -> None:
        """Close the oldest open question with its answer."""
        self.exchanges = (*self.exchanges, Exchange(answer, self.asked[0].filters))
        self.asked = self.asked[1:]

    def open(self, exchange: int, marker: int, opener: str) -> None:
        """Show a source beside the conversation."""
        self.open_source, self.return_to = OpenSource(exchange, marker, opener), None

    def close(self) -> None:
        """Hide the source panel."""
        self.return_to = self.open_source.opener if self.open_source else None
        self.open_source = None

    def restart(self) -> None:
        """Forget the conversation."""
        self.exchanges, self.asked, self.open_source, self.return_to = (), (), None, None

    @property
    def conversation(self) -> Conversation:
        """The turns that the next question may refer to: answers and refusals, not failures."""
        if self.asked and self.asked[0].alone:
            return Conversation()
        turns = (exchange.answer for exchange in self.exchanges if exchange.answer.status.failure is None)
        return Conversation(tuple(Turn(answer.question, answer.text) for answer in turns))

    @property
    def shown(self) -> ShownSource | None:
        """What the source panel shows."""
        source = self.open_source
        if source is None or source.exchange >= len(self.exchanges):
            return None
        citations = {c.marker: c for c in self.exchanges[source.exchange].answer.citations}
        found = citations.get(source.marker)
        return ShownSource(source, found, tuple(sorted(citations))) if found else None
