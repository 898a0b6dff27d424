"""What several test modules share: the five real documents in a library, made once a session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering import Assistant
from assistant.assembly import build_assistant, build_embedder, index_folder, library_path
from assistant.embedding import Embedder
from assistant.library import Library
from assistant.settings import Settings, load_settings
from ingest.sync import sync


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return build_embedder(load_settings())


@pytest.fixture(scope="session")
def corpus_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings(data_dir=tmp_path_factory.mktemp("corpus-data"), _env_file=None)


@pytest.fixture(scope="session")
def corpus_library(corpus_settings: Settings, embedder: Embedder) -> Iterator[Library]:
    library = Library.open(library_path(corpus_settings), identity=embedder.identity)
    report = sync(corpus_settings.corpus_dir, library, embedder, index_folder(corpus_settings))
    assert not report.failed
    yield library
    library.close()


@pytest.fixture(scope="session")
def corpus_assistant(corpus_settings: Settings, corpus_library: Library, embedder: Embedder) -> Assistant:
    return build_assistant(corpus_settings, embedder=embedder)


@pytest.fixture
def corpus_dir(corpus_settings: Settings) -> Path:
    return corpus_settings.corpus_dir
