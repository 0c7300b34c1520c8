"""Small models for the checks, one of which stands for a pretrained backbone."""

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import nn

from tests.declared import declared
from tlgrader.architectures import Architecture
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.observe import Observer

Observe = Callable[..., Observation]
NAME = "stand_in"


class Net(nn.Module):
    """A backbone in small: convolution, batch norm, classifier of 10 classes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(4, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Images of shape (N, 3, H, W) to logits of shape (N, 10)."""
        logits: torch.Tensor = self.classifier(self.pool(self.norm(self.conv(x))))
        return logits


def load() -> Net:
    """The stand-in as it was pretrained."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = Net()
    net.tlgrader_backbone = NAME  # type: ignore[assignment]
    return net.eval()


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    """A course declares the stand-in with its weights."""
    with declared({NAME: Architecture(Net, weights=load)}):
        yield


@pytest.fixture
def net() -> Net:
    """The stand-in, all of it trainable."""
    return load()


@pytest.fixture
def swapped() -> Net:
    """As a student should leave it: frozen, with a new head of 5 classes."""
    model = load().requires_grad_(False)
    model.classifier = nn.Linear(4, 5)
    return model


@pytest.fixture
def observe() -> Observe:
    """Observe an object under a name."""
    observer = Observer()

    def observed(value: object, name: str = "model") -> Observation:
        return Observation(name, observer.observe(value), observer)

    return observed
