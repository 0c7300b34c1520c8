"""Accuracy and loss: recomputed where the model can be built and agrees, queried and said so where not."""

import math
from typing import Any

import pytest
import torch
from torch import nn

from tests.models.test_rebuilt_models import OwnHead
from tests.models.wire import Wire
from tlcourse.backbones import EFFICIENTNET_LITE0, load_backbone
from tlgrader.checks.finding import Finding, Outcome, Strength
from tlgrader.evidence.kinds import Missing
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.observe import Observer
from tlgrader.models import evaluate
from tlgrader.models.evaluate import Labelled
from tlgrader.models.features import Features
from tlgrader.rebuilding.rebuild import rebuild

CLASSES = ("first", "second", "third")


def _data(rows: int = 100) -> Labelled:
    """Points whose class is their largest coordinate."""
    points = torch.randn(rows, 3, generator=torch.Generator().manual_seed(0))
    return Labelled({"x": points}, points.argmax(dim=1), {"x": points[:8]})


def _right() -> Any:
    model = nn.Sequential(nn.Linear(3, 3, bias=False))
    model[0].weight.data = torch.eye(3)
    return model


def _accuracy(model: nn.Module, threshold: float = 0.9) -> Finding:
    return evaluate.accuracy(Wire().observe(model), _data(), threshold=threshold, classes_named=CLASSES)


def test_a_right_model_passes_recomputed() -> None:
    finding = _accuracy(_right())
    assert (finding.check, finding.outcome, finding.strength) == (
        "accuracy",
        Outcome.passed,
        Strength.recomputed,
    )
    assert (finding.measured, finding.decided_by) == ({"accuracy": 1.0}, "accuracy")
    assert finding.observed.startswith("an accuracy of 1.000")
    assert finding.expected == "an accuracy of at least 0.900 on 100 held-out examples"


def test_a_wrong_model_fails_with_its_weakest_class() -> None:
    model = _right()
    model[0].weight.data[2] = -9
    finding = _accuracy(model)
    assert finding.outcome is Outcome.failed
    assert finding.measured["accuracy"] < 0.9
    assert "least on `" in finding.observed


def test_a_class_of_its_own_is_queried_and_said() -> None:
    class Own(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x

    finding = _accuracy(Own())
    assert (finding.outcome, finding.strength) == (Outcome.passed, Strength.queried)
    assert "answered by the notebook's own process: the model is a" in finding.observed


def test_what_evidence_does_not_show_is_caught_by_the_probe() -> None:
    model = load_backbone(EFFICIENTNET_LITE0, classes=3)
    images = torch.randn(4, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    data = Labelled({"x": images}, torch.tensor([0, 1, 2, 0]), {"x": images[:2]})
    block = next(module for module in model.modules() if getattr(module, "has_skip", False))
    before = evaluate.accuracy(Wire().observe(model), data, threshold=0.0, classes_named=CLASSES)
    block.has_skip = False  # type: ignore[assignment]
    after = evaluate.accuracy(Wire().observe(model), data, threshold=0.0, classes_named=CLASSES)
    assert (before.strength, after.strength) == (Strength.recomputed, Strength.queried)
    assert "it answers otherwise than in the notebook" in after.observed


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (nn.Sequential(nn.Linear(3, 7)), "of shape [8, 7] for 8 examples, 3 logits each were expected"),
        (nn.Sequential(nn.Linear(3, 2)), "of shape [8, 2]"),
        (nn.Sequential(nn.Flatten(0)), "of shape [24]"),
    ],
)
def test_a_wrong_number_of_outputs_is_skipped(model: nn.Module, words: str) -> None:
    finding = _accuracy(model)
    assert finding.outcome is Outcome.skipped
    assert words in finding.observed


def test_logits_that_are_not_finite_fail() -> None:
    model = _right()
    model[0].weight.data.fill_(float("nan"))
    finding = _accuracy(model)
    assert (finding.outcome, finding.strength) == (Outcome.failed, Strength.recomputed)
    assert "logits are not finite for 100 of 100 examples" in finding.observed
    assert evaluate.loss(Wire().observe(model), _data()).value is None


def test_a_model_that_raises_fails_and_says_what() -> None:
    finding = _accuracy(nn.Sequential(nn.Linear(4, 3)))
    assert finding.outcome is Outcome.failed
    assert "`model` cannot be run: RuntimeError" in finding.observed
    assert "cannot be run" in evaluate.loss(Wire().observe(nn.Linear(4, 3)), _data()).note


def test_no_model_fails_and_has_no_loss() -> None:
    missing = Observation("net", Missing("no such name"), Observer())
    finding = evaluate.accuracy(missing, _data(), threshold=0.5, classes_named=CLASSES)
    assert finding.observed == "`net` does not exist: no such name"
    assert evaluate.loss(missing, _data()).note == "there is no model"
    assert evaluate.loss("text", _data()).value is None


def test_loss_is_the_mean_cross_entropy() -> None:
    model = _right()
    model[0].weight.data.zero_()
    measured = evaluate.loss(Wire().observe(model), _data())
    assert measured.value == pytest.approx(math.log(3))
    assert measured.strength is Strength.recomputed


def test_loss_takes_more_outputs_than_labels() -> None:
    assert evaluate.loss(Wire().observe(nn.Sequential(nn.Linear(3, 9))), _data()).value is not None
    assert evaluate.loss(Wire().observe(nn.Sequential(nn.Linear(3, 2))), _data()).value is None


def test_remembered_features_give_the_same_bits_once(monkeypatch: pytest.MonkeyPatch) -> None:
    images = torch.randn(5, 3, 64, 64, generator=torch.Generator().manual_seed(3))
    torch.manual_seed(0)
    first, second = (load_backbone(EFFICIENTNET_LITE0, classes=3) for _ in range(2))
    runs = []
    kind: Any = type(first)
    forward = kind.forward_features

    def counted(self: Any, x: torch.Tensor) -> Any:
        runs.append(len(x))
        return forward(self, x)

    monkeypatch.setattr(kind, "forward_features", counted)
    memory = Features()
    for model in (first, second, second.requires_grad_(False)):
        observation = Wire().observe(model)
        rebuilt = rebuild(observation)
        with torch.no_grad():
            expected = rebuilt(images)
            assert torch.equal(memory.logits(rebuilt, observation.evidence, {"x": images}), expected)  # type: ignore[arg-type]
    assert len(runs) == 4


def test_a_foreign_head_on_a_backbone_is_queried() -> None:
    model = load_backbone(EFFICIENTNET_LITE0)
    model.classifier = OwnHead()
    images = torch.randn(2, 3, 64, 64)
    data = Labelled({"x": images}, torch.tensor([0, 4]), {"x": images})
    finding = evaluate.accuracy(Wire().observe(model), data, threshold=0.0, classes_named="abcde")
    assert finding.strength is Strength.queried
    assert "`classifier` is a `" in finding.observed
