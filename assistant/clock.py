"""How long the steps of an answer take."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Milliseconds of each step."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._steps: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        """Times what is done inside as one step, or as more of a step that was timed before."""
        began = time.perf_counter()
        yield
        self._steps[step] = self._steps.get(step, 0.0) + (time.perf_counter() - began) * 1000

    def total(self) -> dict[str, float]:
        """Milliseconds of each step so far, and in total."""
        return {**self._steps, "total": (time.perf_counter() - self._began) * 1000}
