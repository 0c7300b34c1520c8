"""Several graders side by side, on CPUs and on GPUs, and the jobs that wait for one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Self

from tlgrader.course import Course, Registration, preparation_of, read_registration
from tlgrader.data_home import data_home
from tlgrader.errors import MachineError
from tlgrader.grading.greyzone import decided
from tlgrader.grading.job import Broken, Graded, Job, NeedsGpu
from tlgrader.grading.process import GraderProcess, Setting, first_done
from tlgrader.records.record import Training
from tlgrader.sandbox.gpu import GpuAllocation
from tlgrader.sandbox.limits import Limits
from tlgrader.sandbox.wall import find_with_data


class Pool:
    """At most `slots` grader processes, started when there is work and kept until the pool is closed.

    Each of `gpus` is for one more grader process. With any, a submission is first probed on a CPU, and only
    one whose training does not end there at once takes a GPU. `sandboxed` False grades without a wall. Use it as a
    context manager.
    """

    def __init__(
        self,
        course: Course,
        slots: int,
        limits: Limits,
        *,
        sandboxed: bool,
        gpus: Sequence[GpuAllocation] = (),
    ) -> None:
        self._course, self._limits, self._sandboxed = course, limits, sandboxed
        self._registration = read_registration(course)
        self._on_cpu = _Queue(self._start, [None] * slots)
        self._on_gpu = _Queue(self._start, gpus)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.close()

    @property
    def _processes(self) -> list[GraderProcess]:
        return self._on_cpu.processes + self._on_gpu.processes

    def grade(self, jobs: Iterable[Job]) -> Iterator[Graded]:
        """Grade `jobs`, yielding each as it is done, in no fixed order. Every job yields exactly once.

        A submission that lands in a grey zone is run again, and the mean decides (`grading/greyzone.py`).

        Raises:
            AuthorError: an exercise is wrong, so that nothing can be graded.
            MachineError: no wall can be built here.
        """
        return decided(self._course, jobs, self.once)

    def once(self, jobs: Iterable[Job]) -> Iterator[Graded]:
        """As `grade`, but each job is run once, whatever it measures. One call at a time.

        Raises:
            AuthorError: an exercise is wrong, so that nothing can be graded.
            MachineError: no wall can be built here.
        """
        try:
            for job in jobs:
                self._put(replace(job, limits=self._registration.limits(job.exercise, self._limits)))
            while busy := self._set_to_work():
                for process in first_done(busy):
                    yield from self._done(process)
        finally:  # also where nobody wants the rest
            self._give_up()

    def _put(self, job: Job) -> None:
        """Let a job wait for a CPU or, where only a GPU can train it, for that."""
        there_are_gpus = self._on_gpu.room > 0
        if not (self._registration.needs(job.exercise).accelerator and job.training is Training.rerun):
            self._on_cpu.waiting.append(replace(job, cpu_probe=there_are_gpus))
        elif there_are_gpus:
            self._on_gpu.waiting.append(job)
        else:
            raise MachineError(
                f"{job.exercise} is trained on a GPU, as course.py says: give --gpus on a machine that has one, or "
                "--training auto where students hand in what they trained"
            )

    def _set_to_work(self) -> list[GraderProcess]:
        """Give each free grader a job, as long as some wait; the graders that have one."""
        self._on_cpu.hand_out()
        self._on_gpu.hand_out()
        return [process for process in self._processes if process.job is not None]

    def _done(self, process: GraderProcess) -> Iterator[Graded]:
        job, outcome = process.take()
        match outcome:
            case Graded():
                self._set_to_work()  # whoever publishes this one does so while the next one is graded
                yield outcome
            case NeedsGpu():
                self._on_gpu.waiting.append(replace(job, cpu_probe=False))
            case Broken(error):
                raise error

    def _give_up(self) -> None:
        for queue in (self._on_cpu, self._on_gpu):
            queue.waiting.clear()
        for process in self._processes:
            if process.job is not None:
                process.close()

    def _start(self, allocation: GpuAllocation | None) -> GraderProcess:
        _require_data(self._registration)
        preparation = preparation_of(self._course, self._registration)
        wall = find_with_data(preparation) if self._sandboxed else None
        limits = self._registration.largest(self._limits)
        return GraderProcess(Setting(self._course, limits, wall, allocation, speaks=not self._processes))


class _Queue:
    """Graders of one kind, started when they are missing, and the jobs that wait for one."""

    def __init__(
        self,
        start: Callable[[GpuAllocation | None], GraderProcess],
        allocations: Sequence[GpuAllocation | None],
    ) -> None:
        self._start, self._allocations = start, allocations
        self.processes: list[GraderProcess] = []
        self.waiting: deque[Job] = deque()

    @property
    def room(self) -> int:
        """How many jobs can be worked on at a time."""
        return len(self._allocations)

    def hand_out(self) -> None:
        """Give jobs to graders, as long as some wait and one is free or can be started."""
        while self.waiting and (process := self._free_or_new()) is not None:
            process.give(self.waiting.popleft())

    def _free_or_new(self) -> GraderProcess | None:
        free = next((process for process in self.processes if process.job is None), None)
        if free is None and len(self.processes) < self.room:
            free = self._start(self._allocations[len(self.processes)])
            self.processes.append(free)
        return free


def _require_data(registration: Registration) -> None:
    """Raise MachineError where the course has data to install, and nobody did."""
    public = data_home().public
    if registration.install is not None and not public.is_dir():
        raise MachineError(f"there are no data in {public}: run `tlgrader setup --grader`")
