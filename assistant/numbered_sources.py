"""The sources as a chat model is given them: numbered, inert, as many as fit. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence

from assistant.citations import format_date
from assistant.domain import Document, Hit, Passage
from assistant.verification import Source

BRACKETED = re.compile(r"\[(\d+)\]")  # a source's own note numbers would look like markers
LETTERS_PER_TOKEN = 3.5  # English has about 4; fewer, so that the count errs on the safe side
TITLE_AND_PLACE = 80  # tokens


def number_sources(hits: Sequence[Hit], documents: Callable[[str], Document], room: float) -> dict[int, Source]:
    """[1]..[n]: the best passages that fit into so many tokens, at least one."""
    sources: dict[int, Source] = {}
    for hit in hits:
        cost = count_tokens(hit.passage.text) + TITLE_AND_PLACE
        if sources and cost > room:
            break
        room -= cost
        marker = len(sources) + 1
        sources[marker] = make_source(marker, hit.passage, documents(hit.passage.document_id))
    return sources


def make_source(marker: int, passage: Passage, document: Document) -> Source:
    """A passage under its number, with what is known of its document."""
    about = document.metadata
    known = (about.title, about.short_title, about.body, about.symbol, format_date(about.date) if about.date else "")
    return Source(marker, passage, ". ".join(part for part in known if part), document.text)


def sources_text(sources: Mapping[int, Source], documents: Callable[[str], Document]) -> str:
    """The numbered sources as the model reads them: short name (by which it then calls them), title, body, date and
    place over each."""
    return "\n\n".join(f"[{n}] {inert(_heading(s, documents))}\n{inert(s.passage.text)}" for n, s in sources.items())


def _heading(source: Source, documents: Callable[[str], Document]) -> str:
    about = documents(source.passage.document_id).metadata
    names = (about.symbol, about.short_title, about.title, about.body, format_date(about.date) if about.date else "")
    return f"{'; '.join(name for name in names if name)} ({source.passage.locator})"


def inert(text: str) -> str:
    """Text of others that cannot be taken for markers, tags or the turns of a chat."""
    return BRACKETED.sub(r"(\1)", text).replace("<", "‹").replace(">", "›")


def count_tokens(text: str) -> float:
    """About how many tokens a model counts, for any model: by letters, those outside ASCII as one token each."""
    ascii_only = sum(character.isascii() for character in text)
    return ascii_only / LETTERS_PER_TOKEN + (len(text) - ascii_only)
