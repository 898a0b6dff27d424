"""Which sentences of a passage answer a question? Measured on the human marks of CLAPnq.

    python -m evals.benchmarks.clapnq FOLDER

FOLDER holds `clapnq_dev/` (or is it): corpus.jsonl with Wikipedia passages and their sentences, queries.jsonl with 300
questions that they answer, for which people marked the sentences that an answer uses, and 300 that they do not. Every
passage becomes a document; the production Assistant weighs the sentences of the one that belongs to the question. F1 of
sentences against the mark that agrees best, for the three most similar sentences, the three that the Assistant weighs
highest, and those that its answer quotes; and how well answered is told from not.
"""

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant import extractive
from assistant.answerability import measure
from assistant.answering import Assistant
from assistant.assembly import build_embedder, build_reader, read_rules
from assistant.domain import (
    Block,
    BlockKind,
    Conversation,
    Document,
    DocumentMetadata,
    Filters,
    Locator,
    Passage,
    PassageKind,
    Sentence,
)
from assistant.embedding import Embedder
from assistant.library import Library
from assistant.settings import load_settings
from evals.benchmarks.squad2 import FOLDER_VARIABLE, passage_vectors
from evals.calibration import auc
from evals.intervals import estimate

BEST = 3  # sentences, as many as the baseline that the benchmark's README names takes


def make_library(rows: Sequence[Mapping[str, Any]], embedder: Embedder, path: Path) -> Library:
    """A library with one document of one passage for each row: `_id`, `title`, `sentences`."""
    library = Library.open(path, identity=embedder.identity)
    for row in rows:
        document, passage = _document(row)
        library.put(document, [passage], passage_vectors(document.metadata.title, [passage], embedder))
    return library


def _document(row: Mapping[str, Any]) -> tuple[Document, Passage]:
    kept = [" ".join(str(text).split()) for text in row["sentences"]]
    sentences: list[Sentence] = []
    start = 0
    for text in kept:
        sentences.append(Sentence(text, start, start + len(text), BlockKind.PARAGRAPH, 0))
        start += len(text) + 1
    text = " ".join(kept)
    locator = Locator(section=(str(row["title"]),))
    block = Block(BlockKind.PARAGRAPH, text, 0, len(text), locator)
    metadata = DocumentMetadata(
        id=str(row["_id"]),
        title=str(row["title"]),
        file_name=f"{row['_id']}.txt",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    passage = Passage(
        f"{metadata.id}:0", metadata.id, 0, PassageKind.BODY, text, 0, len(text), locator, (), (), tuple(sentences)
    )
    return Document(metadata, text, (block,)), passage


def f1(chosen: Collection[int], marks: Sequence[Collection[int]]) -> float:
    """Of the chosen sentences against the mark that they agree with best."""
    return max(2 * len(set(mark) & set(chosen)) / (len(mark) + len(chosen)) if chosen else 0.0 for mark in marks)


def measure_clapnq(folder: Path, library_file: Path) -> str:
    """The table, as text. The library is made in `library_file` unless it is there."""
    settings = load_settings()
    embedder = build_embedder(settings)
    if library_file.is_file():
        library = Library.open(library_file, identity=embedder.identity)
    else:
        library = make_library(_read(folder / "corpus.jsonl"), embedder, library_file)
    rules = read_rules(settings)
    reader = build_reader(settings) if rules.retrieval.joint_reading else None
    assistant = Assistant(library, embedder, library_file.parent / "index", rules, reader=reader)
    state = assistant.refresh()
    agreement: dict[str, list[float]] = {"most similar": [], "weighed highest": [], "quoted in the answer": []}
    odds: list[float] = []
    answerable: list[bool] = []
    for query in _read(folder / "queries.jsonl"):
        asked, _, evidence = assistant.gather(
            query["text"], Conversation(), Filters(documents=frozenset({query["passage"]}))
        )
        if not evidence:
            continue
        measured = measure(asked, evidence, state.lexicon, rules.answerability)
        odds.append((rules.answerability.stated if reader else rules.answerability.stated_apart).probability(measured))
        answerable.append(query["answerability"] == "ANSWERABLE")
        marks = [mark for r in query.get("references", ()) if (mark := r["gold_sentence_idx"])]
        if not (answerable[-1] and marks):
            continue
        number = {s.start: i for i, s in enumerate(evidence[0].passage.sentences)}
        similar = sorted(evidence, key=lambda e: -e.features.similarity)
        drafts = extractive.answer_by_quotation(asked, evidence, rules.extractive, state.read)
        agreement["most similar"].append(f1([number[e.sentence.start] for e in similar[:BEST]], marks))
        agreement["weighed highest"].append(f1([number[e.sentence.start] for e in evidence[:BEST]], marks))
        quoted = [i for d in drafts for start, i in number.items() if d.sentence.start <= start < d.sentence.end]
        agreement["quoted in the answer"].append(f1(quoted, marks))
    lines = [f"{len(odds)} questions, {sum(answerable)} of them answerable", "F1 of sentences (95 % interval)"]
    for name, values in agreement.items():
        found = estimate(values)
        if found:
            lines.append(f"  {found.value:.3f} ({found.low:.3f} to {found.high:.3f}, n {found.n})  {name}")
    told = auc(np.array(answerable), np.array(odds))
    return "\n".join([*lines, f"area under the curve, answerable or not: {told:.3f}"])


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main(arguments: Sequence[str]) -> int:
    """Print the table; without the benchmark one line that says so."""
    place = arguments[0] if arguments else os.environ.get(FOLDER_VARIABLE, "")
    named = Path(place).expanduser()
    folder = named if (named / "queries.jsonl").is_file() else named / "clapnq_dev"
    if not place or not (folder / "queries.jsonl").is_file():
        where = f"no clapnq_dev/queries.jsonl in {place!r}" if place else "no folder given"
        print(f"skipped: {where}; name the folder of public benchmarks as argument or in {FOLDER_VARIABLE}")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        kept = os.environ.get("ASSISTANT_BENCHMARKS_CACHE", "")  # keeps the library between runs
        print(measure_clapnq(folder, Path(kept or scratch) / "clapnq.db"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
