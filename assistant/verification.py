"""Is a statement held by the sources that it cites? Found by rules and vectors, never by the model that wrote it. Pure.

A statement is verbatim when it is whole sentences of a cited source. Else it is supported when every check passes: its
markers resolve, what it puts in quotation marks stands in the source, its numbers count the same things, its names,
dates and symbols are there, it denies what the source denies, the same one acts, it claims no more than the source,
and its meaning is close. The first check that fails is named.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from rapidfuzz.distance import OSA

from assistant.citations import locate
from assistant.claims import NUMERALS, Names, Sentence, Word, WordRules, is_negator, read
from assistant.domain import Passage, Support
from assistant.domain import Sentence as SourceSentence
from assistant.reply import Line

QUOTED = re.compile(
    r"“([^”]*)”|\"([^\"]*)\"|«([^»]*)»|„([^“”]*)[“”]|(?<!\w)[‘']((?:[^‘’']|(?<=\w)[’'](?=\w))+)[’'](?!\w)|`([^`]*)`"
)
STRAY_QUOTE = re.compile(r"[“”\"«»„]")
ADDRESS = re.compile(r"\S+://\S+|\bwww\.\S+|\S+@\S+\.\w+")
SYMBOL = re.compile(r"\b[A-Z]{1,4}(?:/[\w.()-]+)+")
ELLIPSIS = re.compile(r"\s*(?:\[?(?:…|\.\.\.)\]?)\s*")
SENTENCES = 3  # of the sources that may together support one statement
GAIN = 0.08  # share of a statement's weight that a further sentence must add
PLAIN_DENIALS = frozenset({"not", "no", "never", "nor", "neither"})
CONTRASTS = frozenset({"rather", "instead"})
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
SPELT = 7  # letters from which one may differ in a name
PEOPLES = ("ish", "ian", "ese", "an", "i", "ch")
PREFIXES = ("un", "in", "im", "ir", "dis", "non", "mis")


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
    """One numbered source: its passage, and what stands over it: title, body, symbol (names may be taken from there)."""

    marker: int
    passage: Passage
    about: str


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
class VerificationRules:
    """`verification.yaml`; see there for what each means."""

    words: WordRules
    coverage: float
    word_cosine: float
    cosine: float
    stray_cosine: float
    entailment: float
    contradiction: float
    least_share: float


class Meaning(Protocol):
    """Nearness of meaning, by vectors."""

    def closeness(self, text: str, others: Sequence[str]) -> list[float]:
        """Cosine of a text with each other text."""

    def nearest(self, text: str, words: Sequence[str], other: str) -> list[float]:
        """For each of these words of a text, in order of appearance, the greatest cosine with a word of the other
        text, both read in their context."""


Entailment = Callable[[str, str], tuple[float, float]]  # (source, claim) -> P(entails), P(contradicts)
Rarity = Callable[[str], float]  # of a word


@dataclass(frozen=True)
class Verifier:
    """The check with all that it needs."""

    rules: VerificationRules
    names: Names
    rarity: Rarity
    meaning: Meaning
    entailment: Entailment | None = None

    def verify(self, line: Line, sources: Mapping[int, Source]) -> Finding:
        """Hold one statement to the sources that it cites."""
        if not line.markers or any(marker not in sources for marker in line.markers):
            bad = ", ".join(f"[{m}]" for m in line.markers if m not in sources)
            return Finding(Support.UNSUPPORTED, problem=Problem.UNCITED, detail=bad or "no marker")
        cited = [sources[marker] for marker in line.markers]
        whole = whole_sentences(line.text, cited)
        if whole:
            return Finding(Support.VERBATIM, (whole,))
        failed = self._misquoted(line.text, cited)
        if failed:
            return Finding(Support.UNSUPPORTED, problem=Problem.QUOTE, detail=failed)
        claim = self._read(line.text)
        chosen = self._choose(claim, line.text, cited)
        quotes = _spans(chosen)
        for problem, check in self._checks(line.text, claim, chosen, cited):
            detail = check()
            if detail:
                return Finding(Support.UNSUPPORTED, quotes, problem, detail)
        return Finding(Support.SUPPORTED, quotes)

    def _checks(
        self, text: str, claim: Sentence, chosen: Sequence["Placed"], cited: Sequence[Source]
    ) -> Iterable[tuple[Problem, Callable[[], str]]]:
        said = " ".join(placed.sentence.text for placed in chosen)
        support = self._read(said)
        best = self._read(chosen[0].sentence.text) if chosen else support
        headings = self._read(". ".join(h for placed in chosen for h in placed.source.passage.locator.section))
        around = " ".join(part for s in cited for part in (s.passage.text, *s.passage.locator.section, s.about))
        yield Problem.NUMBER, lambda: wrong_number(claim, best, support, headings)
        yield Problem.NAME, lambda: wrong_name(text, claim, around, self._read(around))
        yield Problem.NEGATION, lambda: wrong_negation(claim, best, support)
        yield Problem.ACTOR, lambda: wrong_actor(claim, best, [self._read(p.sentence.text) for p in chosen])
        yield Problem.DEGREE, lambda: wrong_degree(claim, best, support)
        yield Problem.MEANING, lambda: self._far(text, claim, said, support)
        if self.entailment:
            yield Problem.ENTAILMENT, lambda: self._not_entailed(text, said)

    def _read(self, text: str) -> Sentence:
        return read(text, self.names, self.rules.words)

    def _misquoted(self, text: str, cited: Sequence[Source]) -> str:
        """A passage in quotation marks that no cited source holds word for word; empty where all is well."""
        rest = QUOTED.sub("", text)
        if STRAY_QUOTE.search(rest):
            return "a quotation mark without its other half"
        for match in QUOTED.finditer(text):
            quoted = next(group for group in match.groups() if group is not None).strip().rstrip(",.;")
            if not any(c.isalnum() for c in quoted):
                continue
            if not any(_holds(source.passage.text, quoted, self.rules.words) for source in cited):
                return quoted
        return ""

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
        while len(chosen) < SENTENCES:
            left = [i for i in range(len(placed)) if i not in chosen]
            if not left:
                break
            gain = {i: sum(weights[k] for k in met[i] - covered) / total for i in left}
            best = max(left, key=lambda i: scores[i] if not chosen else gain[i] + 0.1 * near[i])
            if chosen and gain[best] < GAIN:
                break
            chosen.append(best)
            covered |= met[best]
        return [placed[i] for i in chosen]

    def _weights(self, claim: Sentence) -> dict[str, float]:
        """Stem of each content word, and "#value" of each number, with its weight."""
        weights = {word.stem: max(self.rarity(word.lower), 0.1) for word in claim.content}
        for value, _ in claim.numbers:
            weights[f"#{value}"] = 3.0
        return weights

    def _far(self, text: str, claim: Sentence, said: str, support: Sentence) -> str:
        """Why the meaning is too far from what the source says; empty where it is near enough."""
        reporting = self.rules.words.reporting
        weights = {w: max(self.rarity(w.lower), 0.1) for w in claim.content if w.stem not in reporting}
        if not weights:
            return "nothing is said"
        stated = support.stems | self.names.spread(said)
        missing = [word for word in weights if word.stem not in stated and not _numeral(word)]
        near = self.meaning.nearest(text, [word.lower for word in missing], said)
        met = dict(zip(missing, near, strict=True))
        total = sum(weights.values())
        lost = sum(weights[w] for w, cosine in met.items() if cosine < self.rules.word_cosine)
        coverage = 1 - lost / total
        cosine = self.meaning.closeness(text, [said])[0] if said else 0.0
        stray = [w.text for w, c in met.items() if c < self.rules.stray_cosine]
        if coverage < self.rules.coverage or cosine < self.rules.cosine or stray:
            return f"coverage {coverage:.2f}, cosine {cosine:.2f}" + (
                f", not in the source: {', '.join(stray)}" if stray else ""
            )
        return ""

    def _not_entailed(self, text: str, said: str) -> str:
        assert self.entailment
        entails, contradicts = self.entailment(said, text)
        if entails >= self.rules.entailment and contradicts <= self.rules.contradiction:
            return ""
        return f"entailment {entails:.2f}, contradiction {contradicts:.2f}"


@dataclass(frozen=True, slots=True)
class Placed:
    """A sentence of a source."""

    sentence: SourceSentence
    source: Source


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


def wrong_number(claim: Sentence, best: Sentence, support: Sentence, headings: Sentence) -> str:
    """A number that the source does not state, or that dates or counts something else there."""
    stated = {value for part in (support, headings) for value, _ in part.numbers}
    years = {value for value, _ in best.numbers if YEAR.fullmatch(value)}
    claimed = {value for value, _ in claim.numbers}
    for value, position in claim.numbers:
        word = claim.words[position].text
        if value not in stated and value != "1":  # "one example" counts nothing
            return word
        month = claim.month(position)
        if month and month not in {
            part.month(i) for part in (support, headings) for v, i in part.numbers if v == value
        }:
            return f"{word} (not of {month.title()})"
        if YEAR.fullmatch(value):
            if years and value not in years and not years & claimed:
                return f"{word} (there it is {min(years)})"
            continue
        counted = [c for head in claim.heads(position) for part in (support, headings) for c in part.counted(head)]
        if counted and value not in counted:
            return f"{word} (there it is {counted[0]})"
        if not counted and value != "1" and value not in {v for v, _ in (*best.numbers, *headings.numbers)}:
            return f"{word} (there it counts something else)"
    return ""


def wrong_name(text: str, claim: Sentence, around: str, known: Sentence) -> str:
    """A name, symbol or address that neither the cited passages nor their titles hold."""
    for pattern in (ADDRESS, SYMBOL):
        for match in pattern.finditer(text):
            if match.group().rstrip(".,;:)").casefold() not in around.casefold():
                return match.group()
    for word in claim.words:
        if not word.name or word.stem in known.stems or word.lower in claim.rules.stopwords or _numeral(word):
            continue
        if not any(_of_people(word.lower, other.lower) for other in known.words if other.name):
            return word.text
    return ""


def wrong_negation(claim: Sentence, best: Sentence, support: Sentence) -> str:
    """A word that one denies and the other does not, or that stands for its opposite."""
    rules = claim.rules
    own = {word.stem for word in claim.content}
    lexical = rules.negators - PLAIN_DENIALS - CONTRASTS
    if claim.negators & support.negators & lexical:  # both say "fails to" or "unable"
        own = set()
    for word, reached in claim.denials:
        if reached[0] in support.stems and reached[0] not in support.denied and word not in support.negators & lexical:
            return f"denies {reached[0]!r}"
    if claim.denies and not support.denies and not any(_opposites(w, rules) & support.stems for w in claim.content):
        return "denies"
    for word, reached in best.denials if not claim.lowers & rules.avoiding else ():
        met = own.intersection(reached)
        if met & claim.denied or (word in lexical and claim.negators & lexical):
            continue
        if len(met) > 1 or (reached[0] in met and word not in lexical):
            return f"does not deny {reached[0]!r}"
    for word in claim.content:
        if word.stem in support.stems:
            continue
        opposite = _opposites(word, rules) & support.stems
        if opposite and not claim.denies and not support.denies:
            return f"{word.text} for {sorted(opposite)[0]!r}"
    return ""


def wrong_actor(claim: Sentence, best: Sentence, chosen: Sequence[Sentence]) -> str:
    """Somebody who does, or is, what somebody else does or is in the source; or two who have changed places."""
    for said, found_in in (
        (claim.acts(), Sentence.agents),
        (claim.predicates(), Sentence.bearers),
        (claim.owned(), Sentence.owners),
    ):
        for actors, word in said:
            found = found_in(best, word) or [agents for sentence in chosen for agents in found_in(sentence, word)]
            found = [agents for agents in found if agents]
            if found and not any(actors & agents for agents in found):
                return f"{', '.join(sorted(actors))} {word.lower}"
    if claim.exchanged(best):
        return "who acts and who is acted on have changed places"
    first = next(iter(claim.actors), None)
    if first is None or first.dependent:
        return ""
    subject = next(iter(best.actors), None)
    if subject and not subject.dependent and not first.stems & best.stems and best.opens_with(subject):
        if not subject.stems & claim.stems:
            return f"{', '.join(sorted(first.stems))} for {', '.join(sorted(subject.stems))}"
    for other in chosen:
        if other.words != best.words and _of_another(claim, best, other, first.stems):
            return f"{', '.join(sorted(first.stems))} with what is said of another"
    return ""


def wrong_degree(claim: Sentence, best: Sentence, support: Sentence) -> str:
    """All for some, always for often, is for may be, was done for should be done."""
    rules = claim.rules
    stated = {rules.absolutes.get(word) for word in support.undenied}
    claimed = {word: rules.absolutes[word] for word in sorted(claim.undenied) if word in rules.absolutes}
    for word, group in claimed.items():
        if group not in stated:
            return word
    absolute = bool(claimed)
    hedged = best.lowers & rules.hedges
    if hedged and absolute and not claim.lowers & rules.hedges and not best.lowers & set(rules.absolutes):
        return f"without {sorted(hedged)[0]!r}"
    if best.demands and claim.lowers & rules.done and not claim.demands and not best.lowers & rules.done:
        return f"done for {sorted(best.demands)[0]!r}"
    return ""


def _of_another(claim: Sentence, best: Sentence, other: Sentence, actors: frozenset[str]) -> bool:
    """Whether a further sentence, from which a good part of a statement comes, opens with somebody else."""
    taken = [word for word in claim.content if word.stem in other.stems and word.stem not in best.stems]
    if len(taken) < 2 or not other.actors or actors & other.stems:
        return False
    subject = other.actors[0]
    named = any(word.text[0].isupper() for word in other.words[subject.start : subject.end])
    return named and other.opens_with(subject) and not subject.stems & claim.stems


def _holds(text: str, quoted: str, rules: WordRules) -> bool:
    """Whether a source holds a quotation: word for word, or in pieces around "…" that lie in order, close together,
    with no denial left out between them. The first letter may have another case."""
    pieces = [piece for piece in ELLIPSIS.split(quoted) if piece]
    at = 0
    for number, piece in enumerate(pieces):
        span = locate(piece, text[at:]) or locate(piece[0].swapcase() + piece[1:], text[at:])
        if span is None or not _whole_words(text, at + span[0], at + span[1]):
            return False
        skipped = text[at : at + span[0]] if number else ""
        if len(skipped.split()) > 30 or any(is_negator(w, rules) for w in re.findall(r"\w+", skipped.lower())):
            return False
        at += span[1]
    return bool(pieces)


def _whole_words(text: str, start: int, end: int) -> bool:
    return not (start and text[start - 1].isalnum() and text[start].isalnum()) and not (
        end < len(text) and text[end].isalnum() and text[end - 1].isalnum()
    )


def _meets(key: str, sentence: Sentence) -> bool:
    if key.startswith("#"):
        return any(key[1:] == value for value, _ in sentence.numbers)
    return key in sentence.stems


def _numeral(word: Word) -> bool:
    return word.text[0].isdigit() or word.lower in NUMERALS


def _of_people(word: str, place: str) -> bool:
    """Whether a word is made from a place's name ("Swedish" from "Sweden") or spelt in another way ("Adviser")."""
    if len(word) >= SPELT and OSA.distance(word, place, score_cutoff=1) <= 1:
        return True
    return word.endswith(PEOPLES) and len(place) > 3 and word[:4] == place[:4]


def _opposites(word: Word, rules: WordRules) -> frozenset[str]:
    stripped = {word.stem[len(p) :] for p in PREFIXES if word.stem.startswith(p) and len(word.stem) - len(p) > 3}
    prefixed = {p + word.stem for p in PREFIXES}
    return rules.antonyms.get(word.stem, frozenset()) | stripped | prefixed


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
