"""The network of the joint reader: how well each sentence of a passage answers a question, and whether any does.

The embedder's transformer reads question and passage apart up to a layer; from there on copies of its last layers read
both together, so that what the passage means can depend on what is asked. Passages can be prepared beforehand that way
(PreTTR: MacAvaney et al., "Efficient Document Re-Ranking for Transformers by Precomputing Term Representations", 2020).
Question and passage see each other through a gate that begins almost shut: the network starts as late interaction of
the embedder's own vectors (ColBERT: Khattab and Zaharia, 2020) and learns only what that lacks, which a few thousand
questions suffice for.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

ELSEWHERE, QUESTION, PASSAGE = 0, 1, 2  # what a token belongs to
SHUT = -4.0  # of the gate, added to attention between question and passage
NOT_NEAR = -1.0  # the least cosine
NOT_SEEN = -1e4  # attention to what is not there


@dataclass(frozen=True, slots=True)
class Shape:
    """The transformer's: width of its vectors, attention heads, width inside a layer, layers that read jointly."""

    width: int = 384
    heads: int = 12
    inner: int = 1536
    layers: int = 2


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Questions with a passage each: token vectors f32[b, t, d], what each token belongs to i64[b, t], its sentence
    i64[b, t] (`sentences` for none), and the number of sentences of the longest passage. A question comes first.
    """

    vectors: Tensor
    belongs: Tensor
    sentence: Tensor
    sentences: int


class Layer(nn.Module):
    """One layer of BERT (Devlin et al., 2019), normalised after each half."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = shape.heads, dropout
        self.query, self.key, self.value, self.out = (nn.Linear(shape.width, shape.width) for _ in range(4))
        self.up, self.down = nn.Linear(shape.width, shape.inner), nn.Linear(shape.inner, shape.width)
        self.attended, self.done = (nn.LayerNorm(shape.width, eps=1e-12) for _ in range(2))

    def forward(self, vectors: Tensor, attention: Tensor) -> Tensor:
        """Vectors f32[b, t, d] after the layer; `attention` f32[b, h, t, t] is added before the softmax."""
        b, t, width = vectors.shape

        def by_head(states: Tensor) -> Tensor:
            return states.view(b, t, self.heads, width // self.heads).transpose(1, 2)

        dropped = self.dropout if self.training else 0.0
        seen = functional.scaled_dot_product_attention(
            by_head(self.query(vectors)), by_head(self.key(vectors)), by_head(self.value(vectors)), attention, dropped
        )
        seen = self.out(seen.transpose(1, 2).reshape(b, t, width))
        vectors = self.attended(vectors + functional.dropout(seen, self.dropout, self.training))
        inner = self.down(functional.gelu(self.up(vectors)))
        return torch.as_tensor(self.done(vectors + functional.dropout(inner, self.dropout, self.training)))


class JointNetwork(nn.Module):
    """Reads on together what the embedder's lower layers made of question and passage."""

    mean: Tensor

    def __init__(self, shape: Shape = Shape(), dropout: float = 0.1) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(shape, dropout) for _ in range(shape.layers))
        self.gate = nn.Parameter(torch.full((shape.layers, 2, shape.heads), SHUT))  # question to passage and back
        self.register_buffer("mean", torch.zeros(shape.width))  # of the embedder's token vectors
        self.shift = nn.Parameter(torch.zeros(shape.width))  # learnt beside it
        self.scale = nn.Parameter(torch.tensor([6.0, 6.0]))
        self.importance = nn.Linear(shape.width, 1)  # of a question's token
        self.answers = nn.Sequential(nn.Linear(2 * shape.width, 128), nn.GELU(), nn.Linear(128, 1))
        self.none = nn.Sequential(nn.Linear(2 * shape.width, 64), nn.GELU(), nn.Linear(64, 1))
        for layer in (self.importance, self.answers[2], self.none[2]):
            for parameter in layer.parameters():
                nn.init.zeros_(parameter)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Log-odds that each sentence answers f32[b, s], and that none of the passage does f32[b]."""
        vectors = batch.vectors
        asked, told = batch.belongs == QUESTION, batch.belongs == PASSAGE
        elsewhere = batch.belongs == ELSEWHERE
        to = torch.stack([told, asked, elsewhere], 1).to(vectors.dtype)[:, None]  # f32[b, 1, 3, t]: what is looked at
        for layer, gate in zip(self.layers, self.gate, strict=True):
            ways = torch.stack([gate[0][:, None] * asked[:, None], gate[1][:, None] * told[:, None]], -1)
            unseen = torch.full_like(ways[..., :1], NOT_SEEN)
            vectors = layer(vectors, torch.cat([ways, unseen], -1) @ to)
        with torch.autocast("cpu", enabled=False):
            return self._judge(vectors.float(), batch, asked)

    def _judge(self, vectors: Tensor, batch: Batch, asked: Tensor) -> tuple[Tensor, Tensor]:
        b, t, width = vectors.shape
        s = batch.sentences
        longest = int(asked.sum(1).max())
        question = vectors[:, :longest]
        own = asked[:, :longest].clone()
        own[:, 0] = False  # opens every text and says nothing
        centred = vectors - (self.mean + self.shift)
        unit = functional.normalize(centred, dim=-1)
        cosines = unit[:, :longest] @ unit.transpose(1, 2)
        nearest = torch.full((b, longest, s + 1), NOT_NEAR).scatter_reduce(
            2, batch.sentence[:, None, :].expand(b, longest, t), cosines, "amax"
        )[:, :, :s]
        weights = self.importance(question).squeeze(-1).masked_fill(~own, -1e4).softmax(-1)
        late = (weights[:, :, None] * nearest).sum(1)
        place = batch.sentence[:, :, None].expand(b, t, width)
        counts = torch.zeros(b, s + 1).scatter_add(1, batch.sentence, torch.ones(b, t)).clamp(min=1)
        means = (torch.zeros(b, s + 1, width).scatter_add(1, place, vectors) / counts[:, :, None])[:, :s]
        peaks = torch.full((b, s + 1, width), -9.0).scatter_reduce(1, place, vectors, "amax")[:, :s]
        number = own.sum(1, keepdim=True).clamp(min=1)
        asked_mean = (question * own[:, :, None]).sum(1) / number
        similar = (
            functional.normalize(means - (self.mean + self.shift), dim=-1)
            @ functional.normalize(asked_mean - (self.mean + self.shift), dim=-1)[:, :, None]
        )
        found = self.scale[0] * late + self.scale[1] * similar.squeeze(-1)
        found = found + self.answers(torch.cat([means, peaks], -1)).squeeze(-1)
        peak = question.masked_fill(~own[:, :, None], -9.0).amax(1)
        return found, self.none(torch.cat([asked_mean, peak], -1)).squeeze(-1)
