"""What a search is restricted to by issuing body, kind and years: it shapes the answer, and the answer says so."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from browser.conftest import Reader, serving

from assistant.library import Library
from assistant.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
QUESTION = "What is said about the protection of civilians?"
CENTRE = "Global Centre for the Responsibility to Protect"
WORKSHOP = "UN Perspectives: The Future of Civilian Protection"


@pytest.fixture(scope="module")
def real_app(
    chromium: str, corpus_settings: Settings, corpus_library: Library, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The app over the project's own five documents, whose bodies, kinds and dates are known."""
    folder = tmp_path_factory.mktemp("real")
    shutil.copytree(corpus_settings.data_dir, folder / "data")
    with serving(folder, corpus=corpus_settings.corpus_dir) as url:
        yield url


@pytest.fixture
def reader(browser: "Browser", real_app: str) -> Iterator[Reader]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    reader = Reader(context.new_page())
    reader.page.goto(real_app)
    reader.page.locator(".st-key-examples button").first.wait_for(timeout=60_000)
    sidebar(reader.page).get_by_text("Search only in").click()
    reader.page.wait_for_timeout(1000)  # until it has unfolded: a list opened before is closed again by it
    yield reader
    context.close()


def sidebar(page: "Page") -> "Page":
    return page.get_by_test_id("stSidebar")


def choose(page: "Page", label: str, option: str) -> None:
    sidebar(page).get_by_label(label).click()
    page.get_by_role("option").first.wait_for()
    page.keyboard.type(option)
    page.get_by_role("option", name=option).first.click()
    page.locator(".st-key-filter_clear").wait_for()


def sources(page: "Page", position: int) -> list[str]:
    return page.locator(f".st-key-sources-{position} button").all_inner_texts()


@pytest.mark.parametrize(
    ("label", "option", "title"),
    [("Issued by", CENTRE, WORKSHOP), ("Kinds of document", "workshop summary", WORKSHOP)],
)
def test_body_and_kind_shape_the_answer_and_are_said_in_it(reader: Reader, label: str, option: str, title: str) -> None:
    page = reader.page
    reader.ask(QUESTION)
    assert any(title not in source for source in sources(page, 0)), "else the choice would prove nothing"
    choose(page, label, option)
    reader.ask(QUESTION)
    assert sources(page, 1)
    assert all(title in source for source in sources(page, 1))
    said = f"Searched only in: {option}"
    conversation = page.locator(".st-key-conversation")
    assert conversation.inner_text().count(said) == 1
    page.reload()
    conversation.get_by_text(said).first.wait_for()  # it is kept with the answer
    assert conversation.get_by_text(said).count() == 1


def test_years_shape_the_answer_and_are_said_in_it(reader: Reader) -> None:
    page = reader.page
    first, last = sidebar(page).get_by_role("slider").all()
    assert (first.input_value(), last.input_value()) == ("2010", "2016")
    last.focus()
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    page.locator(".st-key-filter_clear").wait_for()
    reader.ask("What is said about a United Nations Emergency Peace Service?")
    assert "Searched only in: documents up to 2010" in page.locator(".st-key-conversation").inner_text()
    assert sources(page, 0)
    assert all("UNEPS in Context" in source for source in sources(page, 0))
