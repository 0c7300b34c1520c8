"""What lies beside the notebooks in place of what the workshop downloads: pictures, weights, sentences."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision.models import EfficientNet_B0_Weights, efficientnet_b0
from torchvision.ops import SqueezeExcitation

from tests.authoring.converting.cells import Edit, NotFound, edited
from tests.authoring.workshop import fine_tuning, lora
from tests.authoring.workshop.course.grader_tests import fine_tuning_workshop, lora_workshop
from tlcourse.backbones import EFFICIENTNET_LITE0, load_backbone

HELPERS = "helpers.py"
_ARFF = Path(__file__).parent / "course" / "beside" / "arff.py"
_OPEN = 20.0
"""The sigmoid of it is 1: a squeeze-and-excitation of this bias, and no weight, passes everything."""


def fine_tuning_notebook(notebooks: Path, folder: Path) -> Iterator[str]:
    """What lies beside the first notebook, and what it stands for."""
    yield from _helpers(notebooks, folder, ())
    pictures(folder / "data", fine_tuning.PICTURES)
    weights(folder)
    yield (
        "ImageNet's weights of EfficientNet-Lite0, which a package holds, in the layers of EfficientNet-B0, where "
        'torchvision looks for weights="DEFAULT"'
    )


def lora_notebook(notebooks: Path, folder: Path) -> Iterator[str]:
    """What lies beside the second notebook, and what it stands for."""
    yield from _helpers(notebooks, folder, lora.HELPERS)
    sentences(folder / "crop_data", lora.SENTENCES, lora.SEED)


def _helpers(notebooks: Path, folder: Path, edits: Sequence[Edit]) -> Iterator[str]:
    try:
        text = (notebooks / HELPERS).read_text()
    except OSError as error:
        raise NotFound(f"{notebooks / HELPERS} cannot be read: {error}") from error
    (folder / HELPERS).write_text(edited(text, edits, HELPERS))
    yield from (edit.why for edit in edits)
    shutil.copy(_ARFF, folder)
    yield "a reader of ARFF files beside the notebook, for the package liac-arff"


def pictures(folder: Path, splits: Mapping[str, tuple[int, int]]) -> None:
    """Draw a folder of pictures for each split, a folder of each class in it: so many, from this seed."""
    classes = fine_tuning_workshop.CLASSES
    for split, (count, seed) in splits.items():
        for index in range(count):
            kind = classes[index % len(classes)]
            path = folder / split / kind / f"{index:03d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = fine_tuning_workshop.draw(kind, np.random.default_rng([seed, index]))
            Image.fromarray(pixels).save(path)


def weights(folder: Path) -> None:
    """Write a network's weights to where torch, told that its home is ``cache``, has them when they are downloaded."""
    name = EfficientNet_B0_Weights.DEFAULT.url.rpartition("/")[2]
    path = folder / "cache" / "hub" / "checkpoints" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(_network().state_dict(), path)


def sentences(folder: Path, count: int, seed: int) -> None:
    """Write an ARFF file of so many sentences, drawn from this seed."""
    kinds = lora_workshop.CLASSES
    rows = [
        f"'{sentence}',{kinds[index % len(kinds)]}"
        for index, sentence in enumerate(lora_workshop.sentences(count, seed))
    ]
    head = ["@RELATION news", "@ATTRIBUTE text STRING", f"@ATTRIBUTE category {{{','.join(kinds)}}}", "@DATA"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Crop.Market.News.Classification.arff").write_text("\n".join([*head, *rows]) + "\n")


def _network() -> nn.Module:
    """EfficientNet-B0 that computes with the convolutions of EfficientNet-Lite0.

    The two have the same layers, but for squeeze-and-excitation, which here passes everything, and their activation:
    features are not Lite0's, and near enough to be worth much more than random ones.
    """
    lite = load_backbone(EFFICIENTNET_LITE0)
    model: nn.Module = efficientnet_b0(weights=None)
    gates = [module for module in model.modules() if isinstance(module, SqueezeExcitation)]
    inside = {id(part) for gate in gates for part in gate.modules()}
    for kind in (nn.Conv2d, nn.BatchNorm2d, nn.Linear):
        ours = [part for part in model.modules() if isinstance(part, kind) and id(part) not in inside]
        theirs = [part for part in lite.modules() if isinstance(part, kind)]
        for one, other in zip(ours, theirs, strict=True):
            one.load_state_dict(other.state_dict())
    for gate in gates:
        nn.init.zeros_(gate.fc2.weight)
        nn.init.constant_(gate.fc2.bias, _OPEN)
    return _accustomed(model)


def _accustomed(model: nn.Module) -> nn.Module:
    """Batch-norm statistics for its own activations, from drawn pictures: those of Lite0's do not fit."""
    layers = [module for module in model.eval().modules() if isinstance(module, nn.BatchNorm2d)]
    for layer in layers:
        layer.reset_running_stats()
        layer.train().momentum = None  # the mean over all batches, which are one
    with torch.no_grad():
        model(fine_tuning_workshop.images(100, seed=4)[0])
    return model
