"""Hidden tests of `domain_adaptation`: what is judged with hidden digits of both domains and the published network."""

from functools import cache
from typing import Literal

from tlcourse.backbones import DIGITS_RESNET, load_backbone
from tlcourse.data import digits
from tlgrader import checks
from tlgrader.hidden import (
    Digests,
    Finding,
    Labelled,
    Measured,
    Observation,
    Observer,
    accuracy,
    gain,
    labelled_by,
    loss,
    measured_accuracy,
    proves_nothing_without,
    retained,
    statistics_kept,
    statistics_of,
    threshold,
)

CONFIDENT = 0.8  # the notebook's THRESHOLD
FALL = 0.1  # the share by which the loss on source digits must fall in self-training; printed in the notebook
TRAINING_DIGITS = 300
PROBES = 8
CLASSES = len(digits.CLASSES)


def gains_on_the_target(model: object) -> Finding:
    """On hidden digits of the target domain the model beats the published one by the printed gain."""
    least = threshold(__file__, "gain")
    return gain(
        model, _published("optdigits"), _hidden("optdigits"), at_least=least, classes_named=digits.CLASSES
    )


def labels_are_the_models(pseudo: object, model: object) -> Finding:
    """The pseudo-labels are what the model says of the unlabelled digits at this point of the notebook."""
    inputs = {"x": digits.unlabelled()}
    return labelled_by(pseudo, model, inputs, threshold=CONFIDENT, classes=CLASSES)


def source_loss(model: object) -> Measured:
    """Return the loss on some labelled source digits, computed by the judge."""
    return loss(model, _labelled(digits.load("train"), TRAINING_DIGITS))


def source_loss_fell(adapted: Measured, trained: Measured) -> Finding:
    """The loss on source digits is at least `FALL` lower than before self-training."""
    return checks.learned(adapted, trained, at_least=FALL)


def statistics(model: object) -> Digests:
    """Return what tells whether batch-norm statistics changed since."""
    return statistics_of(model)


@proves_nothing_without(
    source_loss_fell, "the loss did not fall enough to tell: without training nothing moves them"
)
def statistics_stayed(before: Digests, adapted: Measured, trained: Measured, model: object) -> Finding:
    """Self-training left the adapted batch-norm statistics alone; skipped where nothing was learned."""
    return statistics_kept(before, model)


def reads_the_target(model: object, *, weight: float = 1.0) -> Finding:
    """The accuracy on hidden digits of the target domain is at least the printed threshold."""
    least = threshold(__file__, "accuracy")
    data = _hidden("optdigits")
    return accuracy(model, data, threshold=least, classes_named=digits.CLASSES, weight=weight)


@proves_nothing_without(
    reads_the_target, "the model is not adapted to the target, so that nothing could be forgotten"
)
def source_is_kept(model: object) -> Finding:
    """Of the published accuracy on hidden digits of the source domain the printed share is kept.

    Skipped where the model does not read the target domain: whoever adapts nothing forgets nothing.
    """
    least = threshold(__file__, "retained")
    return retained(model, _published("mnist"), _hidden("mnist"), at_least=least)


@cache
def _published(domain: Literal["mnist", "optdigits"]) -> Measured:
    """The accuracy of the network as it is published: nothing that a notebook does can lower it."""
    observer = Observer()
    network = Observation("the published network", observer.observe(load_backbone(DIGITS_RESNET)), observer)
    return measured_accuracy(network, _hidden(domain), CLASSES)


@cache
def _hidden(domain: Literal["mnist", "optdigits"]) -> Labelled:
    data = digits.hidden(domain)
    return _labelled(data, len(data.labels))


def _labelled(some: digits.Digits, count: int) -> Labelled:
    """The first digits, with public ones for the comparison with the worker's own answers."""
    probe = {"x": digits.load("validation").images[:PROBES]}
    return Labelled(inputs={"x": some.images[:count]}, labels=some.labels[:count], probe=probe)
