"""A tensor's digest: equal for tensors that are equal in dtype, shape and every bit."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


_BEGINNING = 64
_KNOWN: dict[tuple[str, bytes], list[tuple[memoryview, str]]] = {}


def dtype_name(dtype: torch.dtype) -> str:
    """As in ``float32``."""
    return str(dtype).removeprefix("torch.")


def digest(tensor: torch.Tensor) -> str:
    """SHA-256, in hex, over dtype, shape and the raw little-endian bytes, whatever the tensor's strides.

    Raises RuntimeError or NotImplementedError for tensors without bytes of their own (sparse, meta, lazy).
    """
    raw = raw_bytes(tensor)
    header = f"{dtype_name(tensor.dtype)} {tuple(tensor.shape)} "
    for known, found in _KNOWN.get((header, bytes(raw[:_BEGINNING])), ()):
        if _equal(raw, known):
            return found
    return _sha256(header, raw)


def know(tensors: Iterable[torch.Tensor]) -> None:
    """Keep copies of tensors that will be met again: to compare their bytes is four times as fast as to hash them.

    A pretrained backbone of 90 MB is described at each grade cell that looks at a model.
    """
    for tensor in tensors:
        header = f"{dtype_name(tensor.dtype)} {tuple(tensor.shape)} "
        raw = raw_bytes(tensor.detach().clone())
        _KNOWN.setdefault((header, bytes(raw[:_BEGINNING])), []).append((raw, _sha256(header, raw)))


def _sha256(header: str, raw: memoryview) -> str:
    total = hashlib.sha256(header.encode())
    total.update(raw)
    return total.hexdigest()


def _equal(one: memoryview, other: memoryview) -> bool:
    import numpy

    if not one:
        return not other
    item = numpy.uint8 if len(one) % 8 else numpy.uint64
    return numpy.array_equal(numpy.frombuffer(one, item), numpy.frombuffer(other, item))


def raw_bytes(tensor: torch.Tensor) -> memoryview:
    """The tensor's bytes in the order of its elements, without copying where it is contiguous on the CPU."""
    import torch

    if sys.byteorder != "little":
        raise NotImplementedError("digests are defined on little-endian machines")
    if tensor.layout != torch.strided or tensor.is_meta:
        raise NotImplementedError(f"a tensor with layout {tensor.layout} on {tensor.device} has no bytes")
    dense = tensor.detach().resolve_conj().resolve_neg().cpu().contiguous()
    # Of an empty tensor, strides may be anything, and a view as bytes needs them to be 1.
    flat = dense.as_strided((dense.numel(),), (1,))
    return flat.view(torch.uint8).numpy().data
