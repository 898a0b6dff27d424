"""Follow-up -> standalone search query, by rules: no language model, no tagger.

Per question: it stands alone (left exactly as it is), it leaves the topic in so many words (nothing is carried, the
announcement is dropped), or it leans on the conversation: then the few earlier phrases that complete it stand behind
it in brackets, "Who chaired it? (2010 workshop)". Behind, because the question itself must weigh most: measured on
TREC CAsT, putting them in front or in the place of the pronoun finds less.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.domain import Conversation
from assistant.follow_up import FollowUpRules, leans, points, read_rules
from assistant.lexicon import stem, words
from assistant.phrases import phrases
from assistant.salience import MARKER, Idf, Said, candidates, choose, last_person, read_turn, topical_stems

__all__ = ["FollowUpRules", "Resolved", "read_aspect", "read_rules", "resolve", "topic_start"]

TURNS_READ = 8  # the turns looked back at; what was said before them is as good as forgotten
ITEM_LINE = re.compile(r"^\s*(?:[-•*–]|\d{1,2}[.)]|\([a-z\d]{1,3}\))\s+(.+)$", re.MULTILINE)
COMMA = re.compile(r",\s*(?:(?:and|or)\s+)?")
LAST_COMMA = re.compile(r",\s*(?:and|or)\s+[^,]*$")
JOINED = re.compile(r"\s+(?:and|or)\s+")
SERIES_WORDS = 8  # longer parts between commas are clauses, not items
HEAD_END = re.compile(r"[.:;,(–—]")
ITEM_PHRASES = 2


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
    item = _picked_item(aspect, turns[-1].answer, rules)
    if not (leans(aspect, said, rules, idf) or (item and _says_nothing_new(aspect, said[-1], rules))):
        return Resolved(question, False, (), aspect)
    start = topic_start([turn.question for turn in turns], said, rules, idf)
    found = candidates(aspect, said[start:], rules.lists, idf)
    item = item or _meant_person(aspect, said[start:], rules)
    asked = topical_stems(aspect, rules.lists)
    known = [*asked, *(key for phrase in item for key in topical_stems(phrase, rules.lists))]
    best = choose(found, known, replace(rules.phrases, most=rules.phrases.most - len(item)))
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
        if shifted or (own and not own & met and not leans(aspect, before, rules, idf)):
            return position
    return 0


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
    numbers = [word for word, following in pairwise([*words(question), ""]) if _picks(word, following, rules)]
    if not numbers:
        return ()
    items = ITEM_LINE.findall(answer) or _series(answer, 2 if numbers[0] in rules.ranked else 3, rules)
    place = rules.ordinals[numbers[0]]
    if len(items) < 2 or place >= len(items):
        return ()
    item = MARKER.sub("", items[place])
    head = HEAD_END.split(item, maxsplit=1)[0]
    found = phrases(head, rules.lists) or phrases(item, rules.lists)
    return tuple(dict.fromkeys(phrase.text for phrase in found[:ITEM_PHRASES]))


def _says_nothing_new(question: str, last: Said, rules: FollowUpRules) -> bool:
    """Whether all topical words of the question were said in the last turn: "What does the first shift mean?"."""
    tokens = [token for token in rules.lists.tokens(question) if token[0].isalnum() and rules.lists.is_topical(token)]
    said = {key for phrase in (*last.question, *last.answer) for key in phrase.stems}
    return all(stem(part) in said for token in tokens for part in words(token))


def _meant_person(question: str, said: Sequence[Said], rules: FollowUpRules) -> tuple[str, ...]:
    """The name that "she" or "he" stands for, where the question points to somebody and a name was said."""
    person = last_person(said) if points(question, rules.personal, rules) else None
    return (person.text,) if person else ()


def _picks(word: str, following: str, rules: FollowUpRules) -> bool:
    """Whether an ordinal picks an item: "the second?", "the third pillar", but not "who first proposed"."""
    if word not in rules.ordinals:
        return False
    return word in rules.ranked or following in {"", "of", *rules.substitutes} or rules.lists.is_content(following)


def _series(answer: str, least: int, rules: FollowUpRules) -> list[str]:
    """The short parts of "a, b and c" in the last sentence that has at least `least` of them; a text that counts in
    words ("first, … second, …") is no series."""
    if rules.ordinals.keys() & set(words(answer)):
        return []
    for sentence in reversed(re.split(r"(?<=[.!?])\s+", answer)):
        parts = _listed(sentence.strip(' ."”“'))
        if len(parts) >= least and all(part and len(part.split()) <= SERIES_WORDS for part in parts[1:]):
            return parts
    return []


def _listed(text: str) -> list[str]:
    """The parts of "a, b and c"; what "and" joins between two commas is one: "a, law and order and c"."""
    *parts, last = COMMA.split(text)
    if not parts:
        return JOINED.split(last)
    if LAST_COMMA.search(text):
        return [*parts, last]
    *_, joint = [None, *JOINED.finditer(last)]
    return [*parts, last[: joint.start()], last[joint.end() :]] if joint else [*parts, last]
