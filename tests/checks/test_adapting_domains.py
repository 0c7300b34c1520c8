"""Adapted batch-norm statistics and pseudo-labels: each passed and failed by something, in words."""

import pytest
import torch
from torch import nn

from tests.checks.conftest import Net, Observe
from tlgrader import checks
from tlgrader.checks.adapting_domains import statistics_kept, statistics_of
from tlgrader.checks.finding import Outcome, Strength
from tlgrader.evidence.kinds import Missing
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.observe import Observer

PASSED, FAILED = Outcome.passed, Outcome.failed


def _adapted(net: Net) -> Net:
    torch.manual_seed(1)
    with torch.no_grad():
        net.train()(torch.rand(8, 3, 8, 8))
    net.eval()
    return net


def test_statistics_of_a_forward_pass_in_train_mode_are_adapted(net: Net, observe: Observe) -> None:
    finding = checks.statistics_adapted(observe(_adapted(net)), weight=2.0)
    assert (finding.check, finding.outcome, finding.strength) == (
        "statistics_adapted",
        PASSED,
        Strength.bitwise,
    )
    assert (finding.observed, finding.weight) == (
        "2 batch-norm statistics moved, all parameters as pretrained",
        2.0,
    )


def test_a_forward_pass_in_eval_mode_moves_nothing(net: Net, observe: Observe) -> None:
    net(torch.rand(8, 3, 8, 8))
    finding = checks.statistics_adapted(observe(net))
    assert finding.outcome is FAILED
    assert "2 batch-norm statistics still as pretrained: `norm.running_mean`, `norm.running_var`" in (
        finding.observed
    )
    assert "train mode" in finding.hint


def test_statistics_that_were_only_reset_are_empty(net: Net, observe: Observe) -> None:
    assert net.norm.running_mean is not None
    net.norm.running_mean += 1
    net.norm.reset_running_stats()
    finding = checks.statistics_adapted(observe(net))
    assert finding.outcome is FAILED
    assert "empty, as a reset leaves it: nothing was estimated: `norm.running_mean`" in finding.observed


def test_parameters_that_moved_with_the_statistics_fail(net: Net, observe: Observe) -> None:
    bias = _adapted(net).conv.bias
    assert bias is not None
    bias.data += 1e-6
    finding = checks.statistics_adapted(observe(net))
    assert finding.outcome is FAILED
    assert finding.observed == "1 parameter tensor no longer as pretrained: `conv.bias`"
    assert "no optimizer" in finding.hint


def test_a_model_that_is_no_backbone_has_no_statistics_to_adapt(observe: Observe) -> None:
    finding = checks.statistics_adapted(observe(nn.BatchNorm2d(3)))
    assert (finding.outcome, finding.strength) == (FAILED, Strength.claimed)
    assert "does not hold a backbone" in finding.observed
    assert checks.statistics_adapted(observe(3)).outcome is FAILED


def test_statistics_are_kept_while_parameters_train(net: Net, observe: Observe) -> None:
    before = statistics_of(observe(_adapted(net)))
    assert set(before) == {"norm.running_mean", "norm.running_var"}
    net.conv.weight.data += 1
    kept = statistics_kept(before, observe(net))
    assert (kept.outcome, kept.strength) == (PASSED, Strength.bitwise)
    moved = statistics_kept(before, observe(_adapted(net)))
    assert moved.outcome is FAILED
    assert "2 batch-norm statistics other than before training: `norm.running_mean`" in moved.observed
    assert statistics_of(Observation("model", Missing("not run"), Observer())) == {}


@pytest.mark.parametrize("labels", [[0, -1, 2, 1], torch.tensor([0, -1, 2, 1]), (0, -1, 2, 1)])
def test_pseudo_labels_of_the_right_form_pass(labels: object) -> None:
    finding = checks.pseudo_labels(labels, count=4, classes=3)
    assert (finding.outcome, finding.observed) == (PASSED, "3 of 4 pictures are labelled")


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([0, 1], "2 entries for 4 pictures"),
        ([0, 1, 2, 3], "3 is no label"),
        ([0, 1, 2, 0.5], "0.5 is no label"),
        ([0, 1, 2, True], "True is no label"),
        ([-1] * 4, "no picture has a label"),
        (torch.zeros(4, 1), "has the shape [4, 1]"),
        (None, "is None, a tensor of labels was expected"),
    ],
)
def test_other_pseudo_labels_fail_with_their_reason(labels: object, words: str) -> None:
    finding = checks.pseudo_labels(labels, count=4, classes=3)
    assert finding.outcome is FAILED
    assert words in finding.observed


def test_pseudo_labels_that_do_not_exist_say_why() -> None:
    missing = Observation("pseudo", Missing("the cell raised NameError"), Observer())
    assert "the cell raised NameError" in checks.pseudo_labels(missing, count=4, classes=3).observed
