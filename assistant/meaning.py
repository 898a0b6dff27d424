"""Nearness of meaning by the embedding model that the library was made with."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from assistant.embedding import Embedder, Encoding
from assistant.lexicon import PART

REMEMBERED = 2048  # the sentences of the sources are compared with every statement of an answer


class EmbeddedMeaning:
    """Cosines of sentences, and of words in their sentences."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._encoding = lru_cache(REMEMBERED)(self._encode)

    def closeness(self, text: str, others: Sequence[str]) -> list[float]:
        """Cosine of a text with each other text."""
        own = self._encoding(text).vector
        return [float(own @ self._encoding(other).vector) for other in others]

    def nearest(self, text: str, words: Sequence[str], other: str) -> list[float]:
        """For each of these words of a text, in order of appearance, the greatest cosine with a word of the other
        text, both read in their context; 0 where a word or the other text has no token that the model sees."""
        if not words or not other.strip():
            return [0.0] * len(words)
        own, against = self._encoding(text), self._encoding(other)
        if not len(against.token_vectors):
            return [0.0] * len(words)
        best = (own.token_vectors @ against.token_vectors.T).max(axis=1)
        spans = [match.span() for match in PART.finditer(text)]
        spelt = [text[a:b].lower() for a, b in spans]
        found: list[float] = []
        at = 0
        for word in words:
            try:
                at = spelt.index(word, at)
            except ValueError:  # a name made one ("R2P") that stands in the text in another form
                found.append(1.0)
                continue
            start, end = spans[at]
            inside = [i for i, (a, b) in enumerate(own.token_spans) if a >= start and b <= end]
            found.append(float(np.mean(best[inside])) if inside else 0.0)
            at += 1
        return found

    def _encode(self, text: str) -> Encoding:
        return self._embedder.encode([text])[0]
