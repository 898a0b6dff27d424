"""The only place where adapters meet."""

from pathlib import Path

from assistant import answerability, conversation, extractive, lexicon, question, retrieval
from assistant.answering import Assistant, Rules
from assistant.embedding import Embedder, SentenceTransformerEmbedder
from assistant.library import LIBRARY_FILE, Library
from assistant.messages import load_messages
from assistant.settings import Settings


def library_path(settings: Settings) -> Path:
    """The library's file."""
    return settings.data_dir / LIBRARY_FILE


def index_folder(settings: Settings) -> Path:
    """The folder of the vector index's generations."""
    return settings.data_dir / "index"


def build_embedder(settings: Settings) -> Embedder:
    """The embedding model that is set.

    Raises:
        EmbedderError: it cannot be loaded.
    """
    return SentenceTransformerEmbedder.load(settings.embedding_model)


def read_rules(settings: Settings) -> Rules:
    """All data that steers answering.

    Raises:
        DataFileError: a file is missing or malformed.
    """
    folder = settings.prompts_dir
    return Rules(
        question=question.read_rules(folder),
        follow_up=conversation.read_rules(folder),
        retrieval=retrieval.read_weights(folder, settings.retrieval_profile),
        extractive=extractive.read_rules(folder),
        answerability=answerability.read_rules(folder),
        variants=lexicon.read_variants(folder),
        messages=load_messages(folder),
    )


def build_assistant(settings: Settings, *, embedder: Embedder | None = None) -> Assistant:
    """An assistant over the library that is set; `embedder` saves loading the model again.

    Raises:
        AssistantError: a setting, a data file, the model or the library cannot be used.
    """
    embedder = embedder or build_embedder(settings)
    library = Library.open(library_path(settings), identity=embedder.identity)
    return Assistant(library, embedder, index_folder(settings), read_rules(settings))
