"""Calibration: thresholds come from what right and weak solutions were measured to reach."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from statistics import NormalDist

import msgspec
from scipy.stats import binomtest

from tlgrader.course.corpus import Sample, as_submission, read_corpus
from tlgrader.course.exercise import read_exercise
from tlgrader.course.paths import Course
from tlgrader.errors import AuthorError
from tlgrader.judge.job import Job
from tlgrader.judge.pool import Pool
from tlgrader.judge.record import Record, write_atomically
from tlgrader.sandbox.limits import Limits

RATE = 0.01  # the most that either error may be estimated at
# Half a percentage point: less spread than this over a handful of seeds is luck.
_LEAST_SD = 0.005
_STEP = 0.01  # thresholds are given to students, so they are round


class Side(msgspec.Struct, frozen=True):
    """What solutions of one side reached, by sample, a value for each seed; and its estimated error rate."""

    runs: dict[str, list[float]]
    estimated: float
    wrong: int
    total: int
    interval: tuple[float, float]


class Calibrated(msgspec.Struct, frozen=True):
    """A threshold and what it rests on: `correct` fails falsely, `weak` passes falsely."""

    threshold: float
    correct: Side
    weak: Side


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement of one sample under one seed."""

    sample: Sample
    attempt: int
    record: Record
    measured: Mapping[str, float]


def measured_samples(course: Course, exercise: str) -> dict[str, Sample]:
    """The samples that calibration runs, by name: the reference, the correct variants, the weak baselines.

    Raises:
        AuthorError: the corpus is wrong, or has no weak baseline.
    """
    kinds = ("reference", "pass", "baseline")
    samples = {sample.name: sample for sample in read_corpus(course, exercise) if sample.kind in kinds}
    if not any(sample.kind == "baseline" for sample in samples.values()):
        raise AuthorError(f"{exercise} has no baseline__*.py: a threshold needs weak solutions to keep out")
    return samples


def runs(course: Course, exercise: str, seeds: int, slots: int, *, sandboxed: bool = True) -> Iterator[Run]:
    """Run the reference, every correct variant and every baseline under `seeds` seeds each.

    Raises:
        AuthorError: the exercise or its corpus is wrong, or it has no weak baseline.
    """
    samples = measured_samples(course, exercise)
    source = read_exercise(course.source(exercise))
    jobs = [
        Job(exercise, as_submission(source, sample, samples["reference"]), attempt)
        for attempt in range(seeds)
        for sample in samples.values()
    ]
    with Pool(course, slots, Limits(), sandboxed=sandboxed) as pool:
        for graded in pool.grade(jobs):
            record = graded.record
            yield Run(samples[record.student], record.attempt, record, _measured(record))


def _measured(record: Record) -> dict[str, float]:
    """What hidden items measured, by the name of the measure."""
    found: dict[str, float] = {}
    for item in record.items().values():
        if item.hidden:
            found |= item.finding.measured
    return found


def calibrated(all_runs: Sequence[Run], name: str) -> Calibrated:
    """The threshold of one measure.

    Both sides are described by the normal distribution of their worst sample; of the percentage points between
    their means the threshold is the one whose worse error rate is the smallest.

    Raises:
        AuthorError: no threshold keeps both estimated error rates at `RATE` or below.
    """
    correct, weak = _by_sample(all_runs, name, baseline=False), _by_sample(all_runs, name, baseline=True)
    right = min((_fit(values) for values in correct.values()), key=lambda fit: fit.inv_cdf(RATE))
    wrong = max((_fit(values) for values in weak.values()), key=lambda fit: fit.inv_cdf(1 - RATE))
    threshold = min(_between(wrong.mean, right.mean), key=lambda t: max(right.cdf(t), 1 - wrong.cdf(t)))
    fails, passes = right.cdf(threshold), 1 - wrong.cdf(threshold)
    if max(fails, passes) > RATE:
        raise AuthorError(
            f"no threshold of {name!r} separates right from weak: at {threshold:.2f} an estimated "
            f"{fails:.1%} of right solutions fail and {passes:.1%} of weak ones pass; use more data, longer "
            "training or a mean of runs"
        )
    return Calibrated(
        threshold,
        _side(correct, fails, sum(v < threshold for runs in correct.values() for v in runs)),
        _side(weak, passes, sum(v >= threshold for runs in weak.values() for v in runs)),
    )


def _between(low: float, high: float) -> list[float]:
    """Percentage points from `low` to `high`, at least the one nearest to their middle."""
    points = range(ceil(low / _STEP), floor(high / _STEP) + 1)
    return [round(point * _STEP, 4) for point in points] or [
        round(round((low + high) / 2 / _STEP) * _STEP, 4)
    ]


def _by_sample(all_runs: Sequence[Run], name: str, *, baseline: bool) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for run in sorted(all_runs, key=lambda run: (run.sample.name, run.attempt)):
        if name in run.measured and (run.sample.kind == "baseline") is baseline:
            found.setdefault(run.sample.name, []).append(round(run.measured[name], 4))
    if not found:
        side = "baseline" if baseline else "reference or correct variant"
        raise AuthorError(f"no {side} was measured for {name!r}")
    return found


def _fit(values: Sequence[float]) -> NormalDist:
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return NormalDist(statistics.fmean(values), max(spread, _LEAST_SD))


def _side(by_sample: dict[str, list[float]], estimated: float, wrong: int) -> Side:
    total = sum(len(values) for values in by_sample.values())
    interval = binomtest(wrong, total).proportion_ci(method="exact")
    return Side(
        by_sample, round(estimated, 6), wrong, total, (round(interval.low, 4), round(interval.high, 4))
    )


def names(course: Course, exercise: str) -> list[str]:
    """Names of the thresholds that an exercise has: those in its ``reference.json``, a first guess at least.

    Raises:
        AuthorError: there is no such file, or no threshold in it.
    """
    try:
        entries = json.loads(course.measured(exercise).read_text())
    except (OSError, ValueError):
        entries = {}
    found = sorted(name for name, entry in entries.items() if "threshold" in entry)
    if not found:
        raise AuthorError(
            f"tl_solutions/{exercise}/reference.json names no threshold; begin with a guess, such as "
            '{"accuracy": {"threshold": 0.8}}'
        )
    return found


def write_reference(
    course: Course, exercise: str, found: Mapping[str, Calibrated], versions: Mapping[str, str]
) -> None:
    """Write ``reference.json``: thresholds, distributions, versions."""
    content = {name: msgspec.to_builtins(one) for name, one in found.items()} | {"versions": dict(versions)}
    text = json.dumps(content, indent=1, ensure_ascii=False)
    write_atomically(course.measured(exercise), text.encode() + b"\n")
