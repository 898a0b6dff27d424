"""Reads the invented groups of `evals/training/roles/*.jsonl`: texts as the role reader is given them, and the
relations that are written beside most of them.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from assistant import lexicon, question
from assistant.mentions import Mention, Told, mentions
from assistant.role_network import ACTS_ON, AGENT, PATIENT
from assistant.role_reader import EmbeddedLayers, Sheet
from assistant.settings import load_settings
from assistant.wording import Names

FOLDER = Path(__file__).parent / "training" / "roles"
AT_ONCE = 64  # texts that the embedded model reads in one pass
NONE = "-"


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A text as prepared; its relations f32[3, n, n] and which pairs of words they are known for bool[n, n], if any."""

    sheet: Sheet
    related: Tensor | None
    known: Tensor | None


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A source with statements about it, the first `true` of which are true."""

    document: str
    source: Text
    statements: tuple[Text, ...]
    true: int


def read_groups(folder: Path, embedded: EmbeddedLayers) -> list[Group]:
    """All groups, their texts prepared."""
    rows = [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    settings = load_settings()
    names = Names(lexicon.read_variants(settings.prompts_dir))
    stopwords = question.read_rules(settings.prompts_dir).stopwords
    texts = {
        entry["text"]: entry.get("roles") for row in rows for entry in (row["source"], *row["true"], *row["exchanged"])
    }
    told = [Told(text, mentions(text, names, stopwords)) for text in sorted(texts, key=len)]
    prepared: dict[str, Text] = {}
    for first in range(0, len(told), AT_ONCE):
        some = told[first : first + AT_ONCE]
        for one, sheet in zip(some, embedded.prepare(some), strict=True):
            prepared[one.text] = _with_roles(one, _small(sheet), texts[one.text])
    return [
        Group(
            row["id"].rpartition("-")[0],
            prepared[row["source"]["text"]],
            tuple(prepared[entry["text"]] for entry in (*row["true"], *row["exchanged"])),
            len(row["true"]),
        )
        for row in rows
    ]


def relations(written: str) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """(who, what is done, whom or what it reaches) of each "agents > predicate > patients" of a line.

    Raises:
        ValueError: it is not of that form.
    """
    for part in written.split(";"):
        if part.strip() != NONE:
            who, done, whom = ([w.strip() for w in side.split(",") if w.strip() != NONE] for side in part.split(" > "))
            yield who, done, whom


def place(word: str, text: str, words: Sequence[Mention]) -> list[int]:
    """The positions of a word in a text, the one that is meant first: "report#2" is the second of that spelling."""
    spelt, _, number = word.partition("#")
    spans = [m.span() for m in re.finditer(rf"(?<!\w){re.escape(spelt)}(?!\w)", text)]
    if number:
        spans = spans[int(number) - 1 : int(number)]
    found = ([i for i, w in enumerate(words) if w.start < end and w.end > start][-1:] for start, end in spans)
    return [i for within in found for i in within]


def _with_roles(told: Told, sheet: Sheet, written: str | None) -> Text:
    if written is None:
        return Text(sheet, None, None)
    n = len(told.mentions)
    related, known = torch.zeros(3, n, n), torch.ones(n, n, dtype=torch.bool)
    unclear: set[int] = set()  # of a word that stands there twice, the place that was not meant
    meant: set[int] = set()
    for sides in relations(written):
        who, done, whom = ([place(word, told.text, told.mentions) for word in side] for side in sides)
        for places in (*who, *done, *whom):
            meant.update(places[:1])
            unclear.update(places[1:])
        for v in (p[0] for p in done if p):
            related[AGENT, v, [p[0] for p in who if p]] = 1
            related[PATIENT, v, [p[0] for p in whom if p]] = 1
        for x in (p[0] for p in who if p):
            related[ACTS_ON, x, [p[0] for p in whom if p and p[0] != x]] = 1
    for i in unclear - meant:
        known[i] = known[:, i] = False
    return Text(sheet, related, known.fill_diagonal_(False))


def _small(sheet: Sheet) -> Sheet:
    """In half precision: there are tens of thousands."""
    return Sheet(sheet.states.bfloat16(), sheet.vectors.bfloat16(), sheet.words, sheet.mentions)
