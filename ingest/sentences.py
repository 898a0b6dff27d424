"""Where sentences end, by rules for the prose of the United Nations. Pure.

General splitters break at "para. 138", "Mr. Annan" or "U.N."; these rules know such abbreviations and look at what
follows. When in doubt they do not split: a quote of two sentences is better than half a sentence.
"""

import re

_CLOSING = "\"'”’»)\\]"
_CANDIDATE = re.compile(rf"[.!?…]+[{_CLOSING}]*(?=\s)")
_OPENING = "\"'“‘«([¿¡"


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Before a name or a gloss: never the end of a sentence.
_NEVER = _words(
    "mr mrs ms messrs dr prof gen col lt maj capt sgt cmdr amb hon rev fr st mt h.e rt e.g i.e cf vs viz eds ca"
)
# Before a number ("para. 138", "art. VII", "No. 5 (a)") not an end; before anything else it is.
_BEFORE_NUMBER = _words(
    "no nos para paras art arts sect sects sec chap ch vol vols p pp fig figs annex ann add corr suppl res "
    "tab cols op cl reg jan feb mar apr jun jul aug sep sept oct nov dec"
)
_NUMBER = re.compile(rf"[{re.escape(_OPENING)}]*(?:\d|[IVXLC]+\b|\([a-z\d]+\))")
# Abbreviations that may also end a sentence: they do when a word follows that seldom stands inside one in capitals.
_MAY_END = _words("al inc ltd co corp jr sr dept univ est approx ibid ed")
_DOTTED = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]?$")  # U.N, a.m
_STARTERS = _words(
    "the this these those that a an in it its on at as by for from to with we they he she there here when while where "
    "if although though since because however moreover furthermore therefore thus such some many most all each every "
    "no not our their his her what who how why and but or after before during under despite given both another other "
    "also additionally finally first second third"
)
_LONGEST_ENUMERATOR, _LONGEST_WORD = 10, 40  # characters looked at
_LETTERED = re.compile(r"\([a-z]{1,4}\)\s")  # "(b) Create": the next item of a list in running text
_ENUMERATOR = re.compile(r"[\s\"'“‘(\[]*(?:\d{1,3}|[IVXLCivxlc]+|[A-Za-z])[.)]+$")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Spans [start, end) of the sentences in one block's text.

    Closing quotes and brackets after a full stop belong to the sentence. Every character that is not white space is
    in exactly one span; spans are in order and neither begin nor end with white space.
    """
    spans: list[tuple[int, int]] = []
    start = _skip_space(text, 0)
    for match in _CANDIDATE.finditer(text):
        if match.end() > start and _is_end(text, start, match.start(), match.end()):
            spans.append((start, match.end()))
            start = _skip_space(text, match.end())
    end = len(text.rstrip())
    if start < end:
        spans.append((start, end))
    return spans


def _is_end(text: str, start: int, stop: int, end: int) -> bool:
    """Whether the sentence that began at `start` ends with the marks text[stop:end]."""
    after = text[end:].lstrip() if end + 80 > len(text) else text[end : end + 80].lstrip()
    first = after.lstrip(_OPENING)[:1]
    if not first or (first.islower() and not _LETTERED.match(after)) or first in ",;:":
        return False
    if end - start < _LONGEST_ENUMERATOR and _ENUMERATOR.fullmatch(
        text[start:end]
    ):  # "1. Demonstrating": the number belongs to what follows
        return False
    marks = text[stop:end].rstrip("\"'”’»)]")
    following = re.split(r"[^\w'’-]", after.lstrip(_OPENING), maxsplit=1)[0]
    starts_anew = following.lower() in _STARTERS
    if marks in {"…", "..."}:  # an omission: the sentence may go on with a name
        return starts_anew or text[stop:end] != marks
    if marks != "." or text[stop:end] != marks:
        return True
    words = text[max(start, stop - _LONGEST_WORD) : stop].split()
    word = words[-1].lstrip(_OPENING) if words else ""
    return _full_stop_ends(word, after, starts_anew)


def _full_stop_ends(word: str, after: str, starts_anew: bool) -> bool:
    """Whether a single full stop between `word` and `after` ends a sentence."""
    lower = word.lower()
    if lower in _NEVER:
        return False
    if lower in _BEFORE_NUMBER and not word.isupper():
        return not _NUMBER.match(after)
    if lower in _MAY_END or _DOTTED.fullmatch(word) or (len(word) == 1 and word.isalpha() and word.isupper()):
        return starts_anew
    return True


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
