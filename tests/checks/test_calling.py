"""A student's function is called where it lives, and what it returns is compared."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.checks.conftest import Observe
from tlgrader import checks
from tlgrader.checks.calling import BY_HAND
from tlgrader.checks.finding import Outcome, Strength
from tlgrader.checks.resembling import resemblance


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda a: a * 2, 4),
        (lambda a: a / 2 + 1e-9, 1.0),
        (lambda a: torch.full((2, 2), float(a)), [[2, 2], [2, 2]]),
        (lambda a: [2, a], torch.tensor([2, 2])),
        (lambda a: np.arange(2) * a, (0, 2)),
        (lambda a: {"a": a}, {"a": 2}),
        (lambda a: (a, "x"), (2, "x")),
        (lambda a: float("nan"), float("nan")),
        (lambda a: float("inf"), float("inf")),
    ],
)
def test_equal_answers_pass(function: Callable[..., Any], expected: object, observe: Observe) -> None:
    finding = checks.returns(observe(function, "twice"), [2], expected)
    assert (finding.outcome, finding.strength) == (Outcome.passed, Strength.queried)
    assert "`twice(2)`" in finding.observed


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda a: 5, "`twice(2)` returned 5"),
        (lambda a: [4], "returned [4]"),
        (lambda a: True, "returned True"),
        (lambda a: "4", "returned '4'"),
        (lambda a: None, "returned None"),
        (lambda a: nn.Linear(1, 1), "returned a model"),
        (lambda a: float("nan"), "returned nan"),
        (lambda: 4, "raised TypeError"),
        (lambda a: 1 / 0, "raised ZeroDivisionError: division by zero"),
    ],
)
def test_other_answers_fail_in_words(function: Callable[..., Any], words: str, observe: Observe) -> None:
    finding = checks.returns(observe(function, "twice"), [2], 4)
    assert finding.outcome is Outcome.failed
    assert words in finding.observed
    assert finding.expected == "`twice(2)` returns 4"


def test_a_forgotten_return_is_hinted_at(observe: Observe) -> None:
    assert "forget `return`" in checks.returns(observe(lambda a: None), [2], 4).hint


def test_tolerance_is_absolute(observe: Observe) -> None:
    near = observe(lambda: torch.tensor([1.0, 2.05]))
    assert checks.returns(near, [], [1, 2], tolerance=0.1).outcome is Outcome.passed
    assert checks.returns(near, [], [1, 2], tolerance=0.01).outcome is Outcome.failed


def test_what_is_no_function(observe: Observe) -> None:
    assert "`f` is a model" in checks.returns(observe(nn.Linear(1, 1), "f"), [], 1).observed
    assert "`function` is an int, a function was expected" in checks.returns(3, [], 1).observed


SCORES = {"accuracy": 0.75, "precision": 0.7424, "recall": 0.75, "specificity": 0.1, "f1": 0.7442}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"f1": 0.9}, "`scores()` returned a dict of 5 in which 'f1' is 0.9, not 0.7442"),
        ({"f1": [1.0]}, "'f1' is [1.0], not 0.7442"),
        ({"F1": 1.0}, "in which 'F1' is there, and was not expected"),
        (dict.fromkeys("abcdef", 1), "and 2 more"),
    ],
)
def test_of_a_dict_the_entries_that_differ_come_first(
    changed: dict[str, object], words: str, observe: Observe
) -> None:
    finding = checks.returns(observe(lambda: {**SCORES, **changed}, "scores"), [], SCORES)
    assert finding.outcome is Outcome.failed
    assert words in finding.observed
    if "f1" in changed:
        assert finding.expected.startswith("`scores()` returns {'f1': 0.7442, 'accuracy'")


def test_an_entry_that_a_dict_lacks_is_named(observe: Observe) -> None:
    finding = checks.returns(observe(lambda: {"accuracy": 0.75}, "scores"), [], SCORES)
    assert "'precision' is missing; 'recall' is missing" in finding.observed
    assert "returned [1]" in checks.returns(observe(lambda: [1], "scores"), [], SCORES).observed


class _Negative(ValueError):
    """A student's own."""


def _root(a: int) -> float:
    if a < 0:
        raise _Negative("negative")
    return float(a**0.5)


@pytest.mark.parametrize("error", ["ValueError", "_Negative", "Exception", ["TypeError", "ValueError"]])
def test_a_call_that_has_to_fail_passes_also_with_a_subclass(
    error: str | list[str], observe: Observe
) -> None:
    finding = checks.raises(observe(_root, "root"), [-4], error)
    assert (finding.outcome, finding.strength) == (Outcome.passed, Strength.queried)
    assert finding.observed == "`_root` raised _Negative: negative"


@pytest.mark.parametrize(
    ("argument", "error", "words"),
    [
        (4, "ValueError", "`root(4)` raised nothing and returned 2.0"),
        (-4, "TypeError", "`_root` raised _Negative: negative"),
        ("x", "ValueError", "raised TypeError"),
    ],
)
def test_a_call_that_fails_otherwise_or_not_at_all_is_told(
    argument: object, error: str, words: str, observe: Observe
) -> None:
    finding = checks.raises(observe(_root, "root"), [argument], error)
    assert finding.outcome is Outcome.failed
    assert words in finding.observed
    assert finding.expected.endswith(f"raises `{error}`")


@pytest.mark.parametrize(
    ("seen", "expected", "hint"),
    [
        (62.5, 0.625, "100 times what was expected: a share is asked for, not percent"),
        ([0.5, 0.025], [50, 2.5], "a hundredth"),
        (-0.21, 0.21, "only the sign is another"),
        ([3, -2], [-3, 2], "only the sign is another"),
        (0.3, 0.7, "1 minus what was expected"),
        (0.0625, 0.25, "the square of what was expected: is a root forgotten?"),
        (0.5, 0.25, "the root of what was expected"),
        (1.6, 0.625, "1 divided by what was expected"),
        ([3, 2, 1], [1, 2, 3], "in the reverse order"),
        (["b", "c", "a"], ["a", "b", "c"], "the right entries in another order"),
        ([[1, 2], [3, 4]], [[1, 3], [2, 4]], "rows and columns are exchanged"),
        ([[1, 2, 3]], [[1], [2], [3]], "rows and columns are exchanged"),
        ([1, 2], [1, 2, 3], "a list of 3 was expected, not of 2"),
        (2.0, [1, 2, 3], "a list of 3 was expected, not one value"),
        ([1, 2, 3], 2.0, "one value was expected, not a list of 3"),
        (2, "rust", "a name was expected, not its number"),
        (4, 2, ""),
        (1, 0, ""),
        ([0, 1], [1, 1], "1 of its 2 numbers differ, the first at place 0"),
        (float("nan"), -0.25, ""),
        ("blight", "rust", ""),
        (0.7, 0.2, ""),
    ],
)
def test_a_hint_says_what_a_wrong_answer_resembles(
    seen: object, expected: object, hint: str, observe: Observe
) -> None:
    finding = checks.returns(observe(lambda a: seen, "f"), [2], expected)
    assert finding.outcome is Outcome.failed
    assert hint in finding.hint
    assert bool(hint) is (finding.hint != BY_HAND)


def test_exchanged_arguments_are_hinted_at(observe: Observe) -> None:
    finding = checks.returns(observe(lambda a, b: b - 2 * a, "gain"), [3, 4], 3 - 2 * 4)
    assert "with its first two arguments exchanged" in finding.hint
    assert checks.returns(observe(lambda a, b: a * b, "gain"), [3, 4], 7).hint == BY_HAND


@given(st.recursive(st.none() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=8), st.data())
def test_whatever_is_returned_a_hint_is_one_line_or_none(wanted: object, data: st.DataObject) -> None:
    seen = data.draw(
        st.recursive(st.none() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=8)
    )
    hint = resemblance(seen, wanted, 1e-6)
    assert "\n" not in hint
