"""One generation of the vector index as Chroma keeps it: write, open, search, check.

The only room that imports chromadb.
"""

import weakref
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import AssistantError, LibraryError
from assistant.generations import Seal
from assistant.library import Library, Signal, Vector

# A thin graph misses neighbours where vectors are many or equal. Measured on the first ten of 100 queries: with these,
# all right among 20,000 random vectors and among 3,000 of which 300 are equal; with 16 neighbours, one query in four
# and one in twelve misses something.
GRAPH = {"space": "cosine", "max_neighbors": 32, "ef_construction": 400, "ef_search": 1000}
BATCH = 5_000  # Chroma takes at most 5,461 at once
CHECKED_VECTORS = 10  # stored vectors that a new index must find again
CHECKED_SHARE = 0.8  # of them; a graph may miss one, a broken index misses most
EXACT_LIMIT = 5_000  # up to here the check compares with the exact result as well


class BrokenIndexError(LibraryError):
    """Chroma cannot open, count or search a generation."""


class Generation:
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
                raise BrokenIndexError(f"{found} of {_padded(count)} {signal} vectors are there")

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
    settings = Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]  # pydantic's own
    return chromadb.PersistentClient(path=str(folder), settings=settings)


def fill(folder: Path, library: Library, counts: dict[Signal, int]) -> None:
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


def check(generation: Generation, library: Library) -> None:
    """See that a new generation finds what was put into it."""
    for signal in Signal:
        count = generation.seal.counts[signal.value]
        generation.require_count(signal, count)
        vectors = [vector for _, _, _, vector in islice(library.vectors(signal), EXACT_LIMIT)]
        sample = vectors[:: -(-len(vectors) // CHECKED_VECTORS) or 1]
        right = 0
        for vector in sample:
            found = np.array([cosine for _, cosine in generation.nearest(signal, vector, 10, None)])
            exact = np.sort(np.stack(vectors) @ vector)[::-1][: len(found)] if count <= EXACT_LIMIT else np.ones(1)
            right += bool(np.allclose(found[: len(exact)], exact[: len(found)], atol=1e-3))
        if right < CHECKED_SHARE * len(sample):
            raise BrokenIndexError(f"{right} of {len(sample)} {signal} vectors are found again")


@contextmanager
def _chroma(folder: Path) -> Iterator[None]:
    """Whatever Chroma raises means that this folder cannot be used; its panics are no `Exception`."""
    try:
        yield
    except AssistantError:
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise BrokenIndexError(f"{folder.name}: {one_line(error)}") from error
        raise


def one_line(error: BaseException) -> str:
    """What an error says, short enough for a message."""
    return " ".join(str(error).split())[:200] or type(error).__name__
