"""A module described: its tree, parameters, buffers and adapters, read without calling its methods.

A student's class may override ``parameters()`` or ``named_modules()``: what counts is what torch's forward
would use, so the tree is read from the dictionaries in which ``nn.Module`` keeps it.
"""

from __future__ import annotations

import inspect
import math
import os
import sys
from collections.abc import Iterator
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, TypeGuard

import torch
from torch import nn

from tlgrader.evidence.digest import digest as digest_of
from tlgrader.evidence.digest import dtype_name
from tlgrader.evidence.kinds import (
    MAX_MODULES,
    MAX_TENSORS,
    BackboneRoot,
    LoraLayer,
    ModuleInfo,
    ParameterInfo,
    TensorInfo,
)
from tlgrader.evidence.layers import LIBRARIES, options_of, type_name

MAX_NAME = 1_000


class Unobservable(Exception):
    """An object that cannot be described; its message says why, for a student."""


def is_module(value: object) -> TypeGuard[nn.Module]:
    """Whether `value` is a module by its real type, not by what it says its class is."""
    return issubclass(type(value), nn.Module)


def walk(root: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Every module under `root` with its name, parents first, children in order, shared ones repeatedly.

    Raises Unobservable for a module that contains itself and for trees beyond `MAX_MODULES`.
    """
    stack: list[tuple[str, nn.Module, frozenset[int]]] = [("", root, frozenset())]
    count = 0
    while stack:
        name, module, above = stack.pop()
        count += 1
        if id(module) in above:
            raise Unobservable(f"the module `{name}` contains itself")
        if count > MAX_MODULES or len(name) > MAX_NAME:
            raise Unobservable("the model has too many modules")
        yield name, module
        children = [(join(name, key), child) for key, child in _table(module, "_modules")]
        stack.extend((key, child, above | {id(module)}) for key, child in reversed(children))


def join(path: str, name: str) -> str:
    """`path.name`, or `name` at the root."""
    return f"{path}.{name}" if path else name


def tensors(root: nn.Module, table: str) -> Iterator[tuple[str, torch.Tensor]]:
    """The entries of ``_parameters`` or ``_buffers`` of every module under `root`, with their full names.

    Raises Unobservable beyond `MAX_TENSORS`, which the judge would not take.
    """
    count = 0
    for name, module in walk(root):
        for key, tensor in _table(module, table):
            count += 1
            if count > MAX_TENSORS:
                raise Unobservable(f"the model has more than {MAX_TENSORS:,} parameters or buffers")
            yield join(name, key), tensor


def _table(module: nn.Module, name: str) -> list[tuple[str, Any]]:
    entries = vars(module).get(name, {})
    return [(str(key), entry) for key, entry in entries.items() if entry is not None]


def describe_tensor(name: str, tensor: torch.Tensor) -> TensorInfo:
    """A tensor's description. Raises Unobservable where it has no numbers yet."""
    return TensorInfo(name, *_tensor_fields(name, tensor))


def describe_parameter(name: str, tensor: torch.Tensor) -> ParameterInfo:
    """A parameter's description, with its identity in this process."""
    return ParameterInfo(
        name, *_tensor_fields(name, tensor), requires_grad=bool(tensor.requires_grad), token=id(tensor)
    )


def _tensor_fields(name: str, tensor: torch.Tensor) -> tuple[tuple[int, ...], str, str, str]:
    if not issubclass(type(tensor), torch.Tensor):
        raise Unobservable(f"`{name}` is a {type(tensor).__name__}, not a tensor")
    if nn.parameter.is_lazy(tensor):
        raise Unobservable(f"`{name}` has no shape yet: pass one batch through the model first")
    try:
        return tuple(tensor.shape), dtype_name(tensor.dtype), digest_of(tensor), str(tensor.device)
    except (RuntimeError, NotImplementedError) as error:
        raise Unobservable(f"`{name}` cannot be read: {error}") from error


def describe_module(name: str, module: nn.Module) -> ModuleInfo:
    """What kind of module it is, and what stands between it and the library's own."""
    kind = type(module)
    return ModuleInfo(
        name=name,
        type=type_name(kind),
        options=_options(module),
        training=bool(vars(module).get("training", False)),
        hooks=_hooks(module) + (_global_hooks() if not name else 0),
        patched=_is_patched(module),
        foreign=_is_foreign(kind),
        requires_grad=_flag(module),
    )


def _flag(module: nn.Module) -> bool | None:
    flag = vars(module).get("requires_grad")
    return None if flag is None else bool(flag)


def _options(module: nn.Module) -> dict[str, Any]:
    if type_name(type(module)) == "peft.utils.other.ModulesToSaveWrapper":
        active: Any = module.active_adapters
        return {"active": [str(name) for name in active], **_disabled(module)}
    if type_name(type(module)).startswith("peft.tuners.lora.layer."):
        variants: dict[str, Any] = vars(module).get("lora_variant", {})
        return {"variants": {str(key): type_name(_class_of(item)) for key, item in variants.items()}}
    try:
        return options_of(module)
    except (TypeError, ValueError):
        return {"unreadable": True}


def _class_of(value: object) -> type:
    return value if isinstance(value, type) else type(value)


def _disabled(module: nn.Module) -> dict[str, bool]:
    return {"disabled": bool(vars(module).get("_disable_adapters", False))}


def _hooks(module: nn.Module) -> int:
    return sum(len(vars(module).get(table, ())) for table in ("_forward_hooks", "_forward_pre_hooks"))


def _global_hooks() -> int:
    tables = nn.modules.module
    return len(tables._global_forward_hooks) + len(tables._global_forward_pre_hooks)


def _is_foreign(kind: type) -> bool:
    """Whether a class is not the library's own, or only says that it is."""
    library = kind.__module__.partition(".")[0]
    if library not in LIBRARIES:
        return True
    found: Any = sys.modules.get(kind.__module__)
    for part in kind.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is not kind


def _is_patched(module: nn.Module) -> bool:
    """Whether ``forward`` or ``__call__`` is another than the one in its library's files."""
    if {"forward", "__call__", "_call_impl"} & vars(module).keys():
        return True
    kind = type(module)
    if not _is_from(inspect.getattr_static(kind, "__call__"), nn.Module.__module__):
        return True
    return not _is_foreign(kind) and not _is_from(inspect.getattr_static(kind, "forward"), kind.__module__)


def _is_from(function: object, module: str) -> bool:
    """Whether `function` was compiled from a file of one of the libraries.

    Libraries decorate each other's and their own functions, so it need not be the same one.
    """
    if not isinstance(function, FunctionType):
        return False
    return function.__code__.co_filename.startswith(_folders())


def _folders() -> tuple[str, ...]:
    return _folders_of(tuple(map(sys.modules.get, LIBRARIES)))


@cache
def _folders_of(libraries: tuple[ModuleType | None, ...]) -> tuple[str, ...]:
    """The libraries' folders, as text: a model asks for them a thousand times."""
    files = (getattr(library, "__file__", None) for library in libraries)
    return tuple(os.path.dirname(file) + os.sep for file in files if file)  # noqa: PTH120


def backbones(root: nn.Module) -> tuple[BackboneRoot, ...]:
    """Where `load_backbone` left its mark."""
    marks = ((name, vars(module).get("tlgrader_backbone")) for name, module in walk(root))
    return tuple(BackboneRoot(name, mark) for name, mark in marks if isinstance(mark, str))


def lora_layers(root: nn.Module) -> tuple[LoraLayer, ...]:
    """Every adapter in every layer that peft's LoRA wraps."""
    wrapped: list[tuple[str, Any]] = [
        (name, module)
        for name, module in walk(root)
        if type_name(type(module)).startswith("peft.tuners.lora.layer.")
    ]
    return tuple(_lora_layer(name, module, str(adapter)) for name, module in wrapped for adapter in module.r)


def _lora_layer(name: str, module: Any, adapter: str) -> LoraLayer:
    return LoraLayer(
        name=name,
        r=int(module.r[adapter]),
        alpha=float(module.lora_alpha[adapter]),
        scaling=float(module.scaling[adapter]),
        dropout=float(getattr(module.lora_dropout[adapter], "p", 0.0)),
        use_dora=bool(module.use_dora.get(adapter, False)),
        use_rslora=_uses_rslora(module, adapter),
        adapter=adapter,
        active=adapter in module.active_adapters,
        merged=adapter in module.merged_adapters,
        disabled=bool(module.disable_adapters),
    )


def _uses_rslora(module: Any, adapter: str) -> bool:
    """Whether the adapter is scaled by the root of its rank. Only newer peft's layers say so by themselves."""
    said = vars(module).get("use_rslora")
    if said is not None:
        return bool(said.get(adapter, False))
    r, scaling = int(module.r[adapter]), float(module.scaling[adapter])
    return r > 1 and math.isclose(scaling * math.sqrt(r), float(module.lora_alpha[adapter]))
