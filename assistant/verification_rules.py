"""Reads `verification.yaml`, strictly."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.data_files import read_yaml
from assistant.errors import DataFileError
from assistant.lexicon import stem
from assistant.lexicon import words as words_of
from assistant.verification import RoleLimits, VerificationRules
from assistant.wording import Idioms, WordRules

THRESHOLDS = (
    *("meaning", "of_words", "word_met", "word_missing", "stray_cosine"),
    *("entailment", "contradiction", "least_share"),
)
ROLE_LIMITS = ("exchanged", "exchanged_by_rule")
BEFORE_SECOND_LOOK = "before_second_look"
LISTS = (
    *("negators", "wanting", "shortcomings", "avoiding", "managing", "clauses", "conditions"),
    *("hedges", "demands", "imperatives", "done"),
    *("actors", "reporting", "recommending", "occasions", "understood"),
)
GROUPS = ("absolutes", "antonyms")
IDIOMS = "idioms"
AS_ABSOLUTE = "as_absolute"


def read_rules(prompts_dir: Path, stopwords: frozenset[str]) -> VerificationRules:
    """The rules; `stopwords` are the words that say nothing on their own.

    Raises:
        DataFileError: missing or malformed; names file and key.
    """
    path = prompts_dir / "verification.yaml"
    others = {"version", "calibrated_on", IDIOMS, AS_ABSOLUTE, BEFORE_SECOND_LOOK}
    content = read_yaml(path, keys={*THRESHOLDS, *ROLE_LIMITS, *LISTS, *GROUPS, *others})
    for key in (*THRESHOLDS, *ROLE_LIMITS):
        _require_share(path, key, content[key])
    if content["word_missing"] >= content["word_met"]:
        raise DataFileError(f"{path}: word_missing is {content['word_missing']}, expected less than word_met")
    for key in LISTS:
        _require_words(path, key, content[key])
    for key in GROUPS:
        if not isinstance(content[key], list):
            raise DataFileError(f"{path}: {key} must hold a list of lists of words")
        for group in content[key]:
            _require_words(path, key, group)
    idioms = content[IDIOMS]
    if not isinstance(idioms, dict) or not all(isinstance(text, str) for pair in idioms.items() for text in pair):
        raise DataFileError(f"{path}: {IDIOMS} must give for each phrase what it means, both as text")
    absolutes = {word: number for number, group in enumerate(content["absolutes"]) for word in group}
    words = WordRules(
        stopwords=stopwords,
        idioms=Idioms(idioms),
        negators=frozenset(content["negators"]),
        wanting=frozenset(content["wanting"]),
        shortcomings=frozenset(content["shortcomings"]),
        clauses=frozenset(content["clauses"]),
        absolutes=absolutes,
        as_absolute=_as_absolute(path, content[AS_ABSOLUTE], absolutes),
        hedges=frozenset(content["hedges"]),
        demands=frozenset(content["demands"]),
        done=frozenset(content["done"]),
        antonyms=_opposites(content["antonyms"]),
        imperatives=frozenset(content["imperatives"]),
        avoiding=frozenset(content["avoiding"]),
        managing=frozenset(content["managing"]),
        conditions=frozenset(content["conditions"]),
        actors=frozenset(stem(word) for word in content["actors"]),
        reporting=frozenset(stem(word) for word in content["reporting"]),
        recommending=frozenset(stem(word) for word in content["recommending"]),
        occasions=frozenset(stem(word) for word in content["occasions"]),
        understood=frozenset(word for name in content["understood"] for word in words_of(name)),
    )
    before = content[BEFORE_SECOND_LOOK]
    if not isinstance(before, dict) or before.keys() != set(ROLE_LIMITS):
        raise DataFileError(f"{path}: {BEFORE_SECOND_LOOK} must give {' and '.join(ROLE_LIMITS)}, and nothing else")
    for key in ROLE_LIMITS:
        _require_share(path, f"{BEFORE_SECOND_LOOK}.{key}", before[key])
    return VerificationRules(
        words=words,
        roles=RoleLimits(**{key: float(content[key]) for key in ROLE_LIMITS}),
        roles_before_second_look=RoleLimits(**{key: float(before[key]) for key in ROLE_LIMITS}),
        **{key: float(content[key]) for key in THRESHOLDS},
    )


def _require_share(path: Path, key: str, value: Any) -> None:
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise DataFileError(f"{path}: {key} is {value!r}, expected a number from 0 to 1")


def _require_words(path: Path, key: str, value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
        raise DataFileError(
            f"{path}: {key} holds {value!r}, expected a list of words; put no, not and the like in quotes"
        )


def _as_absolute(path: Path, content: Any, absolutes: Mapping[str, int]) -> Mapping[str, frozenset[int]]:
    if not isinstance(content, dict) or not all(word in absolutes for word in content):
        raise DataFileError(f"{path}: {AS_ABSOLUTE} must give, for words of absolutes, those that say as much")
    for word, others in content.items():
        _require_words(path, f"{AS_ABSOLUTE}.{word}", others)
    said = {other for others in content.values() for other in others}
    return {other: frozenset(absolutes[word] for word, others in content.items() if other in others) for other in said}


def _opposites(pairs: list[list[str]]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one, other in pairs:
        found.setdefault(stem(one), set()).add(stem(other))
        found.setdefault(stem(other), set()).add(stem(one))
    return {word: frozenset(others) for word, others in found.items()}
