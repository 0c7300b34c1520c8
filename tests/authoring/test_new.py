"""A new course grades at once; a course of `nbgrader quickstart` is taken over, and nothing of it is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from traitlets.config.loader import PyFileConfigLoader
from typer.testing import CliRunner, Result

from tests.tiny import make_cell
from tlgrader.authoring.new import FIRST
from tlgrader.cli.app import app
from tlgrader.course import read_registration
from tlgrader.course.paths import Course
from tlgrader.errors import UsageError
from tlgrader.notebook.corpus import read_corpus

pytestmark = pytest.mark.long

STUDENTS_DATA = (
    *("submitted/ada/first/first.ipynb", "autograded/ada/first/first.ipynb", "feedback/ada/first/first.html"),
    *("records/first/ada.json", "downloaded/first/archive/ada.zip", "gradebook.db", "gradebook.db.lock"),
    *("grades.csv", ".nbgrader.log"),
)


def _new(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["new", *map(str, arguments)])


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A new course."""
    done = _new("course", tmp_path / "It's mine")
    assert done.exit_code == 0, done.output
    return Course(tmp_path / "It's mine")


def test_a_new_course_has_one_exercise_with_a_corpus_and_declares_what_students_start_from(
    course: Course,
) -> None:
    assert course.exercises() == [FIRST]
    kinds = {sample.kind for sample in read_corpus(course, FIRST)}
    assert kinds == {"reference", "pass", "fail", "baseline"}
    stripes = read_registration(course).architectures["stripes"]
    assert {*stripes.load().state_dict()} == {"filters.weight", "head.weight", "head.bias"}


def test_git_takes_no_students_data_of_it(course: Course) -> None:
    for name in STUDENTS_DATA:
        path = course.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=course.root, check=True, capture_output=True)
    listed = ["git", "ls-files"]
    done = subprocess.run(listed, cwd=course.root, check=True, capture_output=True, text=True)
    taken = done.stdout.split()
    assert "source/first/first.ipynb" in taken
    assert not [name for name in taken if name in STUDENTS_DATA]


def test_a_second_call_changes_nothing_and_says_so(course: Course) -> None:
    before = _contents(course.root)
    done = _new("course", course.root)
    assert done.exit_code == 0, done.output
    assert "Written" not in done.output
    assert "Kept as it is: course.py" in done.output
    assert _contents(course.root) == before


def test_hidden_pictures_are_others_in_each_course(course: Course, tmp_path: Path) -> None:
    _new("course", tmp_path / "other")
    other = Course(tmp_path / "other")
    assert other.hidden_tests(FIRST).read_text() != course.hidden_tests(FIRST).read_text()
    assert other.source(FIRST).read_bytes() == course.source(FIRST).read_bytes()


def test_an_exercise_is_added_and_never_over_another(course: Course) -> None:
    done = _new("exercise", "Problem-Set 2", "--course", course.root)
    assert done.exit_code == 0, done.output
    assert course.exercises() == ["Problem-Set 2", FIRST]
    assert "from grader_tests import Problem_Set_2" in course.source("Problem-Set 2").read_text()
    for taken in ("Problem-Set 2", "Problem_Set 2"):  # their hidden tests would have one name
        before = _contents(course.root)
        refused = _new("exercise", taken, "--course", course.root)
        assert isinstance(refused.exception, UsageError)
        assert "is there already" in str(refused.exception)
        assert _contents(course.root) == before
    with pytest.raises(UsageError, match="a name has letters, digits"):
        raise _new("exercise", "../elsewhere", "--course", course.root).exception  # type: ignore[misc]


def test_a_file_is_no_course(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    assert isinstance(_new("course", tmp_path / "notes.txt").exception, UsageError)


@pytest.fixture
def quickstart(tmp_path: Path) -> Course:
    """What `nbgrader quickstart` makes, with an assignment of the author's beside its own."""
    program = str(Path(sys.executable).with_name("nbgrader"))
    subprocess.run([program, "quickstart", "course101"], cwd=tmp_path, check=True, capture_output=True)
    course = Course(tmp_path / "course101")
    cells = [
        make_cell("code", "rate = ...", "rate", solution=True, grade=False, locked=False),
        make_cell("code", "assert rate < 1", "check", solution=False, grade=True, locked=True, points=2),
    ]
    mine = course.root / "source/ps2/my notebook.ipynb"
    mine.parent.mkdir()
    mine.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    (course.root / ".gitignore").write_text("gradebook.db\n*.tmp")
    return course


def test_a_course_of_nbgraders_is_taken_over_and_each_assignment_assessed(quickstart: Course) -> None:
    before = _contents(quickstart.root)
    done = _new("course", quickstart.root)
    assert done.exit_code == 1, done.output  # an assignment needs its author
    assert "ps1: source/ps1/ holds 2 notebooks (problem1.ipynb, problem2.ipynb)" in done.output
    assert "ps2: 2 points in 1 grade cells and 0 written answers, 1 cells for students' code" in done.output
    after = _contents(quickstart.root)
    assert {name for name in after if name not in before} == {"course.py"}
    assert {name for name in before if after[name] != before[name]} == {"nbgrader_config.py", ".gitignore"}
    for name in ("nbgrader_config.py", ".gitignore"):
        assert after[name].startswith(before[name])
    assert quickstart.exercises() == ["ps2"]


def _header() -> str:
    """What the quickstart's configuration puts before each notebook."""
    header = make_cell("markdown", "The header of all assignments.", "header")
    return nbformat.writes(nbformat.v4.new_notebook(cells=[header]))


def _released(course: Course, exercise: str) -> list[str]:
    command = [str(Path(sys.executable).with_name("nbgrader")), "generate_assignment", exercise]
    subprocess.run(command, cwd=course.root, check=True, capture_output=True)
    return [cell.source for cell in nbformat.read(course.release(exercise), as_version=4).cells]


def test_what_was_configured_stays_and_nbgrader_grades_through_the_judge(quickstart: Course) -> None:
    _new("course", quickstart.root)
    config = PyFileConfigLoader("nbgrader_config.py", path=str(quickstart.root)).load_config()
    assert config.CourseDirectory.course_id == "course101"
    stages = [stage.__name__ for stage in config.Autograde.sanitize_preprocessors]
    assert stages == ["TakeRecord"]
    (quickstart.root / "source/header.ipynb").write_text(_header())
    assert _released(quickstart, "ps2") == ["The header of all assignments.", "rate = ...", "assert rate < 1"]
    once = _contents(quickstart.root)
    _new("course", quickstart.root)
    assert _contents(quickstart.root) == once


def test_split_as_it_says_an_assignment_of_quickstart_is_assessed_line_by_line(quickstart: Course) -> None:
    folder = quickstart.root / "source/ps1b"
    folder.mkdir()
    (quickstart.root / "source/ps1/problem2.ipynb").rename(folder / "problem2.ipynb")
    done = _new("course", quickstart.root)
    assert "ps1b: 3 points in 0 grade cells and 2 written answers" in done.output
    assert "ps1: grade cell sum_of_squares_uses_squares, line 3: `del squares` is not allowed" in done.output
    assert "ps1: grade cell sum_of_squares_uses_squares, line 4: `try:` is not allowed" in done.output


def test_an_exercise_of_a_course_that_was_taken_over_is_proven_at_once(quickstart: Course) -> None:
    _new("course", quickstart.root)
    assert _new("exercise", "ps3", "--course", quickstart.root).exit_code == 0
    options = ["--no-mutants", "--slots", "1", "--course", str(quickstart.root)]
    done = CliRunner().invoke(app, ["audit", "ps3", *options])
    assert done.exit_code == 0, done.output
    assert "5 submissions, 0 surprises, 3 items, 0 unproven." in done.output
    assert json.loads(quickstart.measured("ps3").read_text()) == {"accuracy": {"threshold": 0.8}}
    some = CliRunner().invoke(app, ["audit", "ps3", "--only", "fail__*", *options[1:]])
    assert some.exit_code == 0, some.output
    assert "points" in some.output
    assert "failed check" in some.output
    none = CliRunner().invoke(app, ["audit", "ps3", "--only", "nobody*", *options[1:]])
    assert "no submission of ps3 is called like `nobody*`" in str(none.exception)
