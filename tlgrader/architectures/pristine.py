"""A declared architecture as it is before a student touches it, built once."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import nn

from tlgrader.architectures.declared import Architecture
from tlgrader.architectures.registry import architecture, remembered
from tlgrader.evidence.digest import digest
from tlgrader.evidence.kinds import ModuleInfo
from tlgrader.evidence.modules import describe_module, walk
from tlgrader.evidence.untouched import same_randomness


@dataclass(frozen=True, slots=True)
class Pristine:
    """A model never to be changed, its modules and tensors described.

    Its tensors are the pretrained ones where the course says where they lie; else they are on the meta device, so
    without numbers. ``digests`` are by the tensors' identity: models that are built from it share them.
    """

    module: nn.Module
    infos: Mapping[str, ModuleInfo]
    digests: Mapping[int, str]

    def copy(self) -> nn.Module:
        """Modules of its own around the same tensors."""
        return copy.deepcopy(self.module, {id(tensor): tensor for tensor in _tensors(self.module)})


@remembered
def pristine(name: str) -> Pristine:
    """The declared architecture `name`. Raises KeyError where none is declared, AuthorError and MachineError."""
    module = _built(architecture(name)).eval().requires_grad_(False)
    return Pristine(
        module,
        _infos(module),
        {id(tensor): digest(tensor) for tensor in _tensors(module) if not tensor.is_meta},
    )


@remembered
def described(name: str) -> Mapping[str, ModuleInfo]:
    """The modules of the declared architecture `name`, as `Pristine.infos` has them; its weights are not loaded for it.

    Where one function is declared to build and to load it, that loads them. Raises KeyError, AuthorError, MachineError.
    """
    declared = architecture(name)
    if declared.weights is None or declared.factory == declared.weights:
        return pristine(name).infos
    return _infos(_blank(declared).eval())


def _built(declared: Architecture) -> nn.Module:
    if declared.weights is None:
        return _blank(declared)
    with same_randomness():
        return declared.load()


def _blank(declared: Architecture) -> nn.Module:
    """Without numbers, and in a fraction of a second."""
    with same_randomness(), torch.device("meta"):
        return declared.build()


def _infos(module: nn.Module) -> dict[str, ModuleInfo]:
    return {key: describe_module(key, part) for key, part in walk(module)}


def _tensors(module: nn.Module) -> Iterator[torch.Tensor]:
    yield from module.parameters()
    yield from module.buffers()
