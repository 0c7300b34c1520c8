"""A course with one tiny exercise: everything that a real one has, in a second of computing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from tlgrader.course.paths import Course
from tlgrader.notebook.exercise import exercise_from

REPOSITORY = Path(__file__).parent.parent
HIDDEN = '''
from tlgrader.checks import frozen
from tlgrader.checks.finding import Finding, Outcome, Strength

SECRET = "the hidden answer is 42"


def inverse_is_small(rate):
    """An author's bug: nobody thought of zero."""
    small = 1 / rate < 100
    return Finding(
        "inverse_is_small", Outcome.passed if small else Outcome.failed, Strength.claimed, f"{rate}", "a small inverse"
    )
'''
# nbgrader's marks of a given cell, a student cell and a grade cell.
GIVEN: dict[str, Any] = {"solution": False, "grade": False, "locked": True}
STUDENT: dict[str, Any] = {"solution": True, "grade": False, "locked": False}
CHECK: dict[str, Any] = {"solution": False, "grade": True, "locked": True}
# What no student may see, in a release or in feedback.
SECRETS = ("grader_tests", "tiny.inverse_is_small", "the hidden answer", "One point for features")
ANSWERS = {
    "build": "model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))",
    "learn": "rate = 0.1",
    "why": "Because features transfer.",
}


def make_course(root: Path) -> Course:
    """Lay the tiny course out below `root`."""
    course = Course(root)
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    for path, content in (
        (course.source("tiny"), nbformat.writes(source_notebook())),
        (course.hidden_tests("tiny"), HIDDEN),
        (course.measured("tiny"), json.dumps({})),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return course


def source_notebook() -> NotebookNode:
    """The instructor's notebook."""
    hidden = "### BEGIN HIDDEN TESTS\nfrom grader_tests import tiny\ntiny.inverse_is_small(rate)\n### END HIDDEN TESTS"
    scheme = "How it is marked:\n### BEGIN MARK SCHEME\nOne point for features.\n### END MARK SCHEME"
    cells = [
        make_cell("markdown", "# Tiny", "title"),
        make_cell(
            "code",
            "import torch\nfrom torch import nn\nimport tlgrader\nfrom tlgrader import check\ntlgrader.seed()",
            "imports",
            **GIVEN,
        ),
        make_cell("code", "model = ...", "build", **STUDENT),
        make_cell("code", "check.head(model, classes=2)", "check_build", points=2, **CHECK),
        make_cell("code", "rate = ...", "learn", **STUDENT),
        make_cell("code", f"assert rate == 0.1\n{hidden}", "check_learn", points=4, **CHECK),
        make_cell("markdown", "Why?", "why", solution=True, grade=True, locked=False, points=3),
        make_cell("markdown", scheme, "why_marks", **GIVEN),
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def notebook(**answers: str) -> NotebookNode:
    """What a student hands in: right answers, but for those given."""
    handed_in = source_notebook()
    released = {cell.id: cell.released for cell in exercise_from(handed_in, "tiny").cells}
    texts = released | ANSWERS | answers
    for cell in handed_in.cells:
        cell.source = texts[cell.id]
    return handed_in


def hand_in(course: Course, student: str, content: NotebookNode | bytes, exercise: str = "tiny") -> None:
    """Lay a submission into ``submitted/``."""
    path = course.submitted(exercise, student)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def make_cell(kind: str, source: str, id: str, **mark: Any) -> NotebookNode:
    """A cell with this id and, where there is a `mark`, nbgrader's metadata."""
    make: dict[str, Any] = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    cell: NotebookNode = make[kind](source)
    cell["id"] = id
    if mark:
        cell.metadata["nbgrader"] = {
            "grade_id": id,
            "schema_version": 3,
            "task": False,
            "cell_type": kind,
            **mark,
        }
    return cell
