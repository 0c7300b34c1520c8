"""Hidden tests of PyTorch's tutorial, and the pictures that stand for its data set: drawn ants and bees, from above."""

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torchvision.transforms import functional

from tlgrader import checks
from tlgrader.hidden import Finding, Labelled, accuracy, threshold

SIDE = 64
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]  # the tutorial's, as for ImageNet
CLASSES = ("ants", "bees")
HIDDEN_SEED, PUBLIC_SEED = 20_261, 2
HIDDEN, PROBES = 200, 4
_SAND, _GRASS = (190, 160, 120), (90, 150, 80)
_BROWN, _YELLOW, _BLACK = (60, 30, 25), (220, 180, 40), (40, 30, 20)


def draw(kind: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return one picture of the class, uint8 of shape (64, 64, 3), somewhere in the middle, turned somehow."""
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(float)
    turn, row, column = rng.uniform(0, np.pi), *rng.uniform(24, 40, 2)
    along = (columns - column) * np.cos(turn) + (rows - row) * np.sin(turn)
    across = (rows - row) * np.cos(turn) - (columns - column) * np.sin(turn)
    ground = np.array(_SAND if kind == "ants" else _GRASS) + rng.normal(0, 12, 3)
    picture = np.broadcast_to(ground, (SIDE, SIDE, 3)).copy()
    (_draw_ant if kind == "ants" else _draw_bee)(picture, along, across)
    return np.clip(picture + rng.normal(0, 10, (SIDE, SIDE, 1)), 0, 255).astype(np.uint8)


def _draw_ant(picture: NDArray[np.float64], along: NDArray[np.float64], across: NDArray[np.float64]) -> None:
    for centre, size in ((-13, 6), (0, 5), (12, 7)):
        picture[(along - centre) ** 2 + across**2 < size**2] = _BROWN


def _draw_bee(picture: NDArray[np.float64], along: NDArray[np.float64], across: NDArray[np.float64]) -> None:
    body = (along / 19) ** 2 + (across / 10) ** 2 < 1
    picture[body] = _YELLOW
    picture[body & (np.sin(0.7 * along) > 0.2)] = _BLACK


def pictures(count: int, seed: int) -> tuple[list[NDArray[np.uint8]], list[int]]:
    """Return so many pictures, ants and bees by turns, and their labels."""
    labels = [index % len(CLASSES) for index in range(count)]
    return [draw(CLASSES[label], np.random.default_rng([seed, i])) for i, label in enumerate(labels)], labels


def images(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return normalised images, float32 of shape (count, 3, 64, 64), and their labels."""
    drawn, labels = pictures(count, seed)
    floats = torch.from_numpy(np.stack(drawn)).permute(0, 3, 1, 2).float() / 255
    return functional.normalize(floats, MEAN, STD), torch.tensor(labels)


def is_pretrained(model: object) -> Finding:
    """Outside its last layer the model is the network that was loaded, bit for bit; batch norm may have moved."""
    return checks.base_untouched(model, backbone="resnet18", except_="fc")


def tells_ants_from_bees(model: object) -> Finding:
    """The accuracy on pictures that the notebook does not have is at least the printed threshold."""
    return accuracy(model, _hidden(), threshold=threshold(__file__, "accuracy"), classes_named=CLASSES)


@cache
def _hidden() -> Labelled:
    inputs, labels = images(HIDDEN, HIDDEN_SEED)
    probe, _ = images(PROBES, PUBLIC_SEED)
    return Labelled({"x": inputs}, labels, {"x": probe})
