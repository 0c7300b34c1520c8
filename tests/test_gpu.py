"""What only a machine with an accelerator can show. Run there with ``pytest -m gpu``."""

from __future__ import annotations

import pytest
import torch

import tlgrader
from tlgrader import checks
from tlgrader.checks.finding import Outcome
from tlgrader.evidence.kinds import ModelEvidence
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.observe import Observer
from tlgrader.judge.rebuild import rebuild

ACCELERATOR = torch.accelerator.current_accelerator(check_available=True)
pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(ACCELERATOR is None, reason="no accelerator on this machine"),
]


@pytest.fixture
def model() -> torch.nn.Module:
    tlgrader.seed()
    return tlgrader.load_backbone("efficientnet_lite0", classes=5, device=tlgrader.device())


def _observed(model: torch.nn.Module) -> Observation:
    observer = Observer()
    return Observation("model", observer.observe(model), observer)


def test_a_model_on_the_accelerator_counts_as_trained_there(model: torch.nn.Module) -> None:
    assert checks.trained_on(_observed(model)).outcome is Outcome.passed


def test_a_model_left_on_the_cpu_does_not(model: torch.nn.Module) -> None:
    assert checks.trained_on(_observed(model.cpu())).outcome is Outcome.failed


def test_evidence_of_a_model_on_the_accelerator_is_rebuilt_on_the_cpu(model: torch.nn.Module) -> None:
    observation = _observed(model)
    assert isinstance(observation.evidence, ModelEvidence)
    assert {p.device.split(":")[0] for p in observation.evidence.parameters} == {str(ACCELERATOR)}
    images = torch.randn(4, 3, 96, 96)
    theirs = observation.source.logits(observation.evidence.handle, {"x": images})
    assert torch.allclose(rebuild(observation)(images), theirs.cpu(), atol=1e-2)
