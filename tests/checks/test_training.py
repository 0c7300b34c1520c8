"""Heads, optimizers, losses, devices, histories: each passed and failed by something, in words."""

import pytest
import torch
from torch import nn

from tests.checks.conftest import Net, Observe
from tlgrader import checks
from tlgrader.checks.finding import Measured, Outcome, Strength
from tlgrader.evidence.kinds import Missing
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.observe import Observer

PASSED, FAILED = Outcome.passed, Outcome.failed


def test_a_new_head_passes_in_any_form(swapped: Net, observe: Observe) -> None:
    assert checks.head(observe(swapped), classes=5).outcome is PASSED
    swapped.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 5))  # type: ignore[assignment]
    finding = checks.head(observe(swapped), classes=5, name="classifier")
    assert (finding.outcome, finding.strength) == (PASSED, Strength.bitwise)
    assert "`classifier.3`: 8 inputs, 5 outputs, new and trainable" in finding.observed


@pytest.mark.parametrize("layer", [nn.Softmax(dim=1), nn.LogSoftmax(dim=1)])
def test_a_softmax_after_the_head_is_mentioned(layer: nn.Module, swapped: Net, observe: Observe) -> None:
    assert "loss" not in checks.head(observe(nn.Sequential(layer, swapped)), classes=5).observed
    swapped.set_submodule("classifier", nn.Sequential(nn.Linear(4, 5), layer))
    finding = checks.head(observe(swapped), classes=5, name="classifier")
    assert finding.outcome is PASSED
    assert (
        f"after it comes `classifier.1` ({type(layer).__name__}), which belongs to the loss"
        in finding.observed
    )


def test_the_pretrained_head_fails(net: Net, observe: Observe) -> None:
    finding = checks.head(observe(net), classes=10)
    assert finding.outcome is FAILED
    assert "`classifier.weight` is the pretrained head" in finding.observed
    wrong = checks.head(observe(net), classes=5)
    assert "the last linear layer `classifier` has 10 outputs, not 5" in wrong.observed
    assert "nn.Linear(4, 5)" in wrong.hint


def test_setting_out_features_fails_with_its_reason(net: Net, observe: Observe) -> None:
    net.classifier.out_features = 5
    finding = checks.head(observe(net), classes=5)
    assert "`classifier.out_features` was set to 5, but its weight still has 10 rows" in finding.observed


def test_a_frozen_head_fails(swapped: Net, observe: Observe) -> None:
    finding = checks.head(observe(swapped.requires_grad_(False)), classes=5)
    assert "`classifier.weight` is frozen, so the head cannot learn" in finding.observed


def test_no_head_fails(swapped: Net, observe: Observe) -> None:
    assert "`model` has no linear layer" in checks.head(observe(nn.ReLU()), classes=5).observed
    assert "there is no `fc` in the model" in checks.head(observe(swapped), classes=5, name="fc").observed
    finding = checks.head(observe(swapped), classes=5, name="conv")
    assert "`conv` is a torch.nn.modules.conv.Conv2d without a linear layer" in finding.observed


def test_an_optimizer_of_the_head_passes(swapped: Net, observe: Observe) -> None:
    optimizer = observe(torch.optim.AdamW(swapped.classifier.parameters(), lr=0.01), "optimizer")
    finding = checks.optimizer(optimizer, observe(swapped))
    assert (finding.outcome, finding.strength) == (PASSED, Strength.claimed)
    assert finding.observed == "AdamW updates 2 parameter tensors, learning rate 0.01"


def test_an_optimizer_of_everything_holds_frozen_tensors(swapped: Net, observe: Observe) -> None:
    finding = checks.optimizer(observe(torch.optim.SGD(swapped.parameters())), observe(swapped))
    assert "4 frozen parameter tensors in the optimizer: `conv.bias`" in finding.observed


def test_an_optimizer_of_everything_passes_where_the_author_allows_it(swapped: Net, observe: Observe) -> None:
    everything = observe(torch.optim.SGD(swapped.parameters(), lr=0.1))
    finding = checks.optimizer(everything, observe(swapped), allow_frozen=True)
    assert finding.outcome is PASSED
    assert finding.observed == ("SGD updates 2 parameter tensors, and holds 4 frozen ones, learning rate 0.1")
    assert finding.expected.endswith("once, and nothing but frozen ones besides")


def test_frozen_ones_in_the_optimizer_excuse_nothing_else(net: Net, observe: Observe) -> None:
    optimizer = torch.optim.SGD(net.requires_grad_(False).parameters())
    net.classifier = nn.Linear(4, 5)
    finding = checks.optimizer(observe(optimizer), observe(net), allow_frozen=True)
    assert finding.outcome is FAILED
    assert "2 trainable parameter tensors not in the optimizer" in finding.observed
    assert "2 tensors in the optimizer are not of `model`" in finding.observed


def test_an_optimizer_made_before_the_head_was_swapped(net: Net, observe: Observe) -> None:
    optimizer = torch.optim.SGD(net.requires_grad_(False).classifier.parameters())
    net.classifier = nn.Linear(4, 5)
    finding = checks.optimizer(observe(optimizer), observe(net))
    assert "2 trainable parameter tensors not in the optimizer: `classifier.weight`" in finding.observed
    assert "2 tensors in the optimizer are not of `model`" in finding.observed
    assert "made before the head was replaced" in finding.hint


@pytest.mark.filterwarnings("ignore:optimizer contains a parameter group with duplicate parameters")
def test_a_parameter_twice_in_an_optimizer(swapped: Net, observe: Observe) -> None:
    parameters = [*swapped.classifier.parameters(), swapped.classifier.bias]
    finding = checks.optimizer(observe(torch.optim.SGD(parameters)), observe(swapped))
    assert "1 parameter tensor in the optimizer more than once: `classifier.bias`" in finding.observed


def test_an_optimizer_that_is_a_model(swapped: Net, observe: Observe) -> None:
    finding = checks.optimizer(observe(swapped, "optimizer"), observe(swapped))
    assert "`optimizer` is a model (torch.nn.Module), an optimizer was expected" in finding.observed


def _measured(value: float | None, strength: Strength = Strength.recomputed) -> Measured:
    return Measured(value, strength, "" if value is not None else "there is no model")


def test_a_loss_that_falls_enough_passes_with_the_weaker_strength() -> None:
    finding = checks.learned(_measured(1.0), _measured(0.5, Strength.queried), at_least=0.5)
    assert (finding.outcome, finding.strength) == (PASSED, Strength.queried)
    assert finding.measured == {"fall": 0.5, "before": 1.0, "after": 0.5}
    assert finding.decided_by == "fall"


@pytest.mark.parametrize(
    ("after", "words", "hint"),
    [
        (0.9, "is 0.9000 after: too little was learned", "it fell, but too little: more steps"),
        (1.0, "nothing changed", "does the loop call `loss.backward()`"),
        (1.0005, "hardly anything changed", "does the loop call `loss.backward()`"),
        (2.0, "2.0000 after: it did not fall", "is the learning rate too high"),
        (float("nan"), "nan after: it did not fall", "is the learning rate too high"),
    ],
)
def test_a_loss_that_does_not_fall_enough_fails(after: float, words: str, hint: str) -> None:
    finding = checks.learned(_measured(1.0), _measured(after), at_least=0.2)
    assert finding.outcome is FAILED
    assert words in finding.observed
    assert finding.hint.startswith(hint)
    assert "at least 20%" in finding.expected


def test_a_loss_that_could_not_be_measured_is_skipped_with_its_reason() -> None:
    finding = checks.learned(_measured(None), _measured(1.0))
    assert finding.outcome is Outcome.skipped
    assert "no loss could be measured before training: there is no model" in finding.observed


def test_a_device_is_right_where_there_is_no_accelerator(
    net: Net, observe: Observe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tlgrader.evidence.observe.accelerator", lambda: "")
    assert "there was no accelerator" in checks.trained_on(observe(net)).observed
    monkeypatch.setattr("tlgrader.evidence.observe.accelerator", lambda: "cuda")
    finding = checks.trained_on(observe(net))
    assert finding.outcome is FAILED
    assert "6 parameter tensors not on `cuda`" in finding.observed


def test_a_history_passes() -> None:
    assert checks.history({"loss": [1.0, 0.5], "accuracy": [0, 1]}, keys=["loss"], epochs=2).outcome is PASSED
    assert checks.history([1.0, 0.5], epochs=2).outcome is PASSED


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"loss": [1.0]}, "`loss` has 1 entry, 2 were expected"),
        ({"loss": [1.0, float("nan")]}, "`loss` holds nan, which is not a finite number"),
        ({"acc": [1.0, 1.0]}, "the history has no `loss`; it has `acc`"),
        ({"loss": 3.0}, "`loss` is a float, lists were expected"),
        ([1.0, 2.0], "`history` is a list, a dict of lists was expected"),
        (None, "`history` is None"),
    ],
)
def test_a_history_fails_in_words(value: object, words: str) -> None:
    finding = checks.history(value, keys=["loss"], epochs=2)
    assert (finding.outcome, finding.strength) == (FAILED, Strength.claimed)
    assert words in finding.observed


def test_an_empty_history_is_none(observe: Observe) -> None:
    finding = checks.history({"loss": []}, keys=["loss"])
    assert (finding.outcome, finding.observed) == (Outcome.failed, "`loss` is empty")


def test_a_historys_hint_counts_what_its_cell_counts() -> None:
    hint = checks.history({"scratch": [1.0]}, keys=["scratch"], epochs=4).hint
    assert "one plain number at a time" in hint
    assert "4 in all" in hint
    assert "epoch" not in hint


def test_a_history_that_does_not_exist_says_why() -> None:
    missing = Observation("curves", Missing("cell `train` failed"), Observer())
    for keys in ([], ["loss"]):
        assert checks.history(missing, keys=keys).observed == "`curves` does not exist: cell `train` failed"


def test_train_mode_is_of_the_model_and_of_every_dropout_layer(net: Net, observe: Observe) -> None:
    finding = checks.in_train_mode(observe(net))
    assert (finding.outcome, finding.observed) == (FAILED, "`model` is in eval mode")
    net.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(4, 5))  # type: ignore[assignment]
    assert checks.in_train_mode(observe(net.train())).outcome is PASSED
    net.classifier.eval()
    assert "1 dropout layer in eval mode: `classifier.0`" in checks.in_train_mode(observe(net)).observed
