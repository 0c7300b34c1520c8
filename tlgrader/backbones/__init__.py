"""Pretrained backbones by name, and what their tensors are, bit for bit.

Two come in packages and need no network: ``efficientnet_lite0`` (images, ImageNet) and
``all-MiniLM-L6-v2`` (sentences). Any other name is a torchvision model or a model of the Hugging Face
hub, whose weights are fetched once and need the internet.
"""

from functools import cache
from typing import Any

import torch
from torch import nn

EFFICIENTNET_LITE0 = "efficientnet_lite0"
MINILM = "all-MiniLM-L6-v2"

__all__ = ["EFFICIENTNET_LITE0", "MINILM", "fingerprint", "load_backbone", "load_tokenizer"]


def load_backbone(
    name: str, *, classes: int | None = None, device: torch.device | str | None = None
) -> nn.Module:
    """Return a pretrained model in eval mode, all of its parameters trainable.

    With ``classes`` it has a fresh head of that many outputs. Without, it has the head it was published
    with (1,000 ImageNet classes for ``efficientnet_lite0``), or, where it was published without one, a
    fresh head of two outputs. Its attribute ``tlgrader_backbone`` is ``name``.

    Raises MachineError where weights are missing, damaged or need a network that is not there.
    """
    model = _load(name, classes).eval().requires_grad_(True)
    model.tlgrader_backbone = name  # type: ignore[assignment]  # nn.Module types attributes as modules
    return model.to(device or "cpu")


def load_tokenizer(name: str) -> Any:
    """Return the tokenizer that belongs to a language backbone.

    Raises MachineError where its files are missing or need a network that is not there.
    """
    if name == MINILM:
        from tlgrader.backbones import minilm

        return minilm.tokenizer()
    from tlgrader.backbones import hub

    return hub.tokenizer(name)


@cache
def fingerprint(name: str) -> dict[str, str]:
    """Return the digest of each pretrained parameter and buffer of a backbone, by its name.

    Names are those in the module that ``load_backbone`` returns. A head that is made afresh at each
    load is left out. The random state is the same after the call as before it.
    """
    from tlgrader.evidence.digest import digest

    with torch.random.fork_rng(devices=[]):
        model = load_backbone(name)
    tensors = [*model.named_parameters(), *model.named_buffers()]
    return {key: digest(tensor.detach()) for key, tensor in tensors if _is_pretrained(model, key)}


def _load(name: str, classes: int | None) -> nn.Module:
    if name == EFFICIENTNET_LITE0:
        from tlgrader.backbones import efficientnet

        return efficientnet.load(classes)
    if name == MINILM:
        from tlgrader.backbones import minilm

        return minilm.load(classes)
    from tlgrader.backbones import hub

    return hub.load(name, classes)


def _is_pretrained(model: nn.Module, name: str) -> bool:
    """A classifier of transformers adds a fresh head beside its base; other models have only their own."""
    prefix = getattr(model, "base_model_prefix", "")
    return name.startswith(f"{prefix}.") if prefix else True
