"""The plain pipeline that every tutorial builds: split each file every 1,000 characters, embed, take the nearest.

It knows nothing of structure, words, conversation or refusal. It stays as the yardstick: a question set on which it
does well is too easy, and a signal that does not beat it is not worth its cost. It finds passages and writes nothing.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.domain import (
    ANSWERED,
    Answer,
    Conversation,
    DocumentMetadata,
    Filters,
    Hit,
    Locator,
    Mode,
    Passage,
    PassageKind,
)
from assistant.embedding import Embedder, Vectors
from assistant.errors import AssistantError

if TYPE_CHECKING:
    from assistant.library import Library

CHUNK_CHARACTERS = 1000
OVERLAP_CHARACTERS = 200
TOP_K = 10
NO_CONVERSATION = Conversation()
NO_FILTERS = Filters()
TEXT_SUFFIXES = {".md", ".markdown", ".txt"}


@dataclass(frozen=True, slots=True)
class PlainPipeline:
    """Dense search over fixed-size pieces of the source files."""

    documents: Mapping[str, DocumentMetadata]
    chunks: tuple[Passage, ...]  # here start and end are spans of the source file, not of the Document's text
    vectors: Vectors  # f32[len(chunks), d], unit length
    embedder: Embedder

    @classmethod
    def build(
        cls, documents: Sequence[DocumentMetadata], texts: Mapping[str, str], embedder: Embedder
    ) -> "PlainPipeline":
        """Split and embed `texts` (document id -> source text).

        Raises:
            AssistantError: the text splitter is not installed.
        """
        chunks = tuple(chunk for metadata in documents for chunk in _split(metadata, texts[metadata.id]))
        vectors = embedder.embed([chunk.text for chunk in chunks])
        return cls({metadata.id: metadata for metadata in documents}, chunks, vectors, embedder)

    def answer(
        self,
        question: str,
        conversation: Conversation = NO_CONVERSATION,  # noqa: ARG002  as an Assistant's
        filters: Filters = NO_FILTERS,
    ) -> Answer:
        """The ten chunks nearest to the question by cosine, as hits; the conversation is ignored."""
        began = time.perf_counter()
        scores = self.vectors @ self.embedder.embed([question])[0]
        admitted = [i for i in np.argsort(-scores) if filters.admit(self.documents[self.chunks[i].document_id])]
        hits = tuple(Hit(self.chunks[i], float(scores[i]), rank) for rank, i in enumerate(admitted[:TOP_K], start=1))
        timings = {"total": (time.perf_counter() - began) * 1000}
        return Answer(question, question, ANSWERED, Mode.EXTRACTIVE, hits=hits, timings_ms=timings)


def read_texts(library: "Library", corpus_dir: Path) -> dict[str, str]:
    """Each document's source as a plain pipeline reads it: the file where it is text, else the Document's text."""
    texts: dict[str, str] = {}
    for metadata in library.documents():
        path = corpus_dir / metadata.file_name
        as_is = path.suffix.lower() in TEXT_SUFFIXES and path.is_file()
        texts[metadata.id] = path.read_text(encoding="utf-8") if as_is else library.document(metadata.id).text
    return texts


def _split(metadata: DocumentMetadata, text: str) -> list[Passage]:
    try:
        from langchain_text_splitters import RecursiveCharacterTextSplitter
    except ImportError as error:
        raise AssistantError(
            "langchain-text-splitters is not installed; run: pip install 'policy-assistant[eval]'"
        ) from error
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_CHARACTERS, chunk_overlap=OVERLAP_CHARACTERS, add_start_index=True
    )
    chunks: list[Passage] = []
    for position, piece in enumerate(splitter.create_documents([text])):
        start = int(piece.metadata["start_index"])
        chunks.append(
            Passage(
                id=f"{metadata.id}/plain/{position}",
                document_id=metadata.id,
                position=position,
                kind=PassageKind.BODY,
                text=piece.page_content,
                start=start,
                end=start + len(piece.page_content),
                locator=Locator(),
                pages=(),
                paragraphs=(),
                sentences=(),
            )
        )
    return chunks
