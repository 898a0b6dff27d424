"""Kill an ingest wherever it stands: the next run ends in the state of an undisturbed one. Readers notice nothing."""

import multiprocessing
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from unittest import mock

import numpy as np
import pytest

from assistant.library import LIBRARY_FILE, Library, Signal
from assistant.vector_index import VectorIndex
from ingest.sync import sync
from tests.fakes import FakeEmbedder

pytestmark = pytest.mark.slow

RANDOM_KILLS = 15
AIMED_KILLS = 1  # at each of the moments below
SEED = 20_151_117  # of the random moments; any will do
QUERIES = ("missions protect civilians", "paragraph of the fourth report", "the will to act")
POLL_SECONDS = 0.0003

# A server that has imported everything forks each child: a kill costs a run, not an import.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["chromadb", "ingest.sync", "ingest.loading", "tests.fakes"])


@dataclass(frozen=True)
class State:
    """What an ingest leaves, as far as anyone can see."""

    stamp: str
    passages: tuple[object, ...]
    tokens: dict[str, bytes]
    found: list[list[tuple[str, float]]]
    integrity: str


def ingest(corpus: Path, data: Path, started: Connection | None = None) -> None:
    embedder = FakeEmbedder()
    library = Library.open(data / LIBRARY_FILE, identity=embedder.identity)
    if started:
        started.send(True)
    sync(corpus, library, embedder, data / "index")


def state_of(data: Path) -> State:
    embedder = FakeEmbedder()
    library = Library.open(data / LIBRARY_FILE, identity=embedder.identity)
    index = VectorIndex.open(data / "index", library)
    passages = library.passages()
    tokens = library.token_vectors([passage.id for passage in passages])
    found = [
        [(passage_id, round(cosine, 4)) for passage_id, cosine in index.search(signal, vector, 5, None)]
        for vector in embedder.embed(QUERIES)
        for signal in Signal
    ]
    with sqlite3.connect(library.path) as connection:
        integrity = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    library.close()
    return State(library.stamp(), passages, {key: value.tobytes() for key, value in tokens.items()}, found, integrity)


def write_report(corpus: Path, number: int, paragraphs: int = 40) -> None:
    words = ("missions", "civilians", "mandate", "council", "prevention", "states", "will", "force", "report", "act")
    pick = random.Random(number)
    body = "\n\n".join(
        f"## Part {i}\n\nParagraph {i} of report {number} says this. "
        + " ".join(pick.choices(words, k=25)).capitalize()
        + "."
        for i in range(paragraphs)
    )
    (corpus / f"report-{number}.md").write_text(f"# Report {number}\n\n{body}\n")


@dataclass(frozen=True)
class Scene:
    """A library of three reports, a folder with three more, one of them edited; and where an ingest of it ends."""

    corpus: Path
    before: Path
    before_ids: set[str]
    after: State
    seconds: float  # of an undisturbed ingest


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    root = tmp_path_factory.mktemp("crash")
    corpus, before, after = root / "corpus", root / "before", root / "after"
    corpus.mkdir()
    for number in range(3):
        write_report(corpus, number)
    ingest(corpus, before)
    before_ids = {document.id for document in Library.open(before / LIBRARY_FILE).documents()}
    (corpus / "report-0.md").write_text((corpus / "report-0.md").read_text() + "\nOne more paragraph stands here.\n")
    for number in range(3, 6):
        write_report(corpus, number)
    shutil.copytree(before, after)
    child, started = start(corpus, after)
    started.recv()
    begun = time.perf_counter()
    child.join(120)
    assert child.exitcode == 0
    return Scene(corpus, before, before_ids, state_of(after), time.perf_counter() - begun)


def launch(child: BaseProcess) -> None:
    """Start a process. A test of a Streamlit page before this one leaves its script as the main module, which a child
    would run again.
    """
    with mock.patch.dict(sys.modules, {"__main__": ModuleType("__main__")}):
        child.start()


def start(corpus: Path, data: Path) -> tuple[BaseProcess, Connection]:
    receiver, sender = processes.Pipe(duplex=False)
    child = processes.Process(target=ingest, args=(corpus, data, sender), daemon=True)
    launch(child)
    sender.close()
    return child, receiver


def kill_and_mend(scene: Scene, data: Path, when: Callable[[BaseProcess], None], held: set[str]) -> bool:
    """Start an ingest, kill it when `when` returns, ingest again; whether the kill came before the end."""
    child, started = start(scene.corpus, data)
    started.recv()
    when(child)
    child.kill()
    child.join(60)
    killed = child.exitcode == -9

    library = Library.open(data / LIBRARY_FILE)
    assert {document.id for document in library.documents()} >= held, "a document was lost"
    for document in library.documents():
        assert library.document(document.id).text
    ingest(scene.corpus, data)
    assert state_of(data) == scene.after
    assert len(list((data / "index").glob("gen-*"))) <= 2
    return killed


def test_the_undisturbed_run_is_right(scene: Scene) -> None:
    assert scene.after.integrity == "ok"
    assert len(scene.after.passages) > 200
    assert all(len(found) == 5 for found in scene.after.found)


def test_killed_at_random_moments_the_next_run_ends_in_the_same_state(scene: Scene, tmp_path: Path) -> None:
    moments = random.Random(SEED)
    killed = 0
    for attempt in range(3 * RANDOM_KILLS):
        data = tmp_path / str(attempt)
        empty = attempt % 3 == 0  # the first ingest ever, or one into a library that is in use
        if not empty:
            shutil.copytree(scene.before, data)
        delay = moments.uniform(0, scene.seconds)
        killed += kill_and_mend(scene, data, lambda _, d=delay: time.sleep(d), set() if empty else scene.before_ids)
        shutil.rmtree(data)
        if killed == RANDOM_KILLS:
            break
    assert killed == RANDOM_KILLS


# What the builder and Chroma leave to be seen, in the order in which it comes: (pattern, number of files, bytes).
MOMENTS = {
    "the folder is made": ("", 1, 0),
    "the database is made": ("chroma.sqlite3", 1, 0),
    "its tables are made": ("chroma.sqlite3", 1, 100_000),
    "it writes a transaction": ("chroma.sqlite3-journal", 1, 0),
    "the first vectors are in the database": ("chroma.sqlite3", 1, 220_000),
    "the first graph is begun": ("*/data_level0.bin", 1, 0),
    "the first graph is written": ("*/data_level0.bin", 1, 1),
    "its directory is written": ("*/index_metadata.pickle", 1, 0),
    "the second graph is begun": ("*/data_level0.bin", 2, 0),
    "the third graph is begun": ("*/data_level0.bin", 3, 0),
    "the third graph is whole": ("*/index_metadata.pickle", 3, 1),
    "the seal is written": ("seal.json*", 1, 0),
    "the pointer is written": ("../current.new", 1, 0),
    "the pointer is switched": ("../current", 1, 0),
}


def has_come(moment: str, data: Path, before: Path) -> bool:
    pattern, count, size = MOMENTS[moment]
    index = data / "index"
    if moment == "the pointer is switched":
        return (index / "current").read_bytes() != (before / "index/current").read_bytes()
    old = {path.name for path in (before / "index").glob("gen-*")}
    folders = [folder for folder in index.glob("gen-*") if folder.name not in old]
    if pattern.startswith("../"):
        return (index / pattern[3:]).exists()
    seen = [path for folder in folders for path in (folder.glob(pattern) if pattern else [folder])]
    try:
        return sum(path.stat().st_size >= size for path in seen) >= count
    except FileNotFoundError:  # a journal that has gone in between
        return False


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_while_chroma_writes_the_next_run_ends_in_the_same_state(
    scene: Scene, tmp_path: Path, moment: str
) -> None:
    data = tmp_path / "data"

    def watch(child: BaseProcess) -> None:
        while child.is_alive() and not has_come(moment, data, scene.before):
            time.sleep(POLL_SECONDS)

    killed = 0
    for _ in range(6 * AIMED_KILLS):  # a moment may pass between two looks
        shutil.copytree(scene.before, data)
        killed += kill_and_mend(scene, data, watch, scene.before_ids)
        shutil.rmtree(data)
        if killed == AIMED_KILLS:
            return
    pytest.fail(f"the ingest was killed only {killed} times when {moment}")


def test_a_reader_answers_during_an_ingest_in_another_process_and_sees_its_documents_afterwards(
    scene: Scene, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(scene.before, data)
    embedder = FakeEmbedder()
    library = Library.open(data / LIBRARY_FILE, identity=embedder.identity)
    index = VectorIndex.open(data / "index", library)
    vectors = embedder.embed(QUERIES)
    child, started = start(scene.corpus, data)
    started.recv()

    answers = 0
    slowest = 0.0
    while child.is_alive():
        begun = time.perf_counter()
        for signal in Signal:
            found = index.search(signal, vectors[answers % len(vectors)], 5, None)
            assert len(found) == 5
            assert len(library.passages_by_id([passage_id for passage_id, _ in found])) >= 4  # one may go meanwhile
        slowest = max(slowest, time.perf_counter() - begun)
        answers += 1

    assert child.exitcode == 0
    assert answers > 3
    assert slowest < 5
    assert index.stamp == library.stamp() == scene.after.stamp
    new = library.passages("report-4")[0]
    own = next(vector for key, _, _, vector in library.vectors(Signal.TEXT) if key == new.id)
    best = index.search(Signal.TEXT, np.asarray(own), 1, None)[0]
    assert best[1] == pytest.approx(1.0, abs=1e-4)


def read(data: Path, started: Connection) -> None:
    library = Library.open(data / LIBRARY_FILE)
    started.send(True)
    for _ in range(50):
        VectorIndex.open(data / "index", library)


def test_a_killed_reader_leaves_the_generation_as_it_was(scene: Scene, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(scene.before, data)
    before = state_of(data)
    pointer = (data / "index/current").read_bytes()
    moments = random.Random(SEED)
    for _ in range(6):
        receiver, sender = processes.Pipe(duplex=False)
        reader = processes.Process(target=read, args=(data, sender), daemon=True)
        launch(reader)
        receiver.recv()
        time.sleep(moments.uniform(0, 0.2))
        reader.kill()
        reader.join(60)
        assert reader.exitcode == -9
        assert state_of(data) == before
    assert (data / "index/current").read_bytes() == pointer
