"""Leaves with five conditions: photographs drawn from seeds, or a folder of real ones.

Train and validation leaves come from public seeds; hidden ones, for grading, from this installation's
secret of 128 bits, so that nobody can have seen them. `install` stores all sets in the data home, of
which the sandbox shows the public part; without it, as on a student's machine, public leaves are drawn
when they are asked for. At set-up ``TLGRADER_LEAVES`` may name a folder with ``train/``, ``validation/``
and ``hidden/``, each with a folder of images per class (torchvision's ``ImageFolder``): those are stored
instead. Leaves of the kind "field", harder ones, are always drawn.
"""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from tlcourse.data import leaf_painter
from tlgrader.data_home import DataHome, data_home
from tlgrader.errors import MachineError, UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE = leaf_painter.SIZE
MEAN = STD = 0.5
SECRET = "leaves.seed"
FOLDER_VARIABLE = "TLGRADER_LEAVES"
HIDDEN_COUNT = 400
Kind = Literal["plain", "field"]
"""A leaf by itself, or a field photograph: a smaller leaf, often on another one, in uneven light."""
_PUBLIC = {"train": (1, 200), "validation": (2, 100)}
_PUBLIC_FIELD = {"train": (1, 160), "validation": (2, 60)}
ACROSS = 5
_GAP = 18  # pixels between shown leaves, with room for a name
_SHUFFLE = 2**32  # an index that no leaf has


class Pictures(NamedTuple):
    """Pixels, uint8 of shape (N, 3, 96, 96), their labels and the names of the classes."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]


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


def load(split: str, kind: Kind = "plain") -> Leaves:
    """Return the public leaves of a split: 200 of "train" or 100 of "validation", or those of a real folder.

    Of the kind "field" there are 160 and 60. Raises UsageError for any other split.
    """
    public = _PUBLIC if kind == "plain" else _PUBLIC_FIELD
    if split not in public:
        raise UsageError(f"there is no public split {split!r}; there are {' and '.join(public)}")
    home, file = data_home(), _file(split, kind)
    if (home.public / file).is_file():
        return _leaves(_unpacked(home.read_public(file)))
    return _leaves(_draw(*public[split], kind))


def hidden(kind: Kind = "plain") -> Leaves:
    """Return the leaves for grading: 400 drawn ones of this kind, or those of a real folder where it is "plain".

    Raises MachineError where there are none: in every sandbox, and before `install`.
    """
    return _leaves(_unpacked(data_home().read_hidden(_file("hidden", kind))))


def install(*, hidden: bool = True) -> None:
    """Store the public sets and, for a grader, the `hidden` one.

    That is drawn from this installation's secret, which is made unless there is one. Raises MachineError where the
    folder that ``TLGRADER_LEAVES`` names lacks a split or a class.
    """
    home, folder = data_home(), os.environ.get(FOLDER_VARIABLE)
    splits = (*_PUBLIC, "hidden") if hidden else tuple(_PUBLIC)
    secret = _secret(home) if hidden else None
    _store(home, "plain", _real(Path(folder), splits) if folder else _drawn(secret, "plain"))
    _store(home, "field", _drawn(secret, "field"))


def _secret(home: DataHome) -> int:
    home.ensure_secret(SECRET)
    return int(home.read_hidden(SECRET), 16)


def _store(home: DataHome, kind: Kind, sets: dict[str, Pictures]) -> None:
    for split, pictures in sets.items():
        write = home.write_hidden if split == "hidden" else home.write_public
        write(_file(split, kind), _packed(pictures))


def show(leaves: Leaves, count: int = 10) -> "Figure":
    """Plot the first ``count`` leaves, five in a row, with the names of their classes above them."""
    from matplotlib import pyplot

    shown = (leaves.images[:count] * STD + MEAN).clamp(0, 1)
    rows, step = -(-len(shown) // ACROSS), SIZE + _GAP
    figure, axis = pyplot.subplots(figsize=(10, 2.2 * rows))
    canvas = np.ones((rows * step, ACROSS * step, 3))
    for place, (image, label) in enumerate(zip(shown, leaves.labels, strict=False)):
        top, left = place // ACROSS * step + _GAP, place % ACROSS * step
        canvas[top : top + SIZE, left : left + SIZE] = image.permute(1, 2, 0).numpy()
        axis.text(left + SIZE / 2, top - 3, leaves.classes[label], ha="center", fontsize=12)
    axis.imshow(canvas)  # one picture: axes of their own for each leaf take five times as long
    axis.axis("off")
    return figure


def _file(split: str, kind: Kind) -> str:
    return f"leaves-{split}.npz" if kind == "plain" else f"field-leaves-{split}.npz"


def _packed(pictures: Pictures) -> bytes:
    content = io.BytesIO()
    np.savez_compressed(
        content, pixels=pictures.pixels, labels=pictures.labels, classes=np.array(pictures.classes)
    )
    return content.getvalue()


@cache
def _unpacked(content: bytes) -> Pictures:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return Pictures(arrays["pixels"], arrays["labels"], tuple(str(name) for name in arrays["classes"]))


def _leaves(pictures: Pictures) -> Leaves:
    images = torch.from_numpy(pictures.pixels).float().div_(255).sub_(MEAN).div_(STD)
    return Leaves(images, torch.from_numpy(pictures.labels.copy()), pictures.classes)


def _drawn(secret: int | None, kind: Kind) -> dict[str, Pictures]:
    public = _PUBLIC if kind == "plain" else _PUBLIC_FIELD
    seeds = {**public, **({} if secret is None else {"hidden": (secret, HIDDEN_COUNT)})}
    return {split: _draw(seed, count, kind) for split, (seed, count) in seeds.items()}


@cache
def _draw(seed: int, count: int, kind: Kind) -> Pictures:
    """Draw a set with as many leaves of each class as can be, in a random order."""
    classes = leaf_painter.CONDITIONS
    labels = np.random.default_rng([seed, _SHUFFLE]).permutation(np.arange(count) % len(classes))
    draw = leaf_painter.draw if kind == "plain" else leaf_painter.draw_in_field
    pixels = [
        draw(classes[label], np.random.default_rng([seed, index])) for index, label in enumerate(labels)
    ]
    return Pictures(np.stack(pixels), labels, classes)


def _real(folder: Path, splits: Sequence[str]) -> dict[str, Pictures]:
    sets = {split: _read(folder / split) for split in splits}
    for split, pictures in sets.items():
        if pictures.classes != sets["train"].classes:
            expected = sets["train"].classes
            raise MachineError(
                f"{folder / split} has the classes {pictures.classes}, its train/ has {expected}"
            )
    return sets


def _read(folder: Path) -> Pictures:
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
    pixels = np.stack([picture.numpy() for picture, _ in images])
    return Pictures(pixels, np.array(images.targets, dtype=np.int64), tuple(images.classes))
