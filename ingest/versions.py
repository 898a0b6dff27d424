"""Documents that carry the same symbol: versions of one, or one in two formats. Pure."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.domain import DocumentMetadata


@dataclass(frozen=True, slots=True)
class Versions:
    """Documents of one symbol and language whose bytes differ."""

    newest: DocumentMetadata
    others: tuple[DocumentMetadata, ...]


def find_versions(documents: Sequence[DocumentMetadata], age: Callable[[DocumentMetadata], float]) -> list[Versions]:
    """Groups of two and more; the one for which `age` gives most is the newest, the last by name among equals."""
    groups: defaultdict[tuple[str, str], list[DocumentMetadata]] = defaultdict(list)
    for document in documents:
        if document.symbol:
            groups[document.symbol.rstrip("*"), document.language].append(document)
    found: list[Versions] = []
    for group in groups.values():
        if len(group) > 1:
            *others, newest = sorted(group, key=lambda document: (age(document), document.file_name))
            found.append(Versions(newest, tuple(others)))
    return found
