"""A student's own check: the visible lines of grade cells, judged as the grader will judge them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from tlgrader.course import registration_here
from tlgrader.errors import UsageError
from tlgrader.evidence.handed_in import FILE
from tlgrader.judging.explain import as_text
from tlgrader.judging.gradecell import GradeCell
from tlgrader.notebook.exercise import Cell, exercise_from
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


@dataclass(frozen=True, slots=True)
class SelfChecked:
    """How the notebook ran and what its visible checks found."""

    cells: tuple[CellRecord, ...]
    grades: tuple[GradeRecord, ...]
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
        exercise = exercise_from(nbformat.read(path, as_version=4), path.stem)
    except (Unreadable, ValueError, KeyError) as error:
        raise UsageError(f"{path.name}: {error}") from error
    files = {p.name: p.read_bytes() for p in path.parent.glob("*.py") if p.is_file()}
    rebuilt = rebuild(exercise, Submission("", cells, "", files))

    from tlgrader.grading.execution import Execution
    from tlgrader.grading.grader import grade_cells_of
    from tlgrader.grading.pool import build_wall
    from tlgrader.judging.evaluation import Evaluator
    from tlgrader.sandbox.slot import Slot

    grade_cells = grade_cells_of(exercise)
    training = _training(path, rebuilt.cells, grade_cells)
    registration = registration_here()
    wall = build_wall(registration, sandboxed=sandboxed)
    with (
        Slot(wall, Limits(), None, registration.preparation) as slot,
        slot.worker(seed=0, files=files) as worker,
    ):
        execution = Execution(worker, Evaluator(path.parent / "none.py"), grade_cells, Limits())
        executed = execution.through(rebuilt.cells)
    return SelfChecked(executed.cells, executed.grades, training)


def _training(path: Path, cells: Sequence[Cell], grade_cells: Mapping[str, GradeCell]) -> str:
    """What would become of the training result beside the notebook."""
    if not any(cell.trains for cell in cells):
        return ""
    from tlgrader.grading.training import why_not_taken

    why = why_not_taken(read_submission(path, ""), cells, grade_cells)
    if why:
        return f"The grader would not take your training as it was handed in: {why}."
    return f"{FILE} belongs to this notebook: submit it, too."
