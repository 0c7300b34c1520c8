"""The device that tensors lie on, as its process reports it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from tlgrader.evidence.kinds import Extent, Name

if TYPE_CHECKING:
    import torch


class Device(msgspec.Struct, frozen=True):
    """What a model was trained on. Bytes are 0, and `numerics` empty, where they are not known."""

    name: Name
    memory_bytes: Extent = 0
    """What the process may allocate."""
    peak_bytes: Extent = 0
    numerics: Name = ""
    """How it computed: what was set for float32 products, and whether only deterministic algorithms were allowed."""


def describe_device(device: torch.device | str) -> Device:
    """The device, with the most memory that this process has had allocated on it."""
    import torch

    device = torch.device(device)
    if device.type != "cuda":
        return Device(str(device))
    properties = torch.cuda.get_device_properties(device)
    allowed = int(torch.cuda.get_per_process_memory_fraction(device) * properties.total_memory)
    return Device(properties.name, allowed, torch.cuda.max_memory_allocated(device), numerics())


def accelerator() -> str:
    """The kind of accelerator that this process can use, or empty."""
    import torch

    found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return found.type if found else ""


@contextmanager
def exact_products() -> Iterator[None]:
    """Compute float32 as float32 on a GPU too, not as TF32, so that a CPU's figures can be compared."""
    settings = _float32_settings()
    before = [getattr(owner, name) for owner, name, _ in settings]
    try:
        for owner, name, exact in settings:
            setattr(owner, name, exact)
        yield
    finally:
        for (owner, name, _), value in zip(settings, before, strict=True):
            setattr(owner, name, value)


def _float32_settings() -> tuple[tuple[Any, str, str | bool], ...]:
    """Where torch keeps how a GPU computes float32 products, and convolutions, and the value that means exactly."""
    import torch

    products: Any = torch.backends.cuda.matmul
    cudnn: Any = torch.backends.cudnn  # its type does not know `conv`, which torch documents
    # Torch 2.9 and newer, which takes no mixture with what was before.
    if hasattr(products, "fp32_precision"):
        return (products, "fp32_precision", "ieee"), (cudnn.conv, "fp32_precision", "ieee")
    return (products, "allow_tf32", False), (cudnn, "allow_tf32", False)


def numerics() -> str:
    """The settings of this process that decide how a GPU computes. Autocast around a loop leaves no trace."""
    import torch

    products, convolutions = (_precision(getattr(owner, name)) for owner, name, _ in _float32_settings())
    only = (
        "only deterministic algorithms" if torch.are_deterministic_algorithms_enabled() else "any algorithm"
    )
    return f"float32 products: {products}, convolutions: {convolutions}, {only}"


def _precision(setting: str | bool) -> str:
    """As torch 2.9 says it, also where it only said whether TF32 is allowed."""
    if isinstance(setting, str):
        return setting
    return "tf32" if setting else "ieee"


def device_in_words(device: Device) -> str:
    """A device, with the memory that was used of it where that is known, and how it computed."""
    gibi = 2**30
    peak = (
        f", {device.peak_bytes / gibi:.1f} of {device.memory_bytes / gibi:.1f} GB"
        if device.peak_bytes
        else ""
    )
    how = f" ({device.numerics[:200]})" if device.numerics else ""
    return f"{device.name[:80]}{peak}{how}"
