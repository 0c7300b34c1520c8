"""Points on a scale: none, all, and in proportion between; a cell's score, its page and the grey zone follow."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny import make_course
from tlgrader.authoring.calibration.rates import calibrated
from tlgrader.authoring.calibration.runs import Sides
from tlgrader.authoring.calibration.stored import is_scaled
from tlgrader.authoring.release import _told
from tlgrader.checks.finding import Fault, Finding, Outcome, Scale, Strength, failed, passed
from tlgrader.checks.scaling import on_a_scale
from tlgrader.errors import AuthorError
from tlgrader.grading.greyzone import GreyZone, in_the_zone, settled
from tlgrader.grading.job import Graded
from tlgrader.judging.explain import as_html, as_text
from tlgrader.judging.references import scale
from tlgrader.records.record import GradeRecord, Item, Record, Status

SCALE = Scale(0.6, 0.8)


def _reached(value: float, threshold: float = 0.7) -> Finding:
    make = passed if value >= threshold else failed
    measured = {"accuracy": value}
    finding = make(
        Strength.recomputed, f"an accuracy of {value}", "0.7", measured=measured, decided_by="accuracy"
    )
    return on_a_scale(msgspec.structs.replace(finding, check="accuracy"), SCALE)


def _record(value: float, attempt: int = 0) -> Record:
    item = Item("check/accuracy", True, _reached(value))
    grade = GradeRecord("check", 4.0, (item,))
    return Record(exercise="e", student="s", status=Status.graded, attempt=attempt, grades=(grade,))


@pytest.mark.parametrize(
    ("value", "share", "outcome"),
    [
        (0.5, 0.0, Outcome.failed),
        (0.6, 0.0, Outcome.failed),
        (0.65, 0.25, Outcome.failed),
        (0.75, 0.75, Outcome.failed),  # above the threshold, which no longer decides
        (0.8, 1.0, Outcome.passed),
        (0.95, 1.0, Outcome.passed),
    ],
)
def test_points_are_in_proportion(value: float, share: float, outcome: Outcome) -> None:
    finding = _reached(value)
    assert finding.share == pytest.approx(share)
    assert finding.outcome is outcome
    assert finding.fault is (None if outcome is Outcome.passed else Fault.student)
    assert finding.expected == "all points from 0.800 on, none up to 0.600, and in proportion between"
    assert _record(value).score == pytest.approx(4 * share)


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_never_earns_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= SCALE.share(low) <= SCALE.share(high) <= 1


def test_what_was_not_measured_earns_nothing_and_says_why() -> None:
    strange = failed(Strength.recomputed, "the logits are not finite", "numbers", "a lower learning rate")
    assert on_a_scale(strange, SCALE) == strange
    assert strange.share == 0


def test_the_page_says_how_much_is_earned() -> None:
    (grade,) = _record(0.65).grades
    assert "1 of 4 points" in as_text(grade)
    assert "earns 25% of its points" in as_text(grade)
    assert "25% of its points" in as_html(grade)
    (full,) = _record(0.9).grades
    assert "of its points" not in as_text(full)


def test_a_run_on_the_scale_is_repeated_and_the_mean_earns() -> None:
    zones = {"accuracy": GreyZone(0.7, 0.68, 0.72)}
    assert in_the_zone(_record(0.75), zones) == {"check/accuracy": "accuracy"}
    assert in_the_zone(_record(0.81), zones) == in_the_zone(_record(0.55), zones) == {}
    runs = [Graded(_record(value, attempt)) for attempt, value in enumerate((0.65, 0.75, 0.7))]
    record = settled(runs, zones).record
    assert record.score == pytest.approx(2.0)
    assert record.items()["check/accuracy"].finding.outcome is Outcome.failed
    high = [Graded(_record(value, attempt)) for attempt, value in enumerate((0.79, 0.81, 0.8))]
    assert settled(high, zones).record.score == 4.0


def test_a_scale_with_nothing_between_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing between"):
        Scale(0.8, 0.8)


def test_calibration_puts_the_ends_where_one_run_in_a_hundred_comes_out(tmp_path: Path) -> None:
    sides = Sides({"reference": [0.9, 0.91, 0.92, 0.93]}, {"baseline__x": [0.6, 0.61, 0.62, 0.63]})
    one = calibrated(sides, "accuracy", scaled=True)
    assert one.scale == Scale(0.65, 0.88)  # 0.615 and 0.915, with 2.33 standard deviations of 0.0129
    course = make_course(tmp_path)
    guess = '{"accuracy": {"threshold": 0.8, "scale": {"none": 0.6, "full": 0.8}}}'
    course.measured("tiny").parent.mkdir(parents=True, exist_ok=True)
    course.measured("tiny").write_text(guess)
    assert is_scaled(course, "tiny", "accuracy")
    assert scale(str(course.hidden_tests("tiny")), "accuracy") == Scale(0.6, 0.8)
    with pytest.raises(AuthorError, match="has no scale for 'gain'"):
        scale(str(course.hidden_tests("tiny")), "gain")


def test_the_text_has_to_state_both_ends() -> None:
    assert list(_told({"threshold": 0.8})) == [("threshold", 0.8)]
    both = [("lower end", 0.6), ("upper end", 0.8)]
    assert list(_told({"threshold": 0.7, "scale": {"none": 0.6, "full": 0.8}})) == both
    assert list(_told({"torch": "2.6"})) == []
