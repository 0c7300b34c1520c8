"""What rebuilt models answer: once for equal content, and with float32's labels however they were found."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from peft import LoraConfig, inject_adapter_in_model
from torch import nn

from tests.models.wire import Wire
from tlgrader.evidence.observation import Observation
from tlgrader.models import answers
from tlgrader.models.answers import Answers, _roughly, run
from tlgrader.rebuilding.rebuild import rebuild

POINTS = {"x": torch.randn(40, 3, generator=torch.Generator().manual_seed(0))}
OTHERS = {"x": POINTS["x"] + 1}


def _model(bias: float = 0.0) -> Any:
    model: Any = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).eval()
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        for number, parameter in enumerate(model.parameters()):
            torch.manual_seed(number)
            parameter.normal_()
        model[2].bias += bias
    return model


@pytest.fixture
def rebuilt(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what was rebuilt, in order."""
    names: list[str] = []

    def noted(seen: Observation) -> nn.Module:
        names.append(seen.name)
        return rebuild(seen)

    monkeypatch.setattr(answers, "rebuild", noted)
    return names


def test_equal_models_of_two_students_are_rebuilt_and_run_once(rebuilt: list[str]) -> None:
    memory = Answers()
    first = memory.logits(Wire().observe(_model()), POINTS)
    assert torch.equal(first, run(_model(), POINTS).detach())
    assert memory.logits(Wire().observe(_model()), POINTS) is first
    assert len(rebuilt) == 1


def test_another_number_another_layer_and_other_inputs_are_asked_anew(rebuilt: list[str]) -> None:
    memory = Answers()
    tanh = _model()
    tanh[1] = nn.Tanh()
    seen = [memory.logits(Wire().observe(model), POINTS) for model in (_model(), _model(1e-6), tanh)]
    assert len(rebuilt) == 3
    memory.logits(Wire().observe(_model()), OTHERS)
    assert not any(torch.equal(one, other) for one, other in pairwise(seen))


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch, rebuilt: list[str]) -> None:
    memory = Answers()
    one = memory.logits(Wire().observe(_model()), POINTS).nbytes
    monkeypatch.setattr(answers, "MOST_BYTES", 2 * one)
    for bias in (0.0, 1.0, 2.0, 0.0):
        memory.logits(Wire().observe(_model(bias)), POINTS)
    assert len(rebuilt) == 4


def test_an_answer_that_is_larger_than_all_of_the_memory_is_kept_alone(
    monkeypatch: pytest.MonkeyPatch, rebuilt: list[str]
) -> None:
    monkeypatch.setattr(answers, "MOST_BYTES", 0)
    memory = Answers()
    for bias in (0.0, 0.0, 1.0, 0.0):
        memory.logits(Wire().observe(_model(bias)), POINTS)
    assert len(rebuilt) == 3


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.floats(0.01, 100))
def test_labels_found_in_bfloat16_are_those_of_float32(seed: int, scale: float) -> None:
    draws = torch.Generator().manual_seed(seed)
    model = nn.Linear(8, 3).requires_grad_(False)
    model.weight.copy_(scale * torch.randn(3, 8, generator=draws))
    inputs = {"x": torch.randn(200, 8, generator=draws)}
    probe = {"x": torch.randn(8, 8, generator=draws)}
    rough = _roughly(model, inputs, probe, run(model, probe))
    assert torch.equal(rough.argmax(dim=1), run(model, inputs).argmax(dim=1))


def test_most_rows_stay_in_bfloat16() -> None:
    model = _model().requires_grad_(False)
    rough, exact = _roughly(model, POINTS, OTHERS, run(model, OTHERS)), run(model, POINTS)
    assert (rough == exact).all(dim=1).sum() < len(exact) / 2


def test_public_inputs_without_an_error_do_not_decide_for_others() -> None:
    model = nn.Linear(1, 2, bias=False).requires_grad_(False)
    model.weight.copy_(torch.tensor([[1.0], [1.0001]]))  # equal in bfloat16
    inputs = {"x": torch.linspace(-3, 3, 40).unsqueeze(1)}
    nothing = {"x": torch.zeros(8, 1)}
    rough = _roughly(model, inputs, nothing, run(model, nothing))
    assert torch.equal(rough.argmax(dim=1), run(model, inputs).argmax(dim=1))


@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
def test_logits_that_are_no_numbers_are_float32s(broken: float) -> None:
    model: Any = _model(broken).requires_grad_(False)
    rough = _roughly(model, POINTS, OTHERS, run(model, OTHERS))
    assert torch.equal(rough.nan_to_num(), run(model, POINTS).nan_to_num())


def test_a_single_output_has_no_label_to_decide() -> None:
    model = nn.Linear(3, 1).requires_grad_(False)
    assert torch.equal(_roughly(model, POINTS, OTHERS, run(model, OTHERS)), run(model, POINTS))


def test_adapters_are_merged_into_a_copy_alone() -> None:
    model: Any = inject_adapter_in_model(
        LoraConfig(target_modules=["0"], r=2, init_lora_weights=False), _model()
    )
    model = model.eval().requires_grad_(False)
    before = copy.deepcopy(model.state_dict())
    rough = _roughly(model, POINTS, OTHERS, run(model, OTHERS))
    assert torch.equal(rough.argmax(dim=1), run(model, POINTS).argmax(dim=1))
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


@pytest.mark.parametrize(("tiles", "halved"), [(True, 1), (False, 0)])
def test_bfloat16_is_used_for_sentences_where_the_processor_has_tiles(
    tiles: bool, halved: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []

    def roughly(*given: object) -> torch.Tensor:
        calls.append(given)
        return torch.zeros(1, 2)

    monkeypatch.setattr(answers, "_has_tiles", lambda: tiles)
    monkeypatch.setattr(answers, "_roughly", roughly)
    monkeypatch.setattr(answers, "run", lambda *_: torch.zeros(1, 2))
    sentences = {"input_ids": torch.ones(1, 4, dtype=torch.int64), "attention_mask": torch.ones(1, 4)}
    Answers().for_labels(Wire().observe(_model()), sentences, sentences)
    assert len(calls) == halved
    Answers().for_labels(Wire().observe(_model()), POINTS, POINTS)
    assert len(calls) == halved, "pictures are computed in float32"
