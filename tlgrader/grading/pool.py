"""Several graders side by side, each in a process of its own, so that none can take the cohort with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Self

from tlgrader.course import Course, Registration, read_registration, register
from tlgrader.data_home import data_home
from tlgrader.errors import AuthorError, GraderError, MachineError
from tlgrader.grading.allowance import over_time
from tlgrader.grading.greyzone import decided
from tlgrader.grading.job import Graded, Job, WantsGpu, fault
from tlgrader.records.record import Training
from tlgrader.sandbox.gpu import Share, require_room
from tlgrader.sandbox.limits import Limits
from tlgrader.sandbox.preparation import Preparation
from tlgrader.sandbox.processes import keep_freed_memory
from tlgrader.sandbox.slot import Slot
from tlgrader.sandbox.wall import Wall, find

if TYPE_CHECKING:  # at run time it brings torch with it
    from tlgrader.grading.grader import Grader

# On top of a notebook's own limit and the judge's: importing the libraries, and waiting for the notebook's process.
_MARGIN_S = 300.0
WALLED, NOT_WALLED = "bubblewrap", "none"
_SPAWN = multiprocessing.get_context("spawn")


class Pool:
    """At most `slots` grader processes, started when there is work and kept until the pool is closed.

    Each of `shares` is a GPU's for one more grader process. With any, a submission is first tried on a CPU, and only
    one whose training does not end there at once takes a GPU. `sandboxed` False grades without a wall. Use it as a
    context manager.
    """

    def __init__(
        self, course: Course, slots: int, limits: Limits, *, sandboxed: bool, shares: Sequence[Share] = ()
    ) -> None:
        self._course, self._limits, self._sandboxed = course, limits, sandboxed
        self._registration = read_registration(course)
        self._on_cpu = _Queue(self._handle, [None] * slots)
        self._on_gpu = _Queue(self._handle, shares)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for handle in self._on_cpu.handles + self._on_gpu.handles:
            handle.close()

    def _handle(self, share: Share | None) -> _Handle:
        preparation = prepared(self._course, self._registration)
        _require_data(self._registration)
        wall = build_wall(preparation, sandboxed=self._sandboxed)
        speaks = not self._on_cpu.handles and not self._on_gpu.handles
        return _Handle((self._course, self._registration.largest(self._limits), wall, share, speaks))

    def grade(self, jobs: Iterable[Job]) -> Iterator[Graded]:
        """Grade `jobs`, yielding each as it is done, in no fixed order. Every job yields exactly once.

        A submission that lands in a grey zone is run again, and the mean decides (`grading/greyzone.py`).

        Raises:
            AuthorError: an exercise is wrong, so that nothing can be graded.
            MachineError: no wall can be built here.
        """
        return decided(self._course, jobs, self.once)

    def once(self, jobs: Iterable[Job]) -> Iterator[Graded]:
        """As `grade`, but each job is run once, whatever it measures.

        Raises:
            AuthorError: an exercise is wrong, so that nothing can be graded.
            MachineError: no wall can be built here.
        """
        self._on_cpu.waiting.clear()
        self._on_gpu.waiting.clear()
        for job in jobs:
            self._put(replace(job, limits=self._registration.limits(job.exercise, self._limits)))
        while busy := self._on_cpu.busy() + self._on_gpu.busy():
            for handle in _first_done(busy):
                done = handle.take()
                if isinstance(done, Graded):
                    self._on_cpu.busy(), self._on_gpu.busy()
                    yield done  # whoever publishes it does so while the next one is graded
                else:
                    self._on_gpu.waiting.append(replace(done, tried=False))

    def _put(self, job: Job) -> None:
        """Let a job wait for a CPU or, where only a GPU can train it, for that."""
        gpus = bool(self._on_gpu.shares)
        if not (self._registration.needs(job.exercise).accelerator and job.training is Training.rerun):
            self._on_cpu.waiting.append(replace(job, tried=gpus))
        elif gpus:
            self._on_gpu.waiting.append(job)
        else:
            raise MachineError(
                f"{job.exercise} is trained on a GPU, as course.py says: give --gpus on a machine that has one, or "
                "--training auto where students hand in what they trained"
            )


def _first_done(busy: list[_Handle]) -> list[_Handle]:
    """Those that have an answer, have died or are over time; waits until there is one."""
    while True:
        ready = wait([x for handle in busy for x in (handle.pipe, handle.process.sentinel)], timeout=1.0)
        done = [s for s in busy if s.pipe in ready or s.process.sentinel in ready or s.is_late()]
        if done:
            return done


class _Queue:
    """Graders of one kind, started when they are missing, and the jobs that wait for one."""

    def __init__(self, start: Callable[[Share | None], _Handle], shares: Sequence[Share | None]) -> None:
        self._start, self.shares = start, shares
        self.handles: list[_Handle] = []
        self.waiting: deque[Job] = deque()

    def busy(self) -> list[_Handle]:
        """The graders that have a job, after each free one was given one, as long as some wait."""
        while self.waiting and (handle := self._free()) is not None:
            handle.give(self.waiting.popleft())
        return [handle for handle in self.handles if handle.job is not None]

    def _free(self) -> _Handle | None:
        free = next((handle for handle in self.handles if handle.job is None), None)
        if free is None and len(self.handles) < len(self.shares):
            free = self._start(self.shares[len(self.handles)])
            self.handles.append(free)
        return free


class _Handle:
    """One process with a grader, the job that it has, and a new process where it dies."""

    def __init__(self, setting: tuple[Course, Limits, Wall | None, Share | None, bool]) -> None:
        self._setting = setting
        self.job: Job | None = None
        self._start()

    def _start(self) -> None:
        self.pipe, theirs = _SPAWN.Pipe()
        self.process = _SPAWN.Process(target=_serve, args=(theirs, *self._setting), daemon=False)
        self.process.start()
        theirs.close()

    def give(self, job: Job) -> None:
        self.job, self._since = job, time.monotonic()
        if not self.process.is_alive():
            self._start()
        self.pipe.send(job)

    def is_late(self) -> bool:
        """Whether its job takes longer than any may: one that was handed in costs two executions and a rerun."""
        assert self.job is not None
        limits = self.job.limits
        return time.monotonic() - self._since > 3 * limits.notebook_s + 2 * limits.judge_s + _MARGIN_S

    def take(self) -> Graded | Job:
        """The answer to the job, the job itself where it wants a GPU, or a record that says how the process ended."""
        job, self.job = self.job, None
        assert job is not None
        try:
            answer = self.pipe.recv() if self.pipe.poll() else None
        except (EOFError, OSError):
            answer = None
        if isinstance(answer, AuthorError):
            raise answer
        if isinstance(answer, Graded) and answer.used_up:
            self.close()
        return answer or self._ended(job)

    def _ended(self, job: Job) -> Graded:
        self.process.join(timeout=1)  # a process whose pipe has closed is about to end
        hangs = self.process.is_alive()
        self.close()
        if self.process.exitcode == -signal.SIGXCPU:
            return fault(job, over_time(job.limits.judge_s))
        how = "ran over its time" if hangs else f"ended unexpectedly ({self.process.exitcode})"
        return fault(job, f"the judge's process {how}; the submission has to be graded again")

    def close(self) -> None:
        """End the process: at once where it is in the middle of a job that nobody waits for any more."""
        self.pipe.close()
        if self.job is not None:
            self.process.kill()
        self.process.join(timeout=10)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def prepared(course: Course, registration: Registration) -> Preparation:
    """What notebooks of the course find prepared."""
    return replace(registration.preparation, beside=course.all_data())


def _require_data(registration: Registration) -> None:
    """Raise MachineError where the course has data to install, and nobody did."""
    public = data_home().public
    if registration.install is not None and not public.is_dir():
        raise MachineError(f"there are no data in {public}: run `tlgrader setup --grader`")


def build_wall(preparation: Preparation, *, sandboxed: bool) -> Wall | None:
    """A wall that shows the public data, if there are any, and what is prepared; or none where that was asked for.

    Raises:
        AuthorError: a package that the course registers is not installed.
        MachineError: no wall can be built here.
    """
    public = data_home().public
    return find(public if public.is_dir() else None, preparation) if sandboxed else None


def _serve(
    pipe: Connection, course: Course, limits: Limits, wall: Wall | None, share: Share | None, speaks: bool
) -> None:
    """A grader's process: grades what arrives until the pipe is closed. One `speaks` for all of what slows them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the coordinator decides when to stop
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    keep_freed_memory()
    preparation = prepared(course, register(course))
    with Slot(wall, limits, share, preparation) as slot:  # its imports run while ours do
        from tlgrader.grading.grader import Grader

        _warm_up()
        grader = Grader(course, slot, WALLED if wall else NOT_WALLED)
        with suppress(BrokenPipeError):  # nobody waits for the answer any more
            while (job := _next(pipe)) is not None:
                pipe.send(_graded(grader, job, share))
                if speaks:
                    _say_what_is_left_out(slot)
                    speaks = False


def _say_what_is_left_out(slot: Slot) -> None:
    for sentence in slot.left_out:
        print(f"tlgrader: {sentence}", file=sys.stderr)


def _next(pipe: Connection) -> Job | None:
    try:
        return pipe.recv()
    except EOFError:
        return None


def _graded(grader: Grader, job: Job, share: Share | None) -> Graded | Job | AuthorError:
    try:
        if share is not None:
            require_room(share)
        return grader.grade(job)
    except WantsGpu:
        return job
    except AuthorError as error:
        return error
    except GraderError as error:
        if job.tried:  # what a CPU lacks, a GPU may have
            return job
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
