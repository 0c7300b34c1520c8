"""Trainings that were handed in and run once more: what their cells do not make goes to a person, and costs nothing."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.trained import TRAIN, Grader, make_trained_course, submit, with_history, with_zeros
from tlgrader.at_home import run_at_home
from tlgrader.cli.app import app
from tlgrader.course.paths import Course
from tlgrader.errors import UsageError
from tlgrader.evidence.handed_in import cell_digest, read, write
from tlgrader.judge.pool import Pool
from tlgrader.judge.record import Record, Training
from tlgrader.judge.verifying import CURVE, DIRECTION, curves_apart
from tlgrader.sandbox.limits import GIB, Limits

LIMITS = Limits(cell_s=60, notebook_s=120, memory_bytes=GIB)
NOT_FOR_THE_GRADER = (
    f"import os\nif 'TLGRADER_SEED' in os.environ:\n    raise RuntimeError('not here')\n{TRAIN}"
)
DOUBTS = {
    "typed_in": "its history differs from a rerun's by",
    "zeros": "its parameters moved in another direction than a rerun's: a cosine of -",
    "hides": "in the rerun, cell `train`: RuntimeError: not here",
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
    result = run_at_home(submit(course, "honest", None))
    assert result is not None
    submit(course, "typed_in", with_history(result, [0.0] * 60))
    submit(course, "zeros", with_zeros(result))
    submit(course, "hides", _as_run(result, NOT_FOR_THE_GRADER), train=NOT_FOR_THE_GRADER)
    submit(course, "hands_nothing_in", None)
    with Pool(course, 1, LIMITS, sandboxed=True) as pool:
        grader = Grader(course, pool)
        return grader.records(Training.auto, *course.students("tiny"), verified=1.0)


def test_what_the_cells_make_again_is_not_in_doubt(records: dict[str, Record]) -> None:
    verified = records["honest"].verified
    assert verified is not None
    assert verified.curve is not None
    assert verified.curve <= CURVE
    assert verified.direction is not None
    assert verified.direction >= DIRECTION
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
    with Pool(course, 1, LIMITS, sandboxed=True) as pool:
        again = Grader(course, pool).records(
            Training.handed_in, "honest", "typed_in", "hands_nothing_in", verified=0.5
        )
    assert sum(record.verified is not None for record in again.values()) == 1


def test_a_rerun_leaves_nothing_to_verify(course: Course) -> None:
    options = ["grade", "tiny", "--verify-training", "0.1", "--course", str(course.root)]
    refused = CliRunner().invoke(app, options)
    assert isinstance(refused.exception, UsageError)


CURVES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)


@given(CURVES)
def test_a_curve_is_not_apart_from_itself(curve: list[float]) -> None:
    assert all(apart == 0 for apart in curves_apart({"loss": curve}, {"loss": curve}))


@given(CURVES, CURVES)
def test_curves_are_as_far_apart_either_way(one: list[float], two: list[float]) -> None:
    there, back = list(curves_apart(one, two)), list(curves_apart(two, one))
    assert there == back
    assert all(0 <= apart <= 2 for apart in there)


@pytest.mark.parametrize("strange", [math.nan, math.inf, 10**400])
def test_a_curve_that_is_not_finite_is_apart_from_any(strange: float) -> None:
    assert list(curves_apart([0.7, strange], [0.7, 0.4])) == [1.0]


@pytest.mark.parametrize("none", ["loss", {"loss": "falls"}, [[0.1], [0.2]], {}, 3, None, {"a": [1.0]}])
def test_what_is_no_curve_is_not_compared(none: object) -> None:
    assert list(curves_apart(none, {"loss": [0.7, 0.4]})) == []
