"""The sources as a chat model is given them: numbered, inert, as many as fit. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence

from assistant.domain import Document, Hit
from assistant.verification import Source

BRACKETED = re.compile(r"\[(\d+)\]")  # a source's own note numbers would look like markers
LETTERS_PER_TOKEN = 3.5  # English has about 4; fewer, so that the count errs on the safe side
TITLE_AND_PLACE = 40  # tokens


def number_sources(hits: Sequence[Hit], documents: Callable[[str], Document], room: float) -> dict[int, Source]:
    """[1]..[n]: the best passages that fit into so many tokens, at least one."""
    sources: dict[int, Source] = {}
    for hit in hits:
        cost = count_tokens(hit.passage.text) + TITLE_AND_PLACE
        if sources and cost > room:
            break
        room -= cost
        about = documents(hit.passage.document_id).metadata
        names = (about.title, about.short_title, about.body, about.symbol)
        sources[len(sources) + 1] = Source(len(sources) + 1, hit.passage, ". ".join(n for n in names if n))
    return sources


def sources_text(sources: Mapping[int, Source], documents: Callable[[str], Document]) -> str:
    """The numbered sources as the model reads them."""
    return "\n\n".join(
        f"[{n}] {inert(documents(s.passage.document_id).metadata.title)} ({inert(str(s.passage.locator))})\n"
        f"{inert(s.passage.text)}"
        for n, s in sources.items()
    )


def inert(text: str) -> str:
    """Text of others that cannot be taken for markers, tags or the turns of a chat."""
    return BRACKETED.sub(r"(\1)", text).replace("<", "‹").replace(">", "›")


def count_tokens(text: str) -> float:
    """About how many tokens a model counts, for any model: by letters, those outside ASCII as one token each."""
    ascii_only = sum(character.isascii() for character in text)
    return ascii_only / LETTERS_PER_TOKEN + (len(text) - ascii_only)
