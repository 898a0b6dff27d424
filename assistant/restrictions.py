"""What a search was restricted to, in words. Pure."""

from collections.abc import Mapping

from assistant.domain import Filters
from assistant.messages import Messages


def restriction_text(filters: Filters, titles: Mapping[str, str], messages: Messages) -> str:
    """One line that names documents, bodies, kinds and years; "" where nothing was restricted."""
    parts = [
        "; ".join(titles.get(document_id, document_id) for document_id in sorted(filters.documents)),
        "; ".join(sorted(filters.bodies)),
        "; ".join(sorted(filters.kinds)),
        _years(filters, messages),
    ]
    said = " · ".join(part for part in parts if part)
    return messages.text("app.searched_in", titles=said) if said else ""


def _years(filters: Filters, messages: Messages) -> str:
    first, last = filters.year_from, filters.year_to
    if first is not None and last is not None:
        return str(first) if first == last else messages.text("app.years_between", first=str(first), last=str(last))
    if first is not None:
        return messages.text("app.years_from", first=str(first))
    return messages.text("app.years_to", last=str(last)) if last is not None else ""
