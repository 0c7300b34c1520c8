"""A driver that stands in for NVIDIA's: two GPUs, the second cut into slices, as NVML documents its answers.

Put its folder first on the path. The environment says what it has: TLGRADER_STAND_IN_FREE is the free memory of
each GPU in bytes, TLGRADER_STAND_IN_ERROR the number of the error with which it starts.
"""

from __future__ import annotations

import os
from types import SimpleNamespace

NVML_DEVICE_MIG_ENABLE = 1
NVML_ERROR_NOT_SUPPORTED, NVML_ERROR_NOT_FOUND = 3, 6
NVML_ERROR_DRIVER_NOT_LOADED, NVML_ERROR_LIBRARY_NOT_FOUND, NVML_ERROR_UNKNOWN = 9, 12, 999
GIB = 2**30


class NVMLError(Exception):
    """As NVML's: its number is `value`."""

    def __init__(self, value: int) -> None:
        super().__init__(f"NVML error {value}")
        self.value = value


class _Device(SimpleNamespace):
    """A GPU or a slice."""

    uuid: str
    name: str
    memory: int
    minor: int
    slices: list[_Device] | None


SLICES = [
    _Device(uuid=f"MIG-5c89a0e4-000{n}", name="NVIDIA A100 MIG 1g.10gb", memory=10 * GIB) for n in (0, 1)
]
WHOLE = _Device(uuid="GPU-0a1b2c3d-0000", name="NVIDIA L4", memory=24 * GIB, minor=0, slices=None)
SLICED = _Device(uuid="GPU-4e5f6a7b-0000", name="NVIDIA A100", memory=80 * GIB, minor=1, slices=SLICES)
GPUS = [WHOLE, SLICED]


def nvmlInit() -> None:
    error = int(os.environ.get("TLGRADER_STAND_IN_ERROR", "0"))
    if error:
        raise NVMLError(error)


def nvmlShutdown() -> None:
    pass


def nvmlDeviceGetCount() -> int:
    return len(GPUS)


def nvmlDeviceGetHandleByIndex(index: int) -> _Device:
    return GPUS[index]


def nvmlDeviceGetHandleByUUID(uuid: str) -> _Device:
    found = [device for device in (*GPUS, *SLICES) if device.uuid == uuid]
    if not found:
        raise NVMLError(NVML_ERROR_NOT_FOUND)
    return found[0]


def nvmlDeviceGetUUID(device: _Device) -> str:
    return device.uuid


def nvmlDeviceGetName(device: _Device) -> str:
    return device.name


def nvmlDeviceGetMinorNumber(device: _Device) -> int:
    return device.minor


def nvmlDeviceGetMemoryInfo(device: _Device) -> SimpleNamespace:
    return SimpleNamespace(
        total=device.memory, free=int(os.environ.get("TLGRADER_STAND_IN_FREE", device.memory))
    )


def nvmlDeviceGetMigMode(device: _Device) -> tuple[int, int]:
    if device.slices is None:
        raise NVMLError(NVML_ERROR_NOT_SUPPORTED)
    return NVML_DEVICE_MIG_ENABLE, NVML_DEVICE_MIG_ENABLE


def nvmlDeviceGetMaxMigDeviceCount(device: _Device) -> int:
    return 7


def nvmlDeviceGetMigDeviceHandleByIndex(device: _Device, index: int) -> _Device:
    if device.slices is None or index >= len(device.slices):
        raise NVMLError(NVML_ERROR_NOT_FOUND)
    return device.slices[index]
