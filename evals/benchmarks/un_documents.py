"""Are real documents of the United Nations read right, found, and cited? And do they get in the way of the five?

    python -m evals.benchmarks.un_documents FOLDER [scorer] [library] [questions] [retrieval]

FOLDER holds `un_documents/` (or is it). Without further words all four parts are run:

- scorer: `reports/` in PDF and its twins in Word, each ingested and scored by the scorer that lies beside them against
  the text of the Word files;
- library: 80 PDFs; symbol, date and title against what their first pages print (`un_library.csv`, read by a person);
- questions: ten of our own about the 80, answered from all 85 documents, with the page of the passage that answers
  (`un_questions.jsonl`);
- retrieval: recall@5 of the dev questions over the five documents alone, and with the 80 beside them.
"""

import csv
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from assistant.assembly import build_assistant
from assistant.domain import DocumentMetadata
from assistant.settings import load_settings
from evals.benchmarks.ingest_run import IngestRun, ingest_folder, named_folder
from evals.dataset import load_split
from evals.intervals import paired_difference
from evals.matching import is_covered, letters_and_digits, read_sources
from evals.run import PRODUCTION, evaluate

HERE = Path(__file__).parent
PARTS = ("scorer", "library", "questions", "retrieval")
METRIC = "recall@5"
LOSS = 0.03  # of it, that the additional documents may cost


def score(folder: Path, ending: str, scratch: Path) -> str:
    """The scorer's table for the files of one ending."""
    corpus = scratch / ending
    corpus.mkdir()
    for path in (folder / "reports").glob(f"*.{ending}"):
        shutil.copy(path, corpus)
    run = ingest_folder(corpus, scratch / f"{ending}-data")
    passages = scratch / f"{ending}.jsonl"
    passages.write_text(run.passages(), encoding="utf-8")
    command = [sys.executable, str(folder / "score_ingest.py"), str(passages)]
    table = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    return f"{ending}: {run.speeds}\n{table}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the first page of a document prints; all empty for one that is none."""

    file: str
    symbol: str
    date: str
    title: str

    def misses(self, found: DocumentMetadata | None) -> list[str]:
        """What was not read right, one line each."""
        if not self.symbol or found is None:
            wrong = bool(self.symbol) == (found is None)
            return [f"{self.file}: {'not ingested' if found is None else 'ingested, but is no document'}"] * wrong
        pairs = {
            "symbol": (self.symbol, found.symbol or "", found.symbol == self.symbol),
            "date": (self.date, found.date or "", (found.date or "").startswith(self.date)),
            "title": (self.title, found.title, letters_and_digits(found.title) == letters_and_digits(self.title)),
        }
        return [f"{self.file}: {key} {got!r}, not {want!r}" for key, (want, got, right) in pairs.items() if not right]


def check_library(run: IngestRun, inside: str) -> str:
    """How many documents have the right symbol, date and title, and the table of the others."""
    found = {document.file_name: document for document in run.library().documents()}
    with (HERE / "un_library.csv").open(encoding="utf-8", newline="") as rows:
        wanted = [Wanted(**row) for row in csv.DictReader(rows)]
    misses = [miss for each in wanted for miss in each.misses(found.get(inside + each.file))]
    wrong = len({miss.split(": ")[0] for miss in misses})
    refused = [f"refused: {file['reason']}" for file in run.report["files"] if file["reason"]]
    warned = [f"{name}: {warning}" for name, warning in run.report["warnings"]]
    return "\n".join([f"{len(wanted) - wrong} of {len(wanted)} right; {run.speeds}", *misses, *refused, *warned])


def ask(run: IngestRun, inside: str) -> str:
    """The questions, each with its outcome: right when a citation quotes the sentence that answers, from its page."""
    assistant = build_assistant(run.settings)
    ids = {document.file_name: document.id for document in run.library().documents()}
    lines: list[str] = []
    for row in map(json.loads, (HERE / "un_questions.jsonl").read_text(encoding="utf-8").splitlines()):
        answer = assistant.answer(row["question"])
        right = [
            citation
            for citation in answer.citations
            if citation.document_id == ids.get(inside + row["file"])
            and citation.locator.page == row["page"]
            and (is_covered(row["quote"], [citation.quote]) or is_covered(citation.quote, [row["quote"]]))
        ]
        cited = right[0].cite_as if right else f"{answer.status}: {answer.text[:150]}"
        lines.append(f"{'right' if right else 'WRONG'}  {row['question']}  [{cited}]")
    return "\n".join([f"{sum(line.startswith('right') for line in lines)} of {len(lines)} right", *lines])


def compare(alone: IngestRun, together: IngestRun) -> str:
    """Recall of the dev questions before and after."""
    cases = load_split("dev")
    rows: list[list[float | None]] = []
    for run in (alone, together):
        found = evaluate(cases, {PRODUCTION: partial(build_assistant, run.settings)}, read_sources(run.library()))
        rows.append([row.values.get(METRIC) for row in found.columns[0].rows])
    change = paired_difference(list(zip(*rows, strict=True)))
    if change is None:
        return "no case was scored"
    kept = "kept" if change.difference >= -LOSS else "LOST MORE THAN ALLOWED"
    return (
        f"{METRIC} of {change.n} dev questions: {change.before:.1%} alone, {change.after:.1%} with the others, "
        f"{100 * change.difference:+.1f} points ({100 * change.low:+.1f} to {100 * change.high:+.1f}): {kept}"
    )


def measure(folder: Path, parts: Sequence[str], scratch: Path) -> None:
    """Print the tables of these parts."""
    if "scorer" in parts:
        for ending in ("pdf", "docx"):
            print(score(folder, ending, scratch))
    if not {"library", "questions", "retrieval"} & set(parts):
        return
    corpus = scratch / "together"
    shutil.copytree(load_settings().corpus_dir, corpus)
    shutil.copytree(folder / "library", corpus / "library", ignore=shutil.ignore_patterns("*.csv"))
    together = ingest_folder(corpus, scratch / "together-data")
    inside = "library/"
    if "library" in parts:
        print("library:", check_library(together, inside))
    if "questions" in parts:
        print("questions:", ask(together, inside))
    if "retrieval" in parts:
        print("retrieval:", compare(ingest_folder(load_settings().corpus_dir, scratch / "alone-data"), together))


def main(arguments: Sequence[str]) -> int:
    """Print the tables; without the documents one line that says so."""
    parts = [argument for argument in arguments if argument in PARTS]
    folder, why = named_folder([a for a in arguments if a not in PARTS], "un_documents", "score_ingest.py")
    if folder is None:
        print(why)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        measure(folder, parts or PARTS, Path(scratch))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
