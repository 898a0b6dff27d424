"""Is a statement held by the sources that it cites? By rules, vectors and networks, not by its writer. Pure.

A statement is verbatim when it is whole sentences of a cited source. Else it is supported when every check passes: its
markers resolve, what it puts in quotation marks stands in the source, its numbers count the same things, its names,
dates and symbols are there, it denies what the source denies, the same one acts, it claims no more than the source,
and its meaning is close. The first check that fails is named.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Protocol

from assistant.checks import misquoted, of_itself, wrong_actor, wrong_degree, wrong_name
from assistant.citations import locate
from assistant.claims import Sentence, read
from assistant.denials import wrong_negation
from assistant.domain import Passage, Support
from assistant.domain import Sentence as SourceSentence
from assistant.mentions import Told, as_there, mentions
from assistant.number_check import wrong_number
from assistant.reply import Line
from assistant.wording import Names, WordRules

SENTENCES = 3  # of the sources that may together support one statement
LEAST_WORDS = 2  # content words of a statement; a single one ("Yes.") can be read into anything
GAIN = 0.08  # share of a statement's weight that a further sentence must add


class Problem(StrEnum):
    """Which check failed; the order is the order of the checks."""

    UNCITED = "uncited"
    QUOTE = "quote"
    NUMBER = "number"
    NAME = "name"
    NEGATION = "negation"
    ACTOR = "actor"
    DEGREE = "degree"
    MEANING = "meaning"
    ENTAILMENT = "entailment"
    SECOND_LOOK = "second_look"


@dataclass(frozen=True, slots=True)
class Source:
    """One numbered source: its passage, and what stands over it (title, body, symbol): names may come from there."""

    marker: int
    passage: Passage
    about: str
    document: str = ""  # its text, where a set may be counted of which the passage tells one ("the six priorities")


@dataclass(frozen=True, slots=True)
class Quote:
    """Sentences of a source that support a statement, as a span of its document."""

    passage: Passage
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What the check found about one statement, the quotes that support it, and for an unsupported one why."""

    support: Support
    quotes: tuple[Quote, ...] = ()
    problem: Problem | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RoleLimits:
    """From which probability on somebody has the part of another: by the role reader alone, and where the order of the
    words tells so, too."""

    exchanged: float
    exchanged_by_rule: float


@dataclass(frozen=True, slots=True)
class VerificationRules:
    """`verification.yaml`; see there for what each means."""

    words: WordRules
    meaning: float
    of_words: float
    word_met: float
    word_missing: float
    stray_cosine: float
    entailment: float
    contradiction: float
    least_share: float
    roles: RoleLimits
    roles_before_second_look: RoleLimits


class Meaning(Protocol):
    """Nearness of meaning, by vectors."""

    def closeness(self, text: str, others: Sequence[str]) -> list[float]:
        """Cosine of a text with each other text."""

    def nearest(self, text: str, words: Sequence[str], other: str) -> list[float]:
        """For each of these words of a text, in order of appearance, the greatest cosine with a word of the other
        text, both read in their context."""


Entailment = Callable[[str, str], tuple[float, float]]  # (source, claim) -> P(entails), P(contradicts)
Exchanged = Callable[[Told, Told], float]  # (claim, source) -> P(it gives somebody the part of another)
Rarity = Callable[[str], float]  # of a word


@dataclass(frozen=True, slots=True)
class Judges:
    """Networks that read statement and source together and have a word in the check, as far as there are any."""

    entailment: Entailment | None = None
    exchanged: Exchanged | None = None


def never(_: str) -> bool:
    """Nothing is suspicious."""
    return False


@dataclass(frozen=True)
class Verifier:
    """The check with all that it needs."""

    rules: VerificationRules
    names: Names
    rarity: Rarity
    meaning: Meaning
    judges: Judges = Judges()
    suspicious: Callable[[str], bool] = never  # a sentence that gives orders to a reader's machine states nothing

    def verify(self, line: Line, sources: Mapping[int, Source], *, before_second_look: bool = False) -> Finding:
        """Hold one statement to the sources that it cites; less strictly where a model looks at it again."""
        limits = self.rules.roles_before_second_look if before_second_look else self.rules.roles
        if not line.markers or any(marker not in sources for marker in line.markers):
            bad = ", ".join(f"[{m}]" for m in line.markers if m not in sources)
            return Finding(Support.UNSUPPORTED, problem=Problem.UNCITED, detail=bad or "no marker")
        cited = [sources[marker] for marker in line.markers]
        whole = whole_sentences(line.text, cited)
        if whole and not self.suspicious(line.text):
            return Finding(Support.VERBATIM, (whole,))
        failed = misquoted(line.text, [source.passage.text for source in cited], self.rules.words)
        if failed:
            return Finding(Support.UNSUPPORTED, problem=Problem.QUOTE, detail=failed)
        held = self._hold(line.text, cited)
        quotes = _spans(held.chosen)
        for problem, check in self._checks(held, cited, limits):
            detail = check()
            if detail:
                return Finding(Support.UNSUPPORTED, quotes, problem, detail)
        return Finding(Support.SUPPORTED, quotes)

    def _hold(self, text: str, cited: Sequence[Source]) -> "Held":
        claim = self._read(text)
        chosen = self._choose(claim, text, cited)
        said = " ".join(placed.sentence.text for placed in chosen)
        sentences = tuple(self._read(placed.sentence.text) for placed in chosen)
        about = self._read(". ".join(source.about for source in cited))
        return Held(text, claim, about, tuple(chosen), said, self._read(said), sentences)

    def _checks(
        self, held: "Held", cited: Sequence[Source], limits: RoleLimits
    ) -> Iterable[tuple[Problem, Callable[[], str]]]:
        claim, support, best = held.claim, held.support, held.best
        headings = self._read(". ".join(h for placed in held.chosen for h in placed.source.passage.locator.section))
        around = " ".join(part for s in cited for part in (s.passage.text, *s.passage.locator.section, s.about))

        @cache
        def elsewhere() -> Sentence:
            return self._read(" ".join(source.document for source in cited))

        yield Problem.NUMBER, lambda: wrong_number(claim, best, support, headings, held.about, elsewhere)
        yield Problem.NAME, lambda: wrong_name(held.text, claim, around, self._read(around))
        yield Problem.NEGATION, lambda: wrong_negation(claim, best, support)
        yield Problem.ACTOR, lambda: self._wrong_actor(held, limits)
        yield Problem.DEGREE, lambda: wrong_degree(claim, best, support, held.sentences)
        yield Problem.MEANING, lambda: self._far(held)
        if self.judges.entailment:
            yield Problem.ENTAILMENT, lambda: self._not_entailed(held.text, held.said)

    def _read(self, text: str) -> Sentence:
        return read(text, self.names, self.rules.words)

    def _choose(self, claim: Sentence, text: str, cited: Sequence[Source]) -> list["Placed"]:
        """The sentences of the cited sources that support a statement best, the best first."""
        placed = [Placed(sentence, source) for source in cited for sentence in source.passage.sentences]
        if not placed:
            return []
        weights = self._weights(claim)
        total = sum(weights.values()) or 1.0
        held = [self._read(p.sentence.text) for p in placed]
        met = [{key for key in weights if _meets(key, sentence)} for sentence in held]
        near = self.meaning.closeness(text, [p.sentence.text for p in placed])
        scores = [0.6 * sum(weights[k] for k in keys) / total + 0.4 * n for keys, n in zip(met, near, strict=True)]
        chosen: list[int] = []
        covered: set[str] = set()
        left = set(range(len(placed)))
        while left and len(chosen) < SENTENCES:
            gain = {i: sum(weights[k] for k in met[i] - covered) / total for i in left}
            best = max(sorted(left), key=lambda i: (gain[i] + 0.1 * near[i]) if chosen else scores[i])
            left.remove(best)
            if chosen and gain[best] < GAIN:
                break
            if not self.suspicious(placed[best].sentence.text):
                chosen.append(best)
                covered |= met[best]
        return [placed[i] for i in chosen]

    def _weights(self, claim: Sentence) -> dict[str, float]:
        """Stem of each content word, and "#value" of each number, with its weight."""
        weights = {word.stem: max(self.rarity(word.lower), 0.1) for word in claim.content}
        for value, _ in claim.counts.numbers:
            weights[f"#{value}"] = 3.0
        return weights

    def _wrong_actor(self, held: "Held", limits: RoleLimits) -> str:
        """Who has the part of another; empty where nobody has. What the order of the words tells is asked for more or
        less, as reading both tells."""
        claim, sentences = held.claim, held.sentences
        also = self.names.spread(held.chosen[0].sentence.text) if held.chosen else frozenset()
        by_rule = of_itself(claim, sentences) or wrong_actor(claim, sentences, also, held.about.stems)
        if self.judges.exchanged is None or not held.said:
            return by_rule
        stopwords = self.rules.words.stopwords
        words = mentions(held.text, self.names, stopwords)
        source = Told(held.said, mentions(held.said, self.names, stopwords))
        likely = self.judges.exchanged(Told(held.text, as_there(words, source.mentions, self.names)), source)
        if likely >= limits.exchanged:
            return by_rule or f"somebody has the part of another ({likely:.2f})"
        return by_rule if likely >= limits.exchanged_by_rule else of_itself(claim, sentences)

    def _far(self, held: "Held") -> str:
        """Why the meaning is too far from what the source says; empty where it is near enough. Who says it, by words of
        the document's title, neither brings it near nor takes it away."""
        claim, said = held.claim, held.said
        stated = held.support.stems | self.names.spread(said)
        aside = self.rules.words.reporting | (claim.said_by(held.about.stems)[0] - stated)
        weights = {w: max(self.rarity(w.lower), 0.1) for w in claim.content if w.stem not in aside}
        if len(weights) < LEAST_WORDS:
            return "too little is said"
        missing = [word for word in weights if word.stem not in stated and not word.number]
        near = self.meaning.nearest(held.text, [word.lower for word in missing], said)
        none, full = self.rules.word_missing, self.rules.word_met
        lost = {
            word: min(max((full - cosine) / (full - none), 0.0), 1.0)
            for word, cosine in zip(missing, near, strict=True)
        }
        coverage = 1 - sum(weights[word] * part for word, part in lost.items()) / sum(weights.values())
        cosine = self.meaning.closeness(held.text, [said])[0] if said else 0.0
        found = self.rules.of_words * coverage + (1 - self.rules.of_words) * cosine
        stray = [word.text for word, near_it in zip(missing, near, strict=True) if near_it < self.rules.stray_cosine]
        if found < self.rules.meaning or stray:
            added = f", not in the source: {', '.join(stray)}" if stray else ""
            return f"words {coverage:.2f}, sentence {cosine:.2f}{added}"
        return ""

    def _not_entailed(self, text: str, said: str) -> str:
        assert self.judges.entailment
        entails, contradicts = self.judges.entailment(said, text)
        if entails >= self.rules.entailment and contradicts <= self.rules.contradiction:
            return ""
        return f"entailment {entails:.2f}, contradiction {contradicts:.2f}"


@dataclass(frozen=True, slots=True)
class Placed:
    """A sentence of a source."""

    sentence: SourceSentence
    source: Source


@dataclass(frozen=True, slots=True)
class Held:
    """A statement beside what it is held to."""

    text: str
    claim: Sentence  # the same, read
    about: Sentence  # what is known of the documents that it cites
    chosen: tuple[Placed, ...]  # the sentences that support it best, the best first
    said: str
    support: Sentence  # the same, read as one
    sentences: tuple[Sentence, ...]  # and each

    @property
    def best(self) -> Sentence:
        """The sentence that supports it best."""
        return self.sentences[0] if self.sentences else self.support


def whole_sentences(text: str, cited: Sequence[Source]) -> Quote | None:
    """Where a statement is nothing but whole sentences of a source, word for word; a part of one may mislead."""
    plain = text.strip().strip('“”"').strip()
    for source in cited:
        passage = source.passage
        span = locate(plain, passage.text)
        if span is None and not plain.endswith("."):
            span = locate(f"{plain}.", passage.text)
        if span is None:
            continue
        start, end = passage.start + span[0], passage.start + span[1]
        begins = any(sentence.start == start for sentence in passage.sentences)
        ends = any(sentence.end - end in (0, 1) and end > sentence.start for sentence in passage.sentences)
        if begins and ends:
            return Quote(passage, start, end)
    return None


def _meets(key: str, sentence: Sentence) -> bool:
    if key.startswith("#"):
        return any(key[1:] == value for value, _ in sentence.counts.numbers)
    return key in sentence.stems


def _spans(chosen: Sequence[Placed]) -> tuple[Quote, ...]:
    """The chosen sentences as quotes, neighbours in one passage together; in order of the best sentence of each."""
    quotes: list[Quote] = []
    for placed in chosen:
        passage, sentence = placed.source.passage, placed.sentence
        for i, quote in enumerate(quotes):
            gap = (quote.end, sentence.start) if sentence.start >= quote.end else (sentence.end, quote.start)
            between = passage.text[gap[0] - passage.start : gap[1] - passage.start]
            if quote.passage.id == passage.id and gap[0] <= gap[1] and not between.strip():
                quotes[i] = Quote(passage, min(quote.start, sentence.start), max(quote.end, sentence.end))
                break
        else:
            quotes.append(Quote(passage, sentence.start, sentence.end))
    return tuple(quotes)
