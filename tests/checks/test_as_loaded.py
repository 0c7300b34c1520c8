"""What is frozen and untouched where the course does not know the weights: compared with what a given cell loaded."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from torch import nn

from tests.checks.conftest import NAME, Net, load
from tests.declared import declared
from tests.models.wire import Wire
from tlgrader import checks
from tlgrader.architectures import Architecture
from tlgrader.checks.finding import Outcome, Strength
from tlgrader.errors import AuthorError
from tlgrader.evidence.digest import digest
from tlgrader.evidence.observation import Loaded, Observation


@pytest.fixture(autouse=True)
def _unknown_weights() -> Iterator[None]:
    with declared({NAME: Architecture(Net)}):
        yield


def _left(net: nn.Module, cell: str, *, trusted: bool = True) -> Loaded:
    """What a given cell leaves behind that loads `net`."""
    tensors = [*net.named_parameters(), *net.named_buffers()]
    tokens = frozenset(id(parameter) for parameter in net.parameters())
    return Loaded(cell, {name: digest(tensor) for name, tensor in tensors}, tokens, trusted)


def _seen(net: nn.Module, *others: Loaded, trusted: bool = True) -> Observation:
    return replace(Wire().observe(net), loaded={NAME: (*others, _left(load(), "load_it", trusted=trusted))})


def _frozen() -> Net:
    net = load().requires_grad_(False)
    net.classifier = nn.Linear(4, 3)
    return net


def test_a_frozen_backbone_is_compared_with_what_the_given_cell_loaded_and_this_is_said() -> None:
    finding = checks.frozen(_seen(_frozen()), except_="classifier")
    assert (finding.outcome, finding.strength) == (Outcome.passed, Strength.bitwise)
    assert "as the given cell `load_it` loaded it" in finding.observed


def _random() -> Net:
    net = load()
    for parameter in net.parameters():
        nn.init.normal_(parameter)
    return net


def test_of_two_models_that_given_cells_made_it_is_the_one_that_the_student_went_on_with() -> None:
    first, second = _random(), _random()
    left = _left(first, "first"), _left(second, "second")
    for net, cell in ((first, "first"), (second, "second"), (copy.deepcopy(second), "second")):
        net.requires_grad_(False)
        net.classifier = nn.Linear(4, 3)
        finding = checks.frozen(_seen(net, *left), except_="classifier")
        assert finding.outcome is Outcome.passed
        assert f"as the given cell `{cell}` loaded it" in finding.observed


def test_what_was_trained_is_compared_with_how_it_began_and_not_with_another_that_is_nearer() -> None:
    net = _random()
    began = _left(net, "first")
    net.conv.weight.data += 1
    net.requires_grad_(False)
    net.classifier = nn.Linear(4, 3)
    nearer = _left(copy.deepcopy(net), "second")
    finding = checks.frozen(_seen(net, began, nearer), except_="classifier")
    assert finding.outcome is Outcome.failed
    assert "differs from what the given cell `first` loaded" in finding.observed


def test_a_head_with_the_token_of_another_models_head_does_not_make_it_that_model() -> None:
    first, second = _random(), _random()
    copied = copy.deepcopy(second).requires_grad_(False)
    copied.classifier = nn.Linear(4, 3)
    reused = _left(first, "first")
    reused = replace(
        reused, tokens=reused.tokens | {id(copied.classifier.weight), id(copied.classifier.bias)}
    )
    finding = checks.frozen(_seen(copied, reused, _left(second, "second")), except_="classifier")
    assert "as the given cell `second` loaded it" in finding.observed


def test_a_change_before_freezing_is_seen() -> None:
    net = _frozen()
    net.conv.weight.data += 1
    finding = checks.frozen(_seen(net), except_="classifier")
    assert finding.outcome is Outcome.failed
    assert "differs from what the given cell `load_it` loaded, the first is `conv.weight`" in finding.observed
    assert checks.base_untouched(_seen(net), except_="classifier").outcome is Outcome.failed


def test_a_parameter_that_became_a_buffer_is_still_compared() -> None:
    net = _frozen()
    weight = net.conv.weight.data + 1
    del net.conv.weight
    net.conv.register_buffer("weight", weight)
    assert checks.frozen(_seen(net), except_="classifier").outcome is Outcome.failed


def test_statistics_that_moved_are_seen() -> None:
    net = _frozen()
    net.train()(torch.randn(2, 3, 8, 8))
    assert checks.buffers_untouched(_seen(net)).outcome is Outcome.failed
    assert checks.buffers_untouched(_seen(_frozen())).outcome is Outcome.passed


def test_where_student_code_ran_before_the_evidence_is_only_claimed() -> None:
    assert checks.frozen(_seen(_frozen(), trusted=False), except_="classifier").strength is Strength.claimed


def test_nobody_loaded_it_in_a_given_cell_is_the_authors_error() -> None:
    with pytest.raises(AuthorError, match=r"give its `weights` in course.py, or load it in a given cell"):
        checks.base_untouched(replace(Wire().observe(_frozen()), loaded={}), except_="classifier")


def test_the_loaded_head_is_not_a_new_one() -> None:
    net = _frozen()
    assert checks.head(_seen(net), classes=3).outcome is Outcome.passed
    net.classifier = load().classifier
    assert "is the pretrained head" in checks.head(_seen(net), classes=10).observed


def test_how_far_stages_moved_needs_known_weights() -> None:
    with pytest.raises(AuthorError, match=r"course.py gives the model's `weights`"):
        checks.stages_moved(_seen(_frozen()), head="classifier", stages=["norm"])


def test_on_a_students_machine_it_is_said_that_grading_compares() -> None:
    finding = checks.base_untouched(Wire().observe(_frozen()), except_="classifier")
    assert finding.outcome is Outcome.skipped
    assert "grading compares it with what the given cell loads" in finding.observed
