"""Thresholds and grey zones: between right and weak, or a refusal; what is kept of it, and drawn."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.image import imread
from scipy.stats import nct, norm
from typer.testing import CliRunner

from tests.tiny import make_course
from tests.trained import ANSWERS, make_trained_course
from tlgrader.authoring.calibration import picture
from tlgrader.authoring.calibration.chance import DRAWS, chosen, measure
from tlgrader.authoring.calibration.rates import (
    RATE,
    Calibrated,
    Fit,
    calibrated,
    fits,
    grey_zone,
    interval,
    passing,
    worst,
)
from tlgrader.authoring.calibration.runs import Run, Sides, runs, sides
from tlgrader.authoring.calibration.stored import (
    names,
    rewrite_reference,
    staleness,
    stored_sides,
    write_reference,
)
from tlgrader.checks.finding import Finding, Outcome, Strength, passed
from tlgrader.cli.app import app
from tlgrader.course.paths import Course
from tlgrader.errors import AuthorError
from tlgrader.grading.greyzone import RUNS, GreyZone, grey_zones
from tlgrader.grading.verifying import Tolerance, tolerance_of
from tlgrader.notebook.corpus import Sample
from tlgrader.records.record import GradeRecord, Item, Record, Status

Spread = tuple[float, float]
ITEM = "check_train/beats_the_threshold"


def _drawn(distributions: dict[str, Spread], seeds: int) -> dict[str, list[float]]:
    draw = random.Random(0)
    return {name: [draw.gauss(*spread) for _ in range(seeds)] for name, spread in distributions.items()}


def _sides(correct: dict[str, Spread], weak: dict[str, Spread], seeds: int = 10) -> Sides:
    return Sides(_drawn(correct, seeds), _drawn(weak, seeds))


def _two(right: Spread, weak: Spread) -> Calibrated:
    return calibrated(_sides({"reference": right}, {"baseline__head": weak}), "accuracy")


def _with_zone(one: Calibrated, zone: tuple[float, float]) -> Calibrated:
    return Calibrated(one.threshold, zone, one.correct, one.weak)


def test_the_threshold_lies_between_and_nearer_to_the_narrower_side() -> None:
    found = _two((0.9, 0.04), (0.6, 0.01))
    assert 0.62 < found.threshold < 0.75
    assert found.correct.wrong == found.weak.wrong == 0
    assert found.correct.total == 10
    assert found.correct.interval[1] == pytest.approx(0.3085, abs=1e-3)  # exact binomial, 0 of 10


def test_a_threshold_that_students_were_told_stays_where_none_errs_less_often() -> None:
    apart = _sides({"reference": (0.9, 0.01)}, {"baseline__head": (0.4, 0.02)})
    best = calibrated(apart, "accuracy").threshold
    assert best != 0.75
    assert calibrated(apart, "accuracy", told=0.75).threshold == 0.75
    assert calibrated(apart, "accuracy", told=0.95).threshold == best, "right ones would fail"
    near = _sides({"reference": (0.8, 0.02)}, {"baseline__head": (0.69, 0.02)})
    assert calibrated(near, "accuracy", told=0.79).threshold == calibrated(near, "accuracy").threshold


def test_far_apart_the_threshold_is_still_in_proportion() -> None:
    # Twenty standard deviations away, every probability is 0 to a computer; distances are not.
    found = _two((0.878, 0.0096), (0.3075, 0.0178))
    assert 0.6 < found.threshold < 0.75


def test_the_strongest_baseline_and_the_weakest_variant_decide_and_come_first() -> None:
    found = calibrated(
        _sides(
            {"reference": (0.95, 0.01), "pass__x": (0.85, 0.01)},
            {"baseline__a": (0.2, 0.01), "baseline__b": (0.7, 0.01)},
        ),
        "accuracy",
    )
    assert found.threshold == pytest.approx(0.775, abs=0.03)
    assert list(found.correct.runs) == ["pass__x", "reference"]
    assert list(found.weak.runs) == ["baseline__b", "baseline__a"]


def test_the_mean_of_runs_separates_what_a_single_run_does_not() -> None:
    right, weak = Fit("reference", 0.7, 0.03, 10), Fit("baseline__head", 0.6, 0.03, 10)
    zone = grey_zone(0.65, [right], [weak])
    alone = GreyZone(0.65, 0.65, 0.65)
    assert worst(alone, [right], weak=False)[1] > 0.04  # Phi(-5/3)
    assert worst(zone, [right], weak=False)[1] < RATE
    assert worst(zone, [weak], weak=True)[1] < RATE


def test_it_refuses_where_nothing_separates_and_says_what_to_change() -> None:
    with pytest.raises(AuthorError, match="no threshold of 'accuracy' separates") as refusal:
        _two((0.65, 0.04), (0.601, 0.03))
    assert "Let reference reach more" in str(refusal.value)
    assert "on which baseline__head reaches less" in str(refusal.value)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.5, 1.0), st.floats(0.0, 0.05), st.floats(-0.2, 0.9), st.floats(0.0, 0.05))
def test_whatever_is_accepted_keeps_both_rates_and_has_a_zone_around_it(
    right: float, spread: float, weak: float, noise: float
) -> None:
    try:
        found = _two((right, spread), (weak, noise))
    except AuthorError:
        return
    assert max(found.correct.estimated, found.weak.estimated) <= RATE
    assert found.zone[0] < found.threshold < found.zone[1]
    for side in (found.correct, found.weak):
        assert 0 <= side.between[0] <= side.between[1] <= 1
    for number in (found.threshold, *found.zone):
        assert number * 100 == pytest.approx(round(number * 100))


@given(st.lists(st.floats(0, 1), min_size=RUNS, max_size=RUNS))
def test_what_is_simulated_is_the_graders_rule(values: list[float]) -> None:
    zone = GreyZone(0.5, 0.4, 0.7)
    decisive = sum(values) / RUNS if 0.4 <= values[0] <= 0.7 else values[0]
    assert bool(passing(zone, np.array([values]))) == (decisive >= 0.5 - 1e-9)


def test_simulated_rates_are_those_of_the_normal_distribution() -> None:
    zone, fit = GreyZone(0.5, 0.5, 0.5), Fit("reference", 0.6, 0.05, 10)
    assert worst(zone, [fit], weak=False)[1] == pytest.approx(norm.cdf(-2), abs=0.002)


def test_without_a_zone_the_interval_is_that_of_the_noncentral_t() -> None:
    fit, runs = Fit("reference", 0.6, 0.05, 10), 10
    low, high = interval(GreyZone(0.5, 0.5, 0.5), fit, weak=False)

    def exact(level: float) -> float:
        """The share below the threshold, two standard deviations off, that is covered at this level."""
        shares = np.linspace(1e-5, 0.5, 20_000)
        levels = nct.cdf(2 * np.sqrt(runs), runs - 1, norm.isf(shares) * np.sqrt(runs))
        return float(np.interp(level, levels, shares))

    assert low == pytest.approx(exact(0.025), abs=0.003)
    assert high == pytest.approx(exact(0.975), abs=0.03)


def _run(sample: Sample, attempt: int, *findings: Finding) -> Run:
    items = tuple(Item(f"{ITEM}{'#2' * n}", True, finding) for n, finding in enumerate(findings))
    grades = (GradeRecord("check_train", 2.0, items),)
    record = Record(exercise="e", student=sample.name, status=Status.graded, attempt=attempt, grades=grades)
    return Run(sample, record)


def _finding(measured: dict[str, float], decided_by: str = "") -> Finding:
    return passed(Strength.recomputed, "seen", "expected", measured, decided_by)


WEAK = Sample("baseline__x", "", {}, {ITEM: "failed"})
RIGHT = Sample("reference", "", {})


def test_a_baseline_counts_where_its_verdict_fails_the_item() -> None:
    harmless = Sample("baseline__keeps_everything", "", {})
    found = sides(
        [
            _run(sample, 0, _finding({"accuracy": 0.9, "gain": 0.3}, "gain"))
            for sample in (RIGHT, WEAK, harmless)
        ],
        "gain",
    )
    assert found == Sides({"reference": [0.3]}, {"baseline__x": [0.3]})


def test_only_the_number_that_a_finding_names_decides() -> None:
    both = [_run(sample, 0, _finding({"accuracy": 0.9, "gain": 0.3}, "gain")) for sample in (RIGHT, WEAK)]
    with pytest.raises(AuthorError, match="no reference or correct variant was measured for 'accuracy'"):
        sides(both, "accuracy")


def test_it_refuses_what_was_measured_on_one_side_only() -> None:
    right, undecided = _finding({"accuracy": 0.9}, "accuracy"), _finding({"accuracy": 0.4})
    with pytest.raises(AuthorError, match="no baseline was measured"):
        sides([_run(RIGHT, 0, right), _run(WEAK, 0, undecided)], "accuracy")


def test_a_right_solution_that_diverged_under_one_seed_is_no_right_one() -> None:
    diverged = Finding("accuracy", Outcome.failed, Strength.recomputed, "logits are not finite", "expected")
    fine, weak = _finding({"accuracy": 0.9}, "accuracy"), _finding({"accuracy": 0.4}, "accuracy")
    runs = [_run(RIGHT, 0, fine), _run(RIGHT, 1, diverged), _run(WEAK, 0, weak)]
    with pytest.raises(
        AuthorError, match="reference measured no 'accuracy' in attempt 1: logits are not finite"
    ):
        sides(runs, "accuracy")
    assert sides([*runs[::2], _run(WEAK, 1, diverged)], "accuracy").weak == {"baseline__x": [0.4]}


def test_two_items_of_one_measure_are_told_apart_by_the_author() -> None:
    twice = _finding({"accuracy": 0.9}, "accuracy")
    with pytest.raises(AuthorError, match="are both decided by 'accuracy'"):
        sides([_run(RIGHT, 0, twice, twice)], "accuracy")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """The tiny course with a reference and a baseline."""
    course = make_course(tmp_path)
    course.corpus("tiny").mkdir(parents=True)
    course.reference("tiny").write_text('"""As it should be."""\n# %% learn\nrate = 0.1\n')
    (course.corpus("tiny") / "baseline__x.py").write_text('"""Weak."""\n# %% learn\nrate = 0.2\n')
    return course


def test_an_exercise_without_a_first_guess_is_told_to_make_one(course: Course) -> None:
    with pytest.raises(AuthorError, match="begin with a guess"):
        names(course, "tiny")
    course.measured("tiny").write_text('{"accuracy": {"threshold": 0.8}, "versions": {}}')
    assert names(course, "tiny") == ["accuracy"]
    assert grey_zones(course, "tiny") == {}
    with pytest.raises(AuthorError, match="holds no runs of 'accuracy'"):
        stored_sides(course, "tiny", "accuracy")


def test_a_name_that_nothing_measures_is_told_after_the_first_run(course: Course) -> None:
    with pytest.raises(AuthorError, match=r"reference.json names; no measure decides. Take it out"):
        next(runs(course, "tiny", ["accuracy"], seeds=100, slots=1))


def test_what_is_stored_can_be_chosen_from_again_and_stays_what_it_was_measured_on(course: Course) -> None:
    found = {"accuracy": _two((0.9, 0.02), (0.6, 0.02)), "gain": _two((0.3, 0.02), (-0.05, 0.02))}
    chance = chosen([(True, (0.02, 0.9)), (True, (0.05, 0.5)), (False, (0.06, 0.1))])
    write_reference(course, "tiny", found, {"torch": "1"}, chance)
    assert tolerance_of(course, "tiny") == Tolerance(0.1, 0.3)
    before = json.loads(course.measured("tiny").read_text())
    again = {name: calibrated(stored_sides(course, "tiny", name), name) for name in names(course, "tiny")}
    assert again == found
    rewrite_reference(course, "tiny", again)
    assert tolerance_of(course, "tiny") == Tolerance(0.1, 0.3)
    assert json.loads(course.measured("tiny").read_text()) == before
    one = found["gain"]
    assert grey_zones(course, "tiny")["gain"] == GreyZone(one.threshold, *one.zone)


def test_the_command_chooses_again_without_running(course: Course) -> None:
    found = _sides({"reference": (0.9, 0.02)}, {"baseline__a": (0.3, 0.02), "baseline__b": (0.6, 0.02)})
    old = _with_zone(calibrated(found, "accuracy"), (0.0, 1.0))
    rewrite_reference(course, "tiny", {"accuracy": old})
    done = CliRunner().invoke(app, ["calibrate", "tiny", "--keep-runs", "--course", str(course.root)])
    assert done.exit_code == 0, done.output
    assert "grey zone 0." in done.output
    assert done.output.index("baseline__b") < done.output.index("baseline__a")  # the strongest first
    assert grey_zones(course, "tiny")["accuracy"].low > 0.6
    assert course.picture("tiny").is_file()


def _calibrate(course: Course) -> None:
    write_reference(course, "tiny", {"accuracy": _two((0.9, 0.02), (0.6, 0.02))}, {})


def test_a_guess_is_called_one_and_what_was_calibrated_is_not(course: Course) -> None:
    assert staleness(course, "tiny") == ""  # nothing of it has a threshold
    course.measured("tiny").write_text('{"accuracy": {"threshold": 0.8}}')
    assert "are guesses" in staleness(course, "tiny")
    _calibrate(course)
    assert staleness(course, "tiny") == ""


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_what_changed_since_calibration_is_named(course: Course) -> None:
    _calibrate(course)
    _edit(course.source("tiny"), "# Tiny", "# Tiny: at least 75 %")
    _edit(course.reference("tiny"), "As it should be.", "As it should be, in other words.")
    assert staleness(course, "tiny") == ""  # the texts of notebook and samples decide nothing
    _edit(course.source("tiny"), "import torch", "import torch as t")
    assert "the code cells or files in source/ changed" in staleness(course, "tiny")
    _edit(course.hidden_tests("tiny"), "100", "200")
    _edit(course.reference("tiny"), "0.1", "0.11")
    assert "the hidden tests and the corpus changed" in staleness(course, "tiny")


def _rows_of(image: np.ndarray[tuple[int, ...], np.dtype[np.float32]], colour: Sequence[float]) -> int:
    """In how many rows of pixels something of this colour lies."""
    return int((np.abs(image[..., :3] - np.array(colour)).max(axis=-1) < 0.03).any(axis=1).sum())


def test_the_picture_shows_every_measure_and_both_sides(tmp_path: Path) -> None:
    one = _two((0.9, 0.02), (0.6, 0.02))
    picture.draw("tiny", {"accuracy": one}, tmp_path / "one.png")
    picture.draw("tiny", {"accuracy": one, "gain": one}, tmp_path / "two.png")
    single, double = imread(tmp_path / "one.png"), imread(tmp_path / "two.png")
    assert double.shape[0] == pytest.approx(2 * single.shape[0], abs=2)
    assert _rows_of(single, (0, 0, 0)) > 40  # the threshold
    zoned = _with_zone(one, (0.0, 1.0))
    picture.draw("tiny", {"accuracy": zoned}, tmp_path / "zoned.png")
    assert not np.array_equal(imread(tmp_path / "zoned.png"), single)


def test_fits_have_at_least_half_a_point_of_spread() -> None:
    (fit,) = fits({"reference": [0.5, 0.5, 0.5]}, strongest=False)
    assert fit.sd == 0.005


def test_other_trainings_that_are_as_near_as_chance_cannot_be_verified() -> None:
    with pytest.raises(AuthorError, match="cannot be verified"):
        chosen([(True, (0.02, 0.3)), (False, (0.02, 0.4))])


def test_an_exercise_that_was_not_calibrated_so_has_the_tolerance_of_lora(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    assert tolerance_of(course, "tiny") == Tolerance()
    course.measured("tiny").write_text("no JSON")
    assert tolerance_of(course, "tiny") == Tolerance()


def test_the_chance_of_a_training_is_measured_on_its_reference(tmp_path: Path) -> None:
    """The tiny course draws its data at training: other draws are other data, and point nearly the same way."""
    course = make_trained_course(tmp_path)
    reference = "".join(f"# %% {cell}\n{text}\n" for cell, text in ANSWERS.items())
    course.reference("tiny").parent.mkdir(parents=True, exist_ok=True)
    course.reference("tiny").write_text(f'"""Right."""\n{reference}')
    runs = list(measure(course, "tiny"))
    assert [by_chance for by_chance, _ in runs] == [True] * (DRAWS + 2) + [False] * DRAWS
    *_, threads, precision = (figures for by_chance, figures in runs if by_chance)
    assert threads == precision == (0.0, 1.0), "so small a model computes the same on any number of threads"
    found = chosen(runs)
    assert found.tolerance.direction < min(cosine for _, cosine in found.chance)
