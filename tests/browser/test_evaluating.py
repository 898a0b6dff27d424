"""The evaluation page as a person uses it, in Chromium: figures, trend, failing cases, pictures, draft cases."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browser.conftest import Reader, places

from assistant.drafts import DraftBox, DraftCase, DraftGold
from evals.command import write_report
from evals.dataset import load_cases
from evals.history import REPORTS_FOLDER, add_run
from evals.own_cases import OWN_CASES
from evals.report import build_record
from evals.run import PRODUCTION, evaluate
from tests.scripted import CASES, FACT, SOURCES, Scripted, good, refuses

pytestmark = pytest.mark.browser
Open = Callable[..., Reader]

NOTE = "hippo-information-note-2015"
QUOTE = (
    "The Panel consisted of 16 members chaired by former President of Timor-Leste and Nobel Laureate Jose Ramos-Horta "
    "and vice-chaired by Ms. Ameerah Haq."
)


@pytest.fixture(scope="module")
def data_dir(filled_app: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the running app, with two runs of an evaluation and a draft case."""
    (found,) = tmp_path_factory.getbasetemp().glob("app[0-9]*/data")
    for day in (1, 2):
        columns = {PRODUCTION: lambda: Scripted(lambda _: refuses()), "plain pipeline": lambda: Scripted(good)}
        record = build_record(
            evaluate(CASES, columns, SOURCES, retrieval_only={"plain pipeline"}),
            split="dev",
            subset=None,
            made_with={"library": "abc", "model": "small", "retrieval profile": "full"},
            date=datetime(2026, 11, day, 9, 30, tzinfo=UTC),
        )
        write_report(record, found / REPORTS_FOLDER)
        add_run(found / REPORTS_FOLDER, record)
    DraftBox(found / "drafts").add(
        DraftCase("draft-1", "single_fact", "Who led the Panel?", "answered", "", gold=(DraftGold(NOTE, QUOTE),))
    )
    return found


def test_where_nothing_was_run_the_command_is_named(open_app: Open, tmp_path_factory: pytest.TempPathFactory) -> None:
    if list(tmp_path_factory.getbasetemp().glob(f"app[0-9]*/data/{REPORTS_FOLDER}/*.json")):
        pytest.skip("an evaluation is there already; run alone, or first")
    page = open_app(path="evaluation").page
    page.get_by_test_id("stCode").wait_for()
    assert page.get_by_test_id("stCode").inner_text().strip() == "policy-assistant eval --split dev"


@pytest.mark.usefixtures("data_dir")
def test_figures_stand_beside_the_baseline_and_charts_are_saved_as_pictures(open_app: Open, tmp_path: Path) -> None:
    page = open_app(path="evaluation").page
    table = page.locator(".pa-table").first
    table.wait_for()
    assert "plain pipeline" in table.inner_text()
    assert "(100–100)" in table.inner_text()
    page.locator(".st-key-chart-shares svg.marks").wait_for()
    for ending, start in (("svg", b"<svg"), ("png", b"\x89PNG")):
        with page.expect_download() as download:
            page.locator(f".st-key-chart-save-shares-{ending} button").click()
        download.value.save_as(tmp_path / f"shares.{ending}")
        assert (tmp_path / f"shares.{ending}").read_bytes().startswith(start)
    with page.expect_download() as download:
        page.locator(".st-key-evaluation-csv button").click()
    assert download.value.suggested_filename == "dev-figures.csv"


@pytest.mark.usefixtures("data_dir")
def test_the_views_are_reached_by_keyboard_and_by_link(open_app: Open) -> None:
    page = open_app(path="evaluation").page
    page.get_by_role("radio", name="Figures").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.wait_for_function("location.search.includes('view=trend')")
    page.locator(".st-key-chart-trend svg.marks").wait_for()
    page.locator(".pa-table").filter(has_text="1 November 2026").wait_for()  # the views before it go one by one
    failing = open_app(path="evaluation?view=failures").page
    expander = failing.get_by_test_id("stExpander").filter(has_text=FACT.question).first
    expander.locator("summary").first.click()
    sides = expander.locator(".pa-sides section")
    sides.first.wait_for()
    (left, top), (right, beside) = places(sides)
    assert top == beside
    assert left < right
    assert FACT.gold[0].quote in sides.first.inner_text()


@pytest.mark.usefixtures("data_dir")
@pytest.mark.parametrize("view", ["figures", "trend", "failures", "feedback", "drafts"])
def test_a_phone_shows_every_view_without_sideways_scrolling(open_app: Open, view: str) -> None:
    reader = open_app(width=390, height=844, path=f"evaluation?view={view}")
    reader.page.get_by_role("radiogroup").wait_for()
    reader.page.wait_for_timeout(700)
    assert not reader.scrolls_sideways()


def test_a_draft_is_mended_and_accepted(open_app: Open, data_dir: Path) -> None:
    page = open_app(path="evaluation?view=drafts").page
    draft = page.get_by_test_id("stExpander").filter(has_text="Who led the Panel?")  # other tests leave drafts too
    draft.locator("summary").first.click()
    page.locator(".st-key-evaluation-accept-draft-1 button").click()
    page.get_by_role("alert").filter(has_text="key fact").wait_for()
    draft.get_by_label("Key facts").fill("Ramos-Horta")
    page.locator(".st-key-evaluation-accept-draft-1 button").click()
    page.get_by_text("Accepted as own").wait_for()
    (case,) = load_cases(data_dir / OWN_CASES)
    assert (case.id, case.question) == ("own-001", "Who led the Panel?")
