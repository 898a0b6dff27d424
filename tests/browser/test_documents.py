"""The documents page as a person uses it, in Chromium: look, read, find, add, ask about it, take it out again."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from browser.conftest import Reader, settled
from docx import Document as WordDocument
from reportlab.pdfgen.canvas import Canvas

from assistant.library import Library

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser
Open = Callable[..., Reader]

PATIENCE = 90_000  # milliseconds, on a machine that does other work too
NOTE = "hippo-information-note-2015"
MARKED = ".st-key-text mark.pa-first"
LINES = ".st-key-lines button"


def documents(reader: "Reader", **params: str) -> "Page":
    """Open the page at an address, as a link would."""
    page = reader.page
    page.set_default_timeout(PATIENCE)
    base = page.url.split("?")[0].rstrip("/").removesuffix("/chat").removesuffix("/documents")
    page.goto(f"{base}/documents?{urlencode(params)}")
    page.locator(".st-key-documents h1, .st-key-reading h1").first.wait_for()
    return page


def in_sight(page: "Page", selector: str) -> bool:
    """Whether it comes into sight within a few seconds and is still there half a second later."""
    place = "s => { const y = document.querySelector(s)?.getBoundingClientRect().y; return y >= 0 && y < innerHeight; }"
    page.wait_for_function(place, arg=selector, timeout=5_000)
    page.wait_for_timeout(500)
    return bool(page.evaluate(place, selector))


def test_the_library_lists_filters_and_says_what_is_missing(open_app: Open) -> None:
    reader = open_app()
    reader.page.get_by_role("link", name="Documents").click()
    page = reader.page
    page.locator(".st-key-documents h1").wait_for()
    cards = page.locator('[class*="st-key-open-"] button')
    cards.nth(2).wait_for()
    assert cards.count() == 3
    assert re.search(r"\d+ passages", page.locator(".st-key-documents").inner_text())
    box = page.get_by_label("Title, symbol or file name")
    box.fill("zephyr")
    box.press("Enter")
    page.get_by_text("1 document of 3").wait_for()
    page.wait_for_function("document.querySelectorAll('[class*=st-key-open-] button').length === 1")
    page.locator(".st-key-coverage summary").click()
    link = page.locator('a[href="https://docs.un.org/en/A/RES/60/1"]')
    link.wait_for()
    assert link.get_attribute("target") == "_blank"
    assert "noopener" in link.get_attribute("rel")


def test_a_link_opens_the_passage_marked_and_in_sight(open_app: Open, corpus_library: Library) -> None:
    passage = corpus_library.passages(NOTE)[-4]
    sentence = passage.sentences[-1]
    for theme, width in (("light", 1440), ("dark", 390)):
        reader = open_app(width=width, height=844, theme=theme)
        params = {"document": NOTE, "passage": passage.id, "start": str(sentence.start), "end": str(sentence.end)}
        page = documents(reader, **params)
        page.locator(MARKED).wait_for()
        page.wait_for_function("document.querySelector('.stMain').scrollTop > 100")
        assert page.locator(MARKED).inner_text() == sentence.text
        assert in_sight(page, MARKED)
        assert page.locator(".st-key-text .pa-passage").count() >= 1
        page.wait_for_function("document.activeElement.matches('.st-key-text .pa-here')")
        assert not reader.scrolls_sideways()


def test_outline_parts_and_the_browsers_back_lead_through_a_document(open_app: Open) -> None:
    page = documents(open_app(), document=NOTE)
    page.get_by_text("Part 1 of 2").wait_for()
    page.locator('[class*="st-key-outline-"] button').last.click()
    page.get_by_text("Part 2 of 2").wait_for()
    page.wait_for_timeout(300)
    assert in_sight(page, ".st-key-text .pa-here")
    page.get_by_role("button", name="Previous part").first.click()
    page.get_by_text("Part 1 of 2").wait_for()
    page.go_back()
    page.get_by_text("Part 2 of 2").wait_for()


def test_a_question_about_a_section_is_asked_in_the_chat_of_that_document(open_app: Open) -> None:
    page = documents(open_app(), document=NOTE)
    page.get_by_role("button", name="Ask about this section").click()
    box = page.get_by_label("Your question; only this document is searched")
    box.wait_for()
    assert "Information note" in box.input_value() or "What is said about" in box.input_value()
    box.fill("Who chaired the Panel?")
    page.get_by_role("button", name="Ask in the chat").click()
    page.locator(".st-key-sources-0").wait_for(timeout=60_000)
    assert "Ramos-Horta" in page.locator(".st-key-conversation").inner_text()
    assert "Searched only in: Information note" in page.locator(".st-key-conversation").inner_text()


def test_words_are_found_counted_drawn_and_opened_where_they_stand(open_app: Open, corpus_library: Library) -> None:
    page = documents(open_app(), view="find")
    box = page.get_by_label("A word or phrase")
    box.fill('"protection of civilians"')
    box.press("Enter")
    page.locator(LINES).first.wait_for()
    ids = (NOTE, "icrtop-hippo-statement-2015")
    count = sum(len(re.findall(r"(?i)protection\Wof\Wcivilians", corpus_library.document(key).text)) for key in ids)
    assert page.locator(".pa-found").inner_text() == f"{count} times in 2 of 3 documents"
    assert page.locator(LINES).count() == count
    page.locator(".stVegaLiteChart canvas, .stVegaLiteChart svg").first.wait_for()
    assert page.locator(".stVegaLiteChart details").count() == 0  # no menu that leads to another host
    assert "2015" in page.locator(".pa-counts").inner_text()
    page.locator(LINES).first.focus()
    page.keyboard.press("Enter")
    page.locator(MARKED).wait_for()
    assert page.locator(MARKED).inner_text().casefold() == "protection of civilians"
    page.get_by_role("button", name="Back to the words found").click()
    page.locator(LINES).first.wait_for()
    assert box.input_value() == '"protection of civilians"'


def test_terms_are_explained_in_the_documents_own_words(open_app: Open) -> None:
    page = documents(open_app(), view="terms")
    term = page.locator('[class*="st-key-term-ICRtoP"]').first
    term.wait_for()
    text = term.inner_text()
    assert "International Coalition for the Responsibility to Protect" in text
    assert re.search(r"Short form used \d+ times?, long form \d+ times?", text)
    term.get_by_role("button", name="Open where it is explained").click()
    page.locator(MARKED).wait_for()
    assert "(ICRtoP)" in page.locator(".st-key-text").inner_text()


def make_files(folder: Path) -> list[Path]:
    """A PDF, a Word and a Markdown file, one of the same content again, and one of an unknown kind."""
    pdf, word, text = folder / "harbour-rules.pdf", folder / "lighthouse.docx", folder / "ferry.md"
    canvas = Canvas(str(pdf))
    canvas.drawString(72, 760, "Harbour Rules of Sidon")
    canvas.drawString(72, 720, "The Harbour Rules of Sidon require forty lanterns on every pier.")
    canvas.save()
    made = WordDocument()
    made.add_heading("Lighthouse Charter of Byblos", 1)
    made.add_paragraph("The Lighthouse Charter of Byblos appoints nine keepers for each tower.")
    made.save(str(word))
    text.write_text("# Ferry Code of Arwad\n\nThe Ferry Code of Arwad allows twelve goats a boat.\n", encoding="utf-8")
    (folder / "ferry-again.md").write_bytes(text.read_bytes())
    (folder / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0old")
    return [pdf, word, text, folder / "ferry-again.md", folder / "old.doc"]


def take_out(page: "Page", card: "Locator") -> None:
    """Remove a document, as its card in the library offers it."""
    card.get_by_role("button", name="Remove").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    settled(page)
    assert "deleted from the folder" in dialog.inner_text()
    dialog.get_by_role("button", name="Remove it").press("Enter")
    page.get_by_text("Removed:").wait_for(timeout=60_000)


@pytest.mark.slow
def test_added_files_can_be_asked_about_at_once_and_are_gone_when_removed(open_app: Open, tmp_path: Path) -> None:
    reader = open_app()
    page = documents(reader, view="add")
    page.locator('input[type="file"]').set_input_files([str(path) for path in make_files(tmp_path)])
    page.get_by_role("button", name="Add 5 files to the library").click()
    page.get_by_text("3 of 5 files added").wait_for(timeout=120_000)
    page.locator(".st-key-taken-4 .pa-title").wait_for()
    outcomes = page.locator('[class*="st-key-taken-"] .pa-title').all_inner_texts()
    assert outcomes == [
        "✓ Added: harbour-rules.pdf",
        "✓ Added: lighthouse.docx",
        "✓ Added: ferry.md",
        "= Already there: ferry-again.md",
        "✕ Not added: old.doc",
    ]
    page.get_by_role("link", name="Chat").click()
    page.locator(".st-key-conversation h1").wait_for(timeout=30_000)
    for question, key in (
        ("How many lanterns do the Harbour Rules of Sidon require on every pier?", "forty lanterns"),
        ("How many keepers does the Lighthouse Charter of Byblos appoint for each tower?", "nine keepers"),
        ("How many goats a boat does the Ferry Code of Arwad allow?", "twelve goats"),
    ):
        reader.ask(question)
        assert key in page.locator(".pa-text").last.inner_text()
    page = documents(reader)
    for name in ("harbour-rules", "lighthouse", "ferry"):
        card = page.locator(f".st-key-document-{name}")
        card.wait_for()
        settled(page)
        if name == "lighthouse":
            with page.expect_download() as download:
                card.get_by_role("button", name="Download").click()
            assert download.value.suggested_filename == "lighthouse.docx"
            assert Path(download.value.path()).read_bytes() == (tmp_path / "lighthouse.docx").read_bytes()
        take_out(page, card)
        card.wait_for(state="detached")
    page.get_by_text("3 documents", exact=True).wait_for()


def test_a_reader_who_turns_away_finds_the_files_in_the_library_all_the_same(open_app: Open, tmp_path: Path) -> None:
    page = documents(open_app(), view="add")
    page.locator('input[type="file"]').set_input_files(str(make_files(tmp_path)[2]))
    page.get_by_role("button", name="Add 1 file to the library").click()
    page.wait_for_timeout(150)
    page.get_by_role("radio", name="Find words").click()
    page.get_by_label("A word or phrase").wait_for()
    page.get_by_role("radio", name="Add").click()
    page.get_by_text("1 of 1 file added").wait_for()
    page.get_by_role("radio", name="Library").click()
    settled(page)
    page.locator(".st-key-remove-library-ferry button").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
    page.get_by_text("Removed:").wait_for(timeout=60_000)


def test_a_file_can_be_dropped_and_a_removal_thought_better_of(open_app: Open) -> None:
    page = documents(open_app(), view="add")
    zone = page.get_by_test_id("stFileUploaderDropzone")
    zone.wait_for()
    data = page.evaluate_handle(
        "() => { const data = new DataTransfer(); data.items.add(new File(['# A'], '../<b>x.exe')); return data; }"
    )
    zone.dispatch_event("drop", {"dataTransfer": data})
    page.get_by_role("button", name="Add 1 file to the library").click()
    page.get_by_text("0 of 1 file added").wait_for(timeout=60_000)
    assert "unsupported type" in page.locator(".st-key-taken-0").inner_text()
    page = documents_again(page)
    settled(page)
    page.locator(f".st-key-remove-library-{NOTE} button").click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    settled(page)
    page.get_by_label("Title, symbol or file name").fill("information")
    page.keyboard.press("Enter")
    page.get_by_text("1 document of 3").wait_for()
    assert page.get_by_role("dialog").count() == 0
    assert page.locator(f".st-key-open-{NOTE}").count() == 1


def documents_again(page: "Page") -> "Page":
    page.get_by_role("radio", name="Library").click()
    page.locator(f".st-key-document-{NOTE}").wait_for()
    return page


def test_everything_is_reached_by_keyboard(open_app: Open) -> None:
    page = documents(open_app())
    button = page.locator(f".st-key-open-{NOTE} button")
    button.focus()
    page.keyboard.press("Enter")
    page.locator(".st-key-reading h1").wait_for()
    page.get_by_role("button", name="Next part").first.wait_for()
    page.wait_for_timeout(1000)  # until the page is whole: what is drawn later would take the keyboard's place
    reached: set[str] = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.innerText || document.activeElement.ariaLabel || ''").strip())
    for name in ("About this document", "Next part", "Link and cite"):
        assert any(name in text for text in reached), (name, reached)
    assert any("Four essential shifts" in text for text in reached)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (720, 450)])  # a phone; a laptop at 200 %
def test_no_part_of_the_page_scrolls_sideways(open_app: Open, width: int, height: int) -> None:
    reader = open_app(width=width, height=height)
    for params in (
        {},
        {"document": NOTE, "start": "900"},
        {"view": "find", "q": "peace operations"},
        {"view": "terms"},
        {"view": "add"},
    ):
        page = documents(reader, **params)
        settled(page)
        assert not reader.scrolls_sideways(), params


def test_text_of_documents_names_and_addresses_is_shown_and_never_run(open_app: Open) -> None:
    reader = open_app()
    hostile = '<img src="https://evil.example/q.png" onerror="document.title=1">'
    page = documents(reader, document="zephyr-accord")
    page.locator(".st-key-text .pa-reading").wait_for()
    shown = page.locator(".st-key-reading").inner_text()
    for text in ("<img src=", "<script>", "<iframe", ":smile:", "$$"):
        assert text in shown
    for params in (
        {"document": "zephyr-accord"},
        {"view": "find", "q": "cedar"},
        {"view": "find", "q": hostile},
        {"document": hostile},
        {},
    ):
        page = documents(reader, **params)
        settled(page)
        assert page.locator(".stMain img, .stMain iframe, .stMain .katex").count() == 0
        assert page.title() == "Policy assistant"


HOSTILE_NAMES = {  # what is uploaded: the title that it has in the library, for want of another
    "<img src=x onerror=document.title=1>.md": "Img src=x onerror=document.title=1",
    "<script>document.title=1<&script>.md": "Script document.title=1 &script",
    "\u202egnp.exe\u202c invoice.md": "Gnp.exe invoice",
    "bell\x07 \x1b[31mred\u200b.md": "Bell [31mred",
    "![x](evil.example) :red[x] $$a$$ `b`.md": "![x](evil.example) red[x] $$a$$ `b`",
    f"{'long' * 60}.md": "Long" + 5 * "long",
}


@pytest.mark.slow
def test_hostile_file_names_are_shown_and_never_run(open_app: Open) -> None:
    """A file without a heading has its name for a title, which stands in every list of documents."""
    reader = open_app()
    page = documents(reader, view="add")
    base = page.url.split("/documents")[0]
    texts = [
        f"Heron number {number} counts the reeds of its own pond.".encode() for number, _ in enumerate(HOSTILE_NAMES)
    ]
    files = [{"name": n, "mimeType": "text/markdown", "buffer": t} for n, t in zip(HOSTILE_NAMES, texts, strict=True)]
    page.locator('input[type="file"]').set_input_files(files)
    page.get_by_role("button", name=f"Add {len(files)} files to the library").click()
    page.get_by_text(f"{len(files)} of {len(files)} files added").wait_for(timeout=PATIENCE)
    for path in ("", "", "compare", "evaluation", "documents?view=find&q=heron", "documents"):
        settled(page)
        for title in HOSTILE_NAMES.values() if "documents" in page.url else ():
            assert title in page.locator(".st-key-documents").inner_text()
        assert page.title() == "Policy assistant"
        assert page.locator(".stMain img, .stMain iframe, .stMain .katex, .stMain a[href*='evil']").count() == 0
        assert not reader.scrolls_sideways(), page.url
        page.goto(f"{base}/{path}")
        page.locator("h1").first.wait_for()
    titles = re.compile("|".join(map(re.escape, HOSTILE_NAMES.values())))
    cards = page.locator('[class*="st-key-document-"]').filter(has_text=titles)
    for left in range(len(files), 0, -1):
        settled(page)
        page.get_by_text(f"{left + 3} documents", exact=True).wait_for()
        take_out(page, cards.first)
    page.get_by_text("3 documents", exact=True).wait_for()
