"""What a question asks for: its content words, the kind of answer that would do, the documents it names.

Pure; the word lists and patterns are data (`prompts/question.yaml`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assistant.data_files import read_yaml
from assistant.errors import DataFileError
from assistant.lexicon import WORD, Lexicon, stem, words
from assistant.naming import DocumentNames, find_named, without_names


class Expected(StrEnum):
    """The kind of answer that the form of a question demands."""

    DOCUMENT = "document"
    NUMBER = "number"
    WHEN = "when"
    WHERE = "where"
    WHO = "who"
    WHY = "why"
    DEFINITION = "definition"
    YES_NO = "yes_no"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class QuestionRules:
    """Word lists and patterns for reading questions."""

    stopwords: frozenset[str]
    asking: frozenset[str]
    expected: Mapping[Expected, re.Pattern[str]]
    enumeration: re.Pattern[str]
    advice: re.Pattern[str]
    comparison: re.Pattern[str]
    numerals: Mapping[str, int]
    instruction: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question as read."""

    text: str  # as asked, spelling corrected
    focus: str  # the sentence that asks, where the rest is context
    topic: str  # the question without the words that only name documents
    terms: tuple[str, ...]  # content words of the topic in order, in lower case, each once
    expansions: tuple[tuple[str, tuple[str, ...]], ...]  # (name in the question, its other names)
    corrections: tuple[tuple[str, str], ...]  # (as typed, as read)
    expected: Expected
    enumeration: bool  # asks for several items
    advice: bool  # asks what is recommended, which may be one thing or several
    count: int | None  # "the four …"
    comparison: bool
    names: tuple[str, ...]  # capitalised words inside the question and words with digits
    numbers: tuple[str, ...]
    documents: tuple[str, ...]  # ids of documents that it names
    side_by_side: bool  # it names several of them apart


def read_rules(prompts_dir: Path) -> QuestionRules:
    """The rules from `question.yaml`.

    Raises:
        DataFileError: missing or malformed; names file and key.
    """
    path = prompts_dir / "question.yaml"
    content = read_yaml(
        path,
        keys={"version", "stopwords", "asking", "expected", "list", "advice", "comparison", "numerals", "instruction"},
    )

    def pattern(key: str, text: object) -> re.Pattern[str]:
        try:
            return re.compile(str(text), re.IGNORECASE)
        except re.error as error:
            raise DataFileError(f"{path}: {key} is not a regular expression: {error}") from error

    return QuestionRules(
        stopwords=frozenset(str(content["stopwords"]).split()),
        asking=frozenset(str(content["asking"]).split()),
        expected={Expected(name): pattern(f"expected.{name}", p) for name, p in content["expected"].items()},
        enumeration=pattern("list", content["list"]),
        advice=pattern("advice", content["advice"]),
        comparison=pattern("comparison", content["comparison"]),
        numerals={str(word): int(value) for word, value in content["numerals"].items()},
        instruction=tuple(pattern("instruction", p) for p in content["instruction"]),
    )


def read_question(
    text: str,
    rules: QuestionRules,
    lexicon: Lexicon,
    names: Sequence[DocumentNames],
    *,
    aspect: str | None = None,
) -> Question:
    """Read a question against a library's words and documents.

    `aspect` is the question as asked, where `text` was completed from a conversation: its form tells what is wanted.
    """
    corrections = _corrections(text, rules, lexicon)
    corrected = text
    for typed, read in corrections:
        corrected = re.sub(rf"\b{re.escape(typed)}\b", read, corrected)
    focus = _focus(corrected if aspect is None else aspect)
    expected = _expected(focus, rules)
    compares = bool(rules.comparison.search(corrected))
    named = find_named(corrected, names, lexicon, compares=compares)
    topic = corrected
    if expected not in (Expected.DEFINITION, Expected.DOCUMENT):
        stripped = without_names(corrected, named, names)
        about_itself = expected in (Expected.WHEN, Expected.WHERE)  # "where was the 2016 workshop held?"
        least = 2 if about_itself else 1
        topic = stripped if _content_words(stripped, rules) >= least else corrected
    terms = content_terms(topic, rules)
    return Question(
        text=corrected,
        focus=focus,
        topic=topic,
        terms=terms,
        expansions=tuple(lexicon.expansions(topic)),
        corrections=corrections,
        expected=expected,
        enumeration=bool(rules.enumeration.search(focus)) or _count(focus, rules) is not None,
        advice=bool(rules.advice.search(focus)),
        count=_count(focus, rules),
        comparison=named.side_by_side or bool(rules.comparison.search(focus)),
        names=_names(corrected, rules),
        numbers=tuple(dict.fromkeys(re.findall(r"\b\d[\d,.]*\b", corrected))),
        documents=named.documents,
        side_by_side=named.side_by_side,
    )


def is_instruction(text: str, rules: QuestionRules) -> bool:
    """Whether a text tries to change the rules, reveal them, or have something else than an answer."""
    plain = " ".join(text.replace("’", "'").split())
    return any(pattern.search(plain) for pattern in rules.instruction)


def content_terms(text: str, rules: QuestionRules) -> tuple[str, ...]:
    """Content words in order, lower case, each stem once; all words of the text when none is left."""
    kept: dict[str, str] = {}
    for word in words(text.replace("’", "'").replace("'s ", " ")):
        if (len(word) > 1 or word.isdigit()) and word not in rules.stopwords and word not in rules.asking:
            kept.setdefault(stem(word), word)
    return tuple(kept.values())


def _corrections(text: str, rules: QuestionRules, lexicon: Lexicon) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for word in WORD.findall(text):
        if word.lower() in rules.stopwords or word.lower() in rules.asking:
            continue
        near = lexicon.correct(word)
        if near:
            found[word] = near
    return tuple(found.items())


def _focus(text: str) -> str:
    """The last sentence that asks; the whole text when there is only one or none does."""
    sentences = [s.strip() for s in re.split(r"(?<=[.!?])\s+(?=[A-Z\"“])", text.strip()) if s.strip()]
    asking = [s for s in sentences if s.endswith("?")]
    if len(sentences) < 2 or not asking:
        return text.strip()
    return asking[-1]


def _expected(focus: str, rules: QuestionRules) -> Expected:
    for kind, pattern in rules.expected.items():
        if pattern.search(focus.strip()):
            return kind
    return Expected.OPEN


def _count(focus: str, rules: QuestionRules) -> int | None:
    """The number of items asked for: "the four essential shifts", "six priorities"."""
    spans = "years?|days?|months?|weeks?|decades?|times|hours?"
    match = re.search(
        rf"\b({'|'.join(rules.numerals)}|\d{{1,2}})\s+(?!{spans})(?:[\w-]+\s+){{0,3}}?[\w-]+s\b", focus.lower()
    )
    if not match:
        return None
    word = match.group(1)
    count = rules.numerals.get(word) or int(word)
    return count if 2 <= count <= 20 else None


def _names(text: str, rules: QuestionRules) -> tuple[str, ...]:
    """Words that name something: capitalised inside a sentence, or with inner capitals or digits."""
    found: dict[str, None] = {}
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        for position, word in enumerate(WORD.findall(sentence)):
            plain = re.sub(r"['’]s$", "", word)
            if plain.lower() in rules.stopwords or len(plain) < 2:
                continue
            inner = any(c.isupper() or c.isdigit() for c in plain[1:])
            if inner or (position > 0 and plain[0].isupper()):
                found[plain] = None
    return tuple(found)


def _content_words(text: str, rules: QuestionRules) -> int:
    return sum(word not in rules.stopwords and word not in rules.asking for word in words(text))
