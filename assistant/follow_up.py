"""Does a question lean on its conversation? Word lists, patterns and fitted weights (`prompts/conversation.yaml`).

A linear score over what can be seen without a tagger: words that point back and have nothing before them to point to,
openings that join on, how little the question says of its own, and whether it already names what was talked about.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.data_files import read_yaml
from assistant.errors import DataFileError
from assistant.lexicon import stem, words
from assistant.phrases import WordLists, verb_forms
from assistant.salience import Idf, PhraseLimits, Said, Weights, rarity, weigh

# "It" that stands for nothing.
EXPLETIVE = re.compile(
    r"\bit (?:to )?(?:rains?|snows?|takes?)\b"
    r"|\bis it (?:not )?(?:true|right|correct|fair|likely|possible|necessary|the case)\b"
    r"|\b(?:is|was|be|would|might|could) it (?:be )?[\w-]+ (?:that|for)\b"
    r"|\bit (?:is|was) [\w-]+ (?:that|for|to)\b",
    re.IGNORECASE,
)
MEANING = re.compile(r"\b(?:short for|stands? for|in full|mean)\W*$", re.IGNORECASE)
TELLING = re.compile(r"(?:please )?(?:tell|describe|explain|summari[sz]e|list)\b", re.IGNORECASE)
BARE_DEFINITE = re.compile(r"\bthe (?:[\w-]+ )?[\w-]+\W*$", re.IGNORECASE)  # "… the main reasons?" (of what?)
COURTESY_END = r"(?:\s*[,.!;:–—-]+\s*|\s+(?=(?:and|so|but)\b))"
FEW_TOPICS = 3  # a question with more topical words seldom means another thing by "the other" or "the reasons"

_KEYS = {
    "version", "calibrated_on", "function_words", "verbs", "general", "ly_nouns", "fixed_phrases", "singular_pronouns",
    "plural_pronouns", "personal_pronouns", "demonstratives", "substitutes", "comparatives", "ranked", "fillers",
    "determiners", "prepositions", "ordinals", "openings", "ellipses", "shifts", "courtesies", "need", "phrase",
}  # fmt: skip


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
    ranked: frozenset[str]
    fillers: frozenset[str]
    ordinals: Mapping[str, int]
    opening: re.Pattern[str]
    ellipsis: re.Pattern[str]
    shift: re.Pattern[str]
    courtesy: re.Pattern[str]
    need_weights: Weights
    need_threshold: float
    phrases: PhraseLimits


def leans(aspect: str, said: Sequence[Said], rules: FollowUpRules, idf: Idf) -> bool:
    """Whether a question needs the turns before it (oldest first): where the form leaves no doubt, that decides, else
    the fitted weights do."""
    asked = set(words(aspect))
    if asked <= rules.fillers:
        return False  # it asks nothing
    if asked & rules.ranked:
        return True  # "the latter"
    topical = [token for token in rules.lists.tokens(aspect) if token[0].isalnum() and rules.lists.is_topical(token)]
    if len(topical) <= FEW_TOPICS and "," not in aspect and rules.ellipsis.match(aspect):
        return True  # "What about women?" has no verb of its own
    features = need_features(aspect, said, rules, idf)
    if len(topical) <= FEW_TOPICS and any(features[pronoun] for pronoun in ("singular", "plural", "personal")):
        return True  # a pronoun that nothing in a short question explains
    return weigh(features, rules.need_weights) > rules.need_threshold


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
    few = len(topical) <= FEW_TOPICS
    return {
        "singular": float(points(EXPLETIVE.sub("", question), rules.singular, rules)),
        "plural": float(points(question, rules.plural, rules)),
        "personal": float(points(question, rules.personal, rules)),
        "demonstrative": float(_demonstrative(lower, rules)),
        "substitute": float(_substitute(lower, rules)),
        "comparative": float(few and bool(rules.comparatives & set(lower))),
        "opening": float(bool(rules.opening.match(question))),
        "no_topic": float(not topical),
        "one_topic": float(len(topical) == 1),
        "defining": float(bool(topical) and (_defining(lower, rules) or bool(MEANING.search(question)))),
        "named": float(any(token[0].isupper() and token in topical for token in tokens[1:])),
        "bare_definite": float(few and bool(BARE_DEFINITE.search(question))),
        "rarity": math.log1p(sum(rare)),
        "asked_before": math.log1p(max((in_questions[key] for key in spoken), default=0)),
        "said_before": math.log1p(max((in_turns[key] for key in spoken), default=0)),
        "telling": float(bool(TELLING.match(question))),
    }


def _defining(lower: Sequence[str], rules: FollowUpRules) -> bool:
    """Whether it asks what or who something is and nothing else: "What is the ACL?"."""
    return (
        len(lower) >= 3
        and lower[0] in {"what", "who"}
        and lower[1] in {"is", "are", "was", "were"}
        and all(word in {"a", "an", "the", "of"} or rules.lists.is_topical(word) for word in lower[2:])
    )


def points(question: str, pronouns: frozenset[str], rules: FollowUpRules) -> bool:
    """Whether one of the pronouns stands before any topical word of the question that it could stand for: a plural for
    the plural ones, a singular for "it" (to tell them apart, a final s is enough here), none in -ed or -ing."""
    for token in rules.lists.tokens(question):
        lower = token.lower()
        if lower in pronouns:
            return True
        if token[0].isalnum() and rules.lists.is_topical(token) and not lower.endswith(("ed", "ing")):
            plural = lower.endswith("s") and not lower.endswith("ss")
            if pronouns == rules.personal or plural == (pronouns == rules.plural):
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


@dataclass(frozen=True, slots=True)
class _Data:
    """The content of `conversation.yaml`; what cannot be used is an error that names file and key."""

    path: Path
    content: Mapping[str, Any]

    def words(self, key: str) -> frozenset[str]:
        value = self.content[key]
        return frozenset(value.split() if isinstance(value, str) else map(str, value))

    def pattern(self, key: str, end: str = "") -> re.Pattern[str]:
        try:
            return re.compile(rf"(?:{'|'.join(map(str, self.content[key]))}){end}", re.IGNORECASE)
        except (re.error, TypeError) as error:
            raise DataFileError(f"{self.path}: {key} is not a list of regular expressions: {error}") from error

    def numbers(self, *keys: str) -> dict[str, float]:
        value: Any = self.content
        try:
            for key in keys:
                value = value[key]
            return {str(name): float(number) for name, number in value.items() if not isinstance(number, dict)}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataFileError(f"{self.path}: {'.'.join(keys)} must map names to numbers: {error}") from error

    def number(self, section: str, name: str) -> float:
        numbers = self.numbers(section)
        if name not in numbers:
            raise DataFileError(f"{self.path}: {section}.{name} is missing")
        return numbers[name]


def read_rules(prompts_dir: Path) -> FollowUpRules:
    """The rules from `conversation.yaml`.

    Raises:
        DataFileError: missing or malformed; names file and key.
    """
    path = prompts_dir / "conversation.yaml"
    data = _Data(path, read_yaml(path, keys=_KEYS))
    return FollowUpRules(
        lists=WordLists(
            function_words=data.words("function_words"),
            verbs=frozenset(form for verb in data.words("verbs") for form in verb_forms(verb)),
            general=frozenset(map(stem, data.words("general"))),
            determiners=data.words("determiners"),
            prepositions=data.words("prepositions"),
            ly_nouns=data.words("ly_nouns"),
            fixed_phrases=tuple(map(str, data.content["fixed_phrases"])),
        ),
        singular=data.words("singular_pronouns"),
        plural=data.words("plural_pronouns"),
        personal=data.words("personal_pronouns"),
        demonstratives=data.words("demonstratives"),
        substitutes=data.words("substitutes"),
        comparatives=data.words("comparatives"),
        ranked=data.words("ranked"),
        fillers=data.words("fillers"),
        ordinals={word: int(place) for word, place in data.numbers("ordinals").items()},
        opening=data.pattern("openings"),
        ellipsis=data.pattern("ellipses"),
        shift=data.pattern("shifts"),
        courtesy=data.pattern("courtesies", COURTESY_END),
        need_weights=data.numbers("need", "weights"),
        need_threshold=data.number("need", "threshold"),
        phrases=PhraseLimits(
            data.numbers("phrase", "weights"), data.number("phrase", "share"), int(data.number("phrase", "most"))
        ),
    )
