"""A tensor's digest: equal for tensors that are equal in dtype, shape and every bit."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def dtype_name(dtype: torch.dtype) -> str:
    """As in ``float32``."""
    return str(dtype).removeprefix("torch.")


def digest(tensor: torch.Tensor) -> str:
    """SHA-256, in hex, over dtype, shape and the raw little-endian bytes, whatever the tensor's strides.

    Raises RuntimeError or NotImplementedError for tensors without bytes of their own (sparse, meta, lazy).
    """
    header = f"{dtype_name(tensor.dtype)} {tuple(tensor.shape)} "
    total = hashlib.sha256(header.encode())
    total.update(raw_bytes(tensor))
    return total.hexdigest()


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
