"""What a question asks for: its content words, the kind of answer that would do, the documents it names.

Pure; the word lists and patterns are data (`prompts/question.yaml`).
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assistant.data_files import read_yaml
from assistant.domain import DocumentMetadata
from assistant.errors import DataFileError
from assistant.lexicon import WORD, Lexicon, stem, words

NAMED = 0.6  # naming score from which a document counts as named
NAMED_APART = 0.1  # of several named, those that score less than the best by more are not meant
NAMED_IN_PASSING = 0.5
TITLE_SHARE = 0.6  # of a title's words, weighed by how few titles have them, that name it
RARE_IDF = 2.0  # names met in fewer than every eighth passage
COMMON_IDF = 1.2  # a body whose name is in every fourth passage ("United Nations") names no document


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
    places: re.Pattern[str]


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
        places=_read_places(prompts_dir),
    )


def read_question(
    text: str,
    rules: QuestionRules,
    lexicon: Lexicon,
    documents: Sequence[DocumentMetadata],
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
    named, side_by_side = named_documents(corrected, documents, lexicon, rules)
    asks_for_name = expected in (Expected.DEFINITION, Expected.DOCUMENT)
    topic = corrected if asks_for_name else _without_names(corrected, named, documents, lexicon, rules)
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
        comparison=side_by_side or bool(rules.comparison.search(focus)),
        names=_names(corrected, rules),
        numbers=tuple(dict.fromkeys(re.findall(r"\b\d[\d,.]*\b", corrected))),
        documents=named,
        side_by_side=side_by_side,
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


def named_documents(
    text: str, documents: Sequence[DocumentMetadata], lexicon: Lexicon, rules: QuestionRules
) -> tuple[tuple[str, ...], bool]:
    """The documents that a question names by symbol, body, title, kind and year; and whether it sets several of them
    side by side, that is, names them by different words ("the 2010 meeting and the 2016 workshop").
    """
    names = [name for found, others in lexicon.expansions(text) for name in (found, *others)]
    asked = f" {' '.join(words(' | '.join([text, *names]).replace('|', ' zzz ')))} "
    naming = {d.id: _naming(asked, d, documents, lexicon, rules) for d in documents}
    passing = [d.id for d in documents if naming[d.id][0] >= NAMED_IN_PASSING]
    apart = any(naming[a][1].isdisjoint(naming[b][1]) for a in passing for b in passing)
    if apart:
        return tuple(passing), True
    best = max((score for score, _ in naming.values()), default=0.0)
    named = tuple(d.id for d in documents if naming[d.id][0] >= max(NAMED, best - NAMED_APART))
    if not named or len(named) == len(documents):
        return (), False
    return named, False


def _without_names(
    text: str, named: Sequence[str], documents: Sequence[DocumentMetadata], lexicon: Lexicon, rules: QuestionRules
) -> str:
    """The text without the words that only name documents, as long as something is left to look for."""
    phrases = sorted(
        {p for d in documents if d.id in named for p in _naming_phrases(d, documents, lexicon)}, key=len, reverse=True
    )
    topic = text
    for phrase in phrases:
        pattern = r"\W+".join(re.escape(word) + r"s?" for word in phrase.split())
        topic = re.sub(rf"\b(?:the\s+)?{pattern}(?:['’]s)?\b", " ", topic, flags=re.IGNORECASE)
    topic = re.sub(r"\s+(?=[?.,;!])", "", " ".join(topic.split()))
    return topic if _has_content(topic, rules) else text


def _naming_phrases(document: DocumentMetadata, documents: Sequence[DocumentMetadata], lexicon: Lexicon) -> set[str]:
    """Phrases that name a document and little else: its body, kind and year, and names in its title that are rare in
    the library ("HIPPO", but not "R2P", which every other passage is about)."""
    phrases = set(_body_names(document, lexicon)) | _own_kind(document, documents)
    if document.year:
        phrases.add(str(document.year))
    title = f" {' '.join(words(document.title))} "
    for group, idf in zip(lexicon.variants, lexicon.variant_idf, strict=True):
        keys = {" ".join(words(name)) for name in group}
        if idf > RARE_IDF and any(f" {key} " in title for key in keys):
            phrases |= keys
    return phrases


def _own_kind(document: DocumentMetadata, documents: Sequence[DocumentMetadata]) -> set[str]:
    """The words of a document's kind that no other kind has."""
    kinds = [{stem(w) for w in words(d.kind or "")} for d in documents]
    return {w for w in words(document.kind or "") if sum(stem(w) in kind for kind in kinds) == 1}


def _has_content(text: str, rules: QuestionRules) -> bool:
    return any(word not in rules.stopwords and word not in rules.asking for word in words(text))


def _naming(
    asked: str,
    document: DocumentMetadata,
    documents: Sequence[DocumentMetadata],
    lexicon: Lexicon,
    rules: QuestionRules,
) -> tuple[float, frozenset[str]]:
    """How well a question names a document, and by which words.

    1 for a body, the share of a title, half for a kind or a year that only this document has.
    """
    if document.symbol and f" {' '.join(words(document.symbol))} " in asked:
        return 3.0, frozenset({document.symbol})
    score = 0.0
    by: set[str] = set()
    of_body: set[str] = set()
    for name in sorted(_body_names(document, lexicon), key=len, reverse=True):
        if f" {name} " in asked:
            score += 1.0
            by.add(name)
            of_body = {stem(w) for w in name.split()}
            break
    stems = {stem(w) for w in asked.split()}
    by_title = 0.0
    for title in {document.title, document.short_title or document.title}:
        for part in re.split(r"[:;]", title):
            weight = _title_weights(part, documents, lexicon, rules)
            met = (weight.keys() & stems) - of_body
            share = sum(weight[t] for t in met) / (sum(weight.values()) or 1.0)
            if len(met) > 1 and share >= TITLE_SHARE:
                by_title = max(by_title, share)
                by |= met
    score += by_title
    own = {stem(w) for w in _own_kind(document, documents)}
    if own & stems:
        score += 0.5
        by |= own & stems
    if document.year and f" {document.year} " in asked:
        score += 0.5 if sum(d.year == document.year for d in documents) == 1 else 0.25
        by.add(str(document.year))
    return score, frozenset(by)


def _title_weights(
    title: str, documents: Sequence[DocumentMetadata], lexicon: Lexicon, rules: QuestionRules
) -> Mapping[str, float]:
    """The weight of each content stem of a title: more, the fewer titles and passages have it."""
    own = {stem(w): w for w in words(title) if w not in rules.stopwords}
    titles = [{stem(w) for w in words(f"{d.title} {d.short_title or ''}")} for d in documents]
    return {
        t: math.log(1 + len(documents) / max(1, sum(t in other for other in titles))) * lexicon.idf(word)
        for t, word in own.items()
    }


def _body_names(document: DocumentMetadata, lexicon: Lexicon) -> set[str]:
    """The names of the body that issued a document; none where one of them is all over the library."""
    body = re.sub(r"\([^)]*\)", " ", document.body or "")
    names = {" ".join(words(body))} if body.strip() else set()
    opening = re.split(r"\s(?:for|to|of|on)\s", body.strip())[0]
    if len(words(opening)) > 1:
        names.add(" ".join(words(opening)))  # "Global Centre" for the Global Centre for the Responsibility to Protect
    names.update(" ".join(words(short)) for short in re.findall(r"\(([^)]+)\)", document.body or ""))
    for group in lexicon.variants:
        keys = {" ".join(words(name)) for name in group}
        if keys & names:
            names |= keys
    names.discard("")
    common = any(max(lexicon.idf(w) for w in name.split()) < COMMON_IDF for name in names)
    if common:
        return set()
    head = words(re.split(r"\s(?:for|to|of|on)\s", body.strip())[0])[-1:]
    return names | {f"the {w}" for w in head if lexicon.idf(w) > COMMON_IDF}  # "the coalition"


def _read_places(prompts_dir: Path) -> re.Pattern[str]:
    content = read_yaml(prompts_dir / "places.yaml", keys={"version", "countries", "cities", "regions"})
    names = [name.strip() for key in ("countries", "cities", "regions") for name in str(content[key]).split(",")]
    return re.compile(rf"\b(?:{'|'.join(re.escape(n) for n in sorted(names, key=len, reverse=True))})\b")
