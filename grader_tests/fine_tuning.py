"""Hidden tests of `fine_tuning`: the gain over feature extraction, on held-out field photographs."""

from functools import cache

from tlcourse.data import leaves
from tlgrader.hidden import Finding, Labelled, Measured, check, failed, gain, measured_accuracy, threshold

START = 0.75  # of accuracy before fine-tuning; printed in the notebook
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
    return gain(model, before, _hidden(), at_least=least, classes_named=classes, weight=weight)


@cache
def _hidden_leaves() -> leaves.Leaves:
    return leaves.hidden("field")


@cache
def _hidden() -> Labelled:
    """The held-out leaves, with public ones for the comparison with the worker's own answers."""
    some, probe = _hidden_leaves(), leaves.load("validation", "field").images[:PROBES]
    return Labelled(inputs={"x": some.images}, labels=some.labels, probe={"x": probe})
