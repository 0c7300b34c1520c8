"""A slot serves one student after another, whatever becomes of its processes."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.cells import printed, run
from tests.sandbox.conftest import LIMITS
from tlgrader.errors import MachineError
from tlgrader.sandbox.slot import Slot
from tlgrader.sandbox.wall import Wall, find


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_workers_and_slots_leave_no_descriptors(slot: Slot) -> None:
    slot.ready()
    before = open_descriptors()
    for seed in range(3):
        with slot.worker(seed=seed) as worker:
            run(worker, "1")
    assert open_descriptors() == before
    other = Slot(find(), LIMITS)
    other.start()
    other.close()
    other.close()
    assert open_descriptors() == before


def test_a_new_worker_ends_the_one_before(slot: Slot) -> None:
    first = slot.worker(seed=1)
    with slot.worker(seed=2) as second:
        assert run(first, "1").status == "dead"
        assert run(second, "1").status == "ok"


def test_how_a_worker_ended_is_known(slot: Slot) -> None:
    with slot.worker(seed=1) as worker:
        run(worker, "held = bytearray(200 << 20)")
    assert worker.ending is not None
    assert worker.ending.asked
    assert worker.ending.peak_bytes > 150 << 20


def test_a_program_that_cannot_start_is_the_machines_fault(tmp_path: Path) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: nothing works' >&2\nexit 1\n")
    broken.chmod(0o755)
    with Slot(Wall(broken), LIMITS) as slot, pytest.raises(MachineError, match="bwrap: nothing works"):
        slot.ready()


@pytest.fixture(scope="module")
def bare() -> Iterator[Slot]:
    """A slot without a wall, which these tests may break."""
    with Slot(None, LIMITS) as slot:
        yield slot


def test_without_a_wall_cells_run_and_nothing_is_left(bare: Slot, tmp_path: Path) -> None:
    with bare.worker(seed=1) as worker:
        folder = printed(worker, "import os\nprint(os.getcwd())").strip()
        assert run(worker, "open('left', 'w').close()").status == "ok"
        source = (
            "import subprocess\n"
            "child = subprocess.Popen(['sleep', '1000'], start_new_session=True)\nprint(child.pid)"
        )
        daemon = int(printed(worker, source))
        assert printed(worker, "os.environ.get('HOME') == os.getcwd() and print('home')") == "home\n"
    assert not Path(f"/proc/{daemon}").exists()
    assert not list(Path(folder).iterdir())
    with bare.worker(seed=2) as worker:
        assert run(worker, "import os\nos._exit(3)").reason.endswith("(exit status 3)")


def test_a_dead_zygote_is_the_machines_fault_and_can_be_replaced(bare: Slot) -> None:
    worker = bare.worker(seed=1)
    zygote = int(printed(worker, "import os\nprint(os.getppid())"))
    os.kill(zygote, signal.SIGKILL)
    with pytest.raises(MachineError, match="the sandbox's process is gone"):
        run(worker, "import time\ntime.sleep(1000)")
    assert run(worker, "1").status == "dead"
    with bare.worker(seed=2) as another:
        assert run(another, "1").status == "ok"
