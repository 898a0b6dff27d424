"""What the chat keeps and hands out, as a person meets it in Chromium."""

import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlparse

import docx
import pytest
from browser.conftest import Reader, free_port, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
Open = Callable[..., Reader]

CHAIR = "Who chaired the Panel?"
SHIFTS = "What are the four essential shifts in the HIPPO report?"
OFF_TOPIC = "What is the boiling point of liquid nitrogen?"
SLOW_APP = Path(__file__).with_name("slow_app.py")


def markers(page: "Page") -> list[str]:
    return [text.split()[1] for text in page.locator('[class*="st-key-cite-"] button').all_inner_texts()]


def kept_of(conversation: str, data: Path) -> list[Path]:
    """What lies on the disk of a conversation and of the feedback on it."""
    return [path for path in data.rglob("*") if conversation in path.name]


def test_a_conversation_survives_a_reload_and_a_link_opens_it_at_an_answer(open_app: Open) -> None:
    reader = open_app()
    reader.ask(SHIFTS)
    reader.ask(CHAIR)
    page = reader.page
    before, text = markers(page), page.locator(".st-key-sources-0").inner_text()
    address = page.url
    assert "conversation=" in address
    page.reload()
    page.locator(".st-key-sources-1").wait_for()
    drawn = """n => document.querySelectorAll('[class*="st-key-cite-"] button').length === n"""
    page.wait_for_function(drawn, arg=len(before))
    assert markers(page) == before
    assert page.locator(".st-key-sources-0").inner_text() == text
    other = open_app(path=f"{address.split('/')[-1]}&answer=2")
    other.page.locator(".pa-question-1").wait_for()
    other.page.wait_for_function("document.querySelector('.pa-question-1').getBoundingClientRect().top < 450")
    other.page.locator('[class*="st-key-cite-1-"] button').first.click()
    other.page.locator(".st-key-source mark").wait_for()
    assert "Ramos-Horta" in other.page.locator(".st-key-source mark").inner_text()


def test_a_conversation_is_renamed_found_and_deleted_with_what_was_said_of_it(
    open_app: Open, tmp_path_factory: pytest.TempPathFactory
) -> None:
    reader = open_app()
    reader.ask(CHAIR)
    page = reader.page
    page.locator(".st-key-manage button").click()
    page.get_by_label("Title").fill("Zebra meeting")
    page.get_by_role("button", name="Save title").click()
    listed = page.locator(".st-key-conversations button", has_text="Zebra meeting")
    listed.wait_for()
    page.locator(".st-key-new_conversation button").click()
    page.locator(".st-key-examples").wait_for()
    listed.click()
    page.locator(".st-key-sources-0").wait_for()
    conversation = parse_qs(urlparse(page.url).query)["conversation"][0]
    page.locator(".st-key-helpful-0 button").click()
    page.locator(".st-key-helpful-0 button", has_text="(noted)").wait_for()
    (data,) = tmp_path_factory.getbasetemp().glob("app[0-9]*/data")
    assert kept_of(conversation, data)
    page.locator(".st-key-manage button").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.locator(".st-key-delete-yes button").click()
    page.locator(".st-key-examples").wait_for()
    assert listed.count() == 0
    assert "conversation" not in page.url
    assert not kept_of(conversation, data)


def test_an_answer_leaves_as_word_and_markdown(open_app: Open, tmp_path: Path) -> None:
    reader = open_app()
    reader.ask(CHAIR)
    page = reader.page
    quote = page.locator(".pa-text").first.inner_text()
    page.locator(".st-key-share-0 button").click()
    for name, ending in (("Word", "docx"), ("Markdown", "md")):
        with page.expect_download() as download:
            page.get_by_role("dialog").get_by_role("button", name=name).click()
        assert download.value.suggested_filename == f"who-chaired-the-panel.{ending}"
        download.value.save_as(tmp_path / f"answer.{ending}")
    assert quote in "\n".join(paragraph.text for paragraph in docx.Document(str(tmp_path / "answer.docx")).paragraphs)
    text = (tmp_path / "answer.md").read_text(encoding="utf-8")
    assert quote in text
    assert "\n1. “Information note on High-Level" in text


def test_the_printable_view_has_the_answer_and_its_notes_and_nothing_else(open_app: Open) -> None:
    reader = open_app()
    reader.ask(CHAIR)
    page = reader.page
    page.locator(".st-key-manage button").click()
    page.locator(".st-key-print button").click()
    page.locator(".pa-print").wait_for()
    assert page.get_by_test_id("stChatInput").count() == 0
    page.emulate_media(media="print")
    assert not page.locator(".st-key-print-bar").is_visible()
    assert not page.get_by_test_id("stSidebar").is_visible()
    assert page.locator(".pa-print").is_visible()
    page.emulate_media(media="screen")
    page.locator(".st-key-print-back button").click()
    page.locator(".st-key-sources-0").wait_for()


def test_thumbs_are_noted_with_a_reason(open_app: Open) -> None:
    reader = open_app()
    reader.ask(CHAIR)
    page = reader.page
    page.locator(".st-key-helpful-0 button").click()
    page.locator(".st-key-helpful-0 button", has_text="(noted)").wait_for()
    page.locator(".st-key-unhelpful-0 button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("is incomplete").click()
    dialog.get_by_text("Make this an evaluation case").click()
    dialog.get_by_role("button", name="Send").click()
    page.locator(".st-key-unhelpful-0 button", has_text="(noted)").wait_for()
    assert "(noted)" not in page.locator(".st-key-helpful-0 button").inner_text()


def test_a_source_opens_in_documents_in_the_same_session(open_app: Open) -> None:
    reader = open_app()
    reader.ask(CHAIR)
    page = reader.page
    page.locator('[class*="st-key-cite-0-0-"] button').first.click()
    page.get_by_role("link", name=re.compile("Open in Documents")).click()
    page.wait_for_url(re.compile("/documents"))
    assert re.search(r"document=hippo-information-note-2015&passage=.+&start=\d+&end=\d+", page.url)
    page.locator("h1").first.wait_for()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=re.compile("Chat")).click()
    page.locator(".st-key-sources-0").wait_for()


def test_a_refusal_offers_questions_that_are_answered(open_app: Open) -> None:
    reader = open_app()
    reader.ask(OFF_TOPIC)
    page = reader.page
    offered = page.locator(".st-key-suggestions button")
    offered.first.wait_for()
    assert 1 <= offered.count() <= 3
    offered.first.click()
    page.locator(".st-key-sources-1").wait_for()


def test_a_filter_acts_and_shows_in_the_answer_it_shaped(open_app: Open) -> None:
    reader = open_app()
    page = reader.page
    page.get_by_test_id("stSidebar").get_by_text("Search only in").click()
    page.wait_for_timeout(1000)  # until it has unfolded: a list opened before is closed again by it
    page.get_by_test_id("stSidebar").get_by_label("Documents").click()
    page.get_by_role("option").first.wait_for()
    page.keyboard.type("Information note")
    page.get_by_role("option", name=re.compile("^Information note")).click()
    page.locator(".st-key-filter_clear").wait_for()
    reader.ask(CHAIR)
    assert "Searched only in:" in page.locator(".st-key-conversation").inner_text()
    page.locator(".st-key-filter_clear button").click()
    page.locator(".st-key-filter_clear").wait_for(state="detached")
    reader.ask(CHAIR)
    assert page.locator(".st-key-conversation").inner_text().count("Searched only in:") == 1


def test_stop_and_a_kill_in_the_middle_of_an_answer_leave_what_was_whole(
    browser: "Browser",
    tmp_path: Path,
) -> None:
    folder, port = tmp_path, free_port()
    page = browser.new_page()
    with serving(folder, script=SLOW_APP, port=port) as url:
        page.goto(url)
        ask(page, "A quick question?")
        page.locator(".st-key-sources-0").wait_for()
        ask(page, "A slow question?")
        stop = page.locator('[class*="st-key-stop-"] button')
        stop.wait_for()
        assert page.locator(".pa-statement").count() == 1, "the first statement is read while the second is made"
        stop.click()
        page.get_by_text("You stopped this answer").wait_for()
        page.locator(".st-key-sources-1").wait_for()
        ask(page, "Another slow question?")
        page.locator(".pa-statement").wait_for()
        address = page.url
        for pid in listening(port):
            os.kill(pid, signal.SIGKILL)
    with serving(folder, script=SLOW_APP, port=port):
        page.goto(address)
        page.locator(".st-key-sources-1").wait_for()
        assert page.locator("h2.pa-question").all_inner_texts() == ["A quick question?", "A slow question?"]
        assert page.locator(".pa-text").count() == 3
    page.close()


def ask(page: "Page", question: str) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")


def listening(port: int) -> list[int]:
    found = subprocess.run(["ss", "-ltnpH", f"sport = :{port}"], capture_output=True, text=True, check=True).stdout
    return [int(pid) for pid in set(re.findall(r"pid=(\d+)", found))]


def test_an_answer_says_how_the_question_was_understood_and_asks_it_as_typed_at_a_press(open_app: Open) -> None:
    reader = open_app()
    reader.ask(CHAIR)
    reader.ask("And who was the vice-chair?")
    page = reader.page
    page.get_by_text("Searched for: And who was the vice-chair? (").wait_for()
    page.locator(".st-key-alone-1 button").click()
    page.locator("h2.pa-question").nth(2).wait_for()
    page.locator(".st-key-sources-2, .st-key-refusal-2").wait_for()
    assert page.locator("h2.pa-question").nth(2).inner_text().endswith("And who was the vice-chair?")
    assert page.get_by_text("Searched for:").count() == 1


def test_an_answer_is_marked_as_quoted_offers_what_to_ask_next_and_its_citation_can_be_copied(open_app: Open) -> None:
    reader = open_app()
    reader.ask(CHAIR)
    page = reader.page
    assert page.locator(".pa-support").first.inner_text() == "quoted from"
    page.locator('[class*="st-key-cite-0-0-"] button').first.click()
    cited = page.locator(".st-key-source").get_by_test_id("stCode")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    cited.hover()
    cited.get_by_role("button").click()
    assert page.evaluate("navigator.clipboard.readText()").startswith(
        "“Information note on High-Level Independent Panel"
    )
    offered = page.locator(".st-key-suggestions button").first
    question = offered.inner_text()
    offered.click()
    page.locator(".st-key-sources-1").wait_for()
    assert page.locator("h2.pa-question").nth(1).inner_text().endswith(question)
