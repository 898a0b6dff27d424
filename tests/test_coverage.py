"""The catalogue is strict data; a document is found in it by its symbol, else by its title."""

from pathlib import Path

import pytest

from assistant.coverage import Expected, find_coverage, read_catalogue
from assistant.domain import DocumentMetadata
from assistant.errors import DataFileError

CATALOGUE = Path(__file__).parent.parent / "corpus" / "catalogue.toml"
ENTRY = """[[documents]]
symbol = "A/70/95–S/2015/446"
title = "Uniting our strengths for peace"
body = "High-level Independent Panel on Peace Operations"
date = "2015-06-17"
topic = "peace operations"
url = "https://docs.un.org/en/A/70/95"
checked = false
"""


def document(key: str, **known: str) -> DocumentMetadata:
    return DocumentMetadata(**{"id": key, "title": key, "file_name": f"{key}.pdf", "sha256": "0" * 64, **known})


def expected(symbol: str | None = None, title: str = "Some title") -> Expected:
    return Expected(title, "Body", "2015", "topic", "https://docs.un.org/en/", False, symbol)


def test_our_catalogue_is_sound_and_lists_the_canonical_documents() -> None:
    entries = read_catalogue(CATALOGUE)
    symbols = {entry.symbol for entry in entries}
    assert len(entries) >= 40
    assert symbols >= {"A/RES/60/1", "A/63/677", "A/55/305–S/2000/809", "A/70/95–S/2015/446", "S/RES/1674 (2006)"}
    assert {entry.topic for entry in entries} >= {"responsibility to protect", "peace operations"}


@pytest.mark.parametrize(
    ("held", "symbol"),
    [
        ("A/70/95–S/2015/446", "A/70/95–S/2015/446"),
        ("A/70/95-S/2015/446*", "A/70/95–S/2015/446"),
        ("A/70/95", "A/70/95–S/2015/446"),
        ("S/2015/446", "A/70/95–S/2015/446"),
        ("S/RES/1674(2006)", "S/RES/1674 (2006)"),
    ],
)
def test_a_document_is_found_by_its_symbol_however_it_is_spelt(held: str, symbol: str) -> None:
    found = find_coverage([expected(symbol)], [document("x", symbol=held)])
    assert [key for _, key in found.held] == ["x"]
    assert found.missing == ()


@pytest.mark.parametrize(("held", "symbol"), [("A/70/951", "A/70/95"), ("A/RES/60/1", "A/RES/60/10"), ("", "A/70/95")])
def test_a_symbol_that_only_begins_alike_is_another(held: str, symbol: str) -> None:
    entry = expected(symbol)
    assert find_coverage([entry], [document("x", symbol=held)]).missing == (entry,)


def test_a_document_without_a_symbol_is_found_by_its_title() -> None:
    entry = expected(title="United Nations Peacekeeping Operations: Principles and Guidelines (Capstone doctrine)")
    held = document("capstone", title="United Nations peacekeeping operations – principles and guidelines")
    assert find_coverage([entry], [held]).held == ((entry, "capstone"),)
    assert find_coverage([entry], [document("x", title="United Nations")]).missing == (entry,)
    entry = expected(title="The Responsibility to Protect")
    about = document("x", title="Summary of the report on the responsibility to protect, with comments")
    assert find_coverage([entry], [about]).missing == (entry,)


def test_what_is_held_is_counted_by_body_kind_and_year_unknown_last() -> None:
    found = find_coverage(
        [],
        [
            document("a", body="Security Council", kind="resolution", date="2006-04-28"),
            document("b", body="Security Council", date="2015"),
            document("c"),
        ],
    )
    assert list(found.bodies.items()) == [("Security Council", 2), ("unknown", 1)]
    assert list(found.kinds.items()) == [("resolution", 1), ("unknown", 2)]
    assert list(found.years.items()) == [("2006", 1), ("2015", 1), ("unknown", 1)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("title = ", "titel = "), "title is missing"),
        (('date = "2015-06-17"', 'date = "June 2015"'), "date = 'June 2015' is none"),
        (("checked = false", 'checked = "no"'), "checked = 'no' is not a true or false"),
        (('topic = "peace operations"', 'topic = ""'), "topic = '' is not a text"),
        (("https://docs", "http://docs"), "does not begin with https://"),
        (("checked = false", "checked = false\nnote = 3"), "unknown key 'note'"),
        (("[[documents]]", "[documents]"), r"write each as \[\[documents\]\]"),
        (("[[documents]]", "[[documents"), "cannot be read"),
        ((ENTRY, ENTRY + ENTRY), "the symbol A/70/95 is listed 2 times"),
    ],
)
def test_a_malformed_catalogue_is_refused_with_the_entry_and_the_key(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_text(ENTRY.replace(*change), encoding="utf-8")
    with pytest.raises(DataFileError, match=message):
        read_catalogue(path)
