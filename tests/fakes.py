"""Small stand-ins for the edges, and makers of small real values. Append; keep each one small."""

import hashlib
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from assistant.domain import (
    Block,
    BlockKind,
    Document,
    DocumentMetadata,
    Locator,
    Passage,
    PassageKind,
    Sentence,
)
from assistant.embedding import EmbedderIdentity, Encoding, Vectors
from assistant.library import Library, PassageVectors

FAKE_DIMENSION = 16


class FakeEmbedder:
    """Each word is one token with a vector that follows from its letters; a text is the mean of its words."""

    max_tokens = 256

    def __init__(self, name: str = "fake") -> None:
        self.identity = EmbedderIdentity(name, hashlib.sha256(name.encode()).hexdigest(), FAKE_DIMENSION)
        self.encoded: list[str] = []  # every text that it was asked for

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.stack([e.vector for e in self.encode(texts)]) if texts else np.zeros((0, FAKE_DIMENSION), np.float32)

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        self.encoded += texts
        return [self._encode(text) for text in texts]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_words(text)) + 2 for text in texts]

    def token_spans(self, texts: Sequence[str]) -> list[tuple[tuple[int, int], ...]]:
        return [tuple(_words(text)) for text in texts]

    def knows_word(self, word: str) -> bool:
        return word.islower()

    def _encode(self, text: str) -> Encoding:
        spans = tuple(_words(text))
        words = np.array([_word_vector(text[a:b]) for a, b in spans], np.float32).reshape(-1, FAKE_DIMENSION)
        return Encoding(_unit(words.sum(axis=0) if spans else _word_vector("")), words, spans)


def _words(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"\w+", text)]


def _word_vector(word: str) -> Vectors:
    digest = hashlib.sha256(word.lower().encode()).digest()[:FAKE_DIMENSION]
    return _unit(np.frombuffer(digest, np.uint8).astype(np.float32) - 127.5)


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def make_document(document_id: str, *paragraphs: str, heading: str = "Findings", **metadata: Any) -> Document:
    """A document of one heading and these paragraphs."""
    texts = (heading, *paragraphs)
    text = "\n\n".join(texts)
    starts = np.cumsum([0, *(len(t) + 2 for t in texts)])
    blocks = tuple(
        Block(
            kind=BlockKind.PARAGRAPH if i else BlockKind.HEADING,
            text=t,
            start=int(starts[i]),
            end=int(starts[i]) + len(t),
            locator=Locator(section=(heading,)),
            level=0 if i else 1,
        )
        for i, t in enumerate(texts)
    )
    known = {
        "title": f"Title of {document_id}",
        "file_name": f"{document_id}.md",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    return Document(DocumentMetadata(id=document_id, **{**known, **metadata}), text, blocks)


def make_passages(document: Document) -> tuple[Passage, ...]:
    """One passage a paragraph; a sentence ends with ". "."""
    passages: list[Passage] = []
    for number, block in enumerate(document.blocks):
        if block.kind is BlockKind.HEADING:
            continue
        cuts = [0, *(m.end() for m in re.finditer(r"\. ", block.text)), len(block.text) + 1]
        sentences = tuple(
            Sentence(block.text[a : b - 1], block.start + a, block.start + b - 1, block.kind, number)
            for a, b in pairwise(cuts)
        )
        digest = hashlib.sha256(block.text.encode()).hexdigest()[:8]
        passages.append(
            Passage(
                id=f"{document.metadata.id}:{len(passages)}:{digest}",
                document_id=document.metadata.id,
                position=len(passages),
                kind=PassageKind.BODY,
                text=block.text,
                start=block.start,
                end=block.end,
                locator=block.locator,
                pages=(),
                paragraphs=(),
                sentences=sentences,
            )
        )
    return tuple(passages)


def make_vectors(document: Document, passages: Sequence[Passage], embedder: FakeEmbedder) -> list[PassageVectors]:
    """What ingest would store for these passages."""
    vectors: list[PassageVectors] = []
    for passage in passages:
        context = f"{document.metadata.title} › {' › '.join(passage.locator.section)}\n{passage.text}"
        encoding = embedder.encode([passage.text])[0]
        vectors.append(
            PassageVectors(
                text=encoding.vector,
                context=embedder.embed([context])[0],
                sentences=embedder.embed([sentence.text for sentence in passage.sentences]),
                tokens=np.rint(encoding.token_vectors * 127).astype(np.int8),
            )
        )
    return vectors


def put_document(library: Library, document: Document, embedder: FakeEmbedder) -> None:
    """Store a document the way ingest would."""
    passages = make_passages(document)
    library.put(document, passages, make_vectors(document, passages, embedder), made_from=document.metadata.sha256)


def lay_out(document_id: str, *lines: str) -> Document:
    """A document of lines: "# Heading", "- item", "-- inner item", and paragraphs."""
    kinds = {"#": (BlockKind.HEADING, 1), "-": (BlockKind.LIST_ITEM, 0), "--": (BlockKind.LIST_ITEM, 1)}
    blocks: list[Block] = []
    section: tuple[str, ...] = ()
    start = 0
    for line in lines:
        mark, _, rest = line.partition(" ")
        kind, level = kinds.get(mark, (BlockKind.PARAGRAPH, 0))
        text = rest if mark in kinds else line
        if kind is BlockKind.HEADING:
            section = (text,)
        blocks.append(Block(kind, text, start, start + len(text), Locator(section), level))
        start += len(text) + 2
    text = "\n\n".join(block.text for block in blocks)
    digest = hashlib.sha256(text.encode()).hexdigest()
    metadata = DocumentMetadata(document_id, f"Title of {document_id}", f"{document_id}.md", digest)
    return Document(metadata, text, tuple(blocks))
