"""Nearest vectors, from a Chroma index that is derived from the library.

An index is built into a fresh folder, checked, sealed and then made current (`generations`). Nobody writes to it
afterwards, so processes may read it at once; a broken, stale or missing one is built anew from the library's vectors.
"""

import threading
from collections.abc import Collection
from pathlib import Path

from assistant import generations
from assistant.chroma import BrokenIndexError, Generation, check, fill, one_line
from assistant.errors import LibraryError
from assistant.generations import Seal
from assistant.library import Library, Signal, Vector

BUILD_WAIT_SECONDS = 120.0  # for another process to build the first generation
SENTENCES_PER_PASSAGE = 4  # a first guess at how many sentences hold enough passages


class VectorIndex:
    """The current generation; `search` moves on by itself when the library has changed."""

    def __init__(self, folder: Path, library: Library) -> None:
        self._folder = folder
        self._library = library
        self._generation: Generation | None = None
        self._guard = threading.Lock()

    @classmethod
    def open(cls, folder: Path, library: Library) -> "VectorIndex":
        """The index of `library` in `folder`; built where it is missing, stale or broken.

        While another process ingests, the generation before it is used.

        Raises:
            LibraryError: there is no usable generation and none can be built; says why.
        """
        index = cls(folder, library)
        index.refresh()
        return index

    @property
    def stamp(self) -> str:
        """The stamp of the library that the generation in use was built from; empty when none is."""
        generation = self._generation
        return generation.seal.stamp if generation else ""

    def search(
        self, signal: Signal, vector: Vector, limit: int, document_ids: Collection[str] | None
    ) -> list[tuple[str, float]]:
        """The nearest passages to f32[d] as (passage id, cosine), best first, each once and known to the library.

        None for `document_ids` searches all.

        Raises:
            LibraryError: the index is broken and cannot be rebuilt.
        """
        identity = self._library.identity
        if identity and vector.shape != (identity.dimension,):
            raise ValueError(f"a vector of shape {vector.shape} cannot be searched among {identity.dimension}-d ones")
        if limit < 1 or (document_ids is not None and not document_ids):
            return []
        try:
            return self._nearest(self.refresh(), signal, vector, limit, document_ids)
        except BrokenIndexError:  # for one, later builds have deleted its files
            with self._guard:
                self._generation = None
            return self._nearest(self.refresh(), signal, vector, limit, document_ids)

    def refresh(self) -> Generation:
        """Move on to the generation of the library as it is now, building it where nobody has.

        Raises:
            LibraryError: there is no usable generation and none can be built.
        """
        held = self._generation
        if held and held.seal.stamp == self._library.stamp():
            return held
        if not self._guard.acquire(blocking=held is None):
            assert held is not None
            return held  # another thread is building
        try:
            self._adopt_current()
            if self._generation is None or self.stamp != self._library.stamp():
                self._build_unless_busy()
            assert self._generation is not None
            return self._generation
        finally:
            self._guard.release()

    def rebuild(self) -> None:
        """Build a generation and make it current, whatever there is.

        Raises:
            LibraryError: it cannot be built; the generation before it is still the current one.
        """
        with self._guard, self._library.exclusive(BUILD_WAIT_SECONDS):
            self._build()

    def _adopt_current(self) -> None:
        """Use the generation that the pointer names, if it is another than ours and whole."""
        folder = generations.current(self._folder)
        if folder is None or (self._generation and self._generation.folder == folder):
            return
        seal = generations.read_seal(folder)
        if seal is None:
            return
        try:
            generation = Generation(folder, seal)
            for signal, count in seal.counts.items():
                generation.require_count(Signal(signal), count)
        except (BrokenIndexError, ValueError):
            return
        self._generation = generation

    def _build_unless_busy(self) -> None:
        try:
            with self._library.exclusive(0.0 if self._generation else BUILD_WAIT_SECONDS):
                self._adopt_current()  # the one that we waited for may have built it
                if self.stamp != self._library.stamp():
                    self._build()
        except LibraryError:
            if self._generation is None:
                raise

    def _build(self) -> None:
        """Fill, check, seal, switch. Only under the lock."""
        stamp = self._library.stamp()
        counts = self._library.vector_counts()
        seal = Seal(stamp, {signal.value: count for signal, count in counts.items()})
        try:
            generations.sweep(self._folder)
            folder = generations.new_folder(self._folder, stamp)
            fill(folder, self._library, counts)
            generation = Generation(folder, seal)
            check(generation, self._library)
            generations.seal(folder, seal)
            generations.switch(self._folder, folder)
            generations.sweep(self._folder)
        except (OSError, BrokenIndexError) as error:
            generations.sweep(self._folder)
            raise LibraryError(
                f"the vector index cannot be built in {self._folder} ({one_line(error)}); see that the disk has room "
                "and that this user may write there, then run: policy-assistant ingest"
            ) from error
        self._generation = generation

    def _nearest(
        self, generation: Generation, signal: Signal, vector: Vector, limit: int, document_ids: Collection[str] | None
    ) -> list[tuple[str, float]]:
        """Ask for more until there are enough passages: several sentences are of one, and some may be gone."""
        stored = generation.size(signal)
        depth = limit * (SENTENCES_PER_PASSAGE if signal is Signal.SENTENCE else 1)
        while True:
            found = generation.nearest(signal, vector, min(depth, stored), document_ids)
            best: dict[str, float] = {}
            for key, cosine in found:
                best.setdefault(key.rpartition("#")[0] if signal is Signal.SENTENCE else key, cosine)
            known = self._library.known(best)
            hits = sorted(((i, cosine) for i, cosine in best.items() if i in known), key=lambda hit: (-hit[1], hit[0]))
            if len(hits) >= limit or len(found) < depth:
                return hits[:limit]
            depth *= 4
