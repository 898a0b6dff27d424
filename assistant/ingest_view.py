"""What `policy-assistant ingest` shows: progress while it runs, then what was added, changed, removed and refused."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from assistant.assembly import build_embedder, index_folder, library_path
from assistant.errors import LibraryError
from assistant.library import Library
from assistant.settings import Settings
from ingest.sync import SyncProgress, SyncReport, sync


def run_ingest(settings: Settings, paths: Sequence[Path], *, as_json: bool, rebuild: bool) -> None:
    """Bring the library in step with the folder and print the outcome.

    Raises:
        AssistantError: the folder, the model or the library cannot be used.
    """
    if not settings.corpus_dir.is_dir() and not paths:
        raise LibraryError(f"the corpus folder {settings.corpus_dir} is missing; set ASSISTANT_CORPUS_DIR to a folder")
    embedder = build_embedder(settings)
    library = Library.open(library_path(settings), identity=None if rebuild else embedder.identity)
    if rebuild:
        library.clear()
        library.require(embedder.identity)
    folder = index_folder(settings)
    if as_json:
        report = sync(settings.corpus_dir, library, embedder, folder, paths=paths)
        print(json.dumps(asdict(report), ensure_ascii=False, indent=2))
    else:
        report = _with_progress(settings.corpus_dir, library, embedder, folder, paths)
        _print_report(report)
