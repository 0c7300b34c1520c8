"""Hidden tests of the exercise `lora`: what must hold of the model before and after its adapter trains."""

from functools import cache
from itertools import pairwise
from typing import NamedTuple

import msgspec
import torch

from grader_tests.adapted import has_adapters, losses_in
from tlcourse.backbones import MINILM, load_tokenizer
from tlcourse.data import reviews
from tlgrader import checks
from tlgrader.hidden import (
    Finding,
    Labelled,
    Measured,
    Observation,
    OptimizerEvidence,
    Outcome,
    Strength,
    accuracy,
    check,
    counted,
    loss,
    narrow,
    needs,
    passed_unless,
    proves_nothing_without,
    threshold,
    weaker,
)

FALL = 0.1  # the share by which the training loss must fall; printed in the notebook
WORDS = 12  # the notebook trains on sentences of at most so many
TRAINING_SENTENCES = 84
EPOCHS, STEPS = 2, 56
RATE = 2e-3  # the notebook's LEARNING_RATE
LAST_RATE = RATE / 20  # what the schedule must have brought it down to; printed, as the next two are
FIRST_STEPS, FIRST_APART = 4, 0.2
LAST_STEPS, LAST_APART = 14, 0.12
SOFTMAX_TWICE = 0.3133  # the lowest cross-entropy of probabilities in place of logits: ln(1 + 1/e)
HIDDEN_SENTENCES = 300  # the shortest: it is trained on short ones, and long ones cost more
PROBES = 4


class Planned(NamedTuple):
    """The learning rates before training, and after how many steps the schedule ends, where it says so."""

    rates: tuple[float, ...]
    steps: int | None


def planned(optimizer: object, steps: object) -> Planned:
    """Keep what optimizer and schedule say before training; `steps` is a LinearLR's ``total_iters``."""
    evidence = getattr(optimizer, "evidence", None)
    groups = evidence.groups if isinstance(evidence, OptimizerEvidence) else ()
    return Planned(tuple(group.lr for group in groups), steps if type(steps) is int else None)


def returns(function: object, arguments: list[int], expected: int, *, weight: float = 1.0) -> Finding:
    """The size of an adapter, with a hint where what is returned is another known number."""
    finding = checks.returns(function, arguments, expected, weight=weight)
    if finding.outcome is not Outcome.failed or finding.hint or not isinstance(function, Observation):
        return finding
    answer = getattr(function.evidence, "handle", None)
    seen = None if answer is None else getattr(function.source.call(answer, arguments), "value", None)
    return msgspec.structs.replace(finding, hint=_size_hint(seen, *arguments))


def _size_hint(seen: object, inner: int, outer: int, rank: int) -> str:
    """What a wrong size counts."""
    hints: dict[float, str] = {
        0: "nothing is counted yet: A has `rank` x `in_features` numbers, B `out_features` x `rank`",
        rank * inner * outer: "A and B are two matrices: add their sizes, and do not multiply them",
        inner * outer: "that is the size of the layer's own W: A and B have `rank` rows and columns",
        2 * rank * inner: "only A has `in_features` columns: B has `out_features` rows",
        2 * rank * outer: "only B has `out_features` rows: A has `in_features` columns",
        rank * (inner + outer) + outer: "A and B have no biases",
        8 * (inner + outer): "the rank is an argument, and not always 8",
    }
    if seen is None:
        return "the size has to be returned, not printed"
    return hints.get(seen, "") if isinstance(seen, int | float) else ""


def training_loss(model: object) -> Measured:
    """Return the loss on some training sentences, computed by the judge."""
    return loss(model, _training())


def learned(untrained: Measured, trained: Measured) -> Finding:
    """The loss on training sentences is at least a tenth below what it was before training."""
    return checks.learned(untrained, trained, at_least=FALL)


def loss_fell(untrained: Measured, trained: Measured, planned: object) -> Finding:
    """The same, with a hint that fits the learning rates before training."""
    if not isinstance(planned, Planned):
        return learned(untrained, trained)
    return checks.learned(
        untrained, trained, at_least=FALL, hint=lambda before, after: _why_not(after / before, planned)
    )


def _why_not(left: float, planned: Planned) -> str:
    """Where to look, by the share of the loss that is left."""
    rate = max(planned.rates, default=0.0)
    if not planned.rates:
        return "there was no optimizer before the training"
    if left < 1.1 and rate < RATE / 4:
        return f"the learning rate is {rate:g} at the beginning, and LoRA needs some {RATE:g}"
    if planned.steps is not None and planned.steps < STEPS:
        return f"the schedule has no learning rate left after {planned.steps} of {STEPS} steps"
    if left > 0.998:
        return _nothing_moved(left, rate)
    return (
        "it fell, but too little: did all adapters and the head train, in each step of two epochs, at the rate "
        "of the text?"
    )


def _nothing_moved(left: float, rate: float) -> str:
    if rate > 5 * RATE:
        return f"the learning rate is {rate:g}, and {RATE:g} works well: with so large steps the loss does not settle"
    if left > 1.002:
        return "does each sentence keep its own label? The loss is measured on training sentences with theirs"
    return (
        "in this order: `loss.backward()`, `optimizer.step()`, `schedule.step()`, `optimizer.zero_grad()`; and the "
        "optimizer has to hold the parameters of `model`"
    )


@needs(learned, "the loss did not fall enough, so that there is no curve to compare")
def losses_are_the_models(
    history: object,
    untrained: Measured,
    trained: Measured,
    planned: object,
    optimizer: object,
    *,
    weight: float = 1.0,
) -> Finding:
    """One loss a step; the first and the last are near those that the judge computes before and after training.

    Where the learning rate was not lowered, the last steps still change the model, and nothing is said of them.
    """
    losses = losses_in(history)
    first, last = _mean(losses[:FIRST_STEPS]), _mean(losses[-LAST_STEPS:])
    before, after = untrained.value or 0.0, trained.value or 0.0
    settled = rate_was_lowered(planned, optimizer).outcome is Outcome.passed
    far = [
        *_far("first", FIRST_STEPS, first, before, FIRST_APART, "before training"),
        *(_far("last", LAST_STEPS, last, after, LAST_APART, "after it") if settled else []),
    ]
    count = [f"`history` holds {len(losses)} losses, {EPOCHS} epochs of `train_loader` have {STEPS} steps"]
    twice = (
        [f"of the {STEPS} losses only {len(set(losses))} differ"] if len(set(losses)) <= STEPS // 2 else []
    )
    return passed_unless(
        [*twice, *far] if len(losses) == STEPS else count,
        weaker(untrained.strength, trained.strength),
        f"the losses go from {first:.3f} to {last:.3f}, the model's own from {before:.3f} to {after:.3f}",
        "the losses in `history` are those that this model had on its training sentences",
        _count_hint(len(losses)) or _whose_losses(losses, first, last, trained=after),
    )


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0


def _far(which: str, steps: int, claimed: float, own: float, apart: float, when: str) -> list[str]:
    if abs(claimed - own) <= apart:
        return []
    return [
        f"the losses of the {which} {steps} steps are {claimed:.3f} in the mean, the model's own {when} is {own:.3f}"
    ]


def _count_hint(count: int) -> str:
    """What a number of losses resembles that is not that of the steps."""
    if count == STEPS:
        return ""
    if count == EPOCHS:
        return "one number a step is asked for, not one an epoch: append `loss.item()` for each batch"
    if count % (STEPS // EPOCHS) == 0 and count:
        epochs = counted(count // (STEPS // EPOCHS), "epoch")
        return f"that is {epochs}: is the list made once, and does the loop run over `range(EPOCHS)`?"
    if count % EPOCHS == 0 and count:
        return f"that is {count // EPOCHS} an epoch: was it trained on other sentences than those of `train_loader`?"
    return "append `loss.item()` once for each batch, to a list that is made once, before both loops"


def _whose_losses(losses: list[float], first: float, last: float, *, trained: float) -> str:
    """What losses resemble that are not the model's."""
    if last > first:
        return "these numbers rise while the loss falls: is it an accuracy, or a sum of losses?"
    late = losses[-LAST_STEPS:]
    if last > trained and all(abs(one - other) < 0.03 for one, other in pairwise(late)):
        return "single batches' losses go up and down more than these: append each step's own loss, no mean of several"
    if min(losses) >= SOFTMAX_TWICE and last > trained:
        return (
            "no step's loss is below 0.313, and that of probabilities cannot be: cross-entropy takes logits, applies "
            "the softmax itself; leave yours out"
        )
    if last > trained:
        return "append each step's own loss: not a running mean, not that of other sentences, and none twice"
    return "append the loss itself, not a share of it; and of every step, not of a later epoch alone"


@check
def rate_was_lowered(planned: object, optimizer: object, *, weight: float = 1.0) -> Finding:
    """The learning rate is near zero after training, and became so no earlier than with its last step."""
    rates = [group.lr for group in narrow(optimizer, OptimizerEvidence, "optimizer").groups]
    last = max(rates, default=0.0)
    before = planned if isinstance(planned, Planned) else Planned((), None)
    early = before.steps is not None and before.steps < STEPS
    problems = (
        [f"the learning rate is {last:g} after training{_lowered(before, rates)}"] if last > LAST_RATE else []
    )
    if early and not problems:
        problems = [
            f"the schedule is at its end after {before.steps} of {STEPS} steps: the others changed nothing"
        ]
    expected = f"a schedule lowers the learning rate over {STEPS} steps, to at most {LAST_RATE:g}"
    hint = "`total_iters=STEPS`, and `schedule.step()` after each batch's `optimizer.step()`: it counts its own steps"
    return passed_unless(
        problems, Strength.claimed, f"the learning rate is {last:g} after training", expected, hint
    )


def _lowered(planned: Planned, rates: list[float]) -> str:
    """How far the schedule came."""
    if tuple(rates) == planned.rates:
        return ", as before it: no schedule of this optimizer took a step"
    if planned.steps is not None and planned.steps > STEPS:
        return f": the schedule goes over {planned.steps} steps, and there are {STEPS}"
    return ": the schedule took fewer steps than there are batches"


@proves_nothing_without(has_adapters, "the model has no adapter, so that nothing is adapted")
def base_is_untouched(model: object) -> Finding:
    """Every pretrained parameter of MiniLM is there, bit for bit; skipped where no adapter is beside them."""
    finding = checks.base_untouched(model, backbone=MINILM, except_="classifier")
    hint = "wrap what `load_backbone` returns as it is: nothing has been trained yet"
    return msgspec.structs.replace(finding, hint=hint if finding.outcome is Outcome.failed else "")


@proves_nothing_without(learned, "the loss did not fall enough to tell: without training nothing moves it")
def base_stayed_frozen(untrained: Measured, trained: Measured, model: object) -> Finding:
    """The same after training; skipped where nothing was learned, since then it shows nothing."""
    finding = checks.base_untouched(model, backbone=MINILM, except_="classifier")
    if finding.outcome is not Outcome.failed or has_adapters(model).outcome is Outcome.passed:
        return finding
    hint = "`model` has no adapter: it was not wrapped, or `merge_and_unload()` added the adapter to these parameters"
    return msgspec.structs.replace(finding, hint=hint)


def beats_the_threshold(model: object) -> Finding:
    """The accuracy on hidden sentences is at least the printed threshold."""
    lowest = threshold(__file__, "accuracy")
    finding = accuracy(model, _hidden(), threshold=lowest, classes_named=reviews.CLASSES)
    if finding.outcome is not Outcome.failed or "accuracy" not in finding.measured:
        return finding
    return msgspec.structs.replace(finding, hint=_resembles(finding.measured["accuracy"]))


def _resembles(reached: float) -> str:
    """What an accuracy that is too low is as good as."""
    if reached < 0.35:
        return "that is worse than guessing: were positive and negative exchanged in training?"
    if reached < 0.65:
        return "guessing reaches 0.5, and so does a model that learned nothing: see what became of the loss"
    return "a head on a frozen backbone reaches 0.78: did the adapter train in all steps, gradients cleared after each?"


@cache
def _training() -> Labelled:
    texts, labels = reviews.load("train")
    short = _short(texts)[:TRAINING_SENTENCES]
    return _labelled([texts[index] for index in short], labels[short])


@cache
def _hidden() -> Labelled:
    texts, labels = reviews.hidden()
    lengths = [len(tokens) for tokens in load_tokenizer(MINILM)(texts)["input_ids"]]
    by_length = sorted(range(len(texts)), key=lengths.__getitem__)  # so that batches have little padding
    shortest = by_length[:HIDDEN_SENTENCES]
    return _labelled([texts[index] for index in shortest], labels[shortest])


def _labelled(texts: list[str], labels: torch.Tensor) -> Labelled:
    """Sentences as the model takes them, with public ones to compare with the worker's answers."""
    public = reviews.load("validation").texts
    probe = [public[index] for index in _short(public)[:PROBES]]
    return Labelled(inputs=_tokens(texts), labels=labels, probe=_tokens(probe))


def _short(texts: list[str]) -> list[int]:
    return [index for index, text in enumerate(texts) if len(text.split()) <= WORDS]


def _tokens(texts: list[str]) -> dict[str, torch.Tensor]:
    batch = load_tokenizer(MINILM)(texts, padding=True, return_tensors="pt")
    return {name: batch[name] for name in ("input_ids", "attention_mask")}
