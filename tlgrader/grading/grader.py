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
from tlgrader.grading.execution import Executed, Execution, NotRestored
from tlgrader.grading.job import Graded, Job, NeedsGpu
from tlgrader.grading.taken import HowTrained, NotTaken, Rerun, Taken
from tlgrader.grading.training import decide, otherwise
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
    """Grades submissions in one slot, one after another."""

    def __init__(self, course: Course, slot: Slot, wall: str) -> None:
        self._course, self._slot, self._wall = course, slot, wall
        self._loaded: dict[str, Loaded] = {}

    def grade(self, job: Job) -> Graded | NeedsGpu:
        """Grade one submission.

        Raises:
            AuthorError: the exercise is wrong.
            MachineError: the slot cannot run a worker, or the machine lacks what a cell asks for.
        """
        started = time.monotonic()
        loaded = self._load(job.exercise)
        rebuilt = rebuild(loaded.exercise, job.submission)
        training = decide(job, self._course, rebuilt.cells, loaded.grade_cells)
        if job.cpu_probe and job.verify and isinstance(training, Taken):
            return NeedsGpu()
        training, executed = self._execute(job, loaded, rebuilt, training)
        if isinstance(executed, NeedsGpu):
            return executed
        verified = None
        if job.verify and isinstance(training, Taken):
            verified = self._verify(job, loaded, rebuilt, training)
        record = msgspec.structs.replace(
            _record(job, loaded, rebuilt, executed, training),
            wall=self._wall,
            verified=verified,
            seconds=_seconds(executed, time.monotonic() - started),
        )
        return Graded(record, _notebook(loaded, executed), used_up=bool(executed.judge_met))

    def _verify(self, job: Job, loaded: Loaded, rebuilt: Rebuilt, training: Taken) -> Verified:
        """What was taken beside a rerun under the seed that the student had."""
        files = _files(job, loaded)
        del files[FILE]  # no cell may load what it has to make
        with self._slot.worker(
            seed=training.seed, files=files, limits=job.limits, exercise=job.exercise
        ) as worker:
            try:
                tolerance = tolerance_of(self._course, job.exercise)
                return verify(worker, rebuilt.cells, training.parts, job.limits, tolerance)
            except GraderError:
                raise
            except Exception as error:  # the grade is made, and whatever was handed in must not undo it
                return Verified(doubt=f"it could not be compared: {type(error).__name__}: {error}"[:300])

    def _execute(
        self, job: Job, loaded: Loaded, rebuilt: Rebuilt, training: HowTrained
    ) -> tuple[HowTrained, Executed | NeedsGpu]:
        """Execute the notebook; once more where what was handed in cannot be put into it."""
        outcome = self._execute_once(job, loaded, rebuilt, training)
        if not isinstance(outcome, NotRestored):
            return training, outcome
        why = f"what was handed in does not fit the notebook ({outcome.why[:300]})"
        training = otherwise(job.training, why)
        outcome = self._execute_once(job, loaded, rebuilt, training)
        assert not isinstance(outcome, NotRestored)
        return training, outcome

    def _execute_once(
        self, job: Job, loaded: Loaded, rebuilt: Rebuilt, training: HowTrained
    ) -> Executed | NotRestored | NeedsGpu:
        evaluator = Evaluator(self._course.hidden_tests(job.exercise))
        seed = COMMON_SEED if isinstance(training, Taken) else job.seed
        with self._slot.worker(
            seed=seed, files=_files(job, loaded), limits=job.limits, exercise=job.exercise
        ) as worker:
            execution = Execution(
                worker, evaluator, loaded.grade_cells, job.limits, training, cpu_probe=job.cpu_probe
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
    training: HowTrained,
) -> Record:
    record = Record(
        exercise=job.exercise,
        student=job.submission.student,
        status=Status.graded,
        submission_digest=job.submission.digest,
        exercise_digest=loaded.digest,
        seed=job.seed,
        attempt=job.attempt,
        versions=versions(),
        notes=rebuilt.notes,
        cells=executed.cells,
        grades=executed.grades,
        manual={c.id: c.points for c in loaded.exercise.cells if c.role is Role.written},
        unanswered=rebuilt.unanswered,
        training=job.training,
        device=executed.device,
    )
    record = _with_training(record, training)
    return msgspec.structs.replace(record, notes=record.notes + _note(executed))


def _with_training(record: Record, training: HowTrained) -> Record:
    """The record, which says what became of the cells that train."""
    match training:
        case Rerun(notes):
            return msgspec.structs.replace(record, notes=record.notes + notes)
        case NotTaken(why):
            return msgspec.structs.replace(record, notes=(*record.notes, why), untrained=why)
        case Taken():
            return msgspec.structs.replace(
                record,
                notes=(*record.notes, training.note),
                seed=training.seed,
                handed_in=tuple(training.parts),
                learned=training.learned,
                device=training.device or record.device,
            )


def _seconds(executed: Executed, total: float) -> dict[str, float]:
    cells = round(sum(cell.seconds for cell in executed.cells), 3)
    on_gpu = {"device": cells} if executed.device else {}  # its cells had the GPU for so long
    return {"total": round(total, 3), "cells": cells, "judge": round(executed.judge_s, 3), **on_gpu}


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
