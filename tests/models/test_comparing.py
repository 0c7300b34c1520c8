"""Gain and retained: two accuracies that the judge measured, compared."""

import pytest
import torch
from torch import nn

from tests.models.test_evaluate import CLASSES, _data, _right
from tests.models.wire import Wire
from tlgrader.checks.finding import Finding, Measured, Outcome, Strength
from tlgrader.evidence.kinds import Missing
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.observe import Observer
from tlgrader.models import comparing
from tlgrader.models.evaluate import measured_accuracy


def _half() -> nn.Module:
    """Right about the first class, blind to the last."""
    model = _right()
    model[0].weight.data[2] = -9
    return model


def _gain(model: object, baseline: object, at_least: float = 0.1) -> Finding:
    return comparing.gain(model, baseline, _data(), at_least=at_least, classes_named=CLASSES)


def _missing() -> Observation:
    return Observation("model", Missing("the cell that makes it was not run"), Observer())


def test_accuracy_as_a_number() -> None:
    measured = measured_accuracy(Wire().observe(_right()), _data(), 3)
    assert (measured.value, measured.strength, measured.note) == (1.0, Strength.recomputed, "")
    wrong = measured_accuracy(Wire().observe(nn.Sequential(nn.Linear(3, 5))), _data(), 3)
    assert wrong.value is None
    assert "3 logits each were expected" in wrong.note
    assert measured_accuracy(_missing(), _data(), 3).value is None


def test_a_gain_over_another_model_passes_recomputed() -> None:
    wire = Wire()
    finding = _gain(wire.observe(_right()), wire.observe(_half()))
    low = finding.measured["baseline"]
    assert (finding.check, finding.outcome, finding.strength) == (
        "gain",
        Outcome.passed,
        Strength.recomputed,
    )
    assert finding.measured == {"gain": 1 - low, "accuracy": 1.0, "baseline": low}
    assert finding.decided_by == "gain"
    assert finding.observed == f"an accuracy of 1.000, the baseline's is {low:.3f}: {1 - low:+.3f}"


def test_a_gain_over_what_was_measured_earlier() -> None:
    model = Wire().observe(_right())
    finding = _gain(model, Measured(0.9, Strength.queried), at_least=0.1)
    assert (finding.outcome, finding.strength) == (Outcome.passed, Strength.queried)
    assert _gain(model, Measured(0.95, Strength.recomputed)).outcome is Outcome.failed


def test_no_gain_fails_with_both_numbers() -> None:
    wire = Wire()
    finding = _gain(wire.observe(_half()), wire.observe(_right()))
    assert finding.outcome is Outcome.failed
    assert "the baseline's is 1.000: -0." in finding.observed
    assert finding.expected == "an accuracy at least 0.100 above the baseline's on 100 held-out examples"


@pytest.mark.parametrize("unmeasured", [Measured(None, Strength.claimed, "it raised"), None])
def test_what_cannot_be_measured_is_skipped_with_its_reason(unmeasured: Measured | None) -> None:
    broken = Wire().observe(nn.Sequential(nn.Linear(3, 5)))
    finding = _gain(Wire().observe(_right()), unmeasured or broken)
    assert finding.outcome is Outcome.skipped
    assert finding.observed.startswith("the accuracy of the baseline cannot be measured: ")


def test_what_is_no_model_fails_and_is_named() -> None:
    model = Wire().observe(_right())
    for finding in (_gain(_missing(), model), _gain(model, _missing())):
        assert finding.outcome is Outcome.failed
        assert "the cell that makes it was not run" in finding.observed
    assert "(`baseline`) is a float" in _gain(model, 0.5).observed


def test_retained_is_a_share_of_the_accuracy_before() -> None:
    wire, data = Wire(), _data()
    before = measured_accuracy(wire.observe(_right()), data, 3)
    kept = comparing.retained(wire.observe(_right()), before, data, at_least=1.0)
    lost = comparing.retained(wire.observe(_half()), wire.observe(_right()), data, at_least=0.9)
    assert (kept.check, kept.outcome, kept.measured["retained"]) == ("retained", Outcome.passed, 1.0)
    assert lost.outcome is Outcome.failed
    assert lost.measured["retained"] == lost.measured["accuracy"] < 0.9
    assert lost.measured["before"] == 1.0
    assert kept.decided_by == lost.decided_by == "retained"
    assert "it was 1.000 before" in lost.observed


def test_retained_of_nothing_is_skipped() -> None:
    model = Wire().observe(_right())
    finding = comparing.retained(model, Measured(0.0, Strength.recomputed), _data(), at_least=0.9)
    assert finding.outcome is Outcome.skipped
    unknown = comparing.retained(model, Measured(None, Strength.claimed, "it raised"), _data(), at_least=0.9)
    assert unknown.observed == "the accuracy before cannot be measured: it raised"


def test_logits_that_are_not_finite_are_not_compared() -> None:
    model = _right()
    model[0].weight.data[0, 0] = torch.nan
    finding = _gain(Wire().observe(model), Measured(0.5, Strength.recomputed))
    assert finding.outcome is Outcome.skipped
    assert "are not finite" in finding.observed
