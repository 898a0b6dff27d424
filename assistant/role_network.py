"""The network of the role reader: who does what to whom in a text, and whether a statement says it of the same ones.

Copies of the embedder's middle layers, where a transformer keeps most of what it knows of syntax (Tenney et al., "BERT
Rediscovers the Classical NLP Pipeline", 2019), read one text. Every two words are then scored for three relations by
biaffine attention (Dozat and Manning, "Deep Biaffine Attention for Neural Dependency Parsing", 2017): a word that tells
of something done and who does it, the same and whom or what it reaches, and who does something to whom.

Statement and source are compared relation by relation: is there one like it in the source, one the other way round, or
one with somebody else in its place? Words are like one another as far as the embedder's vectors are, and names only
themselves. One relation that is met by its reverse is enough, so that the largest counts.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from assistant.joint_network import NOT_SEEN, Layer, Shape

AGENT, PATIENT, ACTS_ON = range(
    3
)  # relations: (what is done, who does it), (what is done, whom it reaches), (who, whom)
SHAPE = Shape(layers=4)
SIDE = 128  # width of a word's vector as either end of a relation
HIDDEN = 48  # of what judges a relation
SELDOM = -4.0  # log-odds of a relation at first
UNLIKE = 0.5  # the most that a name is like what is not its own
WORD = 0.95  # the most that a word is like another
FEATURES = 20  # of a relation beside its source, its kind among them
NOTHING = -2.0  # log-odds that stand for no reversed relation at all
LEAST = 0.08  # probability from which a relation counts


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Texts, padded: states f32[b, t, d] of the embedder below the network's layers, its last token vectors f32[b, t,
    d], which tokens there are bool[b, t], the share of each token in each word f32[b, n, t], and which words say
    something or are names, each bool[b, n].
    """

    states: Tensor
    vectors: Tensor
    there: Tensor
    words: Tensor
    content: Tensor
    named: Tensor


class RoleNetwork(nn.Module):
    """Relations of the words of a text, and the comparison of those of two texts."""

    mean: Tensor

    def __init__(self, shape: Shape = SHAPE, dropout: float = 0.1) -> None:
        super().__init__()
        # No dropout inside the layers: it costs a seventh of the time, and a few epochs want none.
        self.layers = nn.ModuleList(Layer(shape, 0.0) for _ in range(shape.layers))
        self.left, self.right = (
            nn.Sequential(nn.Linear(shape.width, SIDE), nn.GELU(), nn.Dropout(2 * dropout)) for _ in range(2)
        )
        self.relations = nn.Parameter(torch.randn(3, SIDE + 1, SIDE + 1) * 0.01)
        with torch.no_grad():
            self.relations[:, SIDE, SIDE] = SELDOM
        self.register_buffer("mean", torch.zeros(shape.width))  # of the embedder's token vectors
        self.likeness = nn.Parameter(torch.tensor([10.0, 0.5]))  # steepness, and the cosine that is half alike
        self.judging = nn.Sequential(
            nn.Linear(FEATURES, HIDDEN),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(HIDDEN, HIDDEN),
            nn.GELU(),
            nn.Linear(HIDDEN, 2),
        )
        self.bias = nn.Parameter(torch.tensor(-1.0))

    def relate(self, texts: Texts) -> Tensor:
        """Log-odds f32[b, 3, n, n] that two words of a text stand in each relation."""
        unseen = torch.zeros(texts.there.shape).masked_fill(~texts.there, NOT_SEEN)[:, None, None]
        states = texts.states
        for layer in self.layers:
            states = layer(states, unseen)
        with torch.autocast("cpu", enabled=False):
            words = texts.words @ states.float()
            one = torch.ones(*words.shape[:2], 1)
            left, right = torch.cat([self.left(words), one], -1), torch.cat([self.right(words), one], -1)
            return torch.einsum("bid,kde,bje->bkij", left, self.relations, right)

    def exchanged(self, claim: Texts, source: Texts, same: Tensor, told: Tensor, known: Tensor) -> Tensor:
        """Log-odds f32[b] that a statement gives somebody the part of another.

        `same` bool[b, n, m]: which words are the same or name the same; `told` and `known`: the log-odds of the
        relations of statement f32[b, 3, n, n] and source f32[b, 3, m, m].
        """
        return self.judge(*self.compare(claim, source, same, told, known))

    def compare(self, claim: Texts, source: Texts, same: Tensor, told: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
        """Of each relation that two words of the statement may stand in, what there is like it in the source f32[b, r,
        FEATURES], and how likely it is f32[b, r], 0 for one that does not count.
        """
        with torch.autocast("cpu", enabled=False):
            alike = self._alike(claim, source, same)
            told, known = _certain(told, claim.content), _certain(known, source.content)
            features = _Comparison(claim, source, same, alike, told, known).features()
            kinds = torch.eye(len(features))[None, :, None, None].expand(*told.shape, -1)
            both = torch.cat([kinds, torch.stack(features, 1)], -1)
            return both.flatten(1, 3), told.masked_fill(told < LEAST, 0.0).flatten(1)

    def judge(self, features: Tensor, weights: Tensor) -> Tensor:
        """Log-odds f32[b] that a statement gives somebody the part of another, from its relations' features f32[b, r,
        FEATURES] and weights f32[b, r].
        """
        with torch.autocast("cpu", enabled=False):
            raised, lowered = self.judging(features).unbind(-1)
            odds = torch.log(weights.clamp(min=1e-4)) + raised.masked_fill(weights == 0, NOT_SEEN)
            odds = torch.cat([odds, torch.full_like(odds[:, :1], NOTHING)], 1)
            mean = (lowered * weights).sum(1) / weights.sum(1).clamp(min=1)
            return torch.as_tensor(self.bias + functional.softplus(torch.logsumexp(odds, 1)) + mean)

    def _alike(self, claim: Texts, source: Texts, same: Tensor) -> Tensor:
        """How much each word of one is like each of the other f32[b, n, m], from 0 to 1."""
        one, other = (
            functional.normalize(texts.words @ (texts.vectors - self.mean), dim=-1) for texts in (claim, source)
        )
        near = torch.sigmoid(self.likeness[0] * (one @ other.transpose(1, 2) - self.likeness[1])) * WORD
        names = claim.named[:, :, None] | source.named[:, None]
        near = torch.where(names, near.clamp(max=UNLIKE), near).masked_fill(same, 1.0)
        return near * claim.content[:, :, None] * source.content[:, None]


def _certain(odds: Tensor, content: Tensor) -> Tensor:
    """Probabilities of relations, none of a word with itself or of one that says nothing."""
    both = content[:, None, :, None] & content[:, None, None, :]
    own = torch.eye(content.shape[1], dtype=torch.bool)
    return torch.sigmoid(odds) * both * ~own


@dataclass(frozen=True, slots=True, eq=False)
class _Comparison:
    """Each relation of a statement beside those of its source."""

    claim: Texts
    source: Texts
    same: Tensor
    alike: Tensor
    told: Tensor
    known: Tensor

    def features(self) -> tuple[Tensor, Tensor, Tensor]:
        """Of each relation that two words of the statement may stand in, for each kind f32[b, n, n, FEATURES - 3]."""
        agent, patient, acts_on = self.told.unbind(1)
        their_agent, their_patient, their_acts_on = self.known.unbind(1)
        onwards, back = self._met(their_acts_on), self._met(their_acts_on.transpose(1, 2))
        agents = self._of_doing(agent, patient, their_agent, their_patient, onwards, back)
        patients = self._of_doing(
            patient, agent, their_patient, their_agent, onwards.transpose(1, 2), back.transpose(1, 2)
        )
        there, itself = self.alike.amax(2), self.same.any(2).float()
        acts, acted_on = self._parts()
        named = self.claim.named.float()
        out = (self.alike * their_acts_on.amax(2)[:, None]).amax(2)
        into = (self.alike * their_acts_on.amax(1)[:, None]).amax(2)
        pairs = _side_by_side(
            [acts_on, onwards, back, acts_on.transpose(1, 2)],
            [there, itself, acts, acted_on, named, out, into],
            [there, itself, acts, acted_on, named, into],
        )
        return agents, patients, pairs

    def _of_doing(
        self, own: Tensor, other: Tensor, theirs: Tensor, their_other: Tensor, onwards: Tensor, back: Tensor
    ) -> Tensor:
        """Of (what is done, one who has a part in it): `own` is that part, `other` the part across from it."""
        rival, named_rival = self._rivals(theirs)
        through = (other[:, :, None, :] * onwards[:, None]).amax(-1)  # to whom it is done, and the same there
        against = (other[:, :, None, :] * back[:, None]).amax(-1)
        there, itself = self.alike.amax(2), self.same.any(2).float()
        acts, acted_on = self._parts()
        other_part = other.amax(1)
        return _side_by_side(
            [own, self._met(theirs), self._met(their_other), rival, named_rival, through, against, other],
            [there, itself, (other * there[:, None]).amax(2)],
            [there, itself, acts, acted_on, self.claim.named.float(), other_part],
        )

    def _met(self, relation: Tensor) -> Tensor:
        """How surely a relation f32[b, m, m] of the source holds for words like two of the statement f32[b, n, n]."""
        return (self._reached(relation)[:, :, None] * self.alike[:, None]).amax(-1)

    def _rivals(self, relation: Tensor) -> tuple[Tensor, Tensor]:
        """How surely it holds between a word like the first and one unlike the second, any and a name."""
        unlike = (1 - self.alike) * self.source.content[:, None]
        reached = self._reached(relation)[:, :, None]
        return (reached * unlike[:, None]).amax(-1), (reached * (unlike * self.source.named[:, None])[:, None]).amax(-1)

    def _reached(self, relation: Tensor) -> Tensor:
        """How surely it holds between a word like one of the statement and each of the source f32[b, n, m]."""
        return (self.alike[..., None] * relation[:, None]).amax(2)

    def _parts(self) -> tuple[Tensor, Tensor]:
        """How surely a word like each of the statement's acts, and is acted on, anywhere in the source f32[b, n]."""
        parts = self.known[:, :2].amax(2)  # f32[b, 2, m]
        acts, acted_on = (self.alike[:, None] * parts[:, :, None]).amax(-1).unbind(1)
        return acts, acted_on


def _side_by_side(pairs: list[Tensor], firsts: list[Tensor], seconds: list[Tensor]) -> Tensor:
    """Features of two words f32[b, n, n], of the first and of the second f32[b, n], as f32[b, n, n, FEATURES - 3]."""
    n = pairs[0].shape[1]
    wide = [feature[:, :, None].expand(-1, n, n) for feature in firsts]
    high = [feature[:, None, :].expand(-1, n, n) for feature in seconds]
    return torch.stack([*pairs, *wide, *high], -1)
