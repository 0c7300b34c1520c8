"""The observer: a live object goes in, evidence comes out, and the object is as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from tlgrader.evidence.answering import logits
from tlgrader.evidence.device import accelerator
from tlgrader.evidence.folders import observe_folder
from tlgrader.evidence.kinds import (
    MAX_TENSORS,
    Array,
    CallableEvidence,
    Evidence,
    FolderEvidence,
    LoraConfigEvidence,
    Missing,
    ModelEvidence,
    Opaque,
    OptimizerEvidence,
    OptimizerGroup,
    Step,
    TensorInfo,
    Value,
)
from tlgrader.evidence.layers import type_name
from tlgrader.evidence.loaders import dataset_of, describe_loader, is_loader
from tlgrader.evidence.modules import (
    Unobservable,
    backbones,
    describe_module,
    describe_parameter,
    describe_tensor,
    is_module,
    lora_layers,
    tensors,
    walk,
)
from tlgrader.evidence.names import LORA_CONFIG
from tlgrader.evidence.plain import NotPlain, encode_plain
from tlgrader.evidence.stepping import step_of_a_copy
from tlgrader.evidence.untouched import same_randomness

MAX_ARRAY_BYTES = 2**21
_TOLD = {*LoraConfigEvidence.__struct_fields__} - {"bias"} | {
    *("auto_mapping", "base_model_name_or_path", "peft_type", "peft_version", "revision", "runtime_config")
}
"""Options that are told by themselves, and those that peft fills in."""


class Observer:
    """Describes objects of the process that it lives in, and answers for those that it has described.

    Nothing is changed: no mode, gradient or random state. What it has described it holds on to, under
    handles and digests, until `forget`.
    """

    def __init__(self) -> None:
        self._handles = count()
        self._objects: dict[int, Any] = {}
        self._tensors: dict[str, torch.Tensor] = {}

    def observe(self, value: object) -> Evidence:
        """Evidence of `value`; `Opaque` where it is of no known kind, or breaks when it is looked at."""
        try:
            with same_randomness():
                return self._observe(value)
        except Unobservable as error:
            return Missing(str(error))
        except Exception:  # A student's object may raise anything from anywhere.
            return Opaque(_safe_type_name(value))

    def tensor(self, digest: str) -> torch.Tensor:
        """The tensor of this digest, on the CPU, detached. Raises KeyError where none was observed."""
        return self._tensors[digest].detach().cpu().contiguous()

    def logits(self, handle: int, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """As the function `logits`, of what was described. Raises KeyError for an unknown handle, too."""
        return logits(self._objects[handle], inputs)

    def call(self, handle: int, arguments: Sequence[object]) -> Evidence:
        """Evidence of what the function returns; Missing, with the reason, where it raises."""
        function = self._objects[handle]
        try:
            with same_randomness():
                result = function(*arguments)
        except Exception as error:
            said = f"`{_called(function)}` raised {type(error).__name__}: {error}"[:2_000]
            return Missing(said, tuple(str(kind.__name__)[:200] for kind in type(error).__mro__[:16]))
        return self.observe(result)

    def step(self, model: int, optimizer: int | None, inputs: Mapping[str, torch.Tensor], seed: int) -> Step:
        """As `step_of_a_copy`, of what was described. Raises KeyError for an unknown handle, too."""
        updates = None if optimizer is None else self._objects[optimizer]
        return step_of_a_copy(self._objects[model], updates, inputs, seed)

    def forget(self) -> None:
        """Let go of everything that was observed."""
        self._objects.clear()
        self._tensors.clear()

    def _observe(self, value: object) -> Evidence:
        if is_module(value):
            return self._model(value)
        if issubclass(type(value), torch.optim.Optimizer):
            return _optimizer(value, self._hold(value))
        if is_loader(value):
            return describe_loader(value, self._hold(dataset_of(value)))
        if _is_peft_config(value):
            return lora_config(value)
        if issubclass(type(value), torch.Tensor | np.ndarray | np.generic):
            return self._array(value)
        return self._folder(value) if issubclass(type(value), Path) else self._plain(value)  # type: ignore[arg-type]

    def _plain(self, value: object) -> Evidence:
        try:
            return Value(encode_plain(value, scalar=_scalar))
        except NotPlain as error:
            return self._other(value, error)

    def _model(self, model: nn.Module) -> ModelEvidence:
        evidence = ModelEvidence(
            handle=self._hold(model),
            type=type_name(type(model)),
            backbones=backbones(model),
            modules=tuple(describe_module(name, module) for name, module in walk(model)),
            parameters=tuple(describe_parameter(*entry) for entry in tensors(model, "_parameters")),
            buffers=tuple(describe_tensor(*entry) for entry in tensors(model, "_buffers")),
            lora=lora_layers(model),
            adapter_config=_adapter_config(model),
            accelerator=accelerator(),
        )
        self._keep(evidence.parameters, dict(tensors(model, "_parameters")))
        self._keep(evidence.buffers, dict(tensors(model, "_buffers")))
        return evidence

    def _array(self, value: Any) -> Evidence:
        """Numbers as plain values where there is one, as an array where there are few, else opaque."""
        scalar = _scalar(value)
        if scalar is not None:
            return Value(encode_plain(scalar))
        if value.nbytes > MAX_ARRAY_BYTES:
            return Opaque(f"{type(value).__name__} of shape {tuple(value.shape)}")
        tensor = value if isinstance(value, torch.Tensor) else torch.from_numpy(np.array(value, order="C"))
        tensor = tensor.detach().cpu().clone()
        info = describe_tensor("", tensor)
        self._tensors[info.digest] = tensor
        return Array(info, "torch" if isinstance(value, torch.Tensor) else "numpy")

    def _folder(self, path: Path) -> Evidence:
        evidence, files = observe_folder(path)
        if isinstance(evidence, FolderEvidence):
            for name, described in evidence.tensors.items():
                self._keep(described, files[name])
        return evidence

    def _other(self, value: object, error: NotPlain) -> Evidence:
        if callable(value):
            return CallableEvidence(self._hold(value), _called(value))
        return Opaque(type_name(type(value)), _unplain(value, error))

    def _hold(self, value: object) -> int:
        handle = next(self._handles)
        self._objects[handle] = value
        return handle

    def _keep(self, described: Sequence[TensorInfo], found: Mapping[str, torch.Tensor]) -> None:
        for info in described:
            self._tensors[info.digest] = found[info.name]


def lora_config(config: Any) -> LoraConfigEvidence:
    """Evidence of a peft configuration; one of another method has a rank of 0."""
    targets = getattr(config, "target_modules", None)
    saved = getattr(config, "modules_to_save", None)
    task = getattr(config, "task_type", None)
    return LoraConfigEvidence(
        type=type_name(type(config)),
        r=int(getattr(config, "r", 0)),
        lora_alpha=float(getattr(config, "lora_alpha", 0.0)),
        lora_dropout=float(getattr(config, "lora_dropout", 0.0)),
        target_modules=targets if targets is None or isinstance(targets, str) else _names(targets),
        task_type=None if task is None else str(getattr(task, "value", task)),
        bias=str(getattr(config, "bias", "none")),
        modules_to_save=None if saved is None else _names([saved] if isinstance(saved, str) else saved),
        use_dora=bool(getattr(config, "use_dora", False)),
        use_rslora=bool(getattr(config, "use_rslora", False)),
        others=_others(config),
    )


def _others(config: Any) -> dict[str, tuple[str, str]]:
    """The other options of a LoRA configuration that are not peft's own, each with its value and peft's."""
    kind = type(config)
    if type_name(kind) != LORA_CONFIG:
        return {}
    usual = vars(kind())
    asked = usual.keys() & vars(config).keys() - _TOLD
    texts = {name: (repr(vars(config)[name])[:200], repr(usual[name])[:200]) for name in sorted(asked)}
    return {name: (seen, own) for name, (seen, own) in texts.items() if seen != own}


def _names(names: Any) -> tuple[str, ...]:
    return tuple(sorted(str(name) for name in names))


def _is_peft_config(value: object) -> bool:
    return any(type_name(kind) == "peft.config.PeftConfigMixin" for kind in type(value).__mro__)


def _adapter_config(model: nn.Module) -> LoraConfigEvidence | None:
    """The configuration of the model's adapter, where it has exactly one."""
    for _, module in walk(model):
        configs = vars(module).get("peft_config", {})
        if isinstance(configs, dict) and len(configs) == 1:
            return lora_config(next(iter(configs.values())))
    return None


def _optimizer(optimizer: Any, handle: int) -> OptimizerEvidence:
    if sum(len(group["params"]) for group in optimizer.param_groups) > MAX_TENSORS:
        raise Unobservable(f"the optimizer has more than {MAX_TENSORS:,} parameters")
    groups = tuple(map(_group, optimizer.param_groups))
    return OptimizerEvidence(type=type_name(type(optimizer)), groups=groups, handle=handle)


def _group(group: Mapping[str, Any]) -> OptimizerGroup:
    return OptimizerGroup(
        lr=float(group.get("lr", 0.0)),
        weight_decay=float(group.get("weight_decay", 0.0)),
        tokens=tuple(id(parameter) for parameter in group["params"]),
        shapes=tuple(tuple(parameter.shape) for parameter in group["params"]),
        options={key: value for key, value in group.items() if key != "params" and _is_setting(value)},
    )


def _is_setting(value: object) -> bool:
    """Whether it is a number, or a few, as in ``betas``."""
    few = value if isinstance(value, tuple) and len(value) <= 4 else (value,)
    return all(isinstance(one, bool | int | float) for one in few)


def _scalar(value: object) -> object:
    """The number that a 0-d tensor, array or numpy scalar holds, or None."""
    if isinstance(value, torch.Tensor | np.ndarray | np.generic) and not value.shape:
        number = value.item()
        return number if isinstance(number, bool | int | float | str) else None
    return None


def _unplain(value: object, error: NotPlain) -> str:
    """Which entry keeps a dict from being plain data, and what that is; empty for anything else."""
    if error.entry is None or not issubclass(type(value), dict):
        return ""
    key, item = error.entry
    said = f"`{key!s:.100}` in it {_unplain_item(item, error)}"[:1_000]
    return said.encode("utf-8", "replace").decode("utf-8")


def _unplain_item(item: object, error: NotPlain) -> str:
    if issubclass(type(item), list | tuple | set | frozenset | dict):
        return f"holds what is not plain: {error}"
    shape = getattr(item, "shape", None)
    return f"is of type {type(item).__name__}" + (f", with shape {tuple(shape)}" if shape is not None else "")


def _called(value: object) -> str:
    name = getattr(value, "__name__", None)
    return name[:200] if isinstance(name, str) else type(value).__name__


def _safe_type_name(value: object) -> str:
    try:
        return type_name(type(value))[:1_000]
    except Exception:  # A metaclass may raise, too.
        return "object"
