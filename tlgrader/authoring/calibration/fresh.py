"""Error rates on fresh seeds: what the grader does, by thresholds as they are, with runs that chose nothing.

The seeds that choose a threshold say too little of how often it errs: it lies where they want it. So further seeds of
the same solutions are graded as students' submissions are, reruns in the grey zone included, and mistakes are counted.
Hidden data is drawn anew for each call, as by another installation.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory

import msgspec
from scipy.stats import binomtest

from tlgrader.authoring.calibration.runs import Run, item_of, jobs, measured_samples
from tlgrader.checks.finding import Outcome
from tlgrader.course.paths import Course
from tlgrader.errors import MachineError
from tlgrader.grading.greyzone import RUNS
from tlgrader.grading.pool import Pool
from tlgrader.records.record import Item, Record, Status
from tlgrader.sandbox.limits import Limits

FIRST = 1_000
"""The attempt of the first fresh seed. Calibration's own begin at 0."""
MOST = 0.02
"""What both bounds should be at most: 149 submissions of a side without a mistake show that."""
_CONFIDENCE = 0.95

Submissions = list[list[float]]


class Judged(msgspec.Struct, frozen=True):
    """One side's submissions, by solution: what the runs of each measured, none where nothing was.

    `wrong` of `total` were graded wrongly, so that the rate is at most `bound` (exact binomial, one-sided, 95 %).
    """

    runs: dict[str, Submissions]
    wrong: int
    total: int
    bound: float


class Proof(msgspec.Struct, frozen=True):
    """What fresh seeds showed of one measure: `seeds` of each solution, on so many `hidden_sets`."""

    correct: Judged
    weak: Judged
    seeds: int
    hidden_sets: int


@dataclass(slots=True)
class _Side:
    runs: dict[str, Submissions] = field(default_factory=dict)
    wrong: int = 0

    def add(self, sample: str, values: Sequence[float], *, wrong: bool) -> None:
        self.runs.setdefault(sample, []).append([round(value, 4) for value in values])
        self.wrong += wrong

    def judged(self) -> Judged:
        total = sum(map(len, self.runs.values()))
        return Judged(self.runs, self.wrong, total, bound(self.wrong, total))


def bound(wrong: int, total: int) -> float:
    """The most that a rate may be where `wrong` of `total` were wrong: exact (Clopper and Pearson), one-sided, 95 %."""
    if not total:
        return 1.0
    exact = binomtest(wrong, total).proportion_ci(1 - 2 * (1 - _CONFIDENCE), method="exact")
    return round(float(exact.high), 5)


def proofs(
    course: Course,
    exercise: str,
    known: Mapping[str, Proof],
    names: Sequence[str],
    seeds: int,
    slots: int,
    *,
    sandboxed: bool = True,
) -> Iterator[dict[str, Proof]]:
    """Grade every solution under `seeds` more seeds than are `known`; yield, after each, what is shown so far.

    Raises:
        AuthorError: the exercise or its corpus is wrong.
        MachineError: a solution could not be graded, which is no mistake of a threshold.
    """
    samples = measured_samples(course, exercise)
    done = max((proof.seeds for proof in known.values()), default=0)
    sets = max((proof.hidden_sets for proof in known.values()), default=0) + 1
    counts = {name: _Count(known.get(name)) for name in names}
    with Pool(course, slots, Limits(), sandboxed=sandboxed) as pool:
        for seed in range(done, done + seeds):
            for graded in pool.grade(jobs(course, exercise, samples, [FIRST + RUNS * seed])):
                _require_graded(graded.record)
                for name, count in counts.items():
                    count.add(Run(samples[graded.record.student], graded.record), name)
            yield {name: count.proof(seed + 1, sets) for name, count in counts.items()}


def _require_graded(record: Record) -> None:
    if record.status is not Status.graded:
        raise MachineError(
            f"{record.student} could not be graded in attempt {record.attempt}: {record.reason}"
        )


class _Count:
    """Submissions of both sides of one measure."""

    def __init__(self, known: Proof | None) -> None:
        self.correct, self.weak = _Side(), _Side()
        if known is not None:
            self.correct = _Side(dict(known.correct.runs), known.correct.wrong)
            self.weak = _Side(dict(known.weak.runs), known.weak.wrong)

    def add(self, run: Run, name: str) -> None:
        """Count a submission. A weak solution that was not measured says nothing of the threshold."""
        item = item_of(run.record, name)
        passes = item is not None and item.finding.outcome is Outcome.passed
        if run.sample.kind != "baseline":
            self.correct.add(run.sample.name, _values(run.record, item, name), wrong=not passes)
        elif item is not None and run.sample.verdict.get(item.id) == "failed":
            self.weak.add(run.sample.name, _values(run.record, item, name), wrong=passes)

    def proof(self, seeds: int, hidden_sets: int) -> Proof:
        return Proof(self.correct.judged(), self.weak.judged(), seeds, hidden_sets)


def _values(record: Record, item: Item | None, name: str) -> Sequence[float]:
    if item is None:
        return ()
    return record.runs.get(item.id) or (item.finding.measured[name],)


@contextmanager
def another_installation(install: Callable[..., Iterator[str]] | None) -> Iterator[None]:
    """Within, hidden data is as another installation has it: what is drawn from a secret is drawn from another one."""
    if install is None:
        yield
        return
    before = os.environ.get("TLGRADER_DATA")
    with TemporaryDirectory(prefix="tlgrader-data-") as folder:
        os.environ["TLGRADER_DATA"] = folder
        try:
            list(install(hidden=True))
            yield
        finally:
            _restore(before)


def _restore(before: str | None) -> None:
    if before is None:
        del os.environ["TLGRADER_DATA"]
    else:
        os.environ["TLGRADER_DATA"] = before
