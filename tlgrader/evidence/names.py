"""Names of modules and tensors without what peft puts into them, to be compared with a backbone's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tlgrader.evidence.kinds import BackboneRoot, ModelEvidence, ParameterInfo, TensorInfo

_PEFT = re.compile(
    r"(?:^|(?<=\.))(?:_orig_mod\.|base_model\.model\.|base_layer\.|original_module\.|modules_to_save\.[^.]+\.)"
)

LORA_CONFIG = "peft.tuners.lora.config.LoraConfig"
"""The type of a LoRA configuration."""


def plain_name(name: str) -> str:
    """``base_model.model.bert.pooler.dense.base_layer.weight`` -> ``bert.pooler.dense.weight``."""
    stripped = _PEFT.sub("", f"{name}.")[:-1]
    return "" if stripped == "base_model" else stripped


def is_adapter(name: str) -> bool:
    """Whether a tensor or module of this name belongs to a LoRA adapter."""
    return any(part.startswith("lora_") for part in name.split("."))


def is_within(name: str, prefixes: Iterable[str]) -> bool:
    """Whether the plain form of `name` is one of `prefixes` or lies under one."""
    plain = plain_name(name)
    return any(plain == prefix or plain.startswith(f"{prefix}.") for prefix in prefixes)


def under(root: BackboneRoot, evidence: ModelEvidence) -> Mapping[str, TensorInfo]:
    """The tensors of a backbone in a model by their names in a fresh one.

    Of a saved and an original module that peft holds side by side, the saved one counts.
    """
    prefix = f"{root.path}." if root.path else ""
    found: dict[str, TensorInfo] = {}
    for tensor in (*evidence.parameters, *evidence.buffers):
        if not tensor.name.startswith(prefix) or is_adapter(tensor.name):
            continue
        name = plain_name(tensor.name.removeprefix(prefix))
        if name not in found or "original_module" not in tensor.name:
            found[name] = tensor
    return found


def unique_parameters(evidence: ModelEvidence) -> tuple[ParameterInfo, ...]:
    """The model's parameters, a shared one once."""
    return tuple({parameter.token: parameter for parameter in reversed(evidence.parameters)}.values())[::-1]
