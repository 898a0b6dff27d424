"""Cells and wordings as HTML: what differs is marked by its form and said aloud, and nothing is interpreted."""

import pytest

from assistant.compare import Cell, Row, Silence
from assistant.domain import Citation, DocumentMetadata, Locator
from assistant.messages import Messages, load_messages
from assistant.pages.compare_html import by_later, cell_head_html, quote_html, wording_html
from assistant.restating import RestatingRules, restatements
from assistant.settings import PROJECT_DIR

HOSTILE = "<img src=x onerror=alert(1)>"
EARLY = "The mission should take all necessary measures to protect civilians under imminent threat of violence."
LATE = f"The mission must take all necessary measures to protect civilians under imminent threat of {HOSTILE}."
NAMES = ["First <b>", "Second"]


def metadata(name: str) -> DocumentMetadata:
    return DocumentMetadata(name, f"{name} {HOSTILE}", f"{name}.md", "0", date="2006-04-28")


def cell(name: str, quote: str) -> Cell:
    return Cell(metadata(name), (Citation(1, "p", name, name, Locator(), name, quote, 0, len(quote)),))


@pytest.fixture(scope="module")
def messages() -> Messages:
    return load_messages(PROJECT_DIR / "prompts")


ROW = Row("?", (cell("a", EARLY), cell("b", LATE)))
PAIRS = restatements(ROW, RestatingRules(0.55, 8))


def test_what_is_new_is_underlined_and_said_aloud(messages: Messages) -> None:
    restated = by_later(PAIRS, 1)
    text = quote_html(ROW.cells[1].citations[0], restated[1], NAMES, messages)
    assert "<ins>must</ins>" in text
    assert "[only in the later:" in text
    assert "<img" not in text
    assert "&lt;img" in text
    assert "Restates First &lt;b&gt;" in text


def test_the_earlier_quote_is_left_as_it_stands(messages: Messages) -> None:
    assert not by_later(PAIRS, 0)
    assert f"“{EARLY}”" in quote_html(ROW.cells[0].citations[0], None, NAMES, messages)


def test_the_wording_shows_what_went_and_what_came(messages: Messages) -> None:
    text = wording_html(PAIRS, NAMES, messages)
    assert "<del>should</del>" in text
    assert "<ins>must</ins>" in text
    assert "[only in the earlier:" in text
    assert "not a quote" in text
    assert "<img" not in text


def test_where_nothing_restates_there_is_no_wording(messages: Messages) -> None:
    assert wording_html((), NAMES, messages) == ""


def test_the_verdict_is_in_words_and_a_sign(messages: Messages) -> None:
    says = cell_head_html(ROW.cells[0], ROW, messages)
    assert "28 April 2006" in says
    assert "Says" in says
    assert "✓" in says
    silent = Cell(metadata("c"), silence=Silence.ABSENT, absent=(HOSTILE,))
    text = cell_head_html(silent, ROW, messages)
    assert "Does not say" in text
    assert "–" in text
    assert "<img" not in text
