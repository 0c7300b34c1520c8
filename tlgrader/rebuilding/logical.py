"""A model without peft's wrappers: what it computes with, under the names of the model that was wrapped.

peft hides a layer behind an adapter, a saved module behind an original one, and the whole model behind two
more. Here each is replaced by the part that a forward pass uses; adapters are kept beside.
"""

from __future__ import annotations

from dataclasses import dataclass

from tlgrader.architectures.recognised import declared_name, is_known, roots
from tlgrader.evidence.kinds import LoraLayer, ModelEvidence, ModuleInfo, TensorInfo

LORA_LAYER = "peft.tuners.lora.layer."
LORA_MODEL = "peft.tuners.lora.model.LoraModel"
PEFT_MODEL = "peft.peft_model.PeftModel"
SAVED_MODULE = "peft.utils.other.ModulesToSaveWrapper"
ADAPTER = "default"
"""What every adapter is called once it is without peft's names."""


class CannotRebuild(Exception):
    """A model cannot be built from its evidence; the message says what stands in the way, in words."""


@dataclass(frozen=True, slots=True)
class Logical:
    """Modules in order, tensors, adapters and backbones, each by the name that it has without peft."""

    modules: dict[str, ModuleInfo]
    tensors: dict[str, TensorInfo]
    adapters: dict[str, LoraLayer]
    adapter_tensors: dict[str, TensorInfo]
    backbones: dict[str, str]
    children: dict[str, tuple[str, ...]]


def logical(evidence: ModelEvidence) -> Logical:
    """`evidence` without peft. Raises CannotRebuild for what is not LoRA, and for adapters that are off."""
    names = _Names(evidence)
    modules = {name: m for m in evidence.modules if (name := names.of(m.name)) is not None and names.stays(m)}
    adapters = _adapters(evidence, names)
    tensors, adapter_tensors = {}, {}
    for tensor in (*evidence.parameters, *evidence.buffers):
        if (name := names.of_adapter_tensor(tensor.name)) is not None:
            adapter_tensors[name] = tensor
        elif (name := names.of(tensor.name)) is not None:
            tensors[name] = tensor
    return Logical(
        modules,
        tensors,
        adapters,
        adapter_tensors,
        {
            name: declared_name(root)
            for root in roots(evidence)
            if is_known(root) and (name := names.of(root.path)) is not None
        },
        _children(modules),
    )


def _children(modules: dict[str, ModuleInfo]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {name: [] for name in modules}
    for name in modules:
        parent, _, key = name.rpartition(".")
        if name and parent not in found:
            raise CannotRebuild(f"`{name}` is part of no module")
        if name:
            found[parent].append(key)
    return {name: tuple(keys) for name, keys in found.items()}


def _adapters(evidence: ModelEvidence, names: _Names) -> dict[str, LoraLayer]:
    found: dict[str, LoraLayer] = {}
    for layer in evidence.lora:
        name = names.of(layer.name)
        if layer.disabled or layer.merged:
            state = "disabled" if layer.disabled else "merged into the base"
            raise CannotRebuild(f"the adapter in `{layer.name}` is {state}")
        if name in found:
            raise CannotRebuild(f"`{layer.name}` has more than one active adapter")
        if name is not None and layer.active:
            found[name] = layer
    return found


class _Names:
    """Maps the names of an observed model to those without peft; to None what a forward pass does not use."""

    def __init__(self, evidence: ModelEvidence) -> None:
        self._modules = {module.name: module for module in evidence.modules}
        self._active = {layer.name: layer.adapter for layer in evidence.lora if layer.active}
        self._found: dict[str, str | None] = {"": ""}

    def of(self, name: str) -> str | None:
        """The name of a module or tensor without peft, or None where it plays no part."""
        if name not in self._found:
            parent, _, key = name.rpartition(".")
            above = self.of(parent)
            self._found[name] = None if above is None else self._below(parent, above, key)
        return self._found[name]

    def stays(self, module: ModuleInfo) -> bool:
        """Whether the module is there without peft, too."""
        saved = module.name.rpartition(".")
        if saved[2] == "modules_to_save" and self._type(saved[0]) == SAVED_MODULE:
            return False
        return not module.type.startswith("peft.")

    def of_adapter_tensor(self, name: str) -> str | None:
        """``<layer>.lora_A.default.weight`` for a tensor of an active adapter, else None."""
        layer, separator, rest = name.rpartition(".lora_")
        above = self.of(layer) if layer in self._active else None
        parts = f"lora_{rest}".split(".")
        if not separator or above is None or len(parts) < 2 or parts[1] != self._active[layer]:
            return None
        return ".".join([above, parts[0], ADAPTER, *parts[2:]])

    def _type(self, name: str) -> str:
        module = self._modules.get(name)
        return module.type if module else ""

    def _below(self, parent: str, above: str, key: str) -> str | None:
        """The name of `parent`'s child `key`, where `parent` is called `above` without peft."""
        kind = self._type(parent)
        grandparent, _, last = parent.rpartition(".")
        if last == "modules_to_save" and self._type(grandparent) == SAVED_MODULE:
            return above if key in self._saved(grandparent) else None
        if not kind.startswith("peft."):
            return f"{above}.{key}" if above else key
        return above if key == self._kept_child(parent, kind) else None

    def _kept_child(self, name: str, kind: str) -> str:
        if kind.startswith(LORA_LAYER):
            return "base_layer"
        if kind.startswith(PEFT_MODEL):
            return "base_model"
        if kind == LORA_MODEL:
            return "model"
        if kind == SAVED_MODULE:
            return "modules_to_save"
        raise CannotRebuild(f"`{name}` is a `{kind}`, and of peft only LoRA can be built again")

    def _saved(self, wrapper: str) -> list[str]:
        options = self._modules[wrapper].options
        if options.get("disabled") or not isinstance(options.get("active"), list):
            raise CannotRebuild(f"the saved module in `{wrapper}` is disabled")
        return options["active"][:1]
