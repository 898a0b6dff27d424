"""A report as one HTML file that needs nothing else: no scripts, no remote parts; readable on a phone and in the dark.

Every piece of text goes through `html.escape`; the content security policy forbids what escaping might have missed.
"""

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from evals.charts import curve_chart, interval_chart
from evals.report import SHOWN_PASSAGES, Record
from evals.tables import Table, all_tables, kind_label, label, main_column, show, show_value

TILES = ("recall@5", "recall@10", "key_facts", "citation_recall", "citation_precision", "quotes_exact",
         "answered", "refused", "words", "latency_p50")  # fmt: skip
CHARTED = (("Recall@5, %", "recall@5"), ("Key facts, %", "key_facts"), ("Refused when not, %", "refused"))
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'none'; form-action 'none'; base-uri 'none'"
STYLE = Path(__file__).with_name("report.css")


def html(record: Record) -> str:
    """The whole report as a document."""
    title = f"Evaluation of {record['split']}"
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{STYLE.read_text(encoding='utf-8')}</style></head><body><main>",
            f"<h1>{escape(title)}</h1>",
            f"<p>{record['cases']} cases, {escape(record['date'][:16].replace('T', ' '))} UTC</p>",
            _tiles(record),
            _charts(record),
            *(_table(table) for table in all_tables(record)),
            _failing_cases(record),
            _definitions(record),
            _made_with(record),
            "</main></body></html>",
        ]
    )


def _made_with(record: Record) -> str:
    facts = {**record["made_with"], "cases": record["cases_fingerprint"]}
    entries = "".join(f"<dt>{escape(str(key))}</dt><dd>{escape(str(value))}</dd>" for key, value in facts.items())
    return f'<h2>Made with</h2><dl class="facts">{entries}</dl>'


def _tiles(record: Record) -> str:
    total = main_column(record)["total"]
    tiles = []
    for name in TILES:
        figure = total[name]
        if figure:
            value = show_value(record, name, figure["value"])
            interval = show(record, name, figure).removeprefix(value).strip()
            text = f"{escape(label(record, name))}<b>{escape(value)}</b><span>{escape(interval)}</span>"
            tiles.append(f'<div class="tile">{text}</div>')
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _charts(record: Record) -> str:
    column = main_column(record)
    groups = [("all cases", column["total"]), *((kind_label(k), f) for k, f in column["kinds"].items())]
    charts = [
        (title, interval_chart(title, [(name, figures[metric]) for name, figures in groups]))
        for title, metric in CHARTED
        if column["total"][metric]
    ]
    if len(record["columns"]) > 1:
        rows = [(name, other["total"]["recall@5"]) for name, other in record["columns"].items()]
        charts.append(("Recall@5 by assistant, %", interval_chart("Recall@5 by assistant, %", rows)))
    if column["curves"]:
        answered, refused = column["total"]["answered"], column["total"]["refused"]
        point = (1 - answered["value"], refused["value"]) if answered and refused else None
        title = "Refusal curve; the dot is the assistant as it is set"
        charts.append((title, curve_chart(title, column["curves"], point)))
    figures = "".join(f"<figure><figcaption>{escape(title)}</figcaption>{chart}</figure>" for title, chart in charts)
    return f'<h2>At a glance</h2><div class="charts">{figures}</div>'


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.header)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(map(_cell, row[1:]))}</tr>' for row in table.rows
    )
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    return (
        f"<h2>{escape(table.title)}</h2>"
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(table.title)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{note}"
    )


def _cell(text: str) -> str:
    verdict = {"reached": ' class="good"', "not reached": ' class="bad"'}.get(text, "")
    return f"<td{verdict}>{escape(text)}</td>"


def _failing_cases(record: Record) -> str:
    failing = [row for row in record["rows"] if row["failures"]]
    if not failing:
        return "<h2>Failing cases</h2><p>None.</p>"
    return f"<h2>Failing cases ({len(failing)})</h2>" + "".join(_failing(record, row) for row in failing)


def _failing(record: Record, row: dict[str, Any]) -> str:
    return (
        f"<details><summary><b>{escape(row['id'])}</b> ({escape(kind_label(row['kind']))}) {escape(row['question'])}"
        f'<div class="failures">{escape("; ".join(row["failures"]))}</div></summary>'
        f"{''.join(_asked(row))}{''.join(_got(record, row))}</details>"
    )


def _asked(row: dict[str, Any]) -> Iterator[str]:
    if row["history"]:
        turns = "".join(_quote(text, speaker) for speaker, text in row["history"])
        yield f"<h3>Before</h3>{turns}"
    if row["note"]:
        yield f"<p>{escape(row['note'])}</p>"
    yield f"<h3>Expected: {escape(row['expected'])}</h3>"
    for gold, rank in zip(row["gold"], row["gold_ranks"], strict=True):
        found = "not in the passages" if rank is None else f"found with passage {rank}"
        yield _quote(gold["quote"], f"{gold['document']}; {found}", "missed" if rank is None else "found")
    for fact in row["missing_facts"]:
        yield f"<p>Missing fact: {escape(' / '.join(fact))}</p>"


def _got(record: Record, row: dict[str, Any]) -> Iterator[str]:
    yield f"<h3>Got: {escape(row['status'])}; searched for: {escape(row['search_query'])}</h3>"
    yield f'<div class="answer">{escape(row["error"] or row["text"])}</div>'
    if row["citations"]:
        yield "<h3>Quoted</h3>" + "".join(_quote(c["quote"], c["cite_as"]) for c in row["citations"])
    yield from _evidence(record, row["retrieved"][:SHOWN_PASSAGES])


def _evidence(record: Record, passage_ids: Iterable[str]) -> Iterator[str]:
    for rank, passage_id in enumerate(passage_ids, start=1):
        if rank == 1:
            yield "<h3>First passages</h3>"
        passage = record["passages"][passage_id]
        yield _quote(passage["text"], f"{rank}. {passage['document']}, {passage['locator']}")


def _quote(text: str, source: str, css_class: str = "") -> str:
    return f'<blockquote class="{css_class}">{escape(text)}<footer>{escape(source)}</footer></blockquote>'


def _definitions(record: Record) -> str:
    metrics = record["metrics"]
    entries = "".join(f"<dt><b>{escape(m['label'])}</b></dt><dd>{escape(m['definition'])}</dd>" for m in metrics)
    return f"<h2>What the figures mean</h2><dl>{entries}</dl>"
