"""Nothing that a person drops into the folder hangs, crashes, harms or stops the rest."""

import os
import signal
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.domain import Document
from assistant.errors import DocumentError
from assistant.library import LIBRARY_FILE, Library
from ingest.file_reader import FileReader
from ingest.limits import Limits
from ingest.manifest import Manifest
from ingest.sources import make_plan
from ingest.sync import SyncReport, sync
from ingest.worker import document_of, document_record
from tests.fakes import FakeEmbedder, make_document

GOOD = "# Peace operations\n\nThe Security Council mandates missions. They protect civilians.\n"
LIMITS = Limits(seconds=20, memory_mb=400, file_mb=1, pages=1000)

needs_resource = pytest.mark.skipif(os.name == "nt", reason="this system caps no memory")


@pytest.fixture(scope="module")
def reader() -> Iterator[FileReader]:
    with FileReader(LIMITS) as found:
        yield found


def load(reader: FileReader, path: Path) -> Document:
    return reader.load(path, Manifest().metadata_for(path, path.parent))


def write(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def pdf_of(objects: dict[int, bytes]) -> bytes:
    """A PDF file of these objects; 1 is the catalogue."""
    data = b"%PDF-1.7\n"
    places: dict[int, int] = {}
    for number, body in objects.items():
        places[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (max(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % places.get(i, 0) for i in range(1, max(objects) + 1))
    return data + b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF" % (max(objects) + 1, start)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    packed = zlib.compress(data, 9)
    return b"<< /Length %d /Filter /FlateDecode %s >>\nstream\n%s\nendstream" % (len(packed), entries, packed)


def one_page_pdf(content: bytes, resources: bytes = b"", **more: bytes) -> bytes:
    font = b"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << %s %s >> >>"
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: page % (font, resources),
        4: content,
    }
    return pdf_of({**objects, **{int(key[1:]): body for key, body in more.items()}})


# -- what it takes over ----------------------------------------------------------------------------------------------


def test_a_file_is_read_as_in_the_process_itself(reader: FileReader, tmp_path: Path) -> None:
    document = load(reader, write(tmp_path, "peace.md", GOOD))

    assert document.metadata.title == "Peace operations"
    assert [document.text[block.start : block.end] for block in document.blocks] == [b.text for b in document.blocks]


def test_a_document_comes_over_whole() -> None:
    document = make_document("peace", "One is here.", "Two is there.", symbol="S/2015/446", date="2015")

    assert document_of(document_record(document)) == document


def test_one_process_reads_many_files(tmp_path: Path) -> None:
    with FileReader(LIMITS) as reader:
        for name in ("one.md", "two.md"):
            load(reader, write(tmp_path, name, GOOD))
            first = process_of(reader)
        assert process_of(reader) == first


def test_the_process_ends_with_its_reader(tmp_path: Path) -> None:
    with FileReader(LIMITS) as reader:
        load(reader, write(tmp_path, "one.md", GOOD))
        process = process_of(reader)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_process_that_was_killed_costs_one_file(tmp_path: Path) -> None:
    path = write(tmp_path, "one.md", GOOD)
    with FileReader(LIMITS) as reader:
        load(reader, path)
        os.kill(process_of(reader), signal.SIGKILL)
        with pytest.raises(DocumentError, match=r"'one\.md' broke the program that reads it \(SIGKILL\)"):
            load(reader, path)
        assert load(reader, path).blocks


def process_of(reader: FileReader) -> int:
    assert reader._process is not None
    return reader._process.pid


# -- what meets a limit or is refused --------------------------------------------------------------------------------


def many_forms(folder: Path) -> Path:
    """Each form shows the next eight times: eight to the eighth pieces of text."""
    uses = b" ".join([b"/X Do"] * 8)
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /X %d 0 R >> >>"
    forms = {f"o{n}": stream(uses, form % (n + 1)) for n in range(5, 12)}
    last = stream(b"BT /F1 9 Tf 50 50 Td (again) Tj ET", b"/Type /XObject /Subtype /Form /BBox [0 0 595 842]")
    content = one_page_pdf(stream(uses), b"/XObject << /X 5 0 R >>", **forms, o12=last)
    return write(folder, "endless.pdf", content)


def page_bomb(folder: Path) -> Path:
    """A page whose content unpacks to a hundred times the file."""
    return write(folder, "bomb.pdf", one_page_pdf(stream(b"BT /F1 9 Tf 50 50 Td (a) Tj ET\n" * 25_000_000)))


def many_pages(folder: Path) -> Path:
    pages = dict.fromkeys(range(3, 5003), b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>")
    kids = b" ".join(b"%d 0 R" % n for n in pages)
    root = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [%s] /Count 5000 >>" % kids}
    return write(folder, "long.pdf", pdf_of({**root, **pages}))


def deep_tree(folder: Path) -> Path:
    """A page tree of twenty thousand storeys."""
    depth = 20_000
    nodes = {n: b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (n + 1) for n in range(2, depth)}
    last = {depth: b"<< /Type /Page /MediaBox [0 0 595 842] >>"}
    return write(folder, "deep.pdf", pdf_of({1: b"<< /Type /Catalog /Pages 2 0 R >>", **nodes, **last}))


def deep_brackets(folder: Path) -> Path:
    content = one_page_pdf(stream(b"BT (a) Tj ET"), b"/Odd " + b"[" * 100_000 + b"]" * 100_000)
    return write(folder, "brackets.pdf", content)


def long_text(folder: Path) -> Path:
    """More text than its allowance of pages could hold."""
    return write(folder, "long.txt", "A sentence of no interest. " * 30_000)


def large_file(folder: Path) -> Path:
    return write(folder, "large.txt", b"x" * (3 << 20))


REFUSED: list[tuple[Callable[[Path], Path], Limits, str]] = [
    (many_forms, Limits(seconds=2), r"'endless\.pdf' was not read within ASSISTANT_INGEST_SECONDS=2; "),
    (many_pages, Limits(), r"'long\.pdf' has 5,000 pages, more than ASSISTANT_INGEST_PAGES=3000 allows; "),
    (large_file, Limits(file_mb=2), r"'large\.txt' has 3 MB, more than ASSISTANT_INGEST_FILE_MB=2 allows; "),
    (long_text, Limits(pages=80), r"'long\.txt' holds 809,999 characters, more than 80 pages can"),
    (deep_tree, Limits(), r"deep\.pdf"),
    (deep_brackets, Limits(), r"brackets\.pdf"),
]


@pytest.mark.parametrize(("make", "limits", "reason"), REFUSED, ids=[make.__name__ for make, *_ in REFUSED])
def test_a_file_beyond_a_limit_is_refused_with_the_limit_it_met(
    make: Callable[[Path], Path], limits: Limits, reason: str, tmp_path: Path
) -> None:
    path = make(tmp_path)
    with FileReader(limits) as reader:
        with pytest.raises(DocumentError, match=reason) as refused:
            load(reader, path)
        assert "\n" not in str(refused.value)
        assert load(reader, write(tmp_path, "good.md", GOOD)).blocks


@needs_resource
def test_a_file_that_unpacks_beyond_the_memory_limit_is_refused(tmp_path: Path) -> None:
    path = page_bomb(tmp_path)
    with FileReader(Limits(memory_mb=300)) as reader:
        with pytest.raises(DocumentError, match="ASSISTANT_INGEST_MEMORY_MB=300"):
            load(reader, path)
        assert load(reader, write(tmp_path, "good.md", GOOD)).blocks


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("report.pdf", GOOD.encode(), "not a PDF"),
        ("report.md", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", r"a PDF; rename it to \.pdf"),
        ("report.md", b"PK\x03\x04\x14\x00\x06\x00", "Word document"),
        ("report.exe", b"MZ\x90\x00", "unsupported type"),
    ],
)
def test_a_wrong_ending_is_refused_with_what_the_file_is(
    reader: FileReader, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(DocumentError, match=reason):
        load(reader, write(tmp_path, name, content))


# -- what lies in the folder -----------------------------------------------------------------------------------------


def ingest(folder: Path, data: Path, *paths: Path, limits: Limits = LIMITS) -> SyncReport:
    embedder = FakeEmbedder()
    library = Library.open(data / LIBRARY_FILE, identity=embedder.identity)
    report = sync(folder, library, embedder, data / "index", paths=paths, limits=limits)
    library.close()
    return report


def failures(report: SyncReport) -> dict[str, str]:
    return dict(report.failed)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    write(folder, "zz-last.md", GOOD)
    return folder


def test_one_bad_file_among_others_does_not_stop_them(corpus: Path, tmp_path: Path) -> None:
    many_forms(corpus)
    many_pages(corpus)
    write(corpus, "huge.md", b"x" * (2 << 20))
    report = ingest(corpus, tmp_path / "data", limits=Limits(seconds=2, file_mb=1))

    assert report.added == ("zz-last.md",)
    assert {name: reason.split("=")[0].split()[-1] for name, reason in report.failed} == {
        "endless.pdf": "ASSISTANT_INGEST_SECONDS",
        "huge.md": "ASSISTANT_INGEST_FILE_MB",
        "long.pdf": "ASSISTANT_INGEST_PAGES",
    }


def test_a_large_file_is_not_even_hashed(corpus: Path) -> None:
    with (corpus / "vast.txt").open("wb") as file:
        file.truncate(1 << 42)  # bytes that take no room on the disk, but hours to read
    plan = make_plan(corpus, (), (), limits=LIMITS)

    assert "4,194,304 MB" in dict(plan.failed)["vast.txt"]


def test_links_out_of_the_folder_are_reported_and_not_followed(corpus: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    write(secret, "note.md", GOOD + "A secret.")
    (corpus / "link.md").symlink_to(secret / "note.md")
    (corpus / "folder").symlink_to(secret)
    (corpus / "nowhere.md").symlink_to(secret / "absent.md")
    (corpus / "loop.md").symlink_to("loop.md")
    (corpus / "up").symlink_to("..")
    report = ingest(corpus, tmp_path / "data")

    assert report.added == ("zz-last.md",)
    found = failures(report)
    assert "outside the folder" in found["link.md"]
    assert "outside the folder" in found["folder"]
    assert "outside the folder" in found["up"]
    assert "leads nowhere" in found["nowhere.md"]
    assert "leads nowhere" in found["loop.md"]


def test_a_link_within_the_folder_is_a_duplicate(corpus: Path, tmp_path: Path) -> None:
    (corpus / "also.md").symlink_to("zz-last.md")

    assert ingest(corpus, tmp_path / "data").duplicates == (("zz-last.md", "also.md"),)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_reported_and_never_waited_for(corpus: Path, tmp_path: Path) -> None:
    os.mkfifo(corpus / "pipe.md")

    for paths in ((), (corpus / "pipe.md",)):
        assert "not a file" in failures(ingest(corpus, tmp_path / "data", *paths))["pipe.md"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"two\nlines.md", r"two\nlines.md"),
        (b"red\x1b[31m.md", r"red\x1b[31m.md"),
        (b"bell\x07.md", r"bell\x07.md"),
        (b"latin-\xe9.md", r"latin-\udce9.md"),
    ],
)
def test_a_name_that_is_no_plain_text_is_refused_and_shown_harmlessly(
    corpus: Path, tmp_path: Path, name: bytes, shown: str
) -> None:
    try:
        Path(os.fsdecode(os.fsencode(corpus) + b"/" + name)).write_text(GOOD)
    except OSError:
        pytest.skip("this system allows no such name")
    report = ingest(corpus, tmp_path / "data")

    assert report.added == ("zz-last.md",)
    assert failures(report) == {shown: "its name holds control characters or bytes that are no text; rename it"}


def test_odd_but_printable_names_are_welcome(corpus: Path, tmp_path: Path) -> None:
    names = ("--help.md", "S_RES_2768 (2025).en.md", "Протокол № 5.md", "a'b\"c;$(id).md", "安理会.md")
    for number, name in enumerate(names):
        write(corpus, name, f"{GOOD}\nParagraph {number}.\n")

    assert set(ingest(corpus, tmp_path / "data").added) == {*names, "zz-last.md"}


def test_archives_are_not_unpacked(corpus: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(corpus / "papers.zip", "w") as archive:
        archive.writestr("../../escape.md", GOOD)

    assert "unsupported type '.zip'" in failures(ingest(corpus, tmp_path / "data"))["papers.zip"]
