"""Pure: how a source is cited, where a quote stands in its document, and what may carry a marker."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.domain import Citation, Document, DocumentMetadata, Locator, Passage, Sentence, Statement, Support

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
QUOTES = str.maketrans({"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "\u00a0": " "})


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement before it is checked: a quote from a passage, with how it is to be shown."""

    sentence: Sentence
    passage: Passage
    lead_in: str = ""
    item: bool = False


def format_date(date: str | None) -> str:
    """An ISO date as people write it: "16 June 2015", "June 2015", "2015", or "undated"."""
    if not date:
        return "undated"
    parts = date.split("-")
    year = parts[0]
    month = MONTHS[int(parts[1]) - 1] + " " if len(parts) > 1 else ""
    day = f"{int(parts[2])} " if len(parts) > 2 else ""
    return f"{day}{month}{year}"


def cite_as(metadata: DocumentMetadata, locator: Locator) -> str:
    """How a diplomat cites it: the symbol where there is one, otherwise body, title and date; then the place.

    "S/RES/1674 (2006), para. 4"; "ICRtoP, “Statement on the Release …”, 2015, under “…”".
    """
    if metadata.symbol:
        source = metadata.symbol
        if re.match(r"S/RES/\d+$", source) and metadata.year:
            source += f" ({metadata.year})"
    else:
        short_body = re.search(r"\((\w*[A-Z]\w*[A-Z]\w*)\)$", metadata.body or "")
        body = short_body.group(1) if short_body else metadata.body
        parts = [body, f"“{metadata.title}”", format_date(metadata.date) if metadata.date else None]
        source = ", ".join(part for part in parts if part)
    place = []
    if locator.paragraph:
        place.append(locator.paragraph if "para" in locator.paragraph else f"para. {locator.paragraph}")
    elif locator.section and not metadata.symbol:
        place.append(f"under “{locator.section[-1]}”")
    elif locator.section:
        place.append(f"sect. “{locator.section[-1]}”")
    if locator.footnote:
        place.append(f"footnote {locator.footnote}")
    if locator.page is not None and not (metadata.symbol and locator.paragraph):
        place.append(f"p. {locator.page_label or locator.page}")
    return ", ".join([source, *place])


def locate(quote: str, text: str, near: int = 0) -> tuple[int, int] | None:
    """The span of a quote in a document's text, nearest to `near`: exact, then tolerant of white space and of
    typographic quotation marks and dashes. Never fuzzy.
    """
    stripped = quote.strip()
    if not stripped:
        return None
    exact = [m.start() for m in re.finditer(re.escape(stripped), text)]
    if exact:
        start = min(exact, key=lambda at: abs(at - near))
        return start, start + len(stripped)
    pieces = stripped.translate(QUOTES).split()
    pattern = r"\s+".join(re.escape(piece) for piece in pieces)
    # one character maps to one character, so spans in the plain text are spans in the text
    tolerant = [m.span() for m in re.finditer(pattern, text.translate(QUOTES))]
    return min(tolerant, key=lambda span: abs(span[0] - near)) if tolerant else None


def quote_statements(
    drafts: Sequence[Draft], documents: Mapping[str, Document]
) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
    """Statements and citations of drafts whose quote stands in its document at its span; the others are dropped.

    Sentences that follow one another in one block share a citation, as a person would cite them; its quote is all of
    them. Markers are 1..n in order of appearance.
    """
    statements: list[Statement] = []
    citations: list[Citation] = []
    for draft in drafts:
        document = documents[draft.passage.document_id]
        span = _verified_span(draft.sentence, document)
        if span is None:
            continue
        last = citations[-1] if citations else None
        if last and not draft.item and _continues(last, span, document):
            citations[-1] = replace(last, quote=document.text[last.start : span[1]], end=span[1])
        else:
            citations.append(cite(len(citations) + 1, draft.passage, document, span))
        text = document.text[span[0] : span[1]]
        statements.append(Statement(text, (len(citations),), Support.VERBATIM, draft.lead_in, draft.item))
    return tuple(statements), tuple(citations)


def cite(marker: int, passage: Passage, document: Document, span: tuple[int, int]) -> Citation:
    """The citation of a span of a document that lies in a passage; its quote is the document's own text."""
    start, end = span
    locator = _locator_at(document, start, passage)
    return Citation(
        marker=marker,
        passage_id=passage.id,
        document_id=passage.document_id,
        title=document.metadata.title,
        locator=locator,
        cite_as=cite_as(document.metadata, locator),
        quote=document.text[start:end],
        start=start,
        end=end,
    )


def _continues(last: Citation, span: tuple[int, int], document: Document) -> bool:
    """Whether a span follows a citation's quote in the same block, with nothing but space between."""
    if last.document_id != document.metadata.id or span[0] < last.end:
        return False
    if document.text[last.end : span[0]].strip():
        return False
    return any(block.start <= last.start and span[1] <= block.end for block in document.blocks)


def _verified_span(sentence: Sentence, document: Document) -> tuple[int, int] | None:
    if document.text[sentence.start : sentence.end] == sentence.text:
        return sentence.start, sentence.end
    return locate(sentence.text, document.text, sentence.start)


def _locator_at(document: Document, start: int, passage: Passage) -> Locator:
    """The locator of the block in which a quote begins; finer than the passage's when a passage has several blocks."""
    block = next((b for b in document.blocks if b.start <= start < b.end), None)
    return block.locator if block else passage.locator
