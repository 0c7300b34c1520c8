"""Thresholds, grey zones and error rates, from what right and weak solutions reached.

Every sample is described by the normal distribution of its runs. A measure is a share or a difference of shares,
and more of it is better.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from functools import cache
from math import ceil, floor, sqrt
from statistics import NormalDist

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from tlgrader.authoring.calibration.runs import Distributions, Sides
from tlgrader.checks.finding import Scale
from tlgrader.errors import AuthorError
from tlgrader.grading.greyzone import RUNS, GreyZone

RATE = 0.01  # the most that either error may be estimated at
# Half a percentage point: less spread than this over a handful of seeds is luck.
_LEAST_SD = 0.005
_POINT = 0.01  # thresholds are given to students, so they are round
_DECISIVE = 0.001  # a single run decides where at most so many runs of the other side come
_DRAWS, _REDRAWS, _REDRAWN_DRAWS = 20_000, 400, 2_000
_POINTS_TRIED = 5  # farther from the best point, the rates only grow
_CONFIDENCE = 0.95


class Side(msgspec.Struct, frozen=True):
    """What solutions of one side reached, by sample, a value for each seed; and how often the grader would err.

    `estimated` is the rate of the sample nearest to the threshold, under the rule of the grey zone, with its
    interval in `between`. `wrong` of `total` single runs lie on the wrong side, with the exact binomial
    `interval`. Both intervals are of 95 %.
    """

    runs: dict[str, list[float]]
    estimated: float
    between: tuple[float, float]
    wrong: int
    total: int
    interval: tuple[float, float]


class Calibrated(msgspec.Struct, frozen=True, omit_defaults=True):
    """A threshold, its grey zone and what they rest on: `correct` fails falsely, `weak` passes falsely."""

    threshold: float
    zone: tuple[float, float]
    correct: Side
    weak: Side
    scale: Scale | None = None
    """Where its author wants points in proportion."""


class Fit(msgspec.Struct, frozen=True):
    """One sample's runs as a normal distribution, estimated from so many `runs`."""

    sample: str
    mean: float
    sd: float
    runs: int

    @property
    def normal(self) -> NormalDist:
        """As the standard library has it."""
        return NormalDist(self.mean, self.sd)


def calibrated(found: Sides, name: str, told: float | None = None, *, scaled: bool = False) -> Calibrated:
    """The threshold of the measure `name` and its grey zone.

    Each side's nearest sample is the one that reaches farthest over in one run of a hundred. Of the percentage
    points between these two, the threshold is the one that lies the most standard deviations from the nearer of
    them, if grading by it, grey zone and mean included, errs at a rate of at most `RATE` on either side. The one
    that students were `told` stays where grading by it errs no more often. With `scaled` there is a scale around it.

    Raises:
        AuthorError: no threshold does.
    """
    right, weak = fits(found.correct, strongest=False), fits(found.weak, strongest=True)
    points = _between(weak[0].mean, right[0].mean)
    points.sort(key=lambda t: -min((right[0].mean - t) / right[0].sd, (t - weak[0].mean) / weak[0].sd))
    zones = [grey_zone(point, right, weak) for point in points[:_POINTS_TRIED]]
    best = next((zone for zone in zones if max(_rates(zone, right, weak)) <= RATE), None)
    if best is None:
        raise AuthorError(_refusal(name, zones[0], right, weak))
    zone = _as_told(told, best, right, weak) if told in points else best
    return Calibrated(
        zone.threshold,
        (zone.low, zone.high),
        _side(zone, found.correct, right, weak=False),
        _side(zone, found.weak, weak, weak=True),
        _scale(zone.threshold, right, weak) if scaled else None,
    )


def _scale(threshold: float, right: Sequence[Fit], weak: Sequence[Fit]) -> Scale:
    """All points from where one right run of a hundred falls below, none up to where one weak run of a hundred comes.

    In whole percentage points, with the threshold between; where the two sides lie too near, a point to either side.
    """
    full = _outward(min(fit.normal.inv_cdf(RATE) for fit in right), floor)
    none = _outward(max(fit.normal.inv_cdf(1 - RATE) for fit in weak), ceil)
    return Scale(min(none, round(threshold - _POINT, 4)), max(full, round(threshold + _POINT, 4)))


def _as_told(told: float, best: GreyZone, right: Sequence[Fit], weak: Sequence[Fit]) -> GreyZone:
    """The zone around the threshold that students were `told`, unless the `best` one errs less often."""
    kept = grey_zone(told, right, weak)
    both = zip(_rates(kept, right, weak), _rates(best, right, weak), strict=True)
    return kept if all(one <= other for one, other in both) else best


def _rates(zone: GreyZone, right: Sequence[Fit], weak: Sequence[Fit]) -> tuple[float, float]:
    """How often the grader errs on the worst sample of either side."""
    return worst(zone, right, weak=False)[1], worst(zone, weak, weak=True)[1]


def fits(distributions: Distributions, *, strongest: bool) -> list[Fit]:
    """A normal distribution for each sample, those nearest to the other side first."""
    found = [_fit(sample, values) for sample, values in distributions.items()]
    if strongest:
        return sorted(found, key=lambda fit: -fit.normal.inv_cdf(1 - RATE))
    return sorted(found, key=lambda fit: fit.normal.inv_cdf(RATE))


def _fit(sample: str, values: Sequence[float]) -> Fit:
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return Fit(sample, statistics.fmean(values), max(spread, _LEAST_SD), len(values))


def _between(low: float, high: float) -> list[float]:
    """Percentage points from `low` to `high`, at least the one nearest to their middle."""
    points = range(ceil(low / _POINT), floor(high / _POINT) + 1)
    return [round(point * _POINT, 4) for point in points] or [
        round(round((low + high) / 2 / _POINT) * _POINT, 4)
    ]


def grey_zone(threshold: float, right: Sequence[Fit], weak: Sequence[Fit]) -> GreyZone:
    """The values at which one run does not decide, in whole percentage points.

    They reach from the threshold as far as one standard deviation of right solutions' runs: nearer than that,
    another run of the same solution comes out on the other side more than one time in four or so (with a normal
    distribution around the value that was seen, 1 - Phi(1 / sqrt 2) = 24 % at the edge). And farther, where the
    two sides lie so close that a right solution falls below, or a weak one comes above, in more than one run of
    a thousand.
    """
    spread = sqrt(statistics.fmean(fit.sd**2 for fit in right))
    low = min(threshold - spread, *(fit.normal.inv_cdf(_DECISIVE) for fit in right))
    high = max(threshold + spread, *(fit.normal.inv_cdf(1 - _DECISIVE) for fit in weak))
    return GreyZone(threshold, _outward(low, floor), _outward(high, ceil))


def _outward(value: float, rounded: Callable[[float], int]) -> float:
    return round(rounded(round(value / _POINT, 6)) * _POINT, 4)


def worst(zone: GreyZone, some: Sequence[Fit], *, weak: bool) -> tuple[Fit, float]:
    """The sample of a side that the grader errs on most often, and that rate, from simulated submissions."""
    standard = _standard(_DRAWS)
    rates = [(fit, float(_wrong(zone, fit.mean + fit.sd * standard, weak=weak))) for fit in some]
    return max(rates, key=lambda one: one[1])


def passing(zone: GreyZone, runs: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of submissions that pass: `runs` are (..., submissions, `RUNS`), graded as the grader does."""
    first, mean = runs[..., 0], runs.mean(axis=-1)
    passes = np.where(zone.holds(first), zone.reached(mean), zone.reached(first))
    return np.asarray(passes.mean(axis=-1))


def _wrong(zone: GreyZone, runs: NDArray[np.float64], *, weak: bool) -> NDArray[np.float64]:
    share = passing(zone, runs)
    return share if weak else 1.0 - share


@cache
def _standard(draws: int) -> NDArray[np.float64]:
    """Runs of `draws` submissions, standard normal and always the same, so that a calibration can be repeated."""
    return np.random.default_rng(0).standard_normal((draws, RUNS))


def interval(zone: GreyZone, fit: Fit, *, weak: bool) -> tuple[float, float]:
    """Between which rates, with 95 % confidence, the grader errs on this sample.

    A handful of runs does not tell a mean and a standard deviation exactly. Both are drawn anew as they may have
    been, given what was measured: the variance as ``sd**2 * (runs - 1) / chi2(runs - 1)``, the mean normally
    around the measured one with that variance divided by ``runs``. These are the pivots behind tolerance limits
    and the noncentral t: of a single run without a zone, the interval is the exact one. For each draw the rule
    is simulated; the interval holds the middle 95 % of the rates.
    """
    draw, free = np.random.default_rng(1), max(fit.runs - 1, 1)
    sd = fit.sd * np.sqrt(free / draw.chisquare(free, _REDRAWS))
    mean = fit.mean + sd / sqrt(fit.runs) * draw.standard_normal(_REDRAWS)
    runs = mean[:, None, None] + sd[:, None, None] * _standard(_REDRAWN_DRAWS)
    low, high = np.quantile(_wrong(zone, runs, weak=weak), [(1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2])
    return float(low), float(high)


def _side(zone: GreyZone, distributions: Distributions, some: Sequence[Fit], *, weak: bool) -> Side:
    values = [value for runs in distributions.values() for value in runs]
    wrong = sum(bool(zone.reached(value)) is weak for value in values)
    fit, rate = worst(zone, some, weak=weak)
    exact = binomtest(wrong, len(values)).proportion_ci(_CONFIDENCE, method="exact")
    return Side(
        {one.sample: list(distributions[one.sample]) for one in some},
        round(rate, 5),
        _rounded(interval(zone, fit, weak=weak)),
        wrong,
        len(values),
        _rounded((exact.low, exact.high)),
    )


def _rounded(pair: tuple[float, float]) -> tuple[float, float]:
    return round(pair[0], 4), round(pair[1], 4)


def _refusal(name: str, zone: GreyZone, right: Sequence[Fit], weak: Sequence[Fit]) -> str:
    (failing, fails), (fit, passes) = worst(zone, right, weak=False), worst(zone, weak, weak=True)
    return (
        f"no threshold of {name!r} separates right from weak: at {zone.threshold:.2f}, even with the mean of {RUNS} "
        f"runs, an estimated {fails:.1%} of {failing.sample} ({failing.mean:.3f} ± {failing.sd:.3f}) fail and "
        f"{passes:.1%} of {fit.sample} ({fit.mean:.3f} ± {fit.sd:.3f}) pass. Let {failing.sample} reach more, or vary "
        f"less, by more data or longer training; choose a task on which {fit.sample} reaches less; or measure on "
        "more held-out data"
    )
