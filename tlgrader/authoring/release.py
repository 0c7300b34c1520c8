"""Releasing an exercise: the student's notebook, and the refusal to let anything hidden through."""

from __future__ import annotations

import filecmp
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat

from tlgrader.course.contents import left_behind
from tlgrader.course.paths import Course
from tlgrader.errors import AuthorError
from tlgrader.evidence.handed_in import FILE
from tlgrader.gradebook.commands import generate_assignment
from tlgrader.judging.gradecell import parse_all
from tlgrader.judging.references import entries
from tlgrader.notebook.corpus import read_reference
from tlgrader.notebook.exercise import Exercise, Role, read_exercise
from tlgrader.notebook.regions import BEGIN

# Shorter lines, such as `)` or `pass`, say nothing.
_TELLING = 25


def release(course: Course, exercise: str) -> Path:
    """Generate ``release/<exercise>/`` through nbgrader and return the notebook's path.

    Raises:
        AuthorError: a grade cell holds what it may not, a threshold is not stated where it is judged, a starter
            is no valid Python, or the release would show something hidden. ``release/`` then stays as it was.
    """
    source = read_exercise(course.source(exercise))
    parse_all((c.id, c.points, c.source) for c in source.cells if c.role is Role.grade)
    _require_valid_starters(source)
    _require_stated_thresholds(course, source)
    released = course.release(exercise)
    with TemporaryDirectory(prefix=".release-", dir=course.root) as apart:
        generate_assignment(course, exercise, Path(apart))
        new = Path(apart, exercise)
        _require_no_leak(course, source, new / released.name)
        _replace(released.parent, new, old=Path(apart, "old"))
    return released


def _replace(folder: Path, new: Path, *, old: Path) -> None:
    """Put the folder `new` in the place of `folder`, and what was there to `old`."""
    folder.parent.mkdir(exist_ok=True)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)


def _require_valid_starters(source: Exercise) -> None:
    for cell in source.cells:
        if cell.role is Role.student:
            try:
                compile(cell.source, cell.id, "exec")
            except SyntaxError as error:
                raise AuthorError(f"the starter of {cell.id} is no valid Python: {error}") from error


def _require_stated_thresholds(course: Course, source: Exercise) -> None:
    """Every threshold is a number that a student can read in the notebook; only data is hidden."""
    visible = "\n".join(cell.source for cell in source.cells if cell.role is Role.text)
    for name, entry in entries(course.measured(source.name)).items():
        for what, number in _told(entry):
            if not _stated(number, visible):
                raise AuthorError(
                    f"the {what} of {name}, {number}, is not stated in the text of {source.name}"
                )


def _told(entry: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """The numbers that decide a measure's points: of one on a scale its ends, of another its threshold."""
    if "scale" in entry:
        yield from (
            ("lower end" if end == "none" else "upper end", float(n)) for end, n in entry["scale"].items()
        )
    elif "threshold" in entry:
        yield "threshold", float(entry["threshold"])


def _stated(threshold: float, text: str) -> bool:
    percent, share = re.escape(f"{100 * threshold:.4g}"), re.escape(f"{threshold:.4g}")
    zeros = "0*" if "." in share else ""  # 0.8 may be written as 0.80
    return re.search(rf"(?<![\d.])({percent} ?%|{share}{zeros}(?!\d))", text) is not None


def _require_no_leak(course: Course, source: Exercise, path: Path) -> None:
    released = path.read_text()
    cells = nbformat.reads(released, as_version=4).cells
    text = "\n".join(cell.source for cell in cells)
    for secret in (
        "grader_tests",
        "tl_solutions",
        "BEGIN HIDDEN TESTS",
        "BEGIN MARK SCHEME",
        BEGIN,
        *_solution(course, source),
    ):
        if secret in text:
            raise AuthorError(f"the release of {source.name} would show {secret!r}")
    for file in sorted(file for file in path.parent.rglob("*") if file.is_file() and file != path):
        _require_harmless(course, source, file, file.relative_to(path.parent))


def _require_harmless(course: Course, source: Exercise, file: Path, name: Path) -> None:
    """Refuse a file beside the notebook that has hidden tests, or what training or the reference leaves behind."""
    if name.name == FILE or left_behind(name) or _is_references(course.reference(source.name).parent, file):
        raise AuthorError(
            f"the release of {source.name} would hand out trained tensors or a solution: remove {name} from source/"
        )
    if "grader_tests" in file.read_text(errors="ignore"):
        raise AuthorError(f"the release of {source.name} would show hidden tests in {name}")


def _is_references(solutions: Path, file: Path) -> bool:
    """Whether `file` is, by its content, one of the reference's."""
    same_size = (
        one for one in solutions.rglob("*") if one.is_file() and one.stat().st_size == file.stat().st_size
    )
    return file.stat().st_size > 0 and any(filecmp.cmp(one, file, shallow=False) for one in same_size)


def _solution(course: Course, source: Exercise) -> list[str]:
    """Telling lines of the reference's cells that the notebook does not show by intention."""
    shown = "\n".join(cell.released for cell in source.cells)
    reference = read_reference(course, source)
    lines = [line.strip() for text in reference.cells.values() for line in text.splitlines()]
    return [line for line in lines if len(line) >= _TELLING and line not in shown]
