"""The vector index: exact on small libraries, rebuilt whenever it is missing, stale or broken, and safe to share."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Collection
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from assistant import chroma, generations, vector_index
from assistant.errors import LibraryError
from assistant.library import LIBRARY_FILE, Library, Signal
from assistant.vector_index import VectorIndex
from tests.fakes import FakeEmbedder, make_document, put_document

EMBEDDER = FakeEmbedder()
QUERY = EMBEDDER.embed(["missions protect civilians"])[0]
ANY = (Signal.TEXT, QUERY, 3, None)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.open(tmp_path / LIBRARY_FILE, identity=EMBEDDER.identity)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def add(library: Library, *names: str, paragraphs: int = 8) -> None:
    for name in names:
        texts = [f"Paragraph {i} of {name} is about mission {i * i}. Civilians number {i}." for i in range(paragraphs)]
        put_document(library, make_document(name, *texts), EMBEDDER)


def exact(
    library: Library, signal: Signal, limit: int, document_ids: Collection[str] | None
) -> list[tuple[str, float]]:
    """The definition of what a search returns."""
    best: dict[str, float] = {}
    for _, passage_id, document_id, vector in library.vectors(signal):
        if document_ids is None or document_id in document_ids:
            best[passage_id] = max(best.get(passage_id, -1.0), float(vector @ QUERY))
    return sorted(best.items(), key=lambda hit: (-hit[1], hit[0]))[:limit]


def same(found: list[tuple[str, float]], expected: list[tuple[str, float]]) -> bool:
    return len(found) == len(expected) and np.allclose([c for _, c in found], [c for _, c in expected], atol=1e-5)


def folders(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("gen-*")}


# -- what a search returns -------------------------------------------------------------------------------------------


def test_the_nearest_passages_are_those_of_an_exact_search(library: Library, folder: Path) -> None:
    add(library, "a", "b", "c")
    index = VectorIndex.open(folder, library)
    restrictions: tuple[set[str] | None, ...] = (None, {"b"}, {"a", "c"}, {"absent"})
    for signal, limit, documents in product(Signal, (1, 5, 1000), restrictions):
        found = index.search(signal, QUERY, limit, documents)
        assert same(found, exact(library, signal, limit, documents)), (signal, limit, documents)
        assert len(library.known([passage_id for passage_id, _ in found])) == len(found)


def test_a_passage_of_many_sentences_does_not_crowd_out_the_others(library: Library, folder: Path) -> None:
    long = " ".join(f"Missions protect civilians {i}." for i in range(60))
    put_document(library, make_document("long", long, "Something else.", "A third thing."), EMBEDDER)
    found = VectorIndex.open(folder, library).search(Signal.SENTENCE, QUERY, 3, None)
    assert same(found, exact(library, Signal.SENTENCE, 3, None))


@pytest.mark.parametrize("passages", [0, 1, 2])
def test_the_smallest_libraries_can_be_searched(library: Library, folder: Path, passages: int) -> None:
    if passages:
        put_document(library, make_document("a", *["One sentence only."] * passages), EMBEDDER)
    index = VectorIndex.open(folder, library)
    for signal in Signal:
        assert same(index.search(signal, QUERY, 5, None), exact(library, signal, 5, None))
    assert index.search(Signal.TEXT, -QUERY, 5, None) == [] or passages
    assert len(index.search(Signal.TEXT, -QUERY, 1, None)) == min(1, passages)


def test_nothing_is_asked_for_and_nothing_returned(library: Library, folder: Path) -> None:
    add(library, "a")
    index = VectorIndex.open(folder, library)
    assert index.search(Signal.TEXT, QUERY, 0, None) == []
    assert index.search(Signal.TEXT, QUERY, 5, set()) == []


def test_a_vector_of_another_length_is_a_mistake_of_the_caller_not_of_the_index(library: Library, folder: Path) -> None:
    add(library, "a")
    index = VectorIndex.open(folder, library)
    before = folders(folder)
    with pytest.raises(ValueError, match=r"shape \(8,\) cannot be searched among 16-d"):
        index.search(Signal.TEXT, QUERY[:8], 5, None)
    assert folders(folder) == before


# -- when it is built ------------------------------------------------------------------------------------------------


def test_opening_again_builds_nothing(library: Library, folder: Path) -> None:
    add(library, "a", "b")
    VectorIndex.open(folder, library)
    before = folders(folder)
    again = VectorIndex.open(folder, library)
    assert same(again.search(*ANY), exact(library, Signal.TEXT, 3, None))
    assert again.stamp == library.stamp()
    assert folders(folder) == before


def test_a_changed_library_is_searched_as_it_is_now_without_embedding_again(library: Library, folder: Path) -> None:
    add(library, "a", "b")
    index = VectorIndex.open(folder, library)
    add(library, "c")
    library.remove("a")
    embedded = len(EMBEDDER.encoded)
    assert same(index.search(Signal.TEXT, QUERY, 50, None), exact(library, Signal.TEXT, 50, None))
    assert index.stamp == library.stamp()
    assert len(EMBEDDER.encoded) == embedded


def test_only_the_current_generation_and_the_one_before_it_are_kept(library: Library, folder: Path) -> None:
    index = VectorIndex.open(folder, library)
    seen = [generations.current(folder)]
    for name in "abcd":
        add(library, name)
        index.refresh()
        seen.append(generations.current(folder))
    assert folders(folder) == {path.name for path in seen[-2:] if path}


def test_an_index_whose_files_were_swept_away_by_later_builds_moves_on(library: Library, folder: Path) -> None:
    add(library, "a")
    old = VectorIndex.open(folder, library)
    other = VectorIndex.open(folder, library)
    other.rebuild()
    other.rebuild()
    shutil.rmtree(folder / "gen-none", ignore_errors=True)
    for _ in range(3):
        assert same(old.search(*ANY), exact(library, Signal.TEXT, 3, None))


# -- broken generations ----------------------------------------------------------------------------------------------


GRAPH_FILES = ("data_level0.bin", "header.bin", "link_lists.bin", "index_metadata.pickle", "length.bin")


@pytest.mark.parametrize(
    ("name", "how"),
    [
        *((name, "garbage") for name in GRAPH_FILES),  # opening some of these ends the process
        ("data_level0.bin", "missing"),
        ("header.bin", "truncated"),
        ("chroma.sqlite3", "garbage"),
        ("chroma.sqlite3", "truncated"),
        ("chroma.sqlite3", "missing"),
        ("seal.json", "garbage"),
        ("seal.json", "missing"),
        ("seal.json", "[1]"),
        ("gen-*", "missing"),
        ("current", "garbage"),
        ("current", "missing"),
        ("current", "gen-none"),
        ("current", "gen-/../.."),
    ],
)
def test_a_broken_generation_is_built_anew_without_embedding(
    library: Library, folder: Path, name: str, how: str
) -> None:
    add(library, "a", "b")
    VectorIndex.open(folder, library)
    before = folders(folder)
    for path in list(folder.rglob(name)):
        damage(path, how)
    embedded = len(EMBEDDER.encoded)

    index = VectorIndex.open(folder, library)

    assert same(index.search(*ANY), exact(library, Signal.TEXT, 3, None))
    current = generations.current(folder)
    assert current
    assert current.name not in before
    assert len(EMBEDDER.encoded) == embedded


def damage(path: Path, how: str) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    elif how == "missing":
        path.unlink()
    elif how == "truncated":
        os.truncate(path, path.stat().st_size // 2)
    elif how == "garbage":
        path.write_bytes(os.urandom(max(64, path.stat().st_size)))
    else:
        path.write_text(how)


def test_what_a_killed_build_left_is_removed_by_the_next(library: Library, folder: Path) -> None:
    unfinished = generations.new_folder(folder, library.stamp())
    (unfinished / "chroma.sqlite3").write_bytes(b"half")
    VectorIndex.open(folder, library)
    assert unfinished.name not in folders(folder)
    assert len(folders(folder)) == 1


def test_a_generation_that_does_not_find_its_vectors_is_never_made_current(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(library, "a")
    index = VectorIndex.open(folder, library)
    current = generations.current(folder)
    add(library, "b")
    monkeypatch.setattr(chroma, "CHECKED_SHARE", 1.1)
    with pytest.raises(LibraryError, match=r"8 of 8 text vectors are found again.*see that the disk has room"):
        VectorIndex.open(folder, library).rebuild()
    assert generations.current(folder) == current
    assert len(folders(folder)) == 1
    assert {i.split(":")[0] for i, _ in index.search(Signal.TEXT, QUERY, 50, None)} == {"a"}


def test_a_place_that_cannot_be_written_is_named(library: Library, folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    with pytest.raises(LibraryError, match=f"cannot be built in {folder}.*this user may write there") as refused:
        VectorIndex.open(folder, library)
    assert "\n" not in str(refused.value)


# -- at once ---------------------------------------------------------------------------------------------------------


def test_while_another_ingests_the_generation_before_is_used_without_what_is_gone(
    library: Library, folder: Path
) -> None:
    add(library, "a", "b")
    VectorIndex.open(folder, library)
    writer = Library.open(library.path)
    with writer.exclusive(0):
        add(writer, "c")
        writer.remove("a")
        for index in (VectorIndex.open(folder, library), VectorIndex.open(folder, library)):
            found = {i.split(":")[0] for i, _ in index.search(Signal.TEXT, QUERY, 50, None)}
            assert found == {"b"}
            assert len(index.search(Signal.TEXT, QUERY, 5, None)) == 5
    assert {i.split(":")[0] for i, _ in index.search(Signal.TEXT, QUERY, 50, None)} == {"b", "c"}


def test_the_first_generation_is_waited_for_but_not_for_ever(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_index, "BUILD_WAIT_SECONDS", 0.1)
    add(library, "a")
    writer = Library.open(library.path)
    with writer.exclusive(0), pytest.raises(LibraryError, match=f"is being written by process {os.getpid()}"):
        VectorIndex.open(folder, library)
    assert VectorIndex.open(folder, library).search(*ANY)


def test_threads_search_while_the_library_changes(library: Library, folder: Path) -> None:
    add(library, "a")
    index = VectorIndex.open(folder, library)
    stop = threading.Event()
    wrong: list[object] = []

    def read() -> None:
        while not stop.is_set():
            try:
                found = index.search(Signal.SENTENCE, QUERY, 5, None)
            except Exception as error:
                wrong.append(error)
                return
            if len(found) != 5:
                wrong.append(found)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for name in "bcd":
        add(library, name)
        index.refresh()
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    index.refresh()
    assert index.stamp == library.stamp()


READER = """
import sys
from pathlib import Path
from assistant.library import Library, Signal
from assistant.vector_index import VectorIndex
from tests.test_vector_index import QUERY, exact, same
library = Library.open(Path(sys.argv[1]))
for _ in range(5):
    index = VectorIndex.open(Path(sys.argv[2]), library)
    for signal in Signal:
        assert same(index.search(signal, QUERY, 5, None), exact(library, signal, 5, None))
    index = None
"""


def test_processes_read_one_generation_at_once_and_change_none_of_its_graphs(library: Library, folder: Path) -> None:
    add(library, *"abcdef", paragraphs=40)
    VectorIndex.open(folder, library)
    generation = generations.current(folder)
    assert generation
    command = [sys.executable, "-c", READER, str(library.path), str(folder)]
    root = Path(__file__).resolve().parent.parent
    environment = {**os.environ, "PYTHONPATH": str(root)}
    readers = [subprocess.Popen(command, cwd=root, env=environment, stderr=subprocess.PIPE) for _ in range(3)]
    for reader in readers:
        _, errors = reader.communicate(timeout=120)
        assert reader.returncode == 0, errors.decode()
    assert generations.current(folder) == generation
    assert generations.read_seal(generation)
