"""What a check says: one finding, as data. How it is shown is decided elsewhere."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec


class Outcome(StrEnum):
    """How an item ends."""

    passed = "passed"
    failed = "failed"
    skipped = "skipped"
    """What it needs is missing or already failed; it earns nothing."""
    error = "error"
    """The grader's, the author's or the machine's fault; it costs the student nothing."""


class Strength(StrEnum):
    """How strong the evidence behind an outcome is, strongest first."""

    recomputed = "recomputed"
    """The judge evaluated the student's tensors in a model that it built."""
    bitwise = "bitwise"
    """Tensors equal known ones, bit for bit, or do not."""
    queried = "queried"
    """The worker answered for inputs, without labels."""
    claimed = "claimed"
    """Only the worker reports it."""


class Fault(StrEnum):
    """Whose fault an item that did not pass is."""

    student = "student"
    author = "author"
    machine = "machine"


class Finding(msgspec.Struct, frozen=True):
    """The outcome of one check, with what was observed and what was expected, each a sentence or a phrase."""

    check: str
    outcome: Outcome
    strength: Strength
    observed: str
    expected: str
    hint: str = ""
    """Where to look."""
    fault: Fault | None = None
    measured: dict[str, float] = {}
    """Numbers that were measured, by name. Where a threshold decides, the first is what it is compared with."""
    weight: Annotated[float, msgspec.Meta(ge=0)] = 1.0
    """The share of its cell's points, relative to the weights of the cell's other items."""

    @property
    def decided_by(self) -> tuple[str, float] | None:
        """The measure that was compared with a threshold, and its value; None where nothing was measured."""
        if self.outcome not in (Outcome.passed, Outcome.failed):
            return None
        return next(iter(self.measured.items()), None)


class Measured(msgspec.Struct, frozen=True):
    """A number that the judge measured of a model, and how: what `learned` compares.

    ``value`` is None where it could not be measured; ``note`` then says why.
    """

    value: float | None
    strength: Strength
    note: str = ""
