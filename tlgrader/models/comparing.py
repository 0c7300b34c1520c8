"""What the judge compares: the accuracies of two models, or of one model before and after it was trained.

Each side is an observed model, or a `Measured` accuracy that a hidden test kept in an earlier grade cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tlgrader.checks.declaring import check
from tlgrader.checks.finding import Finding, Measured, failed, passed, skipped, weaker
from tlgrader.checks.narrowing import NotThere, narrow
from tlgrader.checks.wording import describe
from tlgrader.evidence.kinds import ModelEvidence
from tlgrader.evidence.observation import Observation
from tlgrader.models.evaluate import Labelled, measured_accuracy

ROUNDING = 1e-9
"""A share of examples that reaches its mark must not miss it by how floats are rounded."""


@check
def gain(
    model: object,
    baseline: object,
    data: Labelled,
    *,
    at_least: float,
    classes_named: Sequence[str],
    weight: float = 1.0,
) -> Finding:
    """The accuracy of `model` on `data` is higher than that of `baseline`, by `at_least` (0.1: ten points).

    `classes_named` are the classes' names, in the order of the labels. Measured: ``gain``, which decides,
    ``accuracy`` of the model, and ``baseline``.
    """
    held = f"{len(data.labels)} held-out examples"
    expected = f"an accuracy at least {at_least:.3f} above the baseline's on {held}"
    before, after = _both(model, baseline, "baseline", data, len(classes_named), expected)
    for one, whose in ((after, "the model"), (before, "the baseline")):
        if one.value is None:
            return skipped(one.strength, f"the accuracy of {whose} cannot be measured: {one.note}", expected)
    assert after.value is not None
    assert before.value is not None
    risen = after.value - before.value
    words = f"an accuracy of {after.value:.3f}, the baseline's is {before.value:.3f}: {risen:+.3f}"
    measured = {"gain": risen, "accuracy": after.value, "baseline": before.value}
    return _judged("gain", measured, at_least, before, after, words, expected, _gain_hint(risen, at_least))


@check
def retained(
    model: object, before: object, data: Labelled, *, at_least: float, weight: float = 1.0
) -> Finding:
    """Of the accuracy that `before` has on `data`, `model` keeps the share `at_least` (0.9: nine tenths).

    Measured: ``retained``, the share, which decides; ``accuracy`` of the model; and what it was ``before``.
    """
    held = f"{len(data.labels)} held-out examples"
    expected = f"at least {at_least:.3f} of the accuracy before is kept, on {held}"
    was, now = _both(model, before, "before", data, None, expected)
    for one, when in ((now, "now"), (was, "before")):
        if one.value is None:
            return skipped(one.strength, f"the accuracy {when} cannot be measured: {one.note}", expected)
    assert now.value is not None
    if not was.value:
        return skipped(was.strength, "the accuracy before was 0, so that nothing could be kept", expected)
    share = now.value / was.value
    words = f"an accuracy of {now.value:.3f}, it was {was.value:.3f} before: {share:.3f} of it is kept"
    measured = {"retained": share, "accuracy": now.value, "before": was.value}
    hint = (
        "the model has forgotten: what keeps it near to what it was, or goes on showing it the old examples?"
    )
    return _judged("retained", measured, at_least, was, now, words, expected, hint)


def _gain_hint(risen: float, at_least: float) -> str:
    if risen < -at_least:
        return "it is worse than before: is a learning rate too high, are gradients cleared at each step?"
    if risen < at_least / 2:
        return "it is about as good as before: was anything trained that can make it better?"
    return "it is better than before, but too little: more steps, or a learning rate nearer to the text's"


def _both(
    model: object, other: object, parameter: str, data: Labelled, classes: int | None, expected: str
) -> tuple[Measured, Measured]:
    """The accuracy of the other side, then of `model`; raises NotThere where one of them is no model."""
    narrow(model, ModelEvidence, "model")
    return _accuracy(other, parameter, data, classes, expected), measured_accuracy(model, data, classes)


def _accuracy(side: object, parameter: str, data: Labelled, classes: int | None, expected: str) -> Measured:
    if isinstance(side, Measured):
        return side
    if isinstance(side, Observation):
        narrow(side, ModelEvidence, parameter)
        return measured_accuracy(side, data, classes)
    raise NotThere(f"what to compare with (`{parameter}`) is {describe(side)}", expected)


def _judged(
    name: str,
    measured: Mapping[str, float],
    at_least: float,
    before: Measured,
    after: Measured,
    words: str,
    expected: str,
    hint: str,
) -> Finding:
    """Whether the number `name` among those `measured` is high enough; where not, `hint` says what it resembles."""
    strength, said = weaker(before.strength, after.strength), words + after.note
    if measured[name] >= at_least - ROUNDING:
        return passed(strength, said, expected, measured, name)
    return failed(strength, said, expected, hint, measured, name)
