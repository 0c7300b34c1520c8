"""A training result in a file: what a student's machine writes beside the notebook, and how it is read.

One safetensors file: the tensors that are not pretrained, by their digests, and in its header, as JSON, a
`HandedIn`. Its bytes are a student's: they are capped before anything is parsed, the JSON is checked against
its types, and nothing is unpickled.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from tlgrader.evidence.device import Device
from tlgrader.evidence.digest import digest
from tlgrader.evidence.kinds import (
    Array,
    Digest,
    LoraConfigEvidence,
    ModelEvidence,
    Name,
    OptimizerEvidence,
    TensorInfo,
    Value,
)
from tlgrader.evidence.wire import WireError, pack, unpack

if TYPE_CHECKING:
    import torch

FILE = "training.safetensors"
MAX_BYTES = 16 * 2**20
"""The largest file that is taken: all of EfficientNet-Lite0 has 13 MB."""
MAX_HEADER = 8 * 2**20
MAX_CELLS = 5_000
_METADATA = "tlgrader"
_LENGTH = struct.Struct("<Q")  # of the JSON header with which a safetensors file begins

Handed = Value | Array | ModelEvidence | OptimizerEvidence | LoraConfigEvidence
"""The kinds that can be handed in: those that need no process to answer for them."""


class Malformed(Exception):
    """A file is not a training result; the message says why, in words."""


class HandedIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A training result but for its tensors."""

    schema: Literal[1] = 1
    exercise: Name
    """What the notebook's file is called, empty where the kernel cannot know."""
    student: Name
    """The JupyterHub user, else empty."""
    cells: Annotated[tuple[Digest, ...], msgspec.Meta(min_length=1, max_length=MAX_CELLS)]
    """`cell_digest` of each cell that had run, in order; the last is the one that handed in."""
    evidence: Annotated[dict[Name, Handed], msgspec.Meta(min_length=1, max_length=64)]
    """What each name stood for. All was observed at once: an optimizer's tokens are its model's."""
    backbones: Annotated[dict[Name, Digest], msgspec.Meta(max_length=64)]
    """`fingerprint_digest` of each pretrained backbone, whose tensors are not in the file."""
    seed: Annotated[int, msgspec.Meta(ge=0)]
    """What `tlgrader.seed` set, or else torch's own, below 2^64."""
    seconds: Annotated[float, msgspec.Meta(ge=0, le=1e9)] = 0.0
    """By that machine's clock, from `tlgrader.seed()` to the handing in; 0 where it was never called."""
    device: Device
    versions: Annotated[dict[Name, Name], msgspec.Meta(max_length=64)]


class _Header(msgspec.Struct, frozen=True):
    metadata: Annotated[dict[str, str], msgspec.Meta(max_length=8)] = msgspec.field(
        default={}, name="__metadata__"
    )


_HEADER = msgspec.json.Decoder(_Header)
_HANDED_IN = msgspec.json.Decoder(HandedIn)


def cell_digest(source: str) -> str:
    """SHA-256 of a cell's text; white space at the ends of its lines and of the cell does not count."""
    lines = [line.rstrip() for line in source.strip().splitlines()]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()


def fingerprint_digest(tensors: Mapping[str, str]) -> str:
    """SHA-256 of a backbone's pretrained tensors, given as digests by name."""
    text = "\n".join(f"{name} {tensors[name]}" for name in sorted(tensors))
    return hashlib.sha256(text.encode()).hexdigest()


def tensors_of(evidence: Handed) -> Sequence[TensorInfo]:
    """The tensors that `evidence` describes."""
    if isinstance(evidence, ModelEvidence):
        return (*evidence.parameters, *evidence.buffers)
    return (evidence.tensor,) if isinstance(evidence, Array) else ()


def write(result: HandedIn, tensors: Mapping[str, torch.Tensor]) -> bytes:
    """The file's content; `tensors` are by digest. Raises WireError for what safetensors cannot hold."""
    return pack(tensors, {_METADATA: msgspec.json.encode(result).decode()})


def read(content: bytes) -> tuple[HandedIn, dict[str, torch.Tensor]]:
    """The training result in a file's content, and its tensors by digest.

    Raises Malformed where it is not one, or where a tensor is not the one that its name promises.
    """
    if len(content) > MAX_BYTES:
        raise Malformed(
            f"it has {len(content) / 2**20:.0f} MB, more than the {MAX_BYTES // 2**20} MB allowed"
        )
    result = _result(_header(content))
    try:
        tensors = unpack(content)
    except WireError as error:
        raise Malformed(f"it is {error}") from error
    for name, tensor in tensors.items():
        if digest(tensor) != name:
            raise Malformed(f"its tensor `{name[:12]}` is not the one that its name promises")
    return result, tensors


def _header(content: bytes) -> bytes:
    if len(content) < _LENGTH.size:
        raise Malformed("it is not a safetensors file")
    (length,) = _LENGTH.unpack_from(content)
    if length > min(MAX_HEADER, len(content) - _LENGTH.size):
        raise Malformed("it is not a safetensors file: its header is longer than it may be")
    return content[_LENGTH.size : _LENGTH.size + length]


def _result(header: bytes) -> HandedIn:
    try:
        result = _HANDED_IN.decode(_HEADER.decode(header).metadata[_METADATA])
    except KeyError as error:
        raise Malformed("`tlgrader.hand_in` did not write it") from error
    except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError) as error:
        raise Malformed(f"it is not of the form that `tlgrader.hand_in` writes: {error}"[:300]) from error
    if result.seed >= 2**64:
        raise Malformed("its seed is none of torch's")
    return result
