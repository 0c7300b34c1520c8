"""Pretrained backbones by name, and what their tensors are, bit for bit.

Three come in packages and need no network: ``efficientnet_lite0`` (images, ImageNet),
``all-MiniLM-L6-v2`` (sentences) and ``digits_resnet`` (handwritten digits, MNIST). Any other name is a
torchvision model or a model of the Hugging Face hub, whose weights are fetched once and need the internet.
"""

from functools import cache
from typing import Any

import torch
from torch import nn

from tlgrader.errors import UsageError

DIGITS_RESNET = "digits_resnet"
EFFICIENTNET_LITE0 = "efficientnet_lite0"
MINILM = "all-MiniLM-L6-v2"
UNTRAINED = ":untrained"
"""Ends the name of a backbone whose weights are random, so that nothing takes it for the pretrained one."""

__all__ = [
    "DIGITS_RESNET",
    "EFFICIENTNET_LITE0",
    "MINILM",
    "UNTRAINED",
    "fingerprint",
    "load_backbone",
    "load_tokenizer",
]


def load_backbone(
    name: str,
    *,
    classes: int | None = None,
    pretrained: bool = True,
    device: torch.device | str | None = None,
) -> nn.Module:
    """Return a pretrained model in eval mode, all of its parameters trainable.

    With ``classes`` it has a fresh head of that many outputs. Without, it has the head it was published
    with (1,000 ImageNet classes for ``efficientnet_lite0``, ten digits for ``digits_resnet``), or, where it
    was published without one, a fresh head of two outputs. Its attribute ``tlgrader_backbone`` is ``name``.

    Raises MachineError where weights are missing, damaged or need a network that is not there, UsageError for
    a backbone that does not come untrained.
    """
    model = _load(name, classes) if pretrained else _untrained(name, classes)
    model = model.eval().requires_grad_(True)
    mark: Any = name if pretrained else f"{name}{UNTRAINED}"  # nn.Module types attributes as modules
    model.tlgrader_backbone = mark
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
    if name == DIGITS_RESNET:
        from tlgrader.backbones import digits_resnet

        return digits_resnet.load(classes)
    from tlgrader.backbones import hub

    return hub.load(name, classes)


def _untrained(name: str, classes: int | None) -> nn.Module:
    if name != EFFICIENTNET_LITE0:
        raise UsageError(
            f"{name!r} comes pretrained only; {EFFICIENTNET_LITE0!r} comes with random weights, too"
        )
    from tlgrader.backbones import efficientnet

    return efficientnet.untrained(classes)


def _is_pretrained(model: nn.Module, name: str) -> bool:
    """A classifier of transformers adds a fresh head beside its base; other models have only their own."""
    prefix = getattr(model, "base_model_prefix", "")
    return name.startswith(f"{prefix}.") if prefix else True
