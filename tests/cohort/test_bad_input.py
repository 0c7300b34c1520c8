"""Bad input, and what it gets: one submission never affects another, and the cohort always ends."""

from __future__ import annotations

import json
from collections.abc import Callable

import nbformat
import pytest
from nbformat import NotebookNode

from tests.tiny import hand_in, make_course, notebook
from tlgrader import gradebook
from tlgrader.checks.finding import Fault, Outcome
from tlgrader.course.paths import Course
from tlgrader.pipeline import Order, grade
from tlgrader.records.record import Record, Status
from tlgrader.sandbox.limits import GIB, Limits

LIMITS = Limits(cell_s=4, notebook_s=60, memory_bytes=GIB, output_bytes=100_000)


def _without(id: str) -> NotebookNode:
    changed = notebook()
    changed.cells = [c for c in changed.cells if c.id != id]
    return changed


def _changed(change: Callable[[dict[str, NotebookNode]], None]) -> NotebookNode:
    changed = notebook()
    change({cell.id: cell for cell in changed.cells})
    return changed


def _mark(id: str, **marks: object) -> NotebookNode:
    return _changed(lambda cells: cells[id].metadata["nbgrader"].update(marks))


def _doubled(id: str) -> NotebookNode:
    changed = notebook()
    at = next(n for n, cell in enumerate(changed.cells) if cell.id == id)
    changed.cells.insert(at, changed.cells[at].copy())
    return changed


def _replaced(id: str, source: str) -> NotebookNode:
    return _changed(lambda cells: cells[id].update(source=source))


def _old_format() -> bytes:
    return nbformat.writes(
        nbformat.v3.new_notebook(worksheets=[nbformat.v3.new_worksheet()]), version=3
    ).encode()


NOISE = """
import sys, warnings, logging
from tqdm import tqdm
warnings.warn("this is noise")
logging.getLogger().warning("more noise")
print("noise", file=sys.stderr)
for _ in tqdm(range(3)): pass
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
"""

COHORT: dict[str, NotebookNode | bytes] = {
    "ada": notebook(),
    "not_json": b"freeze everything",
    "truncated": json.dumps(notebook()).encode()[:700],
    "empty": b"",
    "format_3": _old_format(),
    "of_100_mb": b'{"nbformat": 4, "cells": [' + b" " * 100 * 2**20,
    "deleted_student_cell": _without("learn"),
    "deleted_grade_cell": _without("check_learn"),
    "deleted_given_cell": _without("imports"),
    "doubled_grade_cell": _doubled("check_learn"),
    "doubled_student_cell": _doubled("learn"),
    "worth_1000_points": _mark("check_learn", points=1000),
    "grade_cell_as_solution": _mark("check_learn", solution=True, grade=False, locked=False),
    "student_cell_as_grade": _mark("learn", grade=True, points=50),
    "other_type": _changed(lambda cells: cells["learn"].update(cell_type="markdown")),
    "other_ids": _mark("learn", grade_id="nothing_known"),
    "own_grade_cell": _replaced("check_learn", "print('4 of 4 points')"),
    "syntax_error": notebook(learn="rate = = 0.1"),
    "exception": notebook(learn="rate = [][1]"),
    "wrong_type": notebook(build="model = 'a model'"),
    "starter": notebook(build="model = ...", learn="rate = ..."),
    "endless_loop": notebook(learn="rate = 0.1\nwhile True: pass"),
    "exits": notebook(learn="rate = 0.1\nimport os\nos._exit(0)"),
    "memory": notebook(learn="rate = 0.1\nhoard = bytearray(8 * 2**30)"),
    "asks": notebook(learn="rate = float(input('rate? '))"),
    "floods": notebook(learn="rate = 0.1\nfor _ in range(2**20): print('x' * 1023)"),
    "noisy": notebook(build=NOISE),
    "breaks_the_check": notebook(learn="rate = 0"),
    "late": notebook(learn="rate = 0.5"),
    "<b>Bobby [red]; DROP": notebook(),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_course(tmp_path_factory.mktemp("course"))
    for student, content in COHORT.items():
        hand_in(course, student, content)
    return course


@pytest.fixture(scope="module")
def records(course: Course) -> dict[str, Record]:
    """The whole cohort, graded once, in one slot, so that submissions could disturb each other."""
    return {step.record.student: step.record for step in grade(course, "tiny", Order(limits=LIMITS))}


def test_the_cohort_ends_and_everyone_has_a_record(records: dict[str, Record]) -> None:
    assert set(records) == set(COHORT)


@pytest.mark.parametrize(
    ("student", "reason"),
    [
        ("not_json", "not JSON"),
        ("truncated", "not JSON"),
        ("empty", "empty"),
        ("format_3", "format 3"),
        ("of_100_mb", "100 MB"),
    ],
)
def test_unreadable_is_listed_for_a_person_and_no_score_is_invented(
    records: dict[str, Record], student: str, reason: str
) -> None:
    record = records[student]
    assert record.status is Status.unreadable
    assert reason in record.for_a_person()[0]
    assert record.score is None


@pytest.mark.parametrize(
    ("student", "note"),
    [
        ("deleted_grade_cell", "`check_learn` is missing; it was put back"),
        ("deleted_given_cell", "`imports` is missing; it was put back"),
        ("doubled_grade_cell", "more than once"),
        ("doubled_student_cell", "more than once"),
        ("other_type", "had become a markdown cell"),
        ("other_ids", "recognised by its cell id"),
    ],
)
def test_a_rebuilt_notebook_gets_its_full_score_and_says_what_was_done(
    records: dict[str, Record], student: str, note: str
) -> None:
    assert records[student].score == 6
    assert any(note in line for line in records[student].notes)


@pytest.mark.parametrize(
    "student",
    [
        "ada",
        "worth_1000_points",
        "grade_cell_as_solution",
        "student_cell_as_grade",
        "own_grade_cell",
        "noisy",
    ],
)
def test_marks_that_were_changed_and_noise_have_no_bearing(records: dict[str, Record], student: str) -> None:
    assert (records[student].score, records[student].points) == (6, 6)
    assert not records[student].for_a_person()


@pytest.mark.parametrize(
    ("student", "cell", "says"),
    [
        ("syntax_error", "learn", "SyntaxError"),
        ("exception", "learn", "IndexError"),
        ("endless_loop", "learn", "4 s"),
        ("exits", "learn", "exit"),
        ("memory", "learn", "memory"),
        ("asks", "learn", "input"),
        ("floods", "learn", "printed"),
    ],
)
def test_a_cell_that_fails_says_why(records: dict[str, Record], student: str, cell: str, says: str) -> None:
    reasons = {c.cell: c.reason for c in records[student].cells}
    assert says in reasons[cell]


@pytest.mark.parametrize("student", ["syntax_error", "exception", "exits", "asks"])
def test_evidence_gathered_before_stands_and_what_is_missing_fails_with_the_reason(
    records: dict[str, Record], student: str
) -> None:
    items = records[student].items()
    assert items["check_build/head"].finding.outcome is Outcome.passed
    for id in ("check_learn/assert", "check_learn/inverse_is_small"):
        assert items[id].finding.outcome in (Outcome.failed, Outcome.error)
    assert records[student].grades[0].score == 2
    assert "cell `learn`" in items["check_learn/assert"].finding.observed


@pytest.mark.parametrize("student", ["endless_loop", "memory", "floods"])
def test_a_limit_stops_the_cell_and_not_the_notebook(records: dict[str, Record], student: str) -> None:
    assert records[student].score == 6


def test_a_wrong_type_fails_and_says_what_it_is(records: dict[str, Record]) -> None:
    finding = records["wrong_type"].items()["check_build/head"].finding
    assert finding.outcome is Outcome.failed
    assert "str" in finding.observed


def test_a_check_that_raises_goes_to_a_person_and_costs_nothing(records: dict[str, Record]) -> None:
    record = records["breaks_the_check"]
    finding = record.items()["check_learn/inverse_is_small"].finding
    assert (finding.outcome, finding.fault) == (Outcome.error, Fault.author)
    assert record.grades[1].score is None
    assert "ZeroDivisionError" in record.for_a_person()[0]


def test_the_gradebook_has_the_same(course: Course, records: dict[str, Record]) -> None:
    rows = {row.student: row for row in gradebook.rows(course, "tiny")}
    assert set(rows) == set(COHORT)
    for student, row in rows.items():
        assert row.max_score == 9
        assert row.score == sum(grade.score or 0 for grade in records[student].grades)
        assert row.needs_manual_grade  # the written answer


def test_the_autograded_notebook_is_valid_and_holds_the_reasons(
    course: Course, records: dict[str, Record]
) -> None:
    for student in records:
        shown = nbformat.read(course.autograded("tiny", student), as_version=4)
        nbformat.validate(shown)
    assert "SyntaxError" in course.autograded("tiny", "syntax_error").read_text()


def test_what_has_not_changed_is_kept(course: Course, records: dict[str, Record]) -> None:
    steps = list(grade(course, "tiny", Order(students=("ada", "exception"), limits=LIMITS)))
    assert not any(step.done_now for step in steps)


def test_a_changed_submission_is_graded_again(course: Course, records: dict[str, Record]) -> None:
    hand_in(course, "late", notebook())
    (again,) = grade(course, "tiny", Order(students=("late",), limits=LIMITS))
    assert (records["late"].score, again.record.score) == (4, 6)
