"""A training step that the notebook's process took with copies, taken again by the judge.

What a process says of an object's flags, modes and settings it could make up. What a step of it does to every
parameter follows from all of these together, and the judge computes it from the tensors: who would make that up has to
have the right model and optimizer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from tlgrader.architectures.recognised import declared_name, is_known, roots
from tlgrader.architectures.registry import architecture
from tlgrader.errors import GraderError
from tlgrader.evidence.kinds import (
    ModelEvidence,
    OptimizerEvidence,
    OptimizerGroup,
    ParameterInfo,
    Step,
    TensorInfo,
)
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.stepping import taken
from tlgrader.evidence.untouched import same_randomness
from tlgrader.rebuilding.logical import ADAPTER, CannotRebuild, Logical, logical
from tlgrader.rebuilding.rebuild import rebuild
from tlgrader.rebuilding.unwrapping import unwrapped

SEED = 14
NEAR = 1e-3
"""Norms of a gradient may differ by this share; those of a change by ten times as much, since Adam divides."""
FAINT = 1e-4
"""What is smaller than this share of the largest norm may be anything: rounding, which Adam blows up."""
_OPTIMIZERS = ("SGD", "Adam", "AdamW", "NAdam", "RAdam", "Adamax", "Adagrad", "Adadelta", "RMSprop", "ASGD")
_HOW_IT_COMPUTES = {"foreach", "fused", "capturable", "differentiable", "initial_lr"}


def difference(model: Observation, optimizer: Observation | None = None) -> str:
    """How a step in the notebook differs from the judge's, in words; empty where they agree.

    Raises CannotRebuild, with the reason, where there are no two steps to compare.
    """
    return _REMEMBERED.difference(model, optimizer)


class _Remembered:
    """The last comparison: the lines of one grade cell look at the same evidence."""

    def __init__(self) -> None:
        self._of: tuple[object, object] = (None, None)
        self._found: str | CannotRebuild = ""

    def difference(self, model: Observation, optimizer: Observation | None) -> str:
        of = (model.evidence, optimizer.evidence if optimizer else None)
        if self._of[0] is not of[0] or self._of[1] is not of[1]:
            self._found = _compared(model, optimizer)
            self._of = of
        if isinstance(self._found, CannotRebuild):
            raise self._found
        return self._found


_REMEMBERED = _Remembered()


def _compared(model: Observation, optimizer: Observation | None) -> str | CannotRebuild:
    evidence = model.evidence
    assert isinstance(evidence, ModelEvidence)
    try:
        inputs = _example(evidence)
        theirs = _theirs(model, optimizer, inputs)
        return _difference(evidence, theirs, _ours(model, optimizer, inputs))
    except CannotRebuild as reason:
        return reason


def _example(evidence: ModelEvidence) -> Mapping[str, torch.Tensor]:
    for root in roots(evidence):
        if is_known(root) and architecture(declared_name(root)).example is not None:
            return architecture(declared_name(root)).inputs()
    raise CannotRebuild("course.py declares no example of what the model takes")


def _theirs(model: Observation, optimizer: Observation | None, inputs: Mapping[str, torch.Tensor]) -> Step:
    assert isinstance(model.evidence, ModelEvidence)
    updates = optimizer.evidence if optimizer else None
    handle = updates.handle if isinstance(updates, OptimizerEvidence) else None
    try:
        return model.source.step(model.evidence.handle, handle, inputs, SEED)
    except GraderError:
        raise
    except Exception as error:  # A student's model may raise anything; the worker passes it on.
        raise CannotRebuild(f"its process took no step: {error}"[:300]) from error


def _ours(model: Observation, optimizer: Observation | None, inputs: Mapping[str, torch.Tensor]) -> Step:
    evidence = model.evidence
    assert isinstance(evidence, ModelEvidence)
    built, held = _as_it_trains(model)
    parameters = [held.get(info.token) for info in evidence.parameters]
    try:
        with same_randomness():
            return taken(built, parameters, _optimizer(optimizer, held), inputs, SEED)
    except GraderError:
        raise
    except Exception as error:  # torch's, at settings that only a student's process has, or at a shape.
        raise CannotRebuild(f"the judge could take no step: {error}"[:300]) from error


def _as_it_trains(model: Observation) -> tuple[nn.Module, dict[int, nn.Parameter]]:
    """The model with its flags and modes, tensors of its own, and its parameters by token."""
    assert isinstance(model.evidence, ModelEvidence)
    evidence = unwrapped(model.evidence)
    parts, built = logical(evidence), rebuild(model)
    held: dict[int, nn.Parameter] = {}
    for name, info in {**parts.tensors, **parts.adapter_tensors}.items():
        layer, _, key = name.rpartition(".")
        _own(
            built.get_submodule(f"{layer}.base_layer" if layer in parts.adapters else layer), key, info, held
        )
    for name, described in parts.modules.items():
        built.get_submodule(name).training = described.training
    _put_dropout(built, parts, {module.name: module.training for module in evidence.modules})
    return built, held


def _own(module: nn.Module, key: str, info: TensorInfo, held: dict[int, nn.Parameter]) -> None:
    """Give `module` a tensor of its own: a step must change nothing that other rebuilt models share."""
    if isinstance(info, ParameterInfo):
        module._parameters[key] = _held(module._parameters[key], info, held)
    else:
        buffer = module._buffers[key]
        module._buffers[key] = None if buffer is None else buffer.clone()


def _put_dropout(built: nn.Module, parts: Logical, modes: Mapping[str, bool]) -> None:
    """Give adapters their dropout, which a model that is only evaluated does without."""
    for name, layer in parts.adapters.items():
        training = modes.get(f"{layer.name}.lora_dropout.{layer.adapter}", False)
        dropout: Any = built.get_submodule(f"{name}.lora_dropout")
        dropout[ADAPTER] = nn.Dropout(layer.dropout).train(training)


def _held(
    present: nn.Parameter | None, info: ParameterInfo, held: dict[int, nn.Parameter]
) -> nn.Parameter | None:
    """The parameter of this token: one that is tied has several names. Frozen ones share their numbers."""
    if present is None:
        return None
    if info.token not in held:
        numbers = present.detach()
        own = numbers.clone() if info.requires_grad else numbers
        held[info.token] = nn.Parameter(own, info.requires_grad)
    return held[info.token]


def _optimizer(
    observation: Observation | None, held: Mapping[int, nn.Parameter]
) -> torch.optim.Optimizer | None:
    if observation is None:
        return None
    evidence = observation.evidence
    assert isinstance(evidence, OptimizerEvidence)
    library, _, name = evidence.type.rpartition(".")
    if not library.startswith("torch.optim") or name not in _OPTIMIZERS:
        raise CannotRebuild(f"a `{evidence.type}` is no optimizer of torch's")
    kind = getattr(torch.optim, name)
    made: torch.optim.Optimizer = kind([_group(group, held) for group in evidence.groups])
    return made


def _group(group: OptimizerGroup, held: Mapping[int, nn.Parameter]) -> dict[str, object]:
    settings = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in group.options.items()
        if key not in _HOW_IT_COMPUTES
    }
    return {**settings, "params": [held[token] for token in group.tokens if token in held]}


def _difference(evidence: ModelEvidence, theirs: Step, ours: Step) -> str:
    if len(theirs.gradients) != len(ours.gradients) or len(theirs.changes) != len(ours.changes):
        return "a step of it moves other parameters than it has"
    names = [info.name for info in evidence.parameters]
    for name, one, other in zip(names, theirs.gradients, ours.gradients, strict=True):
        if (one is None) != (other is None):
            got, lacks = ("gets a gradient", "none") if one is not None else ("gets no gradient", "one")
            return f"`{name}` {got} in the notebook, and {lacks} by what is said of the model"
    for what, first, second, share in (
        ("gradient", theirs.gradients, ours.gradients, NEAR),
        ("change", theirs.changes, ours.changes, 10 * NEAR),
    ):
        far = _far(names, first, second, share)
        if far:
            return f"the {what} of `{far}` is another one in the notebook"
    return ""


def _far(
    names: list[str], first: tuple[float | None, ...], second: tuple[float | None, ...], share: float
) -> str:
    """The first parameter whose norms differ too much; empty where there is none."""
    pairs = [(one or 0.0, other or 0.0) for one, other in zip(first, second, strict=True)]
    faint = FAINT * max((max(pair) for pair in pairs), default=0.0)
    named = zip(names, pairs, strict=False)
    return next((name for name, (a, b) in named if abs(a - b) > share * max(a, b) + faint), "")
