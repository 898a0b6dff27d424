"""`policy-assistant eval --mode generative`: the same cases with a chat model, judged by rules and by a model."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.assembly import build_assistant, build_embedder, build_prompts
from assistant.domain import Mode
from assistant.errors import DataFileError
from assistant.prompting import Role
from assistant.settings import Settings
from assistant.writer import Writer
from evals.command import choose, made_with, print_figures, write_report
from evals.dataset import load_cases, load_split
from evals.history import REPORTS_FOLDER
from evals.judge import RUNS, agreement, judge_answer, load_slice, summarise
from evals.matching import read_sources
from evals.recorded import choose_models
from evals.report import Record, build_record
from evals.run import PRODUCTION, Row, evaluate
from evals.statements import measure_check
from evals.tables import generation, judged, statement_tables
from evals.validate import check_cases


def run_generative(
    settings: Settings,
    *,
    split: str,
    cases: Path | None,
    output: Path | None,
    subset: int | None,
    record: Path | None,
    replay: Path | None,
) -> int:
    """Answer the cases with the chat model that is set (or with kept replies), judge, print and write the report.

    Raises:
        AssistantError: no model is set and none is replayed; the cases, the library or a data file cannot be used.
    """
    model, judge = choose_models(settings, record, replay)
    assistant = build_assistant(settings.model_copy(update={"chat_model": ""}), embedder=build_embedder(settings))
    prompts, options = build_prompts(settings)
    assistant.writer = Writer(model, prompts, options)
    chosen = choose(load_cases(cases) if cases else load_split(split), subset)
    sources = read_sources(assistant.library)
    problems = check_cases(chosen, sources)
    if problems:
        raise DataFileError(f"{problems[0]}; mend the cases, or fill the library with: policy-assistant ingest")
    evaluation = evaluate(chosen, {PRODUCTION: lambda: assistant}, sources)
    rows = evaluation.columns[0].rows
    prompt = prompts[Role.JUDGE]
    verdicts = [judge_answer(judge, prompt, row.case, row.answer) for row in rows]
    report = build_record(
        evaluation,
        split=cases.stem if cases else split,
        subset=subset,
        made_with={
            **made_with(settings, assistant.library),
            "chat model": model.name,
            "judge": judge.name,
            "prompts": ", ".join(prompts[role].ref for role in Role),
        },
    )
    report["generation"] = _generation(rows)
    report["judged"] = {
        "model": judge.name,
        "prompt": prompt.ref,
        "runs": RUNS,
        "figures": summarise(verdicts),
        "agreement": agreement(judge, prompt, load_slice()),
        "verdicts": {
            v.case_id: [[list(run.faithful), run.correct] if run else None for run in v.runs] for v in verdicts
        },
    }
    report["statement_check"] = measure_check(assistant, "test")
    _print(report)
    for path in write_report(report, output or settings.data_dir / REPORTS_FOLDER):
        print(path)
    return 0


def _generation(rows: Sequence[Row]) -> dict[str, Any]:
    answers = [row.answer for row in rows]
    asked = [answer for answer in answers if answer.usage]
    usages = [answer.usage for answer in asked if answer.usage]
    return {
        "totals": {
            "questions": len(answers),
            "questions that reached the model": len(asked),
            "answers in its words": sum(a.mode is Mode.GENERATIVE and a.status.answered for a in answers),
            "statements shown": sum(len(a.statements) for a in answers if a.mode is Mode.GENERATIVE),
            "statements not shown": sum(len(a.dropped) for a in answers),
            "tokens sent": sum(u.tokens_in or 0 for u in usages),
            "tokens received": sum(u.tokens_out or 0 for u in usages),
            "seconds": round(sum(u.seconds for u in usages), 1),
            "cost": round(sum(u.cost or 0.0 for u in usages), 6),
        },
        "faults": dict(Counter(answer.fault for answer in answers if answer.fault)),
        "dropped": dict(Counter(why.partition(":")[0] for answer in answers for _, why in answer.dropped)),
    }


def _print(report: Record) -> None:
    print_figures(report)
    for table in (
        generation(report["generation"]),
        judged(report["judged"]),
        *statement_tables(report["statement_check"]),
    ):
        print(table.title)
        for row in table.rows:
            print("  " + "  ".join(f"{cell:26}" for cell in row))
        print(f"  {table.note}" if table.note else "", end="\n" if table.note else "")
