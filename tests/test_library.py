"""The library file: one transaction a document, what readers see, and what is refused."""

import dataclasses
import multiprocessing
import os
import resource
import sqlite3
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from assistant import library as library_module
from assistant.domain import Document, Locator
from assistant.errors import LibraryError, UnknownDocumentError
from assistant.library import LIBRARY_FILE, Library, PassageVectors, Signal
from tests.fakes import FakeEmbedder, make_document, make_passages, make_vectors, put_document

EMBEDDER = FakeEmbedder()
PEACE = make_document("peace", "Peace is made. It is kept.", "Missions protect civilians. They report.", body="UN")
LAW = make_document("law", "States carry the responsibility to protect.", heading="Duties", date="2005-10")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.open(tmp_path / LIBRARY_FILE, identity=EMBEDDER.identity)


def put(library: Library, *documents: Document) -> None:
    for document in documents:
        put_document(library, document, EMBEDDER)


def ids(document: Document) -> list[str]:
    return [passage.id for passage in make_passages(document)]


# -- what goes in comes out ------------------------------------------------------------------------------------------


def test_a_document_and_its_passages_come_back_as_they_went_in(library: Library) -> None:
    rich = dataclasses.replace(
        PEACE,
        blocks=tuple(
            dataclasses.replace(
                block, locator=Locator(("A", "B"), 3, "iii", "7 (b)", "12"), footnotes=("1",), end_page=4
            )
            for block in PEACE.blocks
        ),
        warnings=("page 2 holds no text",),
        page_count=9,
    )
    put(library, rich, LAW)

    assert library.document("peace") == rich
    assert library.passages("peace") == make_passages(rich)
    assert library.passages() == make_passages(LAW) + make_passages(rich)
    assert library.documents() == (LAW.metadata, PEACE.metadata)
    assert library.passage_count() == 3
    assert library.made_from() == {"law": LAW.metadata.sha256, "peace": PEACE.metadata.sha256}


def test_passages_come_by_id_in_the_order_asked_and_unknown_ids_are_left_out(library: Library) -> None:
    put(library, PEACE, LAW)
    wanted = [ids(PEACE)[1], "gone", ids(LAW)[0]]
    assert list(library.passages_by_id(wanted)) == [ids(PEACE)[1], ids(LAW)[0]]
    assert library.known(wanted) == {ids(PEACE)[1], ids(LAW)[0]}


def test_vectors_come_back_bit_for_bit(library: Library) -> None:
    put(library, PEACE)
    passages = make_passages(PEACE)
    vectors = dict(zip(ids(PEACE), make_vectors(PEACE, passages, EMBEDDER), strict=True))

    for signal, of in ((Signal.TEXT, lambda v: v.text), (Signal.CONTEXT, lambda v: v.context)):
        for key, passage_id, document_id, vector in library.vectors(signal):
            assert key == passage_id
            assert document_id == "peace"
            np.testing.assert_array_equal(vector, of(vectors[passage_id]))
    sentences = list(library.vectors(Signal.SENTENCE))
    assert [key for key, _, _, _ in sentences] == [f"{i}#{n}" for i in ids(PEACE) for n in (0, 1)]
    np.testing.assert_array_equal(sentences[3][3], vectors[ids(PEACE)[1]].sentences[1])
    assert library.vector_counts() == {Signal.TEXT: 2, Signal.CONTEXT: 2, Signal.SENTENCE: 4}

    for passage_id, tokens in library.token_vectors([*ids(PEACE), "gone"]).items():
        assert tokens.dtype == np.int8
        np.testing.assert_array_equal(tokens, vectors[passage_id].tokens)
    for passage_id, rows in library.sentence_vectors(ids(PEACE)).items():
        np.testing.assert_array_equal(rows, vectors[passage_id].sentences)
    assert library.passage_vectors("peace").keys() == vectors.keys()


def test_a_passage_without_sentences_is_kept(library: Library) -> None:
    passages = [dataclasses.replace(passage, sentences=()) for passage in make_passages(LAW)]
    library.put(LAW, passages, make_vectors(LAW, passages, EMBEDDER))
    assert list(library.vectors(Signal.SENTENCE)) == []
    assert library.sentence_vectors(ids(LAW))[ids(LAW)[0]].shape == (0, 16)


def test_thirty_passages_by_id_take_less_than_two_milliseconds(library: Library) -> None:
    long = make_document("long", *(f"Sentence {i} of many. It has a second. And a third." for i in range(30)))
    put(library, long)
    wanted = ids(long)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        library.passages_by_id(wanted)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.002


def test_an_unknown_document_is_named_with_those_there_are(library: Library) -> None:
    put(library, PEACE, LAW)
    with pytest.raises(UnknownDocumentError, match=r"no document 'pease' in the library; it holds: law, peace"):
        library.document("pease")


# -- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("match", "documents", "expected"),
    [
        ("civilian", None, ["peace"]),  # the stem of "civilians"
        ("mission OR states", None, ["peace", "law"]),
        ("mission OR states", {"law"}, ["law"]),
        ("mission", {"law"}, []),
        ("mission", set(), []),
        ("absent", None, []),
        ("section: duties", None, ["law"]),
        ("title: peace", None, ["peace", "peace"]),
    ],
)
def test_word_search(library: Library, match: str, documents: set[str] | None, expected: list[str]) -> None:
    put(library, PEACE, LAW)
    found = library.search_words(match, 10, documents)
    assert sorted(library.passages_by_id([i])[i].document_id for i, _ in found) == sorted(expected)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


def test_a_column_that_weighs_more_ranks_higher(library: Library) -> None:
    title = make_document("a", "Something else is said here.", title="Protection")
    text = make_document("b", "Protection is said here.", title="Something")
    fill = [make_document(f"fill{i}", "Words of no concern.") for i in range(4)]
    put(library, title, text, *fill)
    for weights, first in (((9.0, 1.0, 1.0), "a"), ((1.0, 1.0, 9.0), "b")):
        assert library.search_words("protection", 1, None, weights)[0][0].startswith(first)
    assert len(library.search_words("protection", 1, None)) == 1


@pytest.mark.parametrize("match", ['"open', "AND", "nosuch: word", ""])
def test_what_is_not_a_query_is_refused_by_name(library: Library, match: str) -> None:
    put(library, PEACE)
    with pytest.raises(ValueError, match="is not an FTS5 query"):
        library.search_words(match, 10, None)


# -- replacing and removing ------------------------------------------------------------------------------------------


def test_a_new_version_takes_the_place_of_the_old_in_every_table(library: Library) -> None:
    put(library, PEACE, LAW)
    put(library, newer := make_document("peace", "Everything is different now."))

    assert library.document("peace") == newer
    assert library.passages("peace") == make_passages(newer)
    assert library.search_words("missions", 10, None) == []
    assert library.search_words("different", 10, None)
    assert library.vector_counts()[Signal.SENTENCE] == 2


def test_a_removed_document_leaves_nothing_behind(library: Library) -> None:
    put(library, LAW)
    before = library.stamp()
    put(library, PEACE)
    library.remove("peace")
    library.remove("never there")

    assert library.stamp() == before
    assert library.passages("peace") == ()
    assert library.search_words("missions", 10, None) == []
    with sqlite3.connect(library.path) as connection:
        for table in ("blocks", "passages", "vectors", "words"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == (2 if table == "blocks" else 1)


def test_clearing_removes_all_text_from_the_file_and_forgets_the_embedder(library: Library) -> None:
    put(library, PEACE)
    library.clear()
    assert library.documents() == ()
    assert library.identity is None
    library.close()
    assert not any(b"protect civilians" in file.read_bytes() for file in library.path.parent.iterdir())


# -- the stamp -------------------------------------------------------------------------------------------------------


def test_equal_content_has_an_equal_stamp_in_whatever_order_it_came(tmp_path: Path) -> None:
    stamps = set()
    for name, documents in {"a": [PEACE, LAW], "b": [LAW, PEACE], "c": [LAW, LAW, PEACE]}.items():
        library = Library.open(tmp_path / name / LIBRARY_FILE, identity=EMBEDDER.identity)
        put(library, *documents)
        stamps.add(library.stamp())
    assert len(stamps) == 1


@pytest.mark.parametrize(
    "changed",
    [
        make_document("peace", "Peace is made. It is kept.", "Missions protect civilians. They report!", body="UN"),
        dataclasses.replace(PEACE, metadata=dataclasses.replace(PEACE.metadata, rights="CC BY")),
        dataclasses.replace(PEACE, warnings=("page 1 holds no text",)),
        dataclasses.replace(PEACE, blocks=PEACE.blocks[:-1]),
    ],
    ids=["text", "metadata", "warnings", "blocks"],
)
def test_any_change_of_content_changes_the_stamp(library: Library, changed: Document) -> None:
    put(library, PEACE)
    before = library.stamp()
    put(library, changed)
    assert library.stamp() != before


def test_what_a_document_was_made_from_is_no_content(library: Library) -> None:
    put(library, PEACE)
    before = library.stamp()
    passages = make_passages(PEACE)
    library.put(PEACE, passages, make_vectors(PEACE, passages, EMBEDDER), made_from="another manifest")
    assert library.stamp() == before


def test_the_stamp_tells_embedders_apart(tmp_path: Path) -> None:
    one = Library.open(tmp_path / "a" / LIBRARY_FILE, identity=EMBEDDER.identity)
    other = Library.open(tmp_path / "b" / LIBRARY_FILE, identity=FakeEmbedder("other").identity)
    assert one.stamp() != other.stamp()


# -- what is refused -------------------------------------------------------------------------------------------------


def test_another_embedder_is_refused_with_the_command_that_mends_it(library: Library) -> None:
    put(library, PEACE)
    with pytest.raises(LibraryError, match=r"fake \(.*\), now other \(.*ingest --rebuild") as refused:
        Library.open(library.path, identity=FakeEmbedder("other").identity)
    assert "\n" not in str(refused.value)
    assert Library.open(library.path).identity == EMBEDDER.identity


def test_another_passage_format_is_refused(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    put(library, PEACE)
    monkeypatch.setattr(library_module, "PASSAGE_FORMAT", 99)
    with pytest.raises(LibraryError, match=r"passages of format \d+, this version reads 99; .*ingest --rebuild"):
        Library.open(library.path, identity=EMBEDDER.identity)


def test_an_empty_library_takes_another_embedder_from_its_writer_not_from_who_opens_it(library: Library) -> None:
    other = FakeEmbedder("other").identity
    reader = Library.open(library.path, identity=other)
    assert reader.identity == EMBEDDER.identity  # an ingest with it may just have begun
    reader.adopt(other)
    assert reader.identity == other
    put(library, PEACE)
    with pytest.raises(LibraryError, match=r"ingest --rebuild"):
        library.adopt(EMBEDDER.identity)


def test_a_library_that_knows_no_embedder_takes_no_document(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="does not know its embedder"):
        put(Library.open(tmp_path / LIBRARY_FILE), PEACE)


def test_what_is_not_a_library_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("no database at all, and long enough to be read as one " * 40)
    foreign = tmp_path / "foreign.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE meta (name TEXT)")
    later = tmp_path / "later" / LIBRARY_FILE
    Library.open(later)
    with sqlite3.connect(later) as connection:
        connection.execute("UPDATE meta SET value = '77' WHERE key = 'schema'")

    for path, reason in ((text, "not a readable library"), (foreign, "another database"), (later, "found 77")):
        before = path.read_bytes()
        with pytest.raises(LibraryError, match=reason) as refused:
            Library.open(path, identity=EMBEDDER.identity)
        assert str(path) in str(refused.value)
        assert "policy-assistant ingest" in str(refused.value)
        assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match="ASSISTANT_DATA_DIR"):
        Library.open(tmp_path / "file" / LIBRARY_FILE)
    with pytest.raises(LibraryError, match="ASSISTANT_DATA_DIR"):
        Library.open(tmp_path)


def test_when_the_disk_takes_no_more_the_library_is_as_it_was(library: Library) -> None:
    put(library, PEACE)
    stamp = library.stamp()
    large = make_document("large", *(f"Paragraph {i} is one of many. It fills the disk." for i in range(300)))
    passages = make_passages(large)
    vectors = make_vectors(large, passages, EMBEDDER)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    try:
        with pytest.raises(LibraryError, match="the library is as it was; free some space") as refused:
            library.put(large, passages, vectors)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "\n" not in str(refused.value)
    assert library.stamp() == stamp
    library.put(large, passages, vectors)
    assert len(library.passages("large")) == 300


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("sentences", lambda v: dataclasses.replace(v, sentences=v.sentences[:0])),
        ("dimension", lambda v: dataclasses.replace(v, text=v.text[:8])),
        ("tokens", lambda v: dataclasses.replace(v, tokens=v.tokens.astype(np.float32))),
    ],
)
def test_vectors_that_do_not_fit_are_refused(library: Library, what: str, change: object) -> None:
    passages = make_passages(LAW)
    wrong: list[PassageVectors] = [change(v) for v in make_vectors(LAW, passages, EMBEDDER)]  # type: ignore[operator]
    with pytest.raises(ValueError, match="vectors do not fit"):
        library.put(LAW, passages, wrong)
    assert library.documents() == ()


def test_a_span_that_is_not_the_documents_text_is_refused(library: Library) -> None:
    passages = [dataclasses.replace(passage, start=passage.start + 1) for passage in make_passages(LAW)]
    with pytest.raises(ValueError, match=r"law: the text at \[9:"):
        library.put(LAW, passages, make_vectors(LAW, passages, EMBEDDER))


# -- at once ---------------------------------------------------------------------------------------------------------


def test_readers_see_the_old_or_the_new_document_never_half(library: Library) -> None:
    versions = [make_document("peace", *(f"Version {v}, paragraph {i}." for i in range(1, 20))) for v in "ab"]
    put(library, versions[0])
    stop = threading.Event()
    wrong: list[object] = []

    def read() -> None:
        while not stop.is_set():
            document = library.document("peace")
            if document not in versions:
                wrong.append(document)
            texts = {passage.text[:9] for passage in library.passages("peace")}
            if len(texts) != 1:
                wrong.append(texts)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for i in range(10):
        put(library, versions[(i + 1) % 2])
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_a_reader_in_the_middle_of_all_vectors_sees_one_state(library: Library) -> None:
    put(library, PEACE, LAW)
    rows = library.vectors(Signal.TEXT)
    first = next(rows)
    library.remove("peace")
    assert [first[2], *(row[2] for row in rows)] == ["law", "peace", "peace"]
    assert [row[2] for row in library.vectors(Signal.TEXT)] == ["law"]


def test_the_lock_nests_in_its_thread_and_names_who_holds_it(library: Library) -> None:
    second = Library.open(library.path)
    with library.exclusive(0), library.exclusive(0):
        with pytest.raises(LibraryError, match=f"is being written by process {os.getpid()}; wait"), second.exclusive(0):
            pass
        put(second, PEACE)  # the lock is between runs; a single transaction needs none
    with second.exclusive(0):
        pass


def _open_and_put(path: Path, number: int) -> None:
    put_document(
        Library.open(path, identity=EMBEDDER.identity), make_document(f"d{number}", "One paragraph."), EMBEDDER
    )


def test_processes_that_find_no_library_at_once_make_one(tmp_path: Path) -> None:
    path = tmp_path / "new" / LIBRARY_FILE
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.starmap(_open_and_put, [(path, i) for i in range(4)])
    assert [d.id for d in Library.open(path).documents()] == ["d0", "d1", "d2", "d3"]
