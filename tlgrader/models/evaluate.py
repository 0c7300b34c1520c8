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
from tlgrader.errors import GraderError
from tlgrader.evidence.kinds import ModelEvidence
from tlgrader.evidence.observation import Observation
from tlgrader.models.answers import Answers, Inputs, in_batches, one_thread
from tlgrader.rebuilding.logical import CannotRebuild

__all__ = ["Labelled", "accuracy", "loss", "measured", "measured_accuracy", "one_thread"]

PARITY = 1e-4
"""The largest difference of logits, absolute, at which a rebuilt model is taken for the student's."""
PARITY_ON_ACCELERATOR = 1e-3
"""The same where the student's computes on an accelerator, which adds float32 numbers in another order. Assumed."""

NEAR_GUESSING = 0.1
"""An accuracy that is less than this above guessing is called so."""

_ANSWERS = Answers()


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


class _WrongOutputs(Exception):
    """The model's answers are not logits of the right form; the message says what they are."""


class _CannotRun(Exception):
    """The model raises when it is run; the message says what."""


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
    except _WrongOutputs as error:
        return skipped(Strength.claimed, str(error), expected)
    except _CannotRun as error:
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
    except (_WrongOutputs, _CannotRun) as error:
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

    Raises _WrongOutputs and _CannotRun.
    """
    try:
        _PROOF.require(observation, data.probe, lambda: _probed(observation, data, classes))
        if labels_only:
            logits = _ANSWERS.for_labels(observation, data.inputs, data.probe)
        else:
            logits = _ANSWERS.logits(observation, data.inputs)
        strength, note = Strength.recomputed, ""
    except CannotRebuild as error:
        logits, strength = _asked(observation, data.inputs), Strength.queried
        note = f" (answered by the notebook's own process: {error})"
    _require_logits(logits, data.inputs, data.least_classes, classes)
    return _Answer(logits, strength, note)


def _probed(observation: Observation, data: Labelled, classes: int | None) -> torch.Tensor:
    """What the worker answers to public inputs; raises _WrongOutputs and _CannotRun."""
    theirs = _asked(observation, data.probe)
    _require_logits(theirs, data.probe, data.least_classes, classes)
    return theirs


class _Proof:
    """That a rebuilt model answers as the worker's does; the lines of one grade cell look at the same evidence."""

    def __init__(self) -> None:
        self._last: tuple[ModelEvidence, Inputs] | None = None

    def require(self, observation: Observation, probe: Inputs, theirs: Callable[[], torch.Tensor]) -> None:
        """Raise CannotRebuild unless the rebuilt model answers `probe` as the worker does."""
        evidence = observation.evidence
        assert isinstance(evidence, ModelEvidence)
        if self._last is not None and self._last[0] is evidence and _equal(self._last[1], probe):
            return
        answered = theirs()
        if not _agree(_ANSWERS.logits(observation, probe), answered, _parity(evidence)):
            raise CannotRebuild("rebuilt from its tensors, it answers otherwise than in the notebook")
        self._last = (evidence, probe)


_PROOF = _Proof()


def _equal(one: Inputs, other: Inputs) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def _asked(observation: Observation, inputs: Inputs) -> torch.Tensor:
    evidence = observation.evidence
    assert isinstance(evidence, ModelEvidence)
    try:
        return in_batches(lambda batch: observation.source.logits(evidence.handle, batch), inputs)
    except GraderError:
        raise
    except Exception as error:  # The student's forward may raise anything; the worker passes it on.
        raise _CannotRun(
            f"`{observation.name}` cannot be run: {type(error).__name__}: {error}"[:500]
        ) from error


def _require_logits(logits: torch.Tensor, inputs: Inputs, least: int, classes: int | None) -> None:
    """Raise _WrongOutputs unless there is a row of numbers an example, `classes` or at `least` that many."""
    rows, shape = len(next(iter(inputs.values()))), tuple(logits.shape)
    enough = len(shape) == 2 and (shape[1] == classes if classes is not None else shape[1] >= least)
    if not enough or shape[0] != rows or not logits.is_floating_point():
        raise _WrongOutputs(
            f"the model returns {str(logits.dtype).removeprefix('torch.')} of shape {list(shape)} for {rows} "
            f"examples, {classes or least} logits each were expected"
        )


def _parity(evidence: ModelEvidence) -> float:
    on_cpu = all(info.device == "cpu" for info in evidence.parameters)
    return PARITY if on_cpu else PARITY_ON_ACCELERATOR


def _agree(ours: torch.Tensor, theirs: torch.Tensor, parity: float) -> bool:
    return ours.shape == theirs.shape and torch.allclose(ours, theirs, rtol=0.0, atol=parity, equal_nan=True)
