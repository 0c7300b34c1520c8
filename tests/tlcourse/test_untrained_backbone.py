"""A backbone with random weights: never taken for the pretrained one, and rebuilt by the judge like it."""

import pytest
import torch
from torch import nn

from tlcourse.backbones import EFFICIENTNET_LITE0, MINILM, fingerprint, load_backbone
from tlgrader import checks
from tlgrader.checks.finding import Outcome
from tlgrader.errors import UsageError
from tlgrader.evidence.digest import digest
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.observe import Observer
from tlgrader.rebuilding.rebuild import rebuild


@pytest.fixture(scope="module")
def untrained() -> nn.Module:
    """The network with random weights and five classes."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return load_backbone(EFFICIENTNET_LITE0, classes=5, pretrained=False)


def _observed(model: nn.Module) -> Observation:
    observer = Observer()
    return Observation("model", observer.observe(model), observer)


def test_it_has_the_same_layers_and_no_pretrained_parameter(untrained: nn.Module) -> None:
    pretrained = load_backbone(EFFICIENTNET_LITE0, classes=5)
    known = set(fingerprint(EFFICIENTNET_LITE0).values())
    assert untrained.tlgrader_backbone == "efficientnet_lite0:untrained"
    assert not known & {digest(parameter.detach()) for parameter in untrained.parameters()}
    assert [(name, tensor.shape) for name, tensor in untrained.state_dict().items()] == [
        (name, tensor.shape) for name, tensor in pretrained.state_dict().items()
    ]
    assert not any(module.training for module in untrained.modules())


def test_no_check_takes_it_for_pretrained(untrained: nn.Module) -> None:
    finding = checks.base_untouched(_observed(untrained), except_="classifier")
    assert finding.outcome is Outcome.failed
    assert "it holds `efficientnet_lite0:untrained`" in finding.observed


def test_the_judge_rebuilds_it(untrained: nn.Module) -> None:
    images = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    rebuilt = rebuild(_observed(untrained))
    with torch.no_grad():
        assert torch.equal(rebuilt(images), untrained(images))


def test_other_backbones_come_pretrained_only() -> None:
    with pytest.raises(UsageError, match="comes pretrained only"):
        load_backbone(MINILM, pretrained=False)
