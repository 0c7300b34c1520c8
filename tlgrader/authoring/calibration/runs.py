"""What right and weak solutions reach: the corpus, run over seeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tlgrader.checks.wording import listed
from tlgrader.course.paths import Course
from tlgrader.errors import AuthorError
from tlgrader.grading.job import Job
from tlgrader.grading.pool import Pool
from tlgrader.notebook.corpus import Sample, as_submission, read_corpus
from tlgrader.notebook.exercise import read_exercise
from tlgrader.records.record import Item, Record
from tlgrader.sandbox.limits import Limits

Distributions = Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one sample under one seed."""

    sample: Sample
    record: Record


@dataclass(frozen=True, slots=True)
class Sides:
    """What right and weak solutions reached of one measure: by sample, a value for each seed."""

    correct: Distributions
    weak: Distributions


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


def jobs(course: Course, exercise: str, samples: Mapping[str, Sample], attempts: Iterable[int]) -> list[Job]:
    """A job for each sample and attempt: another attempt is another seed."""
    source = read_exercise(course.source(exercise))
    return [
        Job(exercise, as_submission(source, sample, samples["reference"]), attempt)
        for attempt in attempts
        for sample in samples.values()
    ]


def runs(
    course: Course, exercise: str, names: Sequence[str], seeds: int, slots: int, *, sandboxed: bool = True
) -> Iterator[Run]:
    """Run the reference, every correct variant and every baseline under `seeds` seeds each, to measure `names`.

    Raises:
        AuthorError: the exercise or its corpus is wrong, it has no weak baseline, or the reference's first run measures
            one of the names not at all, so that minutes are not spent on the others.
    """
    samples = measured_samples(course, exercise)
    with Pool(course, slots, Limits(), sandboxed=sandboxed) as pool:
        for graded in pool.once(jobs(course, exercise, samples, range(seeds))):
            run = Run(samples[graded.record.student], graded.record)
            if run.sample.kind == "reference" and not run.record.attempt:
                _require_measured(run.record, names)
            yield run


def _require_measured(record: Record, names: Sequence[str]) -> None:
    for name in names:
        if item_of(record, name) is None:
            decided = sorted(
                {item.finding.decided_by for item in record.items().values() if item.finding.decided_by}
            )
            instead = f"{listed(decided)} do" if decided else record.reason or "no measure decides"
            raise AuthorError(
                f"no hidden item of the reference is decided by {name!r} (`Finding.decided_by`), which reference.json "
                f"names; {instead}. Take it out of reference.json, or measure it"
            )


def sides(all_runs: Sequence[Run], name: str) -> Sides:
    """The runs of both sides of the measure `name`.

    A baseline is weak in a measure if its verdict says that it fails the item that the measure decides: one that
    forgets its source may well be good on the target.

    Raises:
        AuthorError: one side was not measured, a right solution not under every seed, or two items of a run are
            decided by that name.
    """
    correct: dict[str, list[float]] = {}
    weak: dict[str, list[float]] = {}
    ordered = sorted(all_runs, key=lambda run: (run.sample.name, run.record.attempt))
    items = [(run, item_of(run.record, name)) for run in ordered]
    for run, item in items:
        if item is not None:
            baseline = run.sample.kind == "baseline"
            side = weak if baseline and run.sample.verdict.get(item.id) == "failed" else correct
            if side is weak or not baseline:
                side.setdefault(run.sample.name, []).append(round(item.finding.measured[name], 4))
    _require_every_seed(items, correct, name)
    return _required(Sides(correct, weak), name)


def _require_every_seed(items: Sequence[tuple[Run, Item | None]], correct: Distributions, name: str) -> None:
    """A right solution that measures nothing under some seed, since it diverged, would fail there."""
    decided = {run.sample.name: item.id for run, item in items if item is not None}
    for run, item in items:
        if item is None and run.sample.name in correct:
            there = run.record.items().get(decided[run.sample.name])
            seen = there.finding.observed if there else run.record.reason
            raise AuthorError(
                f"{run.sample.name} measured no {name!r} in attempt {run.record.attempt}: {seen}. A right solution "
                "has to be measured under every seed: make it steadier, or no longer a right one"
            )


def item_of(record: Record, name: str) -> Item | None:
    """The hidden item that the measure `name` decides; None where the run does not measure it.

    Raises:
        AuthorError: it decides two.
    """
    items = [item for item in record.items().values() if item.hidden and item.finding.decided_by == name]
    if len(items) > 1:
        raise AuthorError(
            f"{' and '.join(item.id for item in items)} are both decided by {name!r}: let one of the hidden tests "
            "give what it measures another name"
        )
    return items[0] if items else None


def _required(found: Sides, name: str) -> Sides:
    if not found.correct:
        raise AuthorError(
            f"no reference or correct variant was measured for {name!r}: no hidden item of theirs is decided by "
            "it (`Finding.decided_by`)"
        )
    if not found.weak:
        raise AuthorError(
            f"no baseline was measured for {name!r}: a threshold needs a baseline__*.py whose verdict says "
            "`failed:` for the item that it decides, and which gets as far as being measured"
        )
    return found
