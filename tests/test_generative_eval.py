"""`eval --mode generative` from end to end: a scripted model on loopback answers and judges, then kept replies do."""

import json
from pathlib import Path

import pytest

from assistant.library import Library
from assistant.settings import PROJECT_DIR, Settings
from evals.dataset import load_split
from evals.generative import run_generative
from tests.chat_server import ChatServer, Reply

CASES = 4


def quote_or_grade(reply: Reply) -> None:
    """As a model: the first sentence of the first source; as the judge: everything holds."""
    prompt = reply.call.prompt
    if "<statements>" in prompt:
        reply.say('{"faithful": [1], "correct": 2}')
        return
    source = prompt.split("\n[1] ")[1].split("\n")[1]
    reply.say(f"{source.split('. ')[0].rstrip('.')}. [1]\n")


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    chosen = [case.id for case in load_split("dev") if case.answerable and not case.history][:CASES]
    lines = (Path("evals/cases") / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "some.jsonl"
    path.write_text("\n".join(line for line in lines if json.loads(line)["id"] in chosen) + "\n", encoding="utf-8")
    return path


def test_a_recorded_run_is_repeated_without_the_model(
    corpus_settings: Settings, corpus_library: Library, cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    kept = tmp_path / "replies.jsonl"

    def run(settings: Settings, folder: str, record: Path | None, replay: Path | None) -> dict[str, object]:
        output = tmp_path / folder
        given = {"split": "dev", "cases": cases, "output": output, "subset": None, "record": record, "replay": replay}
        assert run_generative(settings, **given) == 0  # type: ignore[arg-type]
        report: dict[str, object] = json.loads((output / "some-generative.json").read_text(encoding="utf-8"))
        return report

    with ChatServer(quote_or_grade) as server:
        online = corpus_settings.model_copy(update={"chat_model": "openai:scripted", "chat_base_url": server.url})
        first = run(online, "first", kept, None)
    again = run(corpus_settings, "again", None, kept)

    generation = first["generation"]
    assert isinstance(generation, dict)
    assert generation["totals"]["answers in its words"] >= 1
    assert generation["faults"] == {}
    judged, repeated = first["judged"], again["judged"]
    assert isinstance(judged, dict)
    assert isinstance(repeated, dict)
    assert judged["verdicts"] == repeated["verdicts"]
    rows = [row for row in first["rows"] if "prompts" in row]  # type: ignore[attr-defined]
    assert rows, "the prompts' refs are in the rows of the report"
    assert all(row["model"] == "openai:scripted" and row["prompts"] for row in rows)
    texts = [[row["text"] for row in report["rows"]] for report in (first, again)]  # type: ignore[attr-defined]
    assert texts[0] == texts[1]


@pytest.mark.slow
def test_the_kept_run_of_a_large_model_holds_what_the_readme_says_of_it(
    corpus_settings: Settings, corpus_library: Library, tmp_path: Path
) -> None:
    kept = PROJECT_DIR / "evals" / "judged" / "answers.jsonl"
    given = {"split": "test", "cases": None, "output": tmp_path, "subset": 40, "record": None, "replay": kept}
    assert run_generative(corpus_settings, **given) == 0  # type: ignore[arg-type]
    report = json.loads((tmp_path / "test-40-generative.json").read_text(encoding="utf-8"))
    assert not [row["error"] for row in report["rows"] if row["error"]], "all that is asked was kept"
    made, total = report["generation"]["totals"], report["columns"]["production"]["total"]
    assert made["statements shown"] >= 0.85 * (made["statements shown"] + made["statements not shown"])
    assert total["quotes_exact"]["value"] == 1
    assert total["key_facts"]["value"] >= 0.75
    assert report["judged"]["figures"]["faithfulness"]["value"] >= 0.9
