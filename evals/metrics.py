"""What is measured on one question. Each value is a pure function of one Observation; its docstring is its definition
and is printed in the report. None means unscored: the value does not apply to the case, which is not the same as zero.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from assistant.domain import Answer, Citation
from assistant.errors import AssistantError
from evals.dataset import Case, GoldMode
from evals.matching import Source, Span, contains_phrase, located, quote_ranks, share_of_words_inside, word_spans

COVERED = 0.6  # of the words of a gold quote must be cited: a quotation may leave out an aside, not the substance
OVERLAP = 0.5  # of the words of the shorter of two quotes must be shared for them to be about the same sentence


@dataclass(frozen=True, slots=True)
class Observation:
    """One case, the answer it got, and what is needed to judge it."""

    case: Case
    answer: Answer
    sources: Mapping[str, Source]
    elapsed_ms: float  # measured from outside
    ranks: tuple[int | None, ...]  # of each gold quote: the number of passages read until it is found

    @classmethod
    def of(cls, case: Case, answer: Answer, sources: Mapping[str, Source], elapsed_ms: float = 0.0) -> "Observation":
        """Match the passages with the gold quotes once, for all retrieval metrics."""
        quotes = [(gold.document, gold.quote) for gold in case.gold]
        passages = [(hit.passage.document_id, hit.passage.text) for hit in answer.hits]
        return cls(case, answer, sources, elapsed_ms, tuple(quote_ranks(quotes, passages)))


class Summary(StrEnum):
    """How the values of many cases become one."""

    MEAN = "mean"
    MEDIAN = "median"
    P95 = "p95"


class Unit(StrEnum):
    """What a value counts."""

    SHARE = "share"
    WORDS = "words"
    MILLISECONDS = "ms"


@dataclass(frozen=True, slots=True)
class Metric:
    """A named measurement."""

    name: str
    label: str
    value: Callable[[Observation], float | None]
    summary: Summary = Summary.MEAN
    unit: Unit = Unit.SHARE
    higher_is_better: bool = True
    retrieval: bool = False  # needs only the passages found, so that it also applies to a pipeline without answers

    @property
    def definition(self) -> str:
        """The docstring of the function that measures it."""
        function = self.value.func if isinstance(self.value, partial) else self.value
        return " ".join((inspect.getdoc(function) or "").split())


def recall(o: Observation, *, k: int) -> float | None:
    """Share of the gold quotes that the first k passages hold (Manning, Raghavan and Schütze 2008, ch. 8, with quotes
    in place of documents). Letters and digits decide; a quote cut where one passage ends and the next begins is found
    once both are among the k. Where any one quote is enough, 1 when one is found. Unscored without gold quotes.
    """
    if not o.ranks:
        return None
    found = [rank is not None and rank <= k for rank in o.ranks]
    return float(any(found)) if o.case.gold_mode is GoldMode.ANY else sum(found) / len(found)


def ndcg_at_10(o: Observation) -> float | None:
    """Normalised discounted cumulative gain of the first ten passages (Järvelin and Kekäläinen 2002; ir-measures).
    The relevant passages are those that complete a gold quote, each quote crediting the first that does; a quote that
    is not found counts as a relevant passage that was missed. Unscored without gold quotes.
    """
    return _ranking_measure(o, "nDCG@10")


def reciprocal_rank(o: Observation) -> float | None:
    """1 / the rank of the first relevant passage, 0 when none is among the first ten; its mean is MRR (Voorhees 1999;
    ir-measures). Relevant as for nDCG@10. Unscored without gold quotes.
    """
    return _ranking_measure(o, "RR@10")


def citation_recall(o: Observation) -> float | None:
    """Share of the gold quotes that the answer quotes: at least 60 % of the words of the gold quote lie inside quoted
    spans of the same document (after ALCE, Gao et al. 2023, with human gold in place of a model's entailment). Where
    any one quote is enough, 1 when one is covered. A refusal covers none. Unscored without gold quotes.
    """
    if not o.case.gold:
        return None
    cited = _cited_spans(o.answer.citations)
    covered: list[bool] = []
    for gold in o.case.gold:
        source = o.sources.get(gold.document)
        places = source.locate(gold.quote) if source else ()
        spans = cited.get(gold.document, [])
        covered.append(
            source is not None and any(share_of_words_inside(source.text, p, spans) >= COVERED for p in places)
        )
    return float(any(covered)) if o.case.gold_mode is GoldMode.ANY else sum(covered) / len(covered)


def citation_precision(o: Observation) -> float | None:
    """Share of the quoted sentences that are gold: the sentence and a gold quote of the same document share at least
    half of the words of the shorter of the two. A sentence that is quoted twice counts once. Unscored without gold
    quotes and for answers that cite nothing.
    """
    if not o.case.gold or not o.answer.citations:
        return None
    gold = located(((g.document, g.quote) for g in o.case.gold), o.sources)
    quoted = [
        (document_id, sentence)
        for document_id, spans in _cited_spans(o.answer.citations).items()
        for sentence in _quoted_sentences(o.sources.get(document_id), spans)
    ]
    right = sum(
        any(_share_words(o.sources[document_id].text, sentence, span) for span in gold.get(document_id, []))
        for document_id, sentence in quoted
    )
    return right / len(quoted)


def key_fact_recall(o: Observation) -> float | None:
    """Share of the key facts that the answer states: one of the accepted phrasings stands, as whole words, in the
    answer's statements or quotes (spacing, quotation marks, dashes and case do not matter; nugget recall, Voorhees
    2003). A refusal states none. Unscored without key facts.
    """
    if not o.case.key_facts:
        return None
    return 1 - len(missing_facts(o.case, o.answer)) / len(o.case.key_facts)


def answer_words(o: Observation) -> float | None:
    """Words that the reader reads: statements with their attributions, without citation markers. Unscored unless the
    question was answered.
    """
    if not o.answer.status.answered:
        return None
    return float(sum(len(f"{s.lead_in} {s.text}".split()) for s in o.answer.statements))


def answered_when_answerable(o: Observation) -> float | None:
    """1 when a question that the documents answer got an answer; 1 minus its mean is the share of wrong refusals.
    Unscored for questions that the documents do not answer.
    """
    return float(o.answer.status.answered) if o.case.answerable else None


def refused_when_not(o: Observation) -> float | None:
    """1 when a question that the documents do not answer was refused, for whatever reason; 1 minus its mean is the
    share of wrong answers. A breakdown is not a refusal. Unscored for questions that the documents answer.
    """
    return None if o.case.answerable else float(o.answer.status.reason is not None)


def reason_agreement(o: Observation) -> float | None:
    """1 when a rightful refusal gave exactly the expected reason. Unscored for answers and for questions that the
    documents answer.
    """
    if o.case.answerable or o.answer.status.reason is None:
        return None
    return float(o.answer.status.reason is o.case.status.reason)


def quotes_exact(o: Observation) -> float | None:
    """Share of the citations whose quote equals the text of the document between its start and its end, character for
    character. Unscored for answers that cite nothing.
    """
    if not o.answer.citations:
        return None
    exact = [
        c.document_id in o.sources and o.sources[c.document_id].text[c.start : c.end] == c.quote != ""
        for c in o.answer.citations
    ]
    return sum(exact) / len(exact)


def latency_ms(o: Observation) -> float | None:
    """Milliseconds from question to answer, as the assistant timed it (as measured from outside where it did not);
    one question before the first is not counted, so that models and indexes are loaded.
    """
    return float(o.answer.timings_ms.get("total", o.elapsed_ms))


METRICS: tuple[Metric, ...] = (
    Metric("recall@1", "Recall@1", partial(recall, k=1), retrieval=True),
    Metric("recall@5", "Recall@5", partial(recall, k=5), retrieval=True),
    Metric("recall@10", "Recall@10", partial(recall, k=10), retrieval=True),
    Metric("ndcg@10", "nDCG@10", ndcg_at_10, retrieval=True),
    Metric("mrr", "MRR", reciprocal_rank, retrieval=True),
    Metric("key_facts", "Key facts", key_fact_recall),
    Metric("citation_recall", "Citation recall", citation_recall),
    Metric("citation_precision", "Citation precision", citation_precision),
    Metric("quotes_exact", "Quotes exact", quotes_exact),
    Metric("answered", "Answered when answerable", answered_when_answerable),
    Metric("refused", "Refused when not", refused_when_not),
    Metric("reason", "Reason as expected", reason_agreement),
    Metric("words", "Words (median)", answer_words, Summary.MEDIAN, Unit.WORDS, higher_is_better=False),
    Metric("latency_p50", "Latency p50", latency_ms, Summary.MEDIAN, Unit.MILLISECONDS, False, retrieval=True),
    Metric("latency_p95", "Latency p95", latency_ms, Summary.P95, Unit.MILLISECONDS, False, retrieval=True),
)


def measure(o: Observation, *, retrieval_only: bool = False) -> dict[str, float | None]:
    """Every metric of one observation by name; with `retrieval_only` those of the answer are unscored."""
    return {m.name: m.value(o) if m.retrieval or not retrieval_only else None for m in METRICS}


def missing_facts(case: Case, answer: Answer) -> list[tuple[str, ...]]:
    """The key facts of which no phrasing stands in the answer's statements or quotes."""
    said = " ".join(f"{s.lead_in} {s.text}" for s in answer.statements)
    texts = [said, *(c.quote for c in answer.citations)]
    return [fact for fact in case.key_facts if not any(contains_phrase(t, p) for t in texts for p in fact)]


def _ranking_measure(o: Observation, name: str) -> float | None:
    if not o.ranks:
        return None
    ir: Any = _ir_measures()
    ranks: Sequence[int | None] = o.ranks
    if o.case.gold_mode is GoldMode.ANY:
        ranks = [min((r for r in ranks if r is not None), default=None)]
    relevant = {f"missed {i}" if rank is None else str(rank) for i, rank in enumerate(ranks)}
    run = [ir.ScoredDoc("q", str(rank), -rank) for rank in range(1, len(o.answer.hits) + 1)]
    qrels = [ir.Qrel("q", passage, 1) for passage in sorted(relevant)]
    return float(next(iter(ir.iter_calc([ir.parse_measure(name)], qrels, run))).value)


def _ir_measures() -> Any:
    try:
        import ir_measures
    except ImportError as error:
        raise AssistantError("ir-measures is not installed; run: pip install 'policy-assistant[eval]'") from error
    return ir_measures


def _cited_spans(citations: Sequence[Citation]) -> dict[str, list[Span]]:
    spans: dict[str, list[Span]] = {}
    for citation in citations:
        spans.setdefault(citation.document_id, []).append((citation.start, citation.end))
    return spans


def _quoted_sentences(source: Source | None, spans: Sequence[Span]) -> list[Span]:
    """The sentences at least half of whose words are quoted; the quoted span itself where it holds no such sentence."""
    found: dict[Span, None] = {}
    for start, end in spans:
        near = [s for s in source.sentences if s[0] < end and start < s[1]] if source else []
        whole = [s for s in near if source and share_of_words_inside(source.text, s, [(start, end)]) >= OVERLAP]
        found.update(dict.fromkeys(whole or [(start, end)]))
    return list(found)


def _share_words(text: str, first: Span, second: Span) -> bool:
    words, others = word_spans(text, first), word_spans(text, second)
    shorter = min(len(words), len(others))
    return shorter > 0 and len(set(words) & set(others)) >= OVERLAP * shorter
