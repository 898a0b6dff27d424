"""`policy-assistant eval`: choose the cases, run, write the report, judge it against the gate."""

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.assembly import library_path
from assistant.data_files import fingerprint as file_fingerprint
from assistant.errors import AssistantError, DataFileError
from assistant.library import Library
from assistant.prompting import Role
from assistant.settings import Settings
from evals.bounds import GATE_PATH, TARGETS_PATH, check, read_bounds
from evals.dataset import ALL_SPLITS, SPLITS, Case, load_cases, load_split, subset
from evals.history import REPORTS_FOLDER, add_run
from evals.matching import read_sources
from evals.report import Record, build_record, compare, read_record
from evals.report_html import html
from evals.report_markdown import markdown, table_markdown
from evals.run import evaluate
from evals.tables import label, promise, show, statement_tables
from evals.validate import check_cases, check_splits

BREACH = 1  # exit code: the run went well, a figure did not
PROGRESS_EVERY = 25  # questions


def run_eval(
    settings: Settings,
    *,
    split: str,
    cases: Path | None,
    output: Path | None,
    against: Path | None,
    gate: bool,
    subset: int | None,
    baselines: bool,
    ablations: bool,
) -> int:
    """Evaluate, print the main figures, and write NAME.json, NAME.html and NAME.md into the folder `output`
    (data folder/evaluation unless given); NAME is the split or the name of the case file, with the size of a subset.

    Returns:
        0, or 1 when `gate` finds a figure out of its bounds.

    Raises:
        AssistantError: the cases, the library, a setting or an earlier report cannot be used.
    """
    if gate and cases:
        raise AssistantError("--gate is calibrated on cases of the project; leave out either --gate or --cases")
    limits = read_bounds(GATE_PATH) if gate else None
    if limits:
        split, subset = limits.split, subset or limits.subset
    name = cases.stem if cases else split
    chosen = choose(load_cases(cases) if cases else load_split(split), subset)
    previous = read_record(against) if against else None  # before the run, which may overwrite it
    record = _run(settings, chosen, name, subset, baselines=baselines, ablations=ablations)
    if previous:
        record["against"] = compare(record, previous)
    print_figures(record)
    folder = output or settings.data_dir / REPORTS_FOLDER
    for path in write_report(record, folder):
        print(path)
    add_run(folder, record)
    if limits is None:
        return 0
    if subset != limits.subset:
        print(f"the gate was calibrated on {limits.subset} cases, this run has {subset}", file=sys.stderr)
    breaches = [verdict for verdict in check(record, limits.bounds) if not verdict.kept]
    for verdict in breaches:
        print(f"out of bounds since {limits.date}: {verdict}", file=sys.stderr)
    return BREACH if breaches else 0


def run_validation(settings: Settings, cases: Path | None = None) -> int:
    """Check the cases of a file, or of both splits, against the library; print what is wrong, one line each.

    Returns:
        0 when all is well, else 1.
    """
    sources = read_sources(Library.open(library_path(settings)))
    if cases:
        splits = {cases.stem: load_cases(cases)}
        problems = check_cases(splits[cases.stem], sources)
    else:
        splits = {split: load_split(split) for split in SPLITS}
        problems = check_splits(splits, sources)
    for problem in problems:
        print(problem)
    counts = ", ".join(f"{name} {len(group)}" for name, group in splits.items())
    print(f"{counts} cases: {len(problems) or 'no'} problem{'' if len(problems) == 1 else 's'}")
    return BREACH if problems else 0


def run_statements(
    settings: Settings, split: str, output: Path | None, *, record: Path | None = None, replay: Path | None = None
) -> int:
    """Measure the check of statements on the labelled ones of a split; print, and write statements-SPLIT.json and .md.
    With the second look of the chat model too, where its replies are to be kept (`record`) or were (`replay`).

    Raises:
        AssistantError: the split, the library, a data file or the model cannot be used.
    """
    from assistant.assembly import build_assistant, build_prompts
    from evals.recorded import choose_models
    from evals.statements import Looker, measure_check

    looker = None
    if record and replay:
        raise AssistantError("--record keeps what a model says, --replay asks none; leave out one of them")
    if record or replay:
        model, _ = choose_models(settings, record, replay)
        looker = Looker(model, build_prompts(settings)[0][Role.CHECK])
    assistant = build_assistant(settings.model_copy(update={"chat_model": ""}))
    measured = measure_check(assistant, split, looker)
    tables = statement_tables(measured)
    for table in tables:
        print(table.title)
        print("  ".join(f"{cell:18}" for cell in table.header))
        for row in table.rows:
            print("  ".join(f"{cell:18}" for cell in row))
    parts = (f"## {table.title}\n\n{table_markdown(table)}\n" for table in tables)
    text = "\n".join([f"# Check of statements, {split}\n", *parts])
    contents = {".json": json.dumps(measured, ensure_ascii=False), ".md": text}
    for path in write_files(output or settings.data_dir / REPORTS_FOLDER, f"statements-{split}", contents):
        print(path)
    return 0


def run_calibration(settings: Settings) -> int:
    """Learn the weights anew from the dev split: first which sentences answer, then whether they are enough.

    Raises:
        AssistantError: the library is empty, or a data file cannot be used.
    """
    from evals.calibration import calibrate_answerability
    from evals.sentence_weights import calibrate_sentences

    calibrate_sentences(settings)
    return calibrate_answerability(settings)


def write_report(record: Record, folder: Path) -> list[Path]:
    """Write the record as JSON, HTML and Markdown; the paths written.

    Raises:
        AssistantError: the folder cannot be written.
    """
    contents = {".html": html(record), ".md": markdown(record), ".json": json.dumps(record, ensure_ascii=False)}
    name = record["split"] if record["subset"] is None else f"{record['split']}-{record['subset']}"
    return write_files(folder, f"{name}-generative" if "generation" in record else name, contents)


def write_files(folder: Path, name: str, contents: Mapping[str, str]) -> list[Path]:
    """Write each content to NAME with its suffix; the paths written.

    Raises:
        AssistantError: the folder cannot be written.
    """
    paths = [folder / f"{name}{suffix}" for suffix in contents]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in zip(paths, contents.values(), strict=True):
            path.write_text(content, encoding="utf-8")
    except OSError as error:
        reason = f"the report cannot be written ({error.strerror})"
        raise AssistantError(f"{folder}: {reason}; give another folder with --output") from error
    return paths


def choose(cases: Sequence[Case], size: int | None) -> Sequence[Case]:
    """The cases, or the same so many of them each time.

    Raises:
        AssistantError: the number is not positive.
    """
    if size is None:
        return cases
    if size < 1:
        raise AssistantError(f"--subset {size}: must be at least 1")
    return subset(cases, size)


def _run(
    settings: Settings, cases: Sequence[Case], name: str, size: int | None, *, baselines: bool, ablations: bool
) -> Record:
    from evals.ablations import PLAIN, assistants

    makers, library = assistants(settings, baselines=baselines, ablations=ablations)
    sources = read_sources(library)
    problems = check_cases(cases, sources)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise DataFileError(f"{problems[0]}{more}; mend the cases, or fill the library with: policy-assistant ingest")
    evaluation = evaluate(cases, makers, sources, retrieval_only={PLAIN}, progress=_progress)
    targets = read_bounds(TARGETS_PATH)
    return build_record(
        evaluation,
        split=name,
        subset=size,
        made_with=made_with(settings, library),
        targets=targets.bounds if name in (*SPLITS, ALL_SPLITS) and size is None else (),
    )


def made_with(settings: Settings, library: Library) -> dict[str, Any]:
    """What decides the figures. No paths: a report is handed around."""
    files = sorted(settings.prompts_dir.glob("*.yaml"))
    return {
        "model": settings.embedding_model,
        "retrieval profile": settings.retrieval_profile,
        "library": library.stamp()[:16],
        "machine": f"{os.cpu_count()} CPUs, Python {platform.python_version()}",
        "data files": ", ".join(f"{path.name} {file_fingerprint(path)}" for path in files),
    }


def print_figures(record: Record) -> None:
    """The main figures of a record."""
    for column_name, column in record["columns"].items():
        print(f"{column_name}, {record['cases']} cases")
        for name, figure in column["total"].items():
            if figure:
                print(f"  {label(record, name):26}{show(record, name, figure)}")
    for target in record.get("targets", ()):
        if not target["kept"]:
            print(f"target not reached: {promise(record, target)}")


def _progress(column: str, done: int, total: int) -> None:
    if done % PROGRESS_EVERY == 0 or done == total:
        print(f"{column}: {done} of {total}", file=sys.stderr, flush=True)
