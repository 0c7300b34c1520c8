"""Fine-tuning: which stages are trainable, their learning rates, and how far they moved."""

import pytest
import torch
from torch import nn

from tests.checks.conftest import Net, Observe
from tlgrader import checks
from tlgrader.checks.finding import Finding, Outcome, Strength
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.observe import Observer

STAGES = ["norm", "classifier"]


@pytest.fixture
def tuned(net: Net) -> Net:
    """As it should be: the upper stages trainable and in train mode."""
    net.requires_grad_(False).eval()
    for name in STAGES:
        net.get_submodule(name).requires_grad_(True).train()
    return net


def _moved(net: nn.Module, observe: Observe, at_most: float = 0.5) -> Finding:
    return checks.stages_moved(observe(net), head="classifier", stages=["norm"], at_most=at_most)


def _rates(observe: Observe, net: Net, groups: list[dict[str, object]]) -> Finding:
    observer = Observer()  # one process: optimizer and model share their tokens
    optimizer = Observation("optimizer", observer.observe(torch.optim.SGD(groups, lr=0.01)), observer)
    model = Observation("model", observer.observe(net), observer)
    return checks.learning_rates(
        optimizer, model, head="classifier", stages=["conv", "norm"], at_least=0.01, at_most=0.5
    )


def _groups(net: Net, conv: float, norm: float, head: float) -> list[dict[str, object]]:
    rates = {net.conv: conv, net.norm: norm, net.classifier: head}
    return [{"params": list(module.parameters()), "lr": rate} for module, rate in rates.items()]


def test_exactly_these_stages_trainable_pass(tuned: Net, observe: Observe) -> None:
    finding = checks.stages_trainable(observe(tuned), stages=STAGES)
    assert (finding.outcome, finding.strength) == (Outcome.passed, Strength.claimed)
    assert finding.observed == "`norm`, `classifier`, 4 parameter tensors, trainable; all else frozen"


def test_each_stage_that_is_wrong_is_named(tuned: Net, observe: Observe) -> None:
    tuned.norm.requires_grad_(False)
    tuned.conv.requires_grad_(True)
    finding = checks.stages_trainable(observe(tuned), stages=STAGES)
    assert finding.outcome is Outcome.failed
    assert "`norm` should be trainable and is frozen (2 tensors)" in finding.observed
    assert "`conv` should be frozen and is trainable (2 tensors)" in finding.observed


def test_a_stage_that_is_not_there_is_named(tuned: Net, observe: Observe) -> None:
    finding = checks.stages_trainable(observe(tuned), stages=[*STAGES, "blocks.9"])
    assert finding.observed == "there are no parameters under `blocks.9`"


def test_numbered_stages_are_told_apart(observe: Observe) -> None:
    model = nn.ModuleDict({"blocks": nn.ModuleList(nn.Linear(2, 2) for _ in range(12))})
    finding = checks.stages_trainable(observe(model), stages=["blocks.1"])
    assert "`blocks.0` should be frozen" in finding.observed
    assert "`blocks.11` should be frozen" in finding.observed


def test_modes_follow_the_stages(tuned: Net, observe: Observe) -> None:
    assert checks.stages_in_train_mode(observe(tuned), stages=STAGES).outcome is Outcome.passed
    frozen = checks.stages_in_train_mode(observe(tuned), stages=["classifier"])
    assert "1 layer of frozen stages in train mode: `norm`" in frozen.observed
    off = checks.stages_in_train_mode(observe(tuned.eval()), stages=STAGES)
    assert "1 layer in eval mode that should train: `norm`" in off.observed


def test_differential_learning_rates_pass(net: Net, observe: Observe) -> None:
    finding = _rates(observe, net, _groups(net, 1e-4, 1e-3, 1e-2))
    assert finding.outcome is Outcome.passed
    assert finding.observed == "`conv` 0.0001, `norm` 0.001, `classifier` 0.01"


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ((1e-2, 1e-2, 1e-2), "`conv` learns at 0.01, 1 times the 0.01 of `classifier`"),
        ((1e-3, 1e-4, 1e-2), "`conv` learns faster (0.001) than `norm` above it (0.0001)"),
        ((1e-6, 1e-3, 1e-2), "`conv` learns at 1e-06, 0.0001 times the 0.01 of `classifier`"),
        ((1e-6, 1e-3, 0.0), "`norm` learns at 0.001, against the 0 of `classifier`"),
    ],
)
def test_rates_that_are_wrong_are_named(
    net: Net, observe: Observe, rates: tuple[float, float, float], said: str
) -> None:
    finding = _rates(observe, net, _groups(net, *rates))
    assert finding.outcome is Outcome.failed
    assert said in finding.observed


def test_rates_at_the_bounds_pass(net: Net, observe: Observe) -> None:
    assert _rates(observe, net, _groups(net, 3e-6, 1.5e-4, 3e-4)).outcome is Outcome.passed


def test_a_stage_with_two_rates_or_none_is_named(net: Net, observe: Observe) -> None:
    split = [*_groups(net, 1e-4, 1e-3, 1e-2)[:2], {"params": [net.classifier.weight], "lr": 0.1}]
    assert "parameters of `classifier` are not in the optimizer" in _rates(observe, net, split).observed
    two = [*split, {"params": [net.classifier.bias], "lr": 0.2}]
    assert "`classifier` has 2 learning rates" in _rates(observe, net, two).observed
    net.conv.requires_grad_(False)
    assert "`conv` has no trainable parameters" in _rates(observe, net, two).observed


def test_how_far_a_stage_moved_is_recomputed(tuned: Net, observe: Observe) -> None:
    tuned.norm.weight.data *= 1.1
    assert tuned.norm.running_mean is not None
    tuned.norm.running_mean += 1
    tuned.classifier = nn.Linear(4, 5)
    finding = _moved(tuned, observe)
    assert (finding.outcome, finding.strength) == (Outcome.passed, Strength.bitwise)
    assert finding.observed == "moved: `norm` by 10.00%; all else is as pretrained"
    assert "`norm` moved by 10.00%, too far" in _moved(tuned, observe, at_most=0.05).observed


def test_a_frozen_stage_that_moved_is_named_with_how_far(tuned: Net, observe: Observe) -> None:
    tuned.conv.weight.data *= 1.5
    assert tuned.conv.bias is not None
    tuned.conv.bias.data *= 1.5
    finding = _moved(tuned, observe)
    assert finding.outcome is Outcome.failed
    assert "`conv` should be as pretrained and moved by 50.00%" in finding.observed
    assert "`norm` should have moved and is as pretrained, bit for bit" in finding.observed


def test_statistics_of_a_frozen_stage_count(tuned: Net, observe: Observe) -> None:
    assert tuned.norm.running_mean is not None
    tuned.norm.running_mean += 1
    tuned.conv.weight.data *= 1.5
    finding = checks.stages_moved(observe(tuned), head="classifier", stages=["conv"])
    assert "`norm` should be as pretrained and moved by" in finding.observed


def test_what_is_gone_or_not_finite_moved_too_far(tuned: Net, observe: Observe) -> None:
    tuned.norm.weight.data[0] = torch.nan
    assert "`norm` moved by more than can be said" in _moved(tuned, observe).observed
    tuned.set_submodule("conv", nn.Identity())
    assert "`conv` should be as pretrained and moved by more than" in _moved(tuned, observe).observed


def test_a_model_without_a_known_backbone_fails(observe: Observe) -> None:
    finding = _moved(nn.Sequential(nn.Linear(2, 2)), observe)
    assert finding.outcome is Outcome.failed
    assert "`model` holds no backbone as `load_backbone` returns it" in finding.observed
