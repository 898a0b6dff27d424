"""Nearest vectors, from a Chroma index that is derived from the library. The only room that imports chromadb.

An index is built into a fresh folder, checked, sealed and then made current (`generations`). Nobody writes to it
afterwards, so processes may read it at once; a broken, stale or missing one is built anew from the library's vectors.
"""

import threading
import weakref
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from assistant import generations
from assistant.errors import AssistantError, LibraryError
from assistant.generations import Seal
from assistant.library import Library, Signal, Vector

# A thin graph misses neighbours where vectors are many or equal. Measured on the first ten of 100 queries: with these,
# all right among 20,000 random vectors and among 3,000 of which 300 are equal; with 16 neighbours, one query in four
# and one in twelve misses something.
GRAPH = {"space": "cosine", "max_neighbors": 32, "ef_construction": 400, "ef_search": 1000}
BATCH = 5_000  # Chroma takes at most 5,461 at once
BUILD_WAIT_SECONDS = 120.0  # for another process to build the first generation
SENTENCES_PER_PASSAGE = 4  # a first guess at how many sentences hold enough passages
CHECKED_VECTORS = 10  # stored vectors that a new index must find again
CHECKED_SHARE = 0.8  # of them; a graph may miss one, a broken index misses most
EXACT_LIMIT = 5_000  # up to here the check compares with the exact result as well


class VectorIndex:
    """The current generation; `search` moves on by itself when the library has changed."""

    def __init__(self, folder: Path, library: Library) -> None:
        self._folder = folder
        self._library = library
        self._generation: _Generation | None = None
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
        except _BrokenError:  # for one, later builds have deleted its files
            with self._guard:
                self._generation = None
            return self._nearest(self.refresh(), signal, vector, limit, document_ids)

    def refresh(self) -> "_Generation":
        """Move on to the generation of the library as it is now, building it where nobody has.

        Raises:
            LibraryError: there is no usable generation and none can be built.
        """
        with self._guard:
            stamp = self._library.stamp()
            if self.stamp != stamp:
                self._adopt_current()
            if self._generation is None or self.stamp != stamp:
                try:
                    with self._library.exclusive(0.0 if self._generation else BUILD_WAIT_SECONDS):
                        self._adopt_current()  # the one we waited for may have built it
                        if self.stamp != self._library.stamp():
                            self._build()
                except LibraryError:
                    if self._generation is None:
                        raise
            assert self._generation is not None
            return self._generation

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
            generation = _Generation(folder, seal)
            for signal, count in seal.counts.items():
                generation.require_count(Signal(signal), count)
        except (_BrokenError, ValueError):
            return
        self._generation = generation

    def _build(self) -> None:
        """Fill, check, seal, switch. Only under the lock."""
        stamp = self._library.stamp()
        counts = self._library.vector_counts()
        seal = Seal(stamp, {signal.value: count for signal, count in counts.items()})
        try:
            generations.sweep(self._folder)
            folder = generations.new_folder(self._folder, stamp)
            _fill(folder, self._library, counts)
            generation = _Generation(folder, seal)
            _check(generation, self._library)
            generations.seal(folder, seal)
            generations.switch(self._folder, folder)
            generations.sweep(self._folder)
        except (OSError, _BrokenError) as error:
            generations.sweep(self._folder)
            raise LibraryError(
                f"the vector index cannot be built in {self._folder} ({_one_line(error)}); see that the disk has room "
                "and that this user may write there, then run: policy-assistant ingest"
            ) from error
        self._generation = generation

    def _nearest(
        self,
        generation: "_Generation",
        signal: Signal,
        vector: Vector,
        limit: int,
        document_ids: Collection[str] | None,
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


class _BrokenError(LibraryError):
    """Chroma cannot open, count or search a generation."""


class _Generation:
    """One open generation; closed when nobody uses it any more, so that a search in another thread can end."""

    def __init__(self, folder: Path, seal: Seal) -> None:
        self.folder = folder
        self.seal = seal
        with _chroma(folder):
            client = _client(folder)
            weakref.finalize(self, client.close)
            self._collections = {
                Signal(signal): client.get_collection(signal, embedding_function=None)
                for signal, count in seal.counts.items()
                if count
            }

    def size(self, signal: Signal) -> int:
        """How many vectors the index holds for a signal, padding included."""
        return _padded(self.seal.counts[signal.value])

    def require_count(self, signal: Signal, count: int) -> None:
        """See that `count` vectors are there and can be searched."""
        if count:
            with _chroma(self.folder):
                found = self._collections[signal].count()
                some = self._collections[signal].peek(1)["embeddings"]
            if found != _padded(count) or not self.nearest(signal, np.asarray(some)[0], 1, None):
                raise _BrokenError(f"{found} of {_padded(count)} {signal} vectors are there")

    def nearest(
        self, signal: Signal, vector: Vector, limit: int, document_ids: Collection[str] | None
    ) -> list[tuple[str, float]]:
        """The nearest (key, cosine), best first; fewer than `limit` only where there are no more."""
        if limit < 1 or signal not in self._collections:
            return []
        where: Any = None if document_ids is None else {"document": {"$in": sorted(document_ids)}}
        with _chroma(self.folder):
            found = self._collections[signal].query(
                query_embeddings=np.asarray(vector, np.float32)[None],
                n_results=limit,
                where=where,
                include=["distances"],
            )
            distances = (found["distances"] or [[]])[0]
        return [(key, 1.0 - float(distance)) for key, distance in zip(found["ids"][0], distances, strict=True)]


def _client(folder: Path) -> Any:  # the library's own type lacks close()
    import chromadb
    from chromadb.config import Settings

    # without _env_file Chroma reads .env of the working folder, which is ours
    settings = Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]
    return chromadb.PersistentClient(path=str(folder), settings=settings)


def _fill(folder: Path, library: Library, counts: dict[Signal, int]) -> None:
    """Write all vectors of the library into an empty folder."""
    with _chroma(folder):
        client = _client(folder)
        try:
            for signal, count in counts.items():
                if count:
                    _fill_collection(client, signal, count, library)
        finally:
            client.close()


def _fill_collection(client: Any, signal: Signal, count: int, library: Library) -> None:
    # The graph goes to the disk with exactly the last vector. Were it left to Chroma's default (every thousand), each
    # reader would complete it on opening, by writing into the files that the others read.
    graph: Any = {**GRAPH, "sync_threshold": _padded(count), "batch_size": min(_padded(count), 100)}
    collection = client.create_collection(signal.value, configuration={"hnsw": graph}, embedding_function=None)
    rows = library.vectors(signal)
    while batch := list(islice(rows, BATCH)):
        if count == 1:
            key, passage_id, document_id, vector = batch[0]
            batch.append((f"{key}#padding", passage_id, document_id, -vector))
        collection.add(
            ids=[key for key, _, _, _ in batch],
            embeddings=np.stack([vector for _, _, _, vector in batch]),
            metadatas=[{"document": document_id} for _, _, document_id, _ in batch],
        )


def _padded(count: int) -> int:
    """Chroma writes no graph of a single vector; its opposite is laid beside it, under a key that no passage has."""
    return 2 if count == 1 else count


def _check(generation: _Generation, library: Library) -> None:
    """See that a new generation finds what was put into it."""
    for signal in Signal:
        count = generation.seal.counts[signal.value]
        generation.require_count(signal, count)
        vectors = [vector for _, _, _, vector in islice(library.vectors(signal), EXACT_LIMIT)]
        sample = vectors[:: max(1, len(vectors) // CHECKED_VECTORS)]
        right = 0
        for vector in sample:
            found = np.array([cosine for _, cosine in generation.nearest(signal, vector, 10, None)])
            exact = np.sort(np.stack(vectors) @ vector)[::-1][: len(found)] if count <= EXACT_LIMIT else np.ones(1)
            right += bool(np.allclose(found[: len(exact)], exact[: len(found)], atol=1e-3))
        if right < CHECKED_SHARE * len(sample):
            raise _BrokenError(f"{right} of {len(sample)} {signal} vectors are found again")


@contextmanager
def _chroma(folder: Path) -> Iterator[None]:
    """Whatever Chroma raises means that this folder cannot be used; its panics are no `Exception`."""
    try:
        yield
    except AssistantError:
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise _BrokenError(f"{folder.name}: {_one_line(error)}") from error
        raise


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
