"""What the judge measures of a model on hidden data: its accuracy and its loss.

A model is rebuilt from evidence; if it then answers public inputs as the worker does, what it answers to
hidden inputs counts as recomputed. If not, the worker is asked for the logits of hidden inputs, never shown
a label, and the finding says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from tlgrader.checks.declaring import check
from tlgrader.checks.finding import Finding, Measured, Strength, failed, passed, skipped
from tlgrader.checks.narrowing import narrow_observation
from tlgrader.evidence.digest import dtype_name
from tlgrader.evidence.kinds import ModelEvidence
from tlgrader.evidence.observation import Observation
from tlgrader.models.answers import Inputs, one_thread
from tlgrader.models.parity import ANSWERS, PROOF, CannotRun, WrongOutputs, asked
from tlgrader.rebuilding.logical import CannotRebuild

__all__ = ["Labelled", "accuracy", "loss", "measured", "measured_accuracy", "one_thread"]

NEAR_GUESSING = 0.1
"""An accuracy that is less than this above guessing is called so."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Data to measure on: ``inputs`` as ``{"x": images}`` or by keyword, N rows each, and N ``labels``.

    ``probe`` are a few public inputs of the same form.
    """

    inputs: Inputs
    labels: torch.Tensor
    probe: Inputs

    @property
    def least_classes(self) -> int:
        """How many outputs a model needs for the labels that occur."""
        return int(self.labels.max()) + 1


@dataclass(frozen=True, slots=True)
class _Answer:
    logits: torch.Tensor
    strength: Strength
    note: str


@check
def accuracy(
    model: object, data: Labelled, *, threshold: float, classes_named: Sequence[str], weight: float = 1.0
) -> Finding:
    """The share of `data` that the model labels rightly is at least `threshold`.

    `classes_named` are the classes' names, in the order of the labels: a model must have as many outputs.
    """
    expected = f"an accuracy of at least {threshold:.3f} on {len(data.labels)} held-out examples"
    observation, _ = narrow_observation(model, ModelEvidence, "model")
    try:
        answer = _answer(observation, data, len(classes_named), labels_only=True)
    except WrongOutputs as error:
        return skipped(Strength.claimed, str(error), expected)
    except CannotRun as error:
        return failed(Strength.queried, str(error), expected)
    strange = _not_finite(answer.logits)
    if strange:
        return failed(answer.strength, strange + answer.note, expected, "was the learning rate too high?")
    right = (answer.logits.argmax(dim=1) == data.labels).double()
    reached = right.mean().item()
    words = f"an accuracy of {reached:.3f}, {_weakest(right, data.labels, classes_named)}{answer.note}"
    return _compared(answer.strength, reached, threshold, words, expected, 1 / len(classes_named))


def _weakest(right: torch.Tensor, labels: torch.Tensor, classes_named: Sequence[str]) -> str:
    seen = sorted(set(labels.tolist()))
    shares = {classes_named[label]: right[labels == label].mean().item() for label in seen}
    worst = min(shares, key=lambda name: shares[name])
    return f"least on `{worst}` with {shares[worst]:.3f}"


def _compared(
    strength: Strength, reached: float, threshold: float, words: str, expected: str, guessing: float
) -> Finding:
    measured = {"accuracy": reached}
    if reached >= threshold:
        return passed(strength, words, expected, measured, "accuracy")
    hint = "it is better than guessing, but too low: more steps, or a step of the text that is missing"
    if reached < guessing - NEAR_GUESSING:
        hint = "that is worse than guessing: do class numbers mean in training what they mean here?"
    elif reached < guessing + NEAR_GUESSING:
        hint = "that is about what guessing reaches: was anything trained, and on the right labels?"
    return failed(strength, words, expected, hint, measured, "accuracy")


def loss(model: object, data: Labelled) -> Measured:
    """The model's mean cross-entropy on `data`; without a value, and with the reason, where there is none."""
    return measured(model, data, None, _cross_entropy)


def measured_accuracy(model: object, data: Labelled, classes: int | None) -> Measured:
    """The share of `data` that the model labels rightly, between 0 and 1, as `loss` is measured.

    The model must have `classes` outputs, or, with None, as many as the labels need.
    """
    return measured(model, data, classes, _share_right, labels_only=True)


def measured(
    model: object,
    data: Labelled,
    classes: int | None,
    number: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    *,
    labels_only: bool = False,
) -> Measured:
    """``number(logits, labels)`` for the model's finite logits, as float64, and the labels of `data`.

    `classes` as for `measured_accuracy`; `labels_only` where `number` only asks which logit is the largest. Without a
    value, and with the reason, where there are no such logits.
    """
    if not isinstance(model, Observation) or not isinstance(model.evidence, ModelEvidence):
        return Measured(None, Strength.claimed, "there is no model")
    try:
        answer = _answer(model, data, classes, labels_only=labels_only)
    except (WrongOutputs, CannotRun) as error:
        return Measured(None, Strength.claimed, str(error))
    strange = _not_finite(answer.logits)
    if strange:
        return Measured(None, answer.strength, strange + answer.note)
    return Measured(number(answer.logits.double(), data.labels).item(), answer.strength, answer.note)


def _cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return nn.functional.cross_entropy(logits, labels)


def _share_right(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return (logits.argmax(dim=1) == labels).double().mean()


def _not_finite(logits: torch.Tensor) -> str:
    rows = int((~torch.isfinite(logits).all(dim=1)).sum())
    return f"the model's logits are not finite for {rows} of {len(logits)} examples" if rows else ""


def _answer(
    observation: Observation, data: Labelled, classes: int | None, *, labels_only: bool = False
) -> _Answer:
    """Logits of the hidden inputs, `classes` an example, or as many as the labels need.

    With `labels_only`, which of an example's is the largest is exact, and its value need not be.

    Raises WrongOutputs and CannotRun.
    """
    try:
        PROOF.require(observation, data.probe, lambda: _probed(observation, data, classes))
        if labels_only:
            logits = ANSWERS.for_labels(observation, data.inputs, data.probe)
        else:
            logits = ANSWERS.logits(observation, data.inputs)
        strength, note = Strength.recomputed, ""
    except CannotRebuild as error:
        logits, strength = asked(observation, data.inputs), Strength.queried
        note = f" (answered by the notebook's own process: {error})"
    _require_logits(logits, data.inputs, data.least_classes, classes)
    return _Answer(logits, strength, note)


def _probed(observation: Observation, data: Labelled, classes: int | None) -> torch.Tensor:
    """What the worker answers to public inputs; raises WrongOutputs and CannotRun."""
    theirs = asked(observation, data.probe)
    _require_logits(theirs, data.probe, data.least_classes, classes)
    return theirs


def _require_logits(logits: torch.Tensor, inputs: Inputs, least: int, classes: int | None) -> None:
    """Raise WrongOutputs unless there is a row of numbers an example, `classes` or at `least` that many."""
    rows, shape = len(next(iter(inputs.values()))), tuple(logits.shape)
    enough = len(shape) == 2 and (shape[1] == classes if classes is not None else shape[1] >= least)
    if not enough or shape[0] != rows or not logits.is_floating_point():
        raise WrongOutputs(
            f"the model returns {dtype_name(logits.dtype)} of shape {list(shape)} for {rows} "
            f"examples, {classes or least} logits each were expected"
        )
