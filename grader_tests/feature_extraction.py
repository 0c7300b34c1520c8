"""Hidden tests of `feature_extraction`: what is judged with held-out leaves and the pretrained weights."""

import torch

from tlgrader import checks
from tlgrader.checks.asking import check, skipped
from tlgrader.checks.finding import Finding, Measured, Outcome, Strength
from tlgrader.data import leaves
from tlgrader.judge import evaluate, references
from tlgrader.judge.evaluate import Labelled

BACKBONE = "efficientnet_lite0"
HEAD = "classifier"
CLASSES = 5
LOSS_LEAVES = 50
PROBE_LEAVES = 8
FALL = 0.5  # the notebook prints it


@check
def backbone_is_untouched(model: object, *, weight: float = 1.0) -> Finding:
    """A backbone under a new head still has the pretrained parameters and buffers, bit for bit."""
    if checks.head(model, classes=CLASSES, name=HEAD).outcome is not Outcome.passed:
        expected = f"under a new head, the pretrained backbone {BACKBONE}"
        return skipped(Strength.claimed, f"the model has no new, trainable head `{HEAD}`", expected)
    parameters = checks.base_untouched(model, backbone=BACKBONE, except_=HEAD)
    return parameters if parameters.outcome is not Outcome.passed else checks.buffers_untouched(model)


def training_loss(model: object) -> Measured:
    """The model's loss on some of the training leaves."""
    train = leaves.load("train")
    images, labels = train.images[:LOSS_LEAVES], train.labels[:LOSS_LEAVES]
    return evaluate.loss(model, Labelled({"x": images}, labels, _probe(), CLASSES))


def loss_fell(untrained: Measured, model: object, *, weight: float = 1.0) -> Finding:
    """Training halved the loss on training leaves."""
    return checks.learned(untrained, training_loss(model), at_least=FALL, weight=weight)


def beats_the_threshold(model: object, *, weight: float = 1.0) -> Finding:
    """The model's accuracy on held-out leaves is above that of the weak baselines."""
    hidden = leaves.hidden()
    data = Labelled({"x": hidden.images}, hidden.labels, _probe(), CLASSES)
    threshold = references.threshold(__file__, "accuracy")
    return evaluate.accuracy(model, data, threshold=threshold, weight=weight)


def _probe() -> dict[str, torch.Tensor]:
    return {"x": leaves.load("validation").images[:PROBE_LEAVES]}
