"""What the judge may spend on one submission: processor time and memory, so that no model holds a slot.

The student's process has limits of its own (`sandbox/limits.py`); waiting for it costs the judge no processor time.
Python raises in the judge between two operations of torch. An operation that does not end is ended by the kernel,
with the whole grader process, a little later.
"""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tlgrader.errors import MachineError
from tlgrader.evidence.kinds import Evidence, Step
from tlgrader.evidence.observation import Source
from tlgrader.sandbox.limits import Limits, held_data, in_words

if TYPE_CHECKING:
    import torch

OPERATION_S = 30
"""How much longer, in seconds, one operation of torch may take before the kernel ends the process."""
AGAIN_S = 1.0
"""The alarm rings again after this, since Python drops what is raised in a destructor."""


def over_time(judge_s: float) -> str:
    """What is said where the judge's time did not suffice."""
    return f"the judge's evaluation of this submission took longer than its limit of {judge_s:g} s: a person grades it"


class _OverTime(BaseException):
    """Not an Exception: no check may catch it and go on."""


class Allowance:
    """The judge's processor time and memory for one submission. Use it in the main thread."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left_s = limits.judge_s
        self._armed = self._held = self._due = False
        self.met = ""
        """Which limit was met, in a sentence; nothing more is judged then, and the process is used up."""

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Spend on what is in the block. Raises MachineError where that meets a limit, or one was met before."""
        from tlgrader.sandbox.blame import lacks_memory

        if self.met:
            raise MachineError(self.met)
        before = time.process_time()
        try:
            with self._memory(), self._time():
                yield
        except _OverTime:
            self.met = over_time(self._limits.judge_s)
        except (MemoryError, RuntimeError) as error:
            if not lacks_memory(error):
                raise
            self.met = (
                "the judge's evaluation of this submission needed more than its limit of "
                f"{in_words(self._limits.judge_memory_bytes)} of memory: a person grades it"
            )
        finally:
            self._disarm()
            self._left_s = max(0.001, self._left_s - (time.process_time() - before))
        if self.met:
            raise MachineError(self.met)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Break nothing off inside this block of the main thread, a conversation; what is due comes after it."""
        limited, _ = resource.getrlimit(resource.RLIMIT_DATA)
        _set_soft(resource.RLIMIT_DATA, resource.RLIM_INFINITY)
        self._held = True
        try:
            yield
        finally:
            self._held = False
            _set_soft(resource.RLIMIT_DATA, limited)
        if self._due:
            raise _OverTime

    @contextmanager
    def _memory(self) -> Iterator[None]:
        before, _ = resource.getrlimit(resource.RLIMIT_DATA)
        _set_soft(resource.RLIMIT_DATA, held_data() + self._limits.judge_memory_bytes)
        try:
            yield
        finally:
            _set_soft(resource.RLIMIT_DATA, before)

    @contextmanager
    def _time(self) -> Iterator[None]:
        signal.signal(signal.SIGPROF, self._ring)
        _set_soft(resource.RLIMIT_CORE, 0)  # the kernel's end writes no gigabytes
        _set_soft(resource.RLIMIT_CPU, int(time.process_time() + self._left_s) + OPERATION_S)
        self._due, self._armed = False, True
        signal.setitimer(signal.ITIMER_PROF, self._left_s, AGAIN_S)
        yield

    def _disarm(self) -> None:
        self._armed = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        _set_soft(resource.RLIMIT_CPU, resource.RLIM_INFINITY)

    def _ring(self, _signal: int, _frame: object) -> None:
        self._due = self._armed
        if self._armed and not self._held:
            raise _OverTime


class Unbroken:
    """A `Source` whose conversations the judge's alarm does not break off in the middle."""

    def __init__(self, source: Source, allowance: Allowance) -> None:
        self._source, self._allowance = source, allowance

    def tensor(self, digest: str) -> torch.Tensor:
        """As the source."""
        with self._allowance.held():
            return self._source.tensor(digest)

    def logits(self, model: int | str, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """As the source."""
        with self._allowance.held():
            return self._source.logits(model, inputs)  # type: ignore[arg-type]

    def call(self, handle: int, arguments: Sequence[object]) -> Evidence:
        """As the source."""
        with self._allowance.held():
            return self._source.call(handle, arguments)

    def step(self, model: int, optimizer: int | None, inputs: Mapping[str, torch.Tensor], seed: int) -> Step:
        """As the source."""
        with self._allowance.held():
            return self._source.step(model, optimizer, inputs, seed)


def _set_soft(which: int, limit: int) -> None:
    """Set the soft limit, which can be raised again, to at most the hard one."""
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY and (limit == resource.RLIM_INFINITY or limit > hard):
        limit = hard
    resource.setrlimit(which, (limit, hard))
