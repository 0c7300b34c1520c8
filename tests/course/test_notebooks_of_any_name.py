"""An assignment's notebook may have any name, as in courses of `nbgrader quickstart`; its name is nbgrader's, too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from tests.tiny import hand_in, make_course, notebook
from tlgrader.cli.app import app
from tlgrader.course.paths import Course, module_name
from tlgrader.errors import AuthorError, UsageError
from tlgrader.gradebook import rows

NAME = "Problem-Set 1"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The tiny course, whose assignment and notebook have names that nbgrader allows."""
    course = make_course(tmp_path_factory.mktemp("names"))
    folder = course.root / "source" / NAME
    course.source("tiny").parent.rename(folder)
    text = (folder / "tiny.ipynb").read_text()
    (folder / "problem1.ipynb").write_text(text.replace("import tiny", "import Problem_Set_1"))
    (folder / "tiny.ipynb").unlink()
    text = (folder / "problem1.ipynb").read_text()
    (folder / "problem1.ipynb").write_text(text.replace("tiny.inverse", "Problem_Set_1.inverse"))
    (course.root / "grader_tests/tiny.py").rename(course.hidden_tests(NAME))
    hand_in(course, "ada", notebook(), NAME)
    return course


@pytest.fixture(scope="module")
def graded(course: Course) -> Course:
    done = CliRunner().invoke(app, ["grade", NAME, "--slots", "1", "--course", str(course.root)])
    assert done.exit_code == 1, done.output
    assert "ada      6/6, 3 wait" in done.output
    return course


def test_the_exercise_is_found_by_its_folders_name(course: Course) -> None:
    assert course.exercises() == [NAME]
    assert course.submitted(NAME, "ada") == course.root / "submitted/ada" / NAME / "problem1.ipynb"
    assert course.hidden_tests(NAME) == course.root / "grader_tests/Problem_Set_1.py"
    assert course.reference(NAME) == course.root / "tl_solutions/Problem_Set_1/reference.py"


def test_it_is_graded_under_nbgraders_name_of_the_notebook(graded: Course) -> None:
    assert [(row.student, row.score) for row in rows(graded, NAME)] == [("ada", 6.0)]
    assert (graded.root / "autograded/ada" / NAME / "problem1.ipynb").is_file()
    with Gradebook(f"sqlite:///{graded.gradebook}") as book:
        assert [one.name for one in book.find_assignment(NAME).notebooks] == ["problem1"]


def test_nbgraders_own_commands_and_feedback_find_it(graded: Course) -> None:
    program = Path(sys.executable).with_name("nbgrader")
    command = [str(program), "autograde", NAME, "--force"]
    done = subprocess.run(command, cwd=graded.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [(row.student, row.score) for row in rows(graded, NAME)] == [("ada", 6.0)]
    pages = CliRunner().invoke(app, ["feedback", NAME, "--course", str(graded.root)])
    assert pages.exit_code == 0, pages.output
    assert "problem1.html" in pages.output
    assert (graded.root / "feedback/ada" / NAME / "problem1.html").is_file()


def test_an_assignment_of_several_notebooks_is_refused_with_what_to_do(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    course.source("tiny").with_name("second.ipynb").write_text(course.source("tiny").read_text())
    assert course.assignments() == ["tiny"]
    assert course.exercises() == []
    says = r"source/tiny/ holds 2 notebooks \(second\.ipynb, tiny\.ipynb\), and an exercise has one: move each of"
    with pytest.raises(AuthorError, match=says):
        course.require("tiny")


@pytest.mark.parametrize(
    "name", ["", "+", "a+b", "../up", "a/b", " first", ".hidden", "-rf", "a*", "a[b]", "a\nb"]
)
def test_names_that_mean_something_else_are_refused_with_the_rule(name: str) -> None:
    with pytest.raises(UsageError, match="a name has letters, digits and underscores, between them"):
        Course.require_name(name)


def test_hidden_tests_are_named_as_python_allows() -> None:
    names = ("lora", "Problem-Set 1", "1st", "Übung 2.b")
    assert [module_name(name) for name in names] == ["lora", "Problem_Set_1", "_1st", "Übung_2_b"]
