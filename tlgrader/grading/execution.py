"""Executing a notebook: student cells run in the worker, grade cells in the judge, in the exercise's order."""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import msgspec
from nbformat import NotebookNode

from tlgrader.evidence.device import Device
from tlgrader.evidence.kinds import Evidence, Missing, OptimizerEvidence
from tlgrader.evidence.observation import Observation, Source
from tlgrader.grading.allowance import Allowance, Unbroken
from tlgrader.grading.job import WantsGpu
from tlgrader.grading.loading import Loading
from tlgrader.grading.taken import Answering, Taken, part_of
from tlgrader.judging.evaluation import Evaluator
from tlgrader.judging.explain import outputs_for
from tlgrader.judging.gradecell import GradeCell
from tlgrader.notebook.exercise import Cell, Role
from tlgrader.records.record import CellRecord, GradeRecord
from tlgrader.sandbox.limits import Limits
from tlgrader.sandbox.slot import CellResult, CellStatus

RESTORE = "from tlgrader.restoring import restore as _restore; _restore(globals()); del _restore"
"""Runs in the worker, in place of the first cell that trains, so that later cells find what was handed in."""
TRY_S = 5.0
"""How long, in seconds, a cell that trains may run on a CPU where there is a GPU for it."""
NOT_RUN = "not_run"
"""The status of a cell that trains, or only shows something, where a training result was handed in."""
_WORD = re.compile(r"[^\W\d]\w*")


class Kernel(Answering, Source, Protocol):
    """What an execution needs of a worker: to run a cell, to look at names, and to ask models."""

    def run(self, source: str, *, timeout_s: float) -> CellResult: ...

    def observe(self, names: Sequence[str]) -> dict[str, Evidence]: ...

    def device(self) -> Device | None: ...


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
    not_restored: str = ""
    """Why what was handed in could not be put into the notebook; the execution ended there."""
    judge_met: str = ""
    """Which limit the judge met, in a sentence."""


class Execution:
    """One notebook on its way through worker and judge. Used once.

    Given what was `handed_in`, cells that train do not run, and from the first of them on its names stand for it; nor
    do cells that only show something: what the student's notebook shows is of the training that is judged.
    Where it is only `tried`, a training that a CPU does not finish in a few seconds ends it.
    """

    def __init__(
        self,
        kernel: Kernel,
        evaluator: Evaluator,
        grade_cells: dict[str, GradeCell],
        limits: Limits,
        handed_in: Mapping[str, Taken] | None = None,
        *,
        tried: bool = False,
    ) -> None:
        self._kernel, self._evaluator, self._grade_cells, self._limits = (
            kernel,
            evaluator,
            grade_cells,
            limits,
        )
        self._handed_in, self._tried = handed_in, tried
        self._loading = Loading(kernel)
        self._in_force: Mapping[str, Taken] = {}
        self._only_shown = set[str]()
        self._not_restored = ""
        self._untrained = False
        self._cells: list[CellRecord] = []
        self._grades: list[GradeRecord] = []
        self._nodes: list[NotebookNode] = []
        self._judge_s = 0.0
        self._allowance = Allowance(limits)
        self._source = Unbroken(kernel, self._allowance)

    def through(self, cells: Sequence[Cell]) -> Executed:
        """Execute `cells` in order. Nothing that a cell does ends that; it ends where nothing could be restored.

        Raises:
            WantsGpu: it is only tried, and trains for longer, or its training is to be on an accelerator.
        """
        if self._handed_in is not None:
            self._only_shown = _only_shown(cells)
        for cell in cells:
            if self._not_restored:
                break
            self._nodes.append(self._execute(cell))
        return Executed(
            tuple(self._cells),
            tuple(self._grades),
            tuple(self._nodes),
            self._judge_s,
            self._kernel.device(),
            self._not_restored,
            self._allowance.met,
        )

    def _execute(self, cell: Cell) -> NotebookNode:
        node = copy.deepcopy(cell.node)
        if cell.role is Role.grade:
            started = time.monotonic()
            node.outputs = self._judge(cell)
            self._judge_s += time.monotonic() - started
        elif cell.trains and self._handed_in is not None:
            node.outputs = self._pass_over_training(cell, self._handed_in)
        elif cell.id in self._only_shown:
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
        trying = self._tried and cell.trains
        limit_s = min(self._limits.cell_s, left, TRY_S if trying else left)
        result = self._kernel.run(cell.source, timeout_s=limit_s)
        if trying and (
            result.seconds >= limit_s or (result.status is CellStatus.ok and self._asks_for_one())
        ):
            raise WantsGpu
        self._cells.append(CellRecord(cell.id, result.status, result.reason, round(result.seconds, 3)))
        outputs = [NotebookNode(output) for output in result.outputs]
        if result.status in (CellStatus.limit, CellStatus.dead):
            outputs.append(_stream(f"[tlgrader] {result.reason}\n"))
        return outputs

    def _asks_for_one(self) -> bool:
        """Whether a check looks at the device that a model is on."""
        return any(line.name == "trained_on" for cell in self._grade_cells.values() for line in cell.lines)

    def _pass_over_training(self, cell: Cell, handed_in: Mapping[str, Taken]) -> list[NotebookNode]:
        """Leave a cell that trains out: what it would have made was handed in, or there is nothing."""
        if handed_in and not self._in_force:
            self._not_restored = self._kernel.run(RESTORE, timeout_s=self._limits.cell_s).reason
        self._in_force = handed_in
        self._untrained = not handed_in
        reason = "" if handed_in else "it did not run, and no training result was taken in its place"
        return self._pass_over(cell, reason, "a training result was handed in")

    def _pass_over(self, cell: Cell, reason: str, why: str) -> list[NotebookNode]:
        """A cell that does not run, `reason` where it should have: it shows what it showed the student."""
        self._cells.append(CellRecord(cell.id, NOT_RUN, reason, 0.0))
        shows = "; the notebook that was handed in shows this:" if cell.node.outputs else ""
        return [_stream(f"[tlgrader] {reason or f'it did not run: {why}'}{shows}\n"), *cell.node.outputs]

    def _judge(self, cell: Cell) -> list[NotebookNode]:
        parsed = self._grade_cells[cell.id]
        asked = dict.fromkeys(name for line in parsed.lines for name in line.asks)
        found = {name: part_of(self._in_force, name, self._source) for name in asked}
        loaded = self._loading.found
        taken = {name: replace(seen, loaded=loaded) for name, seen in found.items() if seen is not None}
        live = tuple(name for name in asked if name not in taken)
        evidence = self._kernel.observe(live) if live else {}
        observed = taken | {
            name: Observation(name, self._explained(seen), self._source, loaded=loaded)
            for name, seen in evidence.items()
        }
        grade = self._evaluator.judge(parsed, observed, self._allowance.spending)
        if self._untrained:
            grade = msgspec.structs.replace(grade, waits="the training was neither run nor taken")
        self._grades.append(grade)
        return outputs_for(grade)

    def _explained(self, seen: Evidence) -> Evidence:
        """A name that is missing, with the cells that failed before: one of them should have made it."""
        if self._in_force and isinstance(seen, OptimizerEvidence):
            return Missing("it was not handed in with the model, and the notebook's own has other parameters")
        if not isinstance(seen, Missing):
            return seen
        failed = [f"cell `{cell.cell}`: {cell.reason}" for cell in self._cells if cell.reason]
        return Missing("; ".join([seen.reason, *failed[-2:]]))


def _only_shown(cells: Sequence[Cell]) -> set[str]:
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
