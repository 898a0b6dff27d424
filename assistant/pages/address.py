"""Where a reader stands on the Documents page, as the address bar has it. Pure: no Streamlit.

`?document=ID&passage=ID` opens a document at a passage, `&start=N&end=N` at a span of its text. The rest (`view`, `q`)
says where to go back to, so that a link, a reload and the browser's own Back lead to the same place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

LONGEST = 400  # characters of one value; a longer one comes from nowhere of ours
_HIGHEST = 10**12  # no text is so long


class View(StrEnum):
    """The parts of the page, in the order of their tabs."""

    LIBRARY = "library"
    FIND = "find"
    TERMS = "terms"
    ADD = "add"


@dataclass(frozen=True, slots=True)
class Address:
    """A place on the page."""

    view: View = View.LIBRARY
    query: str = ""
    document: str = ""  # id of the document that is read; empty: none
    passage: str = ""
    start: int | None = None  # of the text: scroll there
    end: int | None = None  # with `start`: highlight up to here

    @classmethod
    def read(cls, params: Mapping[str, str]) -> "Address":
        """What the address bar says; values that cannot be used are as if left out."""
        known = {key: value[:LONGEST] for key, value in params.items()}
        view = known.get("view", "")
        start, end = _number(known.get("start")), _number(known.get("end"))
        return cls(
            view=View(view) if view in set(View) else View.LIBRARY,
            query=known.get("q", ""),
            document=known.get("document", ""),
            passage=known.get("passage", ""),
            start=start,
            end=end if start is not None and end is not None and end > start else None,
        )

    def params(self) -> dict[str, str]:
        """The inverse of `read`; what goes without saying is left out."""
        values = {
            "document": self.document,
            "passage": self.passage,
            "start": "" if self.start is None else str(self.start),
            "end": "" if self.end is None else str(self.end),
            "view": "" if self.view is View.LIBRARY else str(self.view),
            "q": self.query,
        }
        return {key: value for key, value in values.items() if value}

    def opening(self, document: str, start: int | None = None, end: int | None = None) -> "Address":
        """A document, and how to come back here."""
        return replace(self, document=document, passage="", start=start, end=end)

    def closed(self) -> "Address":
        """Where the reader came from."""
        return Address(view=self.view, query=self.query)


def _number(text: str | None) -> int | None:
    if not text or not text.isascii() or not text.isdigit() or len(text) > 12:
        return None
    return min(int(text), _HIGHEST)
