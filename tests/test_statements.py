"""The check of statements on the labelled set: what the project promises, and what the set must be."""

import json
from collections import Counter
from pathlib import Path

import pytest

from assistant import second_look
from assistant.answering import Assistant
from assistant.chat_model import complete
from assistant.errors import AssistantError, DataFileError
from assistant.library import Library
from assistant.prompting import Role, load_prompt
from assistant.settings import PROJECT_DIR, Settings
from evals import statements
from evals.command import run_statements
from evals.recorded import RecordedModel
from evals.statements import (
    Looker,
    StatementKind,
    check_statements,
    load_statements,
    measure_check,
    placed_statements,
    scores,
)
from tests.chat_server import ChatServer

NEAR_THE_SOURCE = {"dev": 394, "test": 181}  # how many come first in each file
KEPT_REPLIES = PROJECT_DIR / "evals" / "judged" / "second_look.jsonl"
PROMISED_ALL = {StatementKind.NUMBER_CHANGED, StatementKind.WRONG_SOURCE, StatementKind.INVENTED_QUOTE}


@pytest.fixture(scope="module", params=["dev", "test"])
def measured(request: pytest.FixtureRequest, corpus_assistant: Assistant) -> dict[str, dict[str, float]]:
    record = measure_check(corpus_assistant, request.param)
    return {score["kind"]: score for score in record["scores"]}


@pytest.fixture(scope="module", params=NEAR_THE_SOURCE)
def near(request: pytest.FixtureRequest, corpus_assistant: Assistant) -> dict[str, dict[str, float]]:
    """The same of the statements that were written first, in words near the source's."""
    library = corpus_assistant.library
    documents = {d.id: library.document(d.id) for d in library.documents()}
    first = load_statements(request.param)[: NEAR_THE_SOURCE[request.param]]
    outcomes = check_statements(first, library.passages(), documents, corpus_assistant.refresh().verifier)
    return {score.kind: {"recall": score.recall, "statements": score.statements} for score in scores(outcomes)}


@pytest.fixture(scope="module")
def looked_at(corpus_assistant: Assistant) -> dict[str, dict[str, float]]:
    """The same of `test` after the second look of a large model, whose replies were kept."""
    looker = Looker(RecordedModel(KEPT_REPLIES), load_prompt(PROJECT_DIR / "prompts", Role.CHECK))
    record = measure_check(corpus_assistant, "test", looker)
    assert record["second_look"]["unread"] == 0
    return {score["kind"]: score for score in record["second_look"]["scores"]}


@pytest.mark.parametrize("kind", sorted(PROMISED_ALL))
def test_none_of_these_is_shown_as_supported(measured: dict[str, dict[str, float]], kind: str) -> None:
    assert measured[kind]["recall"] == 1.0


def test_nine_in_ten_swapped_ones_are_caught_in_words_near_the_source(near: dict[str, dict[str, float]]) -> None:
    kinds = [near[kind] for kind in (StatementKind.NEGATED, StatementKind.SWAPPED_ACTOR)]
    caught = sum(score["recall"] * score["statements"] for score in kinds)
    assert caught / sum(score["statements"] for score in kinds) >= 0.9


def test_at_most_one_in_ten_true_ones_is_flagged_in_words_near_the_source(near: dict[str, dict[str, float]]) -> None:
    assert near[StatementKind.TRUE]["recall"] >= 0.9


def test_after_a_second_look_nine_in_ten_negated_and_swapped_ones_are_caught_and_one_in_ten_true_ones_flagged(
    looked_at: dict[str, dict[str, float]],
) -> None:
    assert looked_at[StatementKind.NEGATED]["recall"] >= 0.9
    assert looked_at[StatementKind.SWAPPED_ACTOR]["recall"] >= 0.9
    assert looked_at[StatementKind.TRUE]["recall"] >= 0.9
    assert all(looked_at[kind]["recall"] == 1.0 for kind in PROMISED_ALL)


@pytest.mark.parametrize("split", ["dev", "test", "free"])
def test_a_reply_to_the_prompt_as_it_is_now_was_kept_for_each_statement(corpus_library: Library, split: str) -> None:
    model, prompt = RecordedModel(KEPT_REPLIES), load_prompt(PROJECT_DIR / "prompts", Role.CHECK)
    documents = {d.id: corpus_library.document(d.id) for d in corpus_library.documents()}
    for _, line, sources in placed_statements(load_statements(split), corpus_library.passages(), documents):
        said, _ = complete(model, second_look.ask(prompt, line.text, sources, documents.__getitem__))
        assert second_look.read(said)


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two true statements of `dev` and a swapped one that passes in code."""
    lines = (statements.STATEMENTS_DIR / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    chosen = [line for line in lines if json.loads(line)["id"] in {"dev-001", "dev-002", "dev-263"}]
    (tmp_path / "dev.jsonl").write_text("\n".join(chosen), encoding="utf-8")
    monkeypatch.setattr(statements, "STATEMENTS_DIR", tmp_path)
    return tmp_path


def test_both_checks_are_measured_with_a_model_and_again_with_its_kept_replies(
    corpus_settings: Settings,
    corpus_library: Library,
    few: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    kept = few / "kept.jsonl"
    with ChatServer(lambda reply: reply.say("NO: others" if "Member States" in reply.call.prompt else "YES")) as server:
        online = corpus_settings.model_copy(update={"chat_model": "openai:scripted", "chat_base_url": server.url})
        run_statements(online, "dev", few / "first", record=kept)
    asked = len(server.calls)
    run_statements(corpus_settings, "dev", few / "again", replay=kept)
    assert asked == len(server.calls) == 3
    records = [
        json.loads((few / run / "statements-dev.json").read_text(encoding="utf-8")) for run in ("first", "again")
    ]
    assert records[0] == records[1]
    assert records[0]["second_look"]["model"] == "openai:scripted"
    assert [wrong["id"] for wrong in records[0]["wrong"]] == ["dev-263"]
    assert "dev-263" not in [wrong["id"] for wrong in records[0]["second_look"]["wrong"]]
    assert "with a second look" in capsys.readouterr().out


def test_without_a_model_code_alone_is_measured(
    corpus_settings: Settings, corpus_library: Library, few: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_statements(corpus_settings, "dev", few / "out")
    assert "second look" not in capsys.readouterr().out


def test_keeping_replies_needs_a_model(corpus_settings: Settings, few: Path) -> None:
    with pytest.raises(AssistantError, match="set ASSISTANT_CHAT_MODEL"):
        run_statements(corpus_settings, "dev", few, record=few / "kept.jsonl")


def test_with_freer_prose_fewer_are_judged_right_in_code(measured: dict[str, dict[str, float]]) -> None:
    # Nine in ten of each are wanted. These floors are what was reached, so that it does not become less.
    assert measured[StatementKind.NEGATED]["recall"] >= 0.82
    assert measured[StatementKind.SWAPPED_ACTOR]["recall"] >= 0.77
    assert measured[StatementKind.TRUE]["recall"] >= 0.87


def test_the_set_is_large_has_every_kind_and_its_halves_share_no_statement() -> None:
    halves = {split: load_statements(split) for split in ("dev", "test")}
    for half in halves.values():
        counts = Counter(labelled.kind for labelled in half)
        assert set(counts) == set(StatementKind)
        assert min(counts.values()) >= 15
        assert len({labelled.document for labelled in half}) == 5
    assert sum(map(len, halves.values())) >= 200
    said = [{labelled.statement for labelled in half} for half in halves.values()]
    assert not said[0] & said[1]
    ids = [labelled.id for half in halves.values() for labelled in half]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("{", "line 1"),
        ('{"id": "x"}', "kind"),
        ('{"id": "x", "kind": "odd", "document": "d", "quote": "q", "statement": "s"}', "odd"),
        ('{"id": "x", "kind": "true", "document": "d", "quote": "q", "statement": "s", "more": 1}', "more"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, named: str) -> None:
    (tmp_path / "dev.jsonl").write_text(line, encoding="utf-8")
    monkeypatch.setattr(statements, "STATEMENTS_DIR", tmp_path)
    with pytest.raises(DataFileError, match=named):
        load_statements("dev")


def test_an_unknown_split_is_named() -> None:
    with pytest.raises(DataFileError, match="there is no split 'train'"):
        load_statements("train")
