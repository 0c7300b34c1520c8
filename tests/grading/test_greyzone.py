"""The grey zone: who lands in it is run again, and the mean decides; everyone else is run once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from tests.tiny import hand_in, make_course, notebook
from tlgrader import gradebook
from tlgrader.checks.finding import Finding, Outcome, Strength
from tlgrader.course.paths import Course
from tlgrader.grading.greyzone import RUNS, GreyZone, decided
from tlgrader.grading.job import Graded, Job, fault
from tlgrader.notebook.submission import Submission
from tlgrader.pipeline import Order, grade
from tlgrader.records.record import GradeRecord, Item, Record, Status, Training, read

ID = "check_learn/inverse_is_small"
HIDDEN = """
from tlgrader.hidden import Strength, check, failed, passed, threshold


@check
def inverse_is_small(rate):
    made = passed if rate >= threshold(__file__, "accuracy") else failed
    words = f"an accuracy of {rate:.3f}"
    return made(
        Strength.recomputed, words, "a high one", measured={"accuracy": rate}, decided_by="accuracy"
    )
"""
DRAWN = "tlgrader.seed()\nrate = torch.rand(1).item()"


def _write_zone(course: Course, threshold: float, low: float, high: float) -> None:
    course.measured("tiny").write_text(
        json.dumps({"accuracy": {"threshold": threshold, "zone": [low, high]}})
    )


def _values(student: str) -> list[float]:
    """What the runs of `student` draw."""
    submission = Submission(student, (), "")
    seeds = [Job("tiny", submission, attempt).seed for attempt in range(RUNS)]
    return [torch.rand(1, generator=torch.Generator().manual_seed(seed)).item() for seed in seeds]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Ada's first run and the mean of her runs lie on two sides of the threshold; Bob always reaches 0.99."""
    course = make_course(tmp_path_factory.mktemp("grey"))
    course.hidden_tests("tiny").write_text(HIDDEN)
    values = _values("ada")
    threshold = (values[0] + sum(values) / RUNS) / 2
    _write_zone(course, threshold, values[0] - 0.001, values[0] + 0.001)
    hand_in(course, "ada", notebook(learn=DRAWN))
    hand_in(course, "bob", notebook(learn="rate = 0.99 if abs(0.99 - torch.rand(1).item()) > 0 else 0"))
    assert {step.record.student for step in grade(course, "tiny", Order())} == {"ada", "bob"}
    return course


def test_in_the_zone_the_mean_of_three_runs_decides_and_all_are_kept(course: Course) -> None:
    record, values = read(course.record("tiny", "ada")), _values("ada")
    assert record is not None
    mean, first = sum(values) / RUNS, values[0]
    finding = record.items()[ID].finding
    assert record.runs == {ID: tuple(values)}
    assert finding.measured["accuracy"] == pytest.approx(mean)
    assert finding.outcome is (Outcome.passed if mean > first else Outcome.failed)
    assert f"mean of 3 runs: {values[0]:.3f}, {values[1]:.3f}, {values[2]:.3f}" in finding.observed
    assert record.attempt == 0


def test_score_notebook_and_gradebook_follow_the_mean(course: Course) -> None:
    record = read(course.record("tiny", "ada"))
    assert record is not None
    # The head is right (2 points); of the other cell's 4 points the assertion has lost one half.
    points = 2 + 2 * (record.items()[ID].finding.outcome is Outcome.passed)
    assert record.score == points
    assert gradebook.rows(course, "tiny")[0].score == points
    shown = nbformat.read(course.autograded("tiny", "ada"), as_version=4)
    (cell,) = [cell for cell in shown.cells if cell.id == "check_learn"]
    assert "mean of 3 runs" in cell.outputs[0].data["text/plain"]
    assert f"{points - 2} of 4 points" in cell.outputs[0].data["text/plain"]


def test_outside_the_zone_one_run_is_enough(course: Course) -> None:
    record = read(course.record("tiny", "bob"))
    assert record is not None
    assert record.runs == {}
    assert record.items()[ID].finding.observed == "an accuracy of 0.990"


def _graded(job: Job, value: float | None, *, hidden: bool = True) -> Graded:
    outcome = Outcome.passed if (value or 0.0) >= 0.7 else Outcome.failed
    finding = Finding("accuracy", outcome, Strength.recomputed, f"{value}", "high", "try")
    if value is not None:
        finding = structs.replace(finding, measured={"accuracy": value}, decided_by="accuracy")
    grades = (GradeRecord("check", 2.0, (Item("check/accuracy", hidden, finding),)),)
    student = job.submission.student
    return Graded(
        Record(exercise="tiny", student=student, status=Status.graded, attempt=job.attempt, grades=grades)
    )


def _decided(
    course: Course, runs: dict[str, list[float | None]], *, hidden: bool = True
) -> dict[str, Record]:
    def once(jobs: Iterable[Job]) -> Iterator[Graded]:
        for job in reversed(list(jobs)):  # answers come in no fixed order
            yield _graded(job, runs[job.submission.student][job.attempt], hidden=hidden)

    jobs = [Job("tiny", Submission(student, (), "")) for student in runs]
    return {graded.record.student: graded.record for graded in decided(course, jobs, once)}


@pytest.fixture(scope="module")
def zoned(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_course(tmp_path_factory.mktemp("zoned"))
    _write_zone(course, 0.7, 0.6, 0.8)
    return course


def test_everyone_comes_once_and_each_by_the_own_runs(zoned: Course) -> None:
    found = _decided(
        zoned, {"a": [0.65, 0.75, 0.76], "b": [0.75, 0.6, 0.65], "c": [0.9], "d": [0.5], "e": [None]}
    )
    assert sorted(found) == ["a", "b", "c", "d", "e"]
    assert {name: record.score for name, record in found.items()} == {"a": 2, "b": 0, "c": 2, "d": 0, "e": 0}
    assert found["a"].runs == {"check/accuracy": (0.65, 0.75, 0.76)}
    assert found["a"].items()["check/accuracy"].finding.hint == ""
    assert found["c"].runs == found["e"].runs == {}


def test_a_run_that_measured_nothing_is_left_out_of_the_mean(zoned: Course) -> None:
    (record,) = _decided(zoned, {"a": [0.65, None, 0.77]}).values()
    assert record.runs == {"check/accuracy": (0.65, 0.77)}
    assert record.score == 2


def test_a_mean_of_shares_at_the_threshold_reaches_it(zoned: Course) -> None:
    (record,) = _decided(zoned, {"a": [0.7 - 1 / 300, 0.7, 0.7 + 1 / 300]}).values()
    assert record.score == 2


def test_visible_items_and_uncalibrated_exercises_are_not_rerun(zoned: Course, tmp_path: Path) -> None:
    (record,) = _decided(zoned, {"a": [0.65]}, hidden=False).values()
    assert record.runs == {}
    (record,) = _decided(make_course(tmp_path), {"a": [0.65]}).values()  # no zone
    assert record.runs == {}


def test_a_rerun_that_could_not_be_made_is_nobodys_score(zoned: Course) -> None:
    def once(jobs: Iterable[Job]) -> Iterator[Graded]:
        for job in jobs:
            yield fault(job, "the disk is full") if job.attempt == 1 else _graded(job, 0.7)

    (graded,) = decided(zoned, [Job("tiny", Submission("a", (), ""))], once)
    assert graded.record.status is Status.fault
    assert graded.record.attempt == 0
    assert "the disk is full" in graded.record.for_a_person()[0]


@pytest.mark.parametrize(
    ("training", "runs"), [(Training.auto, (0.65, 0.75, 0.76)), (Training.handed_in, ())]
)
def test_a_training_that_was_handed_in_is_one_draw_where_more_can_be_made(
    zoned: Course, training: Training, runs: tuple[float, ...]
) -> None:
    asked: list[Job] = []

    def once(jobs: Iterable[Job]) -> Iterator[Graded]:
        for job in jobs:
            asked.append(job)
            made = _graded(job, (0.65, 0.75, 0.76)[job.attempt])
            names = ("model",) if job.training is training else ()
            yield replace(made, record=structs.replace(made.record, training=job.training, handed_in=names))

    (graded,) = decided(zoned, [Job("tiny", Submission("a", (), ""), training=training, verify=True)], once)
    assert graded.record.runs.get("check/accuracy", ()) == runs
    assert graded.record.handed_in == ("model",)
    assert graded.record.score == (2 if runs else 0)
    assert bool(graded.record.for_a_person()) is not bool(runs), (
        "one draw that failed so near is a person's to decide"
    )
    assert {(job.training, job.verify) for job in asked[1:]} <= {(Training.rerun, False)}


@settings(deadline=None)
@given(values=st.lists(st.floats(0, 1), min_size=RUNS, max_size=RUNS))
def test_the_verdict_is_the_rule(zoned: Course, values: list[float]) -> None:
    decisive = sum(values) / RUNS if GreyZone(0.7, 0.6, 0.8).holds(values[0]) else values[0]
    if abs(decisive - 0.7) > 1e-6:
        (record,) = _decided(zoned, {"a": list(values)}).values()
        assert record.score == (2 if decisive > 0.7 else 0)
