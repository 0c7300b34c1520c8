"""A model in a wrapper that the course registers, as if it stood alone: a Lightning module, a class of a helper file.

That the wrapper adds nothing is proven as for every rebuilt model: what the wrapper answers to public inputs is
compared with what the model in it answers.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from tlgrader.architectures import wrappers
from tlgrader.evidence.kinds import (
    BackboneRoot,
    LoraLayer,
    ModelEvidence,
    ModuleInfo,
    ParameterInfo,
    TensorInfo,
)

Named = TypeVar("Named", ModuleInfo, TensorInfo, ParameterInfo, LoraLayer)

_OF_TORCH = {"OptimizedModule": "_orig_mod", "DataParallel": "module"}
"""What `torch.compile` and data parallelism put around a model, and under which attribute it is."""
DEEPEST = 4
"""So many wrappers around each other are taken off."""


def unwrapped(evidence: ModelEvidence) -> ModelEvidence:
    """The model in it, under the names that it has by itself; `evidence` where there is no wrapper around it."""
    for _ in range(DEEPEST):
        inner = _inner(evidence)
        if not inner:
            break
        evidence = _below(evidence, inner)
    return evidence


def _inner(evidence: ModelEvidence) -> str:
    """The attribute that holds the wrapped model; empty where the model's class is no registered wrapper."""
    kind = evidence.modules[0].type.rpartition(".")[2] if evidence.modules else ""
    attribute = {**_OF_TORCH, **wrappers()}.get(kind, "")
    return attribute if any(module.name == attribute for module in evidence.modules) else ""


def _below(evidence: ModelEvidence, path: str) -> ModelEvidence:
    modules = tuple(_renamed(one, path) for one in evidence.modules if _is_below(one.name, path))
    return msgspec.structs.replace(
        evidence,
        type=modules[0].type,
        modules=modules,
        parameters=tuple(_renamed(one, path) for one in evidence.parameters if _is_below(one.name, path)),
        buffers=tuple(_renamed(one, path) for one in evidence.buffers if _is_below(one.name, path)),
        lora=tuple(_renamed(one, path) for one in evidence.lora if _is_below(one.name, path)),
        backbones=tuple(
            BackboneRoot(_name(one.path, path), one.name)
            for one in evidence.backbones
            if _is_below(one.path, path)
        ),
    )


def _renamed(one: Named, path: str) -> Named:
    return msgspec.structs.replace(one, name=_name(one.name, path))


def _name(name: str, path: str) -> str:
    return name.removeprefix(path).removeprefix(".")


def _is_below(name: str, path: str) -> bool:
    return name == path or name.startswith(f"{path}.")
