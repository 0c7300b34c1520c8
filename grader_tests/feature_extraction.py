"""Hidden tests of `feature_extraction`: what is judged with held-out leaves and the pretrained weights."""

from functools import cache

from tlgrader import checks
from tlgrader.backbones import EFFICIENTNET_LITE0
from tlgrader.checks.asking import proves_nothing
from tlgrader.checks.finding import Finding, Measured, Outcome
from tlgrader.data import leaves
from tlgrader.judge import evaluate
from tlgrader.judge.references import threshold

HEAD = "classifier"
FALL = 0.7  # the share by which the training loss must fall; printed in the notebook
TRAINING_LEAVES = 50
PROBES = 8


def training_loss(model: object) -> Measured:
    """Return the loss on some training leaves, computed by the judge."""
    return evaluate.loss(model, _training())


def loss_fell(untrained: Measured, trained: Measured, *, weight: float = 1.0) -> Finding:
    """The loss on training leaves is at least `FALL` lower than before training."""
    return checks.learned(untrained, trained, at_least=FALL, weight=weight)


def backbone_is_untouched(untrained: Measured, trained: Measured, model: object) -> Finding:
    """The backbone's parameters and buffers are the pretrained ones, although the model has learned.

    Skipped where nothing was learned: then an untouched backbone shows nothing.
    """
    parameters = checks.base_untouched(model, backbone=EFFICIENTNET_LITE0, except_=HEAD)
    if parameters.outcome is not Outcome.passed:
        return parameters
    buffers = checks.buffers_untouched(model)
    if loss_fell(untrained, trained).outcome is Outcome.passed:
        return buffers
    return proves_nothing(buffers, "nothing was learned, so that nothing could have moved the backbone")


def beats_the_threshold(model: object, *, weight: float = 1.0) -> Finding:
    """The accuracy on held-out leaves is at least the printed threshold."""
    lowest = threshold(__file__, "accuracy")
    classes = leaves.load("train").classes
    return evaluate.accuracy(model, _hidden(), threshold=lowest, classes_named=classes, weight=weight)


@cache
def _training() -> evaluate.Labelled:
    return _labelled(leaves.load("train"), TRAINING_LEAVES)


@cache
def _hidden() -> evaluate.Labelled:
    return _labelled(leaves.hidden(), leaves.HIDDEN_COUNT)


def _labelled(some: leaves.Leaves, count: int) -> evaluate.Labelled:
    """The first leaves, with public ones for the comparison with the worker's own answers."""
    probe = {"x": leaves.load("validation").images[:PROBES]}
    return evaluate.Labelled(inputs={"x": some.images[:count]}, labels=some.labels[:count], probe=probe)
