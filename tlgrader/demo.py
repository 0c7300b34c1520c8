"""The demo: a cohort that is known, graded as a real one is, in every exercise."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import nbformat

from tlgrader import gradebook, pipeline
from tlgrader.authoring.at_home import run_at_home
from tlgrader.authoring.audit import surprises
from tlgrader.checks.finding import Outcome
from tlgrader.course.paths import Course
from tlgrader.evidence.handed_in import FILE
from tlgrader.gradebook.commands import generate_feedback
from tlgrader.grading.pool import Pool
from tlgrader.notebook.corpus import Sample, as_notebook, read_corpus
from tlgrader.notebook.exercise import Exercise, read_exercise
from tlgrader.records.record import Record, Status, Training
from tlgrader.sandbox.limits import Limits

# Files that no notebook can be made of; each must be listed for a person, and get no score.
UNREADABLE = {
    "unreadable__empty": b"",
    "unreadable__not_json": b"My answers: freeze the backbone, swap the head.",
    "unreadable__truncated": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_ty',
    "unreadable__format_3": b'{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}',
}
# Notebooks that can be read, in each exercise: of different kinds, and few enough to wait for.
COHORT = 4
# Where an exercise lets a training result be handed in: one that belongs to its notebook, and one that does not.
TAKEN, NOT_TAKEN = "handed_in__with_its_training", "handed_in__with_a_neighbours_training"


@dataclass(frozen=True, slots=True)
class Demonstration:
    """An exercise whose cohort has handed in: `steps` grades it, and `surprises` compares."""

    course: Course
    exercise: str
    samples: Mapping[str, Sample]
    students: tuple[str, ...]
    pool: Pool
    slots: int

    @property
    def trains(self) -> bool:
        """Whether somebody hands in a training result, which has to be made first."""
        return TAKEN in self.samples

    def steps(self) -> Iterator[pipeline.Step]:
        """Grade the cohort, and write each page as soon as its submission is graded, while the pool goes on."""
        if self.trains:
            _train(self.course, self.exercise)
        order = pipeline.Order(self.students, self.slots, training=Training.auto)
        for step in pipeline.grade_with(self.pool, self.course, self.exercise, order):
            list(generate_feedback(self.course, self.exercise, [step.record.student]))
            yield step

    def surprises(self, records: Iterable[Record]) -> list[tuple[str, str]]:
        """Students whose verdict is not as expected, or whom the gradebook lacks, and how it is, in a sentence."""
        held = {row.student for row in gradebook.rows(self.course, self.exercise)}
        found = {record.student: _surprises(self.samples, record) for record in records}
        found |= dict.fromkeys(found.keys() - held, ("it is not in the gradebook",))
        return [(student, line) for student, lines in found.items() for line in lines]


def run_demo(course: Course, slots: int, most: int | None = COHORT) -> Iterator[Demonstration]:
    """Hand in, exercise by exercise; grade each one's cohort before you ask for the next.

    `most` samples of each corpus are handed in (see `mixed`), or all of them where it is None.
    """
    with Pool(course, slots, Limits(), sandboxed=True) as pool:
        for name in course.exercises():
            exercise = read_exercise(course.source(name))
            samples = _samples(exercise, read_corpus(course, name), most)
            students = tuple(_hand_in(course, exercise, samples))
            yield Demonstration(course, name, samples, students, pool, slots)


def _samples(exercise: Exercise, corpus: Sequence[Sample], most: int | None) -> dict[str, Sample]:
    """What is handed in, by student."""
    samples = {sample.name: sample for sample in mixed(corpus, most)}
    return samples | _trained(exercise, corpus) if exercise.trains else samples


def mixed(corpus: Iterable[Sample], most: int | None) -> list[Sample]:
    """The reference and samples of every kind; baselines hand nothing in. All of them where `most` is None.

    First one of each kind, then whoever fails the most items that nobody has failed yet; at most `most`, and no more
    than it takes until every item has failed somebody.
    """
    rest = [sample for sample in corpus if sample.kind != "baseline"]
    kinds, items = {sample.kind for sample in rest}, {id for sample in rest for id in failing(sample)}
    chosen: list[Sample] = []
    while rest and len(chosen) != most and (most is None or kinds or items):
        new = max(rest, key=lambda sample: (sample.kind in kinds, len(failing(sample) & items)))
        rest.remove(new)
        chosen.append(new)
        kinds.discard(new.kind)
        items -= failing(new)
    return chosen


def failing(sample: Sample) -> set[str]:
    """The items that a sample is to fail."""
    return {id for id, outcome in sample.verdict.items() if outcome == Outcome.failed}


def _hand_in(course: Course, exercise: Exercise, samples: dict[str, Sample]) -> Iterator[str]:
    """Each sample under its student's name, and the files that nobody can read."""
    for student, sample in samples.items():
        notebook = as_notebook(exercise, sample, samples["reference"])
        yield _submit(course, exercise.name, student, nbformat.writes(notebook).encode())
    for student, content in UNREADABLE.items():
        yield _submit(course, exercise.name, student, content)


def _trained(exercise: Exercise, corpus: Sequence[Sample]) -> dict[str, Sample]:
    """What the two notebooks say that come with a training result: the reference, and one with a neighbour's."""
    training = {cell.id for cell in exercise.cells if cell.trains}
    other = next(s for s in corpus[1:] if s.kind != "baseline" and training & s.cells.keys())
    return {TAKEN: corpus[0], NOT_TAKEN: other}


def _train(course: Course, name: str) -> None:
    """Lay what the reference trains, in Jupyter and without the grader, beside both notebooks."""
    result = run_at_home(course.submitted(name, TAKEN), TAKEN)
    for student in (TAKEN, NOT_TAKEN):
        course.submitted(name, student).with_name(FILE).write_bytes(result or b"")


def _submit(course: Course, exercise: str, student: str, content: bytes) -> str:
    path = course.submitted(exercise, student)
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return student


def _surprises(samples: Mapping[str, Sample], record: Record) -> tuple[str, ...]:
    if record.student in UNREADABLE:
        as_expected = record.status is Status.unreadable and record.score is None
        return () if as_expected else (f"it was to be unreadable, but is {record.status}",)
    if bool(record.handed_in) != (record.student == TAKEN):
        return (
            f"what was handed in was {'' if record.handed_in else 'not '}taken: {'; '.join(record.notes)}",
        )
    return surprises(samples[record.student], record)
