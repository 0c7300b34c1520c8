"""Building a student's model again in the judge, from evidence alone.

Backbones are loaded afresh, layers of the allow-list are constructed, adapters are put by peft where they
were observed, and then every tensor that is not the fresh one is fetched by its digest. Nothing is imported
or evaluated by a name that a worker sent, and no pattern of a student's is matched.

What cannot be seen in evidence (an attribute of a backbone that changes what it computes) would go unnoticed
here: `evaluate` compares logits with the worker's before it relies on a rebuilt model.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Set
from typing import Any

import torch
from torch import nn

from tlgrader.architectures.pristine import pristine
from tlgrader.architectures.recognised import declared_name, is_known, roots, type_of
from tlgrader.evidence.digest import digest, dtype_name
from tlgrader.evidence.kinds import BackboneRoot, LoraLayer, ModelEvidence, ModuleInfo, TensorInfo
from tlgrader.evidence.layers import UnknownLayer, build, build_like, can_build
from tlgrader.evidence.modules import describe_module, join, walk
from tlgrader.evidence.observation import NotAsDescribed, Observation
from tlgrader.evidence.untouched import same_randomness
from tlgrader.rebuilding.logical import ADAPTER, CannotRebuild, Logical, logical
from tlgrader.rebuilding.unwrapping import unwrapped

MAX_NUMBERS = 250_000_000
"""The largest number of parameters and buffers together: 1 GB in float32."""
_ONLY_IN_TRAINING = {"momentum"}
"""Options of layers that make no difference in eval mode."""


def rebuild(observation: Observation) -> nn.Module:
    """The observed model, in eval mode, frozen, on the CPU, without drawing a random number.

    Raises CannotRebuild, with what stands in the way in words.
    """
    if not isinstance(observation.evidence, ModelEvidence):
        raise CannotRebuild(f"`{observation.name}` is not a model")
    evidence = unwrapped(observation.evidence)
    _require_ordinary(evidence)
    parts = logical(evidence)
    try:
        with same_randomness():
            return _Builder(observation, parts).build()
    except (NotAsDescribed, UnknownLayer) as error:
        raise CannotRebuild(str(error)) from error


def _require_ordinary(evidence: ModelEvidence) -> None:
    """Raise CannotRebuild for code that only the student's process has, and for what is too large."""
    known = {type_of(info) for root in roots(evidence) if is_known(root) for info in _infos(root)}
    for module in evidence.modules:
        reason = _own_code(module, known)
        if reason:
            raise CannotRebuild(f"`{module.name}` {reason}" if module.name else f"the model {reason}")
    if sum(tensor.size for tensor in (*evidence.parameters, *evidence.buffers)) > MAX_NUMBERS:
        raise CannotRebuild("the model is too large")


def _infos(root: BackboneRoot) -> Iterable[ModuleInfo]:
    return pristine(declared_name(root)).infos.values()


def _own_code(module: ModuleInfo, known: Set[str]) -> str:
    """What keeps a module from being built; a class of the author's own, which an architecture has, does not."""
    if module.foreign and type_of(module) not in known:
        return f"is a `{module.type}`, a class of the notebook's own"
    if module.patched:
        return "has a `forward` that is not its library's"
    if module.hooks:
        return f"has {module.hooks} forward hook{'s' if module.hooks > 1 else ''}"
    return ""


class _Builder:
    """Builds one model."""

    def __init__(self, observation: Observation, parts: Logical) -> None:
        self._observation = observation
        self._parts = parts
        self._digests: dict[int, str] = {}

    def build(self) -> nn.Module:
        """The model with all its tensors."""
        if "" not in self._parts.modules:
            raise CannotRebuild("the model has no root")
        model = self._grow("", None, None)
        self._load(model, self._parts.tensors)
        if self._parts.adapters:
            _require_ranks(self._parts)
            _inject(model, self._parts.adapters)
            self._load(model, self._parts.adapter_tensors, adapters=True)
        return model.eval().requires_grad_(False)

    def _grow(self, path: str, found: nn.Module | None, known: ModuleInfo | None) -> nn.Module:
        """The module at `path`: a backbone's own where it is as observed, else a layer of the list."""
        wanted = self._parts.modules[path]
        if path in self._parts.backbones:
            found, known = self._backbone(path)
        if found is None or known is None or not _is_same(known, wanted):
            found = _new(path, wanted, found)
        self._grow_children(path, found)
        return found

    def _backbone(self, path: str) -> tuple[nn.Module, ModuleInfo]:
        fresh = pristine(self._parts.backbones[path])
        self._digests |= fresh.digests
        return fresh.copy(), fresh.infos[""]

    def _grow_children(self, path: str, module: nn.Module) -> None:
        wanted = self._parts.children[path]
        lost = [key for key, child in module._modules.items() if child is not None and key not in wanted]
        if lost:
            raise CannotRebuild(f"`{path or 'the model'}` has no `{lost[0]}` any more")
        nothing = {key: None for key, child in module._modules.items() if child is None}
        children: dict[str, nn.Module | None] = {}
        for key in wanted:
            found = module._modules.get(key)
            known = None if found is None else describe_module(key, found)
            children[key] = self._grow(join(path, key), found, known)
        module._modules.clear()
        module._modules.update(nothing | children)

    def _load(self, model: nn.Module, wanted: dict[str, TensorInfo], *, adapters: bool = False) -> None:
        """Give every tensor of `model` the observed content; CannotRebuild unless names are the same."""
        places = {**dict(_places(model, "_parameters")), **dict(_places(model, "_buffers"))}
        if adapters:
            places = {name: place for name, place in places.items() if ".lora_" in name}
        for name in places.keys() ^ wanted.keys():
            who = "the model lacks" if name in places else "the model has, unexpectedly,"
            raise CannotRebuild(f"{who} the tensor `{name}`")
        for name, (module, table, key) in places.items():
            self._set(getattr(module, table), key, wanted[name])

    def _set(self, table: dict[str, torch.Tensor], key: str, info: TensorInfo) -> None:
        """Put the tensor that `info` describes into `table`, unless it is there."""
        present = table[key]
        if (tuple(present.shape), dtype_name(present.dtype)) != (info.shape, info.dtype):
            raise CannotRebuild(
                f"`{info.name}` is {info.dtype} of shape {list(info.shape)}, "
                f"{dtype_name(present.dtype)} of shape {list(present.shape)} was expected"
            )
        if not present.is_meta and (self._digests.get(id(present)) or digest(present)) == info.digest:
            return
        tensor = self._observation.tensor(info)
        if tensor.stride() != present.stride():
            # Laid out in memory as the fresh one: another order of sums gives other last bits.
            tensor = torch.empty_like(present, device="cpu").copy_(tensor)
        table[key] = nn.Parameter(tensor, False) if isinstance(present, nn.Parameter) else tensor


def _places(model: nn.Module, table: str) -> list[tuple[str, tuple[nn.Module, str, str]]]:
    """Every tensor's name, with the module, the table and the key under which it is held."""
    return [
        (join(name, key), (module, table, key))
        for name, module in walk(model)
        for key, tensor in getattr(module, table).items()
        if tensor is not None
    ]


def _is_same(known: ModuleInfo, wanted: ModuleInfo) -> bool:
    return (type_of(known), _in_eval_mode(known)) == (type_of(wanted), _in_eval_mode(wanted))


def _in_eval_mode(module: ModuleInfo) -> dict[str, Any]:
    """The options that have a bearing in eval mode, in which the judge evaluates."""
    return {key: value for key, value in module.options.items() if key not in _ONLY_IN_TRAINING}


def _new(path: str, wanted: ModuleInfo, found: nn.Module | None) -> nn.Module:
    """A layer of the list, or one like the architecture's own, its tensors not there yet. Raises CannotRebuild."""
    if can_build(wanted.type):
        return build(wanted.type, wanted.options)
    if found is not None and type_of(describe_module(path, found)) == type_of(wanted):
        return build_like(found, wanted.options)
    if not path:
        raise CannotRebuild(f"a `{wanted.type}` is none of the architectures that the course declares")
    raise CannotRebuild(f"`{path}` is a `{wanted.type}`, which is not a layer that can be built again")


def _require_ranks(parts: Logical) -> None:
    """Raise CannotRebuild for a rank that is not its tensors': peft would allocate what an adapter claims."""
    for name, layer in parts.adapters.items():
        places = (f"{name}.lora_A.{ADAPTER}.weight", f"{name}.lora_embedding_A.{ADAPTER}")
        matrix = next(
            (parts.adapter_tensors[place] for place in places if place in parts.adapter_tensors), None
        )
        if matrix is None or matrix.shape[:1] != (layer.r,):
            raise CannotRebuild(
                f"the adapter in `{name}` says that its rank is {layer.r}, and its tensors do not"
            )


def _inject(model: nn.Module, adapters: dict[str, LoraLayer]) -> None:
    """Let peft put an adapter into exactly the layers where one was observed."""
    from peft import LoraConfig, inject_adapter_in_model

    for name in adapters:
        _require_adaptable(model, name)
    modes = {(layer.use_dora, layer.use_rslora) for layer in adapters.values()}
    if len(modes) > 1:
        raise CannotRebuild("some adapters use DoRA or rsLoRA and some do not")
    ((use_dora, use_rslora),) = modes
    config = LoraConfig(
        target_modules="|".join(re.escape(name) for name in adapters),
        rank_pattern={f"^{re.escape(name)}": layer.r for name, layer in adapters.items()},
        use_dora=use_dora,
        use_rslora=use_rslora,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        inject_adapter_in_model(config, model, adapter_name=ADAPTER)
    for name, layer in adapters.items():
        place: Any = model.get_submodule(name)
        place.scaling[ADAPTER] = layer.scaling


def _require_adaptable(model: nn.Module, name: str) -> None:
    from transformers.pytorch_utils import Conv1D  # GPT-2's linear layers

    target = model.get_submodule(name)
    if type(target) not in (nn.Linear, nn.Conv2d, nn.Embedding, Conv1D):
        raise CannotRebuild(
            f"`{name}` has an adapter and is a {type(target).__name__}, which none is built for"
        )
