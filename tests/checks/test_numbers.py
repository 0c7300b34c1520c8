"""Numbers of any size and kind are compared, and never break a check."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlgrader import checks
from tlgrader.checks.finding import Outcome
from tlgrader.checks.numbers import are_near, is_finite, is_number

HUGE = 2**4000
ANY = st.one_of(st.integers(), st.floats(), st.just(HUGE), st.just(-HUGE))


@given(ANY, ANY, st.floats(min_value=0, allow_nan=False))
def test_any_two_are_compared_alike_either_way(one: float, other: float, tolerance: float) -> None:
    assert are_near(one, other, tolerance) is are_near(other, one, tolerance)
    assert are_near(one, one, 0.0)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(0, 1))
def test_those_within_the_tolerance_are_near(number: float, tolerance: float) -> None:
    assert are_near(number, number + tolerance / 2, tolerance + 1e-9 * abs(number))


@pytest.mark.parametrize(
    ("value", "finite"), [(3, True), (0.5, True), (HUGE, False), (math.nan, False), (True, False)]
)
def test_finite_is_what_a_float_can_hold(value: object, finite: bool) -> None:
    assert is_finite(value) is finite


def test_truth_is_no_number() -> None:
    assert not is_number(True)
    assert is_number(HUGE)


def test_a_huge_whole_number_fails_a_check_and_does_not_break_it() -> None:
    assert checks.history({"loss": [HUGE]}, keys=["loss"]).outcome is Outcome.failed
    assert (
        checks.metrics({"accuracy": HUGE}, [0, 1], [0, 1], classes=2, keys=["accuracy"]).outcome
        is Outcome.failed
    )
    assert checks.ranking(["a"], {"a": HUGE}).outcome is Outcome.failed
