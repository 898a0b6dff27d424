"""Does a statement give the numbers of its source, of the same things? One of the checks of `verification`. Pure."""

import re
from collections.abc import Callable, Iterable
from itertools import product

from assistant.claims import Sentence

TWO = frozenset({"both", "either", "neither", "former", "latter", "pair", "couple", "dual"})  # a source speaks of two
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
CODE = 5  # digits from which a number is no count of this or that, but a code: "NY 10017"
ONE = "1"  # "one example" counts nothing


def wrong_number(
    claim: Sentence,
    best: Sentence,
    support: Sentence,
    headings: Sentence,
    about: Sentence,
    elsewhere: Callable[[], Sentence],
) -> str:
    """A number that the source does not state, or that dates or counts something else there; "" where there is none.

    Args:
        claim: the statement.
        best: the sentence of the source that supports it best.
        support: all that do.
        headings: those over them.
        about: the document's title and date, by which a statement may call it: "the 2015 report".
        elsewhere: the whole document, where it may count the same thing: "the second of the six priorities".
    """
    parts = (support, headings)
    stated = {value for part in parts for value, _ in part.counts.numbers}
    two = bool(support.lowers & TWO)

    def told_of(value: str, position: int) -> bool:
        return value != ONE and any(value in elsewhere().counts.counted(head) for head in claim.counts.heads(position))

    for value, position in claim.counts.numbers:
        counted = [c for head, part in product(claim.counts.heads(position), parts) for c in part.counts.counted(head)]
        known = value in stated or (two and value == "2")
        if not known and value == str(claim.counts.listed) and not counted:
            continue  # it counts what the statement lists itself, of which each is held to the source
        if _one_of_several(claim, value, position, parts):
            continue
        if not known and (_of_document(claim, value, position, about) or (not counted and told_of(value, position))):
            continue
        wrong = "not stated" if not known and value != ONE else ""
        wrong = wrong or _misdated(claim, value, position, parts)
        if YEAR.fullmatch(value):
            wrong = wrong or _of_another_year(claim, value, best)
        elif counted and value not in counted:
            wrong = wrong or f"there it is {counted[0]}"
        elif not counted and value != ONE and not (two and value == "2") and len(value) < CODE:
            nearby = {v for v, _ in (*best.counts.numbers, *headings.counts.numbers)}
            wrong = wrong or ("" if value in nearby else "there it counts something else")
        if wrong:
            return f"{claim.words[position].text} ({wrong})"
    return ""


def _one_of_several(claim: Sentence, value: str, position: int, parts: Iterable[Sentence]) -> bool:
    """Whether a number picks one out of at least so many: the second of four."""
    if not (claim.counts.picks_out(position) and value.isdigit()):
        return False
    heads = claim.counts.heads(position)
    return any(int(value) <= total for head, part in product(heads, parts) for total in part.counts.totals(head))


def _of_document(claim: Sentence, value: str, position: int, about: Sentence) -> bool:
    """Whether a year is that of the document, and said of it: "the 2015 report", "its workshop of February 2016"."""
    if not YEAR.fullmatch(value):
        return False
    month = claim.counts.month(position)
    dated = [about.counts.month(i) for v, i in about.counts.numbers if v == value]
    return month in dated if month else bool(dated) and claim.counts.names_by_year(position)


def _misdated(claim: Sentence, value: str, position: int, parts: Iterable[Sentence]) -> str:
    month = claim.counts.month(position)
    months = {part.counts.month(i) for part in parts for v, i in part.counts.numbers if v == value}
    return f"not of {month.title()}" if month and month not in months else ""


def _of_another_year(claim: Sentence, value: str, best: Sentence) -> str:
    years = {v for v, _ in best.counts.numbers if YEAR.fullmatch(v)}
    claimed = {v for v, _ in claim.counts.numbers}
    return f"there it is {min(years)}" if years and value not in years and not years & claimed else ""
