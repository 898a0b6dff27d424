"""Query to Hits: ask every signal, fuse, re-rank by late interaction, keep documents apart where the question does."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.data_files import read_numbers, read_yaml
from assistant.domain import Filters, Hit, Passage
from assistant.embedding import Embedder, Encoding
from assistant.errors import DataFileError
from assistant.geometry import Geometry
from assistant.joint_reading import JointReading
from assistant.lexicon import Lexicon, words
from assistant.library import Library, Signal, Vector
from assistant.question import Expected, Question
from assistant.vector_index import VectorIndex

Scores = dict[str, float]
Ranked = tuple[Passage, float, Mapping[str, float]]
HITS = 10  # passages in a result
COMPARED = 3  # documents that a comparison which names none is spread over
RANKING = ("fused", "sentence_centred", "late_interaction")
ASKS_FOR_NAME = {Expected.WHO, Expected.WHERE}
SHORT = 20  # words: in a passage of fewer, one name is not yet a large share
PLAIN_WEIGHT = 0.5  # of a token that is no content word, in units of the mean idf: how a thing is asked tells much

_NAME = re.compile(r"(?<=[a-z,;:()\-–] )[A-Z][\w’'-]+")


@dataclass(frozen=True, slots=True)
class InMany:
    """What is weighed otherwise in a library of at least so many passages."""

    passages: int
    document: float
    unasked_names: float
    core_document: float
    depth: int
    candidates: int
    read: int


@dataclass(frozen=True, slots=True)
class RetrievalWeights:
    """One profile of `retrieval.yaml`; see there for what each means."""

    text: float
    context: float
    sentence: float
    words: float
    fused: float
    sentence_centred: float
    late_interaction: float
    joint_reading: float
    document: float
    unasked_names: float
    core_document: float
    named_document: float
    depth: int
    candidates: int
    read: int
    in_many: InMany

    def large(self, passages: int) -> bool:
        """Whether so many passages are a large library."""
        return passages >= self.in_many.passages

    def among(self, passages: int) -> "RetrievalWeights":
        """The weights for a library of so many passages."""
        if not self.large(passages):
            return self
        many = self.in_many
        return replace(
            self,
            document=many.document,
            unasked_names=many.unasked_names,
            core_document=many.core_document,
            depth=many.depth,
            candidates=many.candidates,
            read=many.read,
        )


@dataclass(frozen=True, slots=True)
class EncodedQuery:
    """A question as the embedder sees it; of each token its weight f32[t] and whether it is of a content word."""

    encoding: Encoding
    token_weights: npt.NDArray[np.float32]
    content: npt.NDArray[np.bool_]


def read_weights(prompts_dir: Path, profile: str) -> RetrievalWeights:
    """The weights of a profile.

    Raises:
        DataFileError: missing or malformed; names file and key.
    """
    path = prompts_dir / "retrieval.yaml"
    content = read_yaml(path, keys={"version", "profiles", "in_many"})
    profiles = content["profiles"]
    if profile not in profiles:
        raise DataFileError(f"{path}: no profile {profile!r}; known: {', '.join(profiles)}")
    own = {field.name for field in fields(RetrievalWeights)} - {"in_many"}
    values = read_numbers(path, f"profile {profile!r}", profiles[profile], own)
    many = read_numbers(path, "in_many", content["in_many"], {field.name for field in fields(InMany)})
    return RetrievalWeights(**values, in_many=InMany(**many))


def encode_query(question: Question, lexicon: Lexicon, embedder: Embedder) -> EncodedQuery:
    """Embed a question once; a token of a content word is weighed by how rare the word is in the library."""
    text = dense_text(question)
    encoding = embedder.encode([text])[0]
    content = set(question.terms) | {w for _, names in question.expansions for n in names for w in words(n)}
    whole = [_word_around(text, start, end) for start, end in encoding.token_spans]
    is_content = np.array([word in content for word in whole], dtype=bool)
    weights = np.array([lexicon.idf(word) for word in whole], dtype=np.float32)
    usual = float(weights[is_content].mean()) if is_content.any() else 1.0
    return EncodedQuery(encoding, np.where(is_content, weights, PLAIN_WEIGHT * usual).astype(np.float32), is_content)


def dense_text(question: Question) -> str:
    """The question with the long form of each short name added, for an embedder that knows only the long one."""
    text = question.topic
    for name, others in question.expansions:
        longest = max(others, key=len)
        if len(longest) > len(name):
            text = text.replace(name, f"{name} ({longest})", 1)
    return text


def word_match(question: Question) -> str:
    """The question as an FTS5 query: content words and every name variant as a phrase, any of them."""
    phrases = list(question.terms)
    for name, others in question.expansions:
        phrases.extend(" ".join(words(n)) for n in (name, *others))
    return " OR ".join(f'"{phrase}"' for phrase in dict.fromkeys(phrases) if phrase)


def retrieve(
    question: Question,
    query: EncodedQuery,
    filters: Filters,
    weights: RetrievalWeights,
    library: Library,
    index: VectorIndex,
    geometry: Geometry,
    count: int = HITS,
) -> tuple[Hit, ...]:
    """The `count` best passages, best first.

    A comparison takes turns between documents, so that none is swallowed: those that it names, each searched for
    itself; otherwise the two or three that hold the best passages.
    """
    held = library.documents()
    admitted = [d.id for d in held if filters.admit(d)]
    core = {d.id for d in held if d.core}
    if not admitted:
        return ()

    def search(documents: Collection[str] | None) -> list[Ranked]:
        return _search(question, query, documents, core, weights, library, index, geometry)

    named = [d for d in question.documents if d in admitted]
    if question.side_by_side and len(named) > 1:
        merged = _in_turns([search([d]) for d in named], count)
    else:
        merged = search(admitted if len(admitted) < len(held) else None)
        if question.comparison:
            merged = _in_turns(_by_document(merged)[:COMPARED], count) + merged
    return tuple(
        Hit(p, score, rank, signals) for rank, (p, score, signals) in enumerate(_without_repeats(merged)[:count], 1)
    )


def ranked_by_reading(
    hits: Sequence[Hit], readings: Mapping[str, JointReading], weights: RetrievalWeights, *, in_turns: bool = False
) -> tuple[Hit, ...]:
    """The hits that the joint reader has read, ranked by what it found beside what brought them; then the others.
    With `in_turns` documents take turns as before, each with its own best first.
    """
    read = [hit for hit in hits if hit.passage.id in readings]
    others = [hit for hit in hits if hit.passage.id not in readings]
    found = {
        "before": {hit.passage.id: hit.score for hit in read},
        "joint_reading": {i: max(reading.sentences, default=0.0) for i, reading in readings.items()},
    }
    scores = fuse(found, {"before": 1.0 - weights.joint_reading, "joint_reading": weights.joint_reading})
    order = sorted(read, key=lambda hit: (-scores[hit.passage.id], hit.rank))
    if in_turns:
        own: dict[str, list[Hit]] = {}
        for hit in order:
            own.setdefault(hit.passage.document_id, []).append(hit)
        order = [own[hit.passage.document_id].pop(0) for hit in read]
    ranked = [
        replace(
            hit,
            score=scores[hit.passage.id],
            signals={**hit.signals, "joint_reading": found["joint_reading"][hit.passage.id]},
        )
        for hit in order
    ] + [replace(hit, score=0.0) for hit in others]
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(ranked, 1))


def _by_document(ranked: Sequence[Ranked]) -> list[list[Ranked]]:
    """The ranking of each document, that with the best passage first."""
    groups: dict[str, list[Ranked]] = {}
    for entry in ranked:
        groups.setdefault(entry[0].document_id, []).append(entry)
    return list(groups.values())


def _in_turns(rankings: Sequence[Sequence[Ranked]], count: int) -> list[Ranked]:
    return [ranking[i] for i in range(count) for ranking in rankings if i < len(ranking)]


def _search(
    question: Question,
    query: EncodedQuery,
    documents: Collection[str] | None,
    core: Collection[str],
    weights: RetrievalWeights,
    library: Library,
    index: VectorIndex,
    geometry: Geometry,
) -> list[Ranked]:
    """Propose, fuse, re-rank. Documents that the question names propose for themselves, too: of a large library the
    best passages for the rest of its words may all be elsewhere.
    """
    vector = query.encoding.vector
    proposing = {"text": weights.text, "context": weights.context, "sentence": weights.sentence, "words": weights.words}
    named = [i for i in question.documents if documents is None or i in documents]
    match = word_match(question)
    found: dict[str, Scores] = {}
    for among in [documents, named] if named else [documents]:
        for signal in Signal:
            if proposing[signal.value]:
                found.setdefault(signal.value, {}).update(index.search(signal, vector, weights.depth, among))
        if weights.words and match:
            found.setdefault("words", {}).update(library.search_words(match, weights.depth, among))
    found["fused"] = fuse(found, proposing)
    best = sorted(found["fused"], key=lambda i: (-found["fused"][i], i))[: weights.candidates]
    passages = library.passages_by_id(best)
    if named:
        own = library.passages_by_id([i for i in found["fused"] if i not in passages])
        close = [i for i in found["fused"] if i in own and own[i].document_id in named]
        close.sort(key=lambda i: (-found["fused"][i], i))
        passages |= {i: own[i] for i in close[: weights.candidates]}
    candidates = list(passages)
    found["fused"] = {i: found["fused"][i] for i in candidates}
    if weights.sentence_centred:
        found["sentence_centred"] = best_sentences(vector, library.sentence_vectors(candidates), geometry)
    if weights.late_interaction:
        found["late_interaction"] = late_interaction(query, library.token_vectors(candidates), geometry)
    scores = fuse(
        {name: found[name] for name in RANKING if name in found}, {name: getattr(weights, name) for name in RANKING}
    )
    best_of: Scores = {}
    for i, passage in passages.items():
        best_of[passage.document_id] = max(scores[i], best_of.get(passage.document_id, 0.0))
    for i, passage in passages.items():
        scores[i] += weights.document * best_of[passage.document_id]
        scores[i] += weights.core_document * (passage.document_id in core)
        scores[i] += weights.named_document * (passage.document_id in question.documents)
        if weights.unasked_names and question.expected not in ASKS_FOR_NAME:
            scores[i] -= weights.unasked_names * unasked_names(passage.text, question.text)
    order = sorted(candidates, key=lambda i: (-scores[i], i))
    return [(passages[i], scores[i], {name: s[i] for name, s in found.items() if i in s}) for i in order]


def fuse(found: Mapping[str, Scores], weights: Mapping[str, float]) -> Scores:
    """Weighted sum of min-max scaled signals; what a signal did not return counts as its lowest.

    Score fusion beats reciprocal rank fusion here (project findings); scaled by the weights in use so that the result
    lies in [0, 1] whatever is switched on.
    """
    total = sum(weights[name] for name in found) or 1.0
    fused: Scores = {}
    for name, scores in found.items():
        for i, value in _min_max(scores).items():
            fused[i] = fused.get(i, 0.0) + weights[name] / total * value
    return fused


def best_sentences(vector: Vector, sentences: Mapping[str, Vector], geometry: Geometry) -> Scores:
    """The best centred cosine of a question f32[d] among the sentences f32[s, d] of each passage, in [-1, 1]."""
    asked = geometry.sentences(vector)
    return {i: float((geometry.sentences(rows) @ asked).max()) if len(rows) else -1.0 for i, rows in sentences.items()}


def late_interaction(query: EncodedQuery, passages: Mapping[str, npt.NDArray[np.int8]], geometry: Geometry) -> Scores:
    """For each question token the best centred cosine among a passage's token vectors; their weighted mean.

    Source: ColBERT's MaxSim (Khattab and Zaharia, 2020), here with the embedder's own token vectors.
    """
    total = float(query.token_weights.sum())
    if not passages or total <= 0:
        return {}
    share = query.token_weights / total
    names = list(passages)
    similarity = geometry.token_similarity(query.encoding.token_vectors, np.concatenate([passages[i] for i in names]))
    scores: Scores = {}
    start = 0
    for name in names:
        end = start + len(passages[name])
        scores[name] = float(share @ similarity[:, start:end].max(axis=1)) if end > start else -1.0
        start = end
    return scores


def unasked_names(text: str, question: str) -> float:
    """The share of a passage's words that are names (capitalised within a sentence) which the question does not give.
    A question that names nothing is rarely about one country's week.
    """
    asked = set(words(question))
    names = [name for name in _NAME.findall(text) if not asked.issuperset(words(name))]
    return len(names) / max(len(text.split()), SHORT)


def _min_max(scores: Scores) -> Scores:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    spread = high - low
    return {i: (value - low) / spread if spread > 0 else 1.0 for i, value in scores.items()}


def _without_repeats(
    ranked: Sequence[tuple[Passage, float, Mapping[str, float]]],
) -> list[tuple[Passage, float, Mapping[str, float]]]:
    """Drop passages whose words equal those of a better one (a document ingested under two names)."""
    seen: set[str] = set()
    kept = []
    for entry in ranked:
        key = " ".join(words(entry[0].text))
        if key not in seen:
            seen.add(key)
            kept.append(entry)
    return kept


def _word_around(text: str, start: int, end: int) -> str:
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return text[start:end].lower()
