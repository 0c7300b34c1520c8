"""What the hidden tests of `troubleshooting` measure on, and what they say of plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

import torch

from tlcourse.backbones import load_backbone
from tlcourse.data import digits
from tlgrader.hidden import Labelled, NotThere, describe, name_of, one_thread, require_present

VALIDATION = 150  # the first so many validation digits are what the notebook measures on
TOLERANCE = 0.01  # of a measured accuracy; printed in the notebook
PROBES = 8
TARGET, MEMORY = slice(0, 250), slice(250, 500)


def plain_dict(thing: object, name: str, expected: str) -> Mapping[str, object]:
    """`thing` if it is a dict. Raises NotThere."""
    if isinstance(thing, Mapping):
        return thing
    require_present(thing, name, expected)
    raise NotThere(
        f"`{name_of(thing, name)}` is {describe(thing)}, a dict of plain values was expected",
        expected,
        f"let `{name_of(thing, name)}` be the dict that the cell began with, and fill it with plain numbers and words",
    )


def is_number(value: object) -> bool:
    """Whether it is a finite number, and no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def near(value: object, true: float) -> bool:
    """Whether it is a number that `true` may be told as."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value - true) <= TOLERANCE


def shown(value: object) -> str:
    """A value as a student reads it."""
    return f"{value:.3f}" if isinstance(value, float) else f"{value!r:.100}"


@cache
def _data(task: str, hidden: bool) -> Labelled:
    images, labels = digits.hidden("mnist") if hidden else digits.load("validation")
    public = digits.load("validation").images[:PROBES]
    if task == "target":
        images = turned(images)
    count = len(labels) if hidden else VALIDATION
    return Labelled(inputs={"x": images[:count]}, labels=labels[:count], probe={"x": public})


@cache
def trained_on(name: str) -> Labelled:
    """What the notebook trains on: ``target`` or ``memory``."""
    train, public = digits.load("train"), digits.load("validation").images[:PROBES]
    rows = TARGET if name == "target" else MEMORY
    images = turned(train.images[rows]) if name == "target" else train.images[rows]
    return Labelled(inputs={"x": images}, labels=train.labels[rows], probe={"x": public})


def hidden(task: str) -> Labelled:
    """Digits that nobody has seen: ``source``, upright, or ``target``, turned."""
    return _data(task, hidden=True)


def validation(task: str) -> Labelled:
    """The digits that the notebook measures on: ``source``, upright, or ``target``, turned."""
    return _data(task, hidden=False)


def turned(images: torch.Tensor) -> torch.Tensor:
    """Return images (N, 1, H, W) turned by 90 degrees, as the notebook turns them."""
    return torch.rot90(images, 1, (2, 3))


def pretrained_accuracy(data: Labelled) -> float:
    """The pretrained model's accuracy on `data`."""
    with torch.no_grad(), one_thread():
        right = backbone()(data.inputs["x"]).argmax(dim=1) == data.labels
    return right.double().mean().item()


@cache
def backbone() -> torch.nn.Module:
    """The pretrained model, as it is loaded."""
    with torch.random.fork_rng(devices=[]):
        return load_backbone("digits_resnet")
