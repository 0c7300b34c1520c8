"""A grader grades one submission after another: it has one slot, and the exercises that it has read."""

from __future__ import annotations

import importlib.metadata
import platform
import time
from dataclasses import dataclass
from functools import cache

import msgspec
import nbformat
from nbformat import NotebookNode

from tlgrader.course.paths import Course
from tlgrader.errors import GraderError
from tlgrader.evidence.device import device_in_words
from tlgrader.evidence.handed_in import FILE
from tlgrader.grading.execution import Executed, Execution
from tlgrader.grading.job import Graded, Job, WantsGpu
from tlgrader.grading.training import Decided, decide, without
from tlgrader.grading.verifying import tolerance_of, verify
from tlgrader.judging.evaluation import Evaluator
from tlgrader.judging.gradecell import GradeCell, parse_all
from tlgrader.notebook.exercise import Exercise, Role, files_beside, read_exercise
from tlgrader.notebook.submission import Rebuilt, rebuild
from tlgrader.records.record import Record, Status, Verified
from tlgrader.sandbox.slot import Slot

_PACKAGES = ("tlgrader", "torch", "torchvision", "timm", "transformers", "peft", "numpy", "nbgrader")


COMMON_SEED = 0
"""Where a training was taken, cells run under one seed for all: equal code then makes equal models before the training,
and what is measured of those is measured once for a class (`answers.py`)."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """An exercise with its grade cells parsed and the files that lie beside its notebook."""

    exercise: Exercise
    grade_cells: dict[str, GradeCell]
    files: dict[str, bytes]
    digest: str


def load(course: Course, name: str) -> Loaded:
    """Read an exercise for grading.

    Raises:
        AuthorError: its notebook is invalid or a grade cell holds what it may not.
    """
    exercise = read_exercise(course.source(name))
    files = files_beside(course.source(name))
    return Loaded(exercise, grade_cells_of(exercise), files, course.exercise_digest(name))


def grade_cells_of(exercise: Exercise) -> dict[str, GradeCell]:
    """The grade cells of an exercise, parsed; AuthorError where one holds what it may not."""
    return parse_all((c.id, c.points, c.source) for c in exercise.cells if c.role is Role.grade)


class Grader:
    """Grades submissions in one slot. Close it, or use it as a context manager."""

    def __init__(self, course: Course, slot: Slot, wall: str) -> None:
        self._course, self._slot, self._wall = course, slot, wall
        self._loaded: dict[str, Loaded] = {}

    def grade(self, job: Job) -> Graded:
        """Grade one submission.

        Raises:
            AuthorError: the exercise is wrong.
            MachineError: the slot cannot run a worker, or the machine lacks what a cell asks for.
            WantsGpu: it was only tried, and a GPU has to train it.
        """
        started = time.monotonic()
        loaded = self._load(job.exercise)
        rebuilt = rebuild(loaded.exercise, job.submission)
        training = decide(job, self._course, rebuilt.cells, loaded.grade_cells)
        if job.tried and job.verify and training.handed_in:
            raise WantsGpu
        executed = self._execute(job, loaded, rebuilt, training)
        if executed.not_restored:
            why = f"what was handed in does not fit the notebook ({executed.not_restored[:300]})"
            training = without(job.training, why)
            executed = self._execute(job, loaded, rebuilt, training)
        verified = self._verify(job, loaded, rebuilt, training) if job.verify else None
        seconds = time.monotonic() - started
        record = _record(job, loaded, rebuilt, executed, training, self._wall, seconds)
        record = msgspec.structs.replace(record, verified=verified)
        return Graded(record, _notebook(loaded, executed), used_up=bool(executed.judge_met))

    def _verify(self, job: Job, loaded: Loaded, rebuilt: Rebuilt, training: Decided) -> Verified | None:
        """What was taken beside a rerun under the seed that the student had; None where nothing was taken."""
        if not training.handed_in:
            return None
        files = _files(job, loaded)
        del files[FILE]  # no cell may load what it has to make
        with self._slot.worker(
            seed=training.seed, files=files, limits=job.limits, exercise=job.exercise
        ) as worker:
            try:
                tolerance = tolerance_of(self._course, job.exercise)
                return verify(worker, rebuilt.cells, training.handed_in, job.limits, tolerance)
            except GraderError:
                raise
            except Exception as error:  # the grade is made, and whatever was handed in must not undo it
                return Verified(doubt=f"it could not be compared: {type(error).__name__}: {error}"[:300])

    def _execute(self, job: Job, loaded: Loaded, rebuilt: Rebuilt, training: Decided) -> Executed:
        evaluator = Evaluator(self._course.hidden_tests(job.exercise))
        seed = COMMON_SEED if training.handed_in else job.seed
        with self._slot.worker(
            seed=seed, files=_files(job, loaded), limits=job.limits, exercise=job.exercise
        ) as worker:
            execution = Execution(
                worker, evaluator, loaded.grade_cells, job.limits, training.handed_in, tried=job.tried
            )
            return execution.through(rebuilt.cells)

    def _load(self, name: str) -> Loaded:
        if name not in self._loaded:
            self._loaded[name] = load(self._course, name)
        return self._loaded[name]


def _files(job: Job, loaded: Loaded) -> dict[str, bytes]:
    """What lies beside the notebook: the exercise's files are as the instructor has them."""
    return {**job.submission.files, **loaded.files}


def _record(
    job: Job,
    loaded: Loaded,
    rebuilt: Rebuilt,
    executed: Executed,
    training: Decided,
    wall: str,
    seconds: float,
) -> Record:
    cells = sum(cell.seconds for cell in executed.cells)
    return Record(
        exercise=job.exercise,
        student=job.submission.student,
        status=Status.graded,
        submission_digest=job.submission.digest,
        exercise_digest=loaded.digest,
        seed=training.seed if training.handed_in else job.seed,
        attempt=job.attempt,
        wall=wall,
        versions=versions(),
        notes=rebuilt.notes + training.notes + _note(executed),
        cells=executed.cells,
        grades=executed.grades,
        manual={c.id: c.points for c in loaded.exercise.cells if c.role is Role.written},
        unanswered=rebuilt.unanswered,
        seconds={
            "total": round(seconds, 3),
            "cells": round(cells, 3),
            "judge": round(executed.judge_s, 3),
            **({"device": round(cells, 3)} if executed.device else {}),  # its cells had the GPU for so long
        },
        training=job.training,
        handed_in=tuple(training.handed_in or ()),
        learned=training.learned,
        untrained=training.untrained,
        device=training.device or executed.device,
    )


def _note(executed: Executed) -> tuple[str, ...]:
    return (f"The notebook ran on {device_in_words(executed.device)}.",) if executed.device else ()


def _notebook(loaded: Loaded, executed: Executed) -> NotebookNode:
    return nbformat.v4.new_notebook(
        cells=list(executed.nodes), metadata=loaded.exercise.metadata, nbformat_minor=5
    )


@cache
def versions() -> dict[str, str]:
    """Versions of what decides a result."""
    found = {name: importlib.metadata.version(name) for name in _PACKAGES}
    return {"python": platform.python_version(), **found}
