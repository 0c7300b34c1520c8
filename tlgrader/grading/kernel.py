"""What an execution needs of the notebook's process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tlgrader.evidence.device import Device
from tlgrader.evidence.kinds import Evidence
from tlgrader.evidence.observation import Source
from tlgrader.grading.taken import Answering
from tlgrader.sandbox.slot import CellResult


class Kernel(Answering, Source, Protocol):
    """A worker, as far as a notebook runs in it: to run a cell, to look at names, and to ask models."""

    def run(self, source: str, *, timeout_s: float) -> CellResult:
        """Run a cell. What ends it is said, not raised."""
        ...

    def observe(self, names: Sequence[str]) -> dict[str, Evidence]:
        """Evidence of what each name stands for now."""
        ...

    def device(self) -> Device | None:
        """The GPU that the notebook uses, if it says that it does."""
        ...
