"""One training step on copies of a model and its optimizer: which parameters get a gradient, and how far each moves.

The notebook's process takes it, and the judge takes it again (`rebuilding/stepping.py`), on the same inputs.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import torch
from torch import nn

from tlgrader.evidence.answering import forward, on_device_of
from tlgrader.evidence.device import exact_products
from tlgrader.evidence.kinds import MAX_TENSORS, Step
from tlgrader.evidence.modules import tensors
from tlgrader.evidence.observation import NoStep
from tlgrader.evidence.untouched import same_randomness

MOST_TRAINED = 50_000_000
"""A step copies what it trains, and holds its gradient: with more numbers none is taken (800 MB with Adam)."""


def step_of_a_copy(
    model: nn.Module, optimizer: torch.optim.Optimizer | None, inputs: Mapping[str, torch.Tensor], seed: int
) -> Step:
    """Take a step with copies, from the optimizer's settings but not its memory, in the modes as they are.

    Raises NoStep where nothing can be learned or too much, and whatever the student's objects raise.
    """
    _require_bearable(model, optimizer)
    with same_randomness():
        copy, ours = _copied(model, optimizer)
        return taken(copy, [parameter for _, parameter in tensors(copy, "_parameters")], ours, inputs, seed)


def taken(
    model: nn.Module,
    parameters: Sequence[torch.Tensor | None],
    optimizer: torch.optim.Optimizer | None,
    inputs: Mapping[str, torch.Tensor],
    seed: int,
) -> Step:
    """What one step of cross-entropy, each example's class its position, does to `parameters` (None: not in it).

    `model` and random numbers are not as before after it. Raises NoStep where the loss is not a number.
    """
    torch.manual_seed(seed)
    model.zero_grad(set_to_none=True)
    before = [None if one is None else one.detach().clone() for one in parameters]
    with torch.enable_grad(), exact_products():
        loss = _loss(model, inputs)
        if loss.requires_grad:
            loss.backward()  # type: ignore[no-untyped-call]
    gradients = [None if one is None or one.grad is None else _norm(one.grad) for one in parameters]
    if optimizer is None:
        return Step(tuple(gradients))
    optimizer.step()
    moved = zip(parameters, before, strict=True)
    changes = [None if one is None or old is None else _norm(one.detach() - old) for one, old in moved]
    return Step(tuple(gradients), tuple(changes))


def _require_bearable(model: nn.Module, optimizer: torch.optim.Optimizer | None) -> None:
    own = [parameter for _, parameter in tensors(model, "_parameters")]
    held = [one for group in optimizer.param_groups for one in group["params"]] if optimizer else []
    trained = {id(one): one.numel() for one in (*own, *held) if one.requires_grad}
    if sum(trained.values()) > MOST_TRAINED or len(held) > MAX_TENSORS:
        raise NoStep(f"more than {MOST_TRAINED:,} numbers would be trained")


def _copied(model: nn.Module, optimizer: torch.optim.Optimizer | None) -> tuple[nn.Module, Any]:
    """Copies that share what is frozen, which a step leaves alone."""
    memo: dict[int, Any] = {
        id(parameter): parameter
        for _, parameter in tensors(model, "_parameters")
        if not parameter.requires_grad
    }
    copy = deepcopy(model, memo)
    if optimizer is None:
        return copy, None
    # As an optimizer is pickled, which leaves out what a scheduler has put around its `step`.
    state = {**optimizer.__getstate__(), "state": {}}
    ours = type(optimizer).__new__(type(optimizer))
    ours.__setstate__(deepcopy(state, memo))
    ours.state = defaultdict(dict)
    return copy, ours


def _loss(model: nn.Module, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
    logits = forward(model, on_device_of(model, inputs))
    if not isinstance(logits, torch.Tensor) or logits.ndim < 2:
        raise NoStep("the model's answer is no tensor of logits")
    rows = logits.flatten(end_dim=-2)
    labels = torch.arange(len(rows), device=rows.device) % rows.shape[1]
    return nn.functional.cross_entropy(rows, labels)


def _norm(tensor: torch.Tensor) -> float:
    norm = tensor.detach().double().norm().item()
    if not math.isfinite(norm):
        raise NoStep("a step's numbers are not finite")
    return norm
