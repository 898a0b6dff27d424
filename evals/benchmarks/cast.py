"""How much of a follow-up does `assistant.conversation` understand? Measured on TREC CAsT 2019-2022.

    python -m evals.benchmarks.cast FOLDER

FOLDER holds `cast_rewrite/` (or is it): queries.jsonl with the raw utterance, its history and the rewrite of a person;
corpus.jsonl with passages. Two measures, each on all topics and on the topics that were not looked at when the rules
were made (even numbers; the odd ones were):

- retrieval with the raw utterance, ours and the person's: R@5 and MRR@10, and the share of the gap between raw and
  person that ours closes;
- the words added to the utterance against those the person added (precision, recall, F1, a mean over the turns where
  the person added any), and how often an utterance to which the person added nothing is left alone.
"""

import json
import math
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.conversation import FollowUpRules, Resolved, read_rules, resolve
from assistant.domain import Conversation
from evals.benchmarks.cast_data import UNSCORED, Utterance, added_words, read_utterances
from assistant.embedding import Embedder
from assistant.lexicon import build_lexicon, stem, words
from assistant.settings import load_settings

FOLDER_VARIABLE = "ASSISTANT_BENCHMARKS_DIR"
RRF_K = 60  # the constant of Cormack, Clarke and Buettcher (2009)
BM25_K1, BM25_B = 1.2, 0.75
Scores = npt.NDArray[np.float32]
Resolver = Callable[[str, Conversation], Resolved]


@dataclass(frozen=True, slots=True)
class Pool:
    """The passages, with what the three ways of searching them need."""

    ids: tuple[str, ...]
    vectors: Scores  # [n, d], unit length
    postings: Mapping[str, tuple[npt.NDArray[np.int64], Scores]]  # stem -> (positions, BM25 weights)


def make_pool(rows: Sequence[Mapping[str, Any]], embed: Callable[[Sequence[str]], Scores]) -> Pool:
    """Embed and index the passages."""
    texts = [f"{row['title']} {row['text']}".strip() for row in rows]
    counts = [Counter(stem(word) for word in words(text)) for text in texts]
    lengths = np.array([sum(count.values()) for count in counts], dtype=np.float32)
    norms = BM25_K1 * (1 - BM25_B + BM25_B * lengths / lengths.mean())
    by_stem: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for position, count in enumerate(counts):
        for key, times in count.items():
            by_stem[key].append((position, times))
    postings = {}
    for key, met in by_stem.items():
        positions = np.array([position for position, _ in met])
        times = np.array([n for _, n in met], dtype=np.float32)
        idf = math.log(1 + (len(texts) - len(met) + 0.5) / (len(met) + 0.5))
        weights = idf * times * (BM25_K1 + 1) / (times + norms[positions])
        postings[key] = (positions, weights.astype(np.float32))
    return Pool(tuple(row["_id"] for row in rows), embed(texts), postings)


def rankings(query: str, vector: Scores, pool: Pool) -> dict[str, list[str]]:
    """Passage ids, best first, by dense vectors, by BM25 and by reciprocal rank fusion of the two."""
    sparse = np.zeros(len(pool.ids), dtype=np.float32)
    for word in words(query):
        if word not in UNSCORED and (posting := pool.postings.get(stem(word))):
            sparse[posting[0]] += posting[1]
    orders = {"MiniLM": np.argsort(-(pool.vectors @ vector), kind="stable"), "BM25": np.argsort(-sparse, kind="stable")}
    fused = np.zeros(len(pool.ids))
    for order in orders.values():
        fused[order] += 1 / (RRF_K + 1 + np.arange(len(order)))
    orders["RRF"] = np.argsort(-fused, kind="stable")
    return {name: [pool.ids[i] for i in order[:10]] for name, order in orders.items()}


def retrieval_scores(
    queries: Mapping[str, str], utterances: Sequence[Utterance], pool: Pool, embed: Callable[[Sequence[str]], Scores]
) -> dict[str, dict[str, tuple[float, float]]]:
    """(R@5, MRR@10) of each utterance that has gold: utterance id -> way of searching -> the two."""
    asked = [u for u in utterances if u.gold]
    vectors = embed([queries[u.id] for u in asked])
    found = {}
    for utterance, vector in zip(asked, vectors, strict=True):
        ways = rankings(queries[utterance.id], vector, pool)
        found[utterance.id] = {
            way: (
                len(utterance.gold & set(ids[:5])) / len(utterance.gold),
                next((1 / rank for rank, id in enumerate(ids, 1) if id in utterance.gold), 0.0),
            )
            for way, ids in ways.items()
        }
    return found


def mean(values: Sequence[float]) -> float:
    """The mean; not a number where there are none."""
    return sum(values) / len(values) if values else float("nan")
