"""The single checks of a statement against the sentences that support it. Pure; each gives what is wrong, or ""."""

import re
from collections.abc import Collection, Sequence

from rapidfuzz.distance import OSA

from assistant.citations import locate
from assistant.claims import Sentence, WordRules
from assistant.english import Word
from assistant.lexicon import stem, words
from assistant.roles import Roles

QUOTED = re.compile(
    r"“([^”]*)”|\"([^\"]*)\"|«([^»]*)»|„([^“”]*)[“”]|(?<!\w)[‘']((?:[^‘’']|(?<=\w)[’'](?=\w))+)[’'](?!\w)|`([^`]*)`"
)
STRAY_QUOTE = re.compile(r"[“”\"«»„]")
ADDRESS = re.compile(r"\S+://\S+|\bwww\.\S+|\S+@\S+\.\w+")
SYMBOL = re.compile(r"\b[A-Z]{1,4}(?:/[\w.()-]+)+")
ELLIPSIS = re.compile(r"\s*(?:\[?(?:…|\.\.\.)\]?)\s*")
PLAIN_DENIALS = frozenset({"not", "no", "never", "nor", "neither"})
NEITHER = frozenset({"neither", "nor"})
NEVER = "never"
NO_ONE = frozenset({"no", "none", "nobody"})
CONTRASTS = frozenset({"rather", "instead"})
SPEAKING = frozenset({"i", "me", "my", "we", "our", "you", "your"})  # a model that speaks of itself or to a reader
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
SPELT = 7  # letters from which one may differ in a name
PEOPLES = ("ish", "ian", "ese", "an", "i", "ch")
PREFIXES = ("un", "in", "im", "ir", "dis", "non", "mis")


def misquoted(text: str, cited: Sequence[str], rules: WordRules) -> str:
    """What stands in quotation marks and in no cited passage word for word."""
    if STRAY_QUOTE.search(QUOTED.sub("", text)):
        return "a quotation mark without its other half"
    for match in QUOTED.finditer(text):
        quoted = next(group for group in match.groups() if group is not None).strip().rstrip(",.;")
        if any(c.isalnum() for c in quoted) and not any(_holds(passage, quoted, rules) for passage in cited):
            return quoted
    return ""


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


def wrong_negation(claim: Sentence, best: Sentence, support: Sentence) -> str:
    """A word that one denies and the other does not, or that stands for its opposite."""
    rules = claim.rules
    own = {word.stem for word in claim.content}
    lexical = rules.negators - PLAIN_DENIALS - CONTRASTS
    if claim.negators & support.negators & lexical:  # both say "fails to" or "unable"
        own = set()
    needed = not support.denies and (
        claim.denies_twice or _denied_otherwise(claim, support) or _wanting(claim, support)
    )
    for denier, reached in claim.denials if not needed else ():
        if denier in NEITHER and support.negators & PLAIN_DENIALS:
            continue  # "neither may be tolerated by" denies the verb
        if (
            reached[0] in support.stems
            and reached[0] not in support.denied | support.denied_of
            and denier not in support.negators & lexical
        ):
            return f"denies {reached[0]!r}"
    shared = claim.negators & support.negators & lexical
    opposed = any(_opposites(w, rules) & support.stems for w in claim.content)
    if claim.negators - shared and not support.negators - shared and not opposed and not needed:
        return "denies"
    for denier, reached in best.denials if not claim.lowers & rules.avoiding else ():
        met = own.intersection(reached)
        if met & claim.denied or (denier in lexical and claim.negators & lexical):
            continue
        both = denier in PLAIN_DENIALS and claim.negators & PLAIN_DENIALS  # in another order of words
        if (len(met) > 1 and not both) or (reached[0] in met and denier not in lexical):
            return f"does not deny {reached[0]!r}"
    for word in claim.content:
        if word.stem in support.stems:
            continue
        opposite = (_opposites(word, rules) & support.stems) - claim.stems
        if opposite and not claim.denies and not support.denies:
            return f"{word.text} for {sorted(opposite)[0]!r}"
    return ""


def of_itself(claim: Sentence, chosen: Sequence[Sentence]) -> str:
    """A word by which a model speaks of itself or to a reader, where the source does not."""
    speaking = (claim.lowers & SPEAKING).difference(*(sentence.lowers for sentence in chosen))
    return f"{min(speaking)!r} is said by nobody there" if speaking else ""


def wrong_actor(claim: Sentence, best: Sentence, chosen: Sequence[Sentence], also: Collection[str]) -> str:
    """Somebody who does, or is, what somebody else does or is in the source; or two who have changed places. `also` are
    the stems of what those in the best sentence are otherwise called: the Coalition is the ICRtoP.
    """
    roles, others = claim.roles, best.roles
    for told, found_in in (
        (roles.acts(), Roles.agents),
        (roles.predicates(), Roles.bearers),
        (roles.owned(), Roles.owners),
    ):
        for actors, word in told:
            found = found_in(others, word) or [who for sentence in chosen for who in found_in(sentence.roles, word)]
            if any(found) and not any(actors & who for who in found):
                return f"{_named(actors)} {word.lower}"
    if roles.exchanged(others):
        return "who acts and who is acted on have changed places"
    first = next(iter(roles.actors), None)
    if first is None or first.dependent:
        return ""
    subject = next(iter(others.actors), None)
    opens = subject is not None and not subject.dependent and others.opens_with(subject)
    if subject and opens and not first.stems & best.stems.union(also) and not subject.stems & claim.stems:
        return f"{_named(first.stems)} for {_named(subject.stems)}"
    if any(_of_another(claim, best, other, first.stems) for other in chosen if other.words != best.words):
        return f"{_named(first.stems)} with what is said of another"
    return ""


def _denied_otherwise(claim: Sentence, support: Sentence) -> bool:
    """Whether all that a statement denies the source says without denying: "non-military", "higher than ever"."""
    if claim.negators == {NEVER}:
        return support.than_ever
    return bool(claim.denials) and all(reached[0] in support.other_than for _, reached in claim.denials)


def _wanting(claim: Sentence, support: Sentence) -> bool:
    """Whether a statement says no more than that something is wanting, which the source finds or asks for."""
    rules = claim.rules
    return claim.negators <= rules.wanting and bool(support.demands or support.lowers & rules.shortcomings)


def _named(actors: frozenset[str]) -> str:
    return ", ".join(sorted(actors))


def wrong_degree(claim: Sentence, best: Sentence, support: Sentence) -> str:
    """All for some, always for often, is for may be, was done for should be done."""
    rules = claim.rules
    stated = {rules.absolutes.get(word) for word in support.undenied}
    if support.lowers & NO_ONE:  # "no State is immune": every one is at risk
        stated.add(rules.absolutes["every"])
    claimed = {word: rules.absolutes[word] for word in sorted(claim.degrees)}
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


def _opposites(word: Word, rules: WordRules) -> frozenset[str]:
    stripped = {word.stem[len(p) :] for p in PREFIXES if word.stem.startswith(p) and len(word.stem) - len(p) > 3}
    prefixed = {p + word.stem for p in PREFIXES}
    return rules.antonyms.get(word.stem, frozenset()) | stripped | prefixed
