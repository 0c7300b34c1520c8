"""The grey zone around a threshold: there a single run does not decide, and the mean of several does.

A submission whose run measured a value in the zone is run again under other seeds. Its first run is what is
shown and kept; only the item that the threshold decides takes the verdict of the mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

import msgspec
from nbformat import NotebookNode

from tlgrader.checks.finding import Fault, Finding, Outcome, Scale
from tlgrader.course.paths import Course
from tlgrader.grading.job import Graded, Job
from tlgrader.judging.explain import outputs_for
from tlgrader.judging.references import entries
from tlgrader.records.record import GradeRecord, Item, Record, Status, Training

RUNS = 3
"""Runs of a submission in the grey zone, the first included."""
_ROUNDING = 1e-9  # the mean of 242, 243 and 244 of 300 is 0.81 only up to how floats are rounded

Zones = Mapping[str, "GreyZone"]
_Key = tuple[str, str, int]


class GreyZone(msgspec.Struct, frozen=True):
    """A threshold and the values, from `low` to `high`, at which one run alone does not decide.

    Calibration asks the same two questions of arrays of simulated runs as the grader asks of numbers.
    """

    threshold: float
    low: float
    high: float

    def holds(self, value: Any) -> Any:
        """Whether `value`, or each value of an array, lies in the zone."""
        return (value >= self.low) & (value <= self.high)

    def reached(self, value: Any) -> Any:
        """Whether `value`, or each value of an array, is at the threshold or above."""
        return value >= self.threshold - _ROUNDING

    def reaches_over(self, scale: Scale, value: float) -> bool:
        """Whether `value` lies where points are in proportion, or in the zone: another run earns other points there."""
        return min(self.low, scale.none) <= value <= max(self.high, scale.full)


def grey_zones(course: Course, exercise: str) -> dict[str, GreyZone]:
    """The zones of an exercise's measures, by name; none where it was not calibrated."""
    return {
        name: GreyZone(entry["threshold"], *entry["zone"])
        for name, entry in entries(course.measured(exercise)).items()
        if "threshold" in entry and "zone" in entry
    }


def decided(
    course: Course, jobs: Iterable[Job], once: Callable[[Iterable[Job]], Iterator[Graded]]
) -> Iterator[Graded]:
    """Grade `jobs` by `once`, and again those that landed in a grey zone; every job yields exactly once.

    Jobs of one submission must be `RUNS` attempts apart: those between are the reruns'.
    """
    by_key = {_key_of_job(job): job for job in jobs}
    zones = {name: grey_zones(course, name) for name in {key[0] for key in by_key}}
    waiting: list[Graded] = []
    for first in once(by_key.values()):
        near = in_the_zone(first.record, zones[first.record.exercise])
        if near and _may_run_again(first.record):
            waiting.append(first)
        else:
            undecided = tuple(id for id in near if not _passed(first.record, id))
            yield replace(first, record=msgspec.structs.replace(first.record, undecided=undecided))
    for runs in _with_reruns(waiting, by_key, once):
        yield settled(runs, zones[runs[0].record.exercise])


def _may_run_again(record: Record) -> bool:
    """A training that was handed in is one draw, as a run is; where training cells never run, it stays the only one."""
    return not (record.handed_in and record.training is Training.handed_in)


def _passed(record: Record, id: str) -> bool:
    return record.items()[id].finding.outcome is Outcome.passed


def _with_reruns(
    firsts: Sequence[Graded],
    jobs: Mapping[_Key, Job],
    once: Callable[[Iterable[Job]], Iterator[Graded]],
) -> Iterator[list[Graded]]:
    """All runs of each submission in `firsts`, as soon as they are there, in the order of the attempts."""
    runs = {_key_of(first.record): [first] for first in firsts}
    again = {key: _reruns(jobs[key], first) for key, (first,) in runs.items()}
    first_of = {_key_of_job(job): key for key, reruns in again.items() for job in reruns}
    for run in once(job for reruns in again.values() for job in reruns):
        together = runs[first_of[_key_of(run.record)]]
        together.append(run)
        if len(together) == RUNS:
            yield sorted(together, key=lambda one: one.record.attempt)


def _reruns(job: Job, first: Graded) -> list[Job]:
    """The other runs of a submission. What was handed in would measure the same again: they train."""
    training = Training.rerun if first.record.handed_in else job.training
    return [
        replace(job, attempt=job.attempt + number, training=training, verify=False)
        for number in range(1, RUNS)
    ]


def _key_of_job(job: Job) -> _Key:
    return job.exercise, job.submission.student, job.attempt


def _key_of(record: Record) -> _Key:
    return record.exercise, record.student, record.attempt


def in_the_zone(record: Record, zones: Zones) -> dict[str, str]:
    """The hidden items that a value in a grey zone decided: each one's measure, by the item's id."""
    found: dict[str, str] = {}
    for id, item in record.items().items():
        name = item.finding.decided_by
        zone = zones.get(name) if item.hidden else None
        if zone is None:
            continue
        value, passed = item.finding.measured[name], item.finding.outcome is Outcome.passed
        if item.finding.scale is not None:
            if zone.reaches_over(item.finding.scale, value):
                found[id] = name
            continue
        # An item that failed although its value is high enough failed for another reason.
        if zone.holds(value) and zone.reached(value) == passed:
            found[id] = name
    return found


def settled(runs: Sequence[Graded], zones: Zones) -> Graded:
    """The first of `runs`, with each item in a grey zone decided by the mean of all.

    A run that did not measure an item, for example because its training diverged, is left out of that mean.
    Where a run could not be made, the submission has to be graded again, and the record says so.
    """
    first = runs[0].record
    for run in runs:
        if run.record.status is not Status.graded:
            reason = f"a run in the grey zone could not be made: {run.record.reason}"
            return Graded(msgspec.structs.replace(run.record, reason=reason, attempt=first.attempt))
    values = {id: _values(runs, id, name) for id, name in in_the_zone(first, zones).items()}
    items = {id: _by_the_mean(item, values[id], zones) for id, item in first.items().items() if id in values}
    grades = tuple(_replaced(grade, items) for grade in first.grades)
    seconds = first.seconds | {"reruns": sum(run.record.seconds.get("total", 0.0) for run in runs[1:])}
    record = msgspec.structs.replace(first, grades=grades, runs=values, seconds=seconds)
    return Graded(record, _shown(runs[0].notebook, grades))


def _values(runs: Sequence[Graded], id: str, name: str) -> tuple[float, ...]:
    """What each run measured of an item, without the runs that did not measure it."""
    findings = [item.finding for run in runs if (item := run.record.items().get(id)) is not None]
    return tuple(one.measured[name] for one in findings if one.decided_by == name)


def _by_the_mean(item: Item, values: Sequence[float], zones: Zones) -> Item:
    finding = item.finding
    name, mean = finding.decided_by, fmean(values)
    passes = zones[name].reached(mean) if finding.scale is None else finding.scale.share(mean) >= 1
    changed = msgspec.structs.replace(
        finding,
        outcome=Outcome.passed if passes else Outcome.failed,
        observed=_words(finding, values, mean),
        hint="" if passes else finding.hint,
        fault=None if passes else Fault.student,
        measured=finding.measured | {name: mean},
    )
    return msgspec.structs.replace(item, finding=changed)


def _words(finding: Finding, values: Sequence[float], mean: float) -> str:
    listed = ", ".join(f"{value:.3f}" for value in values)
    return (
        f"mean of {len(values)} runs: {listed}, which is {mean:.3f}; a single run this near to the threshold "
        f"does not decide (the first: {finding.observed})"
    )


def _replaced(grade: GradeRecord, items: Mapping[str, Item]) -> GradeRecord:
    return msgspec.structs.replace(grade, items=tuple(items.get(item.id, item) for item in grade.items))


def _shown(notebook: NotebookNode | None, grades: Iterable[GradeRecord]) -> NotebookNode | None:
    """The notebook of the first run with what its grade cells say now."""
    by_cell = {grade.cell: grade for grade in grades}
    for cell in notebook.cells if notebook is not None else ():
        id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if id in by_cell:
            cell.outputs = outputs_for(by_cell[id])
    return notebook
