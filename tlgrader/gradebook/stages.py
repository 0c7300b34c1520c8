"""Our stages in nbgrader's converters: where `Execute` and `SaveAutoGrades` were, records are.

`nbgrader autograde` and formgrader's button come through here. The judging itself happens in a process of its
own (`tlgrader grade --no-gradebook`), so that neither torch nor a sandbox lives in a Jupyter server.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from tlgrader.course.paths import Course
from tlgrader.gradebook.book import opened, save_scores, sync
from tlgrader.notebook.submission import Unreadable, read_submission
from tlgrader.records.record import Record, read, still_holds

Converted = tuple[NotebookNode, ResourcesDict]


class TakeRecord(NbGraderPreprocessor):
    """Replaces the submitted notebook by the one that was graded, grading it first where that is needed."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> Converted:
        course, exercise, student = _where(resources)
        if not _is_graded(course, exercise, student):
            self.log.info("Grading %s of %s (importing the libraries takes some seconds)", exercise, student)
            _grade(course, exercise, student if self._chosen() else None)
        record = _record(course, exercise, student)
        for reason in record.for_a_person():
            self.log.warning("For a person: %s", reason)
        graded = nbformat.read(course.graded_notebook(exercise, student), as_version=4)
        return graded, resources

    def _chosen(self) -> bool:
        """Whether nbgrader was asked for single students; if not, the whole cohort is graded side by side."""
        return bool(self.parent.parent.coursedir.student_id != "*")


class SaveRecord(NbGraderPreprocessor):
    """Writes the record's scores where `SaveAutoGrades` would read them out of the outputs."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> Converted:
        course, exercise, student = _where(resources)
        with opened(course) as book:
            save_scores(book, course, _record(course, exercise, student))
        return nb, resources


def know_the_exercise(assignment: str, **_: Any) -> None:
    """nbgrader's hook before a conversion: the gradebook learns the exercise as it is in source/ now."""
    sync(Course.find(), assignment)


def _is_graded(course: Course, exercise: str, student: str) -> bool:
    try:
        submission = read_submission(course.submitted(exercise, student), student)
    except Unreadable:
        return False
    return still_holds(course, exercise, submission) is not None


def _grade(course: Course, exercise: str, student: str | None) -> None:
    """Bring records up to date, of one student or of all."""
    only = ["--student", student] if student else []
    command = [sys.executable, "-m", "tlgrader", "grade", exercise, *only, "--no-gradebook"]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"tlgrader grade failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _record(course: Course, exercise: str, student: str) -> Record:
    record = read(course.record(exercise, student))
    if record is None:
        raise RuntimeError(f"{exercise} of {student} has no record")
    return record


def _where(resources: ResourcesDict) -> tuple[Course, str, str]:
    names = resources["nbgrader"]
    return Course.find(Path.cwd()), names["assignment"], names["student"]
