"""The chat page as a person uses it, in Chromium: ask, open a source, read the quote where it stands."""

import re
from collections.abc import Callable

import pytest
from browser.conftest import Reader

from assistant.settings import PROJECT_DIR

pytestmark = pytest.mark.browser
Open = Callable[..., Reader]

CHAIR = "Who chaired the Panel?"
CEDARS = "How many cedar trees does the Zephyr Accord oblige its parties to plant?"
OFF_TOPIC = "What is the boiling point of liquid nitrogen?"
MARKER = '[class*="st-key-cite-0-0-"] button'


def test_the_opening_screen_says_what_can_be_asked(open_app: Open) -> None:
    page = open_app().page
    text = page.locator(".st-key-conversation").inner_text()
    assert "3 documents" in text
    assert "word for word" in text
    assert "gives no opinion" in text
    page.locator(".st-key-examples button").first.wait_for()
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_text("What the library holds").click()
    sidebar.locator(".pa-holdings").wait_for()
    assert "Information note" in sidebar.inner_text()


def test_a_marker_opens_the_quote_highlighted_where_it_stands(open_app: Open) -> None:
    reader = open_app()
    reader.ask(CHAIR)
    page = reader.page
    answer = page.locator(".pa-text").first.inner_text()
    assert "Ramos-Horta" in answer
    assert "quoted from" in page.locator(".pa-support").first.inner_text()
    page.locator(MARKER).first.click()
    quote = page.locator(".st-key-source mark")
    quote.wait_for()
    assert quote.inner_text() == answer
    source = (PROJECT_DIR / "corpus" / "hippo-information-note-2015.md").read_text(encoding="utf-8")
    assert quote.inner_text() in source
    around = page.locator(".st-key-source .pa-source").inner_text()
    assert len(around) > len(answer)
    assert quote.bounding_box()["y"] < 900  # in sight without scrolling
    assert answer[:20] not in page.get_by_test_id("stCode").inner_text()  # how to cite, not the quote again
    assert "Information note" in page.get_by_test_id("stCode").inner_text()


def test_everything_from_question_to_source_and_back_works_by_keyboard(open_app: Open) -> None:
    reader = open_app()
    reader.ask(CHAIR)
    page = reader.page
    named = page.get_by_role("button", name=re.compile(r"^Source 1 Information note on .+"))  # as it is read aloud
    assert named.count() == 2  # in the statement and in the list of sources
    assert page.locator(".st-key-conversation").get_attribute("role") == "log"  # answers are announced
    page.locator(MARKER).first.focus()
    page.keyboard.press("Enter")
    page.locator(".st-key-source mark").wait_for()
    page.wait_for_function("document.activeElement.matches('.st-key-source h2')")
    page.locator(".st-key-source-close button").focus()
    page.keyboard.press("Enter")
    page.locator(".st-key-source").wait_for(state="detached")
    page.wait_for_function(f"document.activeElement === document.querySelector('{MARKER}')")


def test_a_refusal_shows_the_closest_passages_and_no_citation(open_app: Open) -> None:
    reader = open_app()
    reader.ask(OFF_TOPIC)
    refusal = reader.page.locator(".st-key-refusal-0")
    assert refusal.count() == 1
    assert "No answer" in refusal.inner_text()
    assert reader.page.locator(MARKER).count() == 0
    passages = refusal.get_by_test_id("stExpander")
    if passages.count():
        assert "Closest passages" in refusal.inner_text()
        passages.first.locator("summary").click()
        refusal.locator(".pa-source p").first.wait_for()


def test_a_phone_shows_everything_without_sideways_scrolling(open_app: Open) -> None:
    reader = open_app(width=390, height=844)
    assert not reader.scrolls_sideways()
    reader.ask(CHAIR)
    assert not reader.scrolls_sideways()
    reader.page.locator(MARKER).first.click()
    quote = reader.page.locator(".st-key-source mark")
    quote.wait_for()
    assert not reader.scrolls_sideways()
    assert quote.bounding_box()["y"] < 844


def test_text_of_documents_and_questions_is_shown_and_never_run(open_app: Open) -> None:
    reader = open_app()
    reader.ask(CEDARS + ' <img src="https://evil.example/q.png" onerror="document.title=1">')
    page = reader.page
    assert "<script>" in page.locator(".pa-text").first.inner_text()
    page.locator(MARKER).first.click()
    page.locator(".st-key-source mark").wait_for()
    shown = page.locator(".st-key-source .pa-source").inner_text()
    for text in ("<img src=", "<script>", "<iframe", ":smile:", "$$"):
        assert text in shown
    assert page.locator('.st-key-page :is(img, iframe, a:not([href*="documents?"])), .katex').count() == 0
    assert page.title() == "Policy assistant"


def test_a_conversation_belongs_to_one_reader(open_app: Open) -> None:
    first = open_app()
    first.ask(CHAIR)
    second = open_app()
    second.page.locator(".st-key-examples button").first.wait_for()
    assert second.page.locator("h2.pa-question").count() == 0
