"""Trainings that were handed in and run once more: what their cells do not make goes to a person, and costs nothing."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.trained import TRAIN, Grader, make_trained_course, submit, train_at_home, with_history, with_zeros
from tlgrader.cli.app import app
from tlgrader.cli.show import cohort
from tlgrader.course.paths import Course
from tlgrader.errors import UsageError
from tlgrader.evidence.handed_in import cell_digest, read, write
from tlgrader.grading.pool import Pool
from tlgrader.grading.verifying import Tolerance, apart, curves
from tlgrader.records.record import Record, Training
from tlgrader.records.standing import standing
from tlgrader.sandbox.limits import GIB, Limits

LIMITS = Limits(cell_s=60, notebook_s=120, memory_bytes=GIB)
NOT_FOR_THE_GRADER = (
    f"import os\nif 'TLGRADER_SEED' in os.environ:\n    raise RuntimeError('not here')\n{TRAIN}"
)
DELETED = f"{TRAIN}\nimport os\nif 'TLGRADER_SEED' in os.environ:\n    del model"
LOADED = f"{TRAIN}\nfrom tlgrader.restoring import restore\nrestore(globals())"
DOUBTS = {
    "typed_in": "`history` differs from a rerun's by",
    "zeros": "the parameters of `model` moved in another direction than a rerun's: a cosine of -",
    "hides": "in the rerun, cell `train`: RuntimeError: not here",
    "deletes": "`model` cannot be compared with a rerun's",
    "loads": "in the rerun, cell `train`: FileNotFoundError",
}


def _as_run(result: bytes, cell: str) -> bytes:
    """The same result, which claims that `cell` had run."""
    handed_in, tensors = read(result)
    cells = (cell_digest(cell), *handed_in.cells)
    return write(msgspec.structs.replace(handed_in, cells=cells), tensors)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_trained_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def records(course: Course) -> dict[str, Record]:
    """A cohort of which each training is verified."""
    result = train_at_home(submit(course, "honest", None))
    submit(course, "typed_in", with_history(result, [0.0] * 60))
    submit(course, "zeros", with_zeros(result))
    submit(course, "hides", _as_run(result, NOT_FOR_THE_GRADER), train=NOT_FOR_THE_GRADER)
    submit(course, "deletes", _as_run(result, DELETED), train=DELETED)
    submit(course, "loads", _as_run(with_zeros(result), LOADED), train=LOADED)
    submit(course, "hands_nothing_in", None)
    with Pool(course, 1, LIMITS, sandboxed=True) as pool:
        grader = Grader(course, pool)
        return grader.records(Training.auto, *course.students("tiny"), verified=1.0)


def test_what_the_cells_make_again_is_not_in_doubt(records: dict[str, Record]) -> None:
    verified = records["honest"].verified
    assert verified is not None
    assert verified.curve is not None
    assert verified.curve <= Tolerance().curve
    assert verified.direction is not None
    assert verified.direction >= Tolerance().direction
    assert not verified.doubt
    assert not records["honest"].for_a_person()


@pytest.mark.parametrize("student", DOUBTS)
def test_what_they_do_not_make_goes_to_a_person_with_its_reason(
    records: dict[str, Record], student: str
) -> None:
    (reason,) = records[student].for_a_person()
    assert reason.startswith("the training that was handed in is in doubt: ")
    assert DOUBTS[student] in reason


def test_a_doubt_costs_no_points(records: dict[str, Record]) -> None:
    assert records["typed_in"].score == records["honest"].score == 12


def test_where_nothing_was_taken_nothing_is_verified(records: dict[str, Record]) -> None:
    assert records["hands_nothing_in"].verified is None


def test_a_share_is_drawn_of_those_who_hand_something_in(course: Course, records: dict[str, Record]) -> None:
    assert records
    three = ("honest", "typed_in", "hands_nothing_in")
    with Pool(course, 1, LIMITS, sandboxed=True) as pool:
        grader = Grader(course, pool)
        kept = grader.records(Training.handed_in, *three)
        assert not any(record.verified for record in kept.values())
        again = grader.records(Training.handed_in, *three, verified=0.5)
        assert sum(record.verified is not None for record in again.values()) == 1
        steps = grader.steps(Training.handed_in, *three, verified=0.5)
    assert not any(step.done_now for step in steps), "that share was verified before"


def test_the_cohorts_table_says_where_each_training_comes_from(records: dict[str, Record]) -> None:
    chosen = [records[student] for student in ("honest", "typed_in", "hands_nothing_in")]
    standings = [standing(record) for record in chosen]
    table = cohort(standings, chosen, "tiny")
    (column,) = [column for column in table.columns if column.header == "training"]
    assert list(column.cells) == ["verified", "in doubt", "run"]
    assert len(cohort(standings[2:], chosen[2:], "tiny").columns) == len(table.columns) - 1


def test_a_rerun_leaves_nothing_to_verify(course: Course) -> None:
    options = ["grade", "tiny", "--verify-training", "0.1", "--course", str(course.root)]
    refused = CliRunner().invoke(app, options)
    assert isinstance(refused.exception, UsageError)


CURVES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)


@given(CURVES)
def test_a_curve_is_not_apart_from_itself(curve: list[float]) -> None:
    assert apart(curve, curve) == 0


@given(CURVES, CURVES)
def test_curves_are_as_far_apart_either_way(one: list[float], two: list[float]) -> None:
    there = apart(one, two)
    assert there == apart(two, one)
    assert there is not None
    assert 0 <= there <= 2


@pytest.mark.parametrize("strange", [math.nan, math.inf, -math.inf])
def test_a_curve_that_is_not_finite_is_apart_from_any(strange: float) -> None:
    assert apart([0.7, strange], [0.7, 0.4]) == 1.0


@pytest.mark.parametrize(
    ("history", "found"),
    [
        ([0.7, 0.4], {"": [0.7, 0.4]}),
        ({"loss": (1, 10**400), "note": "falls", "none": []}, {"loss": [1.0, math.inf]}),
        ([[0.1], [0.2]], {}),
        ("loss", {}),
        (None, {}),
    ],
)
def test_the_lists_of_numbers_in_a_history_are_its_curves(
    history: object, found: dict[str, list[float]]
) -> None:
    assert dict(curves(history)) == found


def test_long_curves_are_compared_by_their_parts_and_short_ones_number_by_number() -> None:
    steps = [0.7 - 0.01 * step for step in range(40)]
    noisy = [loss + 0.2 * (-1) ** step for step, loss in enumerate(steps)]
    assert apart(steps, noisy) == pytest.approx(0, abs=1e-9)
    assert apart(steps[:8], noisy[:8]) == pytest.approx(0.2 / 0.9)
    assert apart(steps, [2 * loss for loss in steps]) == pytest.approx(0.5)
    assert apart(steps, [*steps[:-1], float("inf")]) == 1.0
