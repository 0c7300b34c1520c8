"""Grading the grade cells of a notebook that runs: names become observations, lines become items."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tlgrader.evidence.kinds import Evidence, Missing, OptimizerEvidence
from tlgrader.evidence.observation import Loaded, Observation
from tlgrader.grading.allowance import Allowance, Unbroken
from tlgrader.grading.kernel import Kernel
from tlgrader.grading.taken import Parts, part_of
from tlgrader.judging.evaluation import Evaluator
from tlgrader.judging.gradecell import GradeCell
from tlgrader.records.record import CellRecord, GradeRecord
from tlgrader.sandbox.limits import Limits


class Judge:
    """Grades the grade cells of one notebook, within one allowance for all of them."""

    def __init__(
        self, kernel: Kernel, evaluator: Evaluator, grade_cells: Mapping[str, GradeCell], limits: Limits
    ) -> None:
        self._kernel, self._evaluator, self._grade_cells = kernel, evaluator, grade_cells
        self._allowance = Allowance(limits)
        self._source = Unbroken(kernel, self._allowance)
        self.seconds = 0.0
        """Spent so far on observing, rebuilding, evaluating on hidden data."""

    @property
    def met(self) -> str:
        """Which limit of the judge was met, in a sentence."""
        return self._allowance.met

    def grade(
        self, cell: str, handed_in: Parts, loaded: Mapping[str, tuple[Loaded, ...]], ran: Sequence[CellRecord]
    ) -> GradeRecord:
        """Grade the cell of this id: names that were `handed_in` stand for that, others for what the notebook has.

        `ran` says how its cells ran, for names that are missing.
        """
        started = time.monotonic()
        try:
            parsed = self._grade_cells[cell]
            names = list(dict.fromkeys(name for line in parsed.lines for name in line.asks))
            observed = self._handed_in(names, handed_in)
            seen = self._live([name for name in names if name not in observed], bool(handed_in), ran)
            both = {name: replace(one, loaded=loaded) for name, one in (observed | seen).items()}
            return self._evaluator.judge(parsed, both, self._allowance.spending)
        finally:
            self.seconds += time.monotonic() - started

    def _handed_in(self, names: Sequence[str], parts: Parts) -> dict[str, Observation]:
        found = {name: part_of(parts, name, self._source) for name in names}
        return {name: seen for name, seen in found.items() if seen is not None}

    def _live(
        self, names: Sequence[str], handed_in: bool, ran: Sequence[CellRecord]
    ) -> dict[str, Observation]:
        evidence = self._kernel.observe(names) if names else {}
        return {
            name: Observation(name, _explained(seen, handed_in, ran), self._source)
            for name, seen in evidence.items()
        }


def _explained(seen: Evidence, handed_in: bool, ran: Sequence[CellRecord]) -> Evidence:
    """A name that is missing, with the cells that failed before: one of them should have made it."""
    if handed_in and isinstance(seen, OptimizerEvidence):
        return Missing("it was not handed in with the model, and the notebook's own has other parameters")
    if not isinstance(seen, Missing):
        return seen
    failed = [f"cell `{cell.cell}`: {cell.reason}" for cell in ran if cell.reason]
    return Missing("; ".join([seen.reason, *failed[-2:]]))
