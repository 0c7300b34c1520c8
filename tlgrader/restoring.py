"""Putting a training result into a notebook whose training cells do not run, so that later cells find it.

This runs in the worker, from the file in the work folder. Nothing is judged by it: evidence of what was handed in
comes from the file, which the judge reads by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from tlgrader.errors import UsageError
from tlgrader.evidence.digest import digest, dtype_name
from tlgrader.evidence.handed_in import FILE, read, tensors_of
from tlgrader.evidence.kinds import Array, ModelEvidence, TensorInfo, Value
from tlgrader.evidence.modules import tensors, walk
from tlgrader.evidence.plain import decode_plain

Tensors = Mapping[str, torch.Tensor]


def restore(variables: MutableMapping[str, Any]) -> None:
    """Give the notebook's `variables` what was handed in: plain data, arrays, and models' tensors and modes.

    An optimizer is left as it is. Raises UsageError where the notebook has no such model before the training.
    """
    result, handed_in = read(Path(FILE).read_bytes())
    for name, evidence in result.evidence.items():
        if isinstance(evidence, Value):
            variables[name] = decode_plain(evidence.value)
        elif isinstance(evidence, Array):
            tensor = handed_in[evidence.tensor.digest]
            variables[name] = tensor.numpy() if evidence.library == "numpy" else tensor
        elif isinstance(evidence, ModelEvidence):
            _load(name, evidence, variables.get(name), handed_in)


def _load(name: str, evidence: ModelEvidence, model: object, handed_in: Tensors) -> None:
    if not isinstance(model, nn.Module):
        raise UsageError(f"`{name}` is not a model before the training")
    live = dict(tensors(model, "_parameters")) | dict(tensors(model, "_buffers"))
    wanted = {info.name: info for info in tensors_of(evidence)}
    forms = {key: (tuple(tensor.shape), dtype_name(tensor.dtype)) for key, tensor in live.items()}
    if forms != {key: (info.shape, info.dtype) for key, info in wanted.items()}:
        raise UsageError(
            f"`{name}` has tensors of other names, shapes or types before the training than after it"
        )
    with torch.no_grad():
        for key, tensor in live.items():
            _set(tensor, wanted[key], handed_in)
    for parameter in evidence.parameters:
        live[parameter.name].requires_grad = parameter.requires_grad
    modes = {module.name: module.training for module in evidence.modules}
    for key, module in walk(model):
        module.training = modes.get(key, module.training)


def _set(tensor: torch.Tensor, info: TensorInfo, handed_in: Tensors) -> None:
    """Copy what was handed in; what was not is pretrained, and has to be there."""
    if info.digest in handed_in:
        tensor.copy_(handed_in[info.digest])
    elif digest(tensor) != info.digest:
        raise UsageError(f"`{info.name}` is not pretrained before the training, and is after it")
