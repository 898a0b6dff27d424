"""Does `assistant.answerability` know what a text does not say? Measured on questions of SQuAD 2.0.

    python -m evals.benchmarks.squad2 FOLDER

FOLDER holds `squad2/` (or is it): corpus.jsonl with Wikipedia paragraphs, queries_sample1000.jsonl with 500 questions
that they answer and 500 made to look like them that they do not. The production Assistant reads every article as a
document and answers every question; the area under the curve (chance that an answerable question scores above an
unanswerable one) is given for the best similarity alone, for the model as calibrated on the project's own questions,
and for the same features with weights learnt here, in ten folds.
"""

import hashlib
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np

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
from assistant.library import Library, PassageVectors
from evals.benchmarks.public_sets import open_assistant, print_table, read_rows
from evals.calibration import FEATURES, auc, measure_questions, out_of_fold

SIGN = "queries_sample1000.jsonl"
PASSAGE_WORDS = 110  # as long as the passages that ingest makes
SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)\]]*\s+(?=[\"“‘(\[]?[A-Z0-9])")
FOLDS = 10


def make_library(rows: Sequence[Mapping[str, str]], embedder: Embedder, path: Path) -> Library:
    """A library with one document per article (`rows` in order: `title`, `text`), its paragraphs cut at sentences."""
    library = Library.open(path, identity=embedder.identity)
    for title, group in groupby(rows, key=lambda row: row["title"]):
        document = _document(title, [" ".join(row["text"].split()) for row in group])
        passages = [passage for block in document.blocks for passage in _passages(document, block)]
        numbered = [_with_position(passage, position) for position, passage in enumerate(passages)]
        library.put(document, numbered, passage_vectors(document.metadata.title, numbered, embedder))
        print(f"{document.metadata.title}: {len(numbered)} passages", file=sys.stderr)
    return library


def _document(title: str, paragraphs: Sequence[str]) -> Document:
    name = title.replace("_", " ")
    text = "\n\n".join(paragraphs)
    starts = np.cumsum([0, *(len(paragraph) + 2 for paragraph in paragraphs)])
    blocks = tuple(
        Block(BlockKind.PARAGRAPH, paragraph, int(start), int(start) + len(paragraph), Locator(section=(name,)))
        for paragraph, start in zip(paragraphs, starts, strict=False)
    )
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Document(DocumentMetadata(id=title.lower(), title=name, file_name=title, sha256=digest), text, blocks)


def _passages(document: Document, block: Block) -> list[Passage]:
    cuts = [block.start, *(block.start + m.end() for m in SENTENCE_END.finditer(block.text)), block.end]
    groups: list[list[Sentence]] = []
    length = PASSAGE_WORDS
    for start, cut in pairwise(cuts):
        end = start + len(document.text[start:cut].rstrip())
        sentence = Sentence(document.text[start:end], start, end, BlockKind.PARAGRAPH, document.blocks.index(block))
        count = len(sentence.text.split())
        if length + count > PASSAGE_WORDS:
            groups.append([])
            length = 0
        groups[-1].append(sentence)
        length += count
    return [_passage(document, group, block.locator) for group in groups]


def _passage(document: Document, sentences: Sequence[Sentence], locator: Locator) -> Passage:
    start, end = sentences[0].start, sentences[-1].end
    text = document.text[start:end]
    return Passage(
        id=f"{document.metadata.id}:{start}",
        document_id=document.metadata.id,
        position=0,
        kind=PassageKind.BODY,
        text=text,
        start=start,
        end=end,
        locator=locator,
        pages=(),
        paragraphs=(),
        sentences=tuple(sentences),
    )


def _with_position(passage: Passage, position: int) -> Passage:
    return replace(passage, position=position)


def passage_vectors(title: str, passages: Sequence[Passage], embedder: Embedder) -> list[PassageVectors]:
    """The vectors that ingest would store."""
    encodings = embedder.encode([passage.text for passage in passages])
    contexts = embedder.embed([f"{title}\n{passage.text}" for passage in passages])
    sentences = embedder.embed([sentence.text for passage in passages for sentence in passage.sentences])
    found = []
    first = 0
    for passage, encoding, context in zip(passages, encodings, contexts, strict=True):
        last = first + len(passage.sentences)
        tokens = np.rint(encoding.token_vectors * 127).astype(np.int8)
        found.append(PassageVectors(encoding.vector, context, sentences[first:last], tokens))
        first = last
    return found


def measure_squad2(folder: Path, library_file: Path) -> str:
    """The table, as text. The library is made in `library_file` unless it is there."""
    assistant = open_assistant(folder / "corpus.jsonl", library_file, make_library)
    queries = read_rows(folder / SIGN)
    seen = measure_questions(assistant, [(query["text"], Conversation(), Filters()) for query in queries])
    kept = [(m, query["answerability"] == "ANSWERABLE") for m, query in zip(seen, queries, strict=True) if m]
    labels = np.array([answerable for _, answerable in kept])
    topic, stated = assistant.rules.answerability.models(jointly=assistant.reader is not None)
    learnt = out_of_fold(np.array([[asdict(m)[f] for f in FEATURES] for m, _ in kept]), labels, folds=FOLDS)
    rows = {
        "similarity alone": np.array([measured.similarity for measured, _ in kept]),
        "as calibrated on the project's questions": np.array(
            [topic.probability(m) * stated.probability(m) for m, _ in kept]
        ),
        "same features, weights learnt here (ten folds)": learnt,
    }
    lines = [f"{len(kept)} questions, {int(labels.sum())} of them answerable", "area under the curve"]
    return "\n".join([*lines, *(f"  {auc(labels, scores):.3f}  {name}" for name, scores in rows.items())])


if __name__ == "__main__":
    raise SystemExit(print_table(sys.argv[1:], "squad2", SIGN, measure_squad2))
