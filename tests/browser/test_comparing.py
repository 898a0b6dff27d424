"""The compare page as a person uses it, in Chromium: choose, ask, read across, open, take away."""

import csv
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from browser.conftest import Reader, places

from assistant.compare import Cell, Row
from assistant.domain import Citation, DocumentMetadata, Locator
from assistant.messages import load_messages
from assistant.pages.compare_html import by_later, quote_html, wording_html
from assistant.restating import RestatingRules, restatements
from assistant.settings import PROJECT_DIR

pytestmark = pytest.mark.browser
Open = Callable[..., Reader]

ABUSE = "What is recommended on accountability for sexual exploitation and abuse by peacekeepers?"
CEDARS = "How many cedar trees does the Zephyr Accord oblige its parties to plant?"
NOTE, STATEMENT, ZEPHYR = "hippo-information-note-2015", "icrtop-hippo-statement-2015", "zephyr-accord"
CELLS = '[class*="st-key-compare-cell-"]'
SAYS, SILENT = '[class*="st-key-compare-cell-says-"]', '[class*="st-key-compare-cell-silent-"]'


def link(*questions: str, documents: str = f"{ZEPHYR},{STATEMENT},{NOTE}") -> str:
    return f"compare?documents={documents}" + "".join(f"&question={quote(question)}" for question in questions)


def test_a_question_is_asked_of_every_document_by_keyboard(open_app: Open) -> None:
    page = open_app(path="compare").page
    box = page.get_by_label("Question")
    box.fill(ABUSE)
    box.press("Enter")
    page.locator(CELLS).nth(2).wait_for()
    assert page.locator(SAYS).count() == 2
    silent = page.locator(SILENT)
    assert silent.count() == 1
    assert "Does not say" in silent.inner_text()
    assert "Not found in this document" in silent.inner_text()
    assert "2 of 3 documents say something on it" in page.locator(".pa-summary").inner_text()
    page.wait_for_function("location.search.includes('question=')")


def test_a_suggested_question_is_answered_by_two_documents(open_app: Open) -> None:
    page = open_app(path="compare").page
    page.locator('[class*="st-key-compare-suggestion-"] button').first.click()
    page.locator(CELLS).first.wait_for()
    assert page.locator(SAYS).count() >= 2


def test_cells_stand_side_by_side_by_date_and_stack_under_their_names_on_a_phone(open_app: Open) -> None:
    page = open_app(path=link(ABUSE)).page
    page.locator(CELLS).nth(2).wait_for()
    (left, top), *others = places(page.locator(CELLS))
    assert [y for _, y in others] == [top, top]
    assert left < others[0][0] < others[1][0]
    assert "Zephyr" in page.locator(CELLS).nth(2).inner_text()  # undated comes last
    reader = open_app(width=390, height=844, path=link(ABUSE))
    reader.page.locator(CELLS).nth(2).wait_for()
    (left, top), *others = places(reader.page.locator(CELLS))
    assert [x for x, _ in others] == [left, left]
    assert top < others[0][1] < others[1][1]
    assert all(cell.locator("h3").count() == 1 for cell in reader.page.locator(CELLS).all())
    assert not reader.scrolls_sideways()


def test_rows_are_added_and_removed_and_the_link_leads_back(open_app: Open) -> None:
    page = open_app(path=link(ABUSE, CEDARS)).page
    page.locator(".st-key-compare-row-1").wait_for()
    table = page.locator(".pa-overview").inner_text()
    assert table.count("does not say") == 3
    page.locator(".st-key-compare-remove-0 button").click()
    page.locator(".st-key-compare-row-1").wait_for(state="detached")
    page.reload()
    page.locator(".st-key-compare-row-0").wait_for()
    assert page.locator("h2.pa-question").inner_text() == CEDARS


def test_a_quote_opens_where_it_stands_and_escape_leads_back(open_app: Open) -> None:
    page = open_app(path=link(ABUSE)).page
    source = page.locator('[class*="st-key-compare-source-"] button').first
    source.wait_for()
    cell = page.locator(SAYS).first
    quoted = cell.locator("blockquote").first.inner_text().strip("“”")
    assert "Source of quote" in source.text_content()
    source.focus()
    page.keyboard.press("Enter")
    mark = page.locator(".st-key-compare-source mark").first
    mark.wait_for()
    assert mark.inner_text().split()[:5] == quoted.split()[:5]
    assert "documents?document=" in page.locator(".st-key-compare-source a").get_attribute("href")
    page.keyboard.press("Escape")
    mark.wait_for(state="detached")


def test_a_comparison_is_taken_away_as_word_markdown_and_csv(open_app: Open, tmp_path: Path) -> None:
    page = open_app(path=link(ABUSE)).page
    names = {}
    for kind in ("word", "markdown", "csv"):
        with page.expect_download() as download:
            page.locator(f".st-key-compare-{kind} button").click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        names[kind] = path
    assert [path.name for path in names.values()] == ["comparison.docx", "comparison.md", "comparison.csv"]
    assert names["word"].read_bytes()[:2] == b"PK"
    assert f"## {ABUSE}" in names["markdown"].read_text(encoding="utf-8")
    rows = list(csv.DictReader(names["csv"].open(encoding="utf-8-sig")))
    assert {row["document_id"] for row in rows if row["says"] == "yes"} == {NOTE, STATEMENT}
    for row in rows:
        if row["document_id"] != ZEPHYR:
            text = (PROJECT_DIR / "corpus" / f"{row['document_id']}.md").read_text(encoding="utf-8").replace("*", "")
            assert row["quote"].split()[0] in text


def test_the_printable_view_is_a_plain_table(open_app: Open) -> None:
    reader = open_app(path=link(ABUSE))
    page = reader.page
    page.locator(".st-key-compare-print button").click()
    table = page.locator(".pa-print")
    table.wait_for()
    assert "“Immunity must not mean impunity.”" in table.inner_text()
    assert "Does not say." in table.inner_text()
    page.emulate_media(media="print")
    assert not page.locator(".st-key-print-bar").is_visible()
    assert not page.get_by_test_id("stSidebar").is_visible()
    assert page.locator(".stApp").evaluate("e => getComputedStyle(e).position") == "static", "one sheet would be all"
    page.emulate_media(media="screen")
    page.evaluate("window.print = () => { window.printed = true }")
    page.locator(".st-key-print-now button").click()
    page.wait_for_function("window.printed")
    page.locator(".st-key-print-back button").click()
    page.locator(CELLS).first.wait_for()


def test_text_of_documents_and_questions_is_inert(open_app: Open) -> None:
    page = open_app(path=link(CEDARS + ' <img src="https://evil.example/q.png" onerror="document.title=1">')).page
    page.locator(CELLS).nth(2).wait_for()
    assert page.locator(".stMain img, .stMain iframe, .stMain .katex").count() == 0
    assert "<img" in page.locator("h2.pa-question").inner_text()
    assert page.title() != "hacked"


def test_words_that_differ_are_underlined_and_heavier_and_said_aloud(open_app: Open) -> None:
    early = "The mission should take all necessary measures to protect civilians under imminent threat of violence."
    late = "The mission must take all necessary measures to protect civilians and wardens under threat of violence."
    cells = []
    for name, text in (("Early", early), ("Late", late)):
        citation = Citation(1, "p", name, name, Locator(), name, text, 0, len(text))
        cells.append(Cell(DocumentMetadata(name, name, name, "0"), (citation,)))
    pairs = restatements(Row("?", tuple(cells)), RestatingRules(0.55, 8))
    messages = load_messages(PROJECT_DIR / "prompts")
    names = ["Early", "Late"]
    quoted = quote_html(cells[1].citations[0], by_later(pairs, 1)[1], names, messages)
    sheets = "".join((PROJECT_DIR / "assistant/pages" / name).read_text() for name in ("style.css", "compare.css"))
    page = open_app(path="compare").page
    page.set_content(f'<style>{sheets}</style><div class="stHtml">{quoted}{wording_html(pairs, names, messages)}</div>')
    styles = "e => { const s = getComputedStyle(e); return [s.textDecorationLine, s.fontWeight] }"
    assert page.locator("ins").first.evaluate(styles) == ["underline", "700"]
    assert page.locator("del").first.evaluate(styles)[0] == "line-through"
    assert page.locator("ins").all_inner_texts()[:2] == ["must", "and wardens"]
    assert page.locator(".pa-aloud").first.bounding_box()["width"] <= 1
