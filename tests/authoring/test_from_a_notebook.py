"""The page on notebooks with blanks: its own example becomes an exercise, is released and graded."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from tests.tiny import CHECK, GIVEN, REPOSITORY, STUDENT, hand_in, make_cell
from tlgrader.authoring.release import release
from tlgrader.checks.finding import Outcome
from tlgrader.course.paths import Course
from tlgrader.notebook.corpus import as_notebook, read_corpus
from tlgrader.notebook.exercise import read_exercise
from tlgrader.pipeline import Order, grade
from tlgrader.records.record import Record

PAGE = (REPOSITORY / "docs/from-a-notebook.md").read_text()
_CELL = re.compile(
    r"^(Given|Student|Grade), `(\w+)`(?:, (\d+) points)?:\n\n```python\n(.*?)\n```$", re.M | re.S
)
_REFERENCE = re.compile(r"^`tl_solutions/blanks/reference.py`:\n\n```python\n(.*?)```$", re.M | re.S)
MARKS: dict[str, dict[str, Any]] = {"Given": GIVEN, "Student": STUDENT, "Grade": CHECK}


def _source() -> NotebookNode:
    cells = [
        make_cell("code", text, id, **MARKS[kind], **({"points": int(points)} if points else {}))
        for kind, id, points, text in _CELL.findall(PAGE)
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = Course(tmp_path_factory.mktemp("blanks"))
    shutil.copy(REPOSITORY / "nbgrader_config.py", course.root)
    reference = _REFERENCE.search(PAGE)
    assert reference is not None
    for path, content in (
        (course.root / "source/blanks/blanks.ipynb", nbformat.writes(_source())),
        (course.reference("blanks"), reference[1]),
    ):
        path.parent.mkdir(parents=True)
        path.write_text(content)
    return course


@pytest.fixture(scope="module")
def records(course: Course) -> dict[str, Record]:
    """An untouched release, the page's solution, and a student who takes the wrong data."""
    released: Path = release(course, "blanks")
    hand_in(course, "untouched", released.read_bytes(), "blanks")
    exercise, (reference,) = read_exercise(course.source("blanks")), read_corpus(course, "blanks")
    right = nbformat.writes(as_notebook(exercise, reference, reference))
    hand_in(course, "right", right.encode(), "blanks")
    wrong = right.replace('dataloaders[\\"train\\"]', 'dataloaders[\\"val\\"]')
    assert wrong != right
    hand_in(course, "wrong", wrong.encode(), "blanks")
    return {step.record.student: step.record for step in grade(course, "blanks", Order(publish=False))}


def test_the_pages_notebook_has_a_cell_for_each_step(course: Course) -> None:
    assert [cell.id for cell in read_exercise(course.source("blanks")).cells] == [
        "data",
        "choose",
        "check_choose",
        "train",
        "look",
        "check_look",
    ]


def test_the_pages_solution_gets_all_points(records: dict[str, Record]) -> None:
    record = records["right"]
    assert record.score == record.points == 4, [item.finding for item in record.items().values()]


def test_the_wrong_data_fail_the_item_about_them(records: dict[str, Record]) -> None:
    failed = {
        id for id, item in records["wrong"].items().items() if item.finding.outcome is not Outcome.passed
    }
    assert failed == {"check_choose/loader"}


def test_a_blank_that_was_left_is_named_in_every_reason(records: dict[str, Record]) -> None:
    record = records["untouched"]
    assert record.score == 0
    reasons = [item.finding.observed for item in record.items().values()]
    assert "a blank of the exercise, `FIX_ME`, is still to be filled in" in reasons[0]
    assert "`mean` raised NameError: name 'FIX_ME' is not defined" in reasons[2]
