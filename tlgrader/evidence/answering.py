"""What a model answers to inputs, and nothing of it is left behind."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from tlgrader.evidence.device import exact_products
from tlgrader.evidence.modules import tensors
from tlgrader.evidence.untouched import evaluating, same_randomness


def logits(model: nn.Module, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """What the model answers in eval mode: ``model(x)`` for ``{"x": x}``, else by keyword.

    An output with ``logits`` gives those; detached, on the CPU. Raises TypeError where the answer is not a tensor, and
    whatever the model raises.
    """
    with same_randomness(), evaluating(model), exact_products():
        answer = forward(model, on_device_of(model, inputs))
    if not isinstance(answer, torch.Tensor):
        raise TypeError(f"the model returned a {type(answer).__name__}, a tensor was expected")
    return answer.detach().cpu().contiguous()


def forward(model: nn.Module, inputs: Mapping[str, torch.Tensor]) -> object:
    """``model(x)`` for ``{"x": x}``, else by keyword; of an output that has ``logits``, those."""
    output = model(inputs["x"]) if set(inputs) == {"x"} else model(**inputs)
    return getattr(output, "logits", output)


def on_device_of(model: nn.Module, inputs: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Fresh copies of the inputs where the model's first parameter lives: a model may write into them."""
    first = next(tensors(model, "_parameters"), None)
    device = first[1].device if first else torch.device("cpu")
    return {name: tensor.to(device, copy=True) for name, tensor in inputs.items()}
