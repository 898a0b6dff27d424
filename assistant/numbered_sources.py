"""The sources as a chat model is given them: numbered, inert, as many as fit. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence

from assistant.citations import format_date
from assistant.domain import Document, Hit, Passage
from assistant.verification import Source

BRACKETED = re.compile(r"\[(\d+)\]")  # a source's own note numbers would look like markers
LETTERS_PER_TOKEN = 3.5  # English has about 4; fewer, so that the count errs on the safe side


def number_sources(hits: Sequence[Hit], documents: Callable[[str], Document], room: float) -> dict[int, Source]:
    """[1]..[n]: the best passages that fit into so many tokens, at least one."""
    sources: dict[int, Source] = {}
    for marker, hit in enumerate(hits, start=1):
        document = documents(hit.passage.document_id)
        source = make_source(marker, hit.passage, document)
        room -= count_tokens(_text(source, document))
        if sources and room < 0:
            break
        sources[marker] = source
    return sources


def make_source(marker: int, passage: Passage, document: Document) -> Source:
    """A passage under its number, with what is known of its document."""
    about = document.metadata
    known = (about.title, about.short_title, about.body, about.symbol, format_date(about.date) if about.date else "")
    return Source(marker, passage, ". ".join(part for part in known if part), document.text)


def sources_text(sources: Mapping[int, Source], documents: Callable[[str], Document]) -> str:
    """The numbered sources as the model reads them."""
    return "\n\n".join(_text(source, documents(source.passage.document_id)) for source in sources.values())


def _text(source: Source, document: Document) -> str:
    """A source under its short name (by which a model then calls it), title, body, date and place."""
    about = document.metadata
    names = (about.symbol, about.short_title, about.title, about.body, format_date(about.date) if about.date else "")
    heading = f"{'; '.join(name for name in names if name)} ({source.passage.locator})"
    return f"[{source.marker}] {inert(heading)}\n{inert(source.passage.text)}"


def inert(text: str) -> str:
    """Text of others that cannot be taken for markers, tags or the turns of a chat."""
    return BRACKETED.sub(r"(\1)", text).replace("<", "‹").replace(">", "›")


def count_tokens(text: str) -> float:
    """About how many tokens a model counts, for any model: by letters, those outside ASCII as one token each."""
    ascii_only = sum(character.isascii() for character in text)
    return ascii_only / LETTERS_PER_TOKEN + (len(text) - ascii_only)
