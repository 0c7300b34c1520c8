"""What a teacher reads of a cohort: scores that say what waits, and no 0 where there is no score."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from typer.testing import CliRunner, Result

from tests.tiny import REPOSITORY, hand_in, make_cell, make_course, notebook, source_notebook
from tlgrader import gradebook, pipeline
from tlgrader.cli.app import app
from tlgrader.course.paths import Course
from tlgrader.gradebook.book import opened
from tlgrader.gradebook.commands import generate_feedback

BLANK = "\n"
OWN_TEXT = source_notebook().cells[6].source
LONG = "a_student_whose_name_is_longer_than_any_column_of_a_table_could_ever_be"


def _answered_below(where: str) -> NotebookNode:
    """The answer stands in a cell of the student's own, behind the one that was meant for it."""
    handed_in = notebook(why=OWN_TEXT)
    at = next(n for n, cell in enumerate(handed_in.cells) if cell.id == "why")
    own = make_cell("markdown", "Because features transfer.", "mine")
    if where == "a copy":
        own = make_cell("markdown", "Because.", "why", solution=True, grade=True, locked=False, points=3)
    handed_in.cells.insert(at + 1, own)
    return handed_in


def _without_the_answers_cell() -> NotebookNode:
    handed_in = notebook()
    handed_in.cells = [cell for cell in handed_in.cells if cell.id != "why"]
    return handed_in


COHORT: dict[str, NotebookNode | bytes] = {
    "ada": notebook(),
    "bob": notebook(learn="rate = 0.5"),
    "blank": notebook(why=BLANK),
    "copied": _answered_below("a copy"),
    "below": _answered_below("an own cell"),
    "missing": _without_the_answers_cell(),
    "own_text": notebook(why=f"{OWN_TEXT}\n"),
    "kim": b"this is no notebook",
    "zoe": notebook(learn="rate = 0"),
    LONG: notebook(build="model = 'a model whose description is much too long for one line of a table'"),
}
BLANK_ONES = ("blank", "own_text")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A graded cohort, and one student who handed in afterwards."""
    course = make_course(tmp_path_factory.mktemp("status"))
    for student, content in COHORT.items():
        hand_in(course, student, content)
    list(pipeline.grade(course, "tiny", pipeline.Order()))
    hand_in(course, "late", notebook())
    return course


@pytest.fixture
def graded(course: Course, tmp_path: Path) -> Course:
    """A copy of it, for a test that changes something."""
    shutil.copytree(course.root, tmp_path / "copy")
    return Course(tmp_path / "copy")


def _run(course: Course, *words: str, columns: int = 80) -> Result:
    return CliRunner().invoke(app, [*words, "--course", str(course.root)], env={"COLUMNS": str(columns)})


def _line(said: Result, student: str) -> str:
    """The line of a student in the table."""
    (line,) = [line for line in said.stdout.splitlines() if line.split()[:1] == [student]]
    return " ".join(line.split())


@pytest.fixture(scope="module")
def status(course: Course) -> Result:
    return _run(course, "status", "tiny")


@pytest.mark.parametrize(
    ("student", "line"),
    [
        ("ada", "ada 6/6, 3 wait why waits"),
        ("bob", "bob 4/6, 3 wait assert: `rate` is 0.5"),
        ("zoe", "zoe 2/2, 7 wait check_learn/inverse_is_small:"),
        ("kim", "kim not gradable the file is not JSON"),
        ("late", "late not graded yet"),
        ("blank", "blank 6/9, graded why: no response"),
    ],
)
def test_each_state_has_its_name_and_none_is_a_score_of_0(status: Result, student: str, line: str) -> None:
    assert _line(status, student).startswith(line)


def test_a_sentence_counts_the_states(status: Result) -> None:
    counts = "2 graded, 7 waiting for a person (25 points), 1 not gradable, 1 not graded yet"
    assert f"11 submitted: {counts}." in " ".join(status.stdout.split())


def test_the_exit_code_says_that_something_waits(status: Result) -> None:
    assert status.exit_code == 1


@pytest.mark.parametrize("command", [("status", "tiny"), ("grade", "tiny", "--student", LONG)])
def test_a_student_has_one_line_and_the_table_is_as_wide_as_the_screen(
    course: Course, command: tuple[str, ...]
) -> None:
    said = _run(course, *command)
    table = said.stdout[: said.stdout.index(" submitted: ")].splitlines()[:-1]
    assert max(map(len, table)) <= 80
    assert len([line for line in table if line.startswith(LONG[:20])]) == 1
    students = len(list(course.students("tiny"))) if command[0] == "status" else 1
    assert (
        len([line for line in table if line.strip()]) == students + 3
    )  # title, heads, and the line below them


def test_a_terminals_own_codes_in_a_name_reach_no_terminal(graded: Course) -> None:
    hand_in(graded, "\x1b[2Jeve", notebook())
    assert "\x1b[2J" not in _run(graded, "status", "tiny").output


def _graded_by_hand(course: Course, student: str, **scores: float) -> None:
    """What formgrader does when a person types a score."""
    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        for cell, score in scores.items():
            grade = book.find_grade(cell, "tiny", "tiny", student)
            grade.manual_score, grade.needs_manual_grade = score, False
        book.db.commit()


def test_what_a_person_has_graded_in_the_gradebook_waits_no_more(graded: Course) -> None:
    _graded_by_hand(graded, "ada", why=2.5)
    _graded_by_hand(graded, "zoe", why=2, check_learn=3)
    _graded_by_hand(graded, "kim", check_build=1, check_learn=0, why=1)
    said = _run(graded, "status", "tiny")
    assert _line(said, "ada") == "ada 8.5/9, 3 by hand"
    assert _line(said, "zoe") == "zoe 7/9, 7 by hand"
    assert _line(said, "kim") == "kim 2/9, 9 by hand"
    assert "zoe" not in said.stderr
    again = _run(graded, "grade", "tiny", "--student", "ada")
    assert _line(again, "ada") == "ada 8.5/9, 3 by hand"
    assert again.exit_code == 0


def test_a_score_by_hand_is_to_be_confirmed_where_the_student_handed_in_anew(graded: Course) -> None:
    _graded_by_hand(graded, "ada", why=2.5)
    hand_in(graded, "ada", notebook(why="I have thought again."))
    said = _run(graded, "grade", "tiny", "--student", "ada")
    assert _line(said, "ada").startswith("ada 8.5/9, 3 by hand, to review why has a score by hand")
    assert said.exit_code == 1
    assert "ada: why has a score by hand from before it was graded anew" in said.stderr


def test_without_a_gradebook_the_record_alone_says_what_waits(graded: Course) -> None:
    graded.gradebook.unlink()
    said = _run(graded, "status", "tiny")
    assert _line(said, "ada").startswith("ada 6/6, 3 wait")
    assert not graded.gradebook.exists()


def test_a_lost_gradebook_is_made_again_from_the_records(graded: Course) -> None:
    graded.gradebook.unlink()
    said = _run(graded, "grade", "tiny", "--student", "ada")
    assert "0 graded now, 1 kept from before." in said.stdout
    assert [(row.student, row.score) for row in gradebook.rows(graded, "tiny")] == [("ada", 6)]


def test_who_is_in_the_gradebook_and_handed_nothing_in_is_named(graded: Course) -> None:
    with opened(graded) as book:
        book.add_student("gone")
    assert "Not submitted, of those in the gradebook: gone" in _run(graded, "status", "tiny").stdout


@pytest.mark.parametrize("student", BLANK_ONES)
def test_a_blank_answer_earns_0_and_waits_for_nobody(course: Course, student: str) -> None:
    """nbgrader's rule, which formgrader, the page and the table all follow."""
    with opened(course) as book:
        submission = book.find_submission_notebook("tiny", "tiny", student)
        assert not submission.needs_manual_grade
        grade = book.find_grade("why", "tiny", "tiny", student)
        assert (grade.auto_score, grade.needs_manual_grade) == (0, False)
        assert book.find_comment("why", "tiny", "tiny", student).comment == "No response."
    assert list(generate_feedback(course, "tiny", [student])) == [student]
    page = course.feedback("tiny", student).read_text()
    assert "tiny (Score: 6.0 / 9.0)" in page
    assert "Written response</a> (Score: 0.0 / 3.0)" in page
    assert "No response." in page


@pytest.mark.parametrize("student", ["below", "copied", "missing"])
def test_who_answered_beside_the_cell_or_lost_it_is_looked_at_by_a_person(
    course: Course, status: Result, student: str
) -> None:
    assert _line(status, student).startswith(f"{student} 6/6, 3 wait")
    (row,) = [row for row in gradebook.rows(course, "tiny") if row.student == student]
    assert row.needs_manual_grade
    assert "Because" in course.autograded("tiny", student).read_text() or student == "missing"


def test_feedback_says_who_has_not_been_graded_and_writes_the_other_pages(course: Course) -> None:
    said = _run(course, "feedback", "tiny", "--student", "late", "--student", "bob")
    assert said.exit_code == 1
    assert "No page for late, who has not been graded yet: run tlgrader grade tiny" in said.stderr
    assert "fault" not in said.output
    assert "Pages written: 1" in said.stdout
    assert course.feedback("tiny", "bob").is_file()


@pytest.mark.skipif(shutil.which("git") is None, reason="git is asked what it ignores")
@pytest.mark.parametrize("path", ["grades.csv", "downloaded/tiny/archive/ada.zip", "gradebook.db"])
def test_git_is_told_to_ignore_what_nbgrader_writes_of_students(tmp_path: Path, path: str) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    shutil.copy(REPOSITORY / ".gitignore", tmp_path)
    ignored = subprocess.run(["git", "check-ignore", "--quiet", path], cwd=tmp_path, check=False)
    assert ignored.returncode == 0
