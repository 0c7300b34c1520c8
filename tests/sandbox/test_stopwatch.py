"""A time limit is the student's fault only where the machine let the notebook run."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.cells import run
from tlgrader.errors import MachineError
from tlgrader.evidence.kinds import CallableEvidence
from tlgrader.sandbox.handle import Unanswered, Worker
from tlgrader.sandbox.messages import Usage
from tlgrader.sandbox.slot import Slot
from tlgrader.sandbox.stopwatch import LOST_S, lost_seconds

SPIN = "while True: pass"


def _inside() -> list[psutil.Process]:
    """All processes of this test's walls."""
    walls = [child for child in psutil.Process().children() if "bwrap" in child.name()]
    return [process for wall in walls for process in (wall, *wall.children(recursive=True))]


def _when_it_spins(act: Callable[[psutil.Process], None]) -> threading.Thread:
    """Call `act` with the worker as soon as it has used a tenth of a second more than it had."""
    worker = max(_inside(), key=lambda process: process.create_time())
    used = worker.cpu_times().user

    def wait() -> None:
        while worker.cpu_times().user < used + 0.1:
            os.sched_yield()
        act(worker)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def _pause(_worker: psutil.Process) -> None:
    """Stop everything inside the walls for longer than a limit of 2 s and what may be lost of it."""
    processes = _inside()
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    time.sleep(2 + LOST_S)
    for process in processes:
        process.send_signal(signal.SIGCONT)


def test_a_cell_that_met_its_limit_while_everything_stood_still_is_the_machines_fault(worker: Worker) -> None:
    pausing = _when_it_spins(_pause)
    with pytest.raises(MachineError, match="the machine was paused or too busy"):
        run(worker, SPIN, timeout_s=2)
    pausing.join()
    with pytest.raises(MachineError, match="paused or too busy"):
        worker.observe(["x"])  # nothing that comes after it is held against the student


def test_a_cell_that_stops_itself_has_met_its_limit(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tlgrader.sandbox.handle.GRACE_S", LOST_S)
    result = run(worker, "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", timeout_s=1)
    assert (result.status, result.reason) == (
        "dead",
        "the cell ran longer than its limit of 1 s and could not be interrupted",
    )


@contextmanager
def _on_one_processor(worker: psutil.Process, competitors: int) -> Iterator[None]:
    """The worker, and so many others, share one of the machine's processors."""
    (cpu, *_) = sorted(os.sched_getaffinity(0))
    worker.cpu_affinity([cpu])
    # In sessions of their own, as the kernel may give each session the same share.
    spin = ["sh", "-c", "while :; do :; done"]
    others = [psutil.Popen(spin, start_new_session=True) for _ in range(competitors)]
    try:
        for other in others:
            other.cpu_affinity([cpu])
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def _newest() -> psutil.Process:
    return max(_inside(), key=lambda process: process.create_time())


def test_a_cell_that_met_its_limit_on_a_busy_machine_is_the_machines_fault(worker: Worker) -> None:
    run(worker, "1")
    with (
        _on_one_processor(_newest(), competitors=5),
        pytest.raises(MachineError, match="in fewer slots if busy"),
    ):
        run(worker, SPIN, timeout_s=8)


def test_a_notebook_that_keeps_its_own_processor_busy_has_met_its_limit(worker: Worker) -> None:
    run(worker, "1")
    fork = "import os\nfor _ in range(5):\n    if os.fork() == 0:\n        while True: pass\n"
    with _on_one_processor(_newest(), competitors=0):
        result = run(worker, fork + SPIN, timeout_s=5)
    assert (result.status, result.reason) == ("limit", "the cell ran longer than its limit of 5 s")


def test_an_answer_that_never_comes_from_a_paused_machine_costs_nothing(
    slot: Slot, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Worker, "_answer_s", 2)
    run(worker, f"def forever(x):\n    {SPIN}")
    (evidence,) = worker.observe(["forever"]).values()
    pausing = _when_it_spins(_pause)
    assert isinstance(evidence, CallableEvidence)
    with pytest.raises(MachineError, match="paused or too busy"):
        worker.call(evidence.handle, [1])
    pausing.join()


seconds = st.floats(0, 1e6)


@given(cpu=seconds, delayed=seconds, passed=seconds)
def test_no_more_is_lost_than_was_not_used(cpu: float, delayed: float, passed: float) -> None:
    before, now = Usage(0, 0, 0, ended=False), Usage(cpu, delayed, 0, ended=False)
    assert 0 <= lost_seconds(before, now, passed) <= max(0, passed - cpu)


def test_a_worker_that_has_ended_has_no_usage(slot: Slot, worker: Worker) -> None:
    assert slot.usage() is not None
    run(worker, "import os\nos._exit(0)")
    assert slot.usage() is None
    with pytest.raises(Unanswered, match="ended the Python process itself"):
        worker.logits(1, {})
