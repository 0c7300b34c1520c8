"""A model without peft's wrappers: what it computes with, under the names of the model that was wrapped.

peft hides a layer behind an adapter, a saved module behind an original one, and the whole model behind two
more. Here each is replaced by the part that a forward pass uses; adapters are kept beside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tlgrader.evidence.kinds import LoraLayer, ModelEvidence, ModuleInfo, TensorInfo

LORA_LAYER = "peft.tuners.lora.layer."
SAVED_MODULE = "peft.utils.other.ModulesToSaveWrapper"
LORA_MODEL = "peft.tuners.lora.model.LoraModel"
PEFT_MODELS = frozenset(
    f"peft.peft_model.{name}"
    for name in (
        "PeftModel",
        "PeftModelForSequenceClassification",
        "PeftModelForFeatureExtraction",
        "PeftModelForTokenClassification",
        "PeftModelForQuestionAnswering",
    )
)


class CannotRebuild(Exception):
    """A model cannot be built from its evidence; the message says what stands in the way, in words."""


@dataclass(slots=True)
class Logical:
    """Modules in order, tensors and backbones, by the names that they have without peft."""

    modules: dict[str, ModuleInfo] = field(default_factory=dict)
    tensors: dict[str, TensorInfo] = field(default_factory=dict)
    adapters: dict[str, LoraLayer] = field(default_factory=dict)
    backbones: dict[str, str] = field(default_factory=dict)

    def children(self, path: str) -> list[str]:
        """The names of a module's children, in order."""
        prefix = f"{path}." if path else ""
        rest = (name.removeprefix(prefix) for name in self.modules if name.startswith(prefix) and name != path)
        return list(dict.fromkeys(name.partition(".")[0] for name in rest))


def logical(evidence: ModelEvidence) -> Logical:
    """`evidence` without peft. Raises CannotRebuild for what is not LoRA, and for adapters that sleep."""
    result, names = Logical(), _Names(evidence)
    for module in evidence.modules:
        name = names.of(module.name)
        if name is not None and not names.is_wrapper(module.name):
            result.modules[name] = module
    for tensor in (*evidence.parameters, *evidence.buffers):
        name = names.of_tensor(tensor.name)
        if name is not None:
            result.tensors[name] = tensor
    result.adapters = dict(_adapters(evidence, names))
    result.backbones = {
        name: root.name for root in evidence.backbones if (name := names.of(root.path)) is not None
    }
    return result


def _adapters(evidence: ModelEvidence, names: _Names) -> Iterator[tuple[str, LoraLayer]]:
    seen: set[str] = set()
    for layer in evidence.lora:
        name = names.of(layer.name)
        if layer.disabled or layer.merged:
            state = "disabled" if layer.disabled else "merged into the base"
            raise CannotRebuild(f"the adapter in `{layer.name}` is {state}")
        if name is None or not layer.active:
            continue
        if name in seen:
            raise CannotRebuild(f"`{layer.name}` has more than one active adapter")
        seen.add(name)
        yield name, layer


class _Names:
    """Maps the names of an observed model to those without peft; None for what a forward pass does not use."""

    def __init__(self, evidence: ModelEvidence) -> None:
        self._modules = {module.name: module for module in evidence.modules}
        self._active = {layer.name: layer.adapter for layer in evidence.lora if layer.active}
        self._found: dict[str, str | None] = {"": ""}

    def is_wrapper(self, name: str) -> bool:
        """Whether the module itself disappears, and one of its children takes its name."""
        module = self._modules[name]
        if module.hooks or module.patched:
            raise CannotRebuild(_stands_in_the_way(module)) if _is_peft(module.type) else _No
        return _is_peft(module.type) or self._is_saved_dict(name)
