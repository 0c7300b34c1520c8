"""What the hidden tests of adapted language models share: whether there is an adapter, and the losses of a history."""

from __future__ import annotations

from collections.abc import Mapping

from tlgrader.hidden import Finding, ModelEvidence, Strength, check, narrow, passed_unless


@check
def has_adapters(model: object) -> Finding:
    """Adapters are beside the pretrained parameters, whichever and wherever."""
    adapters = narrow(model, ModelEvidence, "model").lora
    problems = [] if adapters else ["the model has no adapter"]
    return passed_unless(problems, Strength.claimed, f"{len(adapters)} layers have adapters", "a LoRA model")


def losses_in(history: object) -> list[float]:
    """The numbers under ``loss``; none where there is no such list."""
    found = history.get("loss") if isinstance(history, Mapping) else None
    numbers = found if isinstance(found, list | tuple) else []
    return [float(number) for number in numbers if isinstance(number, int | float)]
