"""Whose fault it is that a time limit was met: the student's only where the machine did its part.

A limit is set in seconds of the clock, far above what a solved notebook needs. On a machine that was suspended, or
that has more to do than processors, those seconds pass without the notebook: then nobody can say how long its cell
would have taken, and the submission has to be graded again.
"""

from __future__ import annotations

import time
from typing import Protocol

from tlgrader.sandbox.messages import Usage

LOST_SHARE = 1 / 3
"""The machine may withhold this share of a limit. Course notebooks need at most a tenth of theirs (decision 7)."""
LOST_S = 5.0
"""And so many seconds of a short one."""


class Keeper(Protocol):
    """What a stopwatch needs of a slot."""

    def usage(self) -> Usage | None: ...


class Stopwatch:
    """Runs from its making on, for one request to a worker. Raises MachineError where the zygote is gone."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self.before = keeper.usage()
        """None where the worker was gone already."""
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """By the judge's clock."""
        return time.monotonic() - self._started

    def complaint(self, limit_s: float) -> str:
        """Why a request that took its whole limit is the machine's fault; empty where it is not, or took less."""
        passed = self.seconds
        now = self._keeper.usage() if passed >= limit_s and self.before is not None else None
        if now is None or self.before is None:
            return ""
        lost = lost_seconds(self.before, now, passed)
        if lost < max(LOST_SHARE * limit_s, LOST_S):
            return ""
        return (
            f"a cell, or an answer of the notebook, met its limit of {limit_s:g} s, but for {lost:.0f} of "
            f"{passed:.0f} s the machine was paused or too busy to run it: grade it again, in fewer slots if busy"
        )


def lost_seconds(before: Usage, now: Usage, passed_s: float) -> float:
    """Seconds of `passed_s` in which the worker would have run and did not.

    A notebook whose own processes take the processors from each other loses nothing: they are in use for it.
    """
    unused = max(0.0, passed_s - (now.cpu_s - before.cpu_s))
    delayed = min(now.delayed_s - before.delayed_s, unused)
    return max(delayed, now.paused_s - before.paused_s)
