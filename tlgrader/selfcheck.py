"""A student's own check: the visible lines of grade cells, judged as the grader will judge them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat

from tlgrader.course import Registration, registration_here
from tlgrader.course.contents import data_beside
from tlgrader.errors import UsageError
from tlgrader.evidence.handed_in import FILE
from tlgrader.judging.explain import as_text
from tlgrader.judging.gradecell import GradeCell, has_visible_checks
from tlgrader.notebook.exercise import Cell, Exercise, Role, exercise_from
from tlgrader.notebook.submission import (
    NOTEBOOK_BYTES,
    Submission,
    Unreadable,
    parse_cells,
    read_bytes,
    read_submission,
    rebuild,
)
from tlgrader.records.record import CellRecord, GradeRecord
from tlgrader.sandbox.limits import Limits

_THIS = "this"  # a student's notebook need not have the exercise's name


@dataclass(frozen=True, slots=True)
class SelfChecked:
    """How the notebook ran and what its visible checks found."""

    cells: tuple[CellRecord, ...]
    grades: tuple[GradeRecord, ...]
    limits: Limits
    """The limits under which it ran, as it will at grading."""
    training: str = ""
    """Whether the training result beside the notebook belongs to it; empty where the exercise asks for none."""

    @property
    def all_passed(self) -> bool:
        """Whether every visible item passed."""
        return all(item.finding.outcome == "passed" for grade in self.grades for item in grade.items)

    @property
    def summary(self) -> str:
        """One sentence, with what it does not promise."""
        items = [item for grade in self.grades for item in grade.items]
        passed = sum(item.finding.outcome == "passed" for item in items)
        seen = f"{passed} of {len(items)} visible checks passed."
        return f"{seen} Grading has further checks, on data that you do not see."

    def text(self, grade: GradeRecord) -> str:
        """The items of a grade cell in lines, without a score: hidden checks decide that, too."""
        return "\n".join(as_text(grade).splitlines()[1:])


def selfcheck(path: Path, *, sandboxed: bool) -> SelfChecked:
    """Run a student's notebook and its visible checks.

    Raises:
        UsageError: the file is no notebook with grade cells.
        MachineError: no sandbox can be built here.
    """
    try:
        cells = parse_cells(read_bytes(path, NOTEBOOK_BYTES))
        exercise = _visible(exercise_from(nbformat.read(path, as_version=4), path.stem))
    except (Unreadable, ValueError, KeyError) as error:
        raise UsageError(f"{path.name}: {error}") from error
    registration = registration_here()
    limits = _limits(registration, path)
    rebuilt = rebuild(exercise, Submission("", cells, ""))

    from tlgrader.grading.execution import Executed, Execution
    from tlgrader.grading.grader import grade_cells_of
    from tlgrader.judging.evaluation import Evaluator
    from tlgrader.sandbox.slot import Slot
    from tlgrader.sandbox.wall import find_with_data

    grade_cells = grade_cells_of(exercise)
    training = _training(path, rebuilt.cells, grade_cells)
    data = data_beside(path)
    preparation = replace(registration.preparation, beside=((_THIS, data),) if data else ())
    wall = find_with_data(preparation) if sandboxed else None
    with (
        Slot(wall, limits, None, preparation) as slot,
        slot.worker(seed=0, files=_files(path, limits.file_bytes), exercise=_THIS) as worker,
    ):
        execution = Execution(worker, Evaluator(path.parent / "none.py"), grade_cells, limits)
        executed = execution.through(rebuilt.cells)
    assert isinstance(executed, Executed)  # nothing was handed in, and there is no GPU to ask for
    return SelfChecked(executed.cells, executed.grades, limits, training)


def _visible(exercise: Exercise) -> Exercise:
    """The exercise without grade cells whose checks are all hidden: released, they have nothing to try."""
    cells = (
        cell for cell in exercise.cells if cell.role is not Role.grade or has_visible_checks(cell.source)
    )
    return replace(exercise, cells=tuple(cells))


def _files(path: Path, most: int) -> dict[str, bytes]:
    """What the grader finds beside the notebook: of large files only tensors, such as a model that came with it."""
    tensors = [p for p in path.parent.glob("*.safetensors") if p.is_file() and p.stat().st_size <= most]
    files = {**read_submission(path, "").files, **{p.name: p.read_bytes() for p in tensors}}
    return {name: content for name, content in files.items() if name != FILE}


def _limits(registration: Registration, path: Path) -> Limits:
    """Those of the exercise, which has the name of the notebook or of its folder."""
    name = path.stem if path.stem in registration.exercises else path.resolve().parent.name
    return registration.limits(name, Limits())


def _training(path: Path, cells: Sequence[Cell], grade_cells: Mapping[str, GradeCell]) -> str:
    """What would become of the training result beside the notebook."""
    if not any(cell.trains for cell in cells):
        return ""
    from tlgrader.grading.training import why_not_taken

    why = why_not_taken(read_submission(path, ""), cells, grade_cells)
    if why:
        return f"The grader would not take your training as it was handed in: {why}."
    return f"{FILE} belongs to this notebook: submit it, too."
