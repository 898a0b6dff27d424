"""Evaluating scripted assistants: what is asked, what is kept, what the gate says."""

import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.domain import (
    Answer,
    Conversation,
    Filters,
    Reason,
    Turn,
)
from assistant.errors import AssistantError, DataFileError
from assistant.settings import load_settings
from evals.baselines.plain import PlainPipeline, read_texts
from evals.bounds import GATE_PATH, TARGETS_PATH, Bound, calibrated, check, read_bounds
from evals.command import run_eval, run_validation
from evals.dataset import SPLITS, Case
from evals.failures import FailureKind, failures
from evals.report import build_record
from evals.run import PRODUCTION, Evaluation, Row, evaluate, observe
from tests.fakes import FakeEmbedder, make_document
from tests.scripted import CASES, FACT, NEAR, SOURCES, TEXT, Scripted, good, refuses, says


def run(script: Callable[[str], Answer] = good, **columns: Callable[[str], Answer]) -> Evaluation:
    makers = {PRODUCTION: script, **columns}
    return evaluate(CASES, {label: lambda s=s: Scripted(s) for label, s in makers.items()}, SOURCES)


def row_of(case: Case, answer: Answer) -> Row:
    return observe(case, Scripted(lambda _: answer), SOURCES)


# -- asking ----------------------------------------------------------------------------------------------------------


def test_each_case_is_asked_with_its_conversation_and_filter_after_one_warm_up() -> None:
    assistant = Scripted(good)
    evaluate(CASES, {PRODUCTION: lambda: assistant}, SOURCES)
    assert [question for question, _, _ in assistant.asked] == ["How many?", "Who pays?", "How many?", "and how often?"]
    assert assistant.asked[-1][1:] == (
        Conversation((Turn("How many?", "Sixteen."),)),
        Filters(documents=frozenset({"panel"})),
    )


def test_columns_come_in_the_order_given_and_report_their_progress() -> None:
    seen: list[tuple[str, int, int]] = []
    evaluation = evaluate(
        CASES,
        {"b": lambda: Scripted(good), "a": lambda: Scripted(good)},
        SOURCES,
        retrieval_only={"a"},
        progress=lambda *step: seen.append(step),
    )
    assert [(column.label, column.retrieval_only) for column in evaluation.columns] == [("b", False), ("a", True)]
    assert seen[0] == ("b", 1, 3)
    assert seen[-1] == ("a", 3, 3)
    assert evaluation.columns[1].rows[1].values["key_facts"] is None


def test_an_assistant_is_made_only_when_its_turn_comes() -> None:
    made: list[str] = []

    def maker(label: str) -> Callable[[], Scripted]:
        def make() -> Scripted:
            made.append(label)
            return Scripted(good)

        return make

    evaluate(CASES, {"a": maker("a"), "b": maker("b")}, SOURCES, progress=lambda label, *_: made.append(f"ran {label}"))
    assert made == ["a", *["ran a"] * 3, "b", *["ran b"] * 3]


def test_an_assistant_that_breaks_down_fails_its_case_and_not_the_run() -> None:
    def breaks(question: str) -> Answer:
        if question == FACT.question:
            raise RuntimeError("no\nmore memory")
        return good(question)

    rows = {row.case.id: row for row in run(breaks).columns[0].rows}
    assert rows["fact"].error == "RuntimeError: no more memory"
    assert rows["fact"].values["answered"] == 0
    assert rows["fact"].values["recall@5"] == 0
    assert FailureKind.BROKE_DOWN in failures(rows["fact"])
    assert rows["follow"].error is None


# -- failures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "answer", "expected"),
    [
        (NEAR, refuses(), set()),
        (NEAR, refuses(Reason.OFF_TOPIC), {FailureKind.OTHER_REASON}),
        (NEAR, says("sixteen"), {FailureKind.WRONGLY_ANSWERED}),
        (FACT, refuses(), {FailureKind.WRONGLY_REFUSED, FailureKind.NOT_FOUND}),
        (FACT, says("sixteen"), {FailureKind.NOT_QUOTED}),
        (FACT, says("many"), {FailureKind.NOT_QUOTED, FailureKind.FACT_MISSING}),
    ],
)
def test_a_case_is_listed_under_every_way_in_which_it_failed(
    case: Case, answer: Answer, expected: set[FailureKind]
) -> None:
    assert set(failures(row_of(case, answer))) == expected


# -- bounds ----------------------------------------------------------------------------------------------------------


def record(script: Callable[[str], Answer] = good) -> dict[str, Any]:
    return build_record(run(script), split="dev", subset=3, made_with={})


def test_a_bound_is_kept_or_broken_and_nothing_scored_is_not_kept() -> None:
    bounds = (
        Bound("answered", None, at_least=1.0),
        Bound("refused", "unanswerable_near", at_least=0.5),
        Bound("words", None, at_most=3),
        Bound("refused", "instruction", at_least=0.0),
    )
    verdicts = check(record(), bounds)
    assert [v.kept for v in verdicts] == [True, True, False, False]
    assert str(verdicts[2]) == "words at most 3: 4"
    assert str(verdicts[3]) == "refused of instruction at least 0: nothing scored"


def test_a_gate_calibrated_on_a_report_is_kept_by_it_and_broken_by_a_worse_one(tmp_path: Path) -> None:
    path = tmp_path / "gate.json"
    path.write_text(json.dumps(calibrated(record())))
    limits = read_bounds(path)
    assert (limits.split, limits.subset) == ("dev", 3)
    assert all(v.kept for v in check(record(), limits.bounds))
    worse = check(record(lambda _: refuses()), limits.bounds)
    assert {v.bound.metric for v in worse if not v.kept} >= {"recall@5", "key_facts", "answered"}
    assert not {b.metric for b in limits.bounds} & {"latency_p50", "latency_p95"}


@pytest.mark.parametrize("path", [GATE_PATH, TARGETS_PATH])
def test_the_bounds_of_the_project_can_be_read(path: Path) -> None:
    limits = read_bounds(path)
    assert limits.bounds
    assert limits.split in SPLITS


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"metric": "beauty", "kind": None, "at_least": 1}, "'beauty'"),
        ({"metric": "mrr", "kind": "riddle", "at_least": 1}, "'riddle'"),
        ({"metric": "mrr", "kind": None}, "one number"),
        ({"metric": "mrr", "at_least": 0, "at_most": 1}, "one number"),
        ({"metric": "mrr", "minimum": 1}, "minimum"),
    ],
)
def test_a_malformed_bound_is_refused_with_its_place(tmp_path: Path, entry: dict[str, Any], named: str) -> None:
    path = tmp_path / "gate.json"
    path.write_text(json.dumps({"date": "2026", "split": "dev", "subset": None, "bounds": [entry]}))
    with pytest.raises(DataFileError) as raised:
        read_bounds(path)
    assert named in str(raised.value)
    assert "bounds[0]" in str(raised.value)


@pytest.mark.parametrize("content", ["", "[]", '{"date": "2026"}', '{"date":"","split":"x","subset":1,"bounds":[]}'])
def test_a_malformed_bounds_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "gate.json"
    path.write_text(content)
    with pytest.raises(DataFileError, match=r"gate\.json"):
        read_bounds(path)


# -- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"gate": True, "cases": Path("mine.jsonl")}, "--cases"),
        ({"split": "train"}, "'train'"),
        ({"subset": 0}, "--subset 0"),
        ({"cases": Path("none.jsonl")}, "none.jsonl"),
        ({"against": Path("none.json")}, "none.json"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_before_anything_is_loaded(
    tmp_path: Path, changes: dict[str, Any], named: str
) -> None:
    options: dict[str, Any] = {
        "split": "dev", "cases": None, "output": None, "against": None,
        "gate": False, "subset": None, "baselines": False, "ablations": False,
    }  # fmt: skip
    with pytest.raises(AssistantError, match=re.escape(named)):
        run_eval(load_settings(data_dir=tmp_path), **{**options, **changes})
    assert not list(tmp_path.iterdir())


def test_an_empty_library_fails_the_validation_with_what_it_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_validation(load_settings(data_dir=tmp_path)) == 1
    assert "the library holds no document 'hippo-information-note-2015'; it holds: none" in capsys.readouterr().out


def test_cases_of_ones_own_are_validated_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text('{"id": "a", "kind": "unclear", "question": "hm", "status": "unanswerable:unclear"}')
    assert run_validation(load_settings(data_dir=tmp_path), path) == 0
    assert capsys.readouterr().out == "mine 1 cases: no problems\n"


# -- the plain pipeline ----------------------------------------------------------------------------------------------

LONG = " ".join(f"Sentence number {i} is here." for i in range(120))


def plain() -> PlainPipeline:
    documents = [make_document("long", LONG).metadata, make_document("short", TEXT).metadata]
    return PlainPipeline.build(documents, {"long": LONG, "short": TEXT}, FakeEmbedder())


def test_the_plain_pipeline_cuts_by_length_with_an_overlap() -> None:
    chunks = [chunk for chunk in plain().chunks if chunk.document_id == "long"]
    assert len(chunks) > 3
    assert all(len(chunk.text) <= 1000 for chunk in chunks)
    assert all(LONG[chunk.start : chunk.end] == chunk.text for chunk in chunks)
    assert all(first.end > second.start for first, second in pairwise(chunks))


def test_the_plain_pipeline_returns_the_nearest_chunks_within_the_filter() -> None:
    found = plain().answer(TEXT)
    assert found.hits[0].passage.document_id == "short"
    assert np.isclose(found.hits[0].score, 1.0)
    assert [hit.rank for hit in found.hits] == list(range(1, len(found.hits) + 1))
    only = plain().answer(TEXT, Conversation(), Filters(documents=frozenset({"long"})))
    assert {hit.passage.document_id for hit in only.hits} == {"long"}


def test_the_plain_pipeline_reads_text_files_as_they_are_and_other_documents_as_loaded(tmp_path: Path) -> None:
    markdown, pdf = make_document("a", "Plain."), make_document("b", "Loaded.", file_name="b.pdf")
    (tmp_path / "a.md").write_text("# As *typed*")

    class Held:
        def documents(self) -> tuple[Any, ...]:
            return markdown.metadata, pdf.metadata

        def document(self, document_id: str) -> Any:
            return {"a": markdown, "b": pdf}[document_id]

    texts = read_texts(Held(), tmp_path)  # type: ignore[arg-type]  # the two calls that matter
    assert texts == {"a": "# As *typed*", "b": pdf.text}
