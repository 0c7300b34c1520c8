"""An exercise's digest changes with all that decides a score, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tests.tiny import hand_in, make_course, notebook, source_notebook
from tlgrader.authoring.calibration.stored import hashes
from tlgrader.course.paths import Course
from tlgrader.pipeline import Order, grade


@pytest.fixture
def course(tmp_path: Path) -> Course:
    course = make_course(tmp_path)
    tests = course.hidden_tests("tiny")
    tests.write_text("from grader_tests import shared\n" + tests.read_text())
    tests.with_name("shared.py").write_text("def f():\n    from grader_tests.deep import x\n    return x\n")
    tests.with_name("deep.py").write_text("from . import beside, tiny\nimport grader_tests.dotted as d\n")
    for name in ("beside", "dotted", "from_a_cell", "another"):
        tests.with_name(f"{name}.py").write_text("x = 1\n")
    source = source_notebook()
    check = next(cell for cell in source.cells if cell.id == "check_learn")
    check.source = check.source.replace("import tiny", "import from_a_cell, tiny")
    course.source("tiny").write_text(nbformat.writes(source))
    (course.source("tiny").parent / "helpers.py").write_text("x = 1\n")
    course.registration.write_text("from tlgrader.course import Registration\nCOURSE = Registration()\n")
    return course


@pytest.mark.parametrize(
    "file",
    [
        *("source/tiny/tiny.ipynb", "source/tiny/helpers.py", "source/tiny/new/words.txt"),
        *("grader_tests/tiny.py", "grader_tests/shared.py", "grader_tests/deep.py", "grader_tests/beside.py"),
        *(
            "grader_tests/dotted.py",
            "grader_tests/from_a_cell.py",
            "tl_solutions/tiny/reference.json",
            "course.py",
        ),
    ],
)
def test_it_changes_with_each_file_that_decides_a_score(course: Course, file: str) -> None:
    before = course.exercise_digest("tiny")
    path = course.root / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(path.read_bytes() + b"\n" if path.is_file() else b"new")
    assert course.exercise_digest("tiny") != before


def test_a_file_of_another_name_is_another_exercise(course: Course) -> None:
    before = course.exercise_digest("tiny")
    helpers = course.source("tiny").with_name("helpers.py")
    helpers.rename(helpers.with_name("helper.py"))
    assert course.exercise_digest("tiny") != before


@pytest.mark.parametrize(
    "file",
    [
        "grader_tests/another.py",
        "source/other/helpers.py",
        "source/tiny/__pycache__/helpers.pyc",
        "README.md",
    ],
)
def test_it_does_not_change_with_what_decides_nothing(course: Course, file: str) -> None:
    before = course.exercise_digest("tiny")
    (course.root / file).parent.mkdir(exist_ok=True)
    (course.root / file).write_text("x = 2\n")
    assert course.exercise_digest("tiny") == before


def test_a_module_that_hidden_tests_share_makes_thresholds_stale(course: Course) -> None:
    course.reference("tiny").write_text('"""The reference."""\n# %% build\nmodel = 1\n')
    weak = course.corpus("tiny") / "baseline__nothing.py"
    weak.parent.mkdir(parents=True)
    weak.write_text('"""Does nothing."""\n# %% build\nmodel = 2\n')
    before = hashes(course, "tiny")
    course.hidden_tests("tiny").with_name("beside.py").write_text("x = 2\n")
    assert hashes(course, "tiny") == before | {"hidden_tests": hashes(course, "tiny")["hidden_tests"]}
    assert hashes(course, "tiny") != before


def test_a_changed_helper_beside_the_notebook_grades_everybody_again(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    course.source("tiny").with_name("helpers.py").write_text("RATE = 0.1\n")
    tests = course.hidden_tests("tiny")
    tests.write_text(
        tests.read_text().replace("< 100", "< shared.SMALL") + "\nfrom grader_tests import shared\n"
    )
    tests.with_name("shared.py").write_text("SMALL = 100\n")
    hand_in(course, "ada", notebook(learn="from helpers import RATE as rate"))
    assert [step.record.score for step in grade(course, "tiny", Order(publish=False))] == [6]
    assert [step.done_now for step in grade(course, "tiny", Order(publish=False))] == [False], (
        "nothing changed"
    )
    course.source("tiny").with_name("helpers.py").write_text("RATE = 0.2\n")
    (again,) = grade(course, "tiny", Order(publish=False))
    assert again.done_now
    assert again.record.score == 4
