"""Thresholds: between right and weak, or a refusal."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny import make_course
from tlgrader.calibrate import RATE, Run, calibrated, names
from tlgrader.course.corpus import Sample
from tlgrader.errors import AuthorError
from tlgrader.judge.record import Record, Status


def _runs(distributions: dict[str, tuple[float, float]], seeds: int = 10) -> list[Run]:
    draw = random.Random(0)
    record = Record(exercise="e", student="s", status=Status.graded)
    return [
        Run(Sample(name, "", {}), attempt, record, {"accuracy": draw.gauss(mean, deviation)})
        for name, (mean, deviation) in distributions.items()
        for attempt in range(seeds)
    ]


def test_the_threshold_lies_between_and_nearer_to_the_narrower_side() -> None:
    found = calibrated(_runs({"reference": (0.9, 0.04), "baseline__head": (0.6, 0.01)}), "accuracy")
    assert 0.62 < found.threshold < 0.75
    assert found.correct.wrong == found.weak.wrong == 0
    assert found.correct.total == 10
    assert found.correct.interval[1] == pytest.approx(0.3085, abs=1e-3)  # exact binomial, 0 of 10


def test_the_strongest_baseline_and_the_weakest_variant_decide() -> None:
    runs = _runs(
        {
            "reference": (0.95, 0.01),
            "pass__x": (0.85, 0.01),
            "baseline__a": (0.2, 0.01),
            "baseline__b": (0.7, 0.01),
        }
    )
    assert calibrated(runs, "accuracy").threshold == pytest.approx(0.775, abs=0.03)


def test_it_refuses_where_nothing_separates() -> None:
    with pytest.raises(AuthorError, match="no threshold of 'accuracy' separates"):
        calibrated(_runs({"reference": (0.709, 0.04), "baseline__head": (0.601, 0.015)}), "accuracy")


def test_it_refuses_what_was_measured_on_one_side_only() -> None:
    with pytest.raises(AuthorError, match="no baseline was measured"):
        calibrated(_runs({"reference": (0.9, 0.01)}), "accuracy")


def test_an_exercise_without_a_first_guess_is_told_to_make_one(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    with pytest.raises(AuthorError, match="begin with a guess"):
        names(course, "tiny")
    course.measured("tiny").write_text('{"accuracy": {"threshold": 0.8}, "versions": {}}')
    assert names(course, "tiny") == ["accuracy"]


@given(st.floats(0.5, 1.0), st.floats(0.0, 0.05), st.floats(0.0, 0.9), st.floats(0.0, 0.05))
def test_whatever_is_accepted_keeps_both_rates(
    right: float, spread: float, weak: float, noise: float
) -> None:
    try:
        found = calibrated(_runs({"reference": (right, spread), "baseline__x": (weak, noise)}), "accuracy")
    except AuthorError:
        return
    assert max(found.correct.estimated, found.weak.estimated) <= RATE
