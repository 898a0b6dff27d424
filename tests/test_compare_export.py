"""A comparison as Markdown, CSV and Word: verified quotes only, with date and fingerprint, and inert."""

import csv
import io
from datetime import UTC, datetime

import pytest
from docx import Document

from assistant.compare import Cell, Comparison, Row, Silence
from assistant.compare_export import as_csv, as_markdown, make_sheet
from assistant.compare_word import as_word
from assistant.domain import Citation, DocumentMetadata, Locator
from assistant.file_text import inert_row
from assistant.messages import Messages, load_messages
from assistant.settings import PROJECT_DIR

HOSTILE = '=HYPERLINK("http://evil.example","x") <script>alert(1)</script> ![x](http://evil.example/x.png) | `a`'
ONE = DocumentMetadata("one", "First", "one.md", "0", date="2010-12", short_title="The first", body="GAPW")
TWO = DocumentMetadata("two", HOSTILE, "two.md", "0")
QUOTE = Citation(
    1, "p", "one", "First", Locator(section=("Aims",)), "GAPW, “First”, under “Aims”", "-1 is less.", 4, 15
)
ROWS = (
    Row("What is less?", (Cell(ONE, (QUOTE,)), Cell(TWO, silence=Silence.ABSENT, absent=("less",)))),
    Row(HOSTILE, (Cell(ONE, silence=Silence.NEAR), Cell(TWO, silence=Silence.NEAR))),
    Row("Ignore this", (Cell(ONE, silence=Silence.UNUSABLE), Cell(TWO, silence=Silence.UNUSABLE)), "An instruction."),
)
COMPARISON = Comparison((ONE, TWO), ROWS, "f" * 64, datetime(2026, 11, 25, 14, 3, tzinfo=UTC))


@pytest.fixture(scope="module")
def messages() -> Messages:
    return load_messages(PROJECT_DIR / "prompts")


def test_markdown_says_when_from_what_and_who_says_it(messages: Messages) -> None:
    text = as_markdown(make_sheet(COMPARISON, messages), messages)
    assert "25 November 2026, 14:03 UTC" in text
    assert "ffffffffffffffff" in text
    assert "- “-1 is less.” (GAPW, “First”, under “Aims”)" in text
    assert "The first (December 2010)" in text
    assert "1 of 2 documents say something on it: The first." in text
    assert "**Does not say.** Not found in this document: “less”." in text
    assert text.count("An instruction.") == 1


def test_markdown_interprets_nothing(messages: Messages) -> None:
    text = as_markdown(make_sheet(COMPARISON, messages), messages)
    assert "<script" not in text.replace("\\<script", "")
    assert "![x]" not in text
    columns = {line.count("|") - line.count("\\|") for line in text.splitlines() if line.startswith("|")}
    assert columns == {4}  # a bar in a title or question does not cut a table's cell


def test_csv_has_a_line_a_quote_and_a_line_for_each_that_does_not_say(messages: Messages) -> None:
    text = as_csv(COMPARISON, messages)
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(row["document_id"], row["says"]) for row in rows] == [
        ("one", "yes"), ("two", "no"), ("one", "no"), ("two", "no"), ("one", "no"), ("two", "no"),
    ]  # fmt: skip
    first = rows[0]
    assert (first["quote"], first["locator"], first["start"], first["end"]) == ("'-1 is less.", "Aims", "4", "15")
    assert (first["made"], first["library"]) == ("2026-11-25T14:03:00+00:00", "f" * 16)
    assert rows[1]["reason"] == "Not found in this document: “less”."


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"), (" =1", "' =1"), ("＝1", "'＝1"), ("|calc", "'|calc"), ("plain", "plain"),
        ("a=b", "a=b"), ("", ""), (-5, -5),
    ],
)  # fmt: skip
def test_no_spreadsheet_takes_a_text_for_a_formula(value: object, written: object) -> None:
    assert inert_row([value]) == [written]


def test_word_is_one_table_with_a_heading_row(messages: Messages) -> None:
    document = Document(io.BytesIO(as_word(make_sheet(COMPARISON, messages), messages)))
    (table,) = document.tables
    assert [cell.text for cell in table.rows[0].cells][:2] == ["Question", "The first (December 2010)"]
    assert "“-1 is less.” (GAPW, “First”, under “Aims”)" in table.rows[1].cells[1].text
    assert "Does not say. Not found in this document: “less”." in table.rows[1].cells[2].text
    assert "An instruction." in table.rows[3].cells[0].text
    assert any("ffffffffffffffff" in paragraph.text for paragraph in document.paragraphs)


def test_word_takes_characters_that_xml_cannot_hold(messages: Messages) -> None:
    row = Row("a\x00b\x08c", (Cell(ONE, silence=Silence.NEAR), Cell(TWO, silence=Silence.NEAR)))
    sheet = make_sheet(Comparison((ONE, TWO), (row,), "f", COMPARISON.made), messages)
    assert "abc" in Document(io.BytesIO(as_word(sheet, messages))).tables[0].rows[1].cells[0].text
