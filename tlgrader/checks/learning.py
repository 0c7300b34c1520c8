"""The check that a loss fell, as the judge measured it before and after training."""

from __future__ import annotations

from collections.abc import Callable

from tlgrader.checks.declaring import check
from tlgrader.checks.finding import Finding, Measured, failed, passed, skipped, weaker
from tlgrader.checks.narrowing import NotThere
from tlgrader.checks.wording import describe

HARDLY = 1e-3
"""The share of a loss by which it may move although no step was taken, as with other batch-norm statistics."""
Hint = Callable[[float, float], str]
"""Where to look, by the loss before and after; empty where it has nothing to say."""


@check
def learned(
    before: Measured,
    after: Measured,
    *,
    at_least: float = 0.0,
    hint: Hint | None = None,
    weight: float = 1.0,
) -> Finding:
    """A loss that the judge measured fell, by the share `at_least` of what it was (0.2: by a fifth).

    In a hidden test `hint` says where to look where it did not, by the loss before and after; where it says nothing, a
    hint that fits any training is given.
    """
    expected = f"the loss falls by at least {at_least:.0%}" if at_least else "the loss falls"
    for measured, when in ((before, "before"), (after, "after")):
        if not isinstance(measured, Measured):
            raise NotThere(f"what was measured {when} training is {describe(measured)}", expected)
        if measured.value is None:
            return skipped(
                measured.strength, f"no loss could be measured {when} training: {measured.note}", expected
            )
    return _fall(before, after, at_least, expected, hint)


def _fall(before: Measured, after: Measured, at_least: float, expected: str, own: Hint | None) -> Finding:
    assert before.value is not None
    assert after.value is not None
    strength = weaker(before.strength, after.strength)
    fallen = (before.value - after.value) / before.value if before.value else 0.0
    numbers = {"fall": fallen, "before": before.value, "after": after.value}
    words = f"the loss was {before.value:.4f} before and is {after.value:.4f} after"
    if after.value < before.value and before.value - after.value >= at_least * before.value:
        return passed(strength, words, expected, numbers, "fall")
    how, hint = _why_not_learned(before.value, after.value)
    said = own(before.value, after.value) if own and before.value and after.value else ""
    return failed(strength, words + how, expected, said or hint, numbers, "fall")


def _why_not_learned(before: float, after: float) -> tuple[str, str]:
    """How a loss did not fall enough, and where to look: a loop without a step hardly moves it."""
    if abs(after - before) <= HARDLY * abs(before):
        how = ": nothing changed" if after == before else ": hardly anything changed"
        return how, "does the loop call `loss.backward()` and `optimizer.step()`?"
    if after < before:
        hint = "it fell, but too little: more steps, or a learning rate that is nearer to the one in the text"
        return ": too little was learned", hint
    hint = "is the learning rate too high, and does the loop call `optimizer.zero_grad()` at each step?"
    return ": it did not fall", hint
