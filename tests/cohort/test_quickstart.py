"""The notebook that comes with nbgrader: most of it is graded as it is, for the rest it is said what to write."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import nbgrader
import pytest

from tests.tiny import REPOSITORY, hand_in
from tlgrader.authoring.release import release
from tlgrader.course.paths import Course
from tlgrader.errors import AuthorError
from tlgrader.pipeline import Order, grade
from tlgrader.records.record import Record

EXAMPLE = Path(nbgrader.__file__).parent / "docs/source/user_guide/source/ps1"
LENIENT = "def squares(n):\n    return [i**2 for i in range(1, n + 1)]"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = Course(tmp_path_factory.mktemp("quickstart"))
    shutil.copy(REPOSITORY / "nbgrader_config.py", course.root)
    folder = course.root / "source" / "ps1"
    folder.mkdir(parents=True)
    for name in ("problem1.ipynb", "jupyter.png"):
        shutil.copy(EXAMPLE / name, folder)
    return course


@pytest.fixture(scope="module")
def mended(course: Course) -> Course:
    """The same, with the line that the refusal asks for."""
    notebook = nbformat.read(course.source("ps1"), as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "sum_of_squares_uses_squares":
            cell.source = "check.returns(sum_of_squares, [4], 30)"
    course.source("ps1").write_text(nbformat.writes(notebook))
    return course


def test_what_cannot_be_graded_is_said_line_by_line(course: Course) -> None:
    with pytest.raises(AuthorError) as raised:
        release(course, "ps1")
    lines = str(raised.value).splitlines()
    at = "grade cell sum_of_squares_uses_squares, line"
    assert [line.split(":")[0] for line in lines] == [f"{at} {number}" for number in (2, 3, 4)]
    assert "write the value where it is used, or make the name in a given cell" in lines[0]
    assert "check.raises" in lines[2]


@pytest.fixture(scope="module")
def records(mended: Course) -> dict[str, Record]:
    released = nbformat.read(release(mended, "ps1"), as_version=4)
    answers = {
        "untouched": {},
        "right": {"squares": _solution("squares"), "sum_of_squares": _solution("sum_of_squares")},
        "lenient": {"squares": LENIENT, "sum_of_squares": _solution("sum_of_squares")},
    }
    for student, texts in answers.items():
        for cell in released.cells:
            id = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = texts.get(id, cell.source)
        hand_in(mended, student, nbformat.writes(released).encode(), "ps1")
    graded = grade(mended, "ps1", Order(publish=False))
    return {step.record.student: step.record for step in graded}


def _solution(id: str) -> str:
    cells = nbformat.read(EXAMPLE / "problem1.ipynb", as_version=4).cells
    return next(c.source for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == id)


def _scores(record: Record) -> dict[str, float | None]:
    return {grade.cell: grade.score for grade in record.grades}


def test_its_own_solution_gets_all_points(records: dict[str, Record]) -> None:
    assert _scores(records["right"]) == {
        "correct_squares": 1,
        "squares_invalid_input": 1,
        "correct_sum_of_squares": 0.5,
        "sum_of_squares_uses_squares": 0.5,
    }


def test_a_function_that_does_not_raise_fails_where_it_should_have(records: dict[str, Record]) -> None:
    assert _scores(records["lenient"])["squares_invalid_input"] == 0
    finding = records["lenient"].items()["squares_invalid_input/raises"].finding
    assert finding.observed == "`squares(0)` raised nothing and returned []"


def test_an_untouched_starter_gets_nothing_and_says_why(records: dict[str, Record]) -> None:
    assert set(_scores(records["untouched"]).values()) == {0}
    finding = records["untouched"].items()["correct_squares/assert"].finding
    assert "`squares` raised NotImplementedError" in finding.observed
