"""Marks inside a line of Markdown or plain text: taken away, the words kept. Pure."""

import html
import re
from collections.abc import Collection

_LINK = re.compile(r"(?<!\\)!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>")
_REFERENCE = re.compile(r"\[\^([^\]\s]{1,8})\]|<sup>\s*(.{1,40}?)\s*</sup>", re.IGNORECASE)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_RAISED_RUN = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_NUMBERS = re.compile(r"\d{1,3}(?:\s*[,;]\s*\d{1,3})*|[*†‡§]{1,3}")
_UNIT = re.compile(r"(?:^|[\s\d])(?:k?m|[cm]m|ft|mi)$")  # "km<sup>2</sup>" is a measure, not a note
_TAG = re.compile(
    r"</?(?:a|b|i|u|em|strong|span|sub|sup|small|big|mark|font|p|div|center)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_BREAK = re.compile(r"<br\s*/?>|<!--.*?-->", re.IGNORECASE)
# Without its own mark inside, so that the search stays linear: nested emphasis goes from the inside outwards.
_EMPHASIS = re.compile(
    r"(?<!\\)(\*{1,3})(?=\S)([^*]+)(?<=[^\s\\])\1|(?<![\w\\])(_{1,3})(?=\S)([^_]+)(?<=[^\s\\])\3(?!\w)"
)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>])")


def plain(marked: str, known_notes: Collection[str] = ()) -> tuple[str, tuple[str, ...]]:
    """The words of a line without its marks, and the numbers of the footnotes that it refers to.

    Emphasis, links, simple HTML tags and escapes go; reference marks go and are reported. A superscript digit without
    HTML or brackets counts as a reference only when `known_notes` has its number.
    """
    notes: list[str] = []

    def reference(match: re.Match[str]) -> str:
        caret, raised = match.group(1), match.group(2)
        if caret is None and (not _NUMBERS.fullmatch(raised) or _UNIT.search(match.string[: match.start()])):
            return str(raised)
        notes.extend(re.split(r"\s*[,;]\s*", caret or raised))
        return ""

    def raised_reference(match: re.Match[str]) -> str:
        number = match.group().translate(_RAISED)
        if number not in known_notes or _UNIT.search(match.string[: match.start()]):
            return match.group()
        notes.append(number)
        return ""

    text = _BREAK.sub(" ", marked)
    text = _REFERENCE.sub(reference, text)
    text = _RAISED_RUN.sub(raised_reference, text)
    text = _AUTOLINK.sub(r"\1", text)
    for _ in range(3):  # a link in an emphasis in a link: deeper nesting is not met
        text = _LINK.sub(r"\1", text)
        text = _EMPHASIS.sub(lambda match: match.group(2) or match.group(4), text)
    text = _ESCAPE.sub(r"\1", _TAG.sub("", text))
    return html.unescape(text).strip(), tuple(dict.fromkeys(notes))
