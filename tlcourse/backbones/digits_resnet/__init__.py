"""A small residual network that reads handwritten digits, pretrained by us: weights come with this package.

It is torchvision's ``ResNet`` with one basic block a stage, cut after the second stage and made for one
channel. `pretrain` made its weights from 2,700 digits of MNIST that `tlcourse.data.digits.load` does not give;
``card.json`` says how well it reads, also in a domain that it has not seen.
"""

import copy
from functools import cache
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torchvision.models.resnet import BasicBlock, ResNet

from tlcourse.backbones.files import verified

CLASSES = 10
WIDTH = 128
SHA256 = "3025b294b26c1ac4ad46264b8f7082355e7118823d6a6782a1b2a58013c51784"
WEIGHTS = "weights.safetensors"


def load(classes: int | None) -> nn.Module:
    """Return the pretrained network: ``(N, 1, 28, 28)`` images to logits of ten digits or of ``classes``.

    With ``classes`` its head ``fc`` is fresh, drawn from torch's random state. Its weights lie channels last,
    which computes a quarter faster on a CPU. Raises MachineError where the weight file is missing or damaged.
    """
    model = copy.deepcopy(_unread())
    model.load_state_dict(load_file(weight_file()))
    if classes is not None:
        model.fc = nn.Linear(WIDTH, classes)
    network: nn.Module = model.to(memory_format=torch.channels_last)
    return network


@cache
def _unread() -> ResNet:
    """Return the network before weights are read, made once: most of the time goes into stages that are cut."""
    with torch.random.fork_rng(devices=[]):  # only a fresh head may draw: the same seed, the same head
        return architecture()


def architecture() -> ResNet:
    """Return the network with fresh weights: 306,122 parameters, all but 1,290 of them before ``fc``."""
    model = ResNet(BasicBlock, [1, 1, 1, 1], num_classes=CLASSES)
    model.conv1 = nn.Conv2d(1, 64, kernel_size=3, stride=2, padding=1, bias=False)
    model.layer3, model.layer4 = nn.Identity(), nn.Identity()
    model.fc = nn.Linear(WIDTH, CLASSES)
    return model


def weight_file() -> Path:
    """Return the path of the published weights, whose content has been verified."""
    return verified(Path(__file__).with_name(WEIGHTS), SHA256)
