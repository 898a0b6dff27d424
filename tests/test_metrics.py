"""Every metric on small worked examples, counted by hand."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import (
    ANSWERED,
    Answer,
    AnswerStatus,
    Citation,
    Failure,
    Hit,
    Locator,
    Mode,
    Passage,
    PassageKind,
    Reason,
    Statement,
    Support,
)
from evals import metrics
from evals.dataset import Case, CaseKind, Gold, GoldMode
from evals.intervals import difference_of_groups, estimate, paired_difference, refusal_curve
from evals.matching import Source, contains_phrase, is_covered
from evals.metrics import METRICS, Observation, Summary, measure

# Three sentences, then two.
ONE = "The Panel has sixteen members. It met five times. Its “report” – the first since 2000 – is long."
TWO = "Prevention comes first. Nobody objects."
TEXT = f"{ONE}\n\n{TWO}"
SENTENCES = ((0, 30), (31, 49), (50, len(ONE)), (len(ONE) + 2, len(ONE) + 25), (len(ONE) + 26, len(TEXT)))
SOURCES = {"d": Source.of(TEXT, SENTENCES), "e": Source.of(TEXT)}
MEMBERS, MET, REPORT, PREVENTION, NOBODY = (TEXT[a:b] for a, b in SENTENCES)


def make_case(*quotes: str, mode: GoldMode = GoldMode.ALL, facts: Sequence[tuple[str, ...]] = ()) -> Case:
    gold = tuple(Gold("d", quote) for quote in quotes)
    return Case("c", CaseKind.LIST, "?", ANSWERED, gold, mode, tuple(facts))


def unanswerable(reason: Reason = Reason.NOT_STATED) -> Case:
    return Case("c", CaseKind.UNANSWERABLE_NEAR, "?", AnswerStatus(reason=reason))


def hits(*texts: str, document: str = "d") -> tuple[Hit, ...]:
    return tuple(
        Hit(Passage(f"p{i}", document, i, PassageKind.BODY, t, 0, len(t), Locator(), (), (), ()), 1 / i, i)
        for i, t in enumerate(texts, start=1)
    )


def cite(quote: str, document: str = "d", marker: int = 1) -> Citation:
    start = TEXT.index(quote)
    return Citation(marker, "p1", document, "D", Locator(), "D, p. 1", quote, start, start + len(quote))


def answer(*quotes: str, found: tuple[Hit, ...] = ()) -> Answer:
    citations = tuple(cite(quote, marker=i) for i, quote in enumerate(quotes, start=1))
    statements = tuple(Statement(c.quote, (c.marker,), Support.VERBATIM) for c in citations)
    return Answer("?", "?", ANSWERED, Mode.EXTRACTIVE, statements, citations, found)


def refusal(reason: Reason = Reason.NOT_STATED) -> Answer:
    return Answer("?", "?", AnswerStatus(reason=reason), Mode.EXTRACTIVE, message="Nothing on sixteen members.")


def broken() -> Answer:
    return Answer("?", "?", AnswerStatus(failure=Failure.INTERNAL), Mode.EXTRACTIVE)


def values(case: Case, given_answer: Answer) -> dict[str, float | None]:
    return measure(Observation.of(case, given_answer, SOURCES))


# -- matching --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "covered"),
    [
        ([ONE], True),
        (["The **Panel** has\nsixteen\nmembers"], True),
        (["The Panel has six", "teen members. It met"], True),
        (["teen members. It met", "The Panel has six"], True),
        (["The Panel has sixteen", "has sixteen members. It"], True),
        (["The Panel", "has sixteen", "members. It"], True),
        (["The Panel has", "members."], False),
        (["The Panel has sixteen"], False),
        ([], False),
    ],
)
def test_passages_hold_a_quote_whole_or_cut_where_they_meet(texts: list[str], covered: bool) -> None:
    assert is_covered(MEMBERS, texts) is covered


@pytest.mark.parametrize(
    ("text", "phrase", "stands"),
    [
        ("in 2012", "12", False),
        ("on 12 May", "12", True),
        ("the State’s  own\n“duty”", 'the state\'s own "duty"', True),
        ("two–thirds", "two-thirds", True),
        ("responsible", "responsib", False),
        ("(R2P)", "r2p", True),
        ("anything", " ", False),
    ],
)
def test_a_phrase_is_whole_words_whatever_the_typography(text: str, phrase: str, stands: bool) -> None:
    assert contains_phrase(text, phrase) is stands


def test_a_quote_is_located_by_its_letters_at_every_place_it_stands() -> None:
    assert Source.of("A b-c. Ａ b c!").locate("a bc") == ((0, 5), (7, 12))
    assert Source.of("abc").locate("—") == ()


@given(st.text(alphabet="abc “”–.", min_size=1), st.integers(0, 30), st.integers(0, 30))
def test_whatever_is_cut_from_a_text_is_located_there(text: str, a: int, b: int) -> None:
    quote = text[min(a, b) : max(a, b)]
    located = Source.of(text).locate(quote)
    assert bool(located) is any(c.isalnum() for c in quote)


# -- retrieval -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "found", "at_1", "at_5"),
    [
        (make_case(MEMBERS), hits(TWO, ONE), 0, 1),
        (make_case(MEMBERS, PREVENTION), hits(TWO, "x", "x", "x", "x", ONE), 0.5, 0.5),
        (make_case(MEMBERS, PREVENTION, mode=GoldMode.ANY), hits(TWO, "x"), 1, 1),
        (make_case(MEMBERS), hits("The Panel has six", "teen members."), 0, 1),
        (make_case(MEMBERS), hits(ONE, document="e"), 0, 0),
        (make_case(MEMBERS), (), 0, 0),
    ],
)
def test_recall_counts_the_quotes_in_the_first_passages(
    case: Case, found: tuple[Hit, ...], at_1: float, at_5: float
) -> None:
    got = values(case, answer(found=found))
    assert (got["recall@1"], got["recall@5"]) == (at_1, at_5)


def test_ranking_measures_agree_with_a_count_by_hand() -> None:
    got = values(make_case(MEMBERS, PREVENTION), answer(found=hits("x", ONE, "x", TWO, ONE)))
    ideal = 1 + 1 / math.log2(3)
    assert got["mrr"] == pytest.approx(1 / 2)
    assert got["ndcg@10"] == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / ideal)


@pytest.mark.parametrize(
    ("case", "found", "ndcg", "mrr"),
    [
        (make_case(MEMBERS, MET), hits(ONE), 1, 1),  # one passage holds both
        (make_case(MEMBERS, PREVENTION), hits(ONE), 1 / (1 + 1 / math.log2(3)), 1),  # the other is missed
        (make_case(MEMBERS, PREVENTION, mode=GoldMode.ANY), hits(ONE), 1, 1),  # the other is not needed
        (make_case(MEMBERS, mode=GoldMode.ANY), hits(TWO), 0, 0),
        (make_case(MEMBERS), (), 0, 0),
    ],
)
def test_a_missed_quote_lowers_the_gain_unless_another_is_enough(
    case: Case, found: tuple[Hit, ...], ndcg: float, mrr: float
) -> None:
    got = values(case, answer(found=found))
    assert (got["ndcg@10"], got["mrr"]) == (pytest.approx(ndcg), pytest.approx(mrr))


# -- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "given_answer", "recall", "precision"),
    [
        (make_case(MEMBERS), answer(MEMBERS), 1, 1),
        (make_case(MEMBERS), answer("Panel has sixteen"), 1, 1),  # 3 of 5 words
        (make_case(MEMBERS), answer("has sixteen"), 0, 1),  # 2 of 5 words, all of them gold
        (make_case(MEMBERS), answer(MEMBERS, NOBODY), 1, 0.5),
        (make_case(MEMBERS), answer(ONE), 1, 1 / 3),  # a quoted paragraph counts by its sentences
        (make_case(MEMBERS, PREVENTION), answer(PREVENTION), 0.5, 1),
        (make_case(MEMBERS, PREVENTION, mode=GoldMode.ANY), answer(PREVENTION), 1, 1),
        (make_case(MEMBERS), answer(), 0, None),
        (make_case(MEMBERS), refusal(), 0, None),
        (unanswerable(), answer(MEMBERS), None, None),
    ],
)
def test_citations_are_compared_with_the_gold_by_their_words(
    case: Case, given_answer: Answer, recall: float | None, precision: float | None
) -> None:
    got = values(case, given_answer)
    assert (got["citation_recall"], got["citation_precision"]) == (recall, precision)


def test_a_quote_from_another_document_with_the_same_words_does_not_count() -> None:
    elsewhere = Answer("?", "?", ANSWERED, Mode.EXTRACTIVE, (), (cite(MEMBERS, document="e"),))
    got = values(make_case(MEMBERS), elsewhere)
    assert (got["citation_recall"], got["citation_precision"]) == (0, 0)


@pytest.mark.parametrize(
    ("facts", "given_answer", "expected"),
    [
        ([("16 members", "sixteen members")], answer(MEMBERS), 1),
        ([("sixteen members",), ("five times",)], answer(MEMBERS), 0.5),
        ([('its "report" - the first',)], answer(REPORT), 1),
        ([("sixteen members",)], refusal(), 0),  # the message names it, but states nothing
        ([], answer(MEMBERS), None),
    ],
)
def test_key_facts_are_found_in_any_phrasing(
    facts: list[tuple[str, ...]], given_answer: Answer, expected: float | None
) -> None:
    assert values(make_case(MEMBERS, facts=facts), given_answer)["key_facts"] == expected


def test_length_counts_what_is_read_and_no_markers() -> None:
    statement = Statement("It met five times.", (1, 2), Support.VERBATIM, lead_in="Note (2015):")
    given_answer = Answer("?", "?", ANSWERED, Mode.EXTRACTIVE, (statement,))
    assert values(make_case(MET), given_answer)["words"] == 6
    assert values(make_case(MET), refusal())["words"] is None


@pytest.mark.parametrize(
    ("case", "given_answer", "answered", "refused", "reason"),
    [
        (make_case(MEMBERS), answer(MEMBERS), 1, None, None),
        (make_case(MEMBERS), refusal(), 0, None, None),
        (make_case(MEMBERS), broken(), 0, None, None),
        (unanswerable(), refusal(), None, 1, 1),
        (unanswerable(), refusal(Reason.OFF_TOPIC), None, 1, 0),
        (unanswerable(), answer(MEMBERS), None, 0, None),
        (unanswerable(), broken(), None, 0, None),
    ],
)
def test_refusing_and_answering_are_scored_on_their_own_questions(
    case: Case, given_answer: Answer, answered: float | None, refused: float | None, reason: float | None
) -> None:
    got = values(case, given_answer)
    assert (got["answered"], got["refused"], got["reason"]) == (answered, refused, reason)


def test_a_quote_that_differs_by_one_character_is_not_exact() -> None:
    right = cite(REPORT)
    wrong = Citation(2, "p", "d", "D", Locator(), "D", REPORT.replace("“", '"'), right.start, right.end)
    given_answer = Answer("?", "?", ANSWERED, Mode.EXTRACTIVE, (), (right, wrong))
    assert values(make_case(REPORT), given_answer)["quotes_exact"] == 0.5
    assert values(make_case(REPORT), refusal())["quotes_exact"] is None


def test_latency_is_the_assistants_own_timing_where_there_is_one() -> None:
    timed = Answer("?", "?", ANSWERED, Mode.EXTRACTIVE, timings_ms={"total": 12.0})
    case = make_case(MEMBERS)
    assert metrics.latency_ms(Observation.of(case, timed, SOURCES, 99.0)) == 12.0
    assert metrics.latency_ms(Observation.of(case, answer(), SOURCES, 99.0)) == 99.0


def test_a_pipeline_without_answers_is_unscored_on_answers_not_zero() -> None:
    got = measure(Observation.of(make_case(MEMBERS), answer(found=hits(ONE)), SOURCES), retrieval_only=True)
    assert got["recall@1"] == 1
    assert {name for name, value in got.items() if value is None} == {m.name for m in METRICS if not m.retrieval}


def test_every_metric_is_defined_in_words() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert len(metric.definition) > 60, metric.name
        assert "partial" not in metric.definition


# -- intervals -------------------------------------------------------------------------------------------------------


def test_an_estimate_leaves_out_what_is_unscored_and_repeats_exactly() -> None:
    found = estimate([1, 0, None, 1, 1])
    assert found is not None
    assert (found.value, found.n) == (0.75, 4)
    assert found.low < found.value < found.high
    assert found == estimate([1, 0, None, 1, 1])


def test_nothing_scored_is_no_figure() -> None:
    assert estimate([None, None]) is None
    assert estimate([]) is None
    assert paired_difference([(1, None)]) is None
    assert difference_of_groups([1.0], [None]) is None


def test_the_interval_of_a_share_is_about_the_normal_one() -> None:
    found = estimate([1.0] * 160 + [0.0] * 40)
    assert found is not None
    half = 1.96 * math.sqrt(0.8 * 0.2 / 200)
    assert found.low == pytest.approx(0.8 - half, abs=0.012)
    assert found.high == pytest.approx(0.8 + half, abs=0.012)


@pytest.mark.parametrize(("summary", "value"), [(Summary.MEDIAN, 50.0), (Summary.P95, 95.0), (Summary.MEAN, 50.0)])
def test_medians_and_percentiles_are_summarised_as_such(summary: Summary, value: float) -> None:
    found = estimate([float(i) for i in range(101)], summary)
    assert found is not None
    assert found.value == pytest.approx(value)
    assert found.low <= value <= found.high


def test_a_steady_gain_is_significant_and_a_mixed_one_is_not() -> None:
    steady = paired_difference([(0.0, 1.0)] * 12 + [(1.0, 1.0)] * 30)
    assert steady is not None
    assert steady.difference == pytest.approx(12 / 42)
    assert steady.p < 0.01
    assert steady.low > 0
    mixed = paired_difference([(0.0, 1.0)] * 5 + [(1.0, 0.0)] * 4 + [(1.0, 1.0)] * 30)
    assert mixed is not None
    assert mixed.p > 0.5
    assert mixed.low < 0 < mixed.high


def test_no_difference_at_all_has_p_one() -> None:
    same = paired_difference([(1.0, 1.0), (0.0, 0.0)])
    assert same is not None
    assert (same.difference, same.p, same.n) == (0, 1, 2)


def test_the_refusal_curve_runs_from_nothing_to_everything() -> None:
    curve = refusal_curve([(0.9, True), (0.6, True), (0.4, True), (0.5, False), (0.1, False)])
    assert curve is not None
    assert (curve.points[0].wrongly_refused, curve.points[0].rightly_refused) == (0, 0)
    assert (curve.points[-1].wrongly_refused, curve.points[-1].rightly_refused) == (1, 1)
    assert curve.area == pytest.approx(5 / 6)  # of the six pairs one is the wrong way round


def test_ties_in_the_scores_count_half() -> None:
    curve = refusal_curve([(0.5, True), (0.5, False)])
    assert curve is not None
    assert curve.area == pytest.approx(0.5)
    assert refusal_curve([(0.5, True)]) is None
