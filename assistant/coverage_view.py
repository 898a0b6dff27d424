"""What `policy-assistant documents --coverage` shows: what is held, and what a reader would expect and is missing."""

import json
from collections.abc import Mapping
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from assistant.coverage import catalogue_path, find_coverage, read_catalogue
from assistant.library import Library
from assistant.settings import Settings

UNCHECKED = "?"  # before the symbol of an entry that was not confirmed in two sources


def show_coverage(settings: Settings, library: Library, *, as_json: bool) -> None:
    """Print the comparison of the library with the catalogue of the corpus folder, or with ours where it has none.

    Raises:
        DataFileError: the catalogue is malformed.
    """
    found = find_coverage(read_catalogue(catalogue_path(settings.corpus_dir)), library.documents())
    if as_json:
        print(json.dumps(asdict(found), ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False)
    for name, counts in (("body", found.bodies), ("kind", found.kinds), ("year", found.years)):
        console.print(_counts(name, counts))
    total = len(found.held) + len(found.missing)
    console.print(f"{len(found.held)} of {total} canonical documents are held.")
    if found.missing:
        table = Table("symbol", "missing", "date", "official page")
        for entry in found.missing:
            mark = "" if entry.checked else UNCHECKED
            table.add_row(*map(escape, (f"{entry.symbol or ''}{mark}", entry.title, entry.date, entry.url)))
        console.print(table)
        console.print(
            f"{UNCHECKED} symbol and date not confirmed in two sources. Download, then: policy-assistant ingest"
        )


def _counts(name: str, counts: Mapping[str, int]) -> Table:
    table = Table(name, "documents")
    for key, count in counts.items():
        table.add_row(escape(key), str(count))
    return table
