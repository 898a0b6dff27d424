"""How well each sentence of the hits answers a question: features from the vectors and words already at hand.

Shared by the answerer (which sentences?) and by answerability (are they enough?).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.answer_types import Demand, DemandRules, demand, known_stems, satisfies, stated
from assistant.domain import BlockKind, Hit, Passage, PassageKind, Sentence
from assistant.embedding import Embedder
from assistant.geometry import Geometry
from assistant.joint_reading import JointReading
from assistant.lexicon import Lexicon, stem, words
from assistant.library import Library
from assistant.question import Expected, Question
from assistant.retrieval import EncodedQuery

LOG_ODDS = 10.0  # scale of the joint reader's, so that they are of the size of the other features
ASKS_FOR_TITLE = {Expected.DOCUMENT, Expected.WHEN, Expected.WHERE, Expected.WHO}


@dataclass(frozen=True, slots=True)
class Features:
    """What is measured of one sentence; each lies in [0, 1] or is a cosine."""

    similarity: float  # cosine of question and sentence
    centred: float  # the same without the directions that all sentences share
    late: float  # late interaction of the question with the sentence's tokens, read in their passage
    late_content: float  # the same for the question's content words alone, weighed by rarity
    weakest: float  # the same for the question's rarest word alone: the one least well met among the rare
    coverage: float  # share of the question's words, weighed by rarity, that stand in the sentence
    passage_coverage: float  # the same for its passage with title and section
    passage: float  # score of its passage, 1 for the best hit
    typed: float  # 1 when it holds the kind of thing that is asked for
    fact: float  # how well it states a fact of the kind demanded, beyond what the question says; 0 without one
    definition: float  # 1 when it spells out a short name that the question asks about
    named: float  # 1 when it stands in a document that the question names, or it names none
    item: float  # 1 for a list item
    opening: float  # 1 for the first sentence of its passage
    length: float  # words / 100, at most 1
    heading: float  # share of the question's words, weighed by rarity, that stand in the headings over it
    title: float  # 1 in a title block that the question does not ask for
    read: float  # by the joint reader, log-odds / 10, this and the two below 0 where it did not read
    odds: float  # the same against none in its passage answering
    passage_read: float  # the best `read` of its passage


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence with its passage, its features and its score (higher answers better)."""

    sentence: Sentence
    passage: Passage
    features: Features
    score: float
    jointly: bool = False  # whether the joint reader read it


def weigh_sentences(
    question: Question,
    query: EncodedQuery,
    hits: Sequence[Hit],
    weights: Mapping[str, float],
    library: Library,
    lexicon: Lexicon,
    embedder: Embedder,
    demands: DemandRules,
    geometry: Geometry,
    readings: Mapping[str, JointReading],
) -> list[Evidence]:
    """All sentences of the hits, best first. `weights` has one number for each feature and a `bias`; `readings` are the
    joint reader's, by passage, or none.
    """
    passages = [hit.passage for hit in hits]
    ids = [p.id for p in passages]
    sentence_vectors = library.sentence_vectors(ids)
    token_vectors = library.token_vectors(ids)
    token_spans = embedder.token_spans([p.text for p in passages])
    terms = _term_weights(question, lexicon)
    asked = geometry.sentences(query.encoding.vector)
    demanded, known = demand(question, demands), known_stems(question, lexicon)
    best = max((hit.score for hit in hits), default=1.0) or 1.0
    found: list[Evidence] = []
    for hit, spans in zip(hits, token_spans, strict=True):
        passage = hit.passage
        tokens = token_vectors[passage.id]
        matrix = geometry.token_similarity(query.encoding.token_vectors, tokens)
        similarities = sentence_vectors[passage.id] @ query.encoding.vector
        centred = geometry.sentences(sentence_vectors[passage.id]) @ asked
        headings = " ".join(passage.locator.section)
        heading = _coverage(headings, terms)
        around = _coverage(f"{headings} {passage.text}", terms)
        reading = readings.get(passage.id)
        for position, sentence in enumerate(passage.sentences):
            read = reading.sentences[position] if reading else 0.0
            inside = _tokens_inside(spans, sentence.start - passage.start, sentence.end - passage.start)
            late, late_content, weakest = _late(matrix, inside, query)
            features = Features(
                similarity=float(similarities[position]),
                centred=float(centred[position]),
                late=late,
                late_content=late_content,
                weakest=weakest,
                coverage=_coverage(sentence.text, terms),
                passage_coverage=around,
                passage=hit.score / best,
                typed=float(satisfies(sentence.text, question.expected, demands.places)),
                fact=_fact(demanded, sentence.text, question, known, demands),
                definition=float(_defines(sentence.text, question)),
                named=float(not question.documents or passage.document_id in question.documents),
                item=float(sentence.kind is BlockKind.LIST_ITEM),
                opening=float(position == 0),
                length=min(len(sentence.text.split()) / 100, 1.0),
                heading=heading,
                title=float(passage.kind is PassageKind.FRONT_MATTER and question.expected not in ASKS_FOR_TITLE),
                read=read / LOG_ODDS,
                odds=(read - reading.none) / LOG_ODDS if reading else 0.0,
                passage_read=max(reading.sentences) / LOG_ODDS if reading else 0.0,
            )
            found.append(Evidence(sentence, passage, features, score(features, weights), reading is not None))
    return sorted(found, key=lambda e: (-e.score, e.passage.document_id, e.sentence.start))


def _fact(demanded: Demand, text: str, question: Question, known: frozenset[str], demands: DemandRules) -> float:
    return 0.0 if demanded is Demand.NONE else stated(demanded, text, question, known, demands)


def score(features: Features, weights: Mapping[str, float]) -> float:
    """Linear score of a sentence."""
    return weights["bias"] + sum(weights[name] * float(getattr(features, name)) for name in Features.__slots__)


def _term_weights(question: Question, lexicon: Lexicon) -> list[tuple[frozenset[str], float]]:
    """(stems of which any one will do, weight) for each content word; name variants count as the word itself."""
    variants: dict[str, set[str]] = {}
    for name, others in question.expansions:
        names = {" ".join(stem(w) for w in words(n)) for n in (name, *others)}
        for word in words(name):
            variants.setdefault(stem(word), set()).update(names)
    weighed = []
    for term in question.terms:
        key = stem(term)
        weighed.append((frozenset({key} | variants.get(key, set())), max(lexicon.idf(term), 0.1)))
    return weighed


def _coverage(text: str, terms: Sequence[tuple[frozenset[str], float]]) -> float:
    total = sum(weight for _, weight in terms)
    if not total:
        return 0.0
    stems = [stem(w) for w in words(text)]
    padded = f" {' '.join(stems)} "
    return sum(weight for forms, weight in terms if any(f" {form} " in padded for form in forms)) / total


def _tokens_inside(spans: Sequence[tuple[int, int]], start: int, end: int) -> list[int]:
    return [i for i, (first, last) in enumerate(spans) if first >= start and last <= end]


def _late(matrix: npt.NDArray[np.float32], inside: Sequence[int], query: EncodedQuery) -> tuple[float, float, float]:
    """Late interaction with some columns: over all question tokens, over content ones, and the worst met rare one."""
    columns = [i for i in inside if i < matrix.shape[1]]
    weights = query.token_weights
    if not columns or not len(weights):
        return 0.0, 0.0, 0.0
    best = matrix[:, columns].max(axis=1)
    late = float(weights @ best) / float(weights.sum())
    if not query.content.any():
        return late, late, late
    own = weights[query.content]
    rare = own >= np.median(own)
    met = best[query.content]
    return late, float(own @ met) / float(own.sum()), float(met[rare].min())


def _defines(text: str, question: Question) -> bool:
    """Whether the text spells out, as "Long Name (ABC)", a name that the question holds."""
    for name, others in question.expansions:
        for form in (name, *others):
            if re.search(rf"\([^)]*\b{re.escape(form)}\b[^)]*\)", text):
                return True
    return False
