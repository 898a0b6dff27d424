"""Question and Evidence to Drafts that are quotes: no language model, nothing but the documents' own words."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from assistant.citations import Draft
from assistant.data_files import read_yaml
from assistant.domain import BlockKind, PassageKind, Sentence
from assistant.errors import DataFileError
from assistant.evidence import Evidence
from assistant.question import Expected, Question
from assistant.reading import Enumeration, Placed, Reading, label_of

COMPARED = 2  # documents in a comparison that names none
CONSIDERED = 10  # best sentences whose lists are looked at
NAMING = {Expected.DEFINITION, Expected.DOCUMENT}
FACT = {Expected.NUMBER, Expected.WHEN, Expected.WHERE, Expected.WHO, Expected.DEFINITION, Expected.DOCUMENT}


@dataclass(frozen=True, slots=True)
class ExtractiveRules:
    """`extractive.yaml`; see there for what each means."""

    weights: Mapping[str, float]
    weights_apart: Mapping[str, float]
    passages: int
    margin: float
    sentences: int
    sentences_fact: int
    words: int
    neighbour: float
    per_document: int
    document_margin: float
    list_words: int
    list_margin: float
    list_count: float
    list_first: float
    list_heading: float
    list_threshold: float
    list_threshold_advice: float
    list_threshold_open: float
    section_share: float
    section_words: int
    announcing: re.Pattern[str]


def read_rules(prompts_dir: Path) -> ExtractiveRules:
    """The rules from `extractive.yaml`.

    Raises:
        DataFileError: missing or malformed; names file and key.
    """
    content = dict(read_yaml(prompts_dir / "extractive.yaml", keys={"version", *ExtractiveRules.__slots__}))
    content.pop("version")
    try:
        content["announcing"] = re.compile(content["announcing"], re.IGNORECASE)
    except (re.error, TypeError) as error:
        raise DataFileError(f"{prompts_dir / 'extractive.yaml'}: announcing is not a pattern: {error}") from error
    return ExtractiveRules(**content)


def answer_by_quotation(
    question: Question, evidence: Sequence[Evidence], rules: ExtractiveRules, read: Callable[[str], Reading]
) -> tuple[Draft, ...]:
    """The sentences and list items that answer, in reading order within each document; best document first.

    `evidence` is best first; `read` gives the Reading of a document by id. Where the question names documents and
    others answer it, these are named: a reader must not take their words for those of the documents asked about.
    """
    drafts = _drafts(question, evidence, rules, read)
    strangers = {d.passage.document_id for d in drafts} - set(question.documents) if question.documents else set()
    first = {document: next(d for d in drafts if d.passage.document_id == document) for document in strangers}
    return tuple(
        replace(d, lead_in=d.lead_in or _attribution(read(d.passage.document_id))) if d in first.values() else d
        for d in drafts
    )


def _drafts(
    question: Question, evidence: Sequence[Evidence], rules: ExtractiveRules, read: Callable[[str], Reading]
) -> tuple[Draft, ...]:
    if not evidence:
        return ()
    defining = [e for e in evidence if e.features.definition]
    if question.expected is Expected.DEFINITION and defining:
        return tuple(_prose_drafts(defining[:1], read))
    evidence = _of_named_documents(question, _without_titles(question, evidence), rules)
    if question.comparison:
        chosen = _per_document(question, evidence, rules)
    else:
        found = _whole_list(question, evidence, rules, read)
        if found:
            return tuple(_list_drafts(found, rules))
        section = _compact_section(question, evidence, rules, read)
        if section:
            return tuple(Draft(placed.sentence, placed.passage) for placed in section)
        chosen = _best_sentences(question, evidence, rules)
        announced = _announced(chosen[0], rules, read)
        if announced:
            return tuple(Draft(placed.sentence, placed.passage) for placed in announced)
    return tuple(_prose_drafts(chosen, read))


def _without_titles(question: Question, evidence: Sequence[Evidence]) -> Sequence[Evidence]:
    """Title blocks answer who, when and where, their title what a name means; else they only echo a question."""
    if question.expected in NAMING:
        return evidence
    if question.expected in FACT:
        kept = [e for e in evidence if e.sentence.kind is not BlockKind.HEADING]
    else:
        kept = [e for e in evidence if e.passage.kind is not PassageKind.FRONT_MATTER]
    return kept or evidence


def _of_named_documents(question: Question, evidence: Sequence[Evidence], rules: ExtractiveRules) -> Sequence[Evidence]:
    """Only what stands in the documents that the question names, unless that is far worse than the rest."""
    own = [e for e in evidence if e.passage.document_id in question.documents]
    return own if own and own[0].score >= evidence[0].score - rules.document_margin else evidence


def _announced(best: Evidence, rules: ExtractiveRules, read: Callable[[str], Reading]) -> list[Placed]:
    """A sentence that only announces ("a number of best practices were identified.") with what it announces: the
    sentences after it in its block, within the length; empty for any other sentence or where nothing follows.
    """
    if not rules.announcing.search(best.sentence.text):
        return []
    following = read(best.passage.document_id).rest_of(Placed(best.sentence, best.passage))
    kept: list[Placed] = []
    room = rules.words
    for placed in following:
        room -= len(placed.sentence.text.split())
        if kept and room < 0:
            break
        kept.append(placed)
    return kept if len(kept) > 1 else []


def _compact_section(
    question: Question, evidence: Sequence[Evidence], rules: ExtractiveRules, read: Callable[[str], Reading]
) -> tuple[Placed, ...]:
    """A short section whole, where the question asks for several things and that section is where they stand: its
    sentences hold `section_share` of the likelihood of all. A list need not be printed as one.
    """
    if not (question.enumeration or question.advice):
        return ()
    odds = [math.exp(e.score - evidence[0].score) for e in evidence]
    shares: dict[tuple[str, tuple[str, ...]], float] = {}
    for e, odd in zip(evidence, odds, strict=True):
        if e.passage.locator.section and e.sentence.kind is not BlockKind.HEADING:
            key = e.passage.document_id, e.passage.locator.section
            shares[key] = shares.get(key, 0.0) + odd / sum(odds)
    if not shares:
        return ()
    (document, section), share = max(shares.items(), key=lambda entry: entry[1])
    whole = read(document).section(section)
    fits = len(whole) > 1 and _words([placed.sentence for placed in whole]) <= rules.section_words
    return whole if fits and share >= rules.section_share else ()


def _best_sentences(question: Question, evidence: Sequence[Evidence], rules: ExtractiveRules) -> list[Evidence]:
    """The best sentence and those near it in score, a neighbour of one taken counting for more, within the length."""
    several = question.enumeration or question.advice
    limit = rules.sentences_fact if question.expected in FACT and not several else rules.sentences
    pool = _without_repeats(evidence)
    chosen = [pool.pop(0)]
    room = rules.words - _length(chosen[0])
    floor = chosen[0].score - rules.margin

    def worth(e: Evidence) -> float:
        return e.score + rules.neighbour * _is_neighbour(e, chosen)

    while len(chosen) < limit and pool:
        best = max(pool, key=worth)
        if worth(best) < floor:
            break
        pool.remove(best)
        if _length(best) <= room:
            chosen.append(best)
            room -= _length(best)
    return chosen


def _is_neighbour(candidate: Evidence, chosen: Sequence[Evidence]) -> bool:
    """Whether a sentence follows or precedes a chosen one in the same block."""
    return any(
        e.passage.document_id == candidate.passage.document_id
        and e.sentence.block == candidate.sentence.block
        and (0 <= candidate.sentence.start - e.sentence.end <= 2 or 0 <= e.sentence.start - candidate.sentence.end <= 2)
        for e in chosen
    )


def _length(evidence: Evidence) -> int:
    return len(evidence.sentence.text.split())


def _per_document(question: Question, evidence: Sequence[Evidence], rules: ExtractiveRules) -> list[Evidence]:
    """The best sentences of each document compared: those that the question names, else those with the best ones."""
    found = dict.fromkeys(e.passage.document_id for e in evidence)
    documents = question.documents if question.side_by_side else tuple(found)[:COMPARED]
    chosen: list[Evidence] = []
    for document in documents:
        own = [e for e in _without_repeats(evidence) if e.passage.document_id == document]
        if own and own[0].score >= evidence[0].score - rules.document_margin:
            chosen.extend([e for e in own if e.score >= own[0].score - rules.margin][: rules.per_document])
    return chosen


def _whole_list(
    question: Question, evidence: Sequence[Evidence], rules: ExtractiveRules, read: Callable[[str], Reading]
) -> Enumeration | None:
    """The list that the question asks for, or None.

    A list is taken when it has as many items as asked for, when the question asks for several things and the list is
    among the best evidence, or when its lead-in is itself the best sentence.
    """
    if question.expected in FACT and not (question.enumeration or question.advice):
        return None
    best = evidence[0].score
    runs: dict[tuple[str, int, int], tuple[float, Enumeration]] = {}
    for rank, e in enumerate(evidence[:CONSIDERED]):
        for found in read(e.passage.document_id).enumerations(e.sentence):
            key = (e.passage.document_id, found.items[0][0].sentence.start, len(found.items))
            weight = max(rules.list_margin + e.score - best, 0.0) * (1.5 if found.leads_in(e.sentence) else 1.0)
            if question.count == len(found.items):
                weight += rules.list_count
            elif question.count is not None:
                weight -= rules.list_count
            if rank == 0:
                weight += rules.list_first * (2.0 if found.leads_in(e.sentence) else 1.0)
            weight *= 1.0 + e.features.heading
            if rank == 0 and e.features.heading >= rules.list_heading:
                weight += rules.list_threshold_open
            runs[key] = (runs.get(key, (0.0, found))[0] + weight, found)
    if not runs:
        return None
    weight, found = max(runs.values(), key=lambda run: run[0])
    least = rules.list_threshold_open
    if question.enumeration:
        least = rules.list_threshold
    elif question.advice:
        least = rules.list_threshold_advice
    return found if weight >= least else None


def _list_drafts(found: Enumeration, rules: ExtractiveRules) -> list[Draft]:
    """Each item whole where that is short; else its first sentence; else, where every item has one, its label."""
    whole = [_joined(item) for item in found.items]
    items = whole if _words(whole) <= rules.list_words else [item[0].sentence for item in found.items]
    labels = [label_of(item[0].sentence) for item in found.items]
    if _words(items) > rules.list_words and all(labels):
        items = [label for label in labels if label]
    drafts = [Draft(found.lead_in.sentence, found.lead_in.passage)] if found.lead_in else []
    drafts += [Draft(s, placed[0].passage, item=True) for s, placed in zip(items, found.items, strict=True)]
    return drafts


def _joined(item: Sequence[Placed]) -> Sentence:
    """The sentences of an item as one quote; they stand side by side in the document."""
    first, last = item[0].sentence, item[-1].sentence
    if all(a.sentence.end + 1 == b.sentence.start for a, b in pairwise(item)):
        return Sentence(" ".join(p.sentence.text for p in item), first.start, last.end, first.kind, first.block)
    return first


def _words(sentences: Sequence[Sentence]) -> int:
    return sum(len(s.text.split()) for s in sentences)


def _prose_drafts(chosen: Sequence[Evidence], read: Callable[[str], Reading]) -> list[Draft]:
    """Each document's sentences together and in reading order, a leaning one after the one that it leans on."""
    documents = list(dict.fromkeys(e.passage.document_id for e in chosen))
    drafts: list[Draft] = []
    for document_id in documents:
        reading = read(document_id)
        wanted: dict[int, Placed] = {}
        for e in chosen:
            if e.passage.document_id != document_id:
                continue
            before = reading.leans_on(e.sentence)
            if before:
                wanted[before.sentence.start] = before
            wanted[e.sentence.start] = Placed(e.sentence, e.passage)
        lead_in = _attribution(reading) if len(documents) > 1 else ""
        for position, start in enumerate(sorted(wanted)):
            placed = wanted[start]
            drafts.append(Draft(placed.sentence, placed.passage, lead_in if position == 0 else ""))
    return drafts


def _attribution(reading: Reading) -> str:
    metadata = reading.document.metadata
    return f"{metadata.short_title or metadata.title}:"


def _without_repeats(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Drop sentences that a better one already says word for word."""
    kept: list[Evidence] = []
    seen: set[str] = set()
    for e in evidence:
        key = e.sentence.text.casefold()
        if key not in seen:
            seen.add(key)
            kept.append(e)
    return kept
