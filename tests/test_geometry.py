"""What the vectors of a library share is taken out, and what is left decides."""

from pathlib import Path

import numpy as np
import pytest

from assistant import geometry as geometry_module
from assistant.geometry import DIRECTIONS, Geometry, measure_geometry
from assistant.library import LIBRARY_FILE, Library, Signal, Vector
from tests.fakes import FAKE_DIMENSION, FakeEmbedder, make_document, put_document

EMBEDDER = FakeEmbedder()


def unit(rows: Vector) -> Vector:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


def random_units(count: int, dimension: int = 8) -> Vector:
    return unit(np.random.default_rng(0).normal(size=(count, dimension)).astype(np.float32))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.open(tmp_path / LIBRARY_FILE, identity=EMBEDDER.identity)


def test_sentences_come_back_at_unit_length_without_mean_and_common_directions() -> None:
    vectors = random_units(20)
    axes = np.eye(8, dtype=np.float32)[:2]
    common = Geometry(vectors.mean(axis=0), axes, np.zeros(8, np.float32))
    left = common.sentences(vectors)

    np.testing.assert_allclose(np.linalg.norm(left, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(left @ axes.T, 0.0, atol=1e-5)
    np.testing.assert_allclose(common.sentences(vectors[3]), left[3], atol=1e-6)


def test_without_anything_in_common_vectors_stay_as_they_are() -> None:
    vectors = random_units(5)
    nothing = Geometry(np.zeros(8, np.float32), np.zeros((0, 8), np.float32), np.zeros(8, np.float32))
    np.testing.assert_allclose(nothing.sentences(vectors), vectors, atol=1e-6)


def test_token_similarity_is_the_cosine_after_the_mean_is_taken_from_both_sides() -> None:
    asked, held = random_units(3), random_units(40)
    mean = held.mean(axis=0)
    stored = np.rint(held * 127).astype(np.int8)
    nothing = np.zeros((0, 8), np.float32)
    similarity = Geometry(mean, nothing, mean).token_similarity(asked, stored)

    assert similarity.shape == (3, 40)
    np.testing.assert_allclose(similarity, unit(asked - mean) @ unit(held - mean).T, atol=0.02)


def test_an_empty_library_has_nothing_in_common(library: Library) -> None:
    measured = measure_geometry(library, FAKE_DIMENSION)
    assert not measured.sentence_mean.any()
    assert not measured.token_mean.any()
    assert measured.sentence_axes.shape == (0, FAKE_DIMENSION)


def test_of_few_sentences_only_the_mean_is_taken_out(library: Library) -> None:
    put_document(library, make_document("peace", "Peace is made. It is kept."), EMBEDDER)
    measured = measure_geometry(library, FAKE_DIMENSION)
    held = np.stack([vector for *_, vector in library.vectors(Signal.SENTENCE)])

    np.testing.assert_allclose(measured.sentence_mean, held.mean(axis=0), atol=1e-6)
    assert measured.sentence_axes.shape == (0, FAKE_DIMENSION)
    tokens = np.concatenate(list(library.token_vectors([p.id for p in library.passages()]).values()))
    np.testing.assert_allclose(measured.token_mean, tokens.astype(np.float32).mean(axis=0) / 127, atol=1e-6)


def test_of_many_sentences_the_strongest_common_directions_are_taken_out(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geometry_module, "ENOUGH_SENTENCES", 30)
    paragraphs = [
        f"Sentence {i} of many is about {word}." for i, word in enumerate(["peace", "war", "law", "aid"] * 10)
    ]
    put_document(library, make_document("many", *paragraphs), EMBEDDER)
    axes = measure_geometry(library, FAKE_DIMENSION).sentence_axes
    held = np.stack([vector for *_, vector in library.vectors(Signal.SENTENCE)])
    centred = held - held.mean(axis=0)
    spread = np.linalg.svd(centred)[1] ** 2

    np.testing.assert_allclose(axes @ axes.T, np.eye(DIRECTIONS), atol=1e-5)
    np.testing.assert_allclose(((centred @ axes.T) ** 2).sum(), spread[:DIRECTIONS].sum(), rtol=1e-4)
