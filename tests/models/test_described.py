"""What tells architectures apart is their modules: no weights are loaded for that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from tests.declared import declared
from tests.models.wire import Wire
from tlcourse import COURSE
from tlgrader.architectures import Architecture, declare
from tlgrader.architectures.pristine import described, pristine
from tlgrader.architectures.recognised import roots
from tlgrader.errors import AuthorError
from tlgrader.evidence.kinds import BackboneRoot, ModelEvidence


def _network() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 3))


def _far_too_large() -> nn.Module:
    raise AuthorError("the weights were loaded")


@pytest.fixture
def _the_course() -> Iterator[None]:
    with declared({}):
        declare(COURSE.architectures, {})
        yield


@pytest.mark.usefixtures("_the_course")
@pytest.mark.parametrize("name", COURSE.architectures)
def test_an_architecture_is_described_as_it_is_with_its_weights(name: str) -> None:
    assert described(name) == pristine(name).infos


def test_a_model_is_recognised_and_no_weights_are_loaded() -> None:
    with declared({"mine": Architecture(_network, weights=_far_too_large)}):
        observed = Wire().observe(_network())
        assert isinstance(observed.evidence, ModelEvidence)
        assert roots(observed.evidence) == (BackboneRoot("", "mine"),)
        with pytest.raises(AuthorError, match="the weights were loaded"):
            pristine("mine")


def test_describing_draws_no_random_number() -> None:
    with declared({"mine": Architecture(_network, weights=_far_too_large)}):
        torch.manual_seed(0)
        before = torch.get_rng_state()
        described("mine")
        assert torch.equal(torch.get_rng_state(), before)
