"""Pseudo-labels compared with those that the judge computes from the same model."""

import torch
from torch import nn

from tests.models.wire import Wire
from tlgrader.checks.finding import Finding, Outcome, Strength
from tlgrader.evidence.kinds import Missing
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.observe import Observer
from tlgrader.models.labelling import labelled_by

LOGITS = torch.tensor([[3.0, 0.0], [0.0, 3.0], [1.0, 0.0], [0.0, 0.5]])  # sure, sure, 73 %, 62 %


def _model() -> nn.Module:
    """Answers what it is given."""
    model = nn.Sequential(nn.Linear(2, 2, bias=False))
    model[0].weight.data = torch.eye(2)
    return model


def _finding(pseudo: object, threshold: float = 0.8) -> Finding:
    return labelled_by(pseudo, Wire().observe(_model()), {"x": LOGITS}, threshold=threshold, classes=2)


def test_what_the_model_says_passes_recomputed() -> None:
    for pseudo in (torch.tensor([0, 1, -1, -1]), [0, 1, -1, -1]):
        finding = _finding(pseudo)
        assert (finding.check, finding.outcome, finding.strength) == (
            "labelled_by",
            Outcome.passed,
            Strength.recomputed,
        )
        assert finding.observed == "2 pseudo-labels, as the model gives them"
    assert _finding([0, 1, 0, -1], threshold=0.7).outcome is Outcome.passed


def test_a_probability_at_the_threshold_may_be_taken_either_way() -> None:
    at = LOGITS[2].softmax(dim=0).max().item()
    assert _finding([0, 1, 0, -1], threshold=at).outcome is Outcome.passed
    assert _finding([0, 1, -1, -1], threshold=at).outcome is Outcome.passed
    assert _finding([0, 1, 1, -1], threshold=at).outcome is Outcome.failed


def test_labels_below_the_threshold_fail_with_their_hint() -> None:
    finding = _finding([0, 1, 0, 1])
    assert (finding.outcome, finding.strength) == (Outcome.failed, Strength.recomputed)
    assert finding.observed == "2 of 4 entries are not what the model says"
    assert "every example has a label" in finding.hint


def test_labels_that_the_model_does_not_give_fail() -> None:
    finding = _finding([1, 0, -1, -1])
    assert finding.outcome is Outcome.failed
    assert "as it is now" in finding.hint
    assert _finding([0, 1]).observed == "2 integer labels for 4 examples"
    assert _finding(None).outcome is Outcome.failed


def test_a_model_without_answers_is_skipped_and_none_fails() -> None:
    three = nn.Sequential(nn.Linear(2, 3))
    finding = labelled_by([0, 1, -1, -1], Wire().observe(three), {"x": LOGITS}, threshold=0.8, classes=2)
    assert finding.outcome is Outcome.skipped
    assert "2 logits each were expected" in finding.observed
    missing = Observation("model", Missing("not run"), Observer())
    assert (
        labelled_by([0], missing, {"x": LOGITS}, threshold=0.8, classes=2).observed
        == "`model` does not exist: not run"
    )
