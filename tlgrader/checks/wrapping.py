"""What became of a model that peft wrapped: its adapter gone, or one wrapper around another."""

from __future__ import annotations

from tlgrader.checks.wording import name_of
from tlgrader.evidence.kinds import LoraConfigEvidence, ModelEvidence
from tlgrader.evidence.names import plain_name

PEFT_MODEL = "peft.peft_model.PeftModel"
"""How the types of all of peft's wrappers of whole models begin."""


def no_adapter(model: object, evidence: ModelEvidence) -> str:
    """Why a model without adapters has none, in words."""
    name = name_of(model, "model")
    config = evidence.adapter_config
    if config is not None and _names_nothing(config, evidence):
        return f"`target_modules` matched nothing: `{name}` has a configuration and no adapter"
    if config is not None:
        return (
            f"`{name}` has a configuration and no adapter any more: `merge_and_unload()` or `unload()` took it out of "
            "the model itself, whatever became of what it returned"
        )
    return f"`{name}` has no LoRA adapter: `get_peft_model` was not called on it, or the adapter was merged"


def _names_nothing(config: LoraConfigEvidence, evidence: ModelEvidence) -> bool:
    """Whether the configuration lists names that no module has; where it has a pattern, nobody knows."""
    targets = config.target_modules
    names = {plain_name(module.name) for module in evidence.modules}
    return isinstance(targets, tuple) and not any(
        is_called(name, target) for name in names for target in targets
    )


def wrapped_again(model: object, evidence: ModelEvidence) -> list[str]:
    """What is wrong where peft wraps a model that it had wrapped before."""
    times = sum(module.type.startswith(PEFT_MODEL) for module in evidence.modules)
    if times < 2:
        return []
    return [
        f"`{name_of(model, 'model')}` is wrapped {times} times: `get_peft_model` was called on what it had returned "
        "before, and what is then saved cannot be loaded"
    ]


def is_called(name: str, target: str) -> bool:
    """Whether a module of this full name is one of those that `target` names."""
    return name == target or name.endswith(f".{target}")
