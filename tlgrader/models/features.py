"""Remembering what a backbone computes: submissions that share it, bit for bit, cost its evaluation once.

Only timm's networks are remembered, whose forward is their features, their pooling and their classifier, in
that order. What is remembered belongs to the content of all modules and tensors outside the classifier, and
to that of the inputs.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import msgspec
import torch
from torch import nn

from tlgrader.evidence.digest import digest
from tlgrader.evidence.kinds import ModelEvidence
from tlgrader.evidence.names import is_within

MOST = 128
"""How many batches are kept: 64 images of EfficientNet-Lite0 are 330 KB."""


class Features:
    """A memory of pooled features."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], torch.Tensor] = OrderedDict()

    def logits(self, model: Any, evidence: ModelEvidence, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """What `model`, rebuilt from `evidence`, answers to one batch: to the last bit as if called.

        Call it only where the model has a head, as `head_of` says.
        """
        head = head_of(model)
        key = (content(evidence, without=head), digest(inputs["x"]))
        if key not in self._kept:
            self._kept[key] = model.forward_head(model.forward_features(inputs["x"]), pre_logits=True)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        answer: torch.Tensor = model.get_submodule(head)(self._kept[key])
        return answer


def head_of(model: nn.Module) -> str | None:
    """The name of the classifier of a network of timm's, whichever now stands there; None for any other model."""
    if not type(model).__module__.startswith("timm.models."):
        return None
    settings: Any = getattr(model, "pretrained_cfg", None) or {}
    name = settings.get("classifier")
    return name if isinstance(name, str) and name in dict(model.named_children()) else None


def content(evidence: ModelEvidence, *, without: str | None = None) -> str:
    """A digest over all that a model computes with, in eval mode or not, but for the module `without`."""
    tensors = (*evidence.parameters, *evidence.buffers)
    parts = (
        evidence.type,
        [(root.path, root.name) for root in evidence.backbones],
        [
            (m.name, m.type, m.options, m.hooks, m.patched, m.foreign)
            for m in evidence.modules
            if not _is_in(m.name, without)
        ],
        [(t.name, t.digest) for t in tensors if not _is_in(t.name, without)],
        evidence.lora,
    )
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def _is_in(name: str, module: str | None) -> bool:
    return module is not None and is_within(name, (module,))
