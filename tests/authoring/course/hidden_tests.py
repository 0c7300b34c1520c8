"""Hidden tests of the converted notebook."""

import torch

from tlgrader.hidden import Finding, Labelled, accuracy

CLASSES = ("dark", "bright")


def _images(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % 2
    images = 0.1 * torch.randn(count, 3, 32, 32, generator=generator)
    return images + (2.0 * labels - 1).view(-1, 1, 1, 1), labels


def tells_dark_from_bright(model: object) -> Finding:
    """Accuracy on images that the notebook does not have."""
    images, labels = _images(64, seed=20_261)
    probe, _ = _images(4, seed=1)
    return accuracy(
        model, Labelled({"x": images}, labels, {"x": probe}), threshold=0.7, classes_named=CLASSES
    )
