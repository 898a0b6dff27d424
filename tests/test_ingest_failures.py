"""Files that cannot be read: each is named with its reason, the others are ingested, and nothing is lost of what the
library held before."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from assistant.library import LIBRARY_FILE, Library
from ingest.sync import SyncReport, sync
from tests.fakes import FakeEmbedder

LINES = (
    "The Council shall meet in the second week of May to review the mission.",
    "Its members shall report on the protection of civilians before June.",
)


@dataclass(frozen=True)
class Place:
    """A folder of documents and the library made from it."""

    corpus: Path
    library: Library
    index: Path
    embedder: FakeEmbedder

    def sync(self) -> SyncReport:
        return sync(self.corpus, self.library, self.embedder, self.index)

    @property
    def held(self) -> set[str]:
        return {document.file_name for document in self.library.documents()}


@pytest.fixture
def place(tmp_path: Path, corpus_dir: Path) -> Place:
    embedder = FakeEmbedder()
    library = Library.open(tmp_path / "data" / LIBRARY_FILE, identity=embedder.identity)
    found = Place(tmp_path / "corpus", library, tmp_path / "data" / "index", embedder)
    found.corpus.mkdir()
    shutil.copy(corpus_dir / "icrtop-hippo-statement-2015.md", found.corpus / "statement.md")
    readable_pdf(found.corpus / "decision.pdf")
    return found


def readable_pdf(path: Path) -> Path:
    canvas = Canvas(str(path), pagesize=(595, 842))
    canvas.setFont("Helvetica", 11)
    for i, line in enumerate(LINES):
        canvas.drawString(72, 700 - 14 * i, line)
    canvas.showPage()
    canvas.save()
    return path


def corrupt_pdf(path: Path) -> None:
    whole = readable_pdf(path).read_bytes()
    path.write_bytes(whole[: len(whole) // 4] + bytes(range(256)) * 4)


def empty_file(path: Path) -> None:
    path.write_bytes(b"")


def binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def zero_pages(path: Path) -> None:
    PdfWriter().write(path)


def encrypted(path: Path) -> None:
    writer = PdfWriter(clone_from=PdfReader(readable_pdf(path.with_name("plain.tmp"))))
    writer.encrypt(user_password="secret", algorithm="AES-256")
    writer.write(path)
    path.with_name("plain.tmp").unlink()


BAD: dict[str, tuple[Callable[[Path], None], str]] = {
    "corrupt.pdf": (corrupt_pdf, "PDF"),
    "empty.md": (empty_file, "empty"),
    "renamed.md": (binary, "not text"),
    "zero-pages.pdf": (zero_pages, "no pages"),
    "locked.pdf": (encrypted, "password"),
}


def spoil(place: Place) -> None:
    for name, (make, _) in BAD.items():
        make(place.corpus / name)


def test_each_is_reported_by_name_and_reason_and_the_others_are_ingested(place: Place) -> None:
    spoil(place)
    report = place.sync()

    assert report.added == ("decision.pdf", "statement.md")
    assert place.held == {"decision.pdf", "statement.md"}
    assert [name for name, _ in report.failed] == sorted(BAD)
    for name, reason in report.failed:
        assert BAD[name][1] in reason
        assert "\n" not in reason
        assert "Traceback" not in reason


def test_nothing_is_lost_that_was_there_before(place: Place) -> None:
    place.sync()
    stamp, passages = place.library.stamp(), place.library.passages()
    spoil(place)
    report = place.sync()

    assert report.unchanged == ("decision.pdf", "statement.md")
    assert report.embedded == 0
    assert place.library.stamp() == stamp
    assert place.library.passages() == passages


@pytest.mark.parametrize("make", [corrupt_pdf, empty_file, zero_pages, encrypted])
def test_a_document_that_goes_bad_keeps_its_last_good_version(place: Place, make: Callable[[Path], None]) -> None:
    place.sync()
    stamp = place.library.stamp()
    make(place.corpus / "decision.pdf")
    report = place.sync()

    assert [name for name, _ in report.failed] == ["decision.pdf"]
    assert report.removed == ()
    assert place.library.stamp() == stamp
    assert LINES[0] in place.library.document("decision").text


def test_a_file_that_is_mended_comes_in_with_the_next_run(place: Place) -> None:
    spoil(place)
    place.sync()
    readable_pdf(place.corpus / "corrupt.pdf").write_bytes(
        (place.corpus / "corrupt.pdf").read_bytes() + b"\n% another file than decision.pdf\n"
    )
    report = place.sync()

    assert report.added == ("corrupt.pdf",)
    assert "corrupt.pdf" not in dict(report.failed)
