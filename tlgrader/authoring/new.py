"""New courses and exercises: files to begin with, written where there are none yet and never over others."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tlgrader.course.paths import Course, module_name
from tlgrader.errors import AuthorError, UsageError
from tlgrader.judging.gradecell import parse_all
from tlgrader.notebook.exercise import Exercise, Role, read_exercise

FIRST = "first"
"""The exercise that a new course begins with."""
_TEMPLATES = Path(__file__).with_name("templates")
_CONFIGURED = "tlgrader.gradebook.config"
_CORPUS = ("pass__sgd", "fail__head_frozen", "fail__nothing_frozen", "baseline__untrained_head")


@dataclass(frozen=True, slots=True)
class Begun:
    """What was done: files that were `written`, files that were there and `extended`, files that were `kept`."""

    written: tuple[Path, ...] = ()
    extended: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessed:
    """What tlgrader makes of an assignment. Without `problems` it can be graded."""

    assignment: str
    holds: str
    """What its notebook holds, in words; empty where it cannot be read."""
    problems: tuple[str, ...] = ()


def new_course(root: Path) -> Begun:
    """Write a course that grades at once into the folder `root`, or what an existing course lacks.

    A course without any assignment gets a small exercise. An existing ``nbgrader_config.py`` and ``.gitignore`` keep
    all that they hold and get lines at their end; every other file that is there stays as it is.

    Raises:
        UsageError: `root` is a file.
    """
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root} is a file: name the folder of the course")
    course = Course(root.resolve())
    (course.root / "source").mkdir(parents=True, exist_ok=True)
    files = _course_files(course) if course.assignments() else _first_files(course)
    there = [path for path in files if path.exists()]
    extended = [path for path, end in _additions(course).items() if _extend(path, end)]
    kept = [path for path in there if path not in extended]
    return Begun(
        _write({path: files[path] for path in files if path not in there}), tuple(extended), tuple(kept)
    )


def new_exercise(course: Course, name: str) -> Begun:
    """Write a small exercise, to be made another: notebook, hidden tests, reference and corpus.

    Raises:
        UsageError: an exercise cannot be called `name`, or something of that name is there.
    """
    files = _exercise_files(course, course.require_name(name))
    there = [path for path in (course.source(name).parent, *files) if path.exists()]
    if there:
        raise UsageError(
            f"{there[0].relative_to(course.root)} is there already: give the exercise another name"
        )
    return Begun(_write(files))


def assess(course: Course, assignment: str) -> Assessed:
    """What tlgrader makes of an assignment that was written for nbgrader."""
    try:
        exercise = read_exercise(course.source(assignment))
    except AuthorError as error:
        return Assessed(assignment, "", (str(error),))
    return Assessed(assignment, _holds(exercise), tuple(_problems(exercise)))


def _holds(exercise: Exercise) -> str:
    count = {role: len(exercise.ids(role)) for role in (Role.student, Role.grade, Role.written)}
    return (
        f"{exercise.points:g} points in {count[Role.grade]} grade cells and {count[Role.written]} written answers, "
        f"{count[Role.student]} cells for students' code"
    )


def _problems(exercise: Exercise) -> list[str]:
    """What each grade cell holds that it may not."""
    problems = []
    for cell in exercise.cells:
        if cell.role is Role.grade:
            try:
                parse_all([(cell.id, cell.points, cell.source)])
            except AuthorError as error:
                problems += str(error).splitlines()
    return problems


def _course_files(course: Course, registration: str = "course_without_exercise.py") -> dict[Path, str]:
    name = re.sub(r"[^\w .-]", "-", course.root.name)
    return {
        course.registration: _filled(f"{registration}.template"),
        course.configuration: _filled("nbgrader_config.py.template", course=name),
        course.root / ".gitignore": _filled("gitignore.template"),
    }


def _first_files(course: Course) -> dict[Path, str]:
    readme = {course.root / "README.md": _filled("README.md.template", course=course.root.name)}
    return {**_course_files(course, "course.py"), **readme, **_exercise_files(course, FIRST)}


def _exercise_files(course: Course, name: str) -> dict[Path, str]:
    """The files of a small exercise; its pictures are drawn from a seed that no other course has."""
    hidden = {"exercise": module_name(name), "folder": name, "seed": str(secrets.randbelow(2**31))}
    corpus = {course.corpus(name) / f"{sample}.py": _filled(f"{sample}.py.template") for sample in _CORPUS}
    return {
        course.source(name): _filled("exercise.ipynb", exercise=module_name(name)),
        course.source(name).with_name("stripes.py"): _filled("stripes.py.template"),
        course.hidden_tests(name): _filled("hidden_tests.py.template", **hidden),
        course.reference(name): _filled("reference.py.template"),
        course.measured(name): _filled("measured.json.template"),
        course.equivalent(name): _filled("equivalent.toml"),
        **corpus,
    }


def _filled(template: str, **words: str) -> str:
    """A template with ``__word__`` replaced by what stands for each of `words`."""
    text = (_TEMPLATES / template).read_text()
    for word, value in words.items():
        text = text.replace(f"__{word}__", value)
    return text


def _write(files: Mapping[Path, str]) -> tuple[Path, ...]:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tuple(files)


def _additions(course: Course) -> dict[Path, str]:
    """What the files of an existing course lack at their end."""
    config, ignored = course.configuration, course.root / ".gitignore"
    additions = {}
    if config.is_file() and _CONFIGURED not in config.read_text():
        additions[config] = _filled("nbgrader_config_addition.template")
    if ignored.is_file():
        known = {line.strip().strip("/") for line in ignored.read_text().splitlines()}
        lines = [line for line in _filled("gitignore.template").splitlines() if not line.startswith("#")]
        additions[ignored] = "".join(f"{line}\n" for line in lines if line.strip("/") not in known)
    return additions


def _extend(path: Path, end: str) -> bool:
    """Add `end` to a file, on a line of its own; whether there was anything to add."""
    text = path.read_text()
    if end:
        path.write_text(text + ("" if not text or text.endswith("\n") else "\n") + end)
    return bool(end)
