"""Probes: what linear layers make of a pretrained backbone's features, computed by the judge itself.

Features belong to public or hidden images and to no submission, so they are remembered over a cohort.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from tlcourse.backbones import EFFICIENTNET_LITE0
from tlgrader.hidden import (
    ModelEvidence,
    NotAsDescribed,
    NotThere,
    digest,
    narrow_observation,
    one_thread,
    pristine,
)

BATCH = 50
STATISTICS = 32
"""From so many images an untrained network has its batch-norm statistics: without them features vanish."""
MOST = 16

_kept: dict[tuple[str, bool], torch.Tensor] = {}


def features(images: torch.Tensor, *, trained: bool = True) -> torch.Tensor:
    """EfficientNet-Lite0's pooled features of images: (N, 3, H, W) to (N, 1280).

    Not `trained`, it has random weights of seed 0, and the first images set its batch-norm statistics.
    """
    key = (digest(images), trained)
    if key not in _kept:
        if len(_kept) >= MOST:
            _kept.clear()
        network: Any = pristine(EFFICIENTNET_LITE0).module if trained else _untrained(images[:STATISTICS])
        with torch.no_grad(), one_thread():
            maps = [network.forward_features(batch) for batch in torch.split(images, BATCH)]
            _kept[key] = torch.cat([network.forward_head(batch, pre_logits=True) for batch in maps])
    return _kept[key]


def _untrained(images: torch.Tensor) -> Any:
    network: Any = copy.deepcopy(pristine(EFFICIENTNET_LITE0).module)
    with torch.random.fork_rng(devices=[]), torch.no_grad(), one_thread():
        torch.manual_seed(0)
        for layer in network.modules():
            if hasattr(layer, "reset_parameters"):
                layer.reset_parameters()
            if isinstance(layer, nn.BatchNorm2d):
                layer.momentum = 1.0
        network.train()(images)
    return network.eval()


def cross_validated(features: torch.Tensor, labels: torch.Tensor, folds: int = 5) -> float:
    """The share of rows that a probe fitted to the other folds predicts rightly; row i is in fold i % folds.

    The probe is ridge regression on one-hot labels, as strong as the mean of the features' squared norms.
    """
    fold = torch.arange(len(labels)) % folds
    right = 0
    for one in range(folds):
        fitted, held_out = fold != one, fold == one
        predicted_classes = predicted(features[fitted], labels[fitted], features[held_out])
        right += int((predicted_classes == labels[held_out]).sum())
    return right / len(labels)


def predicted(features: torch.Tensor, labels: torch.Tensor, new: torch.Tensor) -> torch.Tensor:
    """The classes of `new` that a probe predicts which was fitted to `features` and `labels`."""
    features, targets = features.double(), F.one_hot(labels).double()
    center, base = features.mean(dim=0), targets.mean(dim=0)
    products = (features - center) @ (features - center).T
    ridge = products.diagonal().mean() * torch.eye(len(features), dtype=torch.float64)
    weights = (features - center).T @ torch.linalg.solve(products + ridge, targets - base)
    return ((new.double() - center) @ weights + base).argmax(dim=1)


def logits(model: object, layer: str, features: torch.Tensor, classes: int) -> torch.Tensor:
    """What the linear layer `layer` of a model answers to features, from its tensors: (N, F) to (N, classes).

    Raises NotThere, in words, where there is no model, or no such layer of F inputs and `classes` outputs.
    """
    expected = f"a linear layer `{layer}` of {features.shape[1]} inputs and {classes} outputs"
    observation, evidence = narrow_observation(model, ModelEvidence, "model")
    found = {p.name: p for p in evidence.parameters if p.name.rpartition(".")[0] == layer}
    wanted = {f"{layer}.weight": (classes, features.shape[1]), f"{layer}.bias": (classes,)}
    if {name: info.shape for name, info in found.items()} != wanted:
        said = f"`{observation.name}` has no {expected.removeprefix('a ')}"
        raise NotThere(said, expected, "keep each layer under the name of the text, with its bias")
    try:
        weight, bias = (observation.tensor(found[name]).float() for name in wanted)
    except NotAsDescribed as error:
        raise NotThere(str(error), expected) from error
    with one_thread():
        return F.linear(features, weight, bias)
