"""`policy-assistant ingest` on a full disk and in folders that may not be written: one line that says what to do, exit
code 2, and library and index as they were. A small disk of memory is made for it where that is allowed."""

import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant import generations
from assistant.domain import Passage
from assistant.library import LIBRARY_FILE, Library, Signal
from assistant.settings import PROJECT_DIR
from assistant.vector_index import VectorIndex
from tests.fakes import FakeEmbedder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits and owners of files are those of POSIX")

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1  # of linux/prctl.h and linux/capability.h
DISK_BYTES = 24 << 20
rights_bind = pytest.mark.skipif(
    os.name == "posix" and os.getuid() == 0 and sys.platform != "linux", reason="root is above the rights of folders"
)
PROGRAM = (  # the program itself, with an embedder that is there at once
    "from assistant import cli, ingest_view; from tests.fakes import FakeEmbedder; "
    "ingest_view.build_embedder = lambda _: FakeEmbedder(); cli.main()"
)
QUERY = "missions protect civilians"


@dataclass(frozen=True)
class Place:
    """A folder of documents, and the data that an ingest makes of it."""

    corpus: Path
    data: Path

    def run(self, *command: str, largest_file: int | None = None, bound: bool = False) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of the program in a process of its own; files grow to `largest_file` bytes.

        `bound` holds even root to the rights of files and folders, as any other user is.
        """

        def limit() -> None:
            if largest_file is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
            if bound and os.getuid() == 0:
                ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)

        folders = {"ASSISTANT_DATA_DIR": self.data, "ASSISTANT_CORPUS_DIR": self.corpus, "HOME": self.corpus}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *command],
            cwd=PROJECT_DIR,
            env={**os.environ, **{key: str(folder) for key, folder in folders.items()}},
            capture_output=True,
            text=True,
            preexec_fn=limit,
        )
        return done.returncode, done.stdout, done.stderr

    def write_large(self) -> None:
        """A new document, far larger than what is held."""
        text = "\n\n".join(f"Paragraph {i} says what mission {i} shall do for civilians." for i in range(1500))
        (self.corpus / "large.md").write_text(f"# Large\n\n{text}\n")

    def seen(self) -> tuple[list[str], tuple[Passage, ...], list[list[tuple[str, float]]]]:
        """The documents, passages and neighbours that a reader finds."""
        embedder = FakeEmbedder()
        library = Library.open(self.data / LIBRARY_FILE, identity=embedder.identity)
        index = VectorIndex.open(self.data / "index", library)
        (vector,) = embedder.embed([QUERY])
        found = [index.search(signal, vector, 5, None) for signal in Signal]
        held = ([d.file_name for d in library.documents()], library.passages(), found)
        library.close()
        return held


def fill(corpus: Path) -> None:
    """Two small documents."""
    corpus.mkdir()
    (corpus / "law.md").write_text("# Law\n\nEach state carries a responsibility.\n")
    (corpus / "peace.md").write_text("# Peace\n\nMissions protect civilians. They report.\n")


def one_line(text: str) -> bool:
    return text.endswith("\n") and text.count("\n") == 1 and "Traceback" not in text


@pytest.fixture
def place(tmp_path: Path) -> Place:
    fill(tmp_path / "corpus")
    return Place(tmp_path / "corpus", tmp_path / "data")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Place]:
    """A place whose data are on a disk of their own."""
    fill(tmp_path / "corpus")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)], capture_output=True, text=True
    )
    if not made or made.returncode:
        pytest.skip(f"no disk can be mounted here ({made.stderr.strip() if made else 'no program mount'})")
    yield Place(tmp_path / "corpus", disk / "data")
    subprocess.run(["umount", str(disk)], check=True)


@contextmanager
def without_rights(path: Path) -> Iterator[None]:
    """Nobody may write it for the block."""
    rights = path.stat().st_mode
    path.chmod(rights & ~0o222)
    try:
        yield
    finally:
        path.chmod(rights)


def added(run: tuple[int, str, str]) -> list[str]:
    code, report, said = run
    assert code == 0, said
    return list(json.loads(report)["added"])


def leave(place: Place, free: int) -> Path:
    """Fill the disk until only so many bytes are free; the file that does it."""
    ballast = place.data.parent / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(ballast.parent).free - free)
    return ballast


@pytest.mark.parametrize("free", [0, 64 << 10, 512 << 10])  # from the first byte to the middle of a document
def test_a_disk_that_fills_up_leaves_library_and_index_as_they_were(small_disk: Place, free: int) -> None:
    assert small_disk.run("ingest")[0] == 0
    before = small_disk.seen()
    small_disk.write_large()
    ballast = leave(small_disk, free)

    code, _, said = small_disk.run("ingest", "--json")

    assert (code, one_line(said)) == (2, True), said
    assert "free some space, then run: policy-assistant ingest" in said
    ballast.unlink()
    assert small_disk.seen() == before
    assert added(small_disk.run("ingest", "--json")) == ["large.md"]


def test_a_disk_that_fills_up_while_the_index_is_built_leaves_the_index_before_it(small_disk: Place) -> None:
    assert small_disk.run("ingest")[0] == 0
    index = small_disk.data / "index"
    current = generations.current(index)
    assert current is not None
    sealed = generations.read_seal(current)
    small_disk.write_large()
    ballast = leave(small_disk, 2 << 20)

    code, _, said = small_disk.run("ingest", "--json")

    assert (code, one_line(said)) == (2, True), said
    assert "the vector index cannot be built" in said
    assert "policy-assistant ingest" in said
    assert generations.current(index) == current
    assert generations.read_seal(current) == sealed is not None, "whole, and what readers use"
    assert list(index.glob("gen-*")) == [current], "nothing half made is left on the full disk"
    ballast.unlink()
    assert added(small_disk.run("ingest", "--json")) == [], "the document had come in whole"
    assert small_disk.seen()[0] == ["large.md", "law.md", "peace.md"]


@pytest.mark.parametrize("largest_file", [1 << 10, 150_000, 1_000_000])
def test_files_that_may_not_grow_leave_library_and_index_as_they_were(place: Place, largest_file: int) -> None:
    """The same without a disk of its own: the system refuses to let any file grow further."""
    assert place.run("ingest")[0] == 0
    before = place.seen()
    place.write_large()

    code, _, said = place.run("ingest", "--json", largest_file=largest_file)

    assert (code, one_line(said)) == (2, True), said
    assert "policy-assistant ingest" in said
    assert place.seen() == before
    assert added(place.run("ingest", "--json")) == ["large.md"]


@rights_bind
@pytest.mark.parametrize("locked", ["data", "data/library.db"])
def test_what_may_not_be_written_is_named_and_stays_as_it_was(place: Place, locked: str) -> None:
    assert place.run("ingest")[0] == 0
    before = place.seen()
    place.write_large()

    with without_rights(place.data.parent / locked):
        code, _, said = place.run("ingest", "--json", bound=True)

    assert (code, one_line(said)) == (2, True), said
    assert str(place.data) in said
    assert "give this user the right to write there, or set ASSISTANT_DATA_DIR" in said
    assert place.seen() == before
    assert added(place.run("ingest", "--json")) == ["large.md"]


@rights_bind
def test_an_index_folder_that_may_not_be_written_keeps_its_index(place: Place) -> None:
    assert place.run("ingest")[0] == 0
    index = place.data / "index"
    current = generations.current(index)
    place.write_large()

    with without_rights(index):
        code, _, said = place.run("ingest", "--json", bound=True)

    assert (code, one_line(said)) == (2, True), said
    assert f"the vector index cannot be built in {index}" in said
    assert "this user may write there" in said
    assert generations.current(index) == current
    assert added(place.run("ingest", "--json")) == [], "the document had come in whole"
    assert place.seen()[0] == ["large.md", "law.md", "peace.md"]


@rights_bind
def test_a_place_where_no_data_folder_can_be_made_is_named(place: Place) -> None:
    with without_rights(place.data.parent):
        code, _, said = place.run("ingest", "--json", bound=True)
    assert (code, one_line(said)) == (2, True), said
    assert str(place.data) in said
    assert "ASSISTANT_DATA_DIR" in said
    assert not place.data.exists()
