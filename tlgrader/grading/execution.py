"""Executing a notebook: student cells run in the worker, grade cells in the judge, in the exercise's order."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from nbformat import NotebookNode

from tlgrader.checks import trained_on
from tlgrader.evidence.device import Device
from tlgrader.grading.job import NeedsGpu
from tlgrader.grading.judge import Judge
from tlgrader.grading.kernel import Kernel
from tlgrader.grading.loading import Loading
from tlgrader.grading.taken import RERUN, HowTrained, NotTaken, Parts, Rerun, Taken
from tlgrader.judging.evaluation import Evaluator
from tlgrader.judging.explain import outputs_for
from tlgrader.judging.gradecell import GradeCell
from tlgrader.notebook.exercise import Cell, Role
from tlgrader.records.record import CellRecord, GradeRecord
from tlgrader.sandbox.limits import Limits
from tlgrader.sandbox.slot import CellResult, CellStatus

RESTORE = "from tlgrader.restoring import restore as _restore; _restore(globals()); del _restore"
"""Runs in the worker, in place of the first cell that trains, so that later cells find what was handed in."""
PROBE_S = 5.0
"""How long, in seconds, a cell that trains may run on a CPU where there is a GPU for it."""
NOT_RUN = "not_run"
"""The status of a cell that trains, or only shows something, where a training result was handed in."""
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Executed:
    """A notebook that has been executed: how cells ran, what grade cells found, and the notebook to show."""

    cells: tuple[CellRecord, ...]
    grades: tuple[GradeRecord, ...]
    nodes: tuple[NotebookNode, ...]
    judge_s: float
    """Seconds spent on grade cells: observing, rebuilding, evaluating on hidden data."""
    device: Device | None = None
    """The GPU that the notebook used, as its process reports it."""
    judge_met: str = ""
    """Which limit the judge met, in a sentence."""


@dataclass(frozen=True, slots=True)
class NotRestored:
    """What was handed in could not be put into the notebook, whose execution ended there."""

    why: str


class _Ended(Exception):
    """The execution ends before the notebook does."""

    def __init__(self, outcome: NotRestored | NeedsGpu) -> None:
        self.outcome = outcome


class Execution:
    """One notebook on its way through worker and judge. Used once.

    Where its `training` is not run, nor do cells that only display something: what the student's notebook shows is of
    the training that is judged. A `cpu_probe` ends at a training that a CPU does not finish in a few seconds.
    """

    def __init__(
        self,
        kernel: Kernel,
        evaluator: Evaluator,
        grade_cells: Mapping[str, GradeCell],
        limits: Limits,
        training: HowTrained = RERUN,
        *,
        cpu_probe: bool = False,
    ) -> None:
        self._kernel, self._limits, self._training = kernel, limits, training
        self._judge = Judge(kernel, evaluator, grade_cells, limits)
        self._asks_for_a_gpu = cpu_probe and _looks_at_the_device(grade_cells)
        self._cpu_probe = cpu_probe
        self._loading = Loading(kernel)
        self._past_training = False
        self._cells: list[CellRecord] = []
        self._grades: list[GradeRecord] = []

    def through(self, cells: Sequence[Cell]) -> Executed | NotRestored | NeedsGpu:
        """Execute `cells` in order. Nothing that a student's cell does ends that."""
        passed_over = set() if isinstance(self._training, Rerun) else _display_only(cells)
        try:
            nodes = tuple(self._execute(cell, passed_over) for cell in cells)
        except _Ended as ended:
            return ended.outcome
        return Executed(
            tuple(self._cells),
            tuple(self._grades),
            nodes,
            self._judge.seconds,
            self._kernel.device(),
            self._judge.met,
        )

    def _execute(self, cell: Cell, passed_over: set[str]) -> NotebookNode:
        node = copy.deepcopy(cell.node)
        if cell.role is Role.grade:
            node.outputs = outputs_for(self._grade(cell))
        elif cell.trains and not isinstance(self._training, Rerun):
            node.outputs = self._instead_of_training(cell, self._training)
        elif cell.id in passed_over:
            node.outputs = self._pass_over(cell, "", "it only shows something")
        elif node.cell_type == "code":
            node.outputs = self._run(cell)
            node.execution_count = len(self._cells)
            self._loading.after(cell)
        return node

    def _run(self, cell: Cell) -> list[NotebookNode]:
        left = self._limits.notebook_s - sum(ran.seconds for ran in self._cells)
        if left <= 0:
            reason = f"it did not run: the notebook used up its limit of {self._limits.notebook_s:g} s"
            self._cells.append(CellRecord(cell.id, CellStatus.limit, reason, 0.0))
            return [_stream(f"[tlgrader] {reason}\n")]
        limit_s = min(self._limits.cell_s, left)
        result = self._probe(cell, limit_s) if self._cpu_probe and cell.trains else self._ran(cell, limit_s)
        self._cells.append(CellRecord(cell.id, result.status, result.reason, round(result.seconds, 3)))
        outputs = [NotebookNode(output) for output in result.outputs]
        if result.status in (CellStatus.limit, CellStatus.dead):
            outputs.append(_stream(f"[tlgrader] {result.reason}\n"))
        return outputs

    def _ran(self, cell: Cell, limit_s: float) -> CellResult:
        return self._kernel.run(cell.source, timeout_s=limit_s)

    def _probe(self, cell: Cell, limit_s: float) -> CellResult:
        """Run a cell that trains for a few seconds. Raises `_Ended` where a GPU has to train it."""
        shortly = min(limit_s, PROBE_S)
        result = self._ran(cell, shortly)
        works = result.status is CellStatus.ok
        if result.seconds >= shortly or (works and self._asks_for_a_gpu):
            raise _Ended(NeedsGpu())
        return result

    def _instead_of_training(self, cell: Cell, training: NotTaken | Taken) -> list[NotebookNode]:
        """Leave a cell that trains out: what it would have made was handed in, or there is nothing."""
        if isinstance(training, Taken) and not self._past_training:
            why = self._kernel.run(RESTORE, timeout_s=self._limits.cell_s).reason
            if why:
                raise _Ended(NotRestored(why))
        self._past_training = True
        nothing = (
            ""
            if isinstance(training, Taken)
            else "it did not run, and no training result was taken in its place"
        )
        return self._pass_over(cell, nothing, "a training result was handed in")

    def _pass_over(self, cell: Cell, reason: str, why: str) -> list[NotebookNode]:
        """A cell that does not run, `reason` where it should have: it shows what it showed the student."""
        self._cells.append(CellRecord(cell.id, NOT_RUN, reason, 0.0))
        shows = "; the notebook that was handed in shows this:" if cell.node.outputs else ""
        return [_stream(f"[tlgrader] {reason or f'it did not run: {why}'}{shows}\n"), *cell.node.outputs]

    def _grade(self, cell: Cell) -> GradeRecord:
        training = self._training if self._past_training else RERUN
        handed_in: Parts = training.parts if isinstance(training, Taken) else {}
        grade = self._judge.grade(cell.id, handed_in, self._loading.found, self._cells)
        if isinstance(training, NotTaken):
            grade = msgspec.structs.replace(grade, waits="the training was neither run nor taken")
        self._grades.append(grade)
        return grade


def _looks_at_the_device(grade_cells: Mapping[str, GradeCell]) -> bool:
    """Whether a check looks at the device that a model was trained on."""
    return any(line.name == trained_on.__name__ for cell in grade_cells.values() for line in cell.lines)


def _display_only(cells: Sequence[Cell]) -> set[str]:
    """Ids of the cells that only show something, and bind no name that a cell after them may read."""
    found, words = set[str](), set[str]()
    for cell in reversed(cells):
        if cell.shows and not _is_read(cell, words):
            found.add(cell.id)
        else:
            words |= set(_WORD.findall(cell.source))
    return found


def _is_read(cell: Cell, words: set[str]) -> bool:
    """Whether a global name that an author's cell binds is among `words`; so it may be, too, of a cell with a magic."""
    symbols = cell.symbols
    if symbols is None:
        return True
    return any(s.get_name() in words for s in symbols if s.is_assigned() or s.is_imported())


def _stream(text: str) -> NotebookNode:
    return NotebookNode(output_type="stream", name="stderr", text=text)
