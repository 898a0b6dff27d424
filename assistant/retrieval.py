"""Query to Hits: ask every signal, fuse, re-rank by late interaction, keep documents apart where the question does."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.data_files import read_yaml
from assistant.domain import Filters, Hit, Passage
from assistant.embedding import Embedder, Encoding
from assistant.errors import DataFileError
from assistant.lexicon import Lexicon, words
from assistant.library import Library, Signal
from assistant.question import Question
from assistant.vector_index import VectorIndex

Scores = dict[str, float]
HITS = 10  # passages in a result


@dataclass(frozen=True, slots=True)
class RetrievalWeights:
    """One profile of `retrieval.yaml`; see there for what each means."""

    text: float
    context: float
    sentence: float
    words: float
    late_interaction: float
    named_document: float
    depth: int
    candidates: int


@dataclass(frozen=True, slots=True)
class EncodedQuery:
    """A question as the embedder sees it, with the weight of each token f32[t] (idf of the word it stands in)."""

    encoding: Encoding
    token_weights: npt.NDArray[np.float32]


def read_weights(prompts_dir: Path, profile: str) -> RetrievalWeights:
    """The weights of a profile.

    Raises:
        DataFileError: missing or malformed; names file and key.
    """
    path = prompts_dir / "retrieval.yaml"
    profiles = read_yaml(path, keys={"version", "profiles"})["profiles"]
    if profile not in profiles:
        raise DataFileError(f"{path}: no profile {profile!r}; known: {', '.join(profiles)}")
    values = profiles[profile]
    names = {f.name for f in fields(RetrievalWeights)}
    if set(values) != names:
        wrong = sorted(set(values) ^ names)
        raise DataFileError(f"{path}: profile {profile!r} lacks or has unknown keys: {', '.join(wrong)}")
    return RetrievalWeights(**values)


def encode_query(question: Question, lexicon: Lexicon, embedder: Embedder) -> EncodedQuery:
    """Embed a question once; each token is weighed by how rare its word is in the library."""
    text = dense_text(question)
    encoding = embedder.encode([text])[0]
    weights = np.zeros(len(encoding.token_spans), dtype=np.float32)
    stop = 0.0 if question.terms else 1.0
    content = set(question.terms) | {w for _, names in question.expansions for n in names for w in words(n)}
    ceiling = lexicon.idf("") if lexicon.passages else 1.0
    for i, (start, end) in enumerate(encoding.token_spans):
        whole = _word_around(text, start, end)
        weights[i] = max(stop, min(lexicon.idf(whole), ceiling)) if whole in content else stop
    return EncodedQuery(encoding, weights)


def dense_text(question: Question) -> str:
    """The question with the long form of each short name added, for an embedder that knows only the long one."""
    text = question.text
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
) -> tuple[Hit, ...]:
    """The ten best passages, best first.

    A comparison that names several documents searches each of them and takes turns, so that none is swallowed.
    """
    held = library.documents()
    admitted = [d.id for d in held if filters.admit(d)]
    if not admitted:
        return ()
    named = [d for d in question.documents if d in admitted]
    if len(named) > 1:
        results = [_search(question, query, [d], weights, library, index) for d in named]
        merged = [s[i] for i in range(HITS) for s in results if i < len(s)][:HITS]
    else:
        only = admitted if len(admitted) < len(held) else None
        merged = _search(question, query, only, weights, library, index)[:HITS]
    return tuple(Hit(p, score, rank, signals) for rank, (p, score, signals) in enumerate(merged, 1))


def _search(
    question: Question,
    query: EncodedQuery,
    documents: Collection[str] | None,
    weights: RetrievalWeights,
    library: Library,
    index: VectorIndex,
) -> list[tuple[Passage, float, Mapping[str, float]]]:
    vector = query.encoding.vector
    found: dict[str, Scores] = {}
    for signal, weight in ((Signal.TEXT, weights.text), (Signal.CONTEXT, weights.context),
                           (Signal.SENTENCE, weights.sentence)):
        if weight:
            found[signal.value] = dict(index.search(signal, vector, weights.depth, documents))
    match = word_match(question)
    if weights.words and match:
        found["words"] = dict(library.search_words(match, weights.depth, documents))
    fused = fuse(found, {"text": weights.text, "context": weights.context,
                         "sentence": weights.sentence, "words": weights.words})
    passages = library.passages_by_id(sorted(fused, key=lambda i: (-fused[i], i))[: weights.depth])
    scores = {i: fused[i] + weights.named_document * (p.document_id in question.documents)
              for i, p in passages.items()}
    order = sorted(scores, key=lambda i: (-scores[i], i))
    if weights.late_interaction:
        candidates = order[: weights.candidates]
        late = late_interaction(query, library.token_vectors(candidates))
        found["late_interaction"] = late
        share = weights.late_interaction
        scaled = _min_max(late)
        for i in candidates:
            scores[i] = (1 - share) * scores[i] + share * scaled.get(i, 0.0)
        order = sorted(candidates, key=lambda i: (-scores[i], i))
    return _without_repeats(
        [(passages[i], scores[i], {name: s[i] for name, s in found.items() if i in s}) for i in order]
    )


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


def late_interaction(query: EncodedQuery, passages: Mapping[str, npt.NDArray[np.int8]]) -> Scores:
    """For each question token the best cosine among a passage's token vectors; their weighted mean, in [-1, 1].

    Source: ColBERT's MaxSim (Khattab and Zaharia, 2020), here with the embedder's own token vectors and idf weights.
    """
    weights = query.token_weights
    total = float(weights.sum())
    if not passages or total <= 0:
        return {}
    keep = weights > 0
    asked = query.encoding.token_vectors[keep]
    share = weights[keep] / total
    names = list(passages)
    stacked = np.concatenate([passages[i] for i in names]).astype(np.float32) / 127.0
    similarity = asked @ stacked.T
    ends = np.cumsum([len(passages[i]) for i in names])
    scores: Scores = {}
    start = 0
    for name, end in zip(names, ends, strict=True):
        scores[name] = float(share @ similarity[:, start:end].max(axis=1)) if end > start else -1.0
        start = int(end)
    return scores


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
