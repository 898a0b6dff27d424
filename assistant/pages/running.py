"""An answer in the making. It goes on in a thread of its own while the page is drawn, redrawn or waits.

Streamlit stops the run of a page at every press of a button; the answer does not begin anew then, and Stop works while
a model is silent.
"""

import threading
from collections.abc import Callable, Iterator

from assistant.events import Event

FIRST_TICK, TICK = 0.2, 0.5  # seconds of waiting, the first time and then, after which the page may say so


class Running:
    """Events as they come; any number of runs of a page may follow them from the first on.

    `start` is given what tells whether the reader pressed Stop.
    """

    def __init__(self, start: Callable[[Callable[[], bool]], Iterator[Event]]) -> None:
        self._events: list[Event] = []
        self._error: Exception | None = None
        self._ended = self._stopped = False
        self._news = threading.Condition()
        threading.Thread(target=self._collect, args=(start,), name="answer", daemon=True).start()

    def follow(self) -> Iterator[tuple[Event, ...]]:
        """What is there already and then what comes, as many events at once as there are; () at each tick of waiting.

        Raises:
            Exception: whatever the answering raised.
        """
        seen, tick = 0, FIRST_TICK
        while True:
            with self._news:
                if len(self._events) == seen and not self._ended:
                    self._news.wait(tick)
                batch, ended = tuple(self._events[seen:]), self._ended
            seen, tick = seen + len(batch), FIRST_TICK if batch else TICK
            if batch or not ended:
                yield batch
            elif self._error:
                raise self._error
            else:
                return

    @property
    def events(self) -> tuple[Event, ...]:
        """What has come so far."""
        with self._news:
            return tuple(self._events)

    def stop(self) -> None:
        """Take no more events; the one being made is thrown away."""
        self._stopped = True

    def _collect(self, start: Callable[[Callable[[], bool]], Iterator[Event]]) -> None:
        error: Exception | None = None
        try:
            for event in start(lambda: self._stopped):
                if self._stopped:
                    break
                with self._news:
                    self._events.append(event)
                    self._news.notify_all()
        except Exception as raised:
            error = raised
        with self._news:
            self._error, self._ended = error, True
            self._news.notify_all()
