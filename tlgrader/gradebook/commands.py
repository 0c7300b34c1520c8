"""nbgrader's own converters, called as its users call them but without a shell."""

from __future__ import annotations

import glob
import logging
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock
from nbgrader.apps.api import NbGraderAPI
from traitlets.config.loader import Config, PyFileConfigLoader

from tlgrader.course.contents import DATA_FOLDER
from tlgrader.course.paths import Course
from tlgrader.errors import AuthorError, GraderError

_CAUSE = re.compile(r"^\s*[\w.]+(?:Error|Exception): (.+)$", re.MULTILINE)


def generate_assignment(course: Course, exercise: str, into: Path) -> None:
    """Write ``<into>/<exercise>/`` and bring the gradebook up to date; AuthorError where nbgrader refuses."""
    api = _api(course, release_directory=str(into))
    # Gigabytes are not copied. nbgrader compares with the path as it writes it itself.
    source = Path(api.coursedir.format_path(api.coursedir.source_directory, ".", exercise))
    data = glob.escape(f"{source.parent}/./{exercise}/{DATA_FOLDER}")
    api.coursedir.ignore = [*api.coursedir.ignore, data]
    with FileLock(course.lock, is_singleton=True):
        failure = _failure(api.generate_assignment(exercise, force=True), f"release of {exercise}")
    if failure:
        raise AuthorError(failure)


def generate_feedback(course: Course, exercise: str, students: Sequence[str]) -> Iterator[str]:
    """Write the feedback pages of `students`, yielding each student when done.

    Raises:
        GraderError: nbgrader failed for some, with the ends of its logs; after all the others are done.
    """
    api, failures = _api(course), []
    for student in students:
        with FileLock(course.lock, is_singleton=True):
            done = api.generate_feedback(exercise, student, force=True)
        if failure := _failure(done, f"feedback for {student}"):
            failures.append(failure)
        else:
            yield student
    if failures:
        raise GraderError("\n".join(failures))


def _api(course: Course, **folders: str) -> NbGraderAPI:
    config: Config = PyFileConfigLoader("nbgrader_config.py", path=str(course.root)).load_config()
    config.CourseDirectory.update(folders)
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    return NbGraderAPI(config=config)


def _failure(result: dict[str, Any], what: str) -> str:
    """Why nbgrader failed, by the end of its log; empty where it did not."""
    if result.get("success"):
        return ""
    log = f"{result.get('log') or ''}\n{result.get('error') or ''}".strip()
    causes = _CAUSE.findall(log)  # the first error led to the others
    return f"{what} failed: {causes[0] if causes else log[-1500:]}"
