"""Several desks side by side, each in a process of its own, so that none can take the cohort with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Self

from tlgrader.course.paths import Course
from tlgrader.data.home import data_home
from tlgrader.errors import AuthorError, GraderError, MachineError
from tlgrader.judge.greyzone import decided
from tlgrader.judge.job import Graded, Job, WantsGpu, fault
from tlgrader.sandbox.gpu import Share, require_room
from tlgrader.sandbox.limits import Limits
from tlgrader.sandbox.processes import keep_freed_memory
from tlgrader.sandbox.slot import Slot
from tlgrader.sandbox.wall import Wall, find

if TYPE_CHECKING:  # at run time it brings torch with it
    from tlgrader.judge.desk import Desk

# On top of a notebook's own limit: importing the libraries, and the judge's evaluations.
_MARGIN_S = 300.0
WALLED, NOT_WALLED = "bubblewrap", "none"
_SPAWN = multiprocessing.get_context("spawn")


class Pool:
    """Desks in at most `slots` processes, started when there is work and kept until the pool is closed.

    Each of `shares` is a GPU's for one more desk. With any, a submission is first tried on a CPU, and only one whose
    training does not end there at once takes a GPU. `sandboxed` False grades without a wall. Use it as a context
    manager.
    """

    def __init__(
        self, course: Course, slots: int, limits: Limits, *, sandboxed: bool, shares: Sequence[Share] = ()
    ) -> None:
        self._course, self._limits, self._sandboxed = course, limits, sandboxed
        # A training that is handed in may cost two walks and a rerun.
        self._limit_s = 3 * limits.notebook_s + _MARGIN_S
        self._on_cpu = _Room(self._seat, [None] * slots)
        self._on_gpu = _Room(self._seat, shares)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for seat in self._on_cpu.seats + self._on_gpu.seats:
            seat.close()

    def _seat(self, share: Share | None) -> _Seat:
        return _Seat((self._course, self._limits, build_wall(sandboxed=self._sandboxed), share))

    def grade(self, jobs: Iterable[Job]) -> Iterator[Graded]:
        """Grade `jobs`, yielding each as it is done, in no fixed order. Every job yields exactly once.

        A submission that lands in a grey zone is run again, and the mean decides (`judge/greyzone.py`).

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
        self._on_cpu.waiting = deque(replace(job, tried=bool(self._on_gpu.shares)) for job in jobs)
        self._on_gpu.waiting.clear()
        while busy := self._on_cpu.seated() + self._on_gpu.seated():
            for seat in _first_done(busy, self._limit_s):
                done = seat.take()
                if isinstance(done, Graded):
                    self._on_cpu.seated(), self._on_gpu.seated()
                    yield done  # whoever publishes it does so while the next one is graded
                else:
                    self._on_gpu.waiting.append(replace(done, tried=False))


def _first_done(busy: list[_Seat], limit_s: float) -> list[_Seat]:
    """Those that have an answer, have died or are over time; waits until there is one."""
    while True:
        ready = wait([x for seat in busy for x in (seat.pipe, seat.process.sentinel)], timeout=1.0)
        done = [s for s in busy if s.pipe in ready or s.process.sentinel in ready or s.age() > limit_s]
        if done:
            return done


class _Room:
    """Desks of one kind, started when they are missing, and the jobs that wait for one."""

    def __init__(self, start: Callable[[Share | None], _Seat], shares: Sequence[Share | None]) -> None:
        self._start, self.shares = start, shares
        self.seats: list[_Seat] = []
        self.waiting: deque[Job] = deque()

    def seated(self) -> list[_Seat]:
        """The desks that have a job, after each free one was given one, as long as some wait."""
        while self.waiting and (seat := self._free()) is not None:
            seat.give(self.waiting.popleft())
        return [seat for seat in self.seats if seat.job is not None]

    def _free(self) -> _Seat | None:
        free = next((seat for seat in self.seats if seat.job is None), None)
        if free is None and len(self.seats) < len(self.shares):
            free = self._start(self.shares[len(self.seats)])
            self.seats.append(free)
        return free


class _Seat:
    """One process with a desk, the job that it has, and a new process where it dies."""

    def __init__(self, setting: tuple[Course, Limits, Wall | None, Share | None]) -> None:
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

    def age(self) -> float:
        return time.monotonic() - self._since

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
        return answer or self._ended(job)

    def _ended(self, job: Job) -> Graded:
        self.process.join(timeout=1)  # a process whose pipe has closed is about to end
        over_time = self.process.is_alive()
        self.close()
        how = "ran over its time" if over_time else f"ended unexpectedly ({self.process.exitcode})"
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


def build_wall(*, sandboxed: bool) -> Wall | None:
    """A wall that shows the public data, or none where that was asked for.

    Raises:
        MachineError: the data are not there, or no wall can be built here.
    """
    public = data_home().public
    if not public.is_dir():
        raise MachineError(f"there are no data in {public}: run `tlgrader setup`")
    return find(public) if sandboxed else None


def _serve(pipe: Connection, course: Course, limits: Limits, wall: Wall | None, share: Share | None) -> None:
    """A desk's process: grades what arrives until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the coordinator decides when to stop
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    keep_freed_memory()
    with Slot(wall, limits, share) as slot:  # its imports run while ours do
        from tlgrader.judge.desk import Desk

        _warm_up()
        desk = Desk(course, slot, WALLED if wall else NOT_WALLED)
        with suppress(BrokenPipeError):  # nobody waits for the answer any more
            while (job := _next(pipe)) is not None:
                pipe.send(_graded(desk, job, share))


def _next(pipe: Connection) -> Job | None:
    try:
        return pipe.recv()
    except EOFError:
        return None


def _graded(desk: Desk, job: Job, share: Share | None) -> Graded | Job | AuthorError:
    try:
        if share is not None:
            require_room(share)
        return desk.grade(job)
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
    for name in ("timm", "transformers", "peft", "tlgrader.judge.evaluate"):
        import_module(name)
    import torch

    torch.set_num_threads(1)
