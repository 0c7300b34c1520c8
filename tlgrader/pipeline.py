"""The way of a submission, top to bottom: read, judge, keep, publish."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom

import nbformat
from nbformat import NotebookNode

from tlgrader import gradebook
from tlgrader.course.paths import Course
from tlgrader.evidence.handed_in import FILE
from tlgrader.grading.job import Graded, Job
from tlgrader.grading.pool import Pool
from tlgrader.notebook.exercise import Exercise, read_exercise
from tlgrader.notebook.submission import Submission, Unreadable, read_submission
from tlgrader.pages.feedback import notebook_to_show, unreadable_notebook
from tlgrader.records.record import Record, Status, Training, read, still_holds, write, write_atomically
from tlgrader.records.standing import Standing, standing
from tlgrader.sandbox.gpu import GpuAllocation
from tlgrader.sandbox.limits import Limits


@dataclass(frozen=True, slots=True)
class Order:
    """What to grade and how: students (all where empty), slots, whether records that still hold count.

    `training` is where training results come from; the share `verified` of those that were handed in, drawn by chance,
    is compared with a rerun. Each of `gpus` is for one more slot, in which cells tagged ``train`` run.
    """

    students: tuple[str, ...] = ()
    slots: int = 1
    fresh: bool = False
    sandboxed: bool = True
    publish: bool = True
    training: Training = Training.rerun
    verified: float = 0.0
    gpus: tuple[GpuAllocation, ...] = ()
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Step:
    """One submission done: its record, and whether it was graded now or had been before."""

    record: Record
    done_now: bool


def grade(course: Course, exercise: str, order: Order) -> Iterator[Step]:
    """Grade a cohort with grader processes of its own; see `grade_with`."""
    pool = Pool(course, order.slots, order.limits, sandboxed=order.sandboxed, gpus=order.gpus)
    with pool:
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
    readable: dict[str, Submission] = {}
    for student in order.students or course.students(exercise):
        found = _submission(course, exercise, student)
        if isinstance(found, Unreadable):
            yield Step(_keep_unreadable(course, source, student, str(found), order.publish), True)
        else:
            readable[student] = found
    kept = {} if order.fresh else _kept(course, exercise, readable, order.training)
    drawn = _drawn(readable, kept, order.verified)
    held = {row.student for row in gradebook.rows(course, exercise)} if order.publish else set()
    for student in kept.keys() - drawn:
        if order.publish:
            _publish_kept(course, kept[student], readable[student], student in held)
        yield Step(kept[student], False)
    jobs = [
        Job(exercise, submission, training=order.training, verify=student in drawn)
        for student, submission in readable.items()
        if student in drawn or student not in kept
    ]
    for graded in pool.grade(jobs):
        submission = readable[graded.record.student]
        yield Step(_keep(course, source, graded, submission, order.publish), True)


def _kept(
    course: Course, exercise: str, submissions: Mapping[str, Submission], training: Training
) -> dict[str, Record]:
    """The records that still hold, by student."""
    digest = course.exercise_digest(exercise)
    records = {
        student: still_holds(course, exercise, submission, training, digest)
        for student, submission in submissions.items()
    }
    return {student: record for student, record in records.items() if record is not None}


def _drawn(submissions: Mapping[str, Submission], kept: Mapping[str, Record], share: float) -> set[str]:
    """Students whose training is to be verified, as nobody can foresee.

    With those whose records say that it was, they are that share of all who hand one in, rounded up.
    """
    handing_in = [student for student, submission in submissions.items() if FILE in submission.files]
    done = [student for student in handing_in if student in kept and kept[student].verified is not None]
    missing = max(0, math.ceil(share * len(handing_in)) - len(done))
    return set(SystemRandom().sample([one for one in handing_in if one not in done], missing))


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


def _publish_kept(course: Course, record: Record, submission: Submission, held: bool) -> None:
    """Publish a record from before where autograded/ or, unless it is `held` there, the gradebook lacks it."""
    shown = course.autograded(record.exercise, record.student)
    path = course.graded_notebook(record.exercise, record.student)
    if not held or not _same_content(shown, path):
        gradebook.publish(course, record, submission, nbformat.read(path, as_version=4))


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


def standings(course: Course, exercise: str, records: Sequence[Record]) -> list[Standing]:
    """Where the submissions of `records` stand, with what people have graded in the gradebook."""
    in_gradebook = gradebook.cell_grades(course, exercise)
    return [standing(record, in_gradebook.get(record.student, ())) for record in records]
