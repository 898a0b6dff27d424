"""Reads who does what to whom in a statement and its source, and compares them. A room that imports torch.

The network (`role_network`) and its weights are small and the project's own: learnt by `evals/role_training.py` from
invented sentences with their relations, true statements about them, and such as give somebody the part of another.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from assistant.embedding import embedded_model_path
from assistant.joint_reader import half_precision, load_weights
from assistant.mentions import Mention, Told
from assistant.role_network import RoleNetwork, Texts

WEIGHTS_FILE = "role_reader.safetensors"
BELOW = 1  # layers of the embedded model under the network's own
LONGEST = 256  # tokens of a text
REMEMBERED = 512  # texts: the sentences of a source are compared with every statement of an answer


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A text as the embedded model reads it: states below the network's layers and last token vectors, both f32[t, d],
    and the share of each token in each word f32[n, t].
    """

    states: Tensor
    vectors: Tensor
    words: Tensor
    mentions: tuple[Mention, ...]


class EmbeddedLayers:
    """The embedded model: its states below the network's layers, and its token vectors."""

    def __init__(self) -> None:
        from transformers import AutoModel, AutoTokenizer

        path = str(embedded_model_path())
        self._tokenizer: Any = AutoTokenizer.from_pretrained(path, local_files_only=True)
        self._tokenizing = threading.Lock()  # its truncation is set anew for each call: two at once would share it
        self._model: Any = AutoModel.from_pretrained(path, local_files_only=True, attn_implementation="sdpa").eval()
        self.layers = self._model.encoder.layer

    def prepare(self, told: Sequence[Told]) -> list[Sheet]:
        """Each text; what is beyond so many tokens is not seen."""
        with self._tokenizing:
            inputs = self._tokenizer(
                [one.text for one in told],
                truncation=True,
                max_length=LONGEST,
                padding=True,
                return_tensors="pt",
                return_offsets_mapping=True,
            )
        offsets = inputs.pop("offset_mapping")
        with torch.inference_mode(), half_precision():
            found = self._model(**inputs, output_hidden_states=True)
        lengths = inputs["attention_mask"].sum(1).tolist()
        return [
            Sheet(
                found.hidden_states[BELOW][row, :length].float().clone(),
                found.last_hidden_state[row, :length].float().clone(),
                _shares(offsets[row, :length], one.mentions),
                one.mentions,
            )
            for row, (one, length) in enumerate(zip(told, lengths, strict=True))
        ]


class RoleReader:
    """The network with its weights."""

    def __init__(self, network: RoleNetwork, embedded: EmbeddedLayers) -> None:
        self._network = network.eval()
        self._embedded = embedded
        self._read = lru_cache(REMEMBERED)(self._relate)

    @classmethod
    def load(cls, prompts_dir: Path) -> "RoleReader":
        """The reader with the weights of `role_reader.safetensors`.

        Raises:
            DataFileError: the file is missing, damaged or of another network.
            EmbedderError: the embedded model is not installed.
        """
        network = RoleNetwork()
        load_weights(network, prompts_dir / WEIGHTS_FILE, "python -m evals.role_training")
        return cls(network, EmbeddedLayers())

    def exchanged(self, claim: Told, source: Told) -> float:
        """Probability that a statement gives somebody the part that another has in its source; words with the same key
        are the same.
        """
        # A word has a token at least: those after so many are not seen, and would only cost memory, cubed.
        claim, source = (Told(told.text, told.mentions[:LONGEST]) for told in (claim, source))
        if not claim.mentions or not source.mentions:
            return 0.0
        (one, told), (other, known) = self._read(claim), self._read(source)
        with torch.inference_mode():
            same = same_words([claim.mentions], [source.mentions])
            return float(torch.sigmoid(self._network.exchanged(one, other, same, told, known))[0])

    def _relate(self, told: Told) -> tuple[Texts, Tensor]:
        texts = make_texts(self._embedded.prepare([told]))
        with torch.inference_mode(), half_precision():
            return texts, self._network.relate(texts).float()


def make_texts(sheets: Sequence[Sheet]) -> Texts:
    """Texts padded to the longest."""
    width = sheets[0].states.shape[1]
    tokens, words = max(len(sheet.states) for sheet in sheets), max(len(sheet.mentions) for sheet in sheets)
    states, vectors = (torch.zeros(len(sheets), tokens, width) for _ in range(2))
    there = torch.zeros(len(sheets), tokens, dtype=torch.bool)
    shares = torch.zeros(len(sheets), words, tokens)
    content, named = (torch.zeros(len(sheets), words, dtype=torch.bool) for _ in range(2))
    for row, sheet in enumerate(sheets):
        t, n = len(sheet.states), len(sheet.mentions)
        states[row, :t], vectors[row, :t], there[row, :t] = sheet.states, sheet.vectors, True
        shares[row, :n, :t] = sheet.words
        content[row, :n] = torch.tensor([bool(mention.key) for mention in sheet.mentions], dtype=torch.bool)
        named[row, :n] = torch.tensor([mention.named for mention in sheet.mentions], dtype=torch.bool)
    return Texts(states, vectors, there, shares, content, named)


def same_words(claims: Sequence[Sequence[Mention]], sources: Sequence[Sequence[Mention]]) -> Tensor:
    """Which words of each statement have the key of which of its source, bool[b, n, m]."""
    n, m = max(map(len, claims)), max(map(len, sources))
    same = torch.zeros(len(claims), n, m, dtype=torch.bool)
    for row, (claim, source) in enumerate(zip(claims, sources, strict=True)):
        places: dict[str, list[int]] = {}
        for j, other in enumerate(source):
            places.setdefault(other.key, []).append(j)
        for i, one in enumerate(claim):
            if one.key and one.key in places:
                same[row, i, places[one.key]] = True
    return same


def _shares(offsets: Tensor, mentions: Sequence[Mention]) -> Tensor:
    """The share of each token, given by its span of characters i64[t, 2], in each word f32[n, t]."""
    shares = torch.zeros(len(mentions), len(offsets))
    real = offsets[:, 1] > offsets[:, 0]
    for row, mention in enumerate(mentions):
        inside = real & (offsets[:, 0] >= mention.start) & (offsets[:, 1] <= mention.end)
        shares[row] = inside / inside.sum().clamp(min=1)
    return shares
