"""One real wall and zygote for the whole session: its imports take seconds."""

from collections.abc import Iterator

import pytest

from tlgrader.sandbox.handle import Worker
from tlgrader.sandbox.limits import GIB, MIB, Limits
from tlgrader.sandbox.slot import Slot
from tlgrader.sandbox.wall import find

LIMITS = Limits(cell_s=20, memory_bytes=GIB, processes=24, file_bytes=32 * MIB, output_bytes=64 * 1024)


@pytest.fixture(scope="session")
def slot() -> Iterator[Slot]:
    """A slot behind a wall. Where none can be built these tests fail: they are what the sandbox promises."""
    with Slot(find(), LIMITS) as slot:
        yield slot


@pytest.fixture
def worker(slot: Slot) -> Iterator[Worker]:
    """A fresh worker."""
    with slot.worker(seed=7) as worker:
        yield worker
