"""Does a statement deny what its sources deny, and nothing else? One of the checks of `verification`. Pure.

Measured on invented sentences (`evals/training/roles`), too: on true statements, and on the same with a "not" put in.
"""

from assistant.claims import CONTRASTS, NEVER, ONLY, PLAIN_DENIALS, Denial, Sentence
from assistant.english import Word

NEITHER = frozenset({"neither", "nor"})
BEFORE = frozenset({"once", "former", "formerly", "previously"})  # what was so "once" is so "no longer"
UNLESS = frozenset({"unless", "until"})
PREFIXES = ("un", "in", "im", "ir", "dis", "non", "mis")
STEM = 6  # letters by which "priority" is "prioritize"
CLEARLY = 2  # words more that a denial shares with what is told than with what is denied


def wrong_negation(claim: Sentence, best: Sentence, support: Sentence) -> str:
    """A word that one denies and the other does not, or that stands for its opposite; "" where there is none."""
    return (
        _denied_too_much(claim, support)
        or _turned(claim, support)
        or _denied_too_little(claim, best, support)
        or _opposite(claim, support)
    )


def _denied_too_much(claim: Sentence, support: Sentence) -> str:
    """What a statement denies and its source does not."""
    if _denied_otherwise(claim, support) or _wanting(claim, support) or (claim.denies_twice and not support.denies):
        return ""
    lexical = _lexical(claim)
    shared = claim.negators & support.negators & lexical
    outright = [denial for denial in claim.denials if not denial.contrast]
    for denial in outright:
        first = denial.outright[0]
        if denial.word in NEITHER and support.negators & PLAIN_DENIALS:
            continue  # "neither may be tolerated by" denies the verb
        if first in support.stems - support.denied - support.denied_of and denial.word not in shared:
            return f"denies {first!r}"
    if support.denies and not shared and any(_told(denial, support) for denial in outright):
        return "denies what is told"
    opposed = any(_opposites(word, claim) & support.stems for word in claim.content)
    sets_aside = bool(claim.denials) and not outright
    if claim.negators - shared and not support.negators - shared and not (opposed or sets_aside):
        return "denies"
    return ""


def _denied_too_little(claim: Sentence, best: Sentence, support: Sentence) -> str:
    """What the source denies and a statement affirms."""
    rules = claim.rules
    lexical = _lexical(claim)
    if (claim.lowers - support.lowers) & rules.avoiding or claim.negators & support.negators & lexical:
        return ""  # it denies without a word of denial, or as its source does: "fails to", "unable"
    if best.lowers & UNLESS and claim.lowers & (rules.conditions | rules.demands | {ONLY}):
        return ""  # "no one may, unless": one may if
    own = {word.stem for word in claim.content}
    beginnings = {key[:STEM] for key in own if len(key) > STEM}
    for denial in best.denials:
        met = {key for key in denial.outright if key in own or (len(key) > STEM and key[:STEM] in beginnings)}
        if met & claim.denied or denial.outright[0] in claim.avoided:
            continue
        if denial.word in lexical and claim.negators & lexical:
            continue
        first = denial.outright[0] in met
        both = denial.word in PLAIN_DENIALS and claim.negators & PLAIN_DENIALS  # in another order of words
        before = own.intersection(denial.before)
        if denial.contrast:  # "the army, not the police": wrong is who says the police, of what is said of the army
            affirmed = first and bool(before) and denial.before[0] not in own
        else:
            plain = first and denial.word not in lexical and (bool(before) or not denial.before)
            affirmed = plain or (len(met) > 1 and not both)
        if affirmed:
            return f"does not deny {denial.outright[0]!r}"
    return ""


def _opposite(claim: Sentence, support: Sentence) -> str:
    """A word that stands for its opposite, or "more" for "less", where neither is denied."""
    for word in claim.content:
        if word.stem in support.stems or word.stem in claim.denied:
            continue
        opposite = (_opposites(word, claim) & support.stems) - claim.stems - support.denied
        if opposite and not (claim.denies and support.denies):
            return f"{word.text} for {sorted(opposite)[0]!r}"
    turned = (claim.more & support.less - support.more) | (claim.less & support.more - support.less)
    return f"more for less, of {min(turned)!r}" if turned and not claim.denies and not support.denies else ""


def _turned(claim: Sentence, support: Sentence) -> str:
    """What a statement sets aside where its source sets aside the other: "the army, not the police" turned round."""
    aside = {key for denial in claim.denials if denial.contrast for key in denial.reached}
    there = {key for denial in support.denials if denial.contrast for key in denial.reached}
    turned = aside & support.stems - there
    own = {word.stem for word in claim.content}
    return f"sets {min(turned)!r} aside for what is set aside there" if turned and there & own - aside else ""


def _told(denial: Denial, support: Sentence) -> bool:
    """Whether what is denied is what the source tells in a clause that denies nothing, and in no other."""
    if denial.reached[0] in support.denied:
        return False
    about = {*denial.reached, *denial.before}
    shared = dict.fromkeys((True, False), 0)
    for stems, denies in support.parts:
        shared[denies] = max(shared[denies], len(about & stems))
    return shared[False] - shared[True] >= CLEARLY


def _denied_otherwise(claim: Sentence, support: Sentence) -> bool:
    """Whether all that a statement denies the source says without denying: "non-military", "higher than ever"."""
    if claim.negators == {NEVER}:
        return support.than_ever
    if claim.no_longer and support.lowers & BEFORE:
        return True
    return bool(claim.denials) and all(denial.reached[0] in support.other_than for denial in claim.denials)


def _wanting(claim: Sentence, support: Sentence) -> bool:
    """Whether a statement says no more than that something is wanting, which the source finds or asks for."""
    rules = claim.rules
    return claim.negators <= rules.wanting and bool(support.demands or support.lowers & rules.shortcomings)


def _lexical(claim: Sentence) -> frozenset[str]:
    """Words that deny by what they mean: "fail", "unable"."""
    return claim.rules.negators - PLAIN_DENIALS - CONTRASTS


def _opposites(word: Word, claim: Sentence) -> frozenset[str]:
    """Stems that mean the opposite of a word, or differ from it by a prefix of denial."""
    stripped = {word.stem[len(p) :] for p in PREFIXES if word.stem.startswith(p) and len(word.stem) - len(p) > 3}
    prefixed = {p + word.stem for p in PREFIXES}
    return claim.rules.antonyms.get(word.stem, frozenset()) | stripped | prefixed
