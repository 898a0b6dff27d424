"""How much of a follow-up does `assistant.conversation` understand? Measured on TREC CAsT 2019-2022.

    python -m evals.benchmarks.cast FOLDER          the table
    python -m evals.benchmarks.cast FOLDER --fit    the weights for prompts/conversation.yaml

FOLDER holds `cast_rewrite/`: queries.jsonl (the raw utterance, its history, the rewrite of a person) and corpus.jsonl
(passages). Two measures, on all topics and on those that were not looked at when the rules were made (even numbers):

- retrieval with the raw utterance, ours and the person's: R@5 and MRR@10, and the share of the gap between raw and
  person that ours closes;
- the words added to the utterance against those the person added (precision, recall, F1, each a mean over the turns
  where the person added any), and how often an utterance to which the person added nothing is left alone.
"""

import math
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.conversation import read_rules, resolve
from assistant.embedding import SentenceTransformerEmbedder
from assistant.lexicon import Lexicon, build_lexicon, stem, words
from assistant.settings import load_settings
from evals.benchmarks.cast_data import UNSCORED, Utterance, added_words, read_utterances
from evals.benchmarks.public_sets import find_set, read_rows
from evals.dataset import load_split

RRF_K = 60  # the constant of Cormack, Clarke and Buettcher (2009)
BM25_K1, BM25_B = 1.2, 0.75
Scores = npt.NDArray[np.float32]
Embed = Callable[[Sequence[str]], Scores]
WAYS = ("MiniLM", "BM25", "RRF")


@dataclass(frozen=True, slots=True)
class Pool:
    """The passages, with what the three ways of searching them need."""

    ids: tuple[str, ...]
    vectors: Scores  # [n, d], unit length
    postings: Mapping[str, tuple[npt.NDArray[np.int64], Scores]]  # stem -> (positions, BM25 weights)


def make_pool(rows: Sequence[Mapping[str, Any]], embed: Embed) -> Pool:
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
        frequencies = np.array([times for _, times in met], dtype=np.float32)
        idf = math.log(1 + (len(texts) - len(met) + 0.5) / (len(met) + 0.5))
        weights = idf * frequencies * (BM25_K1 + 1) / (frequencies + norms[positions])
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
    queries: Mapping[str, str], utterances: Sequence[Utterance], pool: Pool, embed: Embed
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


@dataclass(frozen=True, slots=True)
class Added:
    """Means over a set of utterances of what was added to them."""

    precision: float
    recall: float
    f1: float
    left_alone: float
    left_alone_with_history: float


def added_scores(queries: Mapping[str, str], utterances: Sequence[Utterance]) -> Added:
    """Compare what the queries add to the raw utterances with what people added."""
    compared = [(utterance, added_words(utterance, queries[utterance.id])) for utterance in utterances]
    wanted = [words for _, words in compared if words.wanted]
    alone = [(utterance, words.left_alone) for utterance, words in compared if not words.wanted]
    return Added(
        _mean([words.precision for words in wanted]),
        _mean([words.recall for words in wanted]),
        _mean([words.f1 for words in wanted]),
        _mean([left for _, left in alone]),
        _mean([left for utterance, left in alone if utterance.conversation.turns]),
    )


def table(utterances: Sequence[Utterance], queries: Mapping[str, str], pool: Pool, embed: Embed) -> str:
    """Both measures as text, for all topics and for the unseen ones."""
    raw = {utterance.id: utterance.text for utterance in utterances}
    person = {utterance.id: utterance.person for utterance in utterances}
    scores = [retrieval_scores(each, utterances, pool, embed) for each in (raw, queries, person)]
    lines = []
    for name, chosen in (("all topics", utterances), ("unseen topics", [u for u in utterances if u.unseen])):
        ids = [utterance.id for utterance in chosen if utterance.gold]
        lines.append(f"{name}: {len(ids)} turns with a passage")
        lines.append(f"{'':14}{'raw':>8}{'ours':>8}{'person':>8}{'gap closed':>12}")
        for way in WAYS:
            for position, measure in enumerate(("R@5", "MRR@10")):
                low, ours, high = (_mean([found[id][way][position] for id in ids]) for found in scores)
                gap = (ours - low) / (high - low)
                lines.append(f"{way:7}{measure:>7}{low:8.3f}{ours:8.3f}{high:8.3f}{gap:12.0%}")
        added = added_scores(queries, chosen)
        lines += [
            f"words added: precision {added.precision:.3f}, recall {added.recall:.3f}, F1 {added.f1:.3f}",
            f"left alone when nothing is needed: {added.left_alone:.1%} "
            f"(of those with a history: {added.left_alone_with_history:.1%})",
            "",
        ]
    return "\n".join(lines)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


def _corpus_lexicon() -> Lexicon:
    """Words of our own documents, a paragraph taken for a passage."""
    files = sorted(load_settings().corpus_dir.glob("*.md"))
    paragraphs = [part for file in files for part in re.split(r"\n\s*\n", file.read_text(encoding="utf-8"))]
    return build_lexicon([part for part in paragraphs if part.strip()], [], _known)


def _known(_: str) -> bool:
    return True  # spelling is not corrected here


def main(arguments: Sequence[str]) -> int:
    """Print the table, or with --fit the weights; without the benchmark one line that says so."""
    named = [argument for argument in arguments if not argument.startswith("--")]
    folder, why = find_set(named[0] if named else "", "cast_rewrite", "queries.jsonl")
    if folder is None:
        print(why)
        return 0
    settings = load_settings()
    rules = read_rules(settings.prompts_dir)
    utterances = read_utterances(folder / "queries.jsonl")
    rows = read_rows(folder / "corpus.jsonl")
    lexicon = build_lexicon([row["text"] for row in rows], [], _known)
    if "--fit" in arguments:
        from evals.benchmarks.cast_fit import fit

        print(fit(utterances, rules, lexicon.idf, load_split("dev"), _corpus_lexicon().idf))
        return 0
    started = time.perf_counter()
    queries = {u.id: resolve(u.text, u.conversation, rules, lexicon.idf).query for u in utterances}
    each = 1000 * (time.perf_counter() - started) / len(utterances)
    embed = SentenceTransformerEmbedder.load(settings.embedding_model).embed
    print(table(utterances, queries, make_pool(rows, embed), embed))
    print(f"{each:.1f} ms to resolve one utterance (mean)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
