"""Files of any type become Documents, or one line says why not."""

import os
from pathlib import Path

import pytest

from assistant.domain import Document, DocumentMetadata
from assistant.errors import DocumentError
from ingest.lines import find_date, is_contact_line
from ingest.loading import load_document
from ingest.manifest import Manifest

BODY = "The Panel reiterated that the protection of civilians is a core obligation of the United Nations."
TEXT = f"Réflexions on Peace\n\nGeneva, 3 May 2014\n\n{BODY}\n"


def load(path: Path, **known: str) -> Document:
    if known:
        return load_document(path, DocumentMetadata("x", file_name=path.name, sha256="0" * 64, **known))
    return load_document(path, Manifest().metadata_for(path, path.parent))


def load_bytes(folder: Path, data: bytes, name: str = "report.md") -> Document:
    path = folder / name
    path.write_bytes(data)
    return load(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"])
@pytest.mark.parametrize("name", ["report.md", "report.markdown", "report.txt", "REPORT.MD"])
def test_text_is_read_in_its_own_encoding(tmp_path: Path, encoding: str, name: str) -> None:
    document = load_bytes(tmp_path, (TEXT + TEXT).encode(encoding), name)

    assert document.text.startswith("Réflexions on Peace")
    assert bool(document.warnings) == (encoding in {"cp1252", "latin-1"})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b" \n\t\r\n ", "is empty"),
        (b"\xef\xbb\xbf  \n", "is empty"),
        (b"---\n\n***\n", "holds no text"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00" + bytes(range(256)), "not text"),
        (b"text\x00with\x00zeros " * 20, "binary data"),
        (b"\x01\x02\x03\x04text" * 20, "binary data"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "a PDF; rename it to .pdf"),
        (b"PK\x03\x04\x14\x00\x06\x00", "Word document"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        ("Совет Безопасности принял резолюцию.".encode("cp1251"), "save it as UTF-8"),
        (b"\xff\xfea", "not text in UTF-16"),
        (os.urandom(4096), "not text"),
    ],
    ids=range(13),
)
def test_what_is_not_text_is_refused_with_the_reason(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason) as failure:
        load_bytes(tmp_path, data)
    assert "'report.md'" in str(failure.value)
    assert "\n" not in str(failure.value)


def test_an_unsupported_type_is_refused_with_the_types_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"unsupported type '\.xls'; convert it to one of \.docx, \.htm, \.html"):
        load_bytes(tmp_path, b"text", "report.xls")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    with pytest.raises(DocumentError, match=r"'folder\.md' is a folder"):
        load(tmp_path / "folder.md", title="T")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop.md").symlink_to("loop.md")
    for name in ("gone.md", "loop.md"):
        with pytest.raises(DocumentError, match=f"'{name}' cannot be read"):
            load(tmp_path / name, title="T")


def test_a_stray_control_character_does_not_make_a_text_binary(tmp_path: Path) -> None:
    assert load_bytes(tmp_path, (TEXT * 5).encode() + b"end\x07.").text.endswith("end.")


def test_title_and_date_come_from_the_title_block_where_nothing_else_says_them(tmp_path: Path) -> None:
    metadata = load_bytes(tmp_path, TEXT.encode()).metadata

    assert (metadata.title, metadata.date) == ("Réflexions on Peace", "2014-05-03")
    assert metadata.date_note == "the first date printed in the title block"


def test_what_the_manifest_says_stays(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_text(TEXT, encoding="utf-8")
    metadata = load(path, title="Another title", date="2013").metadata

    assert (metadata.title, metadata.date, metadata.date_note) == ("Another title", "2013", None)


def test_without_a_heading_the_title_stays_the_file_name(tmp_path: Path) -> None:
    metadata = load_bytes(tmp_path, f"{BODY} It was on 3 May 2014.".encode()).metadata

    assert (metadata.title, metadata.date) == ("Report", None)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("16 June 2015 New York", "2015-06-16"),
        ("December 7 and 8, 2010", "2010-12-07"),
        ("18-19 February 2016", "2016-02-18"),
        ("New York, August 2015", "2015-08"),
        ("2015-06-16", "2015-06-16"),
        ("the 2005 World Summit", None),
        ("45 June 2015", None),
        ("S/RES/1674 (2006)", None),
    ],
)
def test_printed_dates(text: str, date: str | None) -> None:
    assert find_date(text) == date


@pytest.mark.parametrize(
    ("line", "contact"),
    [
        ("Website: responsibilitytoprotect.org", True),
        ("Sign up for our listserv: responsibilitytoprotect.org/subscribe", True),
        ("708 Third Avenue, Suite 1715", True),
        ("New York, NY 10017", True),
        ("tel: 646.465.8523", True),
        ("+41 22 917 12 34", True),
        ("info@example.org", True),
        ("Contact Us:", True),
        ("Resolution 1674 (2006)", False),
        ("resolutions 1265 (1999) and 1296 (2000)", False),
        ("16 June 2015 New York", False),
        ("Four essential shifts are needed", False),
        ("These resources can be had on request from the secretariat, which will send them: info@example.org", False),
    ],
)
def test_lines_of_an_address(line: str, contact: bool) -> None:
    assert is_contact_line(line) is contact
