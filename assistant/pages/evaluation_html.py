"""Tables and failing cases of a report as inert HTML. Pure: no Streamlit."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.messages import Messages
from assistant.pages.inert import html_text
from evals.report import SHOWN_PASSAGES
from evals.tables import UNSCORED, Table, kind_label, label, show

Record = Mapping[str, Any]


def table_html(table: Table) -> str:
    """A table of the report, with its note; it scrolls inside itself where it is too wide."""
    heads = "".join(f'<th scope="col">{html_text(head)}</th>' for head in table.header)
    lines = []
    for row in table.rows:
        cells = "".join(f"<td>{html_text(cell)}</td>" for cell in row[1:])
        lines.append(f'<tr><th scope="row">{html_text(row[0])}</th>{cells}</tr>')
    note = f'<p class="pa-note">{html_text(table.note)}</p>' if table.note else ""
    caption = html_text(table.title)
    return (
        f'<div class="pa-scroll" role="region" aria-label="{caption}" tabindex="0"><table class="pa-table">'
        f"<caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>{note}"
    )


def figures_table(record: Record, messages: Messages) -> Table:
    """Every metric down, every assistant across: the baseline stands beside."""
    columns = record["columns"]
    rows = []
    for metric in record["metrics"]:
        name = metric["name"]
        cells = tuple(show(record, name, column["total"].get(name)) for column in columns.values())
        if any(cell != UNSCORED for cell in cells):
            rows.append((label(record, name), *cells))
    return Table(
        messages.text("evaluation.figures"),
        (messages.text("evaluation.figure"), *columns),
        tuple(rows),
        messages.text("evaluation.figures_note"),
    )


def case_html(row: Record, record: Record, messages: Messages) -> str:
    """A failing case: what a right answer says beside what was answered, and the passages that were found."""
    return (
        f'<p class="pa-note">{html_text("; ".join(row["failures"]))}</p>{_before_html(row, messages)}'
        f'<div class="pa-sides"><section>{_expected_html(row, messages)}</section>'
        f"<section>{_given_html(row, messages)}</section></div>{_evidence_html(row, record, messages)}"
    )


def case_title(row: Record) -> str:
    """How a case is named in the list: its question, its id and its kind."""
    return f"{' '.join(row['question'].split()) or '–'} ({row['id']}, {kind_label(row['kind'])})"


def turns_html(history: Sequence[Sequence[str]], heading: str) -> str:
    """What was said before a follow-up."""
    if not history:
        return ""
    lines = "".join(
        f'<p dir="auto"><strong>{html_text(speaker)}:</strong> {html_text(text)}</p>' for speaker, text in history
    )
    return f'<details><summary>{html_text(heading)}</summary><div class="pa-indent">{lines}</div></details>'


def _before_html(row: Record, messages: Messages) -> str:
    return turns_html(row["history"], messages.text("evaluation.failures_said_before"))


def _expected_html(row: Record, messages: Messages) -> str:
    parts = [
        _heading(messages.text("evaluation.failures_expected")),
        f"<p>{html_text(messages.text('evaluation.failures_status', status=row['expected']))}</p>",
    ]
    if not row["gold"]:
        parts.append(f"<p>{html_text(messages.text('evaluation.failures_gold_none'))}</p>")
    elif row["gold_mode"] == "any" and len(row["gold"]) > 1:
        parts.append(f'<p class="pa-note">{html_text(messages.text("evaluation.failures_gold_any"))}</p>')
    for gold in row["gold"]:
        source = messages.text("evaluation.failures_quote_of", document=gold["document"])
        parts.append(
            f'<blockquote class="pa-gold" dir="auto">“{html_text(gold["quote"])}”</blockquote>'
            f'<p class="pa-note">{html_text(source)}</p>'
        )
    if row["key_facts"]:
        missing = {tuple(fact) for fact in row["missing_facts"]}
        items = "".join(_fact_html(fact, tuple(fact) in missing, messages) for fact in row["key_facts"])
        parts.append(f"{_heading(messages.text('evaluation.failures_facts'))}<ul>{items}</ul>")
    return "".join(parts)


def _fact_html(fact: Sequence[str], missing: bool, messages: Messages) -> str:
    sign, key = ("✗", "failures_fact_missing") if missing else ("✓", "failures_fact_said")
    phrasings = html_text(" / ".join(fact))
    return f"<li>{phrasings}: <strong>{sign} {html_text(messages.text(f'evaluation.{key}'))}</strong></li>"


def _given_html(row: Record, messages: Messages) -> str:
    parts = [
        _heading(messages.text("evaluation.failures_given")),
        f"<p>{html_text(messages.text('evaluation.failures_status', status=row['status']))}</p>",
    ]
    if row["search_query"].split() != row["question"].split():
        understood = messages.text("evaluation.failures_understood", query=row["search_query"])
        parts.append(f'<p class="pa-note" dir="auto">{html_text(understood)}</p>')
    if row["error"]:
        parts.append(f"<p>{html_text(messages.text('evaluation.failures_error', error=row['error']))}</p>")
    parts += [f'<p dir="auto">{html_text(line)}</p>' for line in row["text"].splitlines() if line.strip()]
    cited = "".join(f'<li dir="auto">{html_text(citation["cite_as"])}</li>' for citation in row["citations"])
    return "".join(parts) + (f'<ol class="pa-note">{cited}</ol>' if cited else "")


def _evidence_html(row: Record, record: Record, messages: Messages) -> str:
    found = [(i, record["passages"].get(passage_id)) for i, passage_id in enumerate(row["retrieved"], start=1)]
    ranks = {rank for rank in row["gold_ranks"] if rank}
    items = []
    for rank, passage in found[:SHOWN_PASSAGES]:
        if not passage:
            continue
        title = messages.text(
            "evaluation.failures_rank", rank=rank, locator=passage["locator"], document=passage["document"]
        )
        gold = f" ✓ {messages.text('evaluation.failures_gold_here')}" if rank in ranks else ""
        items.append(
            f'<p class="pa-title" dir="auto">{html_text(title)}<strong>{html_text(gold)}</strong></p>'
            f'<p dir="auto">{html_text(" ".join(passage["text"].split()))}</p>'
        )
    more = len(found) - SHOWN_PASSAGES
    note = (
        f'<p class="pa-note">{html_text(messages.text("evaluation.failures_more", count=more))}</p>' if more > 0 else ""
    )
    heading = html_text(messages.text("evaluation.failures_evidence"))
    if not items:
        return ""
    return f'<details><summary>{heading}</summary><div class="pa-indent">{"".join(items)}{note}</div></details>'


def _heading(text: str) -> str:
    return f'<h4 class="pa-small-heading">{html_text(text)}</h4>'
