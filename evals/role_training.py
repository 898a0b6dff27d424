"""Learns the role reader's weights from invented sentences.

    python -m evals.role_training [EPOCHS] [go-on]
    python -m evals.role_training WEIGHTS.safetensors WEIGHTS.safetensors …

Each group of `evals/training/roles/*.jsonl` is a source with true statements about it and false ones, which give
somebody the part of another. Most texts have their relations written beside them. The network learns both at once: the
relations of each text, and which statements are false. A part of the groups is held out, and what it finds there is
printed after each epoch. Given several weights, their mean is taken, and only what judges the relations is learnt anew.
"""

import random
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import ceil, cos, pi
from pathlib import Path
from zlib import crc32

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.utils.rnn import pad_sequence

from assistant.joint_reader import half_precision
from assistant.role_network import ACTS_ON, AGENT, PATIENT, RoleNetwork, Texts
from assistant.role_reader import BELOW, WEIGHTS_FILE, EmbeddedLayers, make_texts, same_words
from assistant.settings import load_settings
from evals.calibration import auc
from evals.joint_training import GO_ON, copy_layers
from evals.role_groups import FOLDER, Group, Text, read_groups

HELD_OUT = 10  # one document in some so many
EPOCHS = 3
TIMES = 30  # that the judging is learnt anew at the end, which is quick
JUDGED_AT_ONCE = 128  # statements
BATCH = 6  # groups, some six texts each
SPREAD = 12  # words by which sources of one batch may differ
RATE_LAYERS, RATE_RELATIONS, RATE_JUDGES = 2e-4, 1e-3, 2e-3
WARM_UP, LEAST_RATE = 0.05, 0.02  # share of all steps; of the highest rate
RELATED = 3.0  # weight of two words that are related: nearly all are not
WAY = 0.5  # weight of which way a relation goes
REPORT_EVERY = 100  # steps
SEED = 0
WEIGHTS_END = Path(WEIGHTS_FILE).suffix


def train(
    groups: Sequence[Group], epochs: int, embedded: EmbeddedLayers, path: Path, start: Mapping[str, Tensor] | None
) -> None:
    """Learn from the documents that are not held out, beginning with weights if any are given; after every epoch
    figures for those that are, and the weights.
    """
    torch.manual_seed(SEED)
    random.seed(SEED)
    network = _begin(embedded, groups)
    if start:
        network.load_state_dict(start)
    learnt = [group for group in groups if not _held_out(group.document)]
    judged = [group for group in groups if _held_out(group.document)]
    layers = list(network.layers.parameters())
    judges = [*network.judging.parameters(), network.likeness, network.bias]
    others = {id(parameter) for parameter in (*layers, *judges)}
    rates = (RATE_LAYERS, RATE_JUDGES, RATE_RELATIONS)
    optimiser = torch.optim.AdamW(
        [
            {"params": parameters, "lr": rate, "weight_decay": 0.01}
            for rate, parameters in zip(
                rates, (layers, judges, [p for p in network.parameters() if id(p) not in others]), strict=True
            )
        ]
    )
    print(f"{len(learnt)} groups to learn from, {len(judged)} to judge by", flush=True)
    steps = ceil(len(learnt) / BATCH)
    for epoch in range(epochs):
        network.train()
        total = 0.0
        for step, some in enumerate(_batches(learnt)):
            share = (epoch + step / steps) / epochs
            for group, rate in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = rate * min(share / WARM_UP, 1.0) * max(LEAST_RATE, (1 + cos(pi * share)) / 2)
            loss = _loss(network, some)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            total += loss.item()
            if step % REPORT_EVERY == 0:
                print(f"epoch {epoch + 1}, step {step} of {steps}: loss {total / (step + 1):.3f}", flush=True)
        print(f"epoch {epoch + 1}: {_figures(network, judged)}", flush=True)
        save(network, path)
    _learn_to_judge(network, learnt)
    print(f"judging learnt anew: {_figures(network, judged)}", flush=True)
    save(network, path)


def _held_out(document: str) -> bool:
    """Whether a document's groups are not learnt from: always the same ones, whatever is added."""
    return crc32(document.encode()) % HELD_OUT == 0


def _batches(groups: Sequence[Group]) -> list[list[Group]]:
    """All groups in random order, those of like length together: the rest of a shorter one would be computed, too."""
    length = {id(group): len(group.source.sheet.mentions) + random.uniform(0, SPREAD) for group in groups}
    ordered = sorted(groups, key=lambda group: length[id(group)])
    batches = [ordered[first : first + BATCH] for first in range(0, len(ordered), BATCH)]
    random.shuffle(batches)
    return batches


def save(network: RoleNetwork, path: Path) -> None:
    """The weights, in half precision: none lies where that matters."""
    save_file({name: tensor.half().contiguous() for name, tensor in network.state_dict().items()}, path)


def average(weights: Sequence[Path]) -> dict[str, Tensor]:
    """The mean of weights that lie on one way of learning: it does better than any of them on texts of another kind
    (Wortsman et al., "Model soups", 2022).
    """
    all_of_them = [load_file(one) for one in weights]
    return {name: torch.stack([one[name].float() for one in all_of_them]).mean(0) for name in all_of_them[0]}


def _begin(embedded: EmbeddedLayers, groups: Sequence[Group]) -> RoleNetwork:
    """The network before it has learnt anything: the embedder's layers, and the mean of its token vectors."""
    network = RoleNetwork()
    copy_layers(embedded.layers[BELOW:], network.layers)
    some = groups[:: max(1, len(groups) // 500)]
    network.mean.copy_(torch.cat([group.source.sheet.vectors.float() for group in some]).mean(0))
    return network


def _read(network: RoleNetwork, texts: Sequence[Text]) -> tuple[Texts, Tensor]:
    prepared = make_texts([text.sheet for text in texts])
    with half_precision(), sdpa_kernel(SDPBackend.MATH):  # the quicker one is slow backwards on a processor
        return prepared, network.relate(prepared).float()


def _compare(
    network: RoleNetwork, groups: Sequence[Group]
) -> tuple[Tensor, Tensor, Tensor, list[tuple[Sequence[Text], Tensor]]]:
    """Of each statement its relations beside those of its source and their weights, whether it is false, and the
    log-odds of all relations.
    """
    sources = [group.source for group in groups]
    statements = [statement for group in groups for statement in group.statements]
    owner = torch.tensor([row for row, group in enumerate(groups) for _ in group.statements])
    false = torch.tensor([float(i >= group.true) for group in groups for i in range(len(group.statements))])
    (there, known), (here, told) = _read(network, sources), _read(network, statements)
    same = same_words([s.sheet.mentions for s in statements], [sources[row].sheet.mentions for row in owner.tolist()])
    beside = Texts(*(getattr(there, name)[owner] for name in Texts.__slots__))
    features, weights = network.compare(here, beside, same, told, known[owner])
    return features, weights, false, [(sources, known), (statements, told)]


def _loss(network: RoleNetwork, groups: Sequence[Group]) -> Tensor:
    features, weights, false, found = _compare(network, groups)
    loss = functional.binary_cross_entropy_with_logits(network.judge(features, weights), false)
    for texts, scores in found:
        total, count, way, ways = torch.zeros(()), 0.0, torch.zeros(()), 0.0
        for text, score in zip(texts, scores, strict=True):
            if text.related is None or text.known is None:
                continue
            n = text.known.shape[0]
            own = score[:, :n, :n]
            weight = 1 + (RELATED - 1) * text.related
            each = functional.binary_cross_entropy_with_logits(own, text.related, weight, reduction="none")
            total = total + (each * text.known).sum()
            count += float(text.related.sum())
            one_way = text.related[ACTS_ON] * (1 - text.related[ACTS_ON].T)
            way = way + (functional.softplus(own[ACTS_ON].T - own[ACTS_ON]) * one_way).sum()
            ways += float(one_way.sum())
        loss = loss + (total / max(count, 1) + WAY * way / max(ways, 1)) / len(found)
    return loss


def _learn_to_judge(network: RoleNetwork, groups: Sequence[Group]) -> None:
    """Learn what judges the relations anew, the relations being what they are: it needs to see each more often."""
    network.eval()
    compared: list[tuple[Tensor, Tensor]] = []
    false: list[Tensor] = []
    with torch.no_grad():
        for first in range(0, len(groups), BATCH):
            features, weights, wrong, _ = _compare(network, groups[first : first + BATCH])
            for row, counts in enumerate(weights > 0):
                compared.append((features[row, counts], weights[row, counts]))
            false.append(wrong)
    truth = torch.cat(false)
    optimiser = torch.optim.AdamW([*network.judging.parameters(), network.bias], lr=RATE_JUDGES, weight_decay=0.01)
    steps = max(1, len(compared) // JUDGED_AT_ONCE)
    network.judging.train()
    for time in range(TIMES):
        order = torch.randperm(len(compared))
        for step in range(steps):
            share = (time + step / steps) / TIMES
            optimiser.param_groups[0]["lr"] = RATE_JUDGES * max(LEAST_RATE, (1 + cos(pi * share)) / 2)
            some = order[step * JUDGED_AT_ONCE : (step + 1) * JUDGED_AT_ONCE]
            features, weights = (pad_sequence([compared[i][part] for i in some], batch_first=True) for part in (0, 1))
            loss = functional.binary_cross_entropy_with_logits(network.judge(features, weights), truth[some])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
            optimiser.step()


@torch.inference_mode()
def _figures(network: RoleNetwork, groups: Sequence[Group]) -> str:
    """How well relations are found, and false statements told from true ones, in what was not learnt from."""
    network.eval()
    false, odds = [], []
    hits: Mapping[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for first in range(0, len(groups), BATCH):
        features, weights, wrong, found = _compare(network, groups[first : first + BATCH])
        odds += network.judge(features, weights).tolist()
        false += wrong.tolist()
        for texts, scores in found:
            for text, score in zip(texts, scores, strict=True):
                if text.related is None or text.known is None:
                    continue
                n = text.known.shape[0]
                for name, kind in (("agent", AGENT), ("patient", PATIENT), ("acts on", ACTS_ON)):
                    positive = (score[kind, :n, :n] > 0) & text.known
                    actual = (text.related[kind] > 0) & text.known
                    hits[name][0] += 2 * float((positive & actual).sum())
                    hits[name][1] += float(positive.sum() + actual.sum())
    truth, scored = np.array(false, bool), np.array(odds)
    threshold = np.quantile(scored[~truth], 0.95)
    return (
        f"area under the curve, false or true: {auc(truth, scored):.3f} of {len(odds)} held-out statements; "
        f"{(scored[truth] > threshold).mean():.3f} of the false found at 5 % of the true; F1 of relations: "
        + ", ".join(f"{name} {twice / max(both, 1):.3f}" for name, (twice, both) in hits.items())
    )


def main(arguments: Sequence[str]) -> int:
    """Learn and write the weights; print the figures."""
    embedded = EmbeddedLayers()
    groups = read_groups(FOLDER, embedded)
    print(f"{len(groups)} groups, {sum(len(group.statements) for group in groups)} statements", flush=True)
    path = load_settings().prompts_dir / WEIGHTS_FILE
    numbers = [int(argument) for argument in arguments if argument.isdigit()]
    epochs = numbers[0] if numbers else EPOCHS
    several = [Path(argument) for argument in arguments if argument.endswith(WEIGHTS_END)]
    if several:
        epochs = 0  # what judges the relations is learnt anew
    elif GO_ON in arguments:
        several = [path]
    train(groups, epochs, embedded, path, average(several) if several else None)
    print(f"written: {path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
