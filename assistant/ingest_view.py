"""What `policy-assistant ingest` shows: progress while it runs, then what was added, changed, removed and refused."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from assistant.assembly import build_embedder, index_folder, library_path
from assistant.embedding import Embedder
from assistant.errors import LibraryError
from assistant.library import Library
from assistant.settings import Settings
from ingest.sync import LOCK_WAIT_SECONDS, SyncProgress, SyncReport, sync


def run_ingest(settings: Settings, paths: Sequence[Path], *, as_json: bool, rebuild: bool) -> None:
    """Bring the library in step with the folder and print the outcome.

    Raises:
        AssistantError: the folder, the model or the library cannot be used.
    """
    if not settings.corpus_dir.is_dir() and not paths:
        raise LibraryError(f"the corpus folder {settings.corpus_dir} is missing; set ASSISTANT_CORPUS_DIR to a folder")
    embedder = build_embedder(settings)
    library = Library.open(library_path(settings), identity=None if rebuild else embedder.identity)
    folder = index_folder(settings)
    with library.exclusive(LOCK_WAIT_SECONDS):  # nobody fills it between clearing and filling
        if rebuild:
            library.clear()
        if as_json:
            report = sync(settings.corpus_dir, library, embedder, folder, paths=paths)
        else:
            report = _with_progress(settings.corpus_dir, library, embedder, folder, paths)
    if as_json:
        print(json.dumps(asdict(report), ensure_ascii=False, indent=2))
    else:
        _print_report(report)


def _with_progress(
    corpus: Path, library: Library, embedder: Embedder, folder: Path, paths: Sequence[Path]
) -> SyncReport:
    """Run with a progress bar on stderr: files done, passages a second, time left."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None, rate="")
        began = time.perf_counter()

        def show(step: SyncProgress) -> None:
            seconds = max(time.perf_counter() - began, 1e-6)
            rate = f"{step.passages / seconds:.0f} passages/s" if step.passages else ""
            name = f"{step.stage} {step.name}".strip()
            bar.update(task, description=name, completed=step.done, total=step.total, rate=rate)

        return sync(corpus, library, embedder, folder, paths=paths, progress=show)


def _print_report(report: SyncReport) -> None:
    table = Table("outcome", "files", "which")
    for outcome in ("added", "updated", "unchanged", "removed"):
        names = getattr(report, outcome)
        table.add_row(outcome, str(len(names)), escape(", ".join(names)))
    table.add_row("failed", str(len(report.failed)), _with_reasons(report.failed))
    if report.duplicates:
        table.add_row("duplicates", str(len(report.duplicates)), _with_reasons(report.duplicates))
    if report.warnings:
        table.add_row("warnings", str(len(report.warnings)), _with_reasons(report.warnings))
    console = Console()
    console.print(table)
    console.print(
        f"{report.embedded} passages embedded, {report.passages} in the library, {report.seconds:.1f} s",
        highlight=False,
    )


def _with_reasons(entries: Sequence[tuple[str, str]]) -> str:
    return escape("\n".join(f"{name}: {reason}" for name, reason in entries))
