"""GPUs: those that this machine has, and what of one is allocated to a slot.

NVML is asked and never CUDA: a process that has initialised CUDA can fork no worker that uses it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import pynvml
from packaging.version import Version

from tlgrader.errors import MachineError, UsageError
from tlgrader.sandbox.limits import GIB, in_words

CONTEXT_BYTES = GIB // 2
"""What of a slot's part is left to CUDA itself: context, kernels and libraries, which torch's allocator does not count.

Assumed, from what others report of CUDA 12 and 13; not measured by this project.
"""
LEAST_TORCH = Version("2.10")
"""The first that knows `per_process_memory_fraction` in PYTORCH_ALLOC_CONF; 2.9 does not."""
_SHARED_NODES = ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools", "/dev/nvidia-caps")
_NO_DRIVER = (pynvml.NVML_ERROR_LIBRARY_NOT_FOUND, pynvml.NVML_ERROR_DRIVER_NOT_LOADED)


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU, or a slice (MIG) of one. `id` is as CUDA_VISIBLE_DEVICES takes it, `nodes` are its device files."""

    id: str
    name: str
    memory_bytes: int
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GpuAllocation:
    """A slot's part of a GPU, one of so many equal `parts`."""

    gpu: Gpu
    parts: int = 1

    @property
    def memory_bytes(self) -> int:
        """What torch may allocate."""
        return self.gpu.memory_bytes // self.parts - CONTEXT_BYTES

    @property
    def fraction(self) -> float:
        """The same as a fraction of the GPU's memory."""
        return self.memory_bytes / self.gpu.memory_bytes


def present() -> list[Gpu]:
    """The GPUs that CUDA_VISIBLE_DEVICES leaves, in its order, or else all; none where there is no driver.

    Raises MachineError where the driver does not answer.
    """
    with _nvml() as there:
        if not there:
            return []
        handles = [pynvml.nvmlDeviceGetHandleByIndex(n) for n in range(pynvml.nvmlDeviceGetCount())]
        found = [(str(n), gpu) for n, handle in enumerate(handles) for gpu in _gpus(handle)]
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return [gpu for _, gpu in found]
    entries = [entry.strip() for entry in visible.split(",") if entry.strip()]
    return [gpu for entry in entries for number, gpu in found if number == entry or _is(gpu, entry)]


def allocations(wanted: str, there: Sequence[Gpu], parts: int) -> tuple[GpuAllocation, ...]:
    """`parts` allocations on each GPU that is `wanted`, one of each in turn: ``all``, or a list of positions and ids.

    Raises:
        MachineError: there is none.
        UsageError: there is no such one, or its memory does not suffice for so many.
    """
    if not there:
        raise MachineError("there is no GPU here, or its driver does not answer: leave --gpus out")
    entries = [entry.strip() for entry in wanted.split(",")]
    gpus = list(there) if entries == ["all"] else [_one(entry, there) for entry in entries]
    found = [GpuAllocation(gpu, parts) for _ in range(parts) for gpu in dict.fromkeys(gpus)]
    for allocation in found:
        if allocation.memory_bytes < CONTEXT_BYTES:
            raise UsageError(
                f"{parts} slots are too many for {in_words(allocation.gpu.memory_bytes)} on {allocation.gpu.name}"
            )
    return tuple(found)


def require_torch_that_shares() -> None:
    """Raise MachineError where torch's allocator reads no share from the environment."""
    found = version("torch")
    if Version(found) < LEAST_TORCH:
        raise MachineError(
            f"torch {found} cannot be held to a share of a GPU's memory: install torch {LEAST_TORCH} or newer, or "
            "grade without --gpus"
        )


def require_room(allocation: GpuAllocation) -> None:
    """Raise MachineError where other programs hold memory that the slot may use."""
    with _nvml():
        free = pynvml.nvmlDeviceGetMemoryInfo(pynvml.nvmlDeviceGetHandleByUUID(allocation.gpu.id)).free
    if free < allocation.memory_bytes:
        raise MachineError(
            f"{allocation.gpu.name} has {in_words(free)} free, and a slot may use "
            f"{in_words(allocation.memory_bytes)}: other programs hold the rest. End them, or give a GPU more slots, "
            "which are smaller (--gpu-slots)"
        )


def _one(entry: str, there: Sequence[Gpu]) -> Gpu:
    found = [gpu for n, gpu in enumerate(there) if entry == str(n) or _is(gpu, entry)]
    if len(found) == 1:
        return found[0]
    listed = "; ".join(f"{n} is {gpu.name}, {gpu.id}" for n, gpu in enumerate(there))
    raise UsageError(f"{'several GPUs are' if found else 'no GPU is'} `{entry}`: {listed}")


def _is(gpu: Gpu, entry: str) -> bool:
    """Whether `entry` is the beginning of the GPU's id, as CUDA takes it."""
    return len(entry) > len("GPU-") and gpu.id.startswith(entry)


def _gpus(handle: Any) -> Iterator[Gpu]:
    """The GPU, or the slices that it is cut into."""
    nodes = (f"/dev/nvidia{pynvml.nvmlDeviceGetMinorNumber(handle)}", *_SHARED_NODES)
    for one in _slices(handle) if _is_sliced(handle) else (handle,):
        memory = pynvml.nvmlDeviceGetMemoryInfo(one).total
        yield Gpu(pynvml.nvmlDeviceGetUUID(one), pynvml.nvmlDeviceGetName(one), memory, nodes)


def _is_sliced(handle: Any) -> bool:
    try:
        current, _ = pynvml.nvmlDeviceGetMigMode(handle)
    except pynvml.NVMLError:  # this kind of GPU cannot be sliced
        return False
    return bool(current == pynvml.NVML_DEVICE_MIG_ENABLE)


def _slices(handle: Any) -> Iterator[Any]:
    for number in range(pynvml.nvmlDeviceGetMaxMigDeviceCount(handle)):
        try:
            yield pynvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, number)
        except pynvml.NVMLError as error:
            if error.value != pynvml.NVML_ERROR_NOT_FOUND:  # this place is empty
                raise


@contextmanager
def _nvml() -> Iterator[bool]:
    """Whether there is a driver to talk to inside the block. Raises MachineError where it fails."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        if error.value not in _NO_DRIVER:
            raise MachineError(f"the GPU's driver fails: {error}") from error
        yield False
        return
    try:
        yield True
    except pynvml.NVMLError as error:
        raise MachineError(f"the GPU's driver fails: {error}") from error
    finally:
        pynvml.nvmlShutdown()
