"""What lies beside the notebooks in place of what they download: pictures, weights, pairs of sentences."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import torch
from PIL import Image
from torch import nn
from torchvision.models import ResNet18_Weights, resnet18

from tests.authoring.public import ants_and_bees, paraphrases
from tests.authoring.public.course.grader_tests import ants_and_bees as drawn
from tests.authoring.public.course.grader_tests import paraphrases as written

_EVALUATE = Path(__file__).parent / "course" / "beside" / "evaluate.py"


def insects(notebooks: Path, folder: Path) -> Iterator[str]:
    """Drawn ants and bees, and weights of ResNet-18."""
    for split, (count, seed) in ants_and_bees.PICTURES.items():
        for index, (picture, label) in enumerate(zip(*drawn.pictures(count, seed), strict=True)):
            path = folder / "data" / "hymenoptera_data" / split / drawn.CLASSES[label] / f"{index:03d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(path)
    yield "drawn pictures of ants and bees beside the notebook, for photographs"
    path = folder / ants_and_bees.TORCH_HOME / "hub" / "checkpoints" / _file(ResNet18_Weights.DEFAULT.url)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(_network().state_dict(), path)
    yield (
        "random weights of ResNet-18, with batch-norm statistics of drawn pictures, where torchvision looks for "
        "ImageNet's: no package holds those"
    )


def nothing(notebooks: Path, folder: Path) -> Iterator[str]:
    """The notebook makes its data itself."""
    yield from ()


def pairs(notebooks: Path, folder: Path) -> Iterator[str]:
    """Pairs of sentences in JSON files, and a module that measures them."""
    for split, (count, seed) in paraphrases.PAIRS.items():
        rows = "".join(f"{json.dumps(row)}\n" for row in written.pairs(count, seed))
        (folder / f"{split}.json").write_text(rows)
    shutil.copy(_EVALUATE, folder)
    yield "a module of ten lines beside the notebook, for the package evaluate, which asks the network"


def _file(url: str) -> str:
    return url.rpartition("/")[2]


def _network() -> nn.Module:
    """ResNet-18 with random weights. Without statistics of its own activations its features would all but vanish."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model: nn.Module = resnet18(weights=None)
    layers = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    for layer in layers:
        layer.momentum = None  # the mean over all batches, which are one
    with torch.no_grad():
        model.train()(drawn.images(60, seed=4)[0])
    return model
