"""Does a folder of difficult PDFs from the bug reports of PDF programs harm anything? One run over all of them.

    python -m evals.benchmarks.difficult_pdfs FOLDER

FOLDER holds `pdf_torture/` (or is it): PDF files in folders and manifest.csv, which says of each what two readers make
of it. Every file must end in "ingested, N pages" or "refused: reason"; printed are the outcome of each, the reasons
counted, wall time, peak memory, and the files in which another reader finds text and this product none.
"""

import csv
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from evals.benchmarks.ingest_run import IngestRun, ingest_folder, named_folder

SOME_TEXT = 200  # characters that another reader finds, from which finding none is a miss
MEMORY_MB = 2048  # that the whole run may take


def measure(folder: Path, data: Path) -> str:
    """The tables, as text."""
    run = ingest_folder(folder, data)
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as rows:
        known = {row["path"]: row for row in csv.DictReader(rows)}
    outcomes = outcome_of_each(run, known)
    kinds = Counter(re.split(r"[,:;(]", outcome)[0].strip() for outcome in outcomes.values())
    refusals = Counter(_kind(outcome) for outcome in outcomes.values() if outcome.startswith("refused"))
    lines = [f"{outcome:<60.120} {name}" for name, outcome in sorted(outcomes.items())]
    lines += ["", f"{len(outcomes)} files: " + ", ".join(f"{times} {kind}" for kind, times in kinds.most_common())]
    lines += [f"  {times:3}  {kind}" for kind, times in refusals.most_common()]
    lines += ["text found by another reader only: " + (", ".join(_missed(run, known)) or "none")]
    lines += [f"{run.report['seconds']:.0f} s, peak memory {run.peak_mb:.0f} MB (limit {MEMORY_MB}); {run.speeds}"]
    return "\n".join(lines)


def outcome_of_each(run: IngestRun, known: Sequence[str] | dict[str, dict[str, str]]) -> dict[str, str]:
    """By file: "ingested, N pages", "refused: reason" or "duplicate of …"; "LOST" for one that no report names."""
    found = {
        file["name"]: f"refused: {file['reason']}" if file["reason"] else f"ingested, {file['pages']} pages"
        for file in run.report["files"]
    }
    found.update((name, f"duplicate of {other}") for name, other in run.report["duplicates"])
    return {name: found.get(name, "LOST") for name in known}


def _kind(outcome: str) -> str:
    """A refusal without what is particular to its file."""
    reason = outcome.removeprefix("refused: ")
    reason = re.sub(r"^(?:'[^']*'|\S+\.pdf):? ", "", reason)
    return re.split(r"[;(]", re.sub(r"any of its \d+ pages|its one page", "any page", reason))[0].strip()


def _missed(run: IngestRun, known: dict[str, dict[str, str]]) -> list[str]:
    library = run.library()
    held = {document.file_name: document.id for document in library.documents()}
    duplicates = {name for name, _ in run.report["duplicates"]}
    return [
        name
        for name, row in sorted(known.items())
        if int(row["chars_pdfium"] or 0) > SOME_TEXT and name not in duplicates
        and not (name in held and library.document(held[name]).text.strip())
    ]  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Print the tables; without the files one line that says so."""
    folder, why = named_folder(arguments, "pdf_torture", "manifest.csv")
    if folder is None:
        print(why)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        print(measure(folder, Path(scratch)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
