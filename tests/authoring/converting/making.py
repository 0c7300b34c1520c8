"""A course of several notebooks: each is converted, and what it needs is laid beside it.

Their text is read where they lie, and stays there and in the course that is made: this repository holds only what an
author adds, and says where the cells are that it is added to.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from tests.authoring.converting.cells import Converted, NotFound, Step, converted
from tlgrader.course.paths import Course


@dataclass(frozen=True, slots=True)
class Plan:
    """What is made of one notebook: the exercise's name, what becomes of the cells, and the accuracy that it asks for.

    `beside(notebooks, folder)` lays what the exercise needs into its folder, and says of each thing what it stands for.
    """

    name: str
    notebook: str
    steps: Sequence[Step]
    threshold: float
    beside: Callable[[Path, Path], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Made:
    """The course, and by exercise what was substituted."""

    course: Course
    substituted: dict[str, list[str]]


def make(plans: Sequence[Plan], ours: Path, notebooks: Path, root: Path) -> Made:
    """Make the course at `root` of the notebooks in the folder `notebooks`; `ours` is what an author adds to them.

    Raises:
        NotFound: one of them is not there, or lacks a cell that its plan is about.
    """
    course = Course(root)
    found = [(plan, converted(notebooks / plan.notebook, plan.steps)) for plan in plans]
    root.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).parents[3] / "nbgrader_config.py", root)
    shutil.copytree(ours / "grader_tests", root / "grader_tests", dirs_exist_ok=True)
    shutil.copy(ours / "course.py", root)
    said = {plan.name: _write(course, plan, one, notebooks) for plan, one in found}
    return Made(course, said)


def _write(course: Course, plan: Plan, found: Converted, notebooks: Path) -> list[str]:
    """Write one exercise, and return what was substituted in it."""
    source, reference = course.source(plan.name), course.reference(plan.name)
    for path in (source, reference):
        path.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(nbformat.writes(found.notebook))
    cells = "\n".join(f"# %% {id}\n{text}" for id, text in found.solution.items())
    reference.write_text(f'"""The notebook\'s own solution."""\n{cells}\n')
    measured = {"accuracy": {"threshold": plan.threshold}}
    course.measured(plan.name).write_text(json.dumps(measured))
    return list(dict.fromkeys([*found.substituted, *plan.beside(notebooks, source.parent)]))


def main(convert: Callable[[Path, Path], Made], module: str, arguments: Sequence[str]) -> int:
    """Run `convert` as a command, ``python -m MODULE NOTEBOOKS COURSE``, and say what was substituted."""
    if len(arguments) != 2:
        print(f"usage: python -m {module} NOTEBOOKS COURSE", file=sys.stderr)
        return 2
    try:
        made = convert(Path(arguments[0]), Path(arguments[1]))
    except NotFound as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(_lines(made)))
    return 0


def _lines(made: Made) -> Iterable[str]:
    for name, whys in made.substituted.items():
        yield f"{name}, in place of what the notebook has:"
        yield from (f"- {why}" for why in whys)
    yield f"The course lies in {made.course.root}."
