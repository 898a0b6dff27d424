"""How sure is a figure: bootstrap intervals, paired differences, and the curve of the two kinds of error.

Intervals are percentile bootstrap intervals over cases (Efron and Tibshirani 1993), p-values are two-sided
randomisation tests (Smucker, Allan and Carterette 2007). Both draw from a fixed seed, so that equal results give
equal reports.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from evals.metrics import Summary

RESAMPLES = 2000
SEED = 20151  # any number; fixed, so that a report can be made again
LEVEL = 95.0  # per cent

Floats = npt.NDArray[np.float64]

_SUMMARIES: dict[Summary, Callable[[Floats], Floats]] = {
    Summary.MEAN: lambda values: np.mean(values, axis=-1),
    Summary.MEDIAN: lambda values: np.median(values, axis=-1),
    Summary.P95: lambda values: np.percentile(values, 95, axis=-1),
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval and the number of cases it rests on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Difference:
    """after - before, with its 95 % interval; p: how often chance alone gives one at least as large."""

    before: float
    after: float
    difference: float
    low: float
    high: float
    p: float
    n: int


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Refusing every question with a score below `threshold`: the shares of both groups that are refused."""

    threshold: float
    wrongly_refused: float  # of the answerable
    rightly_refused: float  # of the unanswerable


@dataclass(frozen=True, slots=True)
class Curve:
    """All thresholds, from refusing nothing to refusing everything; area .5 is chance, 1 is perfect."""

    points: tuple[CurvePoint, ...]
    area: float
    answerable: int
    unanswerable: int


def estimate(values: Sequence[float | None], summary: Summary = Summary.MEAN) -> Estimate | None:
    """The summary of the scored values; None when none is scored."""
    scored = _scored(values)
    if not len(scored):
        return None
    drawn = _SUMMARIES[summary](scored[_draws(len(scored))])
    return Estimate(float(_SUMMARIES[summary](scored)), *_interval(drawn), len(scored))


def paired_difference(
    pairs: Sequence[tuple[float | None, float | None]], summary: Summary = Summary.MEAN
) -> Difference | None:
    """Of (before, after) on the same cases; pairs with an unscored side are left out; None when none is left."""
    both = np.array([(a, b) for a, b in pairs if a is not None and b is not None], dtype=np.float64).reshape(-1, 2)
    if not len(both):
        return None
    summarise = _SUMMARIES[summary]
    before, after = float(summarise(both[:, 0])), float(summarise(both[:, 1]))
    draws = _draws(len(both))
    drawn = summarise(both[:, 1][draws]) - summarise(both[:, 0][draws])
    swapped = np.random.default_rng(SEED).random((RESAMPLES, len(both))) < 0.5
    first = np.where(swapped, both[:, 1], both[:, 0])
    second = np.where(swapped, both[:, 0], both[:, 1])
    by_chance = np.abs(summarise(second) - summarise(first))
    # the tolerance keeps equal differences equal; the 1s count the observed one among the possible ones
    as_large = int(np.sum(by_chance >= abs(after - before) - 1e-12))
    return Difference(before, after, after - before, *_interval(drawn), (as_large + 1) / (RESAMPLES + 1), len(both))


def difference_of_groups(first: Sequence[float | None], second: Sequence[float | None]) -> Estimate | None:
    """mean(first) - mean(second) of two groups of different cases; n is the size of the smaller one."""
    a, b = _scored(first), _scored(second)
    if not len(a) or not len(b):
        return None
    # another seed for the second group: the same draws would tie groups of equal size to each other
    drawn = a[_draws(len(a))].mean(axis=1) - b[_draws(len(b), SEED + 1)].mean(axis=1)
    return Estimate(float(a.mean() - b.mean()), *_interval(drawn), min(len(a), len(b)))


def refusal_curve(scored: Sequence[tuple[float, bool]]) -> Curve | None:
    """The curve of (score, answerable), a higher score meaning more answerable; None unless both groups are there."""
    answerable = np.sort([score for score, is_answerable in scored if is_answerable])
    unanswerable = np.sort([score for score, is_answerable in scored if not is_answerable])
    if not len(answerable) or not len(unanswerable):
        return None
    thresholds = [*sorted({score for score, _ in scored}), float("inf")]
    points = tuple(
        CurvePoint(
            threshold,
            float(np.searchsorted(answerable, threshold, side="left") / len(answerable)),
            float(np.searchsorted(unanswerable, threshold, side="left") / len(unanswerable)),
        )
        for threshold in thresholds
    )
    x = np.array([p.wrongly_refused for p in points])
    y = np.array([p.rightly_refused for p in points])
    area = float(np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2))
    return Curve(points, area, len(answerable), len(unanswerable))


def _scored(values: Sequence[float | None]) -> Floats:
    return np.array([value for value in values if value is not None], dtype=np.float64)


@lru_cache(maxsize=8)  # each metric of a group draws the same cases
def _draws(n: int, seed: int = SEED) -> npt.NDArray[np.int64]:
    return np.random.default_rng(seed).integers(0, n, size=(RESAMPLES, n))


def _interval(drawn: Floats) -> tuple[float, float]:
    tail = (100 - LEVEL) / 2
    low, high = np.percentile(drawn, [tail, 100 - tail])
    return float(low), float(high)
