"""Follow-up -> standalone search query, by rules: no language model, no tagger.

Per question: it stands alone (left exactly as it is), it leaves the topic in so many words (nothing is carried, the
announcement is dropped), or it leans on the conversation: then the few earlier phrases that complete it stand behind
it in brackets, "Who chaired it? (2010 workshop)". Behind, because the question itself must weigh most: measured on
TREC CAsT, putting them in front or in the place of the pronoun finds less.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.data_files import read_yaml
from assistant.domain import Conversation
from assistant.errors import DataFileError
from assistant.lexicon import stem, words
from assistant.phrases import WordLists, phrases
from assistant.salience import Idf, Said, Weights, candidates, choose, rarity, read_turn, topical_stems, weigh

TURNS_READ = 8  # the turns looked back at; what was said before them is as good as forgotten
ITEM_LINE = re.compile(r"^\s*(?:[-•*–]|\d{1,2}[.)]|\([a-z\d]{1,3}\))\s+(.+)$", re.MULTILINE)
SERIES = re.compile(r",\s*(?:and|or)\s+|,\s+|\s+and\s+|\s+or\s+")
SERIES_WORDS = 6  # longer parts between commas are clauses, not items
HEAD_END = re.compile(r"[.:;,(–—]")
ITEM_PHRASES = 2


@dataclass(frozen=True, slots=True)
class FollowUpRules:
    """Word lists, patterns and weights (`conversation.yaml`)."""

    lists: WordLists
    singular: frozenset[str]
    plural: frozenset[str]
    personal: frozenset[str]
    demonstratives: frozenset[str]
    substitutes: frozenset[str]
    comparatives: frozenset[str]
    ordinals: Mapping[str, int]
    opening: re.Pattern[str]
    shift: re.Pattern[str]
    courtesy: re.Pattern[str]
    need_weights: Weights
    need_threshold: float
    phrase_weights: Weights
    phrase_threshold: float
    most_phrases: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question made to stand alone."""

    query: str  # what to search for
    follow_up: bool  # whether it leans on the conversation
    carried: tuple[str, ...]  # phrases of earlier turns in `query`, most important first
    aspect: str  # the words of the new question alone, manners left out: what the answer must address


def resolve(question: str, conversation: Conversation, rules: FollowUpRules, idf: Idf) -> Resolved:
    """Complete a question from its conversation where it needs that.

    `idf` is the inverse document frequency of a word in the library, highest for a word that the library lacks.
    """
    turns = conversation.turns[-TURNS_READ:]
    said = [read_turn(turn, rules.lists) for turn in turns]
    aspect, shifted = read_aspect(question, rules)
    if not turns:
        return Resolved(question, False, (), aspect)
    if shifted:
        return Resolved(aspect, False, (), aspect)
    if weigh(need_features(aspect, said, rules, idf), rules.need_weights) <= rules.need_threshold:
        return Resolved(question, False, (), aspect)
    start = topic_start([turn.question for turn in turns], said, rules, idf)
    found = candidates(aspect, said[start:], rules.lists, idf, person=points(aspect, rules.personal, rules))
    item = _picked_item(aspect, turns[-1].answer, rules)
    asked = topical_stems(aspect, rules.lists)
    known = [*asked, *(key for phrase in item for key in topical_stems(phrase, rules.lists))]
    best = choose(found, known, rules.phrase_weights, rules.phrase_threshold, rules.most_phrases - len(item))
    carried = (*item, *best)
    if not carried:
        return Resolved(question, True, (), aspect)
    return Resolved(f"{question.strip()} ({', '.join(carried)})", True, carried, aspect)


def topic_start(questions: Sequence[str], said: Sequence[Said], rules: FollowUpRules, idf: Idf) -> int:
    """Position of the turn that opened the present topic: the last one that stood alone and shared no phrase word with
    the turns before it."""
    for position in range(len(said) - 1, 0, -1):
        aspect, shifted = read_aspect(questions[position], rules)
        before = said[:position]
        own = {key for phrase in said[position].question for key in phrase.stems}
        met = {key for turn in before for phrase in (*turn.question, *turn.answer) for key in phrase.stems}
        alone = weigh(need_features(aspect, before, rules, idf), rules.need_weights) <= rules.need_threshold
        if shifted or (alone and own and not own & met):
            return position
    return 0


def need_features(question: str, said: Sequence[Said], rules: FollowUpRules, idf: Idf) -> dict[str, float]:
    """What speaks for and against a question leaning on the turns before it (oldest first)."""
    lists = rules.lists
    tokens = [token for token in lists.tokens(question) if token[0].isalnum()]
    lower = [token.lower() for token in tokens]
    topical = [token for token in tokens if lists.is_topical(token)]
    spoken = {stem(part): part for token in topical for part in words(token)}
    in_questions: Counter[str] = Counter()
    in_turns: Counter[str] = Counter()
    for turn in said:
        asked = {key for phrase in turn.question for key in phrase.stems}
        in_questions.update(asked)
        in_turns.update(asked | {key for phrase in turn.answer for key in phrase.stems})
    rare = rarity(spoken.values(), idf)
    return {
        "singular": float(points(question, rules.singular, rules)),
        "plural": float(points(question, rules.plural, rules)),
        "plural_within": float(bool(rules.plural & set(lower)) and not points(question, rules.plural, rules)),
        "personal": float(points(question, rules.personal, rules)),
        "demonstrative": float(_demonstrative(lower, rules)),
        "substitute": float(_substitute(lower, rules)),
        "comparative": float(bool(rules.comparatives & set(lower))),
        "opening": float(bool(rules.opening.match(question))),
        "no_topic": float(not topical),
        "one_topic": float(len(topical) == 1),
        "many_topics": float(len(topical) >= 4),
        "named": float(any(token[0].isupper() and token in topical for token in tokens[1:])),
        "general": float(any(lists.is_content(token) and not lists.is_topical(token) for token in tokens)),
        "bare_definite": float(bool(re.search(r"\bthe (?:[\w-]+ )?[\w-]+\W*$", question.lower()))),
        "rarity": math.log1p(sum(rare)),
        "rarest": max(rare, default=0.0),
        "asked_before": math.log1p(max((in_questions[key] for key in spoken), default=0)),
        "said_before": math.log1p(max((in_turns[key] for key in spoken), default=0)),
        "length": math.log1p(len(tokens)),
        "telling": float(bool(re.match(r"(?:please )?(?:tell|describe|explain|summari[sz]e|list)\b", question.lower()))),
    }


def points(question: str, pronouns: frozenset[str], rules: FollowUpRules) -> bool:
    """Whether one of the pronouns stands before any topical word of the question that it could stand for."""
    for token in rules.lists.tokens(question):
        if token.lower() in pronouns:
            return True
        if token[0].isalnum() and rules.lists.is_topical(token):
            return False
    return False


def _demonstrative(lower: Sequence[str], rules: FollowUpRules) -> bool:
    """Whether "this", "these", "those" or a "that" which is no conjunction occurs."""
    for position, word in enumerate(lower):
        if word not in rules.demonstratives:
            continue
        first, last = position == 0, position == len(lower) - 1
        if word != "that" or first or last or not rules.lists.is_verb_or_content(lower[position - 1]):
            return True
    return False


def _substitute(lower: Sequence[str], rules: FollowUpRules) -> bool:
    """Whether "one" or "ones" stands for a noun: "the first one", not "one of the panels"."""
    return any(
        word in rules.substitutes and position > 0 and lower[position + 1 : position + 2] != ["of"]
        for position, word in enumerate(lower)
    )


def read_aspect(question: str, rules: FollowUpRules) -> tuple[str, bool]:
    """The question without manners and announcements, and whether it announced another topic."""
    text, shifted = question.strip(), False
    while True:
        courtesy, shift = rules.courtesy.match(text), rules.shift.match(text)
        match = shift or courtesy
        if not match or not match.group() or match.end() == len(text):
            return text, shifted
        text, shifted = text[match.end() :].lstrip(), shifted or bool(shift)


def _picked_item(question: str, answer: str, rules: FollowUpRules) -> tuple[str, ...]:
    """Phrases of the item of the last answer that "the second one" or "the latter" picks; none where it lists none."""
    numbers = [rules.ordinals[word] for word in words(question) if word in rules.ordinals]
    if not numbers:
        return ()
    items = ITEM_LINE.findall(answer) or _series(answer, rules)
    if len(items) < 2 or numbers[0] >= len(items):
        return ()
    item = re.sub(r"\[\d+\]", "", items[numbers[0]])
    head = HEAD_END.split(item, maxsplit=1)[0]
    found = phrases(head, rules.lists) or phrases(item, rules.lists)
    return tuple(dict.fromkeys(phrase.text for phrase in found[:ITEM_PHRASES]))


def _series(answer: str, rules: FollowUpRules) -> list[str]:
    """The short parts of "a, b and c" in the last sentence that has such a series; a text that counts in words
    ("first, … second, …") is no series."""
    if rules.ordinals.keys() & set(words(answer)):
        return []
    for sentence in reversed(re.split(r"(?<=[.!?])\s+", answer)):
        parts = SERIES.split(sentence.strip(" .\"”“"))
        if len(parts) >= 2 and all(part and len(part.split()) <= SERIES_WORDS for part in parts[1:]):
            return parts
    return []


def read_rules(prompts_dir: Path) -> FollowUpRules:
    """The rules from `conversation.yaml`.

    Raises:
        DataFileError: missing or malformed; names file and key.
    """
    path = prompts_dir / "conversation.yaml"
    content = read_yaml(path, keys=KEYS)

    def listed(key: str) -> frozenset[str]:
        value = content[key]
        return frozenset(value.split() if isinstance(value, str) else map(str, value))

    def opening(key: str, end: str) -> re.Pattern[str]:
        try:
            return re.compile(rf"(?:{'|'.join(map(str, content[key]))}){end}", re.IGNORECASE)
        except (re.error, TypeError) as error:
            raise DataFileError(f"{path}: {key} is not a list of regular expressions: {error}") from error

    def weights(key: str) -> Weights:
        try:
            return {str(name): float(value) for name, value in content[key]["weights"].items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataFileError(f"{path}: {key}.weights must map names to numbers: {error}") from error

    lists = WordLists(
        function_words=listed("function_words"),
        verbs=frozenset(map(stem, listed("verbs"))),
        general=frozenset(map(stem, listed("general"))),
        determiners=listed("determiners"),
        prepositions=listed("prepositions"),
        ly_nouns=listed("ly_nouns"),
        fixed_phrases=tuple(map(str, content["fixed_phrases"])),
    )
    try:
        need, phrase = content["need"], content["phrase"]
        return FollowUpRules(
            lists=lists,
            singular=listed("singular_pronouns"),
            plural=listed("plural_pronouns"),
            personal=listed("personal_pronouns"),
            demonstratives=listed("demonstratives"),
            substitutes=listed("substitutes"),
            comparatives=listed("comparatives"),
            ordinals={str(word): int(place) for word, place in content["ordinals"].items()},
            opening=opening("openings", ""),
            shift=opening("shifts", ""),
            courtesy=opening("courtesies", r"(?:\s*[,.!;:–—-]+\s*|\s+(?=and\b|so\b|but\b))"),
            need_weights=weights("need"),
            need_threshold=float(need["threshold"]),
            phrase_weights=weights("phrase"),
            phrase_threshold=float(phrase["threshold"]),
            most_phrases=int(phrase["most"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataFileError(f"{path}: need, phrase and ordinals must hold numbers: {error}") from error


KEYS = {
    "version", "calibrated_on", "function_words", "verbs", "general", "ly_nouns", "fixed_phrases", "singular_pronouns",
    "plural_pronouns", "personal_pronouns", "demonstratives", "substitutes", "comparatives", "determiners",
    "prepositions", "ordinals", "openings", "shifts", "courtesies", "need", "phrase",
}  # fmt: skip
