"""Hidden tests of `domain_adaptation`: what is judged with hidden digits of both domains and the published network."""

from functools import cache
from typing import Literal

import torch

from tlcourse.backbones import DIGITS_RESNET, load_backbone
from tlcourse.data import digits
from tlgrader import checks
from tlgrader.hidden import (
    Digests,
    Finding,
    Labelled,
    Measured,
    ModelEvidence,
    NotThere,
    Observation,
    Observer,
    Strength,
    check,
    gain,
    labelled_by,
    loss,
    measured_accuracy,
    narrow_observation,
    needs,
    one_thread,
    passed_unless,
    proves_nothing_without,
    retained,
    skipped,
    statistics_kept,
    statistics_of,
    threshold,
)

CONFIDENT = 0.8  # the notebook's THRESHOLD
NEAREST = 0.8  # of the way to the target's means; the next two are shares as well, and all are printed
LOST = 0.03
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


@check
def estimated_on_the_target(model: object, *, weight: float = 1.0) -> Finding:
    """The first batch-norm layer's means are those of its inputs for the target pictures, computed by the judge.

    Told as a share of the way there from the stored means: statistics of both domains' pictures lie half-way.
    """
    expected = (
        f"the means of `bn1` have come at least {NEAREST:.0%} of the way to those of the target pictures"
    )
    observation, evidence = narrow_observation(model, ModelEvidence, "model")
    found = [
        info
        for info in evidence.buffers
        if info.name.endswith("bn1.running_mean") and "layer" not in info.name
    ]
    stored, target = _means()
    if len(found) != 1 or found[0].shape != tuple(stored.shape):
        said = "`model` has no layer `bn1` like that of the loaded network"
        raise NotThere(
            said, expected, "adapt what `load_backbone` returns, and keep it under the name `model`"
        )
    moved, way = observation.tensor(found[0]).double() - stored, target - stored
    share = (moved @ way / way.square().sum()).item()
    words = f"the means of `bn1` have come {share:.0%} of the way from the stored ones to those of the target pictures"
    problems = [words] if not NEAREST <= share <= 2 - NEAREST else []
    return passed_unless(problems, Strength.recomputed, words, expected, _why_off_the_way(share))


def _why_off_the_way(share: float) -> str:
    if share < 0.1:
        return "so far they are those of the source: which pictures went through the model in train mode?"
    return (
        "something else is left in them: reset the statistics, set each layer's `momentum` to None, and pass all of "
        "the target pictures, and no others"
    )


@cache
def _means() -> tuple[torch.Tensor, torch.Tensor]:
    """Per channel of the published network's `bn1`: the stored mean, and that of its inputs for the target."""
    network = load_backbone(DIGITS_RESNET)
    with torch.no_grad(), one_thread():
        inputs = network.get_submodule("conv1")(digits.unlabelled())
    stored = network.get_buffer("bn1.running_mean").double()
    return stored, inputs.double().mean(dim=(0, 2, 3))


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


def target_accuracy(model: object) -> Measured:
    """Return the accuracy on hidden digits of the target domain, computed by the judge."""
    return measured_accuracy(model, _hidden("optdigits"), CLASSES)


@check
def was_trained(adapted: Measured, trained: Measured) -> Finding:
    """The loss on source digits is another than before self-training, lower or not."""
    words = f"the loss on source digits was {adapted.value or 0:.4f} before and is {trained.value or 0:.4f} after it"
    same = trained.value is None or trained.value == adapted.value
    return passed_unless([words] if same else [], trained.strength, words, "training changes the loss")


@needs(was_trained, "the model answers as it did before: nothing was trained")
@check
def target_is_kept(
    adapted_target: Measured, adapted: Measured, trained: Measured, model: object, *, weight: float = 1.0
) -> Finding:
    """Self-training lowered the accuracy on hidden digits of the target by at most `LOST`.

    Compared with the student's own model: statistics that were estimated wrongly cost nothing here. What training adds
    is less than what seeds differ by; without the target's pictures it loses far more.
    """
    now = target_accuracy(model)
    expected = f"self-training loses at most {LOST:g} of accuracy on digits of the target domain"
    for one, when in ((adapted_target, "before training"), (now, "after it")):
        if one.value is None:
            return skipped(one.strength, f"the accuracy {when} cannot be measured: {one.note}", expected)
    before, after = adapted_target.value or 0.0, now.value or 0.0
    words = f"an accuracy of {after:.3f} on the target, it was {before:.3f} before self-training"
    hint = (
        "the target was unlearned: are its pictures in the loss, each with its own pseudo-label, and none of those "
        "that have -1?"
    )
    return passed_unless([words] if before - after > LOST else [], now.strength, words, expected, hint)


@proves_nothing_without(
    target_is_kept, "nothing was trained, or the target was unlearned, so that this proves nothing"
)
def source_is_kept(adapted_target: Measured, adapted: Measured, trained: Measured, model: object) -> Finding:
    """Of the published accuracy on hidden digits of the source domain the printed share is kept.

    Skipped where nothing was trained: whoever trains nothing forgets nothing.
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
