"""Whether a student's verdict on negative transfer is the notebook's, on lists that tell it from its neighbours.

Each case tells some neighbouring rules from the right one: `tlgrader audit` tries such rules, and says which no list
tells apart. A wrong verdict alone names no cause: so the answers to all lists are compared with known mistakes'.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from statistics import StatisticsError, mean, median, pvariance, variance

import msgspec

from tlgrader import checks
from tlgrader.hidden import CallableEvidence, Finding, Outcome, check, narrow_observation

Runs = Sequence[float]
Rule = Callable[[Runs, Runs], str]
Lists = tuple[tuple[Runs, Runs], ...]
STANDARD_ERRORS = 2.0  # so many of a difference are noise; printed in the notebook
SEVERAL: Lists = (
    ((0.36, 0.34, 0.35, 0.36, 0.36), (0.35, 0.36, 0.35, 0.35, 0.36)),
    ((0.5, 0.52, 0.51, 0.49, 0.5), (0.3, 0.32, 0.31, 0.29, 0.56)),
    ((0.4, 0.4, 0.41, 0.4, 0.64), (0.48, 0.5, 0.49, 0.5, 0.48)),
    ((0.4, 0.44), (0.45, 0.49)),
    ((0.45, 0.49), (0.4, 0.44)),
    ((0.3, 0.34), (0.4, 0.5, 0.38, 0.52, 0.45)),
    ((0.4, 0.41), (0.8, 0.82)),
    ((0.4, 0.56, 0.56, 0.52, 0.46), (0.29, 0.67)),
    ((0.45, 0.13), (0.29, 0.29, 0.29)),
    ((0.37, 0.37), (0.18, 0.5, 0.43)),
    ((0.4, 0.5, 0.45, 0.42, 0.48), (0.444, 0.544, 0.494, 0.464, 0.524)),
    ((0.5, 0.51, 0.5, 0.49), (0.53, 0.54, 0.53, 0.53)),
    ((0.53, 0.54, 0.53, 0.53), (0.5, 0.51, 0.5, 0.49)),
    ((0.51, 0.52), (0.54, 0.51, 0.52, 0.52, 0.52)),
    ((0.4, 0.44, 0.42), (0.44, 0.48, 0.46)),
    ((0.44, 0.48, 0.46), (0.4, 0.44, 0.42)),
    ((0.57, 0.42), (0.2, 0.28)),
    ((0.49, 0.57), (0.71, 0.65)),
    ((0.45, 0.46), (0.56, 0.53, 0.68, 0.76, 0.63, 0.47)),
    ((0.33, 0.34), (0.21, 0.33, 0.28, 0.19, 0.3, 0.22)),
    ((0.64, 0.45, 0.74, 0.7, 0.61, 0.62), (0.48, 0.49)),
    ((0.36, 0.52, 0.45, 0.58, 0.58, 0.55), (0.64, 0.62)),
    ((0.55, 0.55), (0.61, 0.58, 0.65, 0.69, 0.61, 0.56)),
    ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
)
SINGLE: Lists = (
    ((0.4, 0.44, 0.42), (0.2,)),
    ((0.4,), (0.8, 0.84, 0.82)),
    ((0.4,), (0.8,)),
)
_WHERE = "compute d and s by hand for these lists, and compare them with yours"


def asks_for_noise(detect: object, *, weight: float = 1.0) -> Finding:
    """The verdicts on lists of several runs are those of the rule; the hint says what gives all that was answered."""
    return _verdicts(detect, SEVERAL, weight=weight)


def leaves_single_runs(detect: object, *, weight: float = 1.0) -> Finding:
    """Where a list has a single number, the verdict is "unclear"."""
    return _verdicts(detect, SINGLE, weight=weight)


@check
def _verdicts(detect: object, lists: Lists, *, weight: float = 1.0) -> Finding:
    expected = [rule()(scratch, transferred) for scratch, transferred in lists]
    findings = [
        checks.returns(detect, [list(scratch), list(transferred)], right)
        for (scratch, transferred), right in zip(lists, expected, strict=True)
    ]
    wrong = next((one for one in findings if one.outcome is not Outcome.passed), None)
    if wrong is None:
        return findings[-1]
    return msgspec.structs.replace(wrong, hint=_mistake(detect) or wrong.hint or _WHERE)


def rule(
    center: Callable[[Runs], float] = mean,
    spread: Callable[[Runs], float] = variance,
    errors: float = STANDARD_ERRORS,
    counts: Callable[[int, int], tuple[float, float]] = lambda scratch, transferred: (scratch, transferred),
    combined: Callable[[float, float], float] = lambda one, other: math.sqrt(one + other),
    least: Callable[[int, int], int] = min,
) -> Rule:
    """The notebook's rule, or one that differs from it in what is given."""

    def verdict(scratch: Runs, transferred: Runs) -> str:
        if least(len(scratch), len(transferred)) < 2:
            return "unclear"
        difference = center(transferred) - center(scratch)
        first, second = counts(len(scratch), len(transferred))
        noise = errors * combined(spread(scratch) / first, spread(transferred) / second)
        return "hurts" if difference < -noise else "helps" if difference > noise else "unclear"

    return verdict


def _fixed(margin: float, least: Callable[[int, int], int] = min) -> Rule:
    return rule(spread=lambda _: 0.0, errors=1, combined=lambda one, other: margin, least=least)


_FIXED = "the margin is computed from the noise, and is not the same for all lists"
_ERRORS = "the margin is two times s, on both sides"
_MISTAKES: tuple[tuple[str, Rule], ...] = (
    ("d is a difference of means, not of medians", rule(center=median)),
    ("`statistics.variance` divides by n - 1, `statistics.pvariance` by n", rule(spread=pvariance)),
    (
        "the variance of each list is divided by its own length: the two are exchanged",
        rule(counts=lambda scratch, transferred: (transferred, scratch)),
    ),
    (
        "both variances are divided by the length of `scratch`; each has its own",
        rule(counts=lambda scratch, _: (scratch, scratch)),
    ),
    (
        "both variances are divided by the length of `transferred`; each has its own",
        rule(counts=lambda _, transferred: (transferred, transferred)),
    ),
    (
        "the variance of each list is divided by its length: s is the noise of a mean, not of a single run",
        rule(counts=lambda scratch, transferred: (1, 1)),
    ),
    (
        "s is the root of a sum, and not the sum of two roots",
        rule(combined=lambda one, other: math.sqrt(one) + math.sqrt(other)),
    ),
    ("is the root forgotten? s is the root of the sum", rule(combined=lambda one, other: one + other)),
    *((_FIXED, _fixed(margin)) for margin in (0.0, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2)),
    *((_FIXED, _fixed(margin, lambda *_: 2)) for margin in (0.0, 0.02, 0.05, 0.1)),
    *((_ERRORS, rule(errors=errors)) for errors in (1, 1.5, 2.5, 3, 4)),
    (
        "whether there are two numbers is asked of both lists: here of `transferred` alone",
        rule(least=lambda scratch, transferred: transferred),
    ),
    (
        "whether there are two numbers is asked of both lists: here of `scratch` alone",
        rule(least=lambda scratch, transferred: scratch),
    ),
    ('with a single number in a list, the verdict is "unclear"', rule(least=lambda *_: 2)),
    (
        "the two arguments are exchanged: `transferred` minus `scratch`",
        lambda scratch, transferred: rule()(transferred, scratch),
    ),
)


def _mistake(detect: object) -> str:
    """The known mistake that gives all that the function answers; empty where none does."""
    answers = list(_answers(detect))
    for words, wrong in _MISTAKES:
        if answers == [_said(wrong, *pair) for pair in (*SEVERAL, *SINGLE)]:
            return words
    return ""


def _said(wrong: Rule, scratch: Runs, transferred: Runs) -> str | None:
    """What a rule answers; None where it raises, as the variance of a single number does."""
    try:
        return wrong(scratch, transferred)
    except StatisticsError:
        return None


def _answers(detect: object) -> Iterator[object]:
    """What the function answers to all lists: None where it raises or answers with no plain value."""
    observation, evidence = narrow_observation(detect, CallableEvidence, "function")
    for scratch, transferred in (*SEVERAL, *SINGLE):
        answer = observation.source.call(evidence.handle, [list(scratch), list(transferred)])
        yield getattr(answer, "value", None)
