"""Passages to their vectors; what the library has already is used again."""

from collections.abc import Callable, Sequence

import numpy as np

from assistant.domain import Document, Passage
from assistant.embedding import Embedder
from assistant.library import Library, PassageVectors, Vector

CHUNK = 32  # passages between two reports of progress: a second or so of work

_Seen = tuple[str, ...]  # everything of a passage that its vectors follow from


def embed_passages(
    document: Document,
    passages: Sequence[Passage],
    embedder: Embedder,
    known: dict[_Seen, PassageVectors],
    progress: Callable[[int], None],
) -> list[PassageVectors]:
    """The vectors of each passage; `progress` hears how many passages were embedded since it last heard."""
    title = document.metadata.title
    seen = [_seen(title, passage) for passage in passages]
    made = dict(known)
    new = [i for i in range(len(passages)) if seen[i] not in known]
    pooled: dict[str, Vector] = {}  # a sentence may be a passage, or be said twice
    for first in range(0, len(new), CHUNK):
        chunk = new[first : first + CHUNK]
        encodings = embedder.encode([passages[i].text for i in chunk])
        pooled.update((passages[i].text, e.vector) for i, e in zip(chunk, encodings, strict=True))
        others = dict.fromkeys(text for i in chunk for text in seen[i] if text not in pooled)
        pooled.update(zip(others, embedder.embed(list(others)), strict=True))
        for i, encoding in zip(chunk, encodings, strict=True):
            text, context, *sentences = seen[i]
            made[seen[i]] = PassageVectors(
                text=pooled[text],
                context=pooled[context],
                sentences=np.array([pooled[s] for s in sentences], np.float32).reshape(-1, len(encoding.vector)),
                tokens=np.rint(np.clip(encoding.token_vectors, -1, 1) * 127).astype(np.int8),
            )
        progress(len(chunk))
    return [made[key] for key in seen]


def known_vectors(library: Library, document_id: str) -> dict[_Seen, PassageVectors]:
    """What the library holds of an earlier version of a document."""
    vectors = library.passage_vectors(document_id)
    if not vectors:
        return {}
    title = library.document(document_id).metadata.title
    return {_seen(title, p): vectors[p.id] for p in library.passages(document_id) if p.id in vectors}


def context_of(title: str, passage: Passage) -> str:
    """A passage as it reads with its document's title and section path before it."""
    return " › ".join((title, *passage.locator.section)) + "\n" + passage.text


def _seen(title: str, passage: Passage) -> _Seen:
    return (passage.text, context_of(title, passage), *(sentence.text for sentence in passage.sentences))
