"""Files come in under a safe name or are refused with a reason; what is removed is gone."""

import subprocess
import sys
from pathlib import Path

import pytest
from fakes import FakeEmbedder
from reportlab.pdfgen.canvas import Canvas

from assistant.errors import LibraryError
from assistant.library import Library
from assistant.pages.intake import BusyError, Offered, Outcome, Shelves, original_file, remove, safe_name, take_in
from assistant.settings import PROJECT_DIR
from assistant.vector_index import VectorIndex
from ingest.limits import Limits

RULES = b"# Rules of the road\n\nDrive on the left, unless the road is closed.\n"


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    library = Library.open(tmp_path / "data" / "library.db", identity=FakeEmbedder().identity)
    corpus = tmp_path / "corpus"
    return Shelves(corpus, tmp_path / "data" / "index", library, FakeEmbedder(), Limits(file_mb=1))  # type: ignore[arg-type]


def held(shelves: Shelves) -> list[str]:
    return sorted(document.file_name for document in shelves.library.documents())


def in_folder(shelves: Shelves) -> list[str]:
    folder = shelves.corpus_dir
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def make_pdf(path: Path, text: str) -> bytes:
    canvas = Canvas(str(path))
    canvas.drawString(72, 720, text)
    canvas.save()
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("report.pdf", "report.pdf"),
        ("Résumé 2025.PDF", "Résumé 2025.PDF"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\evil.md", "evil.md"),
        ("/absolute/path.md", "path.md"),
        ("C:\\docs\\a.docx", "a.docx"),
        (".hidden.md", "hidden.md"),
        ("~$lock.docx", "lock.docx"),
        ("a\x00b\x1b[31m.md", "ab[31m.md"),
        ("tab\tand\nline.md", "tab and line.md"),
        ("\u202egpj.exe\u202c.md", "gpj.exe.md"),
        ('<img src="x">.md', "-img src=-x--.md"),
        ("CON.txt", "CON-.txt"),
        ("", "document"),
        ("...", "document"),
        (".md", "md"),
        ("a/", "document"),
    ],
)
def test_a_file_name_is_made_safe(name: str, expected: str) -> None:
    assert safe_name(name) == expected


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    assert safe_name("é" * 500 + ".pdf").endswith("é.pdf")
    assert len(safe_name("é" * 500 + ".pdf").encode()) <= 120


def test_files_of_several_kinds_come_in_and_are_searchable(shelves: Shelves, tmp_path: Path) -> None:
    pdf = make_pdf(tmp_path / "x.pdf", "The Tyre Convention protects cedar trees.")
    steps: list[str] = []
    taken = take_in(
        [Offered("rules.md", RULES), Offered("tyre.pdf", pdf)], shelves, lambda step: steps.append(str(step.stage))
    )
    assert [one.outcome for one in taken] == [Outcome.ADDED, Outcome.ADDED]
    assert taken[0].document is not None
    assert taken[0].document.title == "Rules of the road"
    assert held(shelves) == in_folder(shelves) == ["rules.md", "tyre.pdf"]
    assert {"reading", "embedding", "storing", "indexing"} <= set(steps)
    assert VectorIndex.open(shelves.index_folder, shelves.library).stamp == shelves.library.stamp()
    assert shelves.library.search_words("cedar", 5, None)


def test_the_same_content_is_a_duplicate_of_what_is_there_or_came_with_it(shelves: Shelves) -> None:
    first = take_in([Offered("a.md", RULES), Offered("b.md", RULES)], shelves)
    assert [one.outcome for one in first] == [Outcome.ADDED, Outcome.DUPLICATE]
    again = take_in([Offered("c.md", RULES)], shelves)[0]
    assert again.outcome is Outcome.DUPLICATE
    assert again.document is not None
    assert again.document.file_name == "a.md"
    assert in_folder(shelves) == ["a.md"]


def test_another_file_of_the_same_name_does_not_overwrite_the_first(shelves: Shelves) -> None:
    take_in([Offered("rules.md", RULES)], shelves)
    other = take_in([Offered("RULES.md", RULES + b"\nAnd slowly.\n")], shelves)[0]
    assert (other.outcome, other.saved_as) == (Outcome.ADDED, "RULES-2.md")
    assert (shelves.corpus_dir / "rules.md").read_bytes() == RULES


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("old.doc", b"\xd0\xcf\x11\xe0", "unsupported type '.doc'"),
        ("noending", b"text", "unsupported type '(none)'"),
        ("manifest.toml", b"[[documents]]", "unsupported type '.toml'"),
        ("empty.md", b"", "is empty"),
        ("blank.md", b"  \n \n", "is empty"),
        ("big.txt", b"x" * (1 << 20) + b"yz", "more than ASSISTANT_INGEST_FILE_MB=1 allows"),
        ("fake.pdf", b"no pdf at all", "fake.pdf"),
        ("really-a-pdf.md", b"%PDF-1.7 binary", "is not text but a PDF"),
        ("zip.docx", b"PK\x03\x04 broken", "zip.docx"),
        ("../../../tmp/evil.exe", b"MZ", "'evil.exe'"),
    ],
)
def test_a_refused_file_has_a_reason_and_leaves_nothing_behind(
    shelves: Shelves, name: str, data: bytes, reason: str
) -> None:
    good = Offered("good.md", RULES)
    refused, added = take_in([Offered(name, data), good], shelves)
    assert refused.outcome is Outcome.REFUSED
    assert reason in refused.reason
    assert "\n" not in refused.reason
    assert added.outcome is Outcome.ADDED  # the rest go on
    assert in_folder(shelves) == ["good.md"]


def test_nothing_to_read_does_not_read_the_whole_folder(shelves: Shelves) -> None:
    shelves.corpus_dir.mkdir()
    (shelves.corpus_dir / "waiting.md").write_bytes(RULES)
    assert take_in([Offered("a.exe", b"x")], shelves)[0].outcome is Outcome.REFUSED
    assert take_in([], shelves) == ()
    assert held(shelves) == []


def test_a_folder_that_takes_nothing_is_said(shelves: Shelves) -> None:
    shelves.corpus_dir.write_text("a file in the way", encoding="utf-8")
    taken = take_in([Offered("a.md", RULES)], shelves)[0]
    assert taken.outcome is Outcome.REFUSED
    assert "cannot be saved" in taken.reason


def test_a_failure_of_the_whole_run_takes_the_saved_files_back(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise LibraryError("the disk does not take it")

    monkeypatch.setattr(shelves.library, "put", fail)
    with pytest.raises(LibraryError, match="disk"):
        take_in([Offered("a.md", RULES)], shelves)
    assert in_folder(shelves) == []


HOLD = """
import sys, time
from pathlib import Path
from assistant.library import Library

with Library.open(Path(sys.argv[1])).exclusive(1):
    print("held", flush=True)
    time.sleep(120)
"""


def test_a_lock_of_another_process_is_told_from_other_failures(shelves: Shelves) -> None:
    document = take_in([Offered("a.md", RULES)], shelves)[0].document
    assert document
    command = [sys.executable, "-c", HOLD, str(shelves.library.path)]
    other = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=PROJECT_DIR)
    try:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(BusyError):
            take_in([Offered("b.md", RULES + b"more")], shelves)
        with pytest.raises(BusyError):
            remove(document, shelves)
    finally:
        other.kill()
        other.communicate()
    assert held(shelves) == in_folder(shelves) == ["a.md"]


def test_a_removed_document_is_gone_from_folder_library_and_index(shelves: Shelves) -> None:
    taken = take_in([Offered("a.md", RULES), Offered("b.md", b"# Other\n\nStays here.\n")], shelves)
    assert taken[0].document
    remove(taken[0].document, shelves)
    assert held(shelves) == in_folder(shelves) == ["b.md"]
    assert not shelves.library.search_words("left", 5, None)
    assert VectorIndex.open(shelves.index_folder, shelves.library).stamp == shelves.library.stamp()
    back = take_in([Offered("a.md", RULES)], shelves)[0]  # and can come again
    assert back.outcome is Outcome.ADDED


def test_a_file_outside_the_folder_is_neither_offered_nor_deleted(shelves: Shelves, tmp_path: Path) -> None:
    from dataclasses import replace

    document = take_in([Offered("a.md", RULES)], shelves)[0].document
    assert document
    assert original_file(document, shelves.corpus_dir) == shelves.corpus_dir.resolve() / "a.md"
    outside = tmp_path / "secret.md"
    outside.write_bytes(RULES)
    (shelves.corpus_dir / "link.md").symlink_to(outside)
    for name in ("../secret.md", str(outside), "link.md", "gone.md", "a\0b"):
        assert original_file(replace(document, file_name=name), shelves.corpus_dir) is None
    remove(replace(document, file_name=str(outside)), shelves)
    assert outside.exists()
    assert held(shelves) == []


def test_a_file_that_cannot_be_deleted_keeps_its_document(shelves: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    document = take_in([Offered("a.md", RULES)], shelves)[0].document
    assert document

    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(LibraryError, match="cannot be deleted"):
        remove(document, shelves)
    assert held(shelves) == ["a.md"]
