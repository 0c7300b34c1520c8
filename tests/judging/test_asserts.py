"""A plain assert on a value of any form: what a student made of it is the student's, and said."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tlgrader.checks.finding import Fault, Finding, Outcome
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.observe import Observer
from tlgrader.judging.evaluation import Evaluator
from tlgrader.judging.gradecell import parse_all


def _judged(assertion: str, value: object) -> Finding:
    (cell,) = parse_all([("check_it", 1.0, assertion)]).values()
    observer = Observer()
    observed = Observation("x", observer.observe(value), observer)
    (item,) = Evaluator(Path("none.py")).judge(cell, {"x": observed}).items
    return item.finding


@pytest.mark.parametrize(
    ("assertion", "value", "words"),
    [
        ("assert sorted(x)[0] < 1", torch.ones(2, 3), "ambiguous (`x` is a Tensor of shape [2, 3])"),
        ("assert x > 1", torch.ones(2), "ambiguous (`x` is a Tensor of shape [2])"),
        ("assert max(x) < 1", torch.ones(2, 2).numpy(), "ambiguous"),
        ("assert x < 1", torch.ones(2, dtype=torch.complex64), "`x` is a Tensor of shape [2]"),
        ("assert x == 3", 2**4000, "`x` is 13"),
        ("assert x == 3", 16**4000, "`x` is not a plain value"),
        ("assert x / 0 < 1", 1, "ZeroDivisionError: division by zero (`x` is 1)"),
        ("assert x[3] < 1", [1], "IndexError: list index out of range (`x` is [1])"),
        ("assert x < 1", 1j, "`x` is not a plain value"),
        ("assert x < 1", "one", "TypeError"),
    ],
    ids=range(10),
)
def test_a_value_of_another_form_fails_and_is_shown(assertion: str, value: object, words: str) -> None:
    finding = _judged(assertion, value)
    assert (finding.outcome, finding.fault) in ((Outcome.failed, None), (Outcome.failed, Fault.student)), (
        finding
    )
    assert words in finding.observed
