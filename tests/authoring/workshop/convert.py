"""Makes a course of the workshop's two notebooks: ``python -m tests.authoring.workshop.convert NOTEBOOKS COURSE``.

Their text is read from `NOTEBOOKS` and stays there and in the course that is made: this folder holds only what an
author adds, and says where the cells are that it is added to.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import nbformat

from tests.authoring.workshop import beside, fine_tuning, lora
from tests.authoring.workshop.cells import Converted, Edit, NotFound, converted, edited
from tlgrader.course.paths import Course

OURS = Path(__file__).parent / "course"
HELPERS = "helpers.py"
EXERCISES = (fine_tuning, lora)


@dataclass(frozen=True, slots=True)
class Made:
    """The course, and by exercise what was substituted in the notebook."""

    course: Course
    substituted: dict[str, list[str]]


def convert(notebooks: Path, root: Path) -> Made:
    """Make the course at `root` of the notebooks and ``helpers.py`` in the folder `notebooks`.

    Raises:
        NotFound: one of them is not there, or lacks a cell that the conversion is about.
    """
    course = Course(root)
    found = {plan.NAME: converted(notebooks / plan.NOTEBOOK, plan.STEPS) for plan in EXERCISES}
    root.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).parents[3] / "nbgrader_config.py", root)
    shutil.copytree(OURS / "grader_tests", root / "grader_tests", dirs_exist_ok=True)
    shutil.copy(OURS / "course.py", root)
    for plan in EXERCISES:
        _write(course, plan, found[plan.NAME], notebooks / HELPERS)
    beside.pictures(course.source(fine_tuning.NAME).parent / "data", fine_tuning.PICTURES)
    beside.weights(course.source(fine_tuning.NAME).parent)
    beside.sentences(course.source(lora.NAME).parent / "crop_data", lora.SENTENCES, lora.SEED)
    return Made(course, {name: _said(one) for name, one in found.items()})


def _write(course: Course, plan: ModuleType, found: Converted, helpers: Path) -> None:
    source, reference = course.source(plan.NAME), course.reference(plan.NAME)
    for path in (source, reference):
        path.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(nbformat.writes(found.notebook))
    (source.parent / HELPERS).write_text(_helpers(helpers, plan.HELPERS, found))
    shutil.copy(OURS / "beside" / "arff.py", source.parent)
    cells = "\n".join(f"# %% {id}\n{text}" for id, text in found.solution.items())
    reference.write_text(f'"""The workshop\'s own solution."""\n{cells}\n')
    measured = {"accuracy": {"threshold": plan.THRESHOLD}}
    course.measured(plan.NAME).write_text(json.dumps(measured))


def _helpers(path: Path, edits: Sequence[Edit], found: Converted) -> str:
    try:
        text = path.read_text()
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error}") from error
    found.substituted += [edit.why for edit in edits]
    return edited(text, edits, path.name)


def _said(found: Converted) -> list[str]:
    return list(dict.fromkeys(found.substituted))


def _lines(made: Made) -> Iterable[str]:
    for name, whys in made.substituted.items():
        yield f"{name}, in place of what the workshop has:"
        yield from (f"- {why}" for why in [*whys, *beside.SUBSTITUTED[name]])
    yield f"The course lies in {made.course.root}."


def main(arguments: Sequence[str]) -> int:
    """Convert, and say what was substituted."""
    if len(arguments) != 2:
        print("usage: python -m tests.authoring.workshop.convert NOTEBOOKS COURSE", file=sys.stderr)
        return 2
    try:
        made = convert(Path(arguments[0]), Path(arguments[1]))
    except NotFound as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(_lines(made)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
