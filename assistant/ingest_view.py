"""What `policy-assistant ingest` shows: progress while it runs, then what was added, changed, removed and refused."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from assistant.assembly import build_embedder, index_folder, library_path
from assistant.embedding import Embedder
from assistant.errors import AssistantError, DataFileError, LibraryError
from assistant.library import Library
from assistant.settings import Settings
from ingest.limits import Limits
from ingest.sync import LOCK_WAIT_SECONDS, SyncProgress, SyncReport, sync
from ingest.watching import look, watch

VERSION = "{0}: has the same symbol as the newer {1}; remove one, or ingest with --replace"
REPLACED = "{0}: replaced by {1}; remove its file, or an ingest without --replace brings it back"
WATCH_SECONDS = 2.0  # between two looks at the folder; a change is taken in after it has rested so long


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """What a person may ask of a run."""

    as_json: bool = False  # print the outcome as JSON
    rebuild: bool = False  # forget the library first
    replace: bool = False  # of documents with one symbol keep only the newest
    report: Path | None = None  # where the outcome goes as JSON
    watch: bool = False  # go on for as long as the program runs


def run_ingest(settings: Settings, paths: Sequence[Path], options: IngestOptions) -> None:
    """Bring the library in step with the folder and print the outcome.

    Raises:
        AssistantError: the folder, the model, the library or the report's folder cannot be used.
    """
    if not settings.corpus_dir.is_dir() and not paths:
        raise LibraryError(f"the corpus folder {settings.corpus_dir} is missing; set ASSISTANT_CORPUS_DIR to a folder")
    if options.report is not None and not options.report.absolute().parent.is_dir():
        raise DataFileError(f"the folder of the report {options.report} is missing; make it or name another")
    embedder = build_embedder(settings)
    library = Library.open(library_path(settings), identity=None if options.rebuild else embedder.identity)
    before = look(settings.corpus_dir, paths) if options.watch else None
    _run_once(settings, library, embedder, paths, options)
    if not options.watch:
        return
    later = replace(options, rebuild=False)

    def again() -> bool:
        try:
            _run_once(settings, library, embedder, paths, later)
        except AssistantError as error:  # somebody else ingests, say: the next look tries again
            print(" ".join(str(error).split()), file=sys.stderr)
            return False
        return True

    print(f"watching {settings.corpus_dir if not paths else 'what was named'}; stop with Ctrl+C", file=sys.stderr)
    watch(lambda: look(settings.corpus_dir, paths), again, lambda: time.sleep(WATCH_SECONDS), handled=before)


def _run_once(
    settings: Settings, library: Library, embedder: Embedder, paths: Sequence[Path], options: IngestOptions
) -> None:
    run = partial(
        sync,
        settings.corpus_dir,
        library,
        embedder,
        index_folder(settings),
        paths=paths,
        limits=ingest_limits(settings),
        replace=options.replace,
    )
    with library.exclusive(LOCK_WAIT_SECONDS):  # nobody fills it between clearing and filling
        if options.rebuild:
            library.clear()
        report = run() if options.as_json else _with_progress(run)
    record = json.dumps(asdict(report), ensure_ascii=False, indent=2)
    if options.report is not None:
        try:
            options.report.write_text(record + "\n", encoding="utf-8")
        except OSError as error:
            raise DataFileError(
                f"the report {options.report} cannot be written ({error.strerror or error}); name another file; "
                "the library is up to date"
            ) from error
    if options.as_json:
        print(record)
    else:
        _print_report(report)


def ingest_limits(settings: Settings) -> Limits:
    """What one file may take, as it is set."""
    return Limits(
        seconds=settings.ingest_seconds,
        memory_mb=settings.ingest_memory_mb,
        file_mb=settings.ingest_file_mb,
        pages=settings.ingest_pages,
        ocr=settings.ingest_ocr,
    )


def _with_progress(run: Callable[..., SyncReport]) -> SyncReport:
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

        return run(progress=show)


def _print_report(report: SyncReport) -> None:
    table = Table("outcome", "files", "which")
    for outcome in ("added", "updated", "unchanged", "removed"):
        names = getattr(report, outcome)
        table.add_row(outcome, str(len(names)), escape(", ".join(names)))
    table.add_row("failed", str(len(report.failed)), _with_reasons(report.failed))
    if report.duplicates:
        table.add_row("duplicates", str(len(report.duplicates)), _with_reasons(report.duplicates))
    if report.versions:
        table.add_row("versions", str(len(report.versions)), _with_reasons(report.versions, VERSION))
    if report.replaced:
        table.add_row("replaced", str(len(report.replaced)), _with_reasons(report.replaced, REPLACED))
    if report.warnings:
        table.add_row("warnings", str(len(report.warnings)), _with_reasons(report.warnings))
    console = Console()
    console.print(table)
    parts = [f"{report.embedded} passages embedded", f"{report.passages} in the library"]
    if report.pages_per_second:
        empty = f", {report.pages_without_text} without text" if report.pages_without_text else ""
        parts.append(f"{report.pages} pages read{empty}, {report.pages_per_second:.0f} pages/s")
    console.print(", ".join([*parts, f"{report.seconds:.1f} s"]), highlight=False)


def _with_reasons(entries: Sequence[tuple[str, str]], wording: str = "{0}: {1}") -> str:
    return escape("\n".join(wording.format(*entry) for entry in entries))
