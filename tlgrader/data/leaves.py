"""Leaves with five conditions: photographs drawn from seeds, or a folder of real ones.

Train and validation leaves come from public seeds; hidden ones, for grading, from this installation's
secret of 128 bits, so that nobody can have seen them. ``TLGRADER_LEAVES`` may name a folder with
``train/``, ``validation/`` and, where the judge runs, ``hidden/``, each with a folder of images per
class (torchvision's ``ImageFolder``): those are used instead.
"""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from tlgrader.data import leaf_painter
from tlgrader.data.home import data_home
from tlgrader.errors import MachineError, UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE = leaf_painter.SIZE
MEAN = STD = 0.5
SECRET = "leaves.seed"
FOLDER_VARIABLE = "TLGRADER_LEAVES"
HIDDEN_COUNT = 400
_PUBLIC = {"train": (1, 200), "validation": (2, 100)}
_SHUFFLE = 2**32  # an index that no leaf has


@dataclass(frozen=True, slots=True)
class Leaves:
    """A set of labelled leaves, ready for a backbone.

    ``images``: float32, shape (N, 3, 96, 96), normalised with mean 0.5 and standard deviation 0.5, so
    that they lie between -1 and 1. ``labels``: int64, shape (N,), indices into ``classes``.
    """

    images: torch.Tensor
    labels: torch.Tensor
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)


def load(split: str) -> Leaves:
    """Return the public leaves of a split: 200 of "train" or 100 of "validation".

    Raises UsageError for any other split, MachineError where a configured folder lacks it.
    """
    if split not in _PUBLIC:
        raise UsageError(f"there is no public split {split!r}; there are {' and '.join(_PUBLIC)}")
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        return _from_folder(Path(folder), split)
    return _drawn(*_PUBLIC[split])


def install() -> None:
    """Create this installation's hidden seed unless it has one. The grader calls it before it grades."""
    data_home().ensure_secret(SECRET)


def hidden(count: int = HIDDEN_COUNT) -> Leaves:
    """Return the leaves for grading: ``count`` drawn ones, or all in the configured folder.

    Raises MachineError where there are none: in every sandbox, and before ``install``.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        return _from_folder(Path(folder), "hidden")
    return _drawn(int(data_home().read_hidden(SECRET), 16), count)


def show(leaves: Leaves, count: int = 10) -> "Figure":
    """Plot the first ``count`` leaves, five in a row, with the names of their classes above them."""
    from matplotlib import pyplot

    rows = -(-count // 5)
    figure, axes = pyplot.subplots(rows, 5, figsize=(10, 2.3 * rows), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, image, label in zip(axes.flat, leaves.images[:count], leaves.labels, strict=False):
        axis.imshow((image * STD + MEAN).permute(1, 2, 0).clamp(0, 1).numpy())
        axis.set_title(leaves.classes[label])
    figure.tight_layout()
    return figure


def _drawn(seed: int, count: int) -> Leaves:
    pictures, labels = _draw(seed, count)
    return _leaves(pictures, labels, leaf_painter.CONDITIONS)


@cache
def _draw(seed: int, count: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Draw a set with as many leaves of each class as can be, in a random order."""
    classes = len(leaf_painter.CONDITIONS)
    labels = np.random.default_rng([seed, _SHUFFLE]).permutation(np.arange(count) % classes)
    pictures = [
        leaf_painter.draw(leaf_painter.CONDITIONS[label], np.random.default_rng([seed, index]))
        for index, label in enumerate(labels)
    ]
    return np.stack(pictures), labels


def _leaves(pictures: NDArray[np.uint8], labels: NDArray[np.int64], classes: tuple[str, ...]) -> Leaves:
    images = torch.from_numpy(pictures).float().div_(255).sub_(MEAN).div_(STD)
    return Leaves(images, torch.from_numpy(labels.copy()), classes)


def _from_folder(folder: Path, split: str) -> Leaves:
    pictures, labels, classes = _read(folder / split)
    if classes != (expected := _classes(folder / "train")):
        raise MachineError(f"{folder / split} has the classes {classes}, its train/ has {expected}")
    return _leaves(pictures, labels, classes)


def _classes(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.name for path in folder.glob("*") if path.is_dir()))


@cache
def _read(folder: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64], tuple[str, ...]]:
    """Read a folder of images: the short side scaled to 96 pixels, the middle cut out."""
    from torchvision.datasets import ImageFolder
    from torchvision.transforms import CenterCrop, Compose, PILToTensor, Resize

    try:
        images = ImageFolder(folder, Compose([Resize(SIZE), CenterCrop(SIZE), PILToTensor()]))
    except FileNotFoundError as error:
        raise MachineError(
            f"{FOLDER_VARIABLE} should have a folder {folder.name}/ with a folder of images for each "
            f"class, but: {error}"
        ) from error
    pictures = np.stack([picture.numpy() for picture, _ in images])
    return pictures, np.array(images.targets, dtype=np.int64), tuple(images.classes)
