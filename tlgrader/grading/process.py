"""A grader in a process of its own, which takes one job after another and cannot take the cohort with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from tlgrader.course import Course, preparation_of, register
from tlgrader.errors import AuthorError, GraderError
from tlgrader.grading.allowance import over_time
from tlgrader.grading.job import Broken, Graded, Job, JobOutcome, NeedsGpu, fault
from tlgrader.sandbox.gpu import GpuAllocation, require_room
from tlgrader.sandbox.limits import Limits
from tlgrader.sandbox.processes import keep_freed_memory
from tlgrader.sandbox.slot import Slot
from tlgrader.sandbox.wall import Wall

if TYPE_CHECKING:  # at run time it brings torch with it
    from tlgrader.grading.grader import Grader

# On top of a notebook's own limit and the judge's: importing the libraries, and waiting for the notebook's process.
_MARGIN_S = 300.0
WALLED, NOT_WALLED = "bubblewrap", "none"
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a grader works: the course, its slot, and whether it says what slows the slots, once for all of them."""

    course: Course
    limits: Limits
    wall: Wall | None
    allocation: GpuAllocation | None
    speaks: bool


class GraderProcess:
    """One process with a grader, the job that it has, and a new process where it dies."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self.job: Job | None = None
        self._start()

    def _start(self) -> None:
        self._pipe, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_serve, args=(theirs, self._setting), daemon=False)
        self._process.start()
        theirs.close()

    def give(self, job: Job) -> None:
        """Let it work on `job`."""
        self.job, self._since = job, time.monotonic()
        if not self._process.is_alive():
            self._start()
        self._pipe.send(job)

    def take(self) -> tuple[Job, JobOutcome]:
        """The job that it had, and what became of it; where its process ended, a record that says how."""
        job, self.job = self.job, None
        assert job is not None
        try:
            outcome: JobOutcome | None = self._pipe.recv() if self._pipe.poll() else None
        except (EOFError, OSError):
            outcome = None
        if outcome is None:
            outcome = self._ended(job)
        elif isinstance(outcome, Graded) and outcome.used_up:
            self.close()
        return job, outcome

    def close(self) -> None:
        """End the process: at once where it is in the middle of a job that nobody waits for any more."""
        self._pipe.close()
        if self.job is not None:
            self._process.kill()
            self.job = None
        self._process.join(timeout=10)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _ended(self, job: Job) -> JobOutcome:
        self._process.join(timeout=1)  # a process whose pipe has closed is about to end
        hangs = self._process.is_alive()
        if hangs:
            self._process.kill()
        self.close()
        if self._process.exitcode == -signal.SIGXCPU:
            return fault(job, over_time(job.limits.judge_s))
        how = "ran over its time" if hangs else f"ended unexpectedly ({self._process.exitcode})"
        return fault(job, f"the judge's process {how}; the submission has to be graded again")

    @property
    def awaited(self) -> tuple[Connection, int]:
        """What is ready once there is an answer, or the process has died."""
        return self._pipe, self._process.sentinel

    def is_done(self, ready: Collection[object]) -> bool:
        """Whether it has an answer, has died or is over time, given what is `ready` of what all await."""
        return any(one in ready for one in self.awaited) or self._is_late()

    def _is_late(self) -> bool:
        """Whether its job takes longer than any may: one that was handed in costs two executions and a rerun."""
        assert self.job is not None
        limits = self.job.limits
        return time.monotonic() - self._since > 3 * limits.notebook_s + 2 * limits.judge_s + _MARGIN_S


def first_done(busy: Sequence[GraderProcess]) -> list[GraderProcess]:
    """Those of the `busy` that have an answer, have died or are over time; waits until there is one."""
    awaited = [one for process in busy for one in process.awaited]
    while True:
        ready = wait(awaited, timeout=1.0)
        if done := [process for process in busy if process.is_done(ready)]:
            return done


def _serve(pipe: Connection, setting: Setting) -> None:
    """A grader's process: grades what arrives until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the coordinator decides when to stop
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    keep_freed_memory()
    preparation = preparation_of(setting.course, register(setting.course))
    with Slot(
        setting.wall, setting.limits, setting.allocation, preparation
    ) as slot:  # its imports run while ours do
        from tlgrader.grading.grader import Grader

        _warm_up()
        grader = Grader(setting.course, slot, WALLED if setting.wall else NOT_WALLED)
        speaks = setting.speaks
        with suppress(BrokenPipeError):  # nobody waits for the answer any more
            while (job := _next(pipe)) is not None:
                pipe.send(outcome_of(grader, job, setting.allocation))
                if speaks:
                    say_what_is_left_out(slot)
                    speaks = False


def say_what_is_left_out(slot: Slot) -> None:
    """Say on stderr which modules a slot does not import beforehand, and why."""
    for sentence in slot.left_out:
        print(f"tlgrader: {sentence}", file=sys.stderr)


def _next(pipe: Connection) -> Job | None:
    try:
        return pipe.recv()
    except EOFError:
        return None


def outcome_of(grader: Grader, job: Job, allocation: GpuAllocation | None) -> JobOutcome:
    """What becomes of `job`, whatever happens meanwhile."""
    try:
        if allocation is not None:
            require_room(allocation)
        return grader.grade(job)
    except AuthorError as error:
        return Broken(error)
    except GraderError as error:
        if job.cpu_probe:  # what a CPU lacks, a GPU may have
            return NeedsGpu()
        return fault(job, f"{error} (the fault of {error.whose})")
    except Exception as error:  # the cohort goes on; the record says what happened
        return fault(job, f"the grader failed: {type(error).__name__}: {error}")


def _warm_up() -> None:
    """Import what the first submission would otherwise wait for, and compute on one thread."""
    for name in ("timm", "transformers", "peft"):
        if find_spec(name) is not None:
            import_module(name)
    import_module("tlgrader.models.evaluate")
    import torch

    torch.set_num_threads(1)
