"""Ingest mirrors the folder: what is done again, what is left alone, and what is reported."""

import hashlib
import os
import shutil
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from reportlab.pdfgen.canvas import Canvas

from assistant.domain import Document, DocumentMetadata, Passage
from assistant.errors import AssistantError, DataFileError, LibraryError
from assistant.library import LIBRARY_FILE, Library, Signal
from assistant.vector_index import VectorIndex
from ingest import sync as sync_module
from ingest.file_report import Outcome
from ingest.passages import CountTokens
from ingest.sync import Stage, SyncProgress, SyncReport, sync
from ingest.vectors import context_of
from tests.fakes import FakeEmbedder

PEACE = """# Peace operations

## Mandates

The Security Council mandates missions. They protect civilians under threat of violence.

## Lessons

Missions fail where the will to act is missing. Prevention is cheaper than intervention.
"""
LAW = """# Responsibility to protect

Each state carries the responsibility to protect its population from genocide.
"""


@dataclass
class Place:
    """A corpus folder and the library made from it."""

    corpus: Path
    library: Library
    index: Path
    embedder: FakeEmbedder

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def manifest(self, **entries: dict[str, str]) -> None:
        lines: list[str] = []
        for name, entry in entries.items():
            digest = hashlib.sha256((self.corpus / f"{name}.md").read_bytes()).hexdigest()
            known = {"id": name, "file": f"{name}.md", "title": name.title(), "sha256": digest, **entry}
            lines += ["[[documents]]", *(f'{key} = "{value}"' for key, value in known.items())]
        self.write("manifest.toml", "\n".join(lines))

    def sync(self, *paths: Path, progress: list[SyncProgress] | None = None, replace: bool = False) -> SyncReport:
        self.embedder.encoded.clear()
        notice = None if progress is None else progress.append
        return sync(self.corpus, self.library, self.embedder, self.index, paths=paths, progress=notice, replace=replace)

    @property
    def held(self) -> dict[str, DocumentMetadata]:
        return {metadata.file_name: metadata for metadata in self.library.documents()}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    embedder = FakeEmbedder()
    library = Library.open(tmp_path / "data" / LIBRARY_FILE, identity=embedder.identity)
    found = Place(tmp_path / "corpus", library, tmp_path / "data" / "index", embedder)
    found.write("peace.md", PEACE)
    found.write("law.md", LAW)
    return found


# -- mirroring -------------------------------------------------------------------------------------------------------


def test_a_first_run_brings_in_every_file_and_its_index(place: Place) -> None:
    report = place.sync()
    assert report.added == ("law.md", "peace.md")
    assert (report.updated, report.unchanged, report.removed, report.failed, report.duplicates) == ((),) * 5
    assert report.passages == report.embedded == place.library.passage_count() > 0
    assert report.seconds > 0
    assert VectorIndex.open(place.index, place.library).stamp == place.library.stamp()
    assert "protect civilians under threat" in place.library.document("peace").text


def test_a_second_run_changes_nothing_and_embeds_nothing(place: Place) -> None:
    place.sync()
    stamp = place.library.stamp()
    generation = (place.index / "current").read_text()
    report = place.sync()
    assert report.unchanged == ("law.md", "peace.md")
    assert (report.added, report.updated, report.embedded) == ((), (), 0)
    assert place.embedder.encoded == []
    assert place.library.stamp() == stamp
    assert (place.index / "current").read_text() == generation


def test_an_edited_file_is_the_only_one_embedded_and_only_where_it_changed(place: Place) -> None:
    place.sync()
    place.write("peace.md", PEACE.replace("cheaper than intervention", "better than cure"))
    report = place.sync()
    assert (report.updated, report.unchanged) == (("peace.md",), ("law.md",))
    assert any("better than cure" in text for text in place.embedder.encoded)
    assert not any("genocide" in text or "mandates missions" in text for text in place.embedder.encoded)
    assert "better than cure" in place.library.document("peace").text
    assert place.library.search_words("cheaper", 5, None) == []


def test_a_touched_file_is_unchanged(place: Place) -> None:
    place.sync()
    os.utime(place.corpus / "peace.md", (1, 1))
    assert place.sync().unchanged == ("law.md", "peace.md")


def test_a_deleted_file_is_removed_with_its_vectors(place: Place) -> None:
    place.sync()
    (place.corpus / "law.md").unlink()
    report = place.sync()
    assert (report.removed, report.unchanged) == (("law.md",), ("peace.md",))
    assert place.held.keys() == {"peace.md"}
    found = VectorIndex.open(place.index, place.library).search(
        Signal.TEXT, place.embedder.embed(["state"])[0], 9, None
    )
    assert {i for i, _ in found} == {p.id for p in place.library.passages("peace")}


def test_the_order_of_arrival_leaves_no_trace(place: Place, tmp_path: Path) -> None:
    place.sync(place.corpus / "peace.md")
    place.write("peace.md", PEACE + "\nOne more paragraph stands here.\n")
    place.sync(place.corpus / "law.md")
    place.sync()
    at_once = Library.open(tmp_path / "other" / LIBRARY_FILE, identity=place.embedder.identity)
    sync(place.corpus, at_once, place.embedder, tmp_path / "other" / "index")
    assert place.library.stamp() == at_once.stamp()
    assert place.library.passages() == at_once.passages()


def test_files_in_subfolders_count_and_hidden_ones_do_not(place: Place) -> None:
    place.write("reports/2015/note.txt", "A note of the year. It says little.")
    for name in (".hidden.md", ".git/notes.md", "~$peace.md", "reports/.DS_Store"):
        place.write(name, "Not a document.")
    assert place.sync().added == ("law.md", "peace.md", "reports/2015/note.txt")


# -- metadata --------------------------------------------------------------------------------------------------------


def test_new_metadata_is_stored_without_embedding(place: Place) -> None:
    place.manifest(peace={"title": "Peace operations"}, law={})
    place.sync()
    place.manifest(peace={"title": "Peace operations", "body": "United Nations", "date": "2015-06"}, law={})
    report = place.sync()
    assert (report.updated, report.unchanged) == (("peace.md",), ("law.md",))
    assert place.embedder.encoded == []
    assert (place.held["peace.md"].body, place.held["peace.md"].date) == ("United Nations", "2015-06")


def test_a_new_title_is_embedded_again_since_passages_are_embedded_with_it(place: Place) -> None:
    place.manifest(peace={"title": "Peace operations"}, law={})
    place.sync()
    place.manifest(peace={"title": "Keeping the peace"}, law={})
    assert place.sync().updated == ("peace.md",)
    assert any(text.startswith("Keeping the peace") for text in place.embedder.encoded)


def test_a_new_id_takes_the_place_of_the_old(place: Place) -> None:
    place.sync()
    place.manifest(peace={"id": "operations"})
    report = place.sync()
    assert report.added == ("peace.md",)
    assert report.removed == ("peace.md",)
    assert {m.id for m in place.library.documents()} == {"operations", "law"}


# -- what is embedded ------------------------------------------------------------------------------------------------


def test_each_passage_has_the_vectors_of_its_text_context_sentences_and_tokens(place: Place) -> None:
    place.sync()
    fresh = FakeEmbedder()
    for document_id in ("peace", "law"):
        title = place.library.document(document_id).metadata.title
        vectors = place.library.passage_vectors(document_id)
        for passage in place.library.passages(document_id):
            found = vectors[passage.id]
            np.testing.assert_allclose(found.text, fresh.embed([passage.text])[0])
            np.testing.assert_allclose(found.context, fresh.embed([context_of(title, passage)])[0])
            np.testing.assert_allclose(found.sentences, fresh.embed([s.text for s in passage.sentences]))
            tokens = fresh.encode([passage.text])[0].token_vectors
            np.testing.assert_allclose(found.tokens / 127.0, tokens, atol=0.5 / 127 + 1e-6)


def test_the_context_is_title_and_section_path_before_the_text(place: Place) -> None:
    place.sync()
    passage = next(p for p in place.library.passages("peace") if p.locator.section)
    assert context_of("Title", passage) == "Title › " + " › ".join(passage.locator.section) + "\n" + passage.text
    bare = replace(passage, locator=replace(passage.locator, section=()))
    assert context_of("Title", bare) == "Title\n" + passage.text


def test_what_is_said_twice_is_embedded_once(place: Place) -> None:
    place.write("law.md", "# Notes\n\n" + "\n\n".join(["## Again\n\nThe same words are said."] * 3))
    place.sync()
    assert len(place.embedder.encoded) < 3 * len(set(place.embedder.encoded))


# -- files that cannot be used ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.md", b""),
        ("blank.txt", b" \n\n\t\n"),
        ("binary.md", bytes(range(256)) * 20),
        ("corrupt.pdf", b"%PDF-1.7\nnothing of what should follow"),
        ("sheet.xlsx", b"PK\x03\x04 and so on"),
        ("no-ending", b"Some text."),
    ],
)
def test_a_bad_file_is_reported_by_name_and_reason_and_the_others_come_in(
    place: Place, name: str, content: bytes
) -> None:
    place.write(name, content)
    report = place.sync()
    assert [failed for failed, _ in report.failed] == [name]
    reason = report.failed[0][1]
    assert reason.strip()
    assert "\n" not in reason
    assert report.added == ("law.md", "peace.md")
    assert place.held.keys() == {"law.md", "peace.md"}


def test_a_file_that_goes_bad_keeps_its_earlier_version(place: Place) -> None:
    place.sync()
    stamp = place.library.stamp()
    for content in (b"", bytes(range(256)) * 9):
        place.write("peace.md", content)
        report = place.sync()
        assert [name for name, _ in report.failed] == ["peace.md"]
        assert report.removed == ()
        assert place.library.stamp() == stamp
    place.write("peace.md", PEACE)
    assert place.sync().unchanged == ("law.md", "peace.md")


def test_an_unforeseen_error_in_one_file_stays_its_own(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sync_module.make_passages

    def cut(document: Document, count_tokens: CountTokens) -> tuple[Passage, ...]:
        if document.metadata.file_name == "law.md":
            raise RecursionError("too\ndeep")
        return real(document, count_tokens)

    monkeypatch.setattr(sync_module, "make_passages", cut)
    report = place.sync()
    assert report.failed == (("law.md", "RecursionError: too deep"),)
    assert report.added == ("peace.md",)


def test_a_library_that_takes_no_more_ends_the_run_and_keeps_what_it_has(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Library.put

    def put(library: Library, document: Document, *rest: object, **named: object) -> None:
        if document.metadata.id == "peace":
            raise LibraryError("the disk is full")
        real(library, document, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Library, "put", put)
    with pytest.raises(LibraryError, match="the disk is full"):
        place.sync()
    assert place.held.keys() == {"law.md"}
    monkeypatch.undo()
    assert place.sync().added == ("peace.md",)


def test_two_files_with_the_same_content_are_one_document(place: Place) -> None:
    place.write("copy-of-law.md", LAW)
    report = place.sync()
    assert report.duplicates == (("law.md", "copy-of-law.md"),)
    assert place.held.keys() == {"copy-of-law.md", "peace.md"}
    assert place.sync().unchanged == ("copy-of-law.md", "peace.md")
    (place.corpus / "copy-of-law.md").unlink()
    report = place.sync()
    assert (report.added, report.removed, report.duplicates) == (("law.md",), ("copy-of-law.md",), ())


# -- parts of the folder, and other places ---------------------------------------------------------------------------


def test_a_file_given_by_path_is_taken_alone(place: Place) -> None:
    place.sync()
    (place.corpus / "law.md").unlink()
    place.write("new.md", "# New\n\nWords that are new.")
    place.write("peace.md", PEACE + "\nAn end.\n")
    report = place.sync(place.corpus / "new.md")
    assert (report.added, report.updated, report.removed, report.unchanged) == (("new.md",), (), (), ())
    assert place.held.keys() == {"law.md", "peace.md", "new.md"}


def test_a_subfolder_given_by_path_is_mirrored_alone(place: Place) -> None:
    place.write("sub/one.md", "# One\n\nThe first of the two.")
    place.write("sub/two.md", "# Two\n\nThe second of the two.")
    place.sync()
    (place.corpus / "sub/one.md").unlink()
    (place.corpus / "law.md").unlink()
    report = place.sync(place.corpus / "sub")
    assert (report.removed, report.unchanged) == (("sub/one.md",), ("sub/two.md",))
    assert place.held.keys() == {"law.md", "peace.md", "sub/two.md"}


def test_a_folder_elsewhere_is_mirrored_until_the_corpus_folder_is(place: Place, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "one.md").write_text("# One\n\nThe first from elsewhere.")
    (other / "two.md").write_text("# Two\n\nThe second from elsewhere.")
    place.sync()
    assert place.sync(other).added == (str(other / "one.md"), str(other / "two.md"))
    (other / "one.md").unlink()
    assert place.sync(other).removed == (str(other / "one.md"),)
    assert place.held.keys() == {"law.md", "peace.md", str(other / "two.md")}
    assert place.sync().removed == (str(other / "two.md"),)


def test_a_file_elsewhere_cannot_take_the_place_of_a_document(place: Place, tmp_path: Path) -> None:
    place.sync()
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "law.md").write_text("# Another law\n\nOf the same name.")
    (other / "peace-copy.md").write_text(PEACE)
    stamp = place.library.stamp()
    report = place.sync(other / "law.md", other / "peace-copy.md")
    assert report.failed == (
        (str(other / "law.md"), "its id 'law' is that of law.md; give it another in manifest.toml"),
    )
    assert report.duplicates == ((str(other / "peace-copy.md"), "peace.md"),)
    assert place.library.stamp() == stamp


def test_a_path_that_is_not_there_is_reported(place: Place) -> None:
    report = place.sync(place.corpus / "absent.md", place.corpus / "law.md")
    assert [name for name, _ in report.failed] == ["absent.md"]
    assert report.added == ("law.md",)


# -- runs that are refused -------------------------------------------------------------------------------------------


def test_a_missing_folder_is_not_an_empty_one(place: Place) -> None:
    place.sync()
    shutil.rmtree(place.corpus)
    with pytest.raises(LibraryError, match=f"{place.corpus} cannot be listed.*ASSISTANT_CORPUS_DIR"):
        place.sync()
    assert place.held.keys() == {"law.md", "peace.md"}


def test_an_empty_folder_empties_the_library(place: Place) -> None:
    place.sync()
    for file in place.corpus.iterdir():
        file.unlink()
    assert place.sync().removed == ("law.md", "peace.md")
    assert place.library.passage_count() == 0


@pytest.mark.parametrize(
    ("what", "error", "message"),
    [("manifest", DataFileError, "manifest.toml"), ("embedder", LibraryError, "ingest --rebuild"),
     ("lock", LibraryError, f"is being written by process {os.getpid()}")],
)  # fmt: skip
def test_a_run_that_cannot_be_right_is_refused_and_nothing_changes(
    place: Place, monkeypatch: pytest.MonkeyPatch, what: str, error: type[AssistantError], message: str
) -> None:
    place.sync()
    stamp = place.library.stamp()
    (place.corpus / "law.md").unlink()
    holder = Library.open(place.library.path)
    monkeypatch.setattr(sync_module, "LOCK_WAIT_SECONDS", 0.1)
    if what == "manifest":
        place.write("manifest.toml", "documents = 3")
    if what == "embedder":
        place.embedder = FakeEmbedder("other")
    with holder.exclusive(0) if what == "lock" else nullcontext(), pytest.raises(error, match=message):
        place.sync()
    assert place.library.stamp() == stamp


def test_a_run_repairs_an_index_that_is_gone(place: Place) -> None:
    place.sync()
    shutil.rmtree(place.index)
    assert place.sync().embedded == 0
    assert (place.index / "current").exists()


# -- progress --------------------------------------------------------------------------------------------------------


def test_progress_tells_file_count_and_stage(place: Place) -> None:
    steps: list[SyncProgress] = []
    report = place.sync(progress=steps)
    assert [step.stage for step in steps if step.name == "peace.md"] == [Stage.READING, Stage.EMBEDDING, Stage.STORING]
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert {step.total for step in steps} == {2}
    assert steps[-1] == SyncProgress("", 2, 2, report.embedded, Stage.INDEXING)


# -- versions --------------------------------------------------------------------------------------------------------


@pytest.fixture
def versions(place: Place) -> Place:
    """Two documents under one symbol; law.md is the newer file."""
    place.manifest(peace={"symbol": "A/70/95"}, law={"symbol": "A/70/95"})
    os.utime(place.corpus / "peace.md", (1_000, 1_000))
    os.utime(place.corpus / "law.md", (2_000, 2_000))
    return place


def test_versions_of_a_document_are_both_kept_and_marked_in_every_run(versions: Place) -> None:
    for _ in range(2):
        report = versions.sync()
        assert (report.versions, report.replaced) == ((("peace.md", "law.md"),), ())
        assert versions.held.keys() == {"peace.md", "law.md"}


def test_on_request_the_newest_file_replaces_the_others(versions: Place) -> None:
    report = versions.sync(replace=True)
    assert (report.versions, report.replaced) == ((), (("peace.md", "law.md"),))
    assert versions.held.keys() == {"law.md"}
    assert report.passages == versions.library.passage_count()
    assert VectorIndex.open(versions.index, versions.library).stamp == versions.library.stamp()


def test_a_document_given_by_path_is_newer_than_what_is_held(versions: Place) -> None:
    versions.sync()
    assert versions.sync(versions.corpus / "peace.md", replace=True).replaced == (("law.md", "peace.md"),)
    assert versions.held.keys() == {"peace.md"}


def test_translations_are_no_versions_of_one_another(place: Place) -> None:
    place.manifest(peace={"symbol": "A/70/95"}, law={"symbol": "A/70/95", "language": "fr"})
    assert place.sync().versions == ()


# -- what the report says of each file -------------------------------------------------------------------------------


def test_the_report_says_of_each_file_that_was_read_what_came_of_it(place: Place) -> None:
    place.write("empty.md", b"")
    canvas = Canvas(str(place.corpus / "two.pdf"))
    canvas.drawString(72, 700, "The Council decided to remain seized of the matter.")
    canvas.showPage()
    canvas.showPage()
    canvas.save()
    report = place.sync()
    files = {file.name: file for file in report.files}

    assert {name: file.outcome for name, file in files.items()} == {
        "empty.md": Outcome.FAILED, "law.md": Outcome.ADDED, "peace.md": Outcome.ADDED, "two.pdf": Outcome.ADDED
    }  # fmt: skip
    assert "is empty" in (files["empty.md"].reason or "")
    assert (files["two.pdf"].pages, files["two.pdf"].pages_without_text) == (2, 1)
    (warning,) = files["two.pdf"].warnings
    assert warning.startswith("no text on page 2: ")
    assert files["peace.md"].passages == len(place.library.passages("peace"))
    assert (report.pages, report.pages_without_text) == (2, 1)
    assert report.pages_per_second is not None
    assert place.sync().files[0].name == "empty.md", "what is unchanged is not read, what failed is tried again"
