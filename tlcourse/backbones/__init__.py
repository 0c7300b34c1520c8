"""The course's pretrained backbones, by name.

Four need no network once the course is set up: ``efficientnet_lite0`` (images, ImageNet), ``all-MiniLM-L6-v2``
(sentences), ``digits_resnet`` (handwritten digits, MNIST) and ``smollm2-135m`` (a decoder). Any other name is a
torchvision model or a model of the Hugging Face hub, whose weights are fetched once and need the internet.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from tlgrader import architectures
from tlgrader.architectures import UNTRAINED
from tlgrader.errors import UsageError

DIGITS_RESNET = "digits_resnet"
EFFICIENTNET_LITE0 = "efficientnet_lite0"
MINILM = "all-MiniLM-L6-v2"
SMOLLM2 = "smollm2-135m"

__all__ = [
    "DIGITS_RESNET",
    "EFFICIENTNET_LITE0",
    "MINILM",
    "SMOLLM2",
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

    With ``classes`` it has a fresh head of that many outputs; a decoder has none. Without, it has the head that it
    was published with (1,000 ImageNet classes for ``efficientnet_lite0``, ten digits for ``digits_resnet``), or,
    where it was published without one, a fresh head of two outputs. Its attribute ``tlgrader_backbone`` is ``name``.

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
        from tlcourse.backbones import minilm

        return minilm.tokenizer()
    if name == SMOLLM2:
        from tlcourse.backbones import smollm2

        return smollm2.tokenizer()
    from tlcourse.backbones import hub

    return hub.tokenizer(name)


def fingerprint(name: str) -> Mapping[str, str]:
    """Return the digest of each pretrained parameter and buffer of a backbone, by its name.

    Names are those in the module that ``load_backbone`` returns. A head that is made afresh at each
    load is left out. Raises UsageError for a backbone that is not one of the four.
    """
    known = architectures.fingerprint(name)
    if known is None:
        raise UsageError(f"the weights of {name!r} are not known beforehand")
    return known


def _load(name: str, classes: int | None) -> nn.Module:
    if name == EFFICIENTNET_LITE0:
        from tlcourse.backbones import efficientnet

        return efficientnet.load(classes)
    if name == MINILM:
        from tlcourse.backbones import minilm

        return minilm.load(classes)
    if name == DIGITS_RESNET:
        from tlcourse.backbones import digits_resnet

        return digits_resnet.load(classes)
    if name == SMOLLM2:
        return _decoder(classes)
    from tlcourse.backbones import hub

    return hub.load(name, classes)


def _decoder(classes: int | None) -> nn.Module:
    if classes is not None:
        raise UsageError(f"{SMOLLM2!r} writes tokens and has no classes: load it without `classes`")
    from tlcourse.backbones import smollm2

    return smollm2.load()


def _untrained(name: str, classes: int | None) -> nn.Module:
    if name != EFFICIENTNET_LITE0:
        raise UsageError(
            f"{name!r} comes pretrained only; {EFFICIENTNET_LITE0!r} comes with random weights, too"
        )
    from tlcourse.backbones import efficientnet

    return efficientnet.untrained(classes)


def warm_up() -> None:
    """Load each backbone once, before any notebook runs.

    What libraries do at a first load is then done, and forks know the files' checksums and the tensors' digests.
    """
    from tlcourse.backbones import minilm
    from tlgrader.evidence.digest import know

    for name in (EFFICIENTNET_LITE0, MINILM, DIGITS_RESNET):
        model = load_backbone(name)
        know([*model.parameters(), *model.buffers()])
    minilm.keep_spares()


def efficientnet_lite0() -> nn.Module:
    """EfficientNet-Lite0 with ImageNet's weights and head."""
    return load_backbone(EFFICIENTNET_LITE0)


def all_minilm() -> nn.Module:
    """all-MiniLM-L6-v2 with a fresh head of two outputs."""
    return load_backbone(MINILM)


def digits_network() -> nn.Module:
    """digits_resnet with the weights that it was published with."""
    return load_backbone(DIGITS_RESNET)


def decoder() -> nn.Module:
    """smollm2-135m with the weights that it was published with."""
    return load_backbone(SMOLLM2)
