"""Frozen, trainable, untouched: each passed and failed by something, in words."""

from collections import OrderedDict

import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from peft import LoraConfig, get_peft_model
from torch import nn

from tests.checks.conftest import Net, Observe, load
from tlgrader import checks
from tlgrader.checks.finding import Fault, Outcome, Strength
from tlgrader.evidence.kinds import Missing, Opaque
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.observe import Observer

NAMES = [name for name, _ in load().named_parameters()]


def test_a_frozen_backbone_with_a_new_head_passes_bit_for_bit(swapped: Net, observe: Observe) -> None:
    finding = checks.frozen(observe(swapped), except_="classifier", weight=2.0)
    assert (finding.check, finding.weight, finding.fault) == ("frozen", 2.0, None)
    assert (finding.outcome, finding.strength) == (Outcome.passed, Strength.bitwise)
    assert "4 parameter tensors outside `classifier`, all frozen and bit for bit" in finding.observed


def test_nothing_frozen_names_the_first_tensor(net: Net, observe: Observe) -> None:
    finding = checks.frozen(observe(net), except_="classifier")
    assert (finding.outcome, finding.fault) == (Outcome.failed, Fault.student)
    assert (
        "4 parameter tensors outside `classifier` are trainable, the first is `conv.weight`"
        in finding.observed
    )
    assert "parameter.requires_grad = False" in finding.hint


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.sampled_from(NAMES)))
def test_any_pattern_of_freezing_is_counted(trainable: set[str]) -> None:
    net = load()
    for name, parameter in net.named_parameters():
        parameter.requires_grad = name in trainable
    finding = checks.frozen(Observation("model", Observer().observe(net), Observer()), except_="classifier")
    outside = [name for name in NAMES if name in trainable and not name.startswith("classifier")]
    assert (finding.outcome is Outcome.passed) == (not outside)
    if outside:
        plural = "tensor outside" if len(outside) == 1 else "tensors outside"
        assert f"{len(outside)} parameter {plural}" in finding.observed
        assert f"the first is `{outside[0]}`" in finding.observed


def test_frozen_only_after_it_was_trained_fails_bit_for_bit(swapped: Net, observe: Observe) -> None:
    swapped.conv.weight.data[0] += 1e-6
    finding = checks.frozen(observe(swapped), except_=("classifier",))
    assert (finding.outcome, finding.strength) == (Outcome.failed, Strength.bitwise)
    assert "1 parameter tensor outside `classifier` differs from the pretrained" in finding.observed
    assert "`conv.weight`" in finding.observed


def test_a_backbone_layer_that_is_gone_fails(swapped: Net, observe: Observe) -> None:
    swapped.conv = nn.Identity()  # type: ignore[assignment]
    finding = checks.frozen(observe(swapped), except_="classifier")
    assert "2 pretrained parameter tensors outside `classifier` missing, the first is `conv.weight`" in (
        finding.observed
    )


def test_requires_grad_on_the_module_gets_its_own_hint(net: Net, observe: Observe) -> None:
    net.conv.requires_grad = False  # type: ignore[assignment]
    finding = checks.frozen(observe(net), except_="classifier")
    assert finding.outcome is Outcome.failed
    assert "was set on the module `conv`, where torch ignores it" in finding.hint


def test_a_frozen_head_is_mentioned(net: Net, swapped: Net, observe: Observe) -> None:
    finding = checks.frozen(observe(swapped.requires_grad_(False)), except_="classifier")
    assert finding.outcome is Outcome.passed
    assert "everything under `classifier` is frozen, too" in finding.observed
    assert (
        "there are none under `head`"
        in checks.frozen(observe(net.requires_grad_(False)), except_="head").observed
    )


def test_without_a_known_backbone_frozen_is_only_claimed(observe: Observe) -> None:
    finding = checks.frozen(observe(nn.Linear(1, 1).requires_grad_(False)))
    assert (finding.outcome, finding.strength) == (Outcome.passed, Strength.claimed)
    assert "no pretrained ones are known" in finding.observed


def test_what_is_no_model_is_named(observe: Observe) -> None:
    missing = Observation("net", Missing("the cell that defines it failed"), Observer())
    assert checks.frozen(missing).observed == "`net` does not exist: the cell that defines it failed"
    assert "`model` is a str, a model (torch.nn.Module) was expected" in checks.frozen("text").observed
    opaque = Observation("net", Opaque("builtins.object"), Observer())
    assert "`net` is an object" in checks.frozen(opaque).observed
    optimizer = observe(torch.optim.SGD(nn.Linear(1, 1).parameters()), "net")
    assert "`net` is an optimizer" in checks.frozen(optimizer).observed
    assert checks.frozen(None).outcome is Outcome.failed


def test_counts_of_trainable_numbers(net: Net, swapped: Net, observe: Observe) -> None:
    assert checks.trainable_parameters(observe(swapped), count=25).outcome is Outcome.passed
    finding = checks.trainable_parameters(observe(net), count=25)
    assert finding.observed == "25 expected, 170 seen: nothing is frozen"
    assert finding.measured == {"trainable": 170.0}
    frozen = checks.trainable_parameters(observe(net.requires_grad_(False)), count=25)
    assert frozen.observed == "25 expected, 0 seen: everything is frozen"
    some = checks.trainable_parameters(observe(swapped), count=5)
    assert "25 seen, in 2 tensors: `classifier.weight`, `classifier.bias`" in some.observed


def test_counts_like_another_models(net: Net, swapped: Net, observe: Observe) -> None:
    assert checks.trainable_parameters(observe(swapped), like=observe(swapped)).outcome is Outcome.passed
    assert checks.trainable_parameters(observe(net), like=observe(swapped)).outcome is Outcome.failed


def test_a_shared_parameter_counts_once(observe: Observe) -> None:
    one, other = nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False)
    other.weight = one.weight
    assert checks.trainable_parameters(observe(nn.Sequential(one, other)), count=4).outcome is Outcome.passed


def test_base_untouched(net: Net, swapped: Net, observe: Observe) -> None:
    finding = checks.base_untouched(observe(swapped), backbone="stand_in", except_="classifier")
    assert (finding.outcome, finding.strength) == (Outcome.passed, Strength.bitwise)
    net.norm.weight.data *= 1.01
    changed = checks.base_untouched(observe(net))
    assert "1 parameter tensor differs from the pretrained, the first is `norm.weight`" in changed.observed
    lost = checks.base_untouched(observe(swapped))
    assert lost.outcome is Outcome.failed


def test_base_untouched_needs_the_backbone(net: Net, observe: Observe) -> None:
    none = checks.base_untouched(observe(nn.Linear(1, 1)))
    assert "`model` does not hold a backbone as it is loaded" in none.observed
    other = checks.base_untouched(observe(net), backbone="other")
    assert "does not hold the backbone `other`" in other.observed
    assert "it holds `stand_in`" in other.observed


def test_buffers_move_in_train_mode(net: Net, observe: Observe) -> None:
    assert checks.buffers_untouched(observe(net)).strength is Strength.bitwise
    net.train()(torch.randn(4, 3, 8, 8))
    finding = checks.buffers_untouched(observe(net))
    assert finding.outcome is Outcome.failed
    assert "3 buffers differ" in finding.observed
    assert "the backbone was in train mode while the head trained" in finding.observed
    assert checks.buffers_untouched(observe(nn.Linear(1, 1))).outcome is Outcome.failed


def test_as_many_numbers_as_a_frozen_module_has_are_hinted_at(swapped: Net, observe: Observe) -> None:
    swapped.conv.requires_grad_(True)
    swapped.classifier.requires_grad_(False)
    hint = checks.trainable_parameters(observe(swapped), count=112 + 25).hint
    assert hint == "the 25 that are lacking are as many as `classifier` has, which is frozen"
    assert "counts them" in checks.trainable_parameters(observe(swapped), count=112 + 24).hint
    assert "counts them" in checks.trainable_parameters(observe(swapped), count=100).hint


def test_too_many_trainable_numbers_are_named_by_their_module(swapped: Net, observe: Observe) -> None:
    swapped.requires_grad_(False)
    for module in (swapped.conv, swapped.classifier):
        module.requires_grad_(True)
    said = checks.trainable_parameters(observe(swapped), count=25).observed
    assert said == "25 expected, 137 seen: the 112 too many are those of `conv`"
    swapped.norm.requires_grad_(True)
    swapped.conv.get_parameter("bias").requires_grad_(False)
    said = checks.trainable_parameters(observe(swapped), count=25).observed
    assert said.endswith("beside `classifier` there are 3 tensors: `conv.weight`, `norm.weight`, `norm.bias`")


def test_a_head_that_peft_froze_hints_at_the_task(observe: Observe) -> None:
    base = nn.Sequential(OrderedDict(query=nn.Linear(4, 4), classifier=nn.Linear(4, 2)))
    model = get_peft_model(base, LoraConfig(r=1, target_modules=["query"]))
    hint = checks.trainable_parameters(observe(model), count=8 + 10).hint
    assert "`classifier` has, which is frozen" in hint
    assert 'with `task_type="SEQ_CLS"` peft trains a new head, too, and what `modules_to_save` names' in hint
