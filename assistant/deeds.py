"""Who does what to whom in a sentence, as its grammar tells. Pure but for the grammar's model.

A deed is a verb, or a noun that stands for one ("an appeal by the Council to States"), with those from whom it comes
and those to whom it goes. Passives, relative clauses, appositions and infinitives are led back to that; what the
grammar does not tell is left out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.english import Word
from assistant.grammar import Tie, parse

SUBJECT = {"nsubj", "csubj"}
SUBJECT_PASSIVE = {"nsubjpass", "csubjpass"}
OBJECT = {"dobj", "dative", "obj", "iobj"}
TOWARDS = {"to", "for", "on", "upon", "against", "towards"}
FROM = {"from", "by"}
RELATIVES = {"who", "which", "that", "whom"}
NOUNS = {"NOUN", "PROPN"}
RANKS = {"vice", "co", "deputy"}  # make another office of the one after them
INSIDE = {"compound", "nmod", "nummod", "amod"}


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done, as a stem, with the positions of those from whom it comes and to whom it goes."""

    what: str
    doers: tuple[int, ...]
    targets: tuple[int, ...]
    noun: bool = False


@dataclass(frozen=True, slots=True)
class Who:
    """A noun: the stem of its head, and the stems of all that stands in its name."""

    head: str
    stems: frozenset[str]
    names: frozenset[str]


def same(one: Who, other: Who) -> bool:
    """Whether two nouns are one, by their heads."""
    return one.head == other.head


def akin(one: Who, other: Who) -> bool:
    """Whether two nouns may be one: by the head of the one, or by a name in both."""
    return one.head in other.stems or other.head in one.stems or bool(one.names & other.names)


@dataclass(frozen=True)
class Paths:
    """From whom something goes to whom, through as many as lie between."""

    steps: tuple[tuple[Who, Who], ...]

    @classmethod
    def of(cls, all_deeds: "Iterable[Deeds]") -> "Paths":
        """The ways that some sentences tell."""
        return cls(tuple(edge for deeds in all_deeds for edge in deeds.edges()))

    def lead(self, start: Who, end: Who, alike: Callable[[Who, Who], bool]) -> bool:
        """Whether there is a way from one to the other; `alike` tells whether two nouns are one."""
        reached, fresh = [start], [start]
        while fresh:
            fresh = [
                to
                for one in fresh
                for since, to in self.steps
                if alike(one, since) and not any(to == r for r in reached)
            ]
            if any(alike(to, end) for to in fresh):
                return True
            reached += fresh
        return False


@dataclass(frozen=True)
class Deeds:
    """The deeds of a sentence, or a few."""

    words: tuple[Word, ...]
    acting: frozenset[str]  # stems of words for those who act
    receiving: frozenset[str]  # stems of verbs whose subject is the one to whom something goes
    light: frozenset[str]  # stems of verbs that leave the deed to their object: "give support"
    coming: frozenset[str]  # stems of verbs that tell from whom their subject comes: "the call came from"

    @cached_property
    def ties(self) -> tuple[Tie, ...]:
        """The grammar of the words."""
        return parse([f"'{w.text}" if w.lower == "s" and w.joined else w.text for w in self.words])

    @cached_property
    def _below(self) -> tuple[tuple[int, ...], ...]:
        below: list[list[int]] = [[] for _ in self.words]
        for i, tie in enumerate(self.ties):
            if tie.head != i:
                below[tie.head].append(i)
        return tuple(map(tuple, below))

    def who(self, position: int) -> Who:
        """A noun as what it stands for."""
        inside = [i for i in self._below[position] if self.ties[i].relation in INSIDE and i < position]
        deeper = [j for i in inside for j in self._below[i] if self.ties[j].relation == "compound"]
        words = [self.words[i] for i in (position, *inside, *deeper)]
        stems = frozenset(word.stem for word in words)
        return Who(self.words[position].stem, stems, frozenset(word.stem for word in words if word.name))

    @cached_property
    def parts(self) -> tuple[frozenset[str], frozenset[str]]:
        """Heads of those from whom something comes only, and of those to whom something goes only."""
        doers = frozenset(self.words[i].stem for deed in self.all for i in deed.doers if self.actor(i))
        targets = frozenset(self.words[i].stem for deed in self.all for i in deed.targets if self.actor(i))
        return doers - targets, targets - doers

    def edges(self) -> Iterator[tuple[Who, Who]]:
        """(from whom, to whom) of each deed that goes from one to another."""
        for deed in self.all:
            for giver in deed.doers:
                for taker in deed.targets:
                    if giver != taker and self.actor(giver) and self.actor(taker):
                        yield self.who(giver), self.who(taker)

    def actor(self, position: int) -> bool:
        """Whether a noun is a name or a word for those who act."""
        word = self.words[position]
        kinds = [self.words[i].stem for i in self._below[position] if self.ties[i].relation == "amod"]  # "focal points"
        return word.name or word.stem in self.acting or bool(self.acting.intersection(kinds))

    @cached_property
    def all(self) -> tuple[Deed, ...]:
        """Every deed, in the order of its words."""
        return tuple(self._deeds())

    def _deeds(self) -> Iterator[Deed]:
        for i, tie in enumerate(self.ties):
            if tie.kind == "VERB" or (tie.kind == "AUX" and tie.relation not in ("aux", "auxpass")):
                doers, targets = self._of_verb(i)
                attributes = [j for j in self._below[i] if self.ties[j].relation in ("attr", "oprd")]
                if attributes:
                    for j in self._with_conjuncts(attributes) if any(map(self.actor, doers)) else ():
                        yield Deed(self.key(j), doers, ())
                    continue
                if self.words[i].stem in self.receiving and not self._passive(i):
                    given = (*self._after(i, {"from"}), *(j for t in targets for j in self._noun_givers(t)))
                    if given:
                        doers, targets = given, (*doers, *(t for t in targets if t not in given))
                yield Deed(self.key(i), doers, targets)
                things = targets if self.words[i].stem in self.light else ()
                for j in things:
                    if not self._from_noun(j) and not self.actor(j) and self.ties[j].relation != "pobj":
                        yield Deed(self.key(j), doers, (*self._noun_targets(j), *self._after(i, TOWARDS)))
            elif tie.kind in NOUNS:
                givers, targets = self._noun_givers(i), self._noun_targets(i)
                if tie.relation in SUBJECT and self.words[tie.head].stem in self.coming:
                    givers = (*givers, *self._after(tie.head, {"from"}))
                if (givers or targets) and not self.actor(i):
                    yield Deed(self.key(i), givers, targets, noun=True)
                for j in self._below[i]:
                    if self.ties[j].relation == "appos" and self.actor(i):
                        yield Deed(self.key(j), (i,), ())

    def key(self, position: int) -> str:
        """What names a deed: its stem, an office that is another by its rank kept apart."""
        word = self.words[position]
        before = self.words[position - 1].lower if position else ""
        return f"{before}-{word.stem}" if before in RANKS else word.stem

    def _of_verb(self, verb: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        doers = list(self._agents(verb))
        targets: list[int] = []
        for i in self._below[verb]:
            relation = self.ties[i].relation
            if relation in SUBJECT:
                doers += self._resolved(i)
            elif relation in SUBJECT_PASSIVE:
                targets += self._resolved(i)
            elif relation in OBJECT:
                targets += self._objects(i) if self.ties[i].kind == "ADP" else self._resolved(i)
        targets += self._after(verb, TOWARDS)
        if self._passive(verb) and not doers:
            doers += self._after(verb, {"from"})
        own_subject = any(self.ties[i].relation in SUBJECT | SUBJECT_PASSIVE for i in self._below[verb])
        if not own_subject:
            doers_more, targets_more = self._inherited(verb, has_object=bool(targets))
            doers += doers_more
            targets += targets_more
        elif self.ties[verb].relation == "relcl" and not any(
            self.ties[i].relation in OBJECT for i in self._below[verb]
        ):
            below = [j for i in self._below[verb] for j in (i, *self._below[i])]
            if not any(self.words[i].lower in RELATIVES for i in below):
                targets.append(self.ties[verb].head)
        doers += [j for i in doers if not self.actor(i) for j in self._from_noun(i)]  # "an engagement by the Council"
        return tuple(dict.fromkeys(doers)), tuple(dict.fromkeys(targets))

    def _inherited(self, verb: int, *, has_object: bool) -> tuple[list[int], list[int]]:
        """(doers, targets) that a verb without a subject of its own has from the one over it."""
        tie = self.ties[verb]
        head = tie.head
        if tie.relation in ("acl", "relcl"):
            if tie.tag == "VBN":
                return [], self._with_conjuncts([head])
            if tie.tag == "VBG":
                return self._with_conjuncts([head]), []
            return list(self._noun_targets(head) or self._from_noun(head)), []  # "an appeal by one to another to act"
        if tie.relation == "conj" and self.ties[head].kind in ("VERB", "AUX"):
            subjects = self._subjects(head)
            return ([], subjects) if self._passive(verb) else (subjects, [])
        if tie.relation in ("xcomp", "advcl", "pcomp", "ccomp") and self.ties[head].kind in ("VERB", "AUX"):
            _, targets = self._of_verb(head)
            controlled = [t for t in targets if self.ties[t].relation in OBJECT | SUBJECT_PASSIVE | {"pobj"}]
            subjects = controlled if tie.relation in ("xcomp", "ccomp") and controlled else self._subjects(head)
            return ([], subjects) if self._passive(verb) else (subjects, [])
        return [], []

    def _subjects(self, verb: int) -> list[int]:
        """The subjects of a verb, its own or those that it has from another."""
        own = [i for i in self._below[verb] if self.ties[i].relation in SUBJECT | SUBJECT_PASSIVE]
        if own:
            return [j for i in own for j in self._resolved(i)]
        doers, targets = self._inherited(verb, has_object=False)
        return doers or targets

    def _passive(self, verb: int) -> bool:
        if any(self.ties[i].relation in ("auxpass", "agent") for i in self._below[verb]):
            return True
        return (
            self.ties[verb].tag == "VBN"
            and self.ties[verb].relation in ("acl", "relcl")
            and not any(self.ties[i].relation in ("aux", *SUBJECT) for i in self._below[verb])
        )

    def _agents(self, verb: int) -> list[int]:
        by = [i for i in self._below[verb] if self.words[i].lower == "by"] if self._passive(verb) else []
        return [j for i in by for j in self._objects(i)]

    def _after(self, position: int, prepositions: set[str]) -> list[int]:
        found = [
            i
            for i in self._below[position]
            if self.words[i].lower in prepositions and self.ties[i].relation in ("prep", "dative", "agent")
        ]
        return [j for i in found for j in self._objects(i)]

    def _objects(self, preposition: int) -> list[int]:
        objects = [i for i in self._below[preposition] if self.ties[i].relation == "pobj"]
        for i in self._below[preposition]:  # "by contributing countries" may be read as "by contributing something"
            if self.ties[i].relation == "pcomp" and i == preposition + 1:
                objects += [j for j in self._below[i] if self.ties[j].relation == "dobj"]
        return [j for i in objects for j in self._resolved(i)]

    def _noun_givers(self, noun: int) -> tuple[int, ...]:
        owners = [i for i in self._below[noun] if self.ties[i].relation == "poss" and self.ties[i].kind in NOUNS]
        inside = [i for i in self._below[noun] if self.ties[i].relation == "compound" and self.actor(i)]
        return (*self._with_conjuncts(owners), *inside, *self._from_noun(noun))

    def _from_noun(self, noun: int) -> list[int]:
        """Those after "by" or "from", where these follow a noun, whatever they are tied to."""
        after = noun + 1
        if after < len(self.words) and self.words[after].lower == "by" and self.ties[after].head != noun:
            tied = self.ties[after].head
            return [] if self.ties[tied].kind == "VERB" and self._passive(tied) else self._objects(after)
        return self._after(noun, FROM)

    def _noun_targets(self, noun: int) -> tuple[int, ...]:
        further = [j for giver in self._from_noun(noun) for j in self._after(giver, {"to"})]
        return (*self._after(noun, TOWARDS), *further)

    def _resolved(self, position: int) -> list[int]:
        """The nouns that a word stands for: itself and what it is listed with, or what a relative pronoun refers to."""
        if self.words[position].lower in RELATIVES:
            verb = self.ties[position].head
            while self.ties[verb].relation in ("conj", "xcomp", "pcomp", "prep") and self.ties[verb].head != verb:
                verb = self.ties[verb].head
            tie = self.ties[verb]
            if tie.relation == "relcl":
                return self._with_conjuncts([tie.head])
            if tie.relation in ("ccomp", "advcl"):  # "it was the Panel that"
                return self._with_conjuncts(i for i in self._below[tie.head] if self.ties[i].relation == "attr")
            return []
        return self._with_conjuncts([position])

    def _with_conjuncts(self, positions: "Sequence[int] | Iterator[int]") -> list[int]:
        found: list[int] = []
        for i in positions:
            if self.ties[i].kind in NOUNS:
                found.append(i)
            found += self._with_conjuncts([j for j in self._below[i] if self.ties[j].relation == "conj"])
        return found
