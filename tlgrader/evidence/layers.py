"""Layers that can be built again from data, with the options that building them takes.

The judge constructs these and nothing else beside the backbones that it loads itself. An option's name here
is a constructor's argument and the attribute that holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

from tlgrader.evidence.kinds import JSON

LIBRARIES = ("torch", "torchvision", "timm", "transformers", "peft", "tlgrader")


class UnknownLayer(Exception):
    """No layer of this type with these options can be built."""


_CONVOLUTION = (
    *("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias"),
    "padding_mode",
)
_BATCH_NORM = ("num_features", "eps", "momentum", "affine", "track_running_stats")
_MAX_POOL = ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode")
_LAYERS: tuple[tuple[type[nn.Module], tuple[str, ...]], ...] = (
    (nn.Linear, ("in_features", "out_features", "bias")),
    (nn.Conv2d, _CONVOLUTION),
    (nn.Conv1d, _CONVOLUTION),
    (nn.BatchNorm1d, _BATCH_NORM),
    (nn.BatchNorm2d, _BATCH_NORM),
    (nn.LayerNorm, ("normalized_shape", "eps", "elementwise_affine", "bias")),
    (nn.RMSNorm, ("normalized_shape", "eps", "elementwise_affine")),
    (nn.GroupNorm, ("num_groups", "num_channels", "eps", "affine")),
    (nn.InstanceNorm2d, _BATCH_NORM),
    (nn.Embedding, ("num_embeddings", "embedding_dim", "padding_idx")),
    (nn.Dropout, ("p",)),
    (nn.Dropout1d, ("p",)),
    (nn.Dropout2d, ("p",)),
    (nn.ReLU, ()),
    (nn.ReLU6, ()),
    (nn.LeakyReLU, ("negative_slope",)),
    (nn.ELU, ("alpha",)),
    (nn.GELU, ("approximate",)),
    (nn.SiLU, ()),
    (nn.Mish, ()),
    (nn.PReLU, ("num_parameters",)),
    (nn.Softplus, ("beta", "threshold")),
    (nn.Hardswish, ()),
    (nn.Hardsigmoid, ()),
    (nn.Tanh, ()),
    (nn.Sigmoid, ()),
    (nn.Softmax, ("dim",)),
    (nn.LogSoftmax, ("dim",)),
    (nn.Flatten, ("start_dim", "end_dim")),
    (nn.Identity, ()),
    (nn.MaxPool1d, _MAX_POOL),
    (nn.MaxPool2d, _MAX_POOL),
    (
        nn.AvgPool2d,
        ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"),
    ),
    (nn.AdaptiveAvgPool1d, ("output_size",)),
    (nn.AdaptiveAvgPool2d, ("output_size",)),
    (nn.AdaptiveMaxPool2d, ("output_size",)),
    (nn.Sequential, ()),
)
_CONTAINERS = (nn.Sequential,)


def type_name(kind: type) -> str:
    """As in ``torch.nn.modules.linear.Linear``."""
    return f"{kind.__module__}.{kind.__qualname__}"


_BY_NAME = {type_name(kind): (kind, options) for kind, options in _LAYERS}


def options_of(module: nn.Module) -> dict[str, JSON]:
    """The options of a layer of the list or of a subclass of one (timm's batch norm); else none."""
    for kind, options in _LAYERS:
        if issubclass(type(module), kind):
            return {option: _option(module, option) for option in options}
    return {}


def _option(module: nn.Module, name: str) -> JSON:
    value = getattr(module, name, None)
    if name == "bias":
        return value is not None
    if isinstance(value, tuple | list):
        return [item if item is None else int(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(module).__name__}.{name} is a {type(value).__name__}")


def can_build(type_name: str) -> bool:
    """Whether `build` knows this type."""
    return type_name in _BY_NAME


def build(type_name: str, options: Mapping[str, JSON]) -> nn.Module:
    """A layer of the list on the meta device, so without numbers: they take memory once they are there.

    A Sequential comes empty. Raises UnknownLayer for a type that is not of the list and for options that its
    constructor does not take.
    """
    if type_name not in _BY_NAME:
        raise UnknownLayer(f"`{type_name}` is not a layer that can be built again")
    kind, names = _BY_NAME[type_name]
    if set(options) != set(names):
        raise UnknownLayer(f"`{type_name}` came with the options {sorted(options)}")
    if kind in _CONTAINERS:
        return kind()
    return _construct(kind, {name: _argument(options[name]) for name in names})


def build_like(layer: nn.Module, options: Mapping[str, JSON]) -> nn.Module:
    """A layer of the class of `layer`, which the caller made itself, with other options, on the meta device.

    Libraries have classes of their own for layers of the list, as timm has for linear ones. Raises UnknownLayer for
    one that is none of them, and for options that its constructor does not take.
    """
    names = next((names for kind, names in _LAYERS if isinstance(layer, kind)), ())
    if not names or set(options) != set(names):
        raise UnknownLayer(f"`{type_name(type(layer))}` is not a layer that can be built again")
    return _construct(type(layer), {name: _argument(options[name]) for name in names})


def _argument(value: JSON) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _construct(kind: Callable[..., nn.Module], options: dict[str, Any]) -> nn.Module:
    try:
        with torch.device("meta"):
            return kind(**options)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise UnknownLayer(f"a layer cannot be built with {options}: {error}") from error
