"""Hidden tests of `fine_tuning`: the gain over feature extraction, on held-out field photographs."""

from functools import cache

import msgspec

from tlcourse.data import leaves
from tlgrader.hidden import (
    Finding,
    Labelled,
    Measured,
    Outcome,
    check,
    failed,
    gain,
    loss,
    measured_accuracy,
    passed,
    passed_unless,
    proves_nothing_without,
    skipped,
    threshold,
    weaker,
)

START = 0.75  # of accuracy before fine-tuning; printed in the notebook
SEEN = 0.1  # of the loss on held-out leaves: below it, validation leaves were trained on; printed in the notebook
FLOOR = 0.9  # the lowest cross-entropy of probabilities in place of logits, of five classes
RIGHT = 0.3  # a loss of a model that is right about its training leaves; both printed in the notebook
PROBES = 8


def accuracy_before(model: object) -> Measured:
    """Return the accuracy of feature extraction: the head is trained, nothing is fine-tuned yet."""
    return measured_accuracy(model, _hidden(), len(_hidden_leaves().classes))


@check
def gains(model: object, before: Measured, *, weight: float = 1.0) -> Finding:
    """The accuracy on held-out leaves is above that before fine-tuning, at least by what is printed.

    Before fine-tuning the trained head has to be there: a gain over a spoiled one is none over feature extraction.
    """
    least, classes = threshold(__file__, "gain"), _hidden_leaves().classes
    if before.value is not None and before.value < START:
        expected = f"a gain over feature extraction, which reaches at least {START:.0%} on held-out leaves"
        observed = f"the model before fine-tuning reached {before.value:.0%}"
        return failed(before.strength, observed, expected, "leave the head as the given cell trained it")
    finding = gain(model, before, _hidden(), at_least=least, classes_named=classes, weight=weight)
    if finding.outcome is Outcome.failed and finding.measured.get("gain", 0.0) < -least:
        return msgspec.structs.replace(finding, hint=_WORSE)
    return finding


_WORSE = (
    "it is worse than before: is a learning rate too high, are gradients cleared before each `loss.backward()`, and "
    "are the labels those of the same leaves as the maps?"
)


@check
def accuracy_is_the_models(history: object, model: object, *, weight: float = 1.0) -> Finding:
    """The last accuracy in the history is the model's on the validation leaves, within three leaves."""
    expected = "the last of `accuracy` is the model's accuracy on the validation leaves"
    said = history.get("accuracy") if isinstance(history, dict) else None
    reached = measured_accuracy(model, _validation(), len(_hidden_leaves().classes))
    if reached.value is None:
        return skipped(reached.strength, f"the model cannot be measured: {reached.note}", expected)
    if not isinstance(said, list) or not said or not isinstance(said[-1], int | float):
        return failed(reached.strength, "the history holds no accuracy", expected, "append one an epoch")
    words = f"{said[-1]:.3f} in the history, {reached.value:.3f} computed anew"
    near = abs(said[-1] - reached.value) < 3.5 / len(
        _validation().labels
    )  # maps may be older than statistics
    hint = "`accuracy_of(model, validation_maps, validation_labels)`, at the end of each epoch, as a share"
    return passed_unless([] if near else [words], reached.strength, words, expected, hint)


@proves_nothing_without(gains, "the model gained too little over feature extraction to tell")
@check
def validation_is_held_out(model: object, before: Measured, *, weight: float = 1.0) -> Finding:
    """The loss on validation leaves is at least `SEEN` of that on held-out ones: the model did not train on them.

    Measured over ten honest trainings: 0.23 to 1.84 of it, the least with batch norm left in eval mode; 0.00 after
    training on training and validation leaves. Who trains on validation leaves alone may stay above, and gains nothing.
    """
    expected = f"the loss on validation leaves is at least {SEEN:.0%} of that on held-out leaves"
    public, hidden = loss(model, _validation()), loss(model, _hidden())
    strength = weaker(public.strength, hidden.strength)
    if public.value is None or hidden.value is None:
        return skipped(strength, f"no loss could be measured: {public.note or hidden.note}", expected)
    words = f"{public.value:.3f} on validation leaves, {hidden.value:.3f} on held-out leaves"
    if public.value >= SEEN * hidden.value:
        return passed(strength, words, expected)
    hint = "were the stages trained on validation leaves, or did their batch norm stay in eval mode as they trained?"
    return failed(strength, words, expected, hint)


@check
def loss_takes_logits(history: object, model: object, *, weight: float = 1.0) -> Finding:
    """The training loss in the history is no cross-entropy of probabilities.

    That is at least log(e + 4) - 1 = 0.90 for five classes, however right the model is about the leaves it trained on.
    """
    expected = (
        f"a last `loss` below {FLOOR:g}, where the model's own on its training leaves is below {RIGHT:g}"
    )
    said = history.get("loss") if isinstance(history, dict) else None
    reached = loss(model, _training())
    if reached.value is None:
        return skipped(reached.strength, f"the model cannot be measured: {reached.note}", expected)
    if not isinstance(said, list) or not said or not isinstance(said[-1], int | float):
        return failed(reached.strength, "the history holds no loss", expected, "append one an epoch")
    words = f"{said[-1]:.3f} in the history, {reached.value:.3f} computed anew on training leaves"
    problems = [words] if said[-1] >= FLOOR and reached.value < RIGHT else []
    hint = (
        "`F.cross_entropy` takes logits: with a softmax before it, it never falls below 0.90, and pulls less; or is it "
        "a sum of losses in place of their mean?"
    )
    return passed_unless(problems, reached.strength, words, expected, hint)


@cache
def _training() -> Labelled:
    """The public training leaves, all of them."""
    some, probe = leaves.load("train", "field"), leaves.load("validation", "field").images[:PROBES]
    return Labelled(inputs={"x": some.images}, labels=some.labels, probe={"x": probe})


@cache
def _validation() -> Labelled:
    """The public validation leaves, all of them."""
    some = leaves.load("validation", "field")
    return Labelled(inputs={"x": some.images}, labels=some.labels, probe={"x": some.images[:PROBES]})


@cache
def _hidden_leaves() -> leaves.Leaves:
    return leaves.hidden("field")


@cache
def _hidden() -> Labelled:
    """The held-out leaves, with public ones for the comparison with the worker's own answers."""
    some, probe = _hidden_leaves(), leaves.load("validation", "field").images[:PROBES]
    return Labelled(inputs={"x": some.images}, labels=some.labels, probe={"x": probe})
