"""What documents are called, and which of them a question names.

They follow from the documents of a library and are made once for each state of it.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain import DocumentMetadata
from assistant.lexicon import Lexicon, stem, words

NAMED = 0.6  # naming score from which a document counts as named
NAMED_APART = 0.1  # of several named, those that score less than the best by more are not meant
NAMED_ALIKE = 0.75  # two that differ by more are set side by side only where the question compares
NAMED_IN_PASSING = 0.5  # enough where several are set side by side ("the 2010 meeting and the 2016 workshop")
TITLE_SHARE = 0.6  # of a title's words, weighed by how few titles have them, that name it
RARE_IDF = 2.0  # names met in fewer than every eighth passage
COMMON_IDF = 1.2  # a body whose name is in every fourth passage ("United Nations") names no document
BY_SYMBOL, BY_OTHER_NAME, BY_BODY, BY_KIND, BY_OWN_YEAR, BY_SHARED_YEAR = 3.0, 1.0, 1.0, 0.5, 0.5, 0.25
# What is said of a document is said elsewhere: "Who reacted to the HIPPO report?", "a statement on it"
SAID = re.compile(
    r"\b(?:(?:welcom|critici[sz]|applaud|endors)\w*|(?:react|respon[ds]|repl[yi]|comment|statement|press release)\w*"
    r"(?:\W+\w+){0,3}?\W+(?:on|to|about|when|after|over|regarding|concerning))\W+(?:the\W+)?",
    re.IGNORECASE,
)
SAID_OF = re.compile(f"{SAID.pattern}$", re.IGNORECASE)
END = "zzz"  # stands between texts so that no name is read across them


@dataclass(frozen=True, slots=True)
class DocumentNames:
    """What one document may be called."""

    id: str
    symbol: str  # as words, lower case; empty when it has none
    others: tuple[str, ...]  # what else the manifest says it is called, as words, longest first
    bodies: tuple[str, ...]  # names of the issuing body, longest first
    titles: tuple[Mapping[str, float], ...]  # parts of its titles: weight of each content stem
    subjects: frozenset[str]  # stems in its titles that are of names of subjects: alone they name nothing
    kind: frozenset[str]  # words of its kind that no other kind has
    year: str
    own_year: bool  # no other document is of this year
    phrases: tuple[str, ...]  # what names it and says little else, longest first


@dataclass(frozen=True, slots=True)
class Named:
    """The documents that a question names, and whether it sets several of them side by side, by different words."""

    documents: tuple[str, ...]
    side_by_side: bool


def names_of(
    documents: Sequence[DocumentMetadata], lexicon: Lexicon, stopwords: Collection[str]
) -> tuple[DocumentNames, ...]:
    """The names of each document of a library."""
    in_titles = Counter(t for d in documents for t in {stem(w) for w in words(f"{d.title} {d.short_title or ''}")})
    in_kinds = Counter(t for d in documents for t in {stem(w) for w in words(d.kind or "")})
    kinds = Counter(d.kind for d in documents)
    years = Counter(d.year for d in documents)

    def weights(title: str) -> dict[str, float]:
        """More, the fewer titles and passages have a word."""
        own = {stem(w): w for w in words(title) if w not in stopwords}
        return {t: math.log(1 + len(documents) / max(1, in_titles[t])) * lexicon.idf(w) for t, w in own.items()}

    found = []
    for d in documents:
        bodies = _body_names(d.body or "", lexicon)
        kind = frozenset(w for w in words(d.kind or "") if in_kinds[stem(w)] == 1)
        year = str(d.year or "")
        titles = dict.fromkeys(part for t in (d.title, d.short_title or "") for part in re.split(r"[:;]", t) if part)
        others = {" ".join(words(name)) for name in d.also_called}
        if d.kind and kinds[d.kind] == 1 and " " in d.kind:
            others.add(" ".join(words(d.kind.removesuffix("s"))))  # "the information note", where there is one
        phrases = others | bodies | kind | _rare_variants(d.title, lexicon) | ({year} if year else set())
        found.append(
            DocumentNames(
                id=d.id,
                symbol=" ".join(words(d.symbol or "")),
                others=tuple(sorted(others, key=lambda name: (-len(name), name))),
                bodies=tuple(sorted(bodies, key=lambda name: (-len(name), name))),
                titles=tuple(weights(title) for title in titles),
                subjects=_subject_stems(" ".join(titles), lexicon),
                kind=kind,
                year=year,
                own_year=years[d.year] == 1,
                phrases=tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase))),
            )
        )
    return tuple(found)


def find_named(text: str, names: Sequence[DocumentNames], lexicon: Lexicon, *, compares: bool = False) -> Named:
    """The documents that a question names by symbol, body, title, kind and year; none when it names them all alike.

    Several are set side by side when different words name them, and either the question compares (`compares`) or they
    are named about equally well.
    """
    said = SAID.search(text)
    sought = {n.id: _where_source(text, n) if said else text for n in names}
    asked = {found: _with_variants(found, lexicon) for found in set(sought.values())}
    scored = {n.id: _score(_without_others(asked[sought[n.id]], n, names), n) for n in names}
    best = max((score for score, _ in scored.values()), default=0.0)
    least = NAMED_IN_PASSING if compares else max(NAMED_IN_PASSING, best - NAMED_ALIKE)
    passing = [i for i, (score, _) in scored.items() if score >= least]
    if any(scored[a][1].isdisjoint(scored[b][1]) for a in passing for b in passing):
        return Named(tuple(passing), True)
    named = tuple(i for i, (score, _) in scored.items() if score >= max(NAMED, best - NAMED_APART))
    return Named(named if len(named) < len(names) else (), False)


def without_names(text: str, named: Named, names: Sequence[DocumentNames]) -> str:
    """The text without what only names the named documents: it tells where to look, not what for."""
    phrases = {phrase for n in names if n.id in named.documents for phrase in n.phrases}
    for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase)):
        pattern = _spelt(phrase, r"\W+")
        text = re.sub(rf"\b(?:the\s+)?{pattern}(?:['’]s)?\b", " ", text, flags=re.IGNORECASE)
    return re.sub(r"\s+(?=[?.,;!])", "", " ".join(text.split()))


def _with_variants(text: str, lexicon: Lexicon) -> str:
    """The text as words, with all other names of the names in it."""
    variants = [name for found, others in lexicon.expansions(text) for name in (found, *others)]
    return f" {f' {END} '.join(' '.join(words(part)) for part in (text, *variants))} "


def _where_source(text: str, names: DocumentNames) -> str:
    """The text without a document's names where the question asks for what others say of it."""
    for phrase in names.phrases:
        pattern = _spelt(phrase, r"\W+")
        for match in reversed(list(re.finditer(rf"{pattern}(?:['’]s)?", text, re.IGNORECASE))):
            if SAID_OF.search(text[: match.start()]):
                text = f"{text[: match.start()]} {text[match.end() :]}"
    return text


def _without_others(asked: str, own: DocumentNames, names: Sequence[DocumentNames]) -> str:
    """The question without the other documents' given names: the workshop in "UNEPS workshop" is no other workshop."""
    for name in (other for n in names if n.id != own.id for other in n.others if other not in own.others):
        asked = re.sub(_spelt(name, " "), END, asked)
    return asked


def _spelt(name: str, gap: str) -> str:
    """A pattern for a name as it is met: in the plural, with up to two words before its last one ("Secretary-General's
    seventh report" for "Secretary-General's report").
    """
    *first, last = (re.escape(word) for word in name.split())
    between = rf"{gap}(?:\w+{gap}){{0,2}}?" if len(first) > 1 else gap
    return rf"\b{gap.join(first)}{between if first else ''}{last}s?\b"


def _score(asked: str, names: DocumentNames) -> tuple[float, frozenset[str]]:
    """How well a question names a document, and by which words."""
    if names.symbol and f" {names.symbol} " in asked:
        return BY_SYMBOL, frozenset({names.symbol})
    score = 0.0
    by: set[str] = set()
    stems = {stem(w) for w in asked.split()}
    body = next((name for name in names.bodies if f" {name} " in asked), "")
    if body:
        score += BY_BODY
        by.add(body)
    other = next((name for name in names.others if re.search(_spelt(name, " "), asked)), "")
    if other:
        score += BY_OTHER_NAME
        by.add(other)
    of_body = {stem(w) for w in body.split()}
    by_title = 0.0
    for weight in names.titles:
        met = (weight.keys() & stems) - of_body
        share = sum(weight[t] for t in met) / (sum(weight.values()) or 1.0)
        if len(met) > 1 and share >= TITLE_SHARE and met - names.subjects:
            by_title = max(by_title, share)
            by |= met
    score += by_title
    kinds = {stem(w) for w in names.kind} & stems
    if kinds:
        score += BY_KIND
        by |= kinds
    if names.year and f" {names.year} " in asked:
        score += BY_OWN_YEAR if names.own_year else BY_SHARED_YEAR
        by.add(names.year)
    return score, frozenset(by)


def _body_names(body: str, lexicon: Lexicon) -> set[str]:
    """The names of a body; none where one of them is all over the library or the field."""
    opening = words(re.split(r"\s(?:for|to|of|on)\s", body.strip())[0])
    names = {" ".join(words(re.sub(r"\([^)]*\)", " ", body)))}
    if len(opening) > 1:
        names.add(" ".join(opening))  # "Global Centre" for the Global Centre for the Responsibility to Protect
    names.update(" ".join(words(short)) for short in re.findall(r"\(([^)]+)\)", body))
    for group in lexicon.variants:
        keys = {" ".join(words(name)) for name in group}
        if keys & names:
            names |= keys
    names.discard("")
    if names & lexicon.subjects or any(max(lexicon.idf(w) for w in name.split()) < COMMON_IDF for name in names):
        return set()
    return names | {f"the {w}" for w in opening[-1:] if lexicon.idf(w) > COMMON_IDF}  # "the coalition"


def _subject_stems(title: str, lexicon: Lexicon) -> frozenset[str]:
    """Stems of the names of subjects that a title has."""
    padded = f" {' '.join(words(title))} "
    return frozenset(stem(w) for name in lexicon.subjects if f" {name} " in padded for w in name.split())


def _rare_variants(title: str, lexicon: Lexicon) -> set[str]:
    """All names of things in a title that are rare in the library: "HIPPO", but not "R2P", which the field is about."""
    padded = f" {' '.join(words(title))} "
    found: set[str] = set()
    for group, idf in zip(lexicon.variants, lexicon.variant_idf, strict=True):
        keys = {" ".join(words(name)) for name in group}
        if idf > RARE_IDF and keys.isdisjoint(lexicon.subjects) and any(f" {key} " in padded for key in keys):
            found |= keys
    return found
