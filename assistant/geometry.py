"""The directions that all vectors of a library share, taken out so that what differs decides.

Source: Mu and Viswanath, "All-but-the-Top: Simple and Effective Postprocessing for Word Representations" (2018). The
documents of one field lie close together in an embedder's space; without their mean (and, for sentences, the strongest
common directions) cosines tell them apart better. Derived from the library and rebuilt with it.
"""

from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from assistant.library import Library, Signal, Vector

DIRECTIONS = 3  # taken out of sentence vectors; calibrated on the dev split: 0 / 1 / 3 give recall@5 .55 / .58 / .59
ENOUGH_SENTENCES = 200  # fewer do not tell common directions from chance; only the mean is taken out
SAMPLED_SENTENCES = 20_000
SAMPLED_PASSAGES = 400  # some 50,000 token vectors give their mean well enough


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """What sentence vectors and token vectors of a library have in common: f32[d], f32[k, d] and f32[d]."""

    sentence_mean: Vector
    sentence_axes: Vector
    token_mean: Vector

    def sentences(self, vectors: Vector) -> Vector:
        """Sentence vectors f32[..., d] without what they share, of unit length."""
        centred = vectors - self.sentence_mean
        if len(self.sentence_axes):
            centred = centred - (centred @ self.sentence_axes.T) @ self.sentence_axes
        return _unit(centred)

    def token_similarity(self, asked: Vector, tokens: npt.NDArray[np.int8]) -> Vector:
        """Centred cosines f32[q, t] of question tokens f32[q, d] with stored passage tokens int8[t, d]."""
        query = _unit(asked - self.token_mean)
        stored = tokens.astype(np.float32) / 127.0
        both = np.concatenate([query, self.token_mean[None, :]]) @ stored.T
        squared_mean = float(self.token_mean @ self.token_mean)
        norms = np.sqrt(np.maximum(1.0 - 2.0 * both[-1] + squared_mean, 1e-6))  # |t - mean|, as |t| is 1
        return np.asarray((both[:-1] - (query @ self.token_mean)[:, None]) / norms, dtype=np.float32)


def measure_geometry(library: Library, dimension: int) -> Geometry:
    """The geometry of a library's sentences and tokens; of an empty one, that of nothing in common."""
    sentences = [vector for *_, vector in islice(library.vectors(Signal.SENTENCE), SAMPLED_SENTENCES)]
    none = np.zeros((0, dimension), dtype=np.float32)
    if not sentences:
        zero = np.zeros(dimension, dtype=np.float32)
        return Geometry(zero, none, zero)
    matrix = np.stack(sentences)
    mean = matrix.mean(axis=0)
    axes = none
    if len(matrix) >= ENOUGH_SENTENCES:
        centred = (matrix - mean).astype(np.float64)
        _, directions = np.linalg.eigh(centred.T @ centred)  # ascending
        axes = np.ascontiguousarray(directions[:, -DIRECTIONS:].T, dtype=np.float32)
    return Geometry(mean.astype(np.float32), axes, _token_mean(library, dimension))


def _token_mean(library: Library, dimension: int) -> Vector:
    ids = [passage_id for _, passage_id, _, _ in library.vectors(Signal.TEXT)]
    step = max(1, len(ids) // SAMPLED_PASSAGES)
    blocks = [tokens for tokens in library.token_vectors(ids[::step]).values() if len(tokens)]
    if not blocks:
        return np.zeros(dimension, dtype=np.float32)
    return np.asarray(np.concatenate(blocks).astype(np.float32).mean(axis=0) / 127.0, dtype=np.float32)


def _unit(vectors: Vector) -> Vector:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-9), dtype=np.float32)
