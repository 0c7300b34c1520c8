"""The kinds of evidence: plain, frozen data that describes a student's object.

This module imports neither torch nor anything heavy, so that the command line can read records quickly.
What a worker sends is hostile: :func:`decode` checks types, counts and lengths, and nothing else may read it.
Each kind has a ``kind`` field, its class name, by which the union is told apart.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

import msgspec

from tlgrader.evidence.digest import digest

JSON = Any
"""None, bool, int, float, str, and lists and string-keyed dicts of them."""

MAX_TENSORS = 20_000
MAX_MODULES = 20_000
MAX_FILES = 1_000
MAX_TEXT = 65_536

Name = Annotated[str, msgspec.Meta(max_length=1_024)]
Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Extent = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Shape = Annotated[tuple[Extent, ...], msgspec.Meta(max_length=16)]
Norms = Annotated[
    tuple[Annotated[float, msgspec.Meta(ge=0)] | None, ...], msgspec.Meta(max_length=MAX_TENSORS)
]
Options = Annotated[dict[str, JSON], msgspec.Meta(max_length=64)]


class TensorInfo(msgspec.Struct, frozen=True):
    """A tensor without its numbers. ``dtype`` is as in ``float32``, ``digest`` that of `digest()`."""

    name: Name
    shape: Shape
    dtype: Name
    digest: Digest
    device: Name = "cpu"

    @property
    def size(self) -> int:
        """How many numbers the tensor holds."""
        return math.prod(self.shape)


class ParameterInfo(TensorInfo, frozen=True, kw_only=True):
    """A parameter. ``token`` is the tensor's identity in its process: optimizers hold the same tokens."""

    requires_grad: bool
    token: int


class ModuleInfo(msgspec.Struct, frozen=True):
    """A module of a model: what must be known to judge it and to build it again."""

    name: Name
    type: Name
    """As in ``torch.nn.modules.linear.Linear``."""
    options: Options = {}
    """The constructor's options for a layer that can be built again, and what peft's wrappers have active."""
    training: bool = False
    hooks: int = 0
    """Forward and forward-pre hooks, the process's global ones counted at the root."""
    patched: bool = False
    """Its ``forward`` is not the library's."""
    foreign: bool = False
    """Its class is not of torch, torchvision, timm, transformers, peft or tlgrader."""
    requires_grad: bool | None = None
    """An attribute of that name that somebody set on the module, where torch ignores it."""


class BackboneRoot(msgspec.Struct, frozen=True):
    """Where in a model a backbone sits that `load_backbone` returned, and which one."""

    path: Name
    name: Name


class LoraLayer(msgspec.Struct, frozen=True):
    """One adapter in one layer, as it is, whatever its configuration says."""

    name: Name
    r: int
    alpha: float
    scaling: float
    dropout: float
    use_dora: bool
    use_rslora: bool
    adapter: Name
    active: bool
    merged: bool
    disabled: bool


class OptimizerGroup(msgspec.Struct, frozen=True):
    """One parameter group of an optimizer. ``options`` are all of its settings that are numbers, or few of them."""

    lr: float
    weight_decay: float
    tokens: Annotated[tuple[int, ...], msgspec.Meta(max_length=MAX_TENSORS)]
    shapes: Annotated[tuple[Shape, ...], msgspec.Meta(max_length=MAX_TENSORS)]
    options: Options = {}


class FileInfo(msgspec.Struct, frozen=True):
    """A file in a folder: its name relative to the folder and its size in bytes."""

    name: Name
    size: int


class Step(msgspec.Struct, frozen=True):
    """What a training step did to each parameter of a model, in the order of its evidence.

    L2 norms: of its gradient, None where it got none, and of its change, None where no optimizer took the step.
    """

    gradients: Norms
    changes: Norms = ()


class Value(msgspec.Struct, frozen=True, tag_field="kind"):
    """Plain data, encoded by `encode_plain`; `decode_plain` gives it back."""

    value: JSON


class Array(msgspec.Struct, frozen=True, tag_field="kind"):
    """A small tensor or numpy array, whose numbers are fetched by digest."""

    tensor: TensorInfo
    library: Literal["torch", "numpy"] = "torch"


class LoraConfigEvidence(msgspec.Struct, frozen=True, tag_field="kind"):
    """A peft configuration. ``target_modules`` given as a pattern stays a str; it is never matched here."""

    type: Name
    r: int
    lora_alpha: float
    lora_dropout: float
    target_modules: Annotated[tuple[Name, ...], msgspec.Meta(max_length=MAX_MODULES)] | Name | None
    task_type: Name | None
    bias: Name
    modules_to_save: Annotated[tuple[Name, ...], msgspec.Meta(max_length=1_000)] | None
    use_dora: bool
    use_rslora: bool
    others: Annotated[dict[Name, tuple[Name, Name]], msgspec.Meta(max_length=64)] = {}
    """What else of a LoRA configuration is not as peft has it: the options' names, with both values as text."""


class ModelEvidence(msgspec.Struct, frozen=True, tag_field="kind"):
    """A model. Modules come in the order of their parents' children, a shared one under each of its names."""

    handle: int
    type: Name
    backbones: Annotated[tuple[BackboneRoot, ...], msgspec.Meta(max_length=16)]
    modules: Annotated[tuple[ModuleInfo, ...], msgspec.Meta(max_length=MAX_MODULES)]
    parameters: Annotated[tuple[ParameterInfo, ...], msgspec.Meta(max_length=MAX_TENSORS)]
    buffers: Annotated[tuple[TensorInfo, ...], msgspec.Meta(max_length=MAX_TENSORS)]
    lora: Annotated[tuple[LoraLayer, ...], msgspec.Meta(max_length=MAX_MODULES)] = ()
    adapter_config: LoraConfigEvidence | None = None
    accelerator: Name = ""
    """The kind of accelerator that the model's process could use, as in ``cuda``; empty where there was none."""


class OptimizerEvidence(msgspec.Struct, frozen=True, tag_field="kind"):
    """An optimizer: what it would update, and how fast. Without a handle it can be asked for no step."""

    type: Name
    groups: Annotated[tuple[OptimizerGroup, ...], msgspec.Meta(max_length=MAX_TENSORS)]
    handle: int | None = None


class LoaderEvidence(msgspec.Struct, frozen=True, tag_field="kind"):
    """A data loader; what cannot be known of it is None. Called through ``handle``, it is its dataset's transform.

    That takes pictures in one tensor and sends each through ``loader.dataset.transform`` by itself. Called without any,
    it returns the labels of its dataset's examples.
    """

    handle: int
    type: Name
    examples: Extent | None
    """How many examples an epoch visits."""
    batch_size: Extent | None
    shuffled: bool | None
    drop_last: bool


class FolderEvidence(msgspec.Struct, frozen=True, tag_field="kind"):
    """A folder. ``tensors`` holds what its safetensors files hold, ``texts`` its parsed JSON files."""

    path: Name
    files: Annotated[tuple[FileInfo, ...], msgspec.Meta(max_length=MAX_FILES)]
    tensors: Annotated[dict[Name, tuple[TensorInfo, ...]], msgspec.Meta(max_length=MAX_FILES)]
    texts: Annotated[dict[Name, JSON], msgspec.Meta(max_length=MAX_FILES)]


class CallableEvidence(msgspec.Struct, frozen=True, tag_field="kind"):
    """Something that can be called, through a check only."""

    handle: int
    name: Name


class Missing(msgspec.Struct, frozen=True, tag_field="kind"):
    """There is no such object; ``reason`` says why in words.

    Where a call raised an error, `raised` are the names of its classes, its own first.
    """

    reason: Text
    raised: Annotated[tuple[Name, ...], msgspec.Meta(max_length=16)] = ()


class Opaque(msgspec.Struct, frozen=True, tag_field="kind"):
    """An object of which nothing is known but its type, and perhaps what keeps it from being more."""

    type: Name
    why: Name = ""


Evidence = (
    Value
    | Array
    | ModelEvidence
    | OptimizerEvidence
    | LoaderEvidence
    | LoraConfigEvidence
    | FolderEvidence
    | CallableEvidence
    | Missing
    | Opaque
)

__all__ = [
    "JSON",
    "MAX_FILES",
    "MAX_MODULES",
    "MAX_TENSORS",
    "MAX_TEXT",
    "Array",
    "BackboneRoot",
    "CallableEvidence",
    "Evidence",
    "FileInfo",
    "FolderEvidence",
    "LoaderEvidence",
    "LoraConfigEvidence",
    "LoraLayer",
    "Missing",
    "ModelEvidence",
    "ModuleInfo",
    "Opaque",
    "OptimizerEvidence",
    "OptimizerGroup",
    "ParameterInfo",
    "TensorInfo",
    "Value",
    "decode",
    "digest",
    "encode",
]

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Evidence] = msgspec.json.Decoder(Evidence)


def encode(evidence: Evidence) -> bytes:
    """`evidence` as JSON."""
    return _encoder.encode(evidence)


def decode(data: bytes) -> Evidence:
    """The evidence in JSON that a worker sent. Raises msgspec.ValidationError where it is not of its form."""
    return _decoder.decode(data)
