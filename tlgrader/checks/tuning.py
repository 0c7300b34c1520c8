"""Checks of fine-tuning: which stages are trainable, how fast each learns, and how far each has moved.

A stage is a module by its name, as in ``blocks.5``, with everything in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from tlgrader.architectures import fingerprint, pretrained
from tlgrader.architectures.recognised import roots
from tlgrader.checks.declaring import check
from tlgrader.checks.finding import Finding, Strength, failed, passed_unless
from tlgrader.checks.narrowing import narrow, narrow_observation
from tlgrader.checks.pretrained import is_buffer, without_weights
from tlgrader.checks.stepping import shown_by_a_step
from tlgrader.checks.wording import counted, listed, name_of
from tlgrader.errors import AuthorError
from tlgrader.evidence.kinds import ModelEvidence, OptimizerEvidence, ParameterInfo, TensorInfo
from tlgrader.evidence.names import is_within, plain_name, under, unique_parameters
from tlgrader.evidence.observation import NotAsDescribed, Observation

UNFREEZE = "for parameter in model.get_submodule(name).parameters(): parameter.requires_grad = True"
_ROUNDING = 1e-6


@check
@shown_by_a_step
def stages_trainable(model: object, *, stages: Sequence[str], weight: float = 1.0) -> Finding:
    """Exactly the parameters of these stages are trainable; those of all others are frozen."""
    evidence = narrow(model, ModelEvidence, "model")
    parameters = unique_parameters(evidence)
    frozen = [p.name for p in parameters if is_within(p.name, stages) and not p.requires_grad]
    trainable = [p.name for p in parameters if not is_within(p.name, stages) and p.requires_grad]
    missing = [stage for stage in stages if not any(is_within(p.name, (stage,)) for p in parameters)]
    problems = [
        *([f"there are no parameters under {listed(missing)}"] if missing else []),
        *_each(frozen, stages, "should be trainable and is frozen"),
        *_each(trainable, stages, "should be frozen and is trainable"),
    ]
    count = sum(p.requires_grad for p in parameters)
    observed = (
        f"{listed(stages, len(stages))}, {counted(count, 'parameter tensor')}, trainable; all else frozen"
    )
    expected = f"{listed(stages, len(stages))} trainable, everything else frozen"
    hint = f"freeze all parameters first, then unfreeze: `{UNFREEZE}`"
    return passed_unless(problems, Strength.claimed, observed, expected, hint)


def _each(names: Iterable[str], stages: Sequence[str], what: str) -> list[str]:
    """One phrase for each stage that has one of these tensors, with how many."""
    counts: dict[str, int] = {}
    for name in names:
        stage = _stage(name, stages)
        counts[stage] = counts.get(stage, 0) + 1
    return [f"`{stage}` {what} ({counted(number, 'tensor')})" for stage, number in counts.items()]


def _stage(name: str, stages: Sequence[str]) -> str:
    """The stage that a tensor belongs to: one of `stages`, or else its first module and the number in it."""
    plain = plain_name(name)
    named = [stage for stage in stages if is_within(plain, (stage,))]
    parts = plain.split(".")
    return named[0] if named else ".".join(parts[:2] if parts[1:2] and parts[1].isdigit() else parts[:1])


@check
@shown_by_a_step
def stages_in_train_mode(model: object, *, stages: Sequence[str], weight: float = 1.0) -> Finding:
    """The batch norm and dropout layers of these stages are in train mode, those of all others in eval mode."""
    evidence = narrow(model, ModelEvidence, "model")
    layers = [module for module in evidence.modules if _depends_on_mode(module.type)]
    off = [layer.name for layer in layers if is_within(layer.name, stages) and not layer.training]
    on = [layer.name for layer in layers if not is_within(layer.name, stages) and layer.training]
    problems = [
        *([f"{counted(len(off), 'layer')} in eval mode that should train: {listed(off)}"] if off else []),
        *([f"{counted(len(on), 'layer')} of frozen stages in train mode: {listed(on)}"] if on else []),
    ]
    expected = f"batch norm in train mode in {listed(stages, len(stages))}, in eval mode everywhere else"
    count = sum(layer.training for layer in layers)
    observed = f"{count} of {len(layers)} batch norm and dropout layers in train mode"
    hint = "`model.eval()` first, then `.train()` for each stage that is to be trained"
    return passed_unless(problems, Strength.claimed, observed, expected, hint)


def _depends_on_mode(type: str) -> bool:
    name = type.rpartition(".")[2]
    return name.startswith(("BatchNorm", "Dropout"))


@check
@shown_by_a_step
def learning_rates(
    optimizer: object,
    model: object,
    *,
    head: str,
    stages: Sequence[str],
    at_most: float = 1.0,
    at_least: float = 0.0,
    weight: float = 1.0,
) -> Finding:
    """Learning rates differ: those of `stages`, from the lowest up, never fall and lie below the head's.

    Each must be between `at_least` and `at_most` times the learning rate of `head`.
    """
    evidence = narrow(optimizer, OptimizerEvidence, "optimizer")
    parameters = unique_parameters(narrow(model, ModelEvidence, "model"))
    rates = {stage: _rates(evidence, parameters, stage) for stage in (*stages, head)}
    expected = (
        f"learning rates of {at_least:g} to {at_most:g} times that of `{head}`, and none lower than that of a "
        f"stage below it, for {listed(stages, len(stages))}"
    )
    problems = [problem for stage, found in rates.items() for problem in _not_one(stage, found)]
    if problems:
        hint = "give the optimizer a list of groups, as in {'params': stage.parameters(), 'lr': 1e-4}"
        return failed(Strength.claimed, "; ".join(problems), expected, hint)
    single = {stage: next(iter(found)) for stage, found in rates.items()}
    problems = [*_against_head(single, head, at_least, at_most), *_falling(single, stages)]
    observed = ", ".join(f"`{stage}` {rate:g}" for stage, rate in single.items())
    hint = "the head is newest and may learn fastest; the lower a stage, the more general it is"
    return passed_unless(problems, Strength.claimed, observed, expected, hint)


def _rates(evidence: OptimizerEvidence, parameters: Iterable[ParameterInfo], stage: str) -> set[float | None]:
    """The learning rates of a stage's trainable parameters; None for one that the optimizer does not hold."""
    rates = {token: group.lr for group in evidence.groups for token in group.tokens}
    return {rates.get(p.token) for p in parameters if p.requires_grad and is_within(p.name, (stage,))}


def _not_one(stage: str, found: set[float | None]) -> list[str]:
    if not found:
        return [f"`{stage}` has no trainable parameters"]
    if None in found:
        return [f"parameters of `{stage}` are not in the optimizer"]
    if len(found) > 1:
        return [f"`{stage}` has {len(found)} learning rates"]
    return []


def _against_head(rates: Mapping[str, float | None], head: str, at_least: float, at_most: float) -> list[str]:
    top = rates[head] or 0.0
    low, high = at_least * top * (1 - _ROUNDING), at_most * top * (1 + _ROUNDING)
    return [
        f"`{stage}` learns at {rate:g}, {_times(rate, top)} the {top:g} of `{head}`"
        for stage, rate in rates.items()
        if stage != head and rate is not None and not low <= rate <= high
    ]


def _times(rate: float, top: float) -> str:
    return f"{rate / top:g} times" if top else "against"


def _falling(rates: Mapping[str, float | None], stages: Sequence[str]) -> list[str]:
    pairs = [(one, other, rates[one] or 0.0, rates[other] or 0.0) for one, other in pairwise(stages)]
    return [
        f"`{lower}` learns faster ({fast:g}) than `{upper}` above it ({slow:g})"
        for lower, upper, fast, slow in pairs
        if fast > slow * (1 + _ROUNDING)
    ]


@check
def stages_moved(
    model: object, *, head: str, stages: Sequence[str], at_most: float = math.inf, weight: float = 1.0
) -> Finding:
    """These stages of the backbone moved from the pretrained parameters, and nothing else of it did.

    How far is the L2 norm of a stage's change over that of its pretrained parameters; it must not be above
    `at_most`. All other parameters and batch-norm statistics, but for the `head`, must be the pretrained ones,
    bit for bit.
    """
    observation, evidence = narrow_observation(model, ModelEvidence, "model")
    expected = f"{listed(stages, len(stages))} moved"
    expected += f", none by more than {at_most:.0%}" if at_most < math.inf else ""
    expected += ", and all below bit for bit as pretrained"
    root = next((root for root in roots(evidence) if fingerprint(root.name)), None)
    if root is None and without_weights(evidence):
        raise AuthorError("how far stages moved can be said only where course.py gives the model's `weights`")
    if root is None:
        name = name_of(model, "model")
        said = f"`{name}` holds no backbone as `load_backbone` returns it"
        return failed(Strength.claimed, said, expected, "begin with what is given, and change no mark of it")
    try:
        moved = _moved(observation, under(root, evidence), root.name, stages, head)
    except NotAsDescribed as error:
        return failed(
            Strength.claimed, str(error), expected, "hand in plain tensors: run the cells from the top again"
        )
    problems = _wrongly_moved(moved, stages, at_most)
    observed = ", ".join(f"`{stage}` by {_share(moved[stage])}" for stage in stages if stage in moved)
    hint = (
        "does `optimizer.step()` run, is a stage's gradient computed, are its parameters in the optimizer, is its "
        "learning rate right?"
    )
    return passed_unless(
        problems, Strength.bitwise, f"moved: {observed}; all else is as pretrained", expected, hint
    )


def _moved(
    observation: Observation, there: Mapping[str, TensorInfo], backbone: str, stages: Sequence[str], head: str
) -> dict[str, float]:
    """How far each stage that differs from the pretrained moved; inf for one that lost a tensor.

    Buffers count outside of `stages` only: in a stage that trains they follow the data.
    """
    known = fingerprint(backbone) or {}
    squares: dict[str, list[float]] = {}
    for name, digest in known.items():
        stage = _stage(name, stages)
        if is_within(name, (head,)) or (stage in stages and is_buffer(name)):
            continue
        total = squares.setdefault(stage, [0.0, 0.0])
        same = name in there and there[name].digest == digest
        change, size = (0.0, _norm(backbone, name)) if same else _change(observation, there, backbone, name)
        total[0], total[1] = total[0] + change**2, total[1] + size**2
    return {stage: math.sqrt(change / (size or 1.0)) for stage, (change, size) in squares.items() if change}


def _change(
    observation: Observation, there: Mapping[str, TensorInfo], backbone: str, name: str
) -> tuple[float, float]:
    """The L2 norms of a tensor's change and of the pretrained one; an infinite change where it is gone."""
    before = pretrained(backbone)[name].double()
    if name not in there or there[name].shape != tuple(before.shape):
        return math.inf, before.norm().item()
    change = (observation.tensor(there[name]).double() - before).norm().item()
    return change, before.norm().item()


def _norm(backbone: str, name: str) -> float:
    return pretrained(backbone)[name].double().norm().item()


def _wrongly_moved(moved: Mapping[str, float], stages: Sequence[str], at_most: float) -> list[str]:
    frozen = [
        f"`{stage}` should be as pretrained and moved by {_share(far)}"
        for stage, far in moved.items()
        if stage not in stages
    ]
    still = [
        f"`{stage}` should have moved and is as pretrained, bit for bit"
        for stage in stages
        if not moved.get(stage)
    ]
    far = [
        f"`{stage}` moved by {_share(moved[stage])}, too far"
        for stage in stages
        if stage in moved and not moved[stage] <= at_most
    ]
    return [*frozen, *still, *far]


def _share(far: float) -> str:
    return f"{far:.2%}" if math.isfinite(far) else "more than can be said (not finite, or layers are gone)"
