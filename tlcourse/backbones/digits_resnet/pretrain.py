"""Makes ``weights.safetensors`` and ``card.json``: ``python -m tlcourse.backbones.digits_resnet.pretrain``.

Needs the data that `tlgrader setup` installs and takes about a minute on one core. Other versions of torch and
other processors give slightly other weights: the published ones are those of the card's hash.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save
from torch import nn
from torch.nn import functional

from tlcourse.backbones.digits_resnet import WEIGHTS, architecture
from tlcourse.data import digits
from tlcourse.data.digits import Digits

SEED = 20
EPOCHS = 16
BATCH = 64
LEARNING_RATE = 4e-3
WEIGHT_DECAY = 0.02
TURN, SHIFT, SCALE, SHEAR = 0.17, 0.1, 0.1, 0.15
"""The largest change of an image: radians, and shares of half its side."""


def train(data: Digits) -> nn.Module:
    """Return the network trained on slightly moved digits with a one-cycle learning rate, in eval mode."""
    torch.manual_seed(SEED)
    model = architecture().to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(model.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    steps = EPOCHS * -(-len(data.labels) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    for _ in range(EPOCHS):
        for batch in torch.split(torch.randperm(len(data.labels)), BATCH):
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(moved(data.images[batch])), data.labels[batch])
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
    return model.eval()


def moved(images: torch.Tensor) -> torch.Tensor:
    """Return images (N, 1, H, W), each turned, shifted, scaled and slanted a little, at random."""
    turn, shear, x, y, wide, high = (2 * torch.rand(6, len(images)) - 1).mul(
        torch.tensor([TURN, SHEAR, SHIFT, SHIFT, SCALE, SCALE])[:, None]
    )
    across = torch.stack([(1 + wide) * turn.cos(), shear - turn.sin(), x], dim=1)
    down = torch.stack([turn.sin(), (1 + high) * turn.cos(), y], dim=1)
    grid = functional.affine_grid(torch.stack([across, down], dim=1), list(images.shape), align_corners=False)
    paper = (0 - digits.MEAN) / digits.STD
    return functional.grid_sample(images - paper, grid, align_corners=False) + paper


def accuracy(model: nn.Module, data: Digits) -> float:
    """Return the share of digits that the model reads rightly."""
    with torch.no_grad():
        right = model(data.images).argmax(1) == data.labels
    return round(right.float().mean().item(), 4)


def card(model: nn.Module, weights: bytes) -> dict[str, object]:
    """Return what a user of the weights should know."""
    return {
        "architecture": "torchvision ResNet(BasicBlock, [1, 1, 1, 1]), one channel, cut after layer2",
        "pretrained on": "2,700 digits of MNIST, 270 of each, none of them in another split",
        "seed": SEED,
        "epochs": EPOCHS,
        "torch": torch.__version__,
        "accuracy": {
            "mnist validation (300)": accuracy(model, digits.load("validation")),
            "mnist hidden (500)": accuracy(model, digits.hidden("mnist")),
            "optdigits hidden (500), not adapted": accuracy(model, digits.hidden("optdigits")),
        },
        "sha256": hashlib.sha256(weights).hexdigest(),
    }


def main(folder: Path) -> None:
    """Train, then print the card and write it with the weights into ``folder``."""
    torch.set_num_threads(1)
    model = train(digits.pretraining())
    weights = save({name: tensor.contiguous() for name, tensor in model.state_dict().items()})
    text = json.dumps(card(model, weights), indent=1)
    (folder / WEIGHTS).write_bytes(weights)
    (folder / "card.json").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
