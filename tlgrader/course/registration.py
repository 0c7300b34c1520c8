"""What a course registers with the grader, in one place: the file ``course.py`` at its top level.

::

    from tlgrader.course import Architecture, Registration

    COURSE = Registration(
        architectures={"efficientnet_b0": Architecture("torchvision:efficientnet_b0")},
    )
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

import msgspec

from tlgrader.architectures import Architecture, declare
from tlgrader.architectures.installed import installed_courses
from tlgrader.course.needs import AS_USUAL, Needs
from tlgrader.course.paths import Course
from tlgrader.course.symptom import Symptom
from tlgrader.errors import AuthorError, GraderError, UsageError
from tlgrader.sandbox.limits import Limits
from tlgrader.sandbox.preparation import Preparation


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a course brings along. All of it is optional."""

    architectures: Mapping[str, Architecture] = field(default_factory=dict)
    """What students start from, by a name of the author's."""
    wrappers: Mapping[str, str] = field(default_factory=dict)
    """Classes around a model, by name (``"LitClassifier"``), with the attribute that holds the model (``"model"``).
    A model in such a wrapper is judged as itself, if it answers as the wrapper does."""
    exercises: Mapping[str, Needs] = field(default_factory=dict)
    """What exercises need that is not as usual, by name: ``{"lora": Needs(cell_s=600)}``."""
    packages: tuple[str, ...] = ()
    """Packages of the course's own that notebooks import: students' code can read them."""
    preload: tuple[str, ...] = ()
    """Modules that are imported once, before any notebook runs, and not for each. One that starts a thread is left to
    the notebooks that use it; `tlgrader doctor` says which."""
    warm_up: tuple[str, ...] = ()
    """Functions, ``"package.module:function"``, that run once after them, as to load what each notebook loads."""
    masked: tuple[str, ...] = ()
    """Files below site-packages that students' code must not read, such as labels of hidden data."""
    install: Callable[..., Iterator[str]] | None = None
    """``install(hidden=…)`` fetches the data that notebooks read and, for graders, those that only the judge reads;
    it yields a line on each. `tlgrader setup` calls it, for graders `tlgrader setup --grader`."""
    examine: Callable[[], Iterable[Symptom]] | None = None
    """What `tlgrader doctor` looks at for this course."""

    @property
    def preparation(self) -> Preparation:
        """What notebooks find prepared."""
        of_exercises = (module for needs in self.exercises.values() for module in needs.preload)
        preload = tuple(dict.fromkeys((*self.preload, *of_exercises)))
        return Preparation(self.packages, preload, self.warm_up, self.masked)

    def needs(self, exercise: str) -> Needs:
        """What the exercise of this name needs."""
        return self.exercises.get(exercise, AS_USUAL)

    def limits(self, exercise: str, usual: Limits) -> Limits:
        """The limits of the exercise of this name, where others have the `usual` ones."""
        return self.needs(exercise).limits(usual)

    def largest(self, usual: Limits) -> Limits:
        """The `usual` limits, with the memory of the exercise that needs most: a wall's folders are made for all."""
        most = max(self.limits(name, usual).memory_bytes for name in ("", *self.exercises))
        return msgspec.structs.replace(usual, memory_bytes=max(most, usual.memory_bytes))


def read_registration(course: Course) -> Registration:
    """What ``course.py`` registers; nothing where the course has no such file.

    Raises:
        AuthorError: it cannot be run, or does not define ``COURSE``; with its line.
    """
    path = course.registration
    if not path.is_file():
        return Registration()
    module = _run(path)
    found = getattr(module, "COURSE", None)
    if not isinstance(found, Registration):
        raise AuthorError(
            f"{path.name} has to define `COURSE = Registration(…)`; it is {type(found).__name__}"
        )
    _require_exercises(course, found)
    return found


def _require_exercises(course: Course, found: Registration) -> None:
    unknown = sorted(found.exercises.keys() - set(course.exercises())) if found.exercises else []
    if unknown:
        raise AuthorError(
            f"course.py says what {unknown[0]!r} needs, and source/ has no exercise of that name"
        )


def preparation_of(course: Course, registration: Registration) -> Preparation:
    """What notebooks of the course find prepared, with the data of its exercises."""
    return replace(registration.preparation, beside=course.all_data())


def register(course: Course) -> Registration:
    """Read the registration, and make its architectures those of this process. Raises AuthorError."""
    found = read_registration(course)
    declare(found.architectures, found.wrappers)
    return found


def registration_here() -> Registration:
    """That of the course which the current folder lies in; outside of any, that of the course that is installed.

    Raises:
        UsageError: more than one course is installed.
    """
    try:
        return read_registration(Course.find())
    except UsageError:
        found = installed_courses()
    if len(found) > 1:
        raise UsageError("several courses are installed here: change to the folder of one")
    return found[0] if found else Registration()


def _run(path: Path) -> ModuleType:
    module = ModuleType("course")
    module.__file__ = str(path)
    try:
        tree = ast.parse(path.read_bytes(), filename=str(path))
        _require_names_once(tree, path)
        exec(compile(tree, str(path), "exec"), module.__dict__)
    except GraderError:
        raise
    except Exception as error:  # it is an author's code
        raise AuthorError(
            f"{path.name}, line {_line(error, path)}: {type(error).__name__}: {error}"
        ) from error
    return module


def _require_names_once(tree: ast.AST, path: Path) -> None:
    """Of two entries of one name in a dict, Python silently keeps the second."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Dict):
            continue
        seen = set[str]()
        for key in node.keys:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                if key.value in seen:
                    raise AuthorError(
                        f"{path.name}, line {key.lineno}: {key.value!r} is declared twice: give one another name"
                    )
                seen.add(key.value)


def _line(error: Exception, path: Path) -> int | str:
    """The last line of the file itself on the way to an error."""
    if isinstance(error, SyntaxError):
        return error.lineno or "?"
    line: int | str = "?"
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
