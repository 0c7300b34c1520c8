"""Hidden tests of `feature_extraction`: what is judged with held-out leaves and the pretrained weights."""

from functools import cache

from tlcourse.backbones import EFFICIENTNET_LITE0
from tlcourse.data import leaves
from tlgrader import checks
from tlgrader.hidden import (
    Finding,
    Labelled,
    Measured,
    Outcome,
    accuracy,
    failed,
    loss,
    needs,
    passed,
    proves_nothing_without,
    skipped,
    threshold,
    weaker,
)

HEAD = "classifier"
FALL = 0.7  # the share by which the training loss must fall; printed in the notebook
SEEN = 0.5  # of the loss on held-out leaves: below it, validation leaves were trained on; printed in the notebook
TRAINING_LEAVES = 50
PROBES = 8


def training_loss(model: object) -> Measured:
    """Return the loss on some training leaves, computed by the judge."""
    return loss(model, _training())


def loss_fell(untrained: Measured, trained: Measured, *, weight: float = 1.0) -> Finding:
    """The loss on training leaves is at least `FALL` lower than before training."""
    return checks.learned(untrained, trained, at_least=FALL, hint=_why_not, weight=weight)


def _why_not(before: float, after: float) -> str:
    return _ROSE if after > before else _NO_STEP if after == before else _TOO_LITTLE


_ROSE = (
    "is the learning rate too high, or did the head train on other features than those that the given cell computes, "
    "or on other labels?"
)
_NO_STEP = (
    "does each step call `optimizer.zero_grad()`, `loss.backward()` and `optimizer.step()`, in this order, and does "
    "the optimizer hold what the loop trains, `model.classifier`?"
)
_TOO_LITTLE = (
    "is the loss `F.cross_entropy` of logits, with no softmax, and of the labels of these very leaves, is there a step "
    "for each batch of 32, and is the learning rate near to the one in the text?"
)


@proves_nothing_without(loss_fell, "nothing was learned, so that nothing could have moved the backbone")
def backbone_is_untouched(untrained: Measured, trained: Measured, model: object) -> Finding:
    """The backbone's parameters and buffers are the pretrained ones, although the model has learned.

    Skipped where nothing was learned: then an untouched backbone shows nothing.
    """
    parameters = checks.base_untouched(model, backbone=EFFICIENTNET_LITE0, except_=HEAD)
    if parameters.outcome is not Outcome.passed:
        return parameters
    return checks.buffers_untouched(model)


@needs(loss_fell, "nothing was learned, from whichever leaves")
def validation_is_held_out(
    untrained: Measured, trained: Measured, model: object, *, weight: float = 1.0
) -> Finding:
    """The loss on validation leaves is at least `SEEN` of that on held-out ones: the model did not train on them.

    Measured over six seeds: 0.76 to 0.93 of it after training on the training leaves, with Adam or SGD; 0.23 at
    most after training on validation leaves, with or without the others. Skipped where nothing was learned.
    """
    expected = f"the loss on validation leaves is at least {SEEN:.0%} of that on held-out leaves"
    public, hidden = loss(model, _validation()), loss(model, _hidden())
    strength = weaker(public.strength, hidden.strength)
    if public.value is None or hidden.value is None:
        return skipped(strength, f"no loss could be measured: {public.note or hidden.note}", expected)
    words = f"{public.value:.3f} on validation leaves, {hidden.value:.3f} on held-out leaves"
    if public.value >= SEEN * hidden.value:
        return passed(strength, words, expected)
    return failed(strength, words, expected, "was the head trained on validation leaves, too?")


def beats_the_threshold(model: object, *, weight: float = 1.0) -> Finding:
    """The accuracy on held-out leaves is at least the printed threshold."""
    lowest = threshold(__file__, "accuracy")
    classes = leaves.load("train").classes
    return accuracy(model, _hidden(), threshold=lowest, classes_named=classes, weight=weight)


@cache
def _training() -> Labelled:
    return _labelled(leaves.load("train"), TRAINING_LEAVES)


@cache
def _validation() -> Labelled:
    some = leaves.load("validation")
    return _labelled(some, len(some))


@cache
def _hidden() -> Labelled:
    return _labelled(leaves.hidden(), leaves.HIDDEN_COUNT)


def _labelled(some: leaves.Leaves, count: int) -> Labelled:
    """The first leaves, with public ones for the comparison with the worker's own answers."""
    probe = {"x": leaves.load("validation").images[:PROBES]}
    return Labelled(inputs={"x": some.images[:count]}, labels=some.labels[:count], probe=probe)
