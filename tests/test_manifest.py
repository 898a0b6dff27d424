"""What is known of documents beside their text."""

import hashlib
from pathlib import Path

import pytest

from assistant.errors import DataFileError, DocumentError
from ingest.manifest import is_date, read_manifest, title_from_file_name

CORPUS = Path(__file__).parent.parent / "corpus"
ENTRY = f'[[documents]]\nid = "a"\nfile = "a.md"\ntitle = "A"\nsha256 = "{"0" * 64}"\n'


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"text of {name}", encoding="utf-8")


def document_id(folder: Path, name: str) -> str:
    return read_manifest(folder).metadata_for(folder / name, folder).id


def test_the_corpus_and_its_manifest_agree() -> None:
    manifest = read_manifest(CORPUS)

    assert manifest.problems(CORPUS) == []
    files = {path.name for path in CORPUS.iterdir() if path.suffix in {".md", ".pdf", ".txt"}}
    assert files == set(manifest.entries)
    for name, entry in manifest.entries.items():
        assert entry.id == Path(name).stem
        assert entry.sha256 == hashlib.sha256((CORPUS / name).read_bytes()).hexdigest()
        assert entry.date is not None
        assert is_date(entry.date)
        assert entry.date == "2015-06-16" or entry.date_note, "a date that the document does not bear is explained"
        assert all((entry.short_title, entry.kind, entry.rights))
        assert entry.body or name == "hippo-information-note-2015.md", "the one document that names no issuing body"
        assert entry.language == "en"
        assert entry.core


def test_the_titles_are_those_that_the_documents_print() -> None:
    for name, entry in read_manifest(CORPUS).entries.items():
        printed = " ".join((CORPUS / name).read_text(encoding="utf-8").split()).casefold().replace("# ", "")
        assert all(part.strip() in printed for part in entry.title.casefold().split(":")), name


def test_a_file_without_an_entry_stands_for_itself(tmp_path: Path) -> None:
    write(tmp_path, "my_first-report.md")
    metadata = read_manifest(tmp_path).metadata_for(tmp_path / "my_first-report.md", tmp_path)

    assert (metadata.title, metadata.file_name) == ("My first report", "my_first-report.md")
    assert metadata.sha256 == hashlib.sha256(b"text of my_first-report.md").hexdigest()


def test_a_plain_file_name_is_the_id(tmp_path: Path) -> None:
    write(tmp_path, "A_80_604_Add.1-EN.md")

    assert document_id(tmp_path, "A_80_604_Add.1-EN.md") == "A_80_604_Add.1-EN"


def test_ids_of_different_files_differ(tmp_path: Path) -> None:
    names = [
        "a.md",
        "a.txt",
        "a.pdf",
        "sub/a.md",
        "sub-a.md",
        "a b.md",
        "a-b.md",
        "ä.md",
        "报告.md",
        "。.md",
        "x" * 99 + ".md",
    ]
    write(tmp_path, *names)

    ids = [document_id(tmp_path, name) for name in names]
    assert len(set(ids)) == len(names)
    assert all(i.isascii() and " " not in i and "/" not in i for i in ids)
    assert document_id(tmp_path, "a.pdf") == "a"


def test_an_id_of_the_manifest_is_not_given_to_another_file(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text(ENTRY.replace("a.md", "other.md"), encoding="utf-8")
    write(tmp_path, "a.md")

    assert document_id(tmp_path, "a.md") != "a"


def test_the_hash_is_that_of_the_bytes_now_there(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text(ENTRY, encoding="utf-8")
    write(tmp_path, "a.md")
    manifest = read_manifest(tmp_path)

    assert manifest.metadata_for(tmp_path / "a.md", tmp_path).sha256 == hashlib.sha256(b"text of a.md").hexdigest()
    assert manifest.problems(tmp_path) == [
        "a.md: changed since its entry in manifest.toml was written; check the entry"
    ]
    (tmp_path / "a.md").unlink()
    assert manifest.problems(tmp_path) == ["a.md: listed in manifest.toml but not in the folder"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"'gone\.md' cannot be read"):
        read_manifest(tmp_path).metadata_for(tmp_path / "gone.md", tmp_path)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("not toml [", "cannot be read"),
        ("documents = 3", r"\[\[documents\]\]"),
        ('[[documents]]\nid = "a"\nfile = "a.md"\ntitle = "A"\n', "a.md: sha256 is missing"),
        (ENTRY + 'colour = "red"\n', "unknown key 'colour'"),
        (ENTRY + "body = 3\n", "body = 3 is not a text"),
        (ENTRY + 'body = " "\n', "body = ' ' is not a text"),
        (ENTRY + 'core = "yes"\n', "core = 'yes' is neither true nor false"),
        (ENTRY + 'date = "June 2015"\n', "date = 'June 2015'"),
        (ENTRY + 'date = "2015-13"\n', "date = '2015-13'"),
        (ENTRY.replace("0000", "xyz"), "not 64 hexadecimal digits"),
        (ENTRY + ENTRY, "'a.md' has two entries"),
        (ENTRY + ENTRY.replace("a.md", "b.md"), "id 'a' is given to two files"),
    ],
)
def test_a_malformed_manifest_is_refused_by_name(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "manifest.toml").write_text(content, encoding="utf-8")

    with pytest.raises(DataFileError, match=complaint) as failure:
        read_manifest(tmp_path)
    assert "manifest.toml" in str(failure.value)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("un_report-2015.md", "Un report 2015"),
        ("sub/note.txt", "Note"),
        ("A_70_95.pdf", "A 70 95"),
        ("_.md", "Untitled"),
    ],
)
def test_a_stopgap_title_is_the_file_name_as_words(name: str, title: str) -> None:
    assert title_from_file_name(name) == title
