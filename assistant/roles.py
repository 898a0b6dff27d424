"""Who does, is, or owns what in a sentence, as far as the order of its words tells. Pure.

No parser: a subject is a run of names, or of words for those who act, that opens its clause. What cannot be told so is
left out; the checks compare only what two sentences both tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from assistant.english import (
    AUXILIARIES,
    BEING,
    CLOSING,
    DETERMINERS,
    JOINING,
    LISTING,
    MODALS,
    NOT_ACTORS,
    OPENING,
    PREPOSITIONS,
    SKIPPED,
    Word,
)

AGENT, PATIENT = "agent", "patient"
MODIFIERS = 2  # content words right before an actor that belong to its name: "regional organizations"
LABEL = 8  # words in which a label may end
BESIDE = 3  # words before a verb in which its auxiliaries stand, and a pronoun
PRONOUNS = frozenset({"they", "it", "he", "she"})
PASSIVE = 6  # words after a verb within which "by" names who did it


@dataclass(frozen=True, slots=True)
class Actor:
    """One run of names or of words for those who act; `dependent` after a preposition ("of the Council")."""

    stems: frozenset[str]
    start: int
    end: int
    dependent: bool


@dataclass(frozen=True)
class Roles:
    """The actors of a sentence and their parts in it."""

    words: tuple[Word, ...]
    acting: frozenset[str]  # stems of words for those who act

    @cached_property
    def actors(self) -> tuple[Actor, ...]:
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
            if passive is not None and (word.participle or passive == i + 1):
                found += [self._between(passive)]
            elif not self._unnamed(i):
                before = [actor for actor in self.actors if actor.end <= i and not self._stopped(actor.end, i)]
                subject = [actor for actor in before if not actor.dependent] or before
                if subject:
                    found.append(subject[-1].stems)
        return found

    def _unnamed(self, position: int) -> bool:
        """Whether who does it is not told by name: "they ignore", "support was needed", "as needed"."""
        last = max((actor.end for actor in self.actors if actor.end <= position), default=0)
        before = [word.lower for word in self.words[max(position - BESIDE, last) : position]]
        passive = self.words[position].participle and bool(BEING.intersection(before))
        as_done = self.words[position].participle and before[-1:] == ["as"]
        return passive or as_done or bool(PRONOUNS.intersection(before))

    def acts(self) -> Iterator[tuple[frozenset[str], Word]]:
        """(who, verb): a subject with the first content word after it, where only auxiliaries and adverbs lie between;
        and whoever stands after "by"."""
        for actor in self.actors:
            if not self.subject(actor):
                continue
            for i, following in enumerate(self.words[actor.end : actor.end + 4], start=actor.end):
                if following.lower in AUXILIARIES or following.adverb or self._precedes_auxiliary(i):
                    continue
                done_by = following.participle and [w.lower for w in self.words[i + 1 : i + 2]] == ["by"]
                if following.content and not self._is_actor(following) and not following.number and not done_by:
                    yield actor.stems, following
                break
        for i, word in enumerate(self.words[:-1]):
            if word.participle and self.words[i + 1].lower == "by" and (who := self._between(i + 1)):
                yield who, word

    def predicates(self) -> Iterator[tuple[frozenset[str], Word]]:
        """(of whom, word): what is said of a subject with "is" or "are"."""
        for actor in self.actors:
            if self.subject(actor):
                being = False
                for word in self.words[actor.end : actor.end + 7]:
                    if word.lower in BEING:
                        being = True
                    elif word.content and not self._is_actor(word) and not word.adverb:
                        if being:
                            yield actor.stems, word
                        break
                    elif word.lower in PREPOSITIONS or not word.text[0].isalnum():
                        break

    def bearers(self, said: Word) -> list[frozenset[str]]:
        """Of whom a word is said with "is" or "are", for each place where it stands so."""
        return [actors for actors, word in self.predicates() if word.stem == said.stem]

    def exchanged(self, other: "Roles") -> bool:
        """Whether one who acts here is acted on there, and one who is acted on here acts there or is not spoken of."""
        here, there = self._parts, other._parts
        others = {word.stem for word in other.words}
        acting = any(parts == {AGENT} and there.get(key) == {PATIENT} for key, parts in here.items())
        acted_on = [key for key, parts in here.items() if parts == {PATIENT}]
        return acting and any(there.get(key) == {AGENT} or key not in others for key in acted_on)

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

    def subject(self, actor: Actor) -> bool:
        """Whether an actor opens its clause: before it, but for its modifiers, stands nothing or a conjunction."""
        at = actor.start - 1
        while at >= 0 and self.words[at].content and actor.start - at <= MODIFIERS:
            at -= 1
        while at >= 0 and self.words[at].lower in SKIPPED:
            at -= 1
        if at > 0 and (self.words[at - 1].lower, self.words[at].lower) == ("such", "as"):
            return False
        return at < 0 or (self.words[at].lower in OPENING and not self._continues(actor))

    def _continues(self, actor: Actor) -> bool:
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
        return word.lower in CLOSING or (word.participle and at > by + 1)

    def _stopped(self, start: int, end: int) -> bool:
        return any(word.lower in {".", ";", ":"} for word in self.words[start:end])

    def opens_with(self, actor: Actor) -> bool:
        """Whether an actor is what the sentence speaks of first, a label before a colon left aside."""
        label = max((i + 1 for i, word in enumerate(self.words[:LABEL]) if word.lower == ":"), default=0)
        before = [word.content for word in self.words[label : actor.start]]
        return before.count(True) <= MODIFIERS and before == sorted(before)

    def listed(self, one: Actor, other: Actor) -> bool:
        """Whether nothing but a list lies between two actors."""
        return all(w.lower in LISTING or self._is_actor(w) for w in self.words[one.end : other.start])

    def _is_actor(self, word: Word) -> bool:
        if word.lower in NOT_ACTORS or word.number:
            return False
        return word.name or word.stem in self.acting

    def _actor(self, start: int, last: int) -> Actor:
        before = [w.lower for w in self.words[max(start - 2, 0) : start] if w.lower not in DETERMINERS]
        stems = frozenset(w.stem for w in self.words[start : last + 1] if self._is_actor(w))
        return Actor(stems, start, last + 1, bool(before) and before[-1] in PREPOSITIONS)
