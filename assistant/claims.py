"""What a sentence claims, as far as rules can read it: its words, numbers, names, denials, degrees, who acts. Pure.

Names for one thing are made one before anything is compared, so that "RtoP" in a source meets "R2P" in a statement.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from assistant.counts import Counts
from assistant.english import (
    BEING,
    COORDINATING,
    NEEDS,
    NOT_ONLY,
    PREPOSITIONS,
    Word,
)
from assistant.lexicon import stem
from assistant.roles import Roles
from assistant.wording import Names, WordRules

TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?:st|nd|rd|th)?\b|[^\W_]+(?:[-'’/][^\W_]+)*|[.,;:!?–—()]")
PART = re.compile(r"[-'’/]")
ABBREVIATED = re.compile(r"\b(Dr|Mr|Ms|Mrs|Prof|St|No|para|paras|Art)\.(?=\s)")
CONTRACTED = re.compile(r"n['’]t\b")
NAMING = 2  # content words that name a document or its body beyond doubt
CONTRAST = 12  # words within which "but" answers a "not"
SCOPE = 4  # content words that a denial reaches
PLAIN_DENIALS = frozenset({"not", "no", "never", "nor", "neither"})
PARTS = frozenset({".", ";", ":", ",", "–", "—", "(", ")", "but", "while", "whereas", "although", "which", "who"})
ASKED = 12  # content words that a demand reaches
CLOSE = 4  # words after "was" within which it says what was done
STOPS = frozenset({".", ";", "but", "while", "whereas", "although"})  # no demand reaches beyond
CERTAIN, WITHOUT, NON, NEVER, ONLY = "certain", "without", "non", "never", "only"
CONTRASTS = frozenset({"rather", "instead"})
BESIDE = frozenset({",", "and", "–", "—", "("})  # before "not": "the army, not the police"
CANNOT = frozenset({"cannot", "not", "never", "nothing", "none", "no", "unable", "nobody", "lack", "fail"})


@dataclass(frozen=True, slots=True)
class Denial:
    """A word that denies, with stems of the content words that it reaches and of those before it, the nearest first."""

    word: str
    reached: tuple[str, ...]
    before: tuple[str, ...]
    contrast: bool  # it sets one beside another: "the army, not the police", "rather than the police"
    otherwise: bool  # what is done is only done in another way: "not judged by this, but on that"

    @property
    def outright(self) -> tuple[str, ...]:
        """What it reaches and does not only say to be done otherwise."""
        return self.reached[1:] if self.otherwise else self.reached


@dataclass(frozen=True)
class Sentence:
    """A sentence, or a few, as words; all comparisons of `verification` are between two of these."""

    words: tuple[Word, ...]
    rules: WordRules
    others: Mapping[str, frozenset[str]]  # stem of a name in it -> stems of the words of that thing's other names

    @cached_property
    def roles(self) -> Roles:
        """Who does, is, or owns what."""
        return Roles(self.words, self.rules.actors.union(self.others))

    @cached_property
    def counts(self) -> Counts:
        """Its numbers and what they count."""
        return Counts(self.words)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of all words."""
        return frozenset(word.stem for word in self.words)

    @cached_property
    def named(self) -> frozenset[str]:
        """Stems of all words, and of those of the other names of what it names."""
        return self.stems.union(*(self.others.get(key, ()) for key in self.stems))

    @cached_property
    def lowers(self) -> frozenset[str]:
        """All words in lower case."""
        return frozenset(word.lower for word in self.words)

    @cached_property
    def content(self) -> tuple[Word, ...]:
        """The words that say something, in order."""
        return tuple(word for word in self.words if word.content)

    def said_by(self, about: Collection[str]) -> tuple[frozenset[str], Word | None]:
        """Stems of the words that it opens with and that name a document or its body by words of `about`, and the verb
        after them by which they say something: "The Panel on Peace Operations" and "recommended"; none where it does
        not open so."""
        opening: list[Word] = []
        for word in self.words:
            verb = word.stem in self.rules.reporting | self.rules.recommending
            if word.stem not in about and (word.content or verb):
                named = len(opening) >= NAMING or any(w.name and any(map(str.isupper, w.text[1:])) for w in opening)
                return (frozenset(w.stem for w in opening), word) if verb and named else (frozenset(), None)
            if word.content:
                opening.append(word)
        return frozenset(), None

    @cached_property
    def denials(self) -> tuple[Denial, ...]:
        """Each word that denies something."""
        found = (
            Denial(word.lower, self._reach(i), self._before(i), self._contrasts(i), self._but_otherwise(i))
            for i, word in enumerate(self.words)
            if self._denies_at(i)
        )
        return tuple(denial for denial in found if denial.outright)

    def _contrasts(self, position: int) -> bool:
        before = self.words[position - 1].lower if position else ""
        word = self.words[position].lower
        after = self.words[position + 1].lower if position + 1 < len(self.words) else ""
        return word in CONTRASTS or (word == "not" and before in BESIDE and after not in BEING)

    def _before(self, position: int) -> tuple[str, ...]:
        """Stems of the content words before a position in its clause, the nearest first."""
        end = position
        while end and self._contrasts(position) and self.words[end - 1].lower in BESIDE:
            end -= 1
        start = max((j + 1 for j in range(end) if self.words[j].lower in self.rules.clauses), default=0)
        return tuple(word.stem for word in reversed(self.words[start:end]) if word.content)

    def _denies_at(self, position: int) -> bool:
        """Whether a word denies: not "not only", not twice ("do not lack"), "rather" only before "than"."""
        if self.words[position].lower not in self.rules.negators:
            return False
        before = self.words[position - 1].lower if position else ""
        after = [word.lower for word in self.words[position + 1 : position + 3]]
        if (after and (after[0] in NOT_ONLY or after[0] in self.rules.negators)) or before in self.rules.negators:
            return False
        needs = NEEDS.get(self.words[position].lower)
        return needs is None or after[:1] == [needs]

    def _reach(self, position: int) -> tuple[str, ...]:
        """What a denial reaches: the words after it in its clause, or before it where something "is avoided"."""
        reached: list[str] = []
        if self.words[position].lower.endswith("ed") and any(
            w.lower in BEING for w in self.words[max(position - 2, 0) : position]
        ):
            return self._before(position)[SCOPE - 1 :: -1]
        for word in self.words[position + 1 :]:
            if word.lower in self.rules.clauses and (reached or word.lower not in COORDINATING):
                break
            if word.content and not word.adverb and word.lower not in self.rules.negators | self.rules.managing:
                reached.append(word.stem)
            if len(reached) == SCOPE:
                break
        return tuple(reached)

    def _but_otherwise(self, position: int) -> bool:
        """Whether "but" with a preposition follows: "not judged by this, but on that" denies no judging, "not developed
        as a force, but one that" no developing."""
        after = [word.lower for word in self.words[position + 1 : position + 1 + CONTRAST]]
        pairs = list(pairwise(after))
        otherwise = any(one == "but" and other in PREPOSITIONS for one, other in pairs)
        return otherwise or (("but", "one") in pairs and "as" in after[: pairs.index(("but", "one"))])

    @cached_property
    def parts(self) -> tuple[tuple[frozenset[str], bool], ...]:
        """Its clauses, as far as punctuation and conjunctions tell: stems of the content words of each, and whether it
        denies anything."""
        found: list[tuple[frozenset[str], bool]] = []
        start = 0
        for i in range(len(self.words) + 1):
            if i == len(self.words) or self.words[i].lower in PARTS:
                stems = frozenset(word.stem for word in self.words[start:i] if word.content)
                if stems:
                    found.append((stems, any(self._denies_at(j) for j in range(start, i))))
                start = i + 1
        return tuple(found)

    @cached_property
    def denied_of(self) -> frozenset[str]:
        """Stems of the content words before a plain denial in its clause: of what it is denied."""
        return frozenset(key for denial in self.denials if denial.word in PLAIN_DENIALS for key in denial.before)

    @cached_property
    def denied(self) -> frozenset[str]:
        """Stems of all content words that a denial reaches."""
        return frozenset(key for denial in self.denials for key in denial.reached)

    @cached_property
    def negators(self) -> frozenset[str]:
        """The words that deny."""
        return frozenset(word.lower for i, word in enumerate(self.words) if self._denies_at(i))

    @property
    def denies(self) -> bool:
        """Whether it denies anything."""
        return bool(self.negators)

    @cached_property
    def undenied(self) -> frozenset[str]:
        """All words, in lower case, but those right after a denial: "not always" is not "always"."""
        return frozenset(
            word.lower
            for i, word in enumerate(self.words)
            if not any(w.lower in self.rules.negators for w in self.words[max(i - 2, 0) : i])
        )

    @cached_property
    def degrees(self) -> frozenset[str]:
        """The words that claim all, always or only, but those that a denial or a small amount takes back ("only some",
        "only one of"), and "certain" before what it picks out.
        """
        found: set[str] = set()
        for i, word in enumerate(self.words):
            after = [w.lower for w in self.words[i + 1 : i + 3]]
            small = bool(self.rules.hedges.intersection(after[:1])) or after in (["one", "of"], ["part", "of"])
            small = small or (word.lower == ONLY and any(w.adverb for w in self.words[i + 1 : i + 2]))
            picks_out = word.lower == CERTAIN and not any(w.lower in BEING for w in self.words[max(i - 2, 0) : i])
            if word.lower in self.rules.absolutes and word.lower in self.undenied and not small and not picks_out:
                found.add(word.lower)
        return frozenset(found)

    @cached_property
    def other_than(self) -> frozenset[str]:
        """Stems of what something is said not to be by a prefix: "non-military"."""
        return frozenset(word.stem for word in self.words if word.joined == NON)

    @cached_property
    def avoided(self) -> frozenset[str]:
        """Stems of the words right after one that denies without a word of denial: "escape accountability"."""
        found: set[str] = set()
        for i, word in enumerate(self.words):
            if word.lower in self.rules.avoiding:
                found.update(w.stem for w in self.words[i + 1 : i + 1 + CLOSE] if w.content)
        return frozenset(found)

    @cached_property
    def more(self) -> frozenset[str]:
        """Stems of what there is more of: of "more costly" the latter."""
        return self._after("more")

    @cached_property
    def less(self) -> frozenset[str]:
        """The same of "less"."""
        return self._after("less")

    def _after(self, lower: str) -> frozenset[str]:
        return frozenset(b.stem for a, b in pairwise(self.words) if a.lower == lower and b.content)

    @property
    def no_longer(self) -> bool:
        """Whether all that it denies is so "no longer"."""
        denied = [b.lower for a, b in pairwise(self.words) if a.lower in self.negators]
        return bool(denied) and set(denied) == {"longer"}

    @cached_property
    def than_ever(self) -> bool:
        """Whether something is more or less "than ever": it has never been so before."""
        return any((a.lower, b.lower) == ("than", "ever") for a, b in pairwise(self.words))

    @property
    def only_on_condition(self) -> bool:
        """Whether each "only" opens a condition: "only after a vote"."""
        after = {b.lower for a, b in pairwise(self.words) if a.lower == ONLY}
        return bool(after) and after <= self.rules.conditions

    @property
    def denies_twice(self) -> bool:
        """Whether nothing can be without something: that it is needed, and no denial."""
        return WITHOUT in self.negators and bool(self.negators & CANNOT)

    @cached_property
    def demands(self) -> frozenset[str]:
        """The words by which it asks that something be done: "should", "have to", or its opening imperative."""
        to_do = {a.lower for a, b in pairwise(self.words) if a.lower in self.rules.done and b.lower == "to"}
        opening = {self.words[0].lower} & self.rules.imperatives if self.words else frozenset()
        return (self.lowers & self.rules.demands) | to_do | opening

    @cached_property
    def demanded(self) -> frozenset[str]:
        """Stems of the words that a demand reaches: of what is asked for, where it stands after the asking."""
        found: set[str] = set()
        reach = 0
        for i, word in enumerate(self.words):
            if word.lower in STOPS:
                reach = 0
            if i == 0 and word.lower in self.rules.imperatives:
                found.add(word.stem)
            if word.lower in self.demands:
                reach = ASKED
            elif reach and word.content:
                found.add(word.stem)
                reach -= 1
        return frozenset(found)

    @cached_property
    def told_done(self) -> frozenset[str]:
        """Stems of the words right after "was", "has" and the like: what is said to have been done."""
        found: set[str] = set()
        for i, word in enumerate(self.words):
            if word.lower in self.rules.done:
                following = [w.stem for w in self.words[i + 1 : i + 1 + CLOSE] if w.content and not w.adverb]
                found.update(following[:1])
        return frozenset(found)


def read(text: str, names: Names, rules: WordRules) -> Sentence:
    """A text as words, names made one."""
    plain = ABBREVIATED.sub(r"\1", rules.idioms.plain(CONTRACTED.sub(" not", text)))
    return Sentence(_words(names.unify(plain), rules.stopwords), rules, names.others)


@lru_cache(maxsize=4096)
def _words(text: str, stopwords: frozenset[str]) -> tuple[Word, ...]:
    found: list[Word] = []
    opening = True
    for match in TOKEN.finditer(text):
        parts = [part for part in PART.split(match.group()) if part] or [match.group()]
        for before, part in zip(["", *parts], parts, strict=False):
            lower = part.lower()
            word = part[0].isalnum()
            content = word and (len(part) > 1 or part.isdigit()) and lower not in stopwords and lower not in ("s", "t")
            found.append(Word(part, lower, stem(part) if word else part, opening and word, content, before.lower()))
            opening = part in ".!?:;" if not word else False
    return tuple(found)
