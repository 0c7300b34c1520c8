"""nbgrader stays the front door: its own commands go through the judge and give the same scores."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode

from tests.tiny import SECRETS, hand_in, make_course, notebook
from tlgrader import gradebook
from tlgrader.course.paths import Course
from tlgrader.errors import GraderError
from tlgrader.gradebook.commands import generate_feedback
from tlgrader.pipeline import Order, grade
from tlgrader.records.record import read

HOSTILE = """
from IPython.display import HTML, display
display(HTML('<script>alert(1)</script><b onclick=x()>bold</b>'))
"""
# What IPython sends on and no notebook can hold, and what templates would write into tags.
SPOILT = """
from IPython.display import display
display({'text/html': 5}, raw=True)
display({'text/plain': 'a figure'}, raw=True, metadata={'text/plain': 5, 'filenames': 'x'})
display({'image/png': 'AAAA'}, raw=True, metadata={'image/png': {'width': '1 onerror=alert(1)'}})
"""
PASTED = "My loss: ![curve](attachment:curve.png), and ![lost](attachment:lost.png)"
CURVE = "iVBORw0KGgo="


def _with_a_picture() -> NotebookNode:
    handed_in = notebook(why="My loss: ![curve](attachment:curve.png)")
    (answer,) = [cell for cell in handed_in.cells if cell.id == "why"]
    answer.attachments = {"curve.png": {"image/png": CURVE}}
    return handed_in


STUDENTS = {
    "ada": _with_a_picture(),
    "bob": notebook(learn="rate = 0.5"),
    "eve": notebook(learn=f"{HOSTILE}rate = 0.1"),
    "mia": notebook(learn=f"{SPOILT}rate = 0.1", why=PASTED),
    "zoe": notebook(learn="rate = 0"),
}


def _nbgrader(course: Course, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("nbgrader")
    return subprocess.run([program, *arguments], cwd=course.root, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A fresh course whose release exists already and whose gradebook does not, as in a clone."""
    course = make_course(tmp_path_factory.mktemp("nbgrader"))
    course.release("tiny").parent.mkdir(parents=True)
    course.release("tiny").write_text(nbformat.writes(notebook()))
    for student, content in STUDENTS.items():
        hand_in(course, student, content)
    return course


@pytest.fixture(scope="module")
def autograded(course: Course) -> Course:
    """The cohort, graded by nothing but `nbgrader autograde`."""
    done = _nbgrader(course, "autograde", "tiny")
    assert done.returncode == 0, done.stderr
    return course


def test_autograde_on_a_fresh_clone_gives_the_records_scores(autograded: Course) -> None:
    rows = {row.student: row.score for row in gradebook.rows(autograded, "tiny")}
    assert rows == {"ada": 6, "bob": 4, "eve": 6, "mia": 6, "zoe": 2}
    for student in ("ada", "bob", "eve"):
        record = read(autograded.record("tiny", student))
        assert record is not None
        assert record.score == rows[student]


def test_a_check_that_raised_leaves_its_cell_to_a_person(autograded: Course) -> None:
    record = read(autograded.record("tiny", "zoe"))
    assert record is not None
    assert record.score is None


def test_the_autograded_notebook_shows_reasons_and_runs_no_script(autograded: Course) -> None:
    cells = nbformat.read(autograded.autograded("tiny", "eve"), as_version=4).cells
    shown = {cell.id: "".join(str(output.data) for output in cell.get("outputs", ())) for cell in cells}
    assert "2 of 2 points" in shown["check_build"]
    assert "&lt;script&gt;alert(1)" in shown["learn"]
    assert "<script" not in shown["learn"]
    assert "onclick" not in shown["learn"]


def test_nobodys_outputs_or_answers_keep_others_from_their_feedback(autograded: Course) -> None:
    assert list(generate_feedback(autograded, "tiny", ["mia", "bob"])) == ["mia", "bob"]
    page = autograded.feedback("tiny", "mia").read_text()
    assert "a figure" in page
    assert not BeautifulSoup(page, "html.parser").find_all(onerror=True)
    assert (
        "![curve](attachment:curve.png)" in page
    )  # one picture is lost, so the answer is shown as it was written


def test_a_picture_pasted_into_an_answer_is_on_the_page(autograded: Course) -> None:
    assert list(generate_feedback(autograded, "tiny", ["ada"])) == ["ada"]
    assert f'src="data:image/png;base64,{CURVE}"' in autograded.feedback("tiny", "ada").read_text()


def test_a_page_that_cannot_be_written_is_said_after_the_others_are(autograded: Course) -> None:
    shown = autograded.autograded("tiny", "ada")
    kept = shown.read_bytes()
    shown.write_bytes(b"this is no notebook")
    done: list[str] = []
    with pytest.raises(GraderError, match="feedback for ada failed"):
        done.extend(generate_feedback(autograded, "tiny", ["ada", "bob"]))
    shown.write_bytes(kept)
    assert autograded.feedback("tiny", "bob").is_file()


def test_feedback_shows_reasons_and_neither_hidden_tests_nor_the_marking_scheme(autograded: Course) -> None:
    assert list(generate_feedback(autograded, "tiny", ["bob"])) == ["bob"]
    page = autograded.feedback("tiny", "bob").read_text()
    assert "rate == 0.1" in page
    assert "inverse_is_small" in page  # the name of the item, not its source
    for secret in SECRETS:
        assert secret not in page
    assert 'src="http' not in page


def test_a_page_of_feedback_says_what_nobody_has_graded_yet(autograded: Course) -> None:
    assert list(generate_feedback(autograded, "tiny", ["zoe"])) == ["zoe"]
    page = autograded.feedback("tiny", "zoe").read_text()
    assert "tiny (Score so far: 2.0 / 2.0; 7.0 more are not graded yet)" in page
    assert "Test cell</a> (Not graded yet, 4.0 possible)" in page


def test_the_page_of_a_submission_that_nobody_graded_shows_no_score(autograded: Course) -> None:
    hand_in(autograded, "kim", b"this is no notebook")
    list(grade(autograded, "tiny", Order(students=("kim",))))
    assert list(generate_feedback(autograded, "tiny", ["kim"])) == ["kim"]
    page = autograded.feedback("tiny", "kim").read_text()
    assert "tiny (Not graded yet, 9.0 possible)" in page
    assert "Score: 0.0" not in page


def test_generate_assignment_shows_no_hidden_test_and_keeps_starters(course: Course) -> None:
    done = _nbgrader(course, "generate_assignment", "tiny", "--force")
    assert done.returncode == 0, done.stderr
    released = nbformat.read(course.release("tiny"), as_version=4)
    sources = {cell.id: cell.source for cell in released.cells}
    assert sources["build"] == "model = ..."
    assert sources["check_learn"].strip() == "assert rate == 0.1"
    for secret in SECRETS:
        assert secret not in course.release("tiny").read_text()
