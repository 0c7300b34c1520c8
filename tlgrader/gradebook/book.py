"""Writing records into nbgrader's gradebook and its autograded folder, under one lock."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import nbformat
from filelock import FileLock
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.api import Grade, Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.preprocessors import AssignLatePenalties, ComputeChecksums, SaveCells
from nbgrader.utils import parse_utc

from tlgrader.course.paths import Course
from tlgrader.errors import AuthorError
from tlgrader.gradebook.starters import WriteStarters
from tlgrader.gradebook.surroundings import prepare
from tlgrader.notebook.submission import Submission
from tlgrader.records.record import Record, write_atomically
from tlgrader.records.standing import CellGrade


@dataclass(frozen=True, slots=True)
class GradebookRow:
    """One submission as the gradebook has it: points, whether a person still has to look."""

    student: str
    score: float
    max_score: float
    needs_manual_grade: bool


@contextmanager
def opened(course: Course) -> Iterator[Gradebook]:
    """The course's gradebook, held by nobody else meanwhile."""
    prepare()
    with FileLock(course.lock, is_singleton=True), Gradebook(f"sqlite:///{course.gradebook}") as book:
        yield book


def sync(course: Course, exercise: str) -> None:
    """Bring the gradebook's idea of an exercise up to its source notebook.

    Raises:
        AuthorError: cells were added or removed although submissions are graded already.
    """
    notebook = nbformat.read(course.source(exercise), as_version=4)
    resources = _resources(course, exercise, "")
    with opened(course) as book:
        book.update_or_create_assignment(exercise)
        notebook, resources = WriteStarters().preprocess(notebook, resources)
        notebook, resources = ComputeChecksums().preprocess(notebook, resources)
        try:
            SaveCells().preprocess(notebook, resources)
        except RuntimeError as error:
            raise AuthorError(
                f"the cells of {exercise} changed after submissions were graded: {error}. Restore them, or "
                "remove the assignment with `nbgrader db assignment remove`"
            ) from error


def publish(course: Course, record: Record, submission: Submission | None, notebook: NotebookNode) -> None:
    """Write one record: autograded notebook, scores, comments and the late penalty."""
    with opened(course) as book:
        book.update_or_create_student(record.student)
        book.update_or_create_submission(record.exercise, record.student, **_timestamp(course, record))
        _write_autograded(course, record, submission, notebook)
        save_scores(book, course, record)
        resources = _resources(course, record.exercise, record.student)
        AssignLatePenalties().preprocess(notebook, resources)


def save_scores(book: Gradebook, course: Course, record: Record) -> None:
    """Set automatic scores and what a person has to grade. A grader's own scores and comments stay."""
    scores = record.scores_by_cell
    submitted = book.find_submission_notebook(
        course.notebook(record.exercise), record.exercise, record.student
    )
    for grade in submitted.grades:
        score = scores.get(grade.name)
        grade.auto_score = None if score is None else min(round(score, 4), grade.max_score)
        grade.needs_manual_grade = score is None or grade.manual_score is not None
    for comment in submitted.comments:
        comment.auto_comment = "No response." if comment.name in record.unanswered else None
    book.db.commit()


def cell_grades(course: Course, exercise: str) -> dict[str, list[CellGrade]]:
    """What people have graded of an exercise, by student: every cell of whoever is in the gradebook."""
    if not course.gradebook.is_file():
        return {}
    with opened(course) as book:
        return {
            submission.student.id: [
                _cell_grade(grade) for notebook in submission.notebooks for grade in notebook.grades
            ]
            for submission in _submissions(book, exercise)
        }


def _cell_grade(grade: Grade) -> CellGrade:
    by_person = grade.manual_score is not None
    score = grade.score if by_person else None  # with the extra credit that a person gave
    return CellGrade(grade.name, grade.max_score, score, by_person and grade.needs_manual_grade)


def students(course: Course) -> list[str]:
    """The students whom the gradebook knows, sorted, whether they handed something in or not."""
    if not course.gradebook.is_file():
        return []
    with opened(course) as book:
        return sorted(student.id for student in book.students)


def rows(course: Course, exercise: str) -> list[GradebookRow]:
    """The submissions of an exercise, as the gradebook has them."""
    with opened(course) as book:
        return [
            GradebookRow(s.student.id, s.score, s.max_score, s.needs_manual_grade)
            for s in sorted(_submissions(book, exercise), key=lambda s: s.student.id)
        ]


def _submissions(book: Gradebook, exercise: str) -> list[SubmittedAssignment]:
    try:
        return list(book.assignment_submissions(exercise))
    except MissingEntry:
        return []


def _timestamp(course: Course, record: Record) -> dict[str, object]:
    path = course.submitted(record.exercise, record.student).with_name("timestamp.txt")
    try:
        return {"timestamp": parse_utc(path.read_text().strip()[:64])}
    except (OSError, ValueError):
        return {}


def _write_autograded(
    course: Course, record: Record, submission: Submission | None, notebook: NotebookNode
) -> None:
    path = course.autograded(record.exercise, record.student)
    shutil.rmtree(path.parent, ignore_errors=True)
    for name, content in (submission.files if submission else {}).items():
        write_atomically(path.parent / name, content)
    write_atomically(path, nbformat.writes(copy.deepcopy(notebook)).encode())


def _resources(course: Course, exercise: str, student: str) -> ResourcesDict:
    resources = ResourcesDict()
    resources["nbgrader"] = {
        "notebook": course.notebook(exercise),
        "assignment": exercise,
        "student": student,
        "db_url": f"sqlite:///{course.gradebook}",
    }
    return resources
