"""Reads a question and passages together: which sentence answers, and does any? A room that imports torch.

Embeddings compare what a question and a sentence are about; which of several sentences on the subject answers needs
both to be read together. The network (`joint_network`) and its weights are small and the project's own: learnt by
`evals/joint_training.py` on invented passages and questions, from the embedded model's last layers.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from assistant.domain import Passage
from assistant.embedding import embedded_model_path
from assistant.errors import DataFileError
from assistant.joint_network import ELSEWHERE, PASSAGE, QUESTION, Batch, JointNetwork
from assistant.joint_reading import JointReading

WEIGHTS_FILE = "joint_reader.safetensors"
APART = 4  # layers of the embedded model that read question and passage apart
QUESTION_TOKENS, PASSAGE_TOKENS = 64, 288
HEADING_WORDS = 30  # of title and section, read before a passage
PREPARED = 512  # passages kept in memory, some 0.2 MB each
AT_ONCE = 4  # texts in one pass, of like length: little of it is padding
TOGETHER = 4  # passages in one pass, the shortest first: little of it is padding (measured: 25 ms to 31 for eight)
LENGTHS = 32  # padded to multiples of this: for every new length the processor's kernels are made anew


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A text as far as it is read apart: states f32[t, d], and of each token its sentence (`count` for none)."""

    states: Tensor
    sentence: Tensor
    count: int


class LowerLayers:
    """The embedded model's first layers."""

    def __init__(self) -> None:
        from transformers import AutoModel, AutoTokenizer

        path = str(embedded_model_path())
        self._tokenizer: Any = AutoTokenizer.from_pretrained(path, local_files_only=True)
        self._tokenizing = threading.Lock()  # its truncation is set anew for each call: two at once would share it
        self._model: Any = AutoModel.from_pretrained(path, local_files_only=True, attn_implementation="sdpa").eval()
        self.upper = self._model.encoder.layer[APART:]
        self._model.encoder.layer = self._model.encoder.layer[:APART]

    def prepare(self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]], longest: int) -> list[Prepared]:
        """Each text with the character spans of its sentences; what is beyond `longest` tokens is not seen."""
        found: list[Prepared] = []
        for first in range(0, len(texts), AT_ONCE):
            with self._tokenizing:
                inputs = self._tokenizer(
                    list(texts[first : first + AT_ONCE]),
                    truncation=True,
                    max_length=longest,
                    padding=True,
                    return_tensors="pt",
                    return_offsets_mapping=True,
                )
            offsets = inputs.pop("offset_mapping")
            with torch.inference_mode(), half_precision():
                states = self._model(**inputs).last_hidden_state.float()
            lengths = inputs["attention_mask"].sum(1).tolist()
            for row, length in enumerate(lengths):
                inside = _sentence_of_each(offsets[row, :length], spans[first + row])
                found.append(Prepared(states[row, :length].clone(), inside, len(spans[first + row])))
        return found


class JointReader:
    """The network with its weights; passages that were read before are not prepared again."""

    def __init__(self, network: JointNetwork, lower: LowerLayers) -> None:
        self._network = network.eval()
        self._lower = lower
        self._prepared: OrderedDict[tuple[str, str], Prepared] = OrderedDict()  # the one read last at the end
        self._lock = threading.Lock()

    @classmethod
    def load(cls, prompts_dir: Path) -> "JointReader":
        """The reader with the weights of `joint_reader.safetensors`.

        Raises:
            DataFileError: the file is missing, damaged or of another network.
            EmbedderError: the embedded model is not installed.
        """
        network = JointNetwork()
        load_weights(network, prompts_dir / WEIGHTS_FILE, "python -m evals.joint_training")
        return cls(network, LowerLayers())

    def read(self, question: str, passages: Sequence[Passage], titles: Sequence[str]) -> list[JointReading]:
        """One reading for each passage; `titles` are those of their documents."""
        if not passages:
            return []
        sheets = self._prepare(passages, [heading(t, p.locator.section) for t, p in zip(titles, passages, strict=True)])
        asked = self._lower.prepare([question], [()], QUESTION_TOKENS)[0]
        order = sorted(range(len(sheets)), key=lambda i: len(sheets[i].states))
        readings: dict[int, JointReading] = {}
        for first in range(0, len(order), TOGETHER):
            numbers = order[first : first + TOGETHER]
            with torch.inference_mode(), half_precision():
                found, none = self._network(make_batch([(asked, sheets[i]) for i in numbers]))
            for i, row, no in zip(numbers, found, none, strict=True):
                readings[i] = JointReading(tuple(row[: sheets[i].count].tolist()), float(no))
        return [readings[i] for i in range(len(sheets))]

    def _prepare(self, passages: Sequence[Passage], headings: Sequence[str]) -> list[Prepared]:
        keys = [(passage.id, above) for passage, above in zip(passages, headings, strict=True)]
        with self._lock:  # of several who need the same passage, the first prepares it
            held = {key: self._prepared.pop(key) for key in keys if key in self._prepared}
            lacking = [(key, p) for key, p in zip(keys, passages, strict=True) if key not in held]
            lacking.sort(key=lambda entry: len(entry[1].text))
            texts = [f"{above}{passage.text}" for (_, above), passage in lacking]
            spans = [
                [(s.start - p.start + len(above), s.end - p.start + len(above)) for s in p.sentences]
                for (_, above), p in lacking
            ]
            new = self._lower.prepare(texts, spans, PASSAGE_TOKENS)
            held |= {key: sheet for (key, _), sheet in zip(lacking, new, strict=True)}
            self._prepared.update(held)
            while len(self._prepared) > PREPARED:
                self._prepared.popitem(last=False)
        return [held[key] for key in keys]


def load_weights(network: torch.nn.Module, path: Path, anew: str) -> None:
    """Give a network of our own the weights of a file; `anew` is the command that learns them.

    Raises:
        DataFileError: the file is missing, damaged or of another network.
    """
    try:
        network.load_state_dict({name: tensor.float() for name, tensor in load_file(path).items()})
    except Exception as error:  # the libraries raise many kinds; each means the same to the operator
        raise DataFileError(
            f"{path} cannot be read ({type(error).__name__}); restore it from the project, or learn it anew: {anew}"
        ) from error


def half_precision() -> AbstractContextManager[object]:
    """Half precision where the processor has it: half the time, and log-odds move by about 0.01. Elsewhere it would be
    emulated, and slower.
    """
    has_it = bool(getattr(torch.cpu, "_is_avx512_bf16_supported", bool)())
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_it)


def heading(title: str, section: Sequence[str]) -> str:
    """What is read before a passage: title and innermost section, as far as they are short."""
    return " ".join(f"{title}. {section[-1] if section else ''}.".split()[:HEADING_WORDS]) + " "


def make_batch(pairs: Sequence[tuple[Prepared, Prepared]]) -> Batch:
    """Questions with a passage each, padded to the longest."""
    width = pairs[0][0].states.shape[1]
    longest = max(len(asked.states) + len(sheet.states) for asked, sheet in pairs)
    longest = -(-longest // LENGTHS) * LENGTHS
    sentences = max(sheet.count for _, sheet in pairs)
    vectors = torch.zeros(len(pairs), longest, width)
    belongs = torch.full((len(pairs), longest), ELSEWHERE)
    sentence = torch.full((len(pairs), longest), sentences)
    for row, (asked, sheet) in enumerate(pairs):
        first, last = len(asked.states), len(asked.states) + len(sheet.states)
        vectors[row, :first], vectors[row, first:last] = asked.states, sheet.states
        belongs[row, :first], belongs[row, first:last] = QUESTION, PASSAGE
        sentence[row, first:last] = sheet.sentence.where(sheet.sentence < sheet.count, sentences)
    return Batch(vectors, belongs, sentence, sentences)


def _sentence_of_each(offsets: Tensor, spans: Sequence[tuple[int, int]]) -> Tensor:
    """Of each token, given by its span of characters i64[t, 2], the sentence that it lies in; `len(spans)` for none."""
    found = torch.full((len(offsets),), len(spans))
    real = offsets[:, 1] > offsets[:, 0]
    for number, (start, end) in enumerate(spans):
        found[real & (offsets[:, 0] >= start) & (offsets[:, 1] <= end)] = number
    return found
