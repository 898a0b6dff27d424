"""Does a statement give the numbers of its source, of the same things? One of the checks of `verification`. Pure."""

from collections.abc import Callable, Iterable
from itertools import product

from assistant.claims import Sentence
from assistant.counts import YEAR

TWO = frozenset({"both", "either", "neither", "former", "latter", "pair", "couple", "dual"})  # a source speaks of two
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
    for value, position in claim.counts.numbers:
        counted = [c for head, part in product(claim.counts.heads(position), parts) for c in part.counts.counted(head)]
        known = value in stated or (two and value == "2")
        if not known and value == str(claim.counts.listed) and not counted:
            continue  # it counts what the statement lists itself, of which each is held to the source
        if _one_of_several(claim, value, position, parts):
            continue
        if not known and _of_document(claim, value, position, support, about):
            continue
        if not (known or counted) and _of_its_set(claim, value, position, elsewhere):
            continue
        wrong = "not stated" if not known and value != ONE else ""
        wrong = wrong or _misdated(claim, value, position, parts)
        if YEAR.fullmatch(value):
            wrong = wrong or _of_another_year(claim, value, best)
        elif counted and value not in counted:
            wrong = wrong or f"there it is {counted[0]}"
        elif not counted and value != ONE and not (two and value == "2") and not _is_code(claim, position):
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


def _of_document(claim: Sentence, value: str, position: int, support: Sentence, about: Sentence) -> bool:
    """Whether a year is that of the document, and said of it: "the 2015 report", "its workshop of February 2016", "the
    Panel recommended in 2015 that"; where the source dates no other such thing."""
    month = claim.counts.month(position)
    dated = [about.counts.month(i) for v, i in about.counts.numbers if v == value]
    if not (YEAR.fullmatch(value) and dated) or (month and month not in dated):
        return False
    if [word.lower for word in claim.words[position + 1 : position + 2]] == ["that"]:
        return bool(claim.said_by(about.stems)[0])
    named = _named_so(claim, position, about)
    others = (_named_so(support, i, about) for v, i in support.counts.numbers if YEAR.fullmatch(v))
    return bool(named) and not any(named & other for other in others)


def _named_so(sentence: Sentence, position: int, about: Sentence) -> frozenset[str]:
    """Stems of the words of a document that a year names it with; none where it names something else."""
    own = sentence.rules.reporting | sentence.rules.occasions
    after, before = sentence.counts.named_with(position)
    for i, word in enumerate(after):
        short = i == 0 and word.stem in about.stems and any(map(str.isupper, word.text[1:]))  # "the 2015 HIPPO"
        if word.stem in own or (short and (len(after) == 1 or after[1].stem not in own | about.stems)):
            return frozenset(w.stem for w in after[: i + 1])
        if word.stem not in about.stems:
            break
    return frozenset(word.stem for word in before) & own


def _of_its_set(claim: Sentence, value: str, position: int, document: Callable[[], Sentence]) -> bool:
    """Whether a number is told elsewhere in the document of the set of which one is spoken of, or in whose row it
    stands: "one of the six priorities", "the seventh report"."""
    if YEAR.fullmatch(value) or claim.counts.month(position):
        return False
    heads = claim.counts.heads(position)
    in_a_row = claim.words[position].ordinal and bool(heads & claim.rules.reporting)
    if not (claim.counts.of_several(position) or in_a_row):
        return False
    return any(value in document().counts.counted(head) for head in heads)


def _is_code(claim: Sentence, position: int) -> bool:
    """Whether a number is none that counts: "NY 10017"."""
    number, before = claim.words[position].text, claim.words[position - 1].text if position else ""
    return number.isdigit() and len(number) >= CODE and before.isupper()


def _misdated(claim: Sentence, value: str, position: int, parts: Iterable[Sentence]) -> str:
    month = claim.counts.month(position)
    months = {part.counts.month(i) for part in parts for v, i in part.counts.numbers if v == value}
    return f"not of {month.title()}" if month and month not in months else ""


def _of_another_year(claim: Sentence, value: str, best: Sentence) -> str:
    years = {v for v, _ in best.counts.numbers if YEAR.fullmatch(v)}
    claimed = {v for v, _ in claim.counts.numbers}
    return f"there it is {min(years)}" if years and value not in years and not years & claimed else ""
