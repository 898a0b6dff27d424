"""The cells of a comparison as inert HTML. Pure: no Streamlit."""

from collections.abc import Mapping, Sequence

from assistant.citations import format_date
from assistant.compare import Cell, Comparison, Row
from assistant.compare_export import Sheet, SheetCell, document_label, reason, short_name, summary
from assistant.domain import Citation, Passage
from assistant.messages import Messages
from assistant.pages.inert import html_text
from assistant.restating import Change, Piece, Restatement


def cell_head_html(cell: Cell, row: Row, messages: Messages) -> str:
    """The document's name and date, and in words and a sign whether it says something on the question."""
    document = cell.document
    date = format_date(document.date) if document.date else messages.text("compare.undated")
    about = " · ".join(html_text(part) for part in (date, document.body) if part)
    sign, key = ("✓", "cell_says") if cell.says else ("–", "cell_silent")
    why = "" if cell.says else f'<p dir="auto">{html_text(reason(cell, row, messages))}</p>'
    return (
        f'<h3 class="pa-doc" dir="auto">{html_text(short_name(document))}</h3><p class="pa-note" dir="auto">{about}</p>'
        f'<p class="pa-verdict pa-{key}"><span aria-hidden="true">{sign}</span> '
        f"{html_text(messages.text(f'compare.{key}'))}</p>{why}"
    )


def quote_html(citation: Citation, restated: Restatement | None, names: Sequence[str], messages: Messages) -> str:
    """A quote; words that the earlier document it restates does not have are underlined, and said so aloud."""
    if restated is None:
        return f'<blockquote class="pa-quote" dir="auto">“{html_text(citation.quote)}”</blockquote>'
    starts, ends = messages.text("compare.come_starts"), messages.text("compare.marks_end")
    inner = "".join(_piece_html(piece, starts, ends) for piece in restated.later_pieces)
    earlier = names[restated.earlier[0]]
    key = "compare.restates_same" if restated.identical else "compare.restates"
    share = {} if restated.identical else {"share": f"{100 * restated.likeness:.0f} %"}
    note = messages.text(key, earlier=earlier, **share)
    hint = "" if restated.identical else f" {messages.text('compare.restates_hint', earlier=earlier)}"
    return (
        f'<blockquote class="pa-quote" dir="auto">“{inner}”</blockquote>'
        f'<p class="pa-note pa-restates" dir="auto"><span aria-hidden="true">↳</span> {html_text(f"{note}.{hint}")}</p>'
    )


def cite_html(citation: Citation, messages: Messages) -> str:
    """How to cite a quote, folded: in a narrow column it is longer than many a quote."""
    return (
        f'<details class="pa-cite"><summary>{html_text(messages.text("compare.cite"))}</summary>'
        f'<p dir="auto">{html_text(citation.cite_as)}</p></details>'
    )


def closest_html(passage: Passage, messages: Messages) -> str:
    """The nearest passage of a document that does not say, folded and named as what it is."""
    paragraphs = "".join(f"<p>{html_text(part)}</p>" for part in passage.text.splitlines() if part.strip())
    return (
        f'<details class="pa-closest"><summary>{html_text(messages.text("compare.closest"))}</summary>'
        f'<p class="pa-note">{html_text(messages.text("compare.closest_note"))}</p>'
        f'<p class="pa-locator" dir="auto">{html_text(str(passage.locator))}</p>'
        f'<div dir="auto">{paragraphs}</div></details>'
    )


def question_html(row: Row) -> str:
    """The question as a heading."""
    return f'<h2 class="pa-question" dir="auto">{html_text(row.question)}</h2>'


def summary_html(row: Row, messages: Messages) -> str:
    """Which documents say something on the question, and which do not."""
    return f'<p class="pa-summary" dir="auto">{html_text(summary(row, messages))}</p>'


def overview_html(comparison: Comparison, messages: Messages) -> str:
    """Several questions at a glance: a table of who says something and who does not."""
    heads = "".join(
        f'<th scope="col" dir="auto">{html_text(document_label(d, messages))}</th>' for d in comparison.documents
    )
    lines = []
    for row in comparison.rows:
        cells = "".join(_verdict_html(cell.says, messages) for cell in row.cells)
        lines.append(f'<tr><th scope="row" dir="auto">{html_text(row.question)}</th>{cells}</tr>')
    corner = html_text(messages.text("compare.overview_question"))
    caption = html_text(messages.text("compare.overview"))
    return (
        f'<div class="pa-scroll" role="region" aria-label="{caption}" tabindex="0"><table class="pa-overview">'
        f'<caption>{caption}</caption><thead><tr><th scope="col">{corner}</th>{heads}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def wording_html(restated: Sequence[Restatement], names: Sequence[str], messages: Messages) -> str:
    """For each pair of passages that restate one another, one running line with what went and what came."""
    if not restated:
        return ""
    parts = [f'<h3 class="pa-small-heading">{html_text(messages.text("compare.wording"))}</h3>']
    if not all(pair.identical for pair in restated):
        parts.append(f'<p class="pa-note">{html_text(messages.text("compare.wording_legend"))}</p>')
    for pair in restated:
        title = messages.text("compare.wording_pair", earlier=names[pair.earlier[0]], later=names[pair.later[0]])
        if pair.identical:
            line = html_text(messages.text("compare.wording_same"))
        else:
            line = " ".join(_change_html(change, messages) for change in pair.changes)
        parts.append(
            f'<p class="pa-pair" dir="auto"><span class="pa-title">{html_text(title)}</span></p>'
            f'<p class="pa-wording" dir="auto">{line}</p>'
        )
    return f'<section class="pa-wordings">{"".join(parts)}</section>'


def sheet_html(sheet: Sheet, messages: Messages) -> str:
    """The printable view: one plain table, questions down and documents across, every quote with how to cite it."""
    corner = html_text(messages.text("compare.overview_question"))
    heads = "".join(f'<th scope="col" dir="auto">{html_text(document)}</th>' for document in sheet.documents)
    silent = messages.text("compare.cell_silent")
    lines = []
    for row in sheet.rows:
        cells = "".join(f'<td dir="auto">{_sheet_cell_html(cell, silent)}</td>' for cell in row.cells)
        cells = cells or f'<td colspan="{len(sheet.documents)}"></td>'
        head = f'{html_text(row.question)}<p class="pa-note">{html_text(row.summary)}</p>'
        lines.append(f'<tr><th scope="row" dir="auto">{head}</th>{cells}</tr>')
    remarks = "".join(f"<p>{html_text(remark)}</p>" for remark in sheet.remarks)
    return (
        f"<h1>{html_text(sheet.title)}</h1>{remarks}"
        f'<table class="pa-print"><thead><tr><th scope="col">{corner}</th>{heads}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table>"
    )


def by_later(restated: Sequence[Restatement], position: int) -> Mapping[int, Restatement]:
    """The restatements of one cell's quotes, by marker."""
    return {pair.later[1].marker: pair for pair in restated if pair.later[0] == position}


def _sheet_cell_html(cell: SheetCell, silent: str) -> str:
    """On a phone the cells stand below one another, each under the name of its document."""
    name = f'<p class="pa-print-name">{html_text(cell.document)}</p>'
    if not cell.quotes:
        return f"{name}<p><strong>{html_text(silent)}.</strong> {html_text(cell.reason)}</p>"
    return name + "".join(
        f'<p>“{html_text(quote.text)}”<br><span class="pa-note">{html_text(quote.cite_as)}</span></p>'
        for quote in cell.quotes
    )


def _verdict_html(says: bool, messages: Messages) -> str:
    sign, key = ("✓", "overview_says") if says else ("–", "overview_silent")
    return f'<td><span aria-hidden="true">{sign}</span> {html_text(messages.text(f"compare.{key}"))}</td>'


def _piece_html(piece: Piece, starts: str, ends: str) -> str:
    if piece.same:
        return html_text(piece.text)
    words = piece.text.rstrip()
    return _marked("ins", words, starts, ends) + html_text(piece.text[len(words) :])


def _change_html(change: Change, messages: Messages) -> str:
    if change.same:
        return html_text(change.same.strip())
    ends = messages.text("compare.marks_end")
    parts = []
    if change.gone:
        parts.append(_marked("del", change.gone.strip(), messages.text("compare.gone_starts"), ends))
    if change.come:
        parts.append(_marked("ins", change.come.strip(), messages.text("compare.come_starts"), ends))
    return " ".join(parts)


def _marked(tag: str, words: str, starts: str, ends: str) -> str:
    aloud = '<span class="pa-aloud"> {} </span>'
    before, after = aloud.format(html_text(starts)), aloud.format(html_text(ends))
    return f"{before}<{tag}>{html_text(words)}</{tag}>{after}"
