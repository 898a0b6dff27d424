"""Readings of a text that was written so that a filter should not read it: what `question.is_instruction` looks at.

Zero-width characters, look-alike letters, digits for letters, spaced letters, Base64, hexadecimal, ROT13, and text
written backwards are undone. A reading is only ever looked at, never answered. Pure.
"""

import base64
import binascii
import codecs
import contextlib
import re
import unicodedata

from assistant.question import QuestionRules, is_instruction

LONGEST_READ = 4_000  # characters; an attack stands in the first few
_INVISIBLE = dict.fromkeys(
    code
    for first, last in ((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x180E, 0x180E), (0x200B, 0x200F),
                        (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xE0000, 0xE007F))
    for code in range(first, last + 1)
)  # fmt: skip
# Cyrillic and Greek letters that are drawn like Latin ones.
_ALIKE = str.maketrans(
    "аАВеЕіІјЈкКмМНоОрРсСтТуУхХѕЅԁɡαΑεΕιΙκΚνΝοΟρΡτΤυΥχΧ", "aABeEiIjJkKmMHoOpPcCtTyYxXsSdgaAeEiIkKvNoOpPtTuYxX"
)
_DIGITS = str.maketrans("0134578@$!|", "oieastbasil")
_MIXED = re.compile(r"\b(?=\w*[a-zA-Z])(?=\w*[0-9@$!|])[\w@$!|]+|(?<!\w)[@$!|0-9](?=\w*[a-zA-Z])[\w@$!|]+")
_SPACED = re.compile(r"(?<!\w)(?:\w[ .\-_*]{1,3}){5,}\w(?!\w)")
_BASE64 = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{16,}={0,2}(?![\w+/=])")
_HEX = re.compile(r"(?<!\w)(?:[0-9a-fA-F]{2}[ :]?){10,}(?!\w)")


def attempts_instruction(text: str, rules: QuestionRules) -> bool:
    """Whether a text, or what it disguises, tries to change the rules, reveal them, or have else than an answer."""
    return any(is_instruction(reading, rules) for reading in readings(text))


def readings(text: str) -> tuple[str, ...]:
    """The text itself, cleaned, and what else it can be read as, each once."""
    text = text[:LONGEST_READ]
    plain = unicodedata.normalize("NFKC", text.translate(_INVISIBLE))
    latin = re.sub(r"\w+", lambda m: _latin(m.group()), plain)
    found = [
        text,
        latin,
        re.sub(r"[_*~`|\\/]+", " ", latin),
        _MIXED.sub(lambda m: m.group().translate(_DIGITS), latin),
        _SPACED.sub(lambda m: _joined(m.group()), latin),
        codecs.decode(latin, "rot13"),
        latin[::-1],
        *_decoded(latin),
    ]
    return tuple(dict.fromkeys(found))


def _latin(word: str) -> str:
    """A word that mixes Latin letters with look-alikes, in Latin; any other word as it is."""
    latin = word.translate(_ALIKE)
    return latin if latin.isascii() and any(c.isascii() and c.isalpha() for c in word) else word


def _joined(spaced: str) -> str:
    """ "i g n o r e   a l l" as "ignore all": the gaps that are wider than the least part words."""
    gaps = [match.group() for match in re.finditer(r"[ .\-_*]+", spaced)]
    least = min(map(len, gaps))
    return re.sub(r"[ .\-_*]+", lambda gap: " " if len(gap.group()) > least else "", spaced)


def _decoded(text: str) -> list[str]:
    """What stands in Base64 or hexadecimal, where that is text of several words."""
    found: list[bytes] = []
    for match in _BASE64.finditer(text):
        blob = match.group().rstrip("=").replace("-", "+").replace("_", "/")
        with contextlib.suppress(binascii.Error):
            found.append(base64.b64decode(blob + "=" * (-len(blob) % 4)))
    for match in _HEX.finditer(text):
        with contextlib.suppress(ValueError):
            found.append(bytes.fromhex(match.group().replace(":", "")))
    decoded = [blob.decode("utf-8", errors="replace") for blob in found]
    return [reading for reading in decoded if reading.isprintable() and " " in reading and "\ufffd" not in reading]
