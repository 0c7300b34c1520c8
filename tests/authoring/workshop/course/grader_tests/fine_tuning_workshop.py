"""Hidden tests of the workshop's first notebook, and the pictures that stand for its data set.

A picture is a field of leaves seen from above: ground and growth in a pattern that the class decides. Training,
validation and test pictures are drawn from public seeds, hidden ones from another.
"""

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torchvision.transforms import functional

from tlgrader import checks
from tlgrader.hidden import Finding, Labelled, accuracy, threshold

SIDE = 64
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]  # the notebook's, as for ImageNet
HIDDEN_SEED, PUBLIC_SEED = 20_261, 3
HIDDEN, PROBES = 200, 4
_COLOURS = {
    "Bean_Blight": ((50, 90, 160), (190, 120, 150)),
    "Bean_Healthy": ((60, 150, 60), (80, 170, 80)),
    "Maize_Healthy": ((190, 180, 60), (90, 130, 40)),
    "Maize_Mildew": ((200, 205, 200), (90, 150, 90)),
    "Maize_Rust": ((150, 90, 50), (60, 120, 50)),
}
CLASSES = tuple(_COLOURS)


def draw(kind: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return one picture of the class, uint8 of shape (64, 64, 3)."""
    ground, growth = (np.array(colour, dtype=float) for colour in _COLOURS[kind])
    noise = rng.normal(0, 12, (SIDE, SIDE, 1)) + rng.normal(0, 10, 3)
    share = _pattern(kind, rng)[..., None]
    return np.clip(ground * (1 - share) + growth * share + noise, 0, 255).astype(np.uint8)


def _pattern(kind: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return where things grow, between 0 and 1, of shape (64, 64)."""
    rows, columns = np.mgrid[:SIDE, :SIDE] * rng.uniform(0.8, 1.2)
    across, down = rng.uniform(0, 2 * np.pi, 2)
    if kind == "Bean_Healthy":
        return 0.5 + 0.5 * np.sin(0.1 * (columns + rows) + across)
    if kind == "Bean_Blight":
        return np.sin(0.5 * (columns - rows) + across) > 0
    if kind == "Maize_Healthy":
        return np.sin(0.9 * columns + across) > 0
    period, least = (0.6, 0.3) if kind == "Maize_Rust" else (0.35, 0.0)
    return np.sin(period * columns + across) * np.sin(period * rows + down) > least


def keeps_the_backbone(model: object) -> Finding:
    """What was trained is the pretrained network, and outside its classifier nothing of it has changed."""
    return checks.base_untouched(model, backbone="efficientnet_b0", except_="classifier")


def recognises_diseases(model: object) -> Finding:
    """The accuracy on pictures that the notebook does not have is at least the printed threshold."""
    least = threshold(__file__, "accuracy")
    return accuracy(model, _hidden(), threshold=least, classes_named=CLASSES)


@cache
def _hidden() -> Labelled:
    inputs, labels = images(HIDDEN, HIDDEN_SEED)
    probe, _ = images(PROBES, PUBLIC_SEED)
    return Labelled({"x": inputs}, labels, {"x": probe})


def images(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return normalised images, float32 of shape (count, 3, 64, 64), and their labels."""
    labels = torch.arange(count) % len(CLASSES)
    drawn = [draw(CLASSES[i % len(CLASSES)], np.random.default_rng([seed, i])) for i in range(count)]
    images = torch.from_numpy(np.stack(drawn)).permute(0, 3, 1, 2).float() / 255
    return functional.normalize(images, MEAN, STD), labels
