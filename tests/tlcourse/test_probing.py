"""Probes of the judge: features of its own, folds that are held out, layers from a submission's tensors."""

from typing import Any

import pytest
import torch
from torch import nn

from tests.models.wire import Wire
from tlcourse import probing
from tlcourse.backbones import EFFICIENTNET_LITE0, load_backbone
from tlgrader.checks.narrowing import NotThere


def test_features_are_the_backbones_own() -> None:
    images = torch.randn(3, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    model = load_backbone(EFFICIENTNET_LITE0).requires_grad_(False)
    features = probing.features(images)
    assert features.shape == (3, 1280)
    assert torch.allclose(model.classifier(features), model(images), atol=1e-4)  # type: ignore[operator]
    assert probing.features(images) is features


def test_an_untrained_network_is_the_same_each_time_and_leaves_the_pretrained_one_alone() -> None:
    images = torch.randn(4, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    pretrained, state = probing.features(images), torch.random.get_rng_state()
    untrained = probing.features(images, trained=False)
    assert torch.equal(torch.random.get_rng_state(), state)
    probing._kept.clear()
    assert torch.equal(probing.features(images, trained=False), untrained)
    assert torch.equal(probing.features(images), pretrained)
    assert not torch.allclose(untrained, pretrained)


def test_a_probe_is_scored_on_rows_that_it_was_not_fitted_to() -> None:
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(60) % 3
    noise = torch.randn(60, 200, generator=generator)
    assert probing.cross_validated(noise, labels) < 0.6
    assert probing.cross_validated(noise + 9 * nn.functional.one_hot(labels, 200), labels) > 0.95


def test_a_layer_answers_from_its_tensors() -> None:
    heads = nn.ModuleDict({"25": nn.Linear(6, 2)})
    features = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))
    answered = probing.logits(Wire().observe(heads), "25", features, 2)
    assert torch.allclose(answered, heads["25"](features))


@pytest.mark.parametrize(
    ("heads", "words"),
    [
        (nn.ModuleDict(), "has no linear layer `25` of 6 inputs and 2 outputs"),
        (nn.ModuleDict({"25": nn.Linear(6, 3)}), "has no linear layer `25`"),
        (nn.ModuleDict({"25": nn.Sequential(nn.Linear(6, 2))}), "has no linear layer `25`"),
        (..., "`model` is an ellipsis"),
    ],
)
def test_what_is_no_such_layer_is_said(heads: Any, words: str) -> None:
    with pytest.raises(NotThere, match=words):
        probing.logits(Wire().observe(heads), "25", torch.zeros(1, 6), 2)
