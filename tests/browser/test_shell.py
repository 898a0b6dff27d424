"""What holds for every page: accessible, by keyboard, at any width and zoom, in both themes, inert, and alone."""

import json
from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest
from browser.conftest import Reader, settled

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Open = Callable[..., Reader]

PAGES = (
    "",
    "documents",
    "documents?view=find&q=peace",
    "documents?view=terms",
    "documents?view=add",
    "documents?document=hippo-information-note-2015",
    "documents?document=zephyr-accord&view=find&q=cedar",
    "compare",
    "compare?question=Who+chaired+the+Panel%3F",
    "evaluation",
)
CHAIR = "Who chaired the Panel?"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Elements of Streamlit's own that we can neither change nor style, by axe rule.
NOT_OURS: dict[str, tuple[str, ...]] = {}


def serious(page: "Page") -> list[str]:
    """What axe-core calls serious or critical, but for what is Streamlit's own."""
    pytest.importorskip("axe_playwright_python", reason="axe-core is missing: pip install -e '.[test]'")
    axe = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(f"() => {{ {axe}; return true }}") if page.evaluate("typeof axe === 'undefined'") else None
    options = {"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate(f"axe.run(document, {json.dumps(options)})")
    return [
        f"{violation['id']}: {node['html'][:300]} {node['failureSummary'][:300]}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
        if not any(part in node["html"] for part in NOT_OURS.get(violation["id"], ()))
    ]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_fits_and_runs_nothing_from_documents(open_app: Open, path: str) -> None:
    """Axe in both themes; a phone, and 1440 x 900 at 200 %, which is 720 x 450; the library holds hostile text."""
    page = (reader := open_app(path=path)).page
    settled(page)
    page.wait_for_timeout(500)
    assert serious(page) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(300)
    assert serious(page) == []
    assert page.title() != "hacked"
    assert page.locator(".stMain img[src*='evil'], .stMain iframe, .stMain a[href^='javascript']").count() == 0
    assert page.locator(".stMain .katex").count() == 0
    for width, height in ((720, 450), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        assert not reader.scrolls_sideways(), f"{path} at {width} x {height}"
        header, first = page.get_by_test_id("stHeader"), page.locator(".stMain :is(h1, button)").first
        assert first.bounding_box()["y"] >= sum(header.bounding_box()[side] for side in ("y", "height")), "covered"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_violation_in_an_answer_its_source_and_its_dialogs(open_app: Open, theme: str) -> None:
    reader = open_app(theme=theme)
    reader.ask("What is the boiling point of liquid nitrogen?")
    reader.ask(CHAIR)
    page = reader.page
    page.locator(".st-key-suggestions").wait_for()
    found = {"answer": serious(page)}
    page.locator('[class*="st-key-cite-1-0-"] button').first.click()
    page.locator(".st-key-source mark").wait_for()
    found["source"] = serious(page)
    for name in ("unhelpful-1", "share-1", "manage"):
        page.locator(f".st-key-{name} button").click()
        page.get_by_role("dialog").get_by_role("button").nth(1).wait_for()
        found[name] = serious(page)
        reader.close_dialog()
    assert found == {name: [] for name in found}


def test_the_pages_are_reached_on_a_phone(open_app: Open) -> None:
    reader = open_app(width=390, height=844)
    page = reader.page
    for name in ("Documents", "Compare", "Evaluation", "Chat"):
        page.get_by_test_id("stExpandSidebarButton").click()
        link = page.get_by_test_id("stSidebarNav").get_by_role("link").filter(has_text=name)
        link.click()
        page.wait_for_function("name => document.title.length > 0 && !document.querySelector('.stSpinner')", arg=name)
        collapse = page.get_by_test_id("stSidebarCollapseButton").get_by_role("button")
        if collapse.is_visible():
            collapse.click()
        page.get_by_test_id("stExpandSidebarButton").wait_for()
    page.locator(".st-key-examples").wait_for()


def test_every_page_can_be_reached_and_asked_by_keyboard_alone(open_app: Open) -> None:
    page = open_app().page
    seen: set[str] = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.innerText || document.activeElement.getAttribute('aria-label')"))
    text = "\n".join(str(words) for words in seen)
    for words in ("Documents", "Compare", "Evaluation", "New conversation", "Search only in", "What is said about"):
        assert words in text
    page.get_by_test_id("stChatInputTextArea").focus()
    page.keyboard.type(CHAIR)
    page.keyboard.press("Enter")
    page.locator(".st-key-sources-0").wait_for()


def test_a_hostile_question_stays_inert_in_history_export_and_print(open_app: Open) -> None:
    reader = open_app()
    hostile = (
        'Zephyr <script>document.title="x"</script> <img src=https://evil.example/q onerror=document.title="x"> '
        "![x](https://evil.example/y.png) [l](javascript:document.title='x') \u202egnirts\u202c "
        "$$\\def\\a{\\a\\a}\\a$$ :material/home: :red[x]"
    )
    reader.ask(hostile)
    page = reader.page
    page.locator(".st-key-conversations button").first.wait_for()
    page.locator(".st-key-share-0 button").click()
    page.get_by_role("dialog").get_by_role("button", name="Word").wait_for()
    reader.close_dialog()
    page.locator(".st-key-manage button").click()
    page.locator(".st-key-print button").click()
    page.locator(".pa-print").wait_for()
    assert "<script>" in page.locator(".pa-print h1").inner_text()
    assert page.title() == "Policy assistant"
    assert page.locator(".stMain img, .stMain iframe, .stMain .katex").count() == 0
