"""The way of a submission, top to bottom: read, judge, keep, publish."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import SystemRandom

import nbformat
from nbformat import NotebookNode

from tlgrader import gradebook
from tlgrader.course.exercise import Exercise, read_exercise
from tlgrader.course.paths import Course
from tlgrader.course.submission import Submission, Unreadable, read_submission
from tlgrader.evidence.handed_in import FILE
from tlgrader.feedback import notebook_to_show, unreadable_notebook
from tlgrader.judge.job import Graded, Job
from tlgrader.judge.pool import Pool
from tlgrader.judge.record import Record, Status, Training, read, still_holds, write, write_atomically
from tlgrader.sandbox.limits import Limits


@dataclass(frozen=True, slots=True)
class Order:
    """What to grade and how: students (all where empty), slots, whether records that still hold count.

    `training` is where training results come from; the share `verified` of those that were handed in, drawn by chance,
    is compared with a rerun.
    """

    students: tuple[str, ...] = ()
    slots: int = 1
    fresh: bool = False
    sandboxed: bool = True
    publish: bool = True
    training: Training = Training.rerun
    verified: float = 0.0
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Step:
    """One submission done: its record, and whether it was graded now or had been before."""

    record: Record
    done_now: bool


def grade(course: Course, exercise: str, order: Order) -> Iterator[Step]:
    """Grade a cohort with desks of its own; see `grade_with`."""
    with Pool(course, order.slots, order.limits, sandboxed=order.sandboxed) as pool:
        yield from grade_with(pool, course, exercise, order)


def grade_with(pool: Pool, course: Course, exercise: str, order: Order) -> Iterator[Step]:
    """Grade a cohort, yielding each submission as it is done. Every submission yields exactly once.

    Raises:
        AuthorError: the exercise is wrong, so that nothing can be graded.
        MachineError: no sandbox can be built here.
    """
    if order.publish:
        gradebook.sync(course, exercise)
    source = read_exercise(course.source(exercise))
    jobs: dict[str, Job] = {}
    for student in order.students or course.students(exercise):
        found = _submission(course, exercise, student)
        if isinstance(found, Unreadable):
            yield Step(_keep_unreadable(course, source, student, str(found), order.publish), True)
        elif not order.fresh and (kept := still_holds(course, exercise, found, order.training)):
            yield Step(_publish_kept(course, kept, found, order.publish), False)
        else:
            jobs[student] = Job(exercise, found, training=order.training)
    for student in _drawn(jobs, order.verified):
        jobs[student] = replace(jobs[student], verify=True)
    for graded in pool.grade(jobs.values()):
        submission = jobs[graded.record.student].submission
        yield Step(_keep(course, source, graded, submission, order.publish), True)


def _drawn(jobs: Mapping[str, Job], share: float) -> list[str]:
    """Students whose training is verified: that share of those who hand one in, rounded up, as nobody can foresee."""
    with_training = [student for student, job in jobs.items() if FILE in job.submission.files]
    return SystemRandom().sample(with_training, math.ceil(share * len(with_training)))


def _submission(course: Course, exercise: str, student: str) -> Submission | Unreadable:
    try:
        return read_submission(course.submitted(exercise, student), student)
    except Unreadable as unreadable:
        return unreadable


def _keep(
    course: Course, exercise: Exercise, graded: Graded, submission: Submission, publish: bool
) -> Record:
    """Write record and notebook, then the gradebook: records are the truth, the gradebook follows."""
    record = graded.record
    if graded.notebook is not None:
        notebook = notebook_to_show(record, graded.notebook, exercise)
    else:
        notebook = unreadable_notebook(record, exercise)
    return _write(course, record, notebook, submission, publish)


def _keep_unreadable(course: Course, exercise: Exercise, student: str, reason: str, publish: bool) -> Record:
    record = Record(exercise=exercise.name, student=student, status=Status.unreadable, reason=reason)
    notebook = unreadable_notebook(record, exercise)
    return _write(course, record, notebook, None, publish)


def _write(
    course: Course,
    record: Record,
    notebook: NotebookNode,
    submission: Submission | None,
    publish: bool,
) -> Record:
    path = course.graded_notebook(record.exercise, record.student)
    write_atomically(path, nbformat.writes(notebook).encode())
    write(record, course.record(record.exercise, record.student))
    if publish:
        gradebook.publish(course, record, submission, notebook)
    return record


def _publish_kept(course: Course, record: Record, submission: Submission, publish: bool) -> Record:
    shown = course.autograded(record.exercise, record.student)
    path = course.graded_notebook(record.exercise, record.student)
    if publish and not _same_content(shown, path):
        gradebook.publish(course, record, submission, nbformat.read(path, as_version=4))
    return record


def _same_content(one: Path, other: Path) -> bool:
    try:
        return one.read_bytes() == other.read_bytes()
    except OSError:
        return False


def records(course: Course, exercise: str, students: Sequence[str] = ()) -> list[Record]:
    """The records there are, of `students` or of all who submitted, sorted by student."""
    names = students or tuple(course.students(exercise))
    found = (read(course.record(exercise, student)) for student in names)
    return [record for record in found if record is not None]
