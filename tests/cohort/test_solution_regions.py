"""A plain nbgrader notebook, its solutions in regions: audited, released and graded without another file."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from tests.tiny import CHECK, REPOSITORY, STUDENT, hand_in, make_cell
from tlgrader.authoring.audit import Audited, audit, cohort
from tlgrader.authoring.release import release
from tlgrader.course.paths import Course
from tlgrader.errors import AuthorError
from tlgrader.gradebook.book import sync
from tlgrader.grading.pool import Pool
from tlgrader.notebook.corpus import read_corpus
from tlgrader.pipeline import Order, grade
from tlgrader.sandbox.limits import Limits

SQUARES = """\
def squares(n):
    ### BEGIN SOLUTION
    return [number**2 for number in range(1, n + 1)]
    ### END SOLUTION"""
FORMULA = r"$\sum_{i=1}^n i^2$ is the equation"
LOOP = "    return [number * number for number in range(1, n + 1)]"


def _source() -> NotebookNode:
    cells = [
        make_cell("code", SQUARES, "squares", **STUDENT),
        make_cell("code", "check.returns(squares, [3], [1, 4, 9])", "check_squares", points=2, **CHECK),
        make_cell("markdown", FORMULA, "formula", solution=True, grade=True, locked=False, points=1),
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    course = Course(tmp_path)
    shutil.copy(REPOSITORY / "nbgrader_config.py", tmp_path)
    folder = tmp_path / "source" / "ps1"
    folder.mkdir(parents=True)
    (folder / "ps1.ipynb").write_text(nbformat.writes(_source()))
    return course


def test_a_release_holds_stubs_and_no_solution(course: Course) -> None:
    cells = nbformat.read(release(course, "ps1"), as_version=4).cells
    assert cells[0].source == "def squares(n):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    assert cells[2].source == "YOUR ANSWER HERE"
    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        assert "number" not in book.find_source_cell("squares", "ps1", "ps1").source


def test_the_gradebook_learns_no_solution(course: Course) -> None:
    sync(course, "ps1")
    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        assert "number" not in book.find_source_cell("squares", "ps1", "ps1").source


def test_the_regions_are_the_reference_and_a_file_goes_before_them(course: Course) -> None:
    (reference,) = read_corpus(course, "ps1")
    assert reference.cells["squares"].endswith("return [number**2 for number in range(1, n + 1)]")
    course.reference("ps1").parent.mkdir(parents=True)
    course.reference("ps1").write_text('"""Otherwise."""\n# %% squares\nsquares = list\n')
    (reference,) = read_corpus(course, "ps1")
    assert (reference.cells["squares"], reference.what) == ("squares = list", "Otherwise.")
    assert reference.cells["formula"].startswith("$")


def test_without_regions_and_without_a_file_there_is_no_reference(course: Course) -> None:
    notebook = _source()
    notebook.cells[0].source = "squares = ..."
    course.source("ps1").write_text(nbformat.writes(notebook))
    with pytest.raises(
        AuthorError, match=r"reference\.py is missing, and the notebook has no solution regions"
    ):
        read_corpus(course, "ps1")


def test_a_solution_that_stands_in_the_text_too_is_no_leak_and_one_elsewhere_is(course: Course) -> None:
    course.reference("ps1").parent.mkdir(parents=True)
    course.reference("ps1").write_text(f'"""Otherwise."""\n# %% squares\ndef squares(n):\n{LOOP}\n')
    notebook = _source()
    notebook.cells[2].source = f"BEGIN SOLUTION\n{LOOP.strip()}\nEND SOLUTION"
    course.source("ps1").write_text(nbformat.writes(notebook))
    assert "number * number" not in release(course, "ps1").read_text()


def test_other_stubs_than_nbgraders_own_are_refused(course: Course) -> None:
    config = course.root / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}\nc.ClearSolutions.code_stub = {{'python': 'pass'}}\n")
    with pytest.raises(AuthorError, match=r"sets code_stub of ClearSolutions"):
        release(course, "ps1")


def test_it_is_audited_and_graded_and_an_untouched_starter_is_unanswered(course: Course) -> None:
    released = nbformat.read(release(course, "ps1"), as_version=4)
    hand_in(course, "untouched", nbformat.writes(released).encode(), "ps1")
    released.cells[0].source = f"def squares(n):\n{LOOP}"
    hand_in(course, "right", nbformat.writes(released).encode(), "ps1")
    records = {step.record.student: step.record for step in grade(course, "ps1", Order())}
    assert records["right"].grades[0].score == 2
    (finding,) = [item.finding for item in records["untouched"].items().values()]
    assert "NotImplementedError" in finding.observed
    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        notes = book.find_submission_notebook("ps1", "ps1", "untouched").comments
        assert {note.name: note.auto_comment for note in notes} == dict.fromkeys(
            ("squares", "formula"), "No response."
        )
    with Pool(course, 1, Limits(), sandboxed=True) as pool:
        audited = list(audit(pool, course, cohort(course, "ps1", mutate=False)))
    assert [one.sample.name for one in audited if isinstance(one, Audited)] == ["reference", "released"]
    assert all(isinstance(one, Audited) and one.surprises == () for one in audited)
