"""What a worker may use, and how the kernel is told.

Limits hold for a student's code, not for the libraries that the zygote has loaded. The kernel's limits count
for each process by itself; the zygote's watch (`zygote.py`) adds up the processes of a worker.
"""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Annotated

import msgspec

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
TASKS_PER_PROCESS = 16
"""How many threads the kernel allows for each allowed process, where it counts them (not for root)."""

Positive = Annotated[int, msgspec.Meta(gt=0)]


class Limits(msgspec.Struct, frozen=True):
    """Limits of one notebook, in seconds and bytes.

    ``output_bytes`` is for a cell's text. A writable folder of the wall holds a quarter of ``memory_bytes``.
    ``judge_s`` is processor time, and ``judge_memory_bytes`` memory beyond what the judge holds before, that all of a
    submission's evaluations may take: as much as a cell, whose models they evaluate on a few hundred examples.
    """

    cell_s: Annotated[float, msgspec.Meta(gt=0)] = 120
    notebook_s: Annotated[float, msgspec.Meta(gt=0)] = 300
    memory_bytes: Positive = 4 * GIB
    processes: Positive = 64
    file_bytes: Positive = 256 * MIB
    output_bytes: Positive = MIB
    judge_s: Annotated[float, msgspec.Meta(gt=0)] = 120
    judge_memory_bytes: Positive = 4 * GIB


USUAL = Limits()
"""What holds where an exercise does not need more or less."""


def limits_in_words(limits: Limits) -> str:
    """What a student has to know of `limits`, in a sentence."""
    return (
        f"A cell may run for {limits.cell_s:g} s and all of them for {limits.notebook_s:g} s, with "
        f"{in_words(limits.memory_bytes)} of memory; a file may have {in_words(limits.file_bytes)}."
    )


def in_words(size: int) -> str:
    """A number of bytes as people write it: ``4 GiB``, ``1.5 MiB``."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size >= unit:
            return f"{size / unit:.4g} {name}"
    return f"{size} bytes"


def apply_limits(limits: Limits) -> None:
    """Limit this process and all that it starts. What it holds already, from the zygote, is not counted."""
    tasks = limits.processes * TASKS_PER_PROCESS
    _lower(resource.RLIMIT_DATA, held_data() + limits.memory_bytes)
    _lower(resource.RLIMIT_FSIZE, limits.file_bytes)
    _lower(resource.RLIMIT_NPROC, tasks)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_MSGQUEUE, 0)  # POSIX queues outlive a worker


def held_data() -> int:
    """Bytes of private writable memory that this process has reserved: what RLIMIT_DATA is compared with."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * KIB
    return 0


def _lower(which: int, limit: int) -> None:
    _, hard = resource.getrlimit(which)
    limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(which, (limit, limit))
