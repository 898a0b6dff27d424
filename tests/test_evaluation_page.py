"""The evaluation page as Streamlit runs it: reports, history, failing cases, feedback, draft cases."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from assistant.answering import Assistant
from assistant.domain import Answer
from assistant.drafts import DraftBox, DraftCase, DraftGold
from assistant.feedback import Feedback, FeedbackBox, FeedbackReason
from assistant.pages import resources
from assistant.pages import staff as module
from assistant.pages.evaluation_charts import kind_chart, share_chart, trend_chart
from assistant.pages.evaluation_data import as_csv, by_kind, failure_counts, figures, shares
from assistant.pages.evaluation_drafts import read_facts
from assistant.pages.evaluation_inbox import AT_ONCE
from assistant.settings import Settings, load_settings
from evals.command import write_report
from evals.history import REPORTS_FOLDER, add_run
from evals.own_cases import OWN_CASES
from evals.report import build_record
from evals.run import PRODUCTION, evaluate
from tests.scripted import CASES, FACT, SOURCES, Scripted, good, refuses, says

HOSTILE = '<script>alert("x")</script> ![x](https://evil.example/x.png) :smile:'
Open = Callable[..., AppTest]


def bad(question: str) -> Answer:
    return says(HOSTILE) if question != FACT.question else refuses()


def record(day: int = 1, answers: Callable[[str], Answer] = good) -> dict[str, Any]:
    columns = {PRODUCTION: lambda: Scripted(answers), "plain": lambda: Scripted(good)}
    evaluation = evaluate(CASES, columns, SOURCES, retrieval_only={"plain"})
    made_with = {"library": "abc", "model": "small", "retrieval profile": "full"}
    date = datetime(2026, 11, day, 9, 30, tzinfo=UTC)
    return build_record(evaluation, split="dev", subset=None, made_with=made_with, date=date)


def page() -> None:
    from assistant.pages import evaluation

    evaluation.render()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data_dir=tmp_path, _env_file=None)


@pytest.fixture
def open_page(corpus_assistant: Assistant, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setattr(resources, "get_assistant", lambda: corpus_assistant)
    monkeypatch.setattr(resources, "get_settings", lambda: settings)
    st.cache_resource.clear()

    def opened(view: str = "figures") -> AppTest:
        app = AppTest.from_function(page, default_timeout=60)
        app.query_params["view"] = view
        app.run()
        assert not app.exception
        return app

    yield opened
    st.cache_resource.clear()


def write(settings: Settings, *records: dict[str, Any]) -> None:
    folder = settings.data_dir / REPORTS_FOLDER
    for one in records:
        write_report(one, folder)
        add_run(folder, one)


def html(app: AppTest) -> str:
    return "\n".join(element.body for element in app.html)


def text_area(app: AppTest, name: str) -> Any:
    return next(area for area in app.text_area if area.key and area.key.startswith(f"evaluation-{name}-"))


def press(app: AppTest, prefix: str) -> AppTest:
    next(button for button in app.button if button.key and button.key.startswith(prefix)).click()
    app.run()
    assert not app.exception
    return app


class TestFigures:
    @pytest.mark.parametrize("view", ["figures", "trend", "failures"])
    def test_where_nothing_was_run_the_command_is_named(self, open_page: Open, view: str) -> None:
        app = open_page(view)
        assert "No evaluation has been run yet" in app.info[0].value
        assert app.code[0].value == "policy-assistant eval --split dev"

    def test_each_figure_has_its_interval_and_the_baseline_beside_it(self, open_page: Open, settings: Settings) -> None:
        write(settings, record())
        text = html(open_page())
        assert "1 November 2026, 09:30 UTC" in text
        assert '<th scope="col">production</th><th scope="col">plain</th>' in text
        assert "100.0 % (100–100), n\N{NO-BREAK SPACE}2" in text
        assert "What is counted: " in text

    def test_a_file_that_is_no_report_is_named_and_the_others_are_shown(
        self, open_page: Open, settings: Settings
    ) -> None:
        write(settings, record())
        (settings.data_dir / REPORTS_FOLDER / "broken.json").write_text("{", encoding="utf-8")
        app = open_page()
        assert "broken" in app.warning[0].value
        assert "pa-table" in html(app)

    def test_figures_as_csv_hold_every_interval(self) -> None:
        found = figures(record())
        rows = list(csv.DictReader(io.StringIO(as_csv(found).removeprefix("\ufeff"))))
        assert len(rows) == len(found)
        first = next(row for row in rows if row["metric"] == "recall@5" and not row["kind"])
        assert (first["assistant"], first["value"], first["n"]) == ("production", "100.0", "2")
        assert float(first["low"]) <= float(first["value"]) <= float(first["high"])


class TestCharts:
    @pytest.mark.parametrize("kind", ["shares", "kinds", "trend"])
    def test_a_chart_holds_its_data_and_names_no_other_host(self, kind: str) -> None:
        found = figures(record())
        chart = {
            "shares": lambda: share_chart(shares(found), "per cent", "assistant"),
            "kinds": lambda: kind_chart(by_kind(found, "recall@5"), "per cent", "assistant", "all cases"),
            "trend": lambda: trend_chart(shares(found), "per cent", "assistant", "run"),
        }[kind]()
        drawn = chart.to_dict()
        drawn.pop("$schema")  # a name, not an address that is asked
        assert "http" not in str(drawn)
        assert '"url"' not in str(drawn)
        assert {"color", "shape"} <= set(drawn["layer"][-1]["encoding"])  # never by colour alone


class TestTrend:
    def test_one_run_says_that_a_line_comes_with_the_next(self, open_page: Open, settings: Settings) -> None:
        write(settings, record())
        assert "One run so far" in html(open_page("trend"))

    def test_runs_stand_newest_first_with_their_failing_cases(self, open_page: Open, settings: Settings) -> None:
        write(settings, record(1, bad), record(2))
        text = html(open_page("trend"))
        assert text.index("2 November 2026") < text.index("1 November 2026")
        assert "One run so far" not in text


class TestFailures:
    def test_each_failing_case_has_gold_answer_and_evidence_side_by_side(
        self, open_page: Open, settings: Settings
    ) -> None:
        write(settings, record(1, bad))
        app = open_page("failures")
        text = html(app)
        assert any(FACT.question.rstrip("?") in expander.label for expander in app.expander)
        assert f"“{FACT.gold[0].quote}”" in text
        assert "What was answered" in text
        assert "Passages found" in text
        assert "<script>alert" not in text

    def test_ways_of_failing_can_be_chosen(self, open_page: Open, settings: Settings) -> None:
        write(settings, record(1, bad))
        app = open_page("failures")
        refused = "refused although the documents answer"
        app.selectbox(key="evaluation-failure").set_value(refused).run()
        assert not app.exception
        assert len(app.expander) == failure_counts(record(1, bad)["rows"])[refused]

    def test_where_none_fails_it_says_so(self, open_page: Open, settings: Settings) -> None:
        without = record() | {"rows": [row | {"failures": []} for row in record()["rows"]]}
        write(settings, without)
        assert "No case of this report fails." in html(open_page("failures"))


class TestInbox:
    def feedback(self, corpus_assistant: Assistant) -> Feedback:
        answer = corpus_assistant.answer("Who chaired the Panel?")
        return Feedback(
            "f" * 32, "2026-11-25T14:03:07+00:00", "local", False, answer, FeedbackReason.INCOMPLETE, HOSTILE
        )

    def test_where_nobody_spoke_it_says_so(self, open_page: Open) -> None:
        assert "Nobody has said anything yet" in html(open_page("feedback"))

    def test_a_message_is_shown_made_a_draft_and_removed(
        self, open_page: Open, settings: Settings, corpus_assistant: Assistant
    ) -> None:
        FeedbackBox(settings.data_dir / "feedback").add(self.feedback(corpus_assistant))
        app = open_page("feedback")
        assert "Did not help, 25 November 2026" in app.expander[0].label
        assert "Reason: incomplete" in html(app)
        assert "Ramos-Horta" in html(app)
        assert "<script>alert" not in html(app)
        press(app, "evaluation-draft-")
        (draft,) = DraftBox(settings.data_dir / "drafts").all()
        assert draft.question == "Who chaired the Panel?"
        press(app, "evaluation-remove-")
        assert FeedbackBox(settings.data_dir / "feedback").all() == ()

    def test_the_newest_are_shown_and_the_rest_at_a_press(
        self, open_page: Open, settings: Settings, corpus_assistant: Assistant
    ) -> None:
        box, one = FeedbackBox(settings.data_dir / "feedback"), self.feedback(corpus_assistant)
        for number in range(AT_ONCE + 3):
            box.add(
                replace(one, id=f"{number:032d}", at=f"2026-11-25T14:03:{number:02d}+00:00", comment=f"No {number}.")
            )
        app = open_page("feedback")
        assert len(app.expander) == AT_ONCE
        assert f"No {AT_ONCE + 2}." in html(app)
        assert "No 0." not in html(app)
        more = app.button(key="evaluation-feedback-more")
        assert "3 left" in more.label
        more.click().run()
        assert len(app.expander) == AT_ONCE + 3
        assert "No 0." in html(app)


@pytest.mark.parametrize(
    ("claims", "staff", "admitted"),
    [
        ({"email": "Ann@un.example"}, "ann@un.example, bo@un.example", True),
        ({"email": "ann@un.example", "email_verified": True}, "ann@un.example", True),
        ({"email": "ann@un.example", "email_verified": False}, "ann@un.example", False),
        ({"email": "eve@un.example"}, "ann@un.example", False),
        ({"email": ""}, "", False),
        ({"email": ""}, "ann@un.example", False),
        ({}, "", False),
    ],
)
@pytest.mark.parametrize("view", ["feedback", "drafts"])
def test_where_people_sign_in_only_staff_read_what_readers_said(
    open_page: Open, settings: Settings, monkeypatch: pytest.MonkeyPatch, claims: dict[str, object], staff: str,
    admitted: bool, view: str,
) -> None:  # fmt: skip
    class User:
        def to_dict(self) -> dict[str, object]:
            return claims

    monkeypatch.setattr(module, "sign_in_configured", lambda: True)
    monkeypatch.setattr(st, "user", User())
    monkeypatch.setattr(resources, "get_settings", lambda: settings.model_copy(update={"staff": staff}))
    app = open_page(view)
    assert bool(app.info) is not admitted
    assert ("Nobody has said" in html(app) or "No draft case" in html(app)) is admitted


class TestDrafts:
    @pytest.fixture
    def box(self, settings: Settings, corpus_assistant: Assistant) -> DraftBox:
        answer = corpus_assistant.answer("Who chaired the Panel?")
        gold = tuple(DraftGold(c.document_id, c.quote) for c in answer.citations)
        box = DraftBox(settings.data_dir / "drafts")
        box.add(DraftCase("draft-1", "single_fact", "Who chaired the Panel?", "answered", HOSTILE, gold=gold))
        return box

    def test_a_draft_without_key_facts_is_not_accepted_yet(self, open_page: Open, box: DraftBox) -> None:
        app = press(open_page("drafts"), "evaluation-accept-")
        assert "an answered case needs at least one key fact" in html(app)
        assert len(box.all()) == 1

    def test_an_edited_draft_is_accepted_into_the_own_cases(
        self, open_page: Open, box: DraftBox, settings: Settings
    ) -> None:
        app = open_page("drafts")
        text_area(app, "facts").set_value("Ramos-Horta | Horta")
        press(app, "evaluation-accept-")
        assert "own" in app.success[0].value
        assert box.all() == ()
        line = (settings.data_dir / OWN_CASES).read_text(encoding="utf-8")
        assert '"key_facts": [["Ramos-Horta", "Horta"]]' in line
        assert "1 case accepted so far." in html(app)

    def test_a_draft_is_saved_as_edited(self, open_page: Open, box: DraftBox) -> None:
        app = open_page("drafts")
        text_area(app, "question").set_value("Who was in the chair?")
        press(app, "evaluation-save-")
        assert [draft.question for draft in box.all()] == ["Who was in the chair?"]

    def test_a_rejected_draft_is_gone(self, open_page: Open, box: DraftBox, settings: Settings) -> None:
        app = press(open_page("drafts"), "evaluation-reject-")
        assert box.all() == ()
        assert "No draft case waits" in html(app)
        assert not (settings.data_dir / OWN_CASES).exists()


@pytest.mark.parametrize(
    ("text", "facts"),
    [("", ()), ("a | b\n\n c ", (("a", "b"), ("c",))), (" | \n", ()), ("16 members", (("16 members",),))],
)
def test_facts_are_read_one_a_line(text: str, facts: tuple[tuple[str, ...], ...]) -> None:
    assert read_facts(text) == facts
