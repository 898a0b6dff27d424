"""The report holds every figure and every failing case, compares with an earlier one, and is inert."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from assistant.domain import ANSWERED, Answer, AnswerStatus, Reason, Statement, Support
from assistant.errors import AssistantError, DataFileError
from evals.bounds import Bound
from evals.command import write_report
from evals.dataset import Case, CaseKind
from evals.report import build_record, compare, read_record
from evals.report_html import html
from evals.report_markdown import inert, markdown
from evals.run import PRODUCTION, Evaluation, evaluate
from tests.scripted import CASES, FACT, SOURCES, Scripted, good, refuses, says

HOSTILE = (
    '<script src="http://evil.example/x.js"></script><img src=x onerror=alert(1)> ![x](http://evil.example/y.png) |'
)
DATE = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def evaluation(cases: tuple[Case, ...] = CASES, **columns: Callable[[str], Answer]) -> Evaluation:
    makers = columns or {PRODUCTION: good}
    return evaluate(
        cases, {label: lambda s=s: Scripted(s) for label, s in makers.items()}, SOURCES, retrieval_only={"plain"}
    )


def make_record(*args: Any, **columns: Callable[[str], Answer]) -> dict[str, Any]:
    return build_record(
        evaluation(*args, **columns), split="test", subset=None, made_with={"library": "abc"},
        targets=(Bound("recall@5", None, at_least=0.9), Bound("words", None, at_most=1)), date=DATE,
    )  # fmt: skip


def bad(question: str) -> Answer:
    return says("nothing of the kind") if question != FACT.question else refuses()


def test_a_record_survives_json_and_is_the_same_each_time() -> None:
    def steady(record: dict[str, Any]) -> str:
        text = json.dumps(record, allow_nan=False)
        return re.sub(r'"(latency_p50|latency_p95)": (\{[^}]*\}|[\d.e-]+)|"(production)": [\d.]+', "", text)

    assert steady(make_record()) == steady(make_record())


def test_a_record_holds_rows_figures_and_what_it_was_made_with() -> None:
    record = make_record()
    assert (record["split"], record["cases"], record["date"]) == ("test", 3, "2026-11-21T09:30:00+00:00")
    assert record["made_with"] == {"library": "abc"}
    row = next(row for row in record["rows"] if row["id"] == "fact")
    assert row["question"] == "How many?"
    assert row["gold_ranks"] == [1]
    assert row["text"] == "sixteen members, five times"
    assert record["passages"][row["retrieved"][0]]["text"].startswith("The Panel")
    total = record["columns"][PRODUCTION]["total"]
    assert total["recall@5"]["n"] == 2
    assert total["quotes_exact"] is None
    assert [t["kept"] for t in record["targets"]] == [True, False]


def test_the_curve_is_drawn_from_the_scores_of_the_answers() -> None:
    curves = make_record()["columns"][PRODUCTION]["curves"]
    assert curves["all unanswerable"]["area"] == 1
    assert curves["near only"]["unanswerable"] == 1


def test_without_scores_there_is_no_curve() -> None:
    def silent(question: str) -> Answer:
        return replace(good(question), answerability=None)

    assert make_record(production=silent)["columns"][PRODUCTION]["curves"] == {}


def test_follow_ups_stand_beside_single_questions() -> None:
    found = make_record()["follow_up"]["key_facts"]
    assert (found["follow_up"]["value"], found["single_fact"]["value"], found["difference"]["value"]) == (1, 1, 0)


def test_a_report_on_one_kind_alone_is_still_drawn() -> None:
    record = make_record((FACT,))
    assert record["follow_up"]["recall@5"]["difference"] is None
    assert "How many?" not in markdown(make_record((replace(FACT, gold=(), key_facts=()),), production=good))
    assert "<h1>" in html(record)


def test_other_columns_are_compared_with_the_first_case_by_case() -> None:
    record = make_record(production=good, plain=bad, worse=bad)
    assert record["columns"]["worse"]["versus"]["answered"]["difference"] == -0.5
    assert record["columns"]["plain"]["versus"]["answered"] is None
    assert record["columns"]["plain"]["total"]["key_facts"] is None
    assert record["columns"][PRODUCTION]["versus"] is None
    text = markdown(record)
    assert "Baseline and ablations" in text
    assert "Difference from production" in text


# -- against an earlier report ---------------------------------------------------------------------------------------


def test_against_an_earlier_report_only_unchanged_cases_are_compared() -> None:
    earlier = make_record(production=bad)
    changed = replace(CASES[2], question="and how often, then?")
    found = compare(make_record((*CASES[:2], changed)), earlier)
    assert (found["shared"], found["only_now"], found["only_before"]) == (2, 1, 1)
    assert found["metrics"]["answered"]["difference"] == 1
    assert found["metrics"]["refused"]["difference"] == 1
    assert found["newly_failing"] == []
    assert found["mended"] == ["near"]


def test_an_earlier_report_with_nothing_in_common_is_compared_without_figures() -> None:
    other = replace(FACT, id="other")
    found = compare(make_record(), make_record((other,)))
    assert found["shared"] == 0
    assert set(found["metrics"].values()) == {None}


def test_what_is_not_a_report_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for content in ("", "[]", '{"a": 1}'):
        path.write_text(content)
        with pytest.raises(DataFileError, match=r"x\.json"):
            read_record(path)
    with pytest.raises(DataFileError, match="none"):
        read_record(tmp_path / "none.json")
    with pytest.raises(DataFileError, match="format 0"):
        compare(make_record(), {**make_record(), "format": 0})


# -- HTML and Markdown -----------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """The tags and attributes of a page, and whether each opened tag is closed in order."""

    VOID = frozenset({"meta", "line", "circle", "rect", "polyline"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def hostile_record() -> dict[str, Any]:
    case = replace(FACT, question=HOSTILE, note=HOSTILE, history=(("user", HOSTILE),), kind=CaseKind.FOLLOW_UP)

    def answer(_: str) -> Answer:
        statement = Statement(HOSTILE, (), Support.SUPPORTED)
        return replace(says("x"), statements=(statement,), search_query=HOSTILE)

    record = make_record((case, *CASES), production=answer, **{HOSTILE: answer})
    record["against"] = compare(record, make_record())
    record["made_with"][HOSTILE] = HOSTILE
    return record


def test_the_html_is_well_formed_and_nothing_in_it_comes_alive() -> None:
    page = Page(html(hostile_record()))
    assert page.open == []
    assert not {"script", "img", "iframe", "link", "a", "object"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href")]
    assert any(value.startswith("default-src 'none'") for name, value in page.attributes if name == "content")


def test_the_html_loads_nothing_from_elsewhere_and_fits_a_phone() -> None:
    text = html(make_record(production=good, other=bad))
    assert not re.search(r"https?://|url\(|@import", text)
    assert "width=device-width" in text
    assert "<svg" in text


def test_the_html_shows_each_failing_case_with_gold_answer_and_evidence() -> None:
    record = make_record(production=bad)
    text = html(record)
    assert text.count("<details>") == sum(bool(row["failures"]) for row in record["rows"]) == 3
    for shown in (
        "refused although the documents answer",
        "nothing of the kind",
        "not in the passages",
        "Missing fact",
    ):
        assert shown in text


def test_markdown_shows_the_same_and_keeps_markup_inert() -> None:
    text = markdown(hostile_record())
    assert "Failing cases" in text
    assert not re.search(r"(?<!\\)<script|(?<!\\)!\\?\[x", text)
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1, table


def test_inert_text_is_one_line_without_markup() -> None:
    assert inert("a\n*b* | <c>") == r"a \*b\* \| \<c\>"


def test_a_report_is_written_three_ways_and_read_again(tmp_path: Path) -> None:
    record = make_record()
    paths = write_report(record, tmp_path / "new")
    assert [path.name for path in paths] == ["test.html", "test.md", "test.json"]
    assert write_report({**record, "subset": 50}, tmp_path)[2].name == "test-50.json"  # beside the whole, not over it
    assert read_record(paths[2])["rows"] == json.loads(json.dumps(record["rows"]))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AssistantError, match="cannot be written"):
        write_report(make_record(), tmp_path / "file")


def test_a_case_that_expects_a_refusal_is_reported_with_both() -> None:
    case = Case("far", CaseKind.UNANSWERABLE_FAR, "Cake?", AnswerStatus(reason=Reason.OFF_TOPIC))
    row = make_record((case,), production=lambda _: replace(says("cake"), status=ANSWERED))["rows"][0]
    assert (row["expected"], row["status"]) == ("unanswerable:off_topic", "answered")
    assert row["failures"] == ["answered although the documents do not"]
