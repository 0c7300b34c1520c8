"""A training step of the notebook's, repeated: what a process may say of its objects is what a step of them does."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import StepLR

from tests.declared import declared
from tests.models.wire import Wire
from tlgrader import checks
from tlgrader.architectures import Architecture
from tlgrader.checks.finding import Outcome, Strength
from tlgrader.errors import AuthorError
from tlgrader.evidence.kinds import ModelEvidence, OptimizerEvidence
from tlgrader.evidence.observation import Observation
from tlgrader.rebuilding.logical import CannotRebuild
from tlgrader.rebuilding.stepping import difference

SHAPE = (3, 16, 16)


class Net(nn.Module):
    """A network in small, with what depends on the mode: batch norm and dropout."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.pool = nn.Sequential(nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Dropout(0.5))
        self.classifier = nn.Linear(16, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Images of shape (N, 3, H, W) to logits of shape (N, 5)."""
        logits: torch.Tensor = self.classifier(self.pool(self.norm(self.conv(x))))
        return logits


@pytest.fixture(autouse=True)
def _known() -> Iterator[None]:
    with declared({"net": Architecture(Net, example=SHAPE)}):
        yield


@pytest.fixture
def net() -> Net:
    """A head that trains on a frozen rest, in train mode."""
    torch.manual_seed(1)
    model = Net().requires_grad_(False)
    model.classifier.requires_grad_(True)
    return model.train()


def _observed(model: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[Observation, Observation]:
    wire = Wire()
    return tuple(replace(wire.observe(one), loaded={}) for one in (model, optimizer))  # type: ignore[return-value]


def _said(observation: Observation, **changes: object) -> Observation:
    """As if the process had said so of the model, or of every group of the optimizer."""
    evidence = observation.evidence
    if isinstance(evidence, ModelEvidence):
        return replace(observation, evidence=msgspec.structs.replace(evidence, **changes))
    assert isinstance(evidence, OptimizerEvidence)
    groups = tuple(
        msgspec.structs.replace(group, options={**group.options, **changes}) for group in evidence.groups
    )
    return replace(observation, evidence=msgspec.structs.replace(evidence, groups=groups))


@pytest.mark.parametrize(
    "make",
    [
        lambda some: torch.optim.SGD(some, lr=0.1, momentum=0.9, nesterov=True),
        lambda some: torch.optim.SGD(some, lr=0.0),
        lambda some: torch.optim.Adam(some, lr=1e-3, weight_decay=0.1, amsgrad=True),
        lambda some: torch.optim.AdamW(some, lr=1e-2, betas=(0.8, 0.99)),
        lambda some: torch.optim.RMSprop(some, maximize=True),
        torch.optim.Adagrad,
    ],
)
def test_the_judge_takes_the_same_step(net: Net, make: Callable[[Any], torch.optim.Optimizer]) -> None:
    model, optimizer = _observed(net, make(net.classifier.parameters()))
    assert difference(model, optimizer) == ""


def test_groups_with_rates_of_their_own_and_an_optimizer_that_has_stepped(net: Net) -> None:
    groups: list[dict[str, Any]] = [
        {"params": [net.classifier.weight]},
        {"params": [net.classifier.bias], "lr": 0.5},
    ]
    optimizer = torch.optim.Adam(groups, lr=1e-3)
    net(torch.randn(2, *SHAPE)).sum().backward()
    optimizer.step()
    assert difference(*_observed(net, optimizer)) == ""


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
def test_an_adapter_with_dropout_beside_a_tied_embedding() -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, GPT2Config

    config = GPT2Config(
        n_layer=1, n_embd=32, n_head=2, vocab_size=50, n_positions=16, bos_token_id=1, eos_token_id=2
    )
    tokens = torch.arange(10).reshape(2, 5)
    declaration = Architecture(
        "transformers:AutoModelForCausalLM", {"config": config}, example=lambda: {"input_ids": tokens}
    )
    with declared({"gpt2": declaration}):
        model: Any = AutoModelForCausalLM.from_config(config)
        assert difference(*_observed(model.train(), torch.optim.SGD(model.parameters(), lr=0.1))) == ""
        adapted: Any = get_peft_model(
            model, LoraConfig(r=2, lora_dropout=0.3, target_modules=["c_attn"], fan_in_fan_out=True)
        )
        trained = [parameter for parameter in adapted.parameters() if parameter.requires_grad]
        assert difference(*_observed(adapted.train(), torch.optim.AdamW(trained, lr=1e-3))) == ""


def test_who_says_that_the_rest_is_frozen_is_found_out(net: Net) -> None:
    net.conv.requires_grad_(True)
    model, _ = _observed(net, torch.optim.SGD(net.parameters(), lr=0.1))
    assert isinstance(model.evidence, ModelEvidence)
    frozen = tuple(
        msgspec.structs.replace(one, requires_grad=one.name.startswith("classifier"))
        for one in model.evidence.parameters
    )
    said = _said(model, parameters=frozen)
    assert (
        difference(said)
        == "`conv.weight` gets a gradient in the notebook, and none by what is said of the model"
    )


def test_who_says_that_batch_norm_is_in_eval_mode_is_found_out(net: Net) -> None:
    model, _ = _observed(net, torch.optim.SGD(net.parameters(), lr=0.1))
    assert isinstance(model.evidence, ModelEvidence)
    modules = tuple(msgspec.structs.replace(one, training=False) for one in model.evidence.modules)
    assert difference(_said(model, modules=modules)).startswith(
        "the gradient of `classifier.weight` is another one"
    )


@pytest.mark.parametrize("lie", [{"lr": 1e-4}, {"weight_decay": 0.5}])
def test_who_says_another_setting_of_the_optimizer_is_found_out(net: Net, lie: dict[str, float]) -> None:
    model, optimizer = _observed(net, torch.optim.SGD(net.classifier.parameters(), lr=1e-3))
    assert difference(model, _said(optimizer, **lie)).startswith(
        "the change of `classifier.weight` is another one"
    )


def test_nothing_of_the_students_has_moved(net: Net) -> None:
    optimizer = torch.optim.Adam(net.classifier.parameters(), lr=0.1)
    StepLR(optimizer, 1)  # wraps the optimizer's `step`
    net(torch.randn(2, *SHAPE)).sum().backward()
    before = copy.deepcopy((net.state_dict(), optimizer.state_dict(), [p.grad for p in net.parameters()]))
    drawn = torch.random.get_rng_state()
    assert difference(*_observed(net, optimizer)) == ""
    after = (net.state_dict(), optimizer.state_dict(), [p.grad for p in net.parameters()])
    assert torch.equal(drawn, torch.random.get_rng_state())
    assert all(torch.equal(before[0][key], value) for key, value in after[0].items())
    assert before[1] == after[1] == optimizer.state_dict()
    assert all(a is b or torch.equal(a, b) for a, b in zip(before[2], after[2], strict=True))  # type: ignore[arg-type]
    assert net.training


class _Own(torch.optim.SGD):
    pass


def test_what_cannot_be_repeated_says_why(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    model, own = _observed(net, _Own(net.classifier.parameters(), lr=0.1))
    with pytest.raises(CannotRebuild, match=r"a `tests.*_Own` is no optimizer of torch's"):
        difference(model, own)
    with declared({"net": Architecture(Net)}), pytest.raises(CannotRebuild, match="no example of what"):
        difference(*_observed(net, torch.optim.SGD(net.parameters(), lr=0.1)))
    monkeypatch.setattr("tlgrader.evidence.stepping.MOST_TRAINED", 80)
    with pytest.raises(CannotRebuild, match="more than 80 numbers would be trained"):
        difference(*_observed(net, torch.optim.SGD(net.parameters(), lr=0.1)))


def test_an_example_that_cannot_be_made_is_its_authors_fault(net: Net) -> None:
    with (
        declared({"net": Architecture(Net, example="tests.nowhere:batch")}),
        pytest.raises(AuthorError, match=r"there is no `tests\.nowhere:batch`"),
    ):
        difference(*_observed(net, torch.optim.SGD(net.parameters(), lr=0.1)))


def test_what_a_step_shows_is_no_longer_only_claimed(net: Net) -> None:
    model, optimizer = _observed(net, torch.optim.Adam(net.classifier.parameters(), lr=1e-3))
    for finding in (
        checks.trainable_parameters(model, count=85),
        checks.stages_trainable(model, stages=("classifier",)),
        checks.in_train_mode(model),
        checks.optimizer(optimizer, model),
    ):
        assert (finding.outcome, finding.strength) == (Outcome.passed, Strength.queried)
    on_a_students_machine = replace(model, loaded=None)
    assert checks.trainable_parameters(on_a_students_machine, count=85).strength is Strength.claimed


def test_where_steps_differ_it_stays_claimed_and_says_so(net: Net) -> None:
    model, optimizer = _observed(net, torch.optim.Adam(net.classifier.parameters(), lr=1e-3))
    finding = checks.optimizer(_said(optimizer, lr=1.0), model)
    assert finding.strength is Strength.claimed
    assert finding.observed.endswith("yet the change of `classifier.weight` is another one in the notebook")
