"""The single checks of a statement against the sentences that support it. Pure; each gives what is wrong, or ""."""

import re
from collections.abc import Collection, Sequence

from rapidfuzz.distance import OSA

from assistant.citations import locate
from assistant.claims import NEVER, ONLY, Sentence
from assistant.english import NUMBERED, ROMAN, Word
from assistant.lexicon import stem, words
from assistant.roles import Roles
from assistant.wording import WordRules

QUOTED = re.compile(
    r"“([^”]*)”|\"([^\"]*)\"|«([^»]*)»|„([^“”]*)[“”]|(?<!\w)[‘']((?:[^‘’']|(?<=\w)[’'](?=\w))+)[’'](?!\w)|`([^`]*)`"
)
STRAY_QUOTE = re.compile(r"[“”\"«»„]")
ADDRESS = re.compile(r"\S+://\S+|\bwww\.\S+|\S+@\S+\.\w+")
SYMBOL = re.compile(r"\b[A-Z]{1,4}(?:/[\w.()-]+)+")
ELLIPSIS = re.compile(r"\s*(?:\[?(?:…|\.\.\.)\]?)\s*")
ALLOWING = frozenset({"should", "must", "may", "shall", "can", "cannot", "could"})
NO_ONE = frozenset({"no", "none", "nobody"})
SPEAKING = frozenset({"i", "me", "my", "we", "our", "you", "your"})  # a model that speaks of itself or to a reader
SPELT = 7  # letters from which one may differ in a name
PEOPLES = ("ish", "ian", "ese", "an", "i", "ch")


def misquoted(text: str, cited: Sequence[str], rules: WordRules) -> str:
    """What stands in quotation marks and in no cited passage word for word."""
    if STRAY_QUOTE.search(QUOTED.sub("", text)):
        return "a quotation mark without its other half"
    for match in QUOTED.finditer(text):
        quoted = next(group for group in match.groups() if group is not None).strip().rstrip(",.;")
        if any(c.isalnum() for c in quoted) and not any(_holds(passage, quoted, rules) for passage in cited):
            return quoted
    return ""


def wrong_name(text: str, claim: Sentence, around: str, known: Sentence) -> str:
    """A name, symbol or address that neither the cited passages nor their titles hold, by any of its names."""
    for pattern in (ADDRESS, SYMBOL):
        for match in pattern.finditer(text):
            if match.group().rstrip(".,;:)").casefold() not in around.casefold():
                return match.group()
    written = {*words(around), *claim.rules.stopwords, *claim.rules.understood}
    stems = known.stems.union(map(stem, written))
    for word in claim.words:
        if not word.name or word.number or word.stem in stems or word.lower in written:
            continue
        if not any(_of_people(word.lower, other.lower) for other in known.words if other.name):
            return word.text
    return ""


def of_itself(claim: Sentence, chosen: Sequence[Sentence]) -> str:
    """A word by which a model speaks of itself or to a reader, where the source does not."""
    before = (None, *claim.words)
    said = {word.lower for previous, word in zip(before, claim.words, strict=False) if not _numbered(previous, word)}
    speaking = (said & SPEAKING).difference(*(sentence.lowers for sentence in chosen))
    return f"{min(speaking)!r} is said by nobody there" if speaking else ""


def _numbered(before: Word | None, word: Word) -> bool:
    """Whether a word is a Roman numeral: "Pillar I"."""
    return before is not None and before.lower in NUMBERED and before.text[0].isupper() and word.text in ROMAN


def wrong_actor(claim: Sentence, chosen: Sequence[Sentence], also: Collection[str], about: Collection[str]) -> str:
    """Somebody who does, or is, what somebody else does or is in the source; or two who have changed places. Of the
    chosen sentences the first is the best; `also` are the stems of what those in it are otherwise called: the Coalition
    is the ICRtoP; `about` those of the document's title, which may say what it says.
    """
    if not chosen:
        return ""
    best = chosen[0]
    roles, others = claim.roles, best.roles
    for told, found_in in (
        (roles.acts(), Roles.agents),
        (roles.predicates(), Roles.bearers),
        (roles.owned(), Roles.owners),
    ):
        for actors, word in told:
            found = found_in(others, word) or [who for sentence in chosen for who in found_in(sentence.roles, word)]
            called = actors.union(*(claim.others.get(key, ()) for key in actors))
            if any(found) and not any(called & who for who in found):
                return f"{_named(actors)} {word.lower}"
    if roles.exchanged(others):
        return "who acts and who is acted on have changed places"
    first = next(iter(roles.actors), None)
    _, verb = claim.said_by(about)
    reports = verb is not None and verb.stem in claim.rules.reporting
    reports = reports and not any("that" in sentence.lowers for sentence in chosen)  # nobody else says so there
    if first is None or first.dependent or reports:
        return ""
    subject = next(iter(others.actors), None)
    opens = subject is not None and not subject.dependent and others.opens_with(subject)
    if subject and opens and not first.stems & best.stems.union(also) and not subject.stems & claim.stems:
        return f"{_named(first.stems)} for {_named(subject.stems)}"
    if any(_of_another(claim, best, other, first.stems) for other in chosen if other.words != best.words):
        return f"{_named(first.stems)} with what is said of another"
    return ""


def _named(actors: frozenset[str]) -> str:
    return ", ".join(sorted(actors))


def wrong_degree(claim: Sentence, best: Sentence, support: Sentence, chosen: Sequence[Sentence]) -> str:
    """All for some, always for often, is for may be, was done for should be done."""
    rules = claim.rules
    stated = {rules.absolutes[word] for word in support.undenied if word in rules.absolutes}
    stated = stated.union(*(rules.as_absolute.get(word, ()) for word in support.lowers))
    if claim.only_on_condition and support.lowers & rules.conditions:
        stated.add(rules.absolutes[ONLY])
    if support.lowers & NO_ONE:  # "no State is immune": every one is at risk
        stated |= {rules.absolutes["every"], rules.absolutes["none"]}
    if claim.denies_twice:
        stated.add(rules.absolutes["none"])
    if claim.denies and (support.than_ever or (support.denies and claim.lowers & ALLOWING)):
        stated.add(rules.absolutes[NEVER])  # "must never" is "must not"; "never higher", "higher than ever"
    claimed = {word: rules.absolutes[word] for word in sorted(claim.degrees)}
    for word, group in claimed.items():
        if group not in stated:
            return word
    absolute = bool(claimed)
    hedged = best.lowers & rules.hedges
    sweeping = best.lowers & {*rules.absolutes, *rules.as_absolute, *NO_ONE} or (
        set(claimed) == {NEVER} and best.denies
    )
    plainly = any(_says_as_much(claim, other) for other in chosen)
    if hedged and absolute and not claim.lowers & rules.hedges and not sweeping and not plainly:
        return f"without {sorted(hedged)[0]!r}"
    told = best.demands and claim.told_done and not claim.demands and not best.lowers & rules.done
    if told and _asked_for(claim, best):
        return f"done for {sorted(best.demands)[0]!r}"
    return ""


def _says_as_much(claim: Sentence, other: Sentence) -> bool:
    """Whether one sentence of the source claims as much of the same, without a hedge."""
    own = {word.stem for word in claim.content}
    shared = len(own & other.stems)
    return bool(claim.degrees & other.undenied) and not other.lowers & claim.rules.hedges and 3 * shared >= 2 * len(own)


def _asked_for(claim: Sentence, best: Sentence) -> bool:
    """Whether what a statement says was done is what its source asks for: the deed itself, or if the source has another
    word for it, most of what the two share."""
    deed = claim.told_done & best.stems
    if deed:
        return bool(deed & best.demanded)
    shared = {word.stem for word in claim.content} & best.stems
    return 2 * len(shared & best.demanded) >= len(shared)


def _of_another(claim: Sentence, best: Sentence, other: Sentence, actors: frozenset[str]) -> bool:
    """Whether a further sentence, from which a good part of a statement comes, opens with somebody else."""
    taken = [word for word in claim.content if word.stem in other.stems and word.stem not in best.stems]
    subject = next(iter(other.roles.actors), None)
    if len(taken) < 2 or subject is None or subject.dependent or actors & other.stems:
        return False
    named = any(word.text[0].isupper() for word in other.words[subject.start : subject.end])
    return named and other.roles.opens_with(subject) and not subject.stems & claim.stems


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
        if len(skipped.split()) > 30 or any(w in rules.negators for w in re.findall(r"\w+", skipped.lower())):
            return False
        at += span[1]
    return bool(pieces)


def _whole_words(text: str, start: int, end: int) -> bool:
    return not (start and text[start - 1].isalnum() and text[start].isalnum()) and not (
        end < len(text) and text[end].isalnum() and text[end - 1].isalnum()
    )


def _of_people(word: str, place: str) -> bool:
    """Whether a word is made from a place's name ("Swedish" from "Sweden") or spelt in another way ("Adviser")."""
    if len(word) >= SPELT and OSA.distance(word, place, score_cutoff=1) <= 1:
        return True
    return word.endswith(PEOPLES) and len(place) > 3 and word[:4] == place[:4]
