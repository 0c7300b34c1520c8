"""The audit: checks are proven by submissions whose verdicts are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tlgrader.checks.finding import Outcome
from tlgrader.course.corpus import Sample, as_submission, read_corpus
from tlgrader.course.exercise import read_exercise
from tlgrader.course.paths import Course
from tlgrader.judge.job import Job
from tlgrader.judge.pool import Pool
from tlgrader.judge.record import Record, Status
from tlgrader.sandbox.limits import Limits


@dataclass(frozen=True, slots=True)
class Audited:
    """A sample, its record, and where its verdict is not what the sample's file says."""

    sample: Sample
    record: Record
    surprises: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kills:
    """What one item did over the corpus: the samples that failed it, and how many passed it."""

    item: str
    failed_by: tuple[str, ...]
    passed: int

    @property
    def verdict(self) -> str:
        """Empty for an item that tells right from wrong, else what is wrong with it."""
        if not self.failed_by:
            return "useless: no wrong submission fails it"
        return "" if self.passed else "broken: nothing passes it"


def audit(course: Course, exercise: str, slots: int, *, sandboxed: bool = True) -> Iterator[Audited]:
    """Grade the corpus of an exercise, yielding each sample as it is done.

    Raises:
        AuthorError: the exercise or its corpus is wrong.
    """
    samples = {sample.name: sample for sample in read_corpus(course, exercise)}
    source = read_exercise(course.source(exercise))
    reference = samples["reference"]
    jobs = [Job(exercise, as_submission(source, sample, reference)) for sample in samples.values()]
    with Pool(course, slots, Limits(), sandboxed=sandboxed) as pool:
        for graded in pool.grade(jobs):
            sample = samples[graded.record.student]
            yield Audited(sample, graded.record, surprises(sample, graded.record))


def surprises(sample: Sample, record: Record) -> tuple[str, ...]:
    """Where a record is not what its sample's file says, in sentences."""
    if record.status is not Status.graded:
        return (record.reason,)
    items = record.items()
    found = [
        f"{id} was to be {sample.verdict.get(id, 'passed')}, but {item.finding.outcome}: {item.finding.observed}"
        for id, item in items.items()
        if item.finding.outcome != sample.verdict.get(id, Outcome.passed)
    ]
    found += [
        f"{id} is named in the verdict, but there is no such item" for id in sample.verdict if id not in items
    ]
    return tuple(found)


def kills(audited: list[Audited]) -> list[Kills]:
    """What every item did, over all samples but the baselines, whose business is calibration."""
    outcomes: dict[str, dict[str, Outcome]] = {}
    for one in audited:
        if one.sample.kind != "baseline":
            for id, item in one.record.items().items():
                outcomes.setdefault(id, {})[one.sample.name] = item.finding.outcome
    return [
        Kills(
            id,
            tuple(sorted(name for name, outcome in by_sample.items() if outcome is Outcome.failed)),
            sum(outcome is Outcome.passed for outcome in by_sample.values()),
        )
        for id, by_sample in outcomes.items()
    ]
