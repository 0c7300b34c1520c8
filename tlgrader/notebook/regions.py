"""Solution regions: what lies between ``### BEGIN SOLUTION`` and ``### END SOLUTION`` is the reference.

Read as nbgrader reads them. A notebook that has a region anywhere is one of nbgrader's kind: there a solution cell
without a region is a solution as a whole. In a notebook without any, student cells hold their starters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbformat import NotebookNode

from tlgrader.errors import AuthorError

BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"
CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
TEXT_STUB = "YOUR ANSWER HERE"


def has_regions(cells: Iterable[NotebookNode]) -> bool:
    """Whether a notebook's solutions stand in the notebook."""
    return any(BEGIN in cell.source for cell in cells)


def split(cell: NotebookNode, id: str) -> tuple[str, str | None]:
    """The starter and the solution of a cell in a notebook with regions; None for one that no student fills.

    Raises:
        AuthorError: a region has no end or no beginning, lies in another, or in a cell that is no student's.
    """
    is_students = bool(cell.metadata.get("nbgrader", {}).get("solution"))
    if BEGIN not in cell.source and END not in cell.source:
        return (_stub(cell), cell.source) if is_students else (cell.source, None)
    if not is_students:
        raise AuthorError(
            f"cell {id} has a solution region, and is no solution cell: in JupyterLab's Create Assignment panel, "
            "make it an autograded or manually graded answer"
        )
    return _split(cell, id)


def _stub(cell: NotebookNode) -> str:
    return CODE_STUB if cell.cell_type == "code" else TEXT_STUB


def _split(cell: NotebookNode, id: str) -> tuple[str, str]:
    starter: list[str] = []
    solution: list[str] = []
    inside = False
    for number, line in enumerate(cell.source.split("\n"), 1):
        if BEGIN in line or END in line:
            _require_pair(id, number, begins=BEGIN in line, inside=inside)
            inside = not inside
            starter += _indented(_stub(cell), line) if inside else []
        else:
            solution.append(line)
            starter += [] if inside else [line]
    if inside:
        raise AuthorError(f"cell {id}: its last solution region has no `### {END}`")
    return "\n".join(starter), "\n".join(solution)


def _require_pair(id: str, number: int, *, begins: bool, inside: bool) -> None:
    if begins and inside:
        raise AuthorError(f"cell {id}, line {number}: a solution region begins within another")
    if not begins and not inside:
        raise AuthorError(f"cell {id}, line {number}: a solution region ends that did not begin")


def _indented(stub: str, like: str) -> list[str]:
    indent = re.match(r"\s*", like)
    return [f"{indent[0] if indent else ''}{line}" for line in stub.split("\n")]
