"""What the Documents page derives from the library, made when it is first needed and kept until the library changes."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import streamlit as st

from assistant.answering import Assistant
from assistant.concordance import Shelf, shelve
from assistant.domain import Passage
from assistant.glossary import Term, Uses, count_uses, find_terms
from assistant.library import Library, LoadingNotes
from assistant.pages.resources import Holdings
from assistant.paging import Paged, page_document

DOCUMENTS_KEPT = 24  # that are being read; one of several hundred pages takes some tenths of a second to load


@dataclass(frozen=True)
class Derived:
    """Of one state of the library. Two readers who need a thing at once may both make it; they make the same."""

    stamp: str
    library: Library
    _read: OrderedDict[str, Paged] = field(default_factory=OrderedDict)

    @cached_property
    def notes(self) -> Mapping[str, LoadingNotes]:
        """Pages and warnings of each document."""
        return self.library.loading_notes()

    @cached_property
    def shelf(self) -> Shelf:
        """All documents, ready to be searched."""
        return shelve(self.library.document(document.id) for document in self.library.documents())

    @cached_property
    def terms(self) -> tuple[tuple[Term, ...], Mapping[str, Uses]]:
        """The terms that the documents explain, and how often each of their names is used."""
        terms = find_terms(self.library.passages())
        names = [name for term in terms for name in (term.short, *(meaning.long for meaning in term.meanings))]
        return terms, count_uses(names, self.shelf)

    def paged(self, document_id: str) -> Paged:
        """A document in parts.

        Raises:
            UnknownDocumentError: the library does not hold it.
        """
        found = self._read.get(document_id) or page_document(self.library.document(document_id))
        self._read[document_id] = found
        while len(self._read) > DOCUMENTS_KEPT:
            self._read.popitem(last=False)
        return found

    def passage(self, passage_id: str, document_id: str) -> Passage | None:
        """A passage of a document, if it has it."""
        passage = self.library.passages_by_id([passage_id]).get(passage_id)
        return passage if passage and passage.document_id == document_id else None


def get_derived(assistant: Assistant, holdings: Holdings) -> Derived:
    """What is derived from the library as it is now; the same for all readers."""
    return _derived(holdings.stamp, assistant)


@st.cache_resource(show_spinner=False, max_entries=1)
def _derived(stamp: str, _assistant: Assistant) -> Derived:
    return Derived(stamp, _assistant.library)
