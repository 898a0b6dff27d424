"""Lines about documents as inert HTML: what is known of one, what is missing, where words are met. Pure."""

from collections.abc import Mapping, Sequence

from assistant.citations import format_date
from assistant.concordance import Concordance
from assistant.coverage import UNKNOWN, Coverage, Expected
from assistant.domain import DocumentMetadata
from assistant.glossary import Explained, Meaning
from assistant.library import LoadingNotes
from assistant.messages import Messages
from assistant.pages.inert import html_text

LONGEST_SENTENCE = 320  # characters of a sentence that explains a term; a table can be one endless "sentence"


def language_name(code: str, messages: Messages) -> str:
    """A language by its name where the messages know it, else by its code."""
    key = f"documents.language_{code}"
    return messages.text(key) if key in messages.entries else code


def facts(
    document: DocumentMetadata, notes: LoadingNotes | None, passages: int, messages: Messages
) -> list[tuple[str, str]]:
    """(what, value) for everything that is known of a document."""
    pages = notes.page_count if notes else None
    known = [
        ("symbol", document.symbol),
        ("body", document.body),
        ("date", format_date(document.date)),
        ("date_note", document.date_note),
        ("kind", document.kind),
        ("language", language_name(document.language, messages)),
        ("pages", f"{pages:,}" if pages else None),
        ("passages", f"{passages:,}"),
        ("file", document.file_name),
        ("core", messages.text("documents.core") if document.core else None),
        ("rights", document.rights),
        ("source", document.source_url),
    ]
    return [(messages.text(f"documents.fact_{name}"), value) for name, value in known if value]


def facts_html(found: Sequence[tuple[str, str]], warnings: Sequence[str], messages: Messages) -> str:
    """A list of facts, and under it what was noticed while the file was read."""
    rows = "".join(f"<dt>{html_text(name)}</dt><dd><bdi>{html_text(value)}</bdi></dd>" for name, value in found)
    return f'<dl class="pa-facts">{rows}</dl>{warnings_html(warnings, messages)}'


def about_html(
    document: DocumentMetadata, notes: LoadingNotes | None, passages: int, messages: Messages, *, warn: bool = True
) -> str:
    """One line about a document, and its warnings."""
    pages = notes.page_count if notes else None
    parts = (
        document.symbol,
        document.body,
        format_date(document.date) or messages.text("documents.undated"),
        document.kind,
        language_name(document.language, messages),
        messages.text("documents.pages", count=pages) if pages else None,
        messages.text("documents.passages", count=passages),
    )
    line = " · ".join(f"<bdi>{html_text(part)}</bdi>" for part in parts if part)
    return f'<p class="pa-note">{line}</p>{warnings_html(notes.warnings if notes and warn else (), messages)}'


def warnings_html(warnings: Sequence[str], messages: Messages) -> str:
    """What a reader should know before trusting the text."""
    items = "".join(f"<li>{html_text(warning)}</li>" for warning in warnings)
    heading = html_text(messages.text("documents.warnings"))
    return f'<div class="pa-warnings"><strong>{heading}</strong><ul>{items}</ul></div>' if items else ""


def counts_html(counts: Mapping[str, int], name: str, messages: Messages) -> str:
    """A small table: how many documents of each."""
    rows = "".join(
        f"<tr><th scope='row'>{html_text(messages.text('documents.unknown') if key == UNKNOWN else key)}</th>"
        f"<td>{count:,}</td></tr>"
        for key, count in counts.items()
    )
    return f'<table class="pa-counts"><caption>{html_text(name)}</caption><tbody>{rows}</tbody></table>'


def missing_html(coverage: Coverage, messages: Messages) -> str:
    """The expected documents that the library lacks, by topic, with where a person can get them."""
    topics: dict[str, list[Expected]] = {}
    for entry in coverage.missing:
        topics.setdefault(entry.topic, []).append(entry)
    parts = []
    for topic, entries in topics.items():
        items = "".join(_missing_item(entry, messages) for entry in entries)
        parts.append(
            f'<h4 class="pa-small-heading">{html_text(topic.capitalize())}</h4><ul class="pa-missing">{items}</ul>'
        )
    return "".join(parts)


def _missing_item(entry: Expected, messages: Messages) -> str:
    about = " · ".join(html_text(part) for part in (entry.symbol, entry.body, format_date(entry.date)) if part)
    unchecked = (
        "" if entry.checked else f' <span class="pa-note">({html_text(messages.text("documents.unchecked"))})</span>'
    )
    link = html_text(messages.text("documents.get_it"))
    return (
        f'<li><span class="pa-title">{html_text(entry.title)}</span><br><span class="pa-note">{about}</span>{unchecked}'
        f'<br><a href="{html_text(entry.url)}" target="_blank">{link}: {html_text(entry.url)}</a></li>'
    )


def by_document_html(concordance: Concordance, messages: Messages) -> str:
    """How often each document says it, and how often in 10,000 words, so that long and short ones compare."""
    counts = concordance.by_document
    rows = "".join(
        f"<tr><th scope='row'><bdi>{html_text(one.metadata.short_title or one.metadata.title)}</bdi></th>"
        f"<td>{html_text(str(one.metadata.year or messages.text('documents.undated')))}</td>"
        f"<td>{counts[one.metadata.id]:,}</td><td>{concordance.share(one):.1f}</td></tr>"
        for one in concordance.searched
        if one.metadata.id in counts
    )
    heads = "".join(
        f"<th scope='col'>{html_text(messages.text(f'documents.column_{name}'))}</th>"
        for name in ("document", "year", "count", "share")
    )
    caption = html_text(messages.text("documents.by_document"))
    table = f"<caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
    return (
        f'<div class="pa-table" role="group" aria-label="{caption}" tabindex="0">'
        f'<table class="pa-counts">{table}</table></div>'
    )


def meaning_html(short: str, meaning: Meaning, uses: tuple[int, int, int], title: str, messages: Messages) -> str:
    """A term with the sentence that explains it; `uses`: of short form and long form, and documents."""
    place = meaning.places[0]
    where = f"{title}, {place.locator}"
    counted = messages.text("documents.term_uses", short=uses[0], long=uses[1], documents=uses[2])
    return (
        f'<p class="pa-term"><dfn>{html_text(short)}</dfn> <bdi>{html_text(meaning.long)}</bdi></p>'
        f'<blockquote dir="auto">{html_text(_around(place, short))}</blockquote>'
        f'<p class="pa-note"><bdi>{html_text(where)}</bdi><br>{html_text(counted)}</p>'
    )


def _around(place: Explained, short: str) -> str:
    """The sentence, or whole words of an overlong one around the term."""
    text = " ".join(place.sentence.split())
    if len(text) <= LONGEST_SENTENCE:
        return text
    at = max(text.find(short), 0)
    first = max(min(at - LONGEST_SENTENCE // 2, len(text) - LONGEST_SENTENCE), 0)
    last = first + LONGEST_SENTENCE
    begins = text.rfind(" ", 0, first) + 1
    ends = text.find(" ", last) if " " in text[last:] else len(text)
    return f"{'… ' if begins else ''}{text[begins:ends]}{' …' if ends < len(text) else ''}"
