"""What a check says: one finding, as data, and how findings are made. How it is shown is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated

import msgspec

_DIGITS = 9  # of a share: the mean of 0.8, 0.81 and 0.82 is 0.81 only up to how floats are rounded


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
    """The worker answered: for inputs, without labels; by a training step that the judge repeated; or a quiz."""
    claimed = "claimed"
    """Only the worker reports it."""


class Fault(StrEnum):
    """Whose fault an item that did not pass is."""

    student = "student"
    author = "author"
    machine = "machine"


class Scale(msgspec.Struct, frozen=True):
    """Two values of a measure: no points up to `none`, all from `full` on, and in proportion between."""

    none: float
    full: float

    def __post_init__(self) -> None:
        """Raise ValueError unless `full` lies above `none`."""
        if not self.none < self.full:
            raise ValueError(f"a scale from {self.none} to {self.full} has nothing between")

    def share(self, value: float) -> float:
        """The share of the points that `value` earns, between 0 and 1."""
        share = (value - self.none) / (self.full - self.none)
        return min(1.0, max(0.0, round(share, _DIGITS)))


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
    """Numbers that were measured, by name."""
    decided_by: str = ""
    """Which of `measured` was compared with a threshold; empty where no threshold decided."""
    weight: Annotated[float, msgspec.Meta(ge=0)] = 1.0
    """The share of its cell's points, relative to the weights of the cell's other items."""
    scale: Scale | None = None
    """Where points are in proportion to what decides: what did not pass may then earn a share of its weight."""

    def __post_init__(self) -> None:
        """Raise ValueError where a number that was not measured decides, or one decides nothing."""
        if not self.decided_by:
            return
        if self.decided_by not in self.measured:
            raise ValueError(f"{self.decided_by!r} decides, and only {sorted(self.measured)} were measured")
        if self.outcome not in (Outcome.passed, Outcome.failed):
            raise ValueError(f"{self.decided_by!r} cannot decide a finding that is {self.outcome}")

    @property
    def share(self) -> float:
        """The share of its weight that it earns."""
        if self.scale is not None and self.decided_by:
            return self.scale.share(self.measured[self.decided_by])
        return float(self.outcome is Outcome.passed)


class Measured(msgspec.Struct, frozen=True):
    """A number that the judge measured of a model, and how: what `learned` compares.

    ``value`` is None where it could not be measured; ``note`` then says why.
    """

    value: float | None
    strength: Strength
    note: str = ""


def passed(
    strength: Strength,
    observed: str,
    expected: str,
    measured: Mapping[str, float] | None = None,
    decided_by: str = "",
) -> Finding:
    """A finding that the decorator `check` completes."""
    numbers = dict(measured or {})
    return Finding("", Outcome.passed, strength, observed, expected, measured=numbers, decided_by=decided_by)


def failed(
    strength: Strength,
    observed: str,
    expected: str,
    hint: str = "",
    measured: Mapping[str, float] | None = None,
    decided_by: str = "",
) -> Finding:
    """A finding of the student's fault, which the decorator `check` completes."""
    numbers = dict(measured or {})
    return Finding("", Outcome.failed, strength, observed, expected, hint, Fault.student, numbers, decided_by)


def skipped(strength: Strength, observed: str, expected: str) -> Finding:
    """A finding that nothing can be said, because of what `observed` says."""
    return Finding("", Outcome.skipped, strength, observed, expected, fault=Fault.student)


def passed_unless(
    problems: Iterable[str], strength: Strength, observed: str, expected: str, hint: str = ""
) -> Finding:
    """Failed, with all `problems`, where there are any; else passed with `observed`."""
    found = "; ".join(problems)
    return failed(strength, found, expected, hint) if found else passed(strength, observed, expected)


def weaker(*strengths: Strength) -> Strength:
    """The weakest of several strengths."""
    return max(strengths, key=list(Strength).index)
