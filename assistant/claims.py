"""What a sentence claims, as far as rules can read it: its words, numbers, names, denials, degrees, who acts. Pure.

Names for one thing are made one before anything is compared, so that "RtoP" in a source meets "R2P" in a statement.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from assistant.lexicon import stem, words

TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?:st|nd|rd|th)?\b|[^\W_]+(?:[-'’/][^\W_]+)*|[.,;:!?–—()]")
PART = re.compile(r"[-'’/]")
ABBREVIATED = re.compile(r"\b(Dr|Mr|Ms|Mrs|Prof|St|No|para|paras|Art)\.(?=\s)")
CONTRACTED = re.compile(r"n['’]t\b")
ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10}
NUMBERED = {"pillar", "pillars", "part", "chapter", "section", "phase", "annex"}
_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_ORDINALS = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
NUMERALS: dict[str, str] = {
    **{word: str(n) for n, word in enumerate(_UNITS.split())},
    **{word: str(n) for n, word in enumerate(_ORDINALS.split())},
    **{word: str(n) for word, n in _TENS.items()},
    **{f"{word[:-1]}ieth": str(n) for word, n in _TENS.items()},
    "dozen": "12", "dozens": "dozens", "hundred": "100", "hundreds": "hundreds", "thousand": "1000",
    "thousands": "thousands", "million": "1000000", "millions": "millions", "billion": "1000000000", "billions": "billions",
    "half": "1/2", "quarter": "1/4", "quarters": "1/4", "thirds": "1/3", "fifths": "1/5", "twice": "2", "decade": "10", "tenfold": "10",
    "once": "1", "double": "2", "triple": "3", "annual": "annual", "annually": "annual", "biannual": "biannual", "monthly": "monthly",
    "weekly": "weekly", "daily": "daily",
}  # fmt: skip
NOT_COUNTED = {"one", "once", "second", "first"}  # as pronoun, adverb or enumeration; see `Sentence.numbers`
HEAD_WORDS = 3  # content words after a number that say what it counts
NEAR = 6  # words within which a number still counts what follows it
SCOPE = 4  # content words that a denial reaches
PASSIVE = 6  # words after a verb within which "by" names who did it


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a punctuation mark in its place."""

    text: str
    lower: str
    stem: str
    opening: bool  # it opens a sentence, so that its capital says nothing
    content: bool
    joined: str = ""  # the part before it in a hyphenated word: "vice" of "vice-chair"

    @property
    def name(self) -> bool:
        """Whether it is written as a name."""
        if not self.text[0].isupper():
            return False
        return not self.opening or any(c.isupper() or c.isdigit() for c in self.text[1:])


@dataclass(frozen=True)
class WordRules:
    """The word lists of `verification.yaml`, and the library's names for one thing."""

    stopwords: frozenset[str]
    negators: frozenset[str]
    clauses: frozenset[str]
    absolutes: Mapping[str, int]  # word -> its group
    hedges: frozenset[str]
    demands: frozenset[str]
    done: frozenset[str]
    antonyms: Mapping[str, frozenset[str]]  # stem -> stems of its opposites
    imperatives: frozenset[str]
    avoiding: frozenset[str]
    actors: frozenset[str]  # stems
    reporting: frozenset[str]  # stems


class Names:
    """Makes the names of one thing one, the first of its group with its spaces gone."""

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        self._one: dict[str, str] = {}
        for group in groups:
            known = next((self._one[n.casefold()] for n in group if n.casefold() in self._one), None)
            first = known or re.sub(r"[^\w]", "", group[0][0].upper() + group[0][1:])
            for name in group:
                self._one.setdefault(name.casefold(), first)
        longest_first = sorted(self._one, key=len, reverse=True)
        names = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest_first)
        self._pattern = re.compile(rf"(?<![\w-])(?:{names})(?![\w])", re.IGNORECASE) if names else None

    def unify(self, text: str) -> str:
        """The text with each name replaced by the first of its group. Short ones count only in capitals: "CAR", not
        "car"."""
        return self._pattern.sub(self._first, text) if self._pattern else text

    def spread(self, text: str) -> frozenset[str]:
        """Stems of the words of a text and of every other name of what it names: all that may stand for its own."""
        named = {self._first(match) for match in self._pattern.finditer(text)} if self._pattern else set()
        others = (name for name, one in self._one.items() if one in named)
        return frozenset(stem(word) for part in (text, *others) for word in words(part))

    def _first(self, match: re.Match[str]) -> str:
        found = match.group()
        if len(found) <= 5 and not any(c.isupper() for c in found[1:]):
            return found
        return self._one.get(" ".join(found.split()).casefold(), found)


@dataclass(frozen=True)
class Sentence:
    """A sentence, or a few, as words; all comparisons of `verification` are between two of these."""

    words: tuple[Word, ...]
    rules: WordRules

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of all words."""
        return frozenset(word.stem for word in self.words)

    @cached_property
    def lowers(self) -> frozenset[str]:
        """All words in lower case."""
        return frozenset(word.lower for word in self.words)

    @cached_property
    def content(self) -> tuple[Word, ...]:
        """The words that say something, in order."""
        return tuple(word for word in self.words if word.content)

    @cached_property
    def numbers(self) -> tuple[tuple[str, int], ...]:
        """(value, position) of everything that counts, dates or numbers something."""
        found = []
        for i, word in enumerate(self.words):
            value = _value(word, self.words[i - 1] if i else None)
            following = self.words[i + 1] if i + 1 < len(self.words) else None
            if value is None or (word.lower in NOT_COUNTED and not (following and following.content)):
                continue
            found.append((value, i))
        return tuple(found)

    def month(self, position: int) -> str | None:
        """The month beside a number, where it dates something."""
        around = self.words[max(position - 2, 0) : position + 3]
        return next((word.lower for word in around if word.lower in MONTH_NAMES and word.text[0].isupper()), None)

    def heads(self, position: int) -> frozenset[str]:
        """Stems of the words that say what the number at a position counts: the content words right after it."""
        heads: list[str] = []
        for word in self.words[position + 1 : position + 1 + HEAD_WORDS]:
            if not word.content or word.text.isdigit():
                break
            heads.append(word.stem)
        return frozenset(heads)

    def counted(self, head: str) -> Iterator[str]:
        """The number nearest before each place where a word stands, within a few words of the same clause."""
        at = {position: value for value, position in self.numbers}
        for i, word in enumerate(self.words):
            if word.stem != head:
                continue
            for j in range(i - 1, max(i - 1 - NEAR, -1), -1):
                if self.words[j].lower in {".", ";", ":", "from", "and", ","} and j < i - 1:
                    break
                if j in at:
                    yield at[j]
                    break

    @cached_property
    def denials(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each word that denies, with the stems of the content words that it reaches, the nearest first."""
        found = ((w.lower, self._reach(i)) for i, w in enumerate(self.words) if self._denies_at(i))
        return tuple((word, reached) for word, reached in found if reached)

    def _denies_at(self, position: int) -> bool:
        """Whether a word denies: not "not only", not twice ("do not lack"), "rather" only before "than"."""
        if not is_negator(self.words[position].lower, self.rules):
            return False
        before = self.words[position - 1].lower if position else ""
        after = [word.lower for word in self.words[position + 1 : position + 3]]
        if after and (after[0] in NOT_ONLY or is_negator(after[0], self.rules)) or is_negator(before, self.rules):
            return False
        needs = NEEDS.get(self.words[position].lower)
        return needs is None or after[:1] == [needs]

    def _reach(self, position: int) -> tuple[str, ...]:
        """What a denial reaches: the words after it in its clause, or before it where something "is avoided"."""
        reached: list[str] = []
        if self.words[position].lower.endswith("ed") and any(
            w.lower in BEING for w in self.words[max(position - 2, 0) : position]
        ):
            return tuple(w.stem for w in self.words[:position] if w.content and not w.lower.endswith("ly"))
        for word in self.words[position + 1 :]:
            if word.lower in self.rules.clauses and (reached or word.lower not in COORDINATING):
                break
            if word.content and not word.lower.endswith("ly") and not is_negator(word.lower, self.rules):
                reached.append(word.stem)
            if len(reached) == SCOPE:
                break
        return tuple(reached)

    @cached_property
    def denied(self) -> frozenset[str]:
        """Stems of all content words that a denial reaches."""
        return frozenset(key for _, reached in self.denials for key in reached)

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
            if not any(is_negator(w.lower, self.rules) for w in self.words[max(i - 2, 0) : i])
        )

    @cached_property
    def demands(self) -> frozenset[str]:
        """The words by which it asks that something be done: "should", "have to", or its opening imperative."""
        to_do = {a.lower for a, b in pairwise(self.words) if a.lower in self.rules.done and b.lower == "to"}
        opening = {self.words[0].lower} & self.rules.imperatives if self.words else frozenset()
        return (self.lowers & self.rules.demands) | to_do | opening

    @cached_property
    def actors(self) -> tuple["Actor", ...]:
        """Who is spoken of, in order: runs of names and of words for those who act."""
        found: list[Actor] = []
        start: int | None = None
        last = -1
        for i, word in enumerate(self.words):
            if self._is_actor(word):
                start = i if start is None else start
                last = i
            elif start is not None and not (word.lower in JOINING and i - last <= 2):
                found.append(self._actor(start, last))
                start = None
        if start is not None:
            found.append(self._actor(start, last))
        return tuple(found)

    def agents(self, verb: Word) -> list[frozenset[str]]:
        """Who does what a verb says, for each place where it stands: the actors before it, or after "by"."""
        found: list[frozenset[str]] = []
        for i, word in enumerate(self.words):
            if (word.stem, word.joined) != (verb.stem, verb.joined):
                continue
            passive = next(
                (j for j in range(i + 1, min(i + 1 + PASSIVE, len(self.words))) if self.words[j].lower == "by"), None
            )
            if passive is not None and (participle(word) or passive == i + 1):
                found += [self._between(passive)]
            else:
                before = [actor for actor in self.actors if actor.end <= i and not self._stopped(actor.end, i)]
                subject = [actor for actor in before if not actor.dependent] or before
                if subject:
                    found.append(subject[-1].stems)
        return found

    def acts(self) -> Iterator[tuple[frozenset[str], Word]]:
        """(who, verb): a subject with the first content word after it, where only auxiliaries and adverbs lie between;
        and whoever stands after "by"."""
        for actor in self.actors:
            if not self.subject(actor):
                continue
            for i, following in enumerate(self.words[actor.end : actor.end + 4], start=actor.end):
                if following.lower in AUXILIARIES or following.lower.endswith("ly") or self._precedes_auxiliary(i):
                    continue
                if following.content and not self._is_actor(following) and not _is_number(following):
                    yield actor.stems, following
                break
        for i, word in enumerate(self.words[:-1]):
            if participle(word) and self.words[i + 1].lower == "by" and (who := self._between(i + 1)):
                yield who, word

    def predicates(self) -> Iterator[tuple[frozenset[str], Word]]:
        """(of whom, word): what is said of a subject with "is" or "are"."""
        for actor in self.actors:
            if self.subject(actor):
                being = False
                for word in self.words[actor.end : actor.end + 7]:
                    if word.lower in BEING:
                        being = True
                    elif word.content and not self._is_actor(word) and not word.lower.endswith("ly"):
                        if being:
                            yield actor.stems, word
                        break
                    elif word.lower in PREPOSITIONS or not word.text[0].isalnum():
                        break

    def bearers(self, said: Word) -> list[frozenset[str]]:
        """Of whom a word is said with "is" or "are", for each place where it stands so."""
        return [actors for actors, word in self.predicates() if word.stem == said.stem]

    def exchanged(self, other: "Sentence") -> bool:
        """Whether one who acts here is acted on there, and one who is acted on here acts there or is not spoken of."""
        here, there = self._parts, other._parts
        acting = any(parts == {AGENT} and there.get(key) == {PATIENT} for key, parts in here.items())
        acted_on = [key for key, parts in here.items() if parts == {PATIENT}]
        return acting and any(there.get(key) == {AGENT} or key not in other.stems for key in acted_on)

    @cached_property
    def _parts(self) -> dict[str, set[str]]:
        """Who acts and who is acted on, as far as the words before them tell; others are left out."""
        parts: dict[str, set[str]] = {}
        for actor in self.actors:
            before = [w.lower for w in self.words[max(actor.start - 3, 0) : actor.start] if w.lower not in SKIPPED]
            following = self.words[actor.end] if actor.end < len(self.words) else None
            if self.subject(actor) or before[-1:] in (["by"], ["from"]):
                part = AGENT
            elif before[-1:] in (["to"], ["for"], ["against"], ["on"], ["upon"]):
                part = PATIENT
            elif actor.dependent or self._continues(actor) or (following and following.content):
                continue  # "of the Council", one of a list, "government pressure": part of something else
            else:
                part = PATIENT
            for key in actor.stems:
                parts.setdefault(key, set()).add(part)
        return parts

    def owners(self, thing: Word) -> list[frozenset[str]]:
        """The names right before a word, for each place where it has one: "UNEPS" of "the UNEPS statute"."""
        found = []
        for i, word in enumerate(self.words):
            if word.stem == thing.stem and i and self._is_actor(self.words[i - 1]) and self.words[i - 1].name:
                found.append(frozenset({self.words[i - 1].stem}))
        return found

    def owned(self) -> Iterator[tuple[frozenset[str], Word]]:
        """(name, word): a name right before a word that is none."""
        for before, word in pairwise(self.words):
            if before.name and self._is_actor(before) and word.content and not self._is_actor(word):
                yield frozenset({before.stem}), word

    def _precedes_auxiliary(self, position: int) -> bool:
        """Whether a word is the end of a name: "troop contributors should"."""
        after = self.words[position + 1 : position + 2]
        return self.words[position].content and bool(after) and after[0].lower in MODALS | BEING

    def subject(self, actor: "Actor") -> bool:
        """Whether an actor opens its clause: before it, but for its modifiers, stands nothing or a conjunction."""
        at = actor.start - 1
        while at >= 0 and self.words[at].content and actor.start - at <= MODIFIERS:
            at -= 1
        while at >= 0 and self.words[at].lower in SKIPPED:
            at -= 1
        return at < 0 or (self.words[at].lower in OPENING and not self._continues(actor))

    def _continues(self, actor: "Actor") -> bool:
        """Whether an actor goes on with a list of such."""
        at = actor.start - 1
        while at >= 0 and (self.words[at].lower in LISTING or self.words[at].lower in DETERMINERS):
            at -= 1
        return 0 <= at < actor.start - 1 and self._is_actor(self.words[at])

    def _between(self, by: int) -> frozenset[str]:
        """The actors after "by", as far as its clause goes."""
        end = next((j for j in range(by + 1, len(self.words)) if self._ends_by(by, j)), len(self.words))
        return frozenset(key for a in self.actors if by < a.start < end for key in a.stems)

    def _ends_by(self, by: int, at: int) -> bool:
        word = self.words[at]
        return word.lower in CLOSING or (participle(word) and at > by + 1)

    def _stopped(self, start: int, end: int) -> bool:
        return any(word.lower in {".", ";", ":"} for word in self.words[start:end])

    def opens_with(self, actor: "Actor") -> bool:
        """Whether an actor is what the sentence speaks of first, a label before a colon left aside."""
        label = max((i + 1 for i, word in enumerate(self.words[:LABEL]) if word.lower == ":"), default=0)
        before = [word.content for word in self.words[label : actor.start]]
        return before.count(True) <= MODIFIERS and before == sorted(before)

    def listed(self, one: "Actor", other: "Actor") -> bool:
        """Whether nothing but a list lies between two actors."""
        return all(w.lower in LISTING or self._is_actor(w) for w in self.words[one.end : other.start])

    def _is_actor(self, word: Word) -> bool:
        if word.lower in NOT_ACTORS or _is_number(word):
            return False
        return word.name or word.stem in self.rules.actors

    def _actor(self, start: int, last: int) -> "Actor":
        before = [w.lower for w in self.words[max(start - 2, 0) : start] if w.lower not in DETERMINERS]
        stems = frozenset(w.stem for w in self.words[start : last + 1] if self._is_actor(w))
        return Actor(stems, start, last + 1, bool(before) and before[-1] in PREPOSITIONS)


@dataclass(frozen=True, slots=True)
class Actor:
    """One run of names or of words for those who act; `dependent` after a preposition ("of the Council")."""

    stems: frozenset[str]
    start: int
    end: int
    dependent: bool


PREPOSITIONS = frozenset(
    {"of", "in", "for", "on", "with", "at", "by", "from", "to", "as", "between", "among", "under", "like", "through"}
)
DETERMINERS = frozenset(
    {
        "the",
        "a",
        "an",
        "its",
        "their",
        "his",
        "her",
        "this",
        "that",
        "these",
        "those",
        "all",
        "every",
        "each",
        "some",
        "other",
    }
)
BEING = frozenset({"is", "are", "was", "were", "be", "been", "being"})
AGENT, PATIENT = "agent", "patient"
MODALS = frozenset("should must can could may might will would shall has have had".split())
AUXILIARIES = MODALS | frozenset("also often not never do does did still always already then".split())
OPENING = frozenset("and but that which when where while because as if since although whereas so . , ; : – — (".split())
CLOSING = frozenset({".", ";", ":", "–", "—", "that", "which", "who"})
NOT_ONLY = frozenset({"only", "just", "merely", "solely"})
NEEDS = {"rather": "than", "instead": "of"}
JOINING = frozenset({"and", "of", "the", "or"})
LISTING = frozenset({",", "and", "or", "the"})
MODIFIERS = 2  # content words right before an actor that belong to its name: "regional organizations"
LABEL = 8  # words in which a label may end
MONTH_NAMES = frozenset("january february march april may june july august september october november december".split())
TITLES = frozenset({"dr", "mr", "ms", "mrs", "sir", "prof"})
NOT_ACTORS = frozenset({*MONTH_NAMES, *TITLES, "pillar", "pillars"})
SKIPPED = DETERMINERS | TITLES
COORDINATING = frozenset({"and", "or", "that"})  # "not a and b": a denial goes on


def participle(word: Word) -> bool:
    """Whether a word may be a past participle."""
    return word.lower.endswith(("ed", "en", "wn", "ne")) or word.lower in {
        "led",
        "made",
        "held",
        "put",
        "set",
        "built",
        "sent",
        "paid",
    }


def _is_number(word: Word) -> bool:
    return word.text[0].isdigit() or word.lower in NUMERALS


def read(text: str, names: Names, rules: WordRules) -> Sentence:
    """A text as words, names made one."""
    plain = ABBREVIATED.sub(r"\1", CONTRACTED.sub(" not", text))
    return Sentence(_words(names.unify(plain), rules.stopwords), rules)


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


def is_negator(lower: str, rules: WordRules) -> bool:
    """Whether a word denies what follows."""
    return lower in rules.negators


def _value(word: Word, before: Word | None) -> str | None:
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", word.lower)
    if plain[0].isdigit():
        digits = re.sub(r"[,.](?=\d{3}\b)", "", plain)
        return digits if re.fullmatch(r"\d+(?:[.,]\d+)?", digits) else plain
    if word.text in ROMAN and before is not None and before.lower in NUMBERED:
        return str(ROMAN[word.text])
    return NUMERALS.get(word.lower)
