"""A report as Markdown, for reading in a terminal, an editor or a repository. Text from documents is made inert."""

import re
from collections.abc import Iterable
from typing import Any

from evals.report import SHOWN_PASSAGES, Record
from evals.tables import Table, all_tables, kind_label

_SPECIAL = re.compile(r"([\\`*_\[\]{}<>|#!~&])")


def markdown(record: Record) -> str:
    """The whole report."""
    parts = [f"# Evaluation of {record['split']}", *_facts(record)]
    parts += [table_markdown(table) for table in all_tables(record)]
    failing = [row for row in record["rows"] if row["failures"]]
    if failing:
        parts += ["## Failing cases", *(_failing(record, row) for row in failing)]
    parts.append("## What the figures mean")
    parts += [f"- **{inert(m['label'])}**: {inert(m['definition'])}" for m in record["metrics"]]
    return "\n\n".join(parts) + "\n"


def inert(text: object) -> str:
    """Text as it stands: no markup, links, images or HTML come alive, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def _facts(record: Record) -> Iterable[str]:
    date = record["date"][:16].replace("T", " ")
    yield f"{record['cases']} cases, {date} UTC, fingerprint {record['cases_fingerprint']}"
    yield "\n".join(f"- {inert(key)}: {inert(value)}" for key, value in record["made_with"].items())


def table_markdown(table: Table) -> str:
    """One table."""
    lines = [f"## {inert(table.title)}", "", _line(table.header), _line(["---"] * len(table.header), escape=False)]
    lines += [_line(row) for row in table.rows]
    return "\n".join([*lines, "", inert(table.note)]).rstrip()


def _line(cells: Iterable[str], *, escape: bool = True) -> str:
    return "| " + " | ".join(inert(cell) if escape else cell for cell in cells) + " |"


def _failing(record: Record, row: dict[str, Any]) -> str:
    lines = [f"### {inert(row['id'])} ({kind_label(row['kind'])})", "", f"**{inert(row['question'])}**", ""]
    lines += [f"- {speaker} before: {inert(text)}" for speaker, text in row["history"]]
    lines += [f"- failed: {inert(failure)}" for failure in row["failures"]]
    error = f" ({inert(row['error'])})" if row["error"] else ""
    lines.append(f"- expected {row['expected']}, got {row['status']}{error}")
    lines.append(f"- search query: {inert(row['search_query'])}")
    for gold, rank in zip(row["gold"], row["gold_ranks"], strict=True):
        found = "not found" if rank is None else f"found at {rank}"
        lines.append(f"- gold, {found} ({inert(gold['document'])}): {inert(gold['quote'])}")
    lines += [f"- missing fact: {inert(' / '.join(fact))}" for fact in row["missing_facts"]]
    lines.append(f"- answer: {inert(row['text'])}")
    lines += [f"- quoted ({inert(c['cite_as'])}): {inert(c['quote'])}" for c in row["citations"]]
    for rank, passage_id in enumerate(row["retrieved"][:SHOWN_PASSAGES], start=1):
        passage = record["passages"][passage_id]
        place = inert(f"{passage['document']}, {passage['locator']}")
        lines.append(f"- passage {rank} ({place}): {inert(passage['text'])}")
    return "\n".join(lines)
