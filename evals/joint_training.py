"""Learn the weights of the joint reader (`assistant/joint_network.py`) from invented passages and questions.

    python -m evals.joint_training [EPOCHS] [go-on]

`evals/training/*.jsonl` hold sections of documents that do not exist, on the subjects of the field, with questions of
which most are answered by named sentences and some by none; README.md there says how they were written. None of them
has to do with the golden cases or the corpus. Every twelfth document is held out and never learnt from.

The network starts as the embedder's own late interaction and is taught three things: which sentence of the passage
answers; that none does; that none of a passage beside it answers better. With `go-on` it starts from the weights that
are there, as after a new round of questions was written. An epoch of 30,000 questions takes about 40 minutes on two
cores.
"""

import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from assistant.assembly import build_embedder
from assistant.joint_network import JointNetwork
from assistant.joint_reader import (
    PASSAGE_TOKENS,
    QUESTION_TOKENS,
    WEIGHTS_FILE,
    LowerLayers,
    Prepared,
    heading,
    make_batch,
)
from assistant.settings import load_settings
from evals.calibration import auc

FOLDER = Path(__file__).parent / "training"
HELD_OUT = 12  # one document in so many
EPOCHS = 2
BATCH = 10  # questions; about half of them with a second passage
RATE_LAYERS, RATE_GATE, RATE_HEADS = 1e-4, 1e-2, 1e-3
WARM_UP, LEAST_RATE = 0.04, 0.02  # share of all steps; of the highest rate
BESIDE = 0.6  # share of questions that are also read with a passage that does not answer them
OF_SAME_DOCUMENT = 0.6  # share of such passages that are of the same document, if it has more
NEAREST = 10  # others are among so many that are most like the question
HALF = 0.5  # weight of what is learnt from a passage beside
REPORT_EVERY = 100  # steps
SEED = 0
GO_ON = "go-on"
SUBMODULES = {  # of a Layer, and what the embedder calls them
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "out": "attention.output.dense",
    "attended": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "done": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question as prepared, and which sentences of its passage answer; none for one that it does not answer."""

    question: Prepared
    answer: tuple[int, ...]
    nearest: tuple[int, ...]  # other passages most like it


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A passage as prepared, with the questions about it and the other passages of its document."""

    document: str
    prepared: Prepared
    asked: tuple[Asked, ...]
    beside: tuple[int, ...]


def read_sheets(folder: Path, lower: LowerLayers) -> list[Sheet]:
    """All passages, prepared."""
    rows = [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    documents = [_document(row["id"]) for row in rows]
    members = defaultdict(list)
    for number, document in enumerate(documents):
        members[document].append(number)
    texts, spans = zip(*(_text(row) for row in rows), strict=True)
    passages = lower.prepare(texts, spans, PASSAGE_TOKENS)
    questions = [question["q"] for row in rows for question in row["questions"]]
    prepared = iter(lower.prepare(questions, [()] * len(questions), QUESTION_TOKENS))
    embedder = build_embedder(load_settings())
    likeness = iter(embedder.embed(questions) @ embedder.embed(texts).T)
    sheets = []
    for number, (row, passage) in enumerate(zip(rows, passages, strict=True)):
        own = members[documents[number]]
        asked = []
        for question in row["questions"]:
            order = [int(i) for i in np.argsort(-next(likeness))[: NEAREST + len(own)] if i not in own]
            answer = tuple(i for i in question["answer"] if i < passage.count)
            asked.append(Asked(next(prepared), answer, tuple(order[:NEAREST])))
        sheets.append(Sheet(documents[number], passage, tuple(asked), tuple(i for i in own if i != number)))
    return sheets


def train(sheets: Sequence[Sheet], epochs: int, lower: LowerLayers, path: Path, *, go_on: bool) -> None:
    """Learn from the documents that are not held out; after every epoch figures for those that are, and the weights."""
    torch.manual_seed(SEED)
    random.seed(SEED)
    network = _begin(lower, sheets)
    if go_on:
        network.load_state_dict({name: tensor.float() for name, tensor in load_file(path).items()})
    held_out = set(sorted({sheet.document for sheet in sheets})[::HELD_OUT])
    learnt = [(n, a) for n, sheet in enumerate(sheets) if sheet.document not in held_out for a in sheet.asked]
    allowed = {n for n, sheet in enumerate(sheets) if sheet.document not in held_out}
    groups = {RATE_LAYERS: list(network.layers.parameters()), RATE_GATE: [network.gate]}
    known = {id(p) for parameters in groups.values() for p in parameters}
    groups[RATE_HEADS] = [p for p in network.parameters() if id(p) not in known]
    optimiser = torch.optim.AdamW(
        [{"params": p, "lr": rate, "weight_decay": 0.0 if p == [network.gate] else 0.01} for rate, p in groups.items()]
    )
    print(f"{len(learnt)} questions to learn from; {_figures(network, sheets, held_out)} before", flush=True)
    for epoch in range(epochs):
        network.train()
        random.shuffle(learnt)
        total, steps = 0.0, len(learnt) // BATCH
        for step in range(steps):
            share = (epoch + step / steps) / epochs
            for group, rate in zip(optimiser.param_groups, groups, strict=True):
                group["lr"] = rate * min(share / WARM_UP, 1.0) * max(LEAST_RATE, (1 + cos(pi * share)) / 2)
            loss = _loss(network, sheets, learnt[step * BATCH : (step + 1) * BATCH], allowed)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            total += loss.item()
            if step % REPORT_EVERY == 0:
                print(f"epoch {epoch + 1}, step {step} of {steps}: loss {total / (step + 1):.3f}", flush=True)
        print(f"epoch {epoch + 1}: {_figures(network, sheets, held_out)}", flush=True)
        save(network, path)


def save(network: JointNetwork, path: Path) -> None:
    """The weights, in half precision: none lies where that matters."""
    save_file({name: tensor.half().contiguous() for name, tensor in network.state_dict().items()}, path)


def _document(passage_id: str) -> str:
    return passage_id.rsplit("-", 1)[0] if passage_id.count("-") > 1 else passage_id


def _text(row: Mapping[str, Any]) -> tuple[str, list[tuple[int, int]]]:
    """Heading and sentences as one text, and where each sentence stands."""
    text = heading(row["title"], [row["section"]])
    spans = []
    for sentence in row["sentences"]:
        spans.append((len(text), len(text) + len(sentence)))
        text += f"{sentence} "
    return text, spans


def copy_layers(embedders: Iterable[Any], own: Iterable[torch.nn.Module]) -> None:
    """Begin with the weights of as many of the embedder's layers as there are own."""
    for given, layer in zip(embedders, own, strict=False):
        for name, theirs in SUBMODULES.items():
            layer.get_submodule(name).load_state_dict(given.get_submodule(theirs).state_dict())


def _begin(lower: LowerLayers, sheets: Sequence[Sheet]) -> JointNetwork:
    """The network before it has learnt anything: the embedder's upper layers, and the mean of its token vectors."""
    network = JointNetwork()
    copy_layers(lower.upper, network.layers)
    network.eval()
    with torch.inference_mode():
        seen = []
        for sheet in sheets[:: max(1, len(sheets) // 200)]:
            vectors = sheet.prepared.states[None]
            for layer in network.layers:
                vectors = layer(vectors, torch.zeros(1, 1, 1, vectors.shape[1]))
            seen.append(vectors[0])
        network.mean.copy_(torch.cat(seen).mean(0))
    return network


def _loss(
    network: JointNetwork, sheets: Sequence[Sheet], asked: Sequence[tuple[int, Asked]], allowed: set[int]
) -> Tensor:
    """Of some questions, given with the number of their passage, and of passages beside."""
    pairs = [(question.question, sheets[number].prepared) for number, question in asked]
    other: dict[int, int] = {}  # row of a question -> row where it is read with a passage beside
    for row, (number, question) in enumerate(asked):
        near = [i for i in question.nearest if i in allowed]
        own = sheets[number].beside
        among = own if own and random.random() < OF_SAME_DOCUMENT else near
        if among and random.random() < BESIDE:
            other[row] = len(pairs)
            pairs.append((question.question, sheets[random.choice(among)].prepared))
    batch = make_batch(pairs)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found, none = network(batch)
    counts = torch.tensor([sheet.count for _, sheet in pairs])
    found = found.masked_fill(torch.arange(batch.sentences)[None, :] >= counts[:, None], -1e4)
    shares = torch.log_softmax(torch.cat([found, none[:, None]], 1), 1)
    loss = torch.zeros(())
    for row, (_, question) in enumerate(asked):
        answer = list(question.answer)
        if not answer:
            loss = loss - shares[row, -1]
            continue
        # Any of several will do, yet all of them should be found.
        loss = loss - HALF * torch.logsumexp(shares[row, answer], 0) - HALF * shares[row, answer].mean()
        if row in other:
            both = torch.cat([found[row], found[other[row]]])
            loss = loss - HALF * (torch.logsumexp(found[row, answer], 0) - torch.logsumexp(both, 0))
    for row in other.values():
        loss = loss - HALF * shares[row, -1]
    return loss / len(pairs)


@torch.inference_mode()
def _figures(network: JointNetwork, sheets: Sequence[Sheet], held_out: set[str]) -> str:
    """How often the best sentence answers, and how well answerable is told from not, on what was not learnt from."""
    network.eval()
    right, answerable, odds = [], [], []
    for sheet in (sheet for sheet in sheets if sheet.document in held_out):
        found, none = network(make_batch([(asked.question, sheet.prepared) for asked in sheet.asked]))
        for row, no, asked in zip(found[:, : sheet.prepared.count], none, sheet.asked, strict=True):
            if asked.answer:
                right.append(int(row.argmax()) in asked.answer)
            answerable.append(bool(asked.answer))
            odds.append(float(row.max() - no))
    told = auc(np.array(answerable), np.array(odds))
    return (
        f"best sentence answers for {np.mean(right):.3f} of {len(right)} held-out questions; "
        f"area under the curve, answerable or not: {told:.3f}"
    )


def main(arguments: Sequence[str]) -> int:
    """Learn and write the weights; print the figures."""
    lower = LowerLayers()
    sheets = read_sheets(FOLDER, lower)
    print(f"{len(sheets)} passages, {sum(len(sheet.asked) for sheet in sheets)} questions", flush=True)
    path = load_settings().prompts_dir / WEIGHTS_FILE
    numbers = [int(argument) for argument in arguments if argument.isdigit()]
    train(sheets, numbers[0] if numbers else EPOCHS, lower, path, go_on=GO_ON in arguments)
    print(f"written: {path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
