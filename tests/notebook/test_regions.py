"""Solution regions are read as nbgrader reads them: the starter is what its own preprocessor makes."""

from __future__ import annotations

import copy

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions

from tests.tiny import CHECK, GIVEN, STUDENT, make_cell
from tlgrader.errors import AuthorError
from tlgrader.notebook.exercise import exercise_from

TWO = """\
def squares(n):
    \"\"\"The squares from 1 to n.\"\"\"
    ### BEGIN SOLUTION
    if n < 1:
        raise ValueError(n)
    ### END SOLUTION
    found = []
    # BEGIN SOLUTION
    found += [i**2 for i in range(1, n + 1)]
    # END SOLUTION
    return found"""
WRITTEN = {"solution": True, "grade": True, "locked": False, "points": 1}


def _notebook(*cells: NotebookNode) -> NotebookNode:
    return nbformat.v4.new_notebook(cells=list(cells))


def _with_regions() -> NotebookNode:
    return _notebook(
        make_cell("code", TWO, "squares", **STUDENT),
        make_cell("code", "use = squares(3)", "use", **STUDENT),
        make_cell("code", "assert use", "check_use", points=1, **CHECK),
        make_cell("markdown", r"$\sum_i i^2$", "formula", **WRITTEN),
        make_cell("markdown", "Why?\nBEGIN SOLUTION\nBecause.\nEND SOLUTION", "why", **WRITTEN),
        make_cell("code", "import math", "imports", **GIVEN),
    )


def test_starters_are_what_nbgrader_would_release() -> None:
    notebook = _with_regions()
    theirs, _ = ClearSolutions().preprocess(copy.deepcopy(notebook), {})
    cells = exercise_from(notebook, "tiny").cells
    assert [cell.source for cell in cells] == [cell.source for cell in theirs.cells]
    assert [cell.node.source for cell in cells] == [cell.source for cell in cells]
    assert "    # YOUR CODE HERE\n    raise NotImplementedError()\n    found = []" in cells[0].source


def test_what_is_cut_out_is_the_solution() -> None:
    solutions = exercise_from(_with_regions(), "tiny").solutions
    assert list(solutions) == ["squares", "use", "formula", "why"]
    assert "SOLUTION" not in solutions["squares"]
    variables: dict[str, object] = {}
    exec(f"{solutions['squares']}\n{solutions['use']}", variables)
    assert variables["use"] == [1, 4, 9]
    assert (solutions["formula"], solutions["why"]) == (r"$\sum_i i^2$", "Why?\nBecause.")


def test_without_a_region_student_cells_hold_their_starters() -> None:
    exercise = exercise_from(_notebook(make_cell("code", "model = ...", "build", **STUDENT)), "tiny")
    assert exercise.cell("build").source == "model = ..."
    assert exercise.solutions == {}


@pytest.mark.parametrize(
    ("source", "mark", "says"),
    [
        (
            "### BEGIN SOLUTION\nx = 1",
            STUDENT,
            "cell build: its last solution region has no `### END SOLUTION`",
        ),
        (
            "### BEGIN SOLUTION\n### BEGIN SOLUTION",
            STUDENT,
            "line 2: a solution region begins within another",
        ),
        (
            "### BEGIN SOLUTION\n### END SOLUTION\nx = 1\n### END SOLUTION",
            STUDENT,
            "line 4: a solution region ends that did not begin",
        ),
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", GIVEN, "cell build has a solution region, and is no"),
        (
            "### BEGIN SOLUTION\nassert x\n### END SOLUTION",
            {**CHECK, "points": 1},
            "cell build has a solution",
        ),
    ],
)
def test_a_wrong_region_is_the_authors_error(source: str, mark: dict[str, object], says: str) -> None:
    with pytest.raises(AuthorError, match=says):
        exercise_from(_notebook(make_cell("code", source, "build", **mark)), "tiny")
