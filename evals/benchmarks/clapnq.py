"""Which sentences of a passage answer a question? Measured on the human marks of CLAPnq.

    python -m evals.benchmarks.clapnq FOLDER

FOLDER holds `clapnq_dev/` (or is it): corpus.jsonl with Wikipedia passages and their sentences, queries.jsonl with 300
questions that they answer, for which people marked the sentences that an answer uses, and 300 that they do not. Every
passage becomes a document; the production Assistant weighs the sentences of the one that belongs to the question. F1 of
sentences against the mark that agrees best, for the three most similar sentences, the three that the Assistant weighs
highest, and those that its answer quotes; and how well answered is told from not.
"""

import hashlib
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant import extractive
from assistant.answerability import measure
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
from evals.benchmarks.public_sets import open_assistant, print_table, read_rows
from evals.benchmarks.squad2 import passage_vectors
from evals.calibration import auc
from evals.intervals import estimate

SIGN = "queries.jsonl"
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
    assistant = open_assistant(folder / "corpus.jsonl", library_file, make_library)
    rules = assistant.rules
    _, stated = rules.answerability.models(jointly=assistant.reader is not None)
    state = assistant.refresh()
    agreement: dict[str, list[float]] = {"most similar": [], "weighed highest": [], "quoted in the answer": []}
    odds: list[float] = []
    answerable: list[bool] = []
    for query in read_rows(folder / SIGN):
        asked, _, evidence = assistant.gather(
            query["text"], Conversation(), Filters(documents=frozenset({query["passage"]}))
        )
        if not evidence:
            continue
        measured = measure(asked, evidence, state.lexicon, rules.answerability)
        odds.append(stated.probability(measured))
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


if __name__ == "__main__":
    raise SystemExit(print_table(sys.argv[1:], "clapnq_dev", SIGN, measure_clapnq))
