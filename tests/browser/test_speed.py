"""How fast it is for the person at the screen: the first page, the first statement, and ten people at once.

The limits are those of two idle cores; `ASSISTANT_TEST_SLOWER=3` allows three times as much on a machine that is busy
with other things. The figures are printed (pytest -s).
"""

import os
import statistics
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SLOWER = float(os.environ.get("ASSISTANT_TEST_SLOWER", "1"))
FIRST_PAGE, FIRST_STATEMENT, AMONG_TEN = 3.0 * SLOWER, 0.3 * SLOWER, 2.0 * SLOWER  # seconds
QUESTIONS = (
    "Who chaired the Panel?",
    "What are the four essential shifts in the HIPPO report?",
    "What should UN missions be tailored to?",
    "Who vice-chaired the Panel?",
    "What does the Coalition welcome?",
)
# Notes when Enter is pressed and when the first statement that was not there before stands in the page.
WATCH = """() => {
    const count = () => document.querySelectorAll('.pa-text').length;
    window.pa = {};
    document.addEventListener('keydown', (event) => {
        if (event.key === 'Enter') window.pa = {began: performance.now(), before: count()};
    }, true);
    new MutationObserver(() => {
        if (window.pa.began && !window.pa.seconds && count() > window.pa.before)
            window.pa.seconds = (performance.now() - window.pa.began) / 1000;
    }).observe(document.body, {childList: true, subtree: true});
}"""


def test_the_first_page_is_there_within_three_seconds(browser: "Browser", filled_app: str) -> None:
    times = []
    for _ in range(3):
        page = browser.new_context().new_page()  # with nothing in its cache
        began = time.perf_counter()
        page.goto(filled_app)
        page.locator(".st-key-examples button").first.wait_for()
        times.append(time.perf_counter() - began)
        page.context.close()
    print(f"\nfirst page usable: {statistics.median(times):.2f} s (median of {len(times)})")
    assert statistics.median(times) <= FIRST_PAGE


def test_the_first_statement_is_there_within_300_milliseconds(browser: "Browser", filled_app: str) -> None:
    page = browser.new_context().new_page()
    page.goto(filled_app)
    page.locator(".st-key-examples button").first.wait_for()
    page.evaluate(WATCH)
    times = []
    for position, question in enumerate(QUESTIONS):
        send(page, question)
        page.locator(f".st-key-sources-{position}").wait_for()
        page.locator(".st-key-suggestions").wait_for()
        page.wait_for_timeout(1000)  # a reader reads
        times.append(float(page.evaluate("window.pa.seconds")))
    page.context.close()
    print(f"\nfirst statement after Enter: {statistics.median(times):.3f} s median, {max(times):.3f} s longest")
    assert statistics.median(times) <= FIRST_STATEMENT


def test_ten_people_ask_at_once_and_none_reads_what_another_asked(browser: "Browser", filled_app: str) -> None:
    pages = [browser.new_context().new_page() for _ in range(10)]
    for page in pages:
        page.goto(filled_app)
        page.locator(".st-key-examples button").first.wait_for()
        page.evaluate(WATCH)
    questions = QUESTIONS * 2
    times: list[float] = []
    for page, question in zip(pages, questions, strict=True):
        page.get_by_test_id("stChatInputTextArea").fill(question)
    for page in pages:
        page.get_by_test_id("stChatInputTextArea").press("Enter", no_wait_after=True)
    for page, question in zip(pages, questions, strict=True):
        page.locator(".st-key-sources-0").wait_for(timeout=60_000)
        assert page.locator("h2.pa-question").all_inner_texts() == [question]
        assert page.get_by_test_id("stAlert").count() == 0
        times.append(float(page.evaluate("window.pa.seconds")))
    assert len({page.url for page in pages}) == len(pages), "each has a conversation of their own"
    for page in pages:
        page.context.close()
    ranked = sorted(times)
    print(f"\nten at once: median {statistics.median(times):.2f} s, p95 {ranked[-1]:.2f} s, fastest {ranked[0]:.2f} s")
    assert ranked[-1] <= AMONG_TEN  # of ten, the longest is the 95th percentile


def send(page: "Page", question: str) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")
