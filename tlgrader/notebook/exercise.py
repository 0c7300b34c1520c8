"""An exercise as its source notebook defines it: cells in order, each with one role."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from symtable import Symbol, symtable
from typing import Any

import nbformat
from nbformat import NotebookNode

from tlgrader.course.contents import paths_beside
from tlgrader.errors import AuthorError
from tlgrader.notebook.claimed import Pictures
from tlgrader.notebook.regions import has_regions, split

_HIDDEN = re.compile(r"^.*BEGIN (HIDDEN TESTS|MARK SCHEME)(?s:.*?)END \1.*(\n|\Z)", re.MULTILINE)
UNNAMED = "place-"
"""How ids begin of cells whose notebook's format knows no ids."""


class Role(StrEnum):
    """What a cell is for, and so where it runs."""

    given = "given"  # the author's code: runs in the worker, as the author wrote it
    student = "student"  # the student's code: runs in the worker
    grade = "grade"  # checks: run in the judge, never sent to the worker
    written = "written"  # an answer in words: a person grades it
    text = "text"  # explanations: nothing runs
    added = "added"  # a cell that the student added: runs in the worker if it is code


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of an exercise; `id` is its grade id where it has one, else nbformat's cell id.

    `source` is what runs and is released, of a student's cell its starter.
    """

    id: str
    role: Role
    source: str
    points: float
    node: NotebookNode
    solution: str | None = None
    """The author's, where the notebook holds it (`notebook/regions.py`)."""

    @property
    def released(self) -> str:
        """Its text as students get it: without hidden tests and marking scheme."""
        return _HIDDEN.sub("", self.source).rstrip()

    @property
    def symbols(self) -> list[Symbol] | None:
        """The global names in its code, as Python's compiler sees them; None where that cannot read it, as a magic."""
        try:
            return symtable(self.source, "cell", "exec").get_symbols()
        except SyntaxError:
            return None

    @property
    def trains(self) -> bool:
        """Whether the author tagged it ``train``: what it makes can be handed in, and then it need not run."""
        return "train" in self.node.metadata.get("tags", ())

    @property
    def shows(self) -> bool:
        """Whether it is given and the author tagged it ``show``: it makes nothing, so it need not run to be graded."""
        return self.role is Role.given and "show" in self.node.metadata.get("tags", ())

    def with_text(self, text: str) -> Cell:
        """The same cell with another text."""
        return replace(self, source=text, node=self._node_with(source=text))

    def with_outputs(self, outputs: Sequence[NotebookNode]) -> Cell:
        """The same cell, of code, showing `outputs`."""
        return replace(self, node=self._node_with(outputs=list(outputs)))

    def with_pictures(self, pictures: Pictures) -> Cell:
        """The same cell, with `pictures` pasted into it."""
        return replace(self, node=self._node_with(attachments=pictures)) if pictures else self

    def _node_with(self, **fields: Any) -> NotebookNode:
        return NotebookNode(copy.deepcopy(self.node), **fields)


@dataclass(frozen=True, slots=True)
class Exercise:
    """The instructor's copy. Whatever is executed in the judge comes from here."""

    name: str
    cells: tuple[Cell, ...]
    metadata: NotebookNode

    def cell(self, id: str) -> Cell:
        """The cell of that id; KeyError where there is none."""
        for cell in self.cells:
            if cell.id == id:
                return cell
        raise KeyError(id)

    @property
    def points(self) -> float:
        """The sum of all points, written answers included."""
        return sum(cell.points for cell in self.cells)

    @property
    def trains(self) -> bool:
        """Whether a cell of it is tagged ``train``."""
        return any(cell.trains for cell in self.cells)

    @property
    def solutions(self) -> dict[str, str]:
        """The solutions that the notebook itself holds, by cell."""
        return {cell.id: cell.solution for cell in self.cells if cell.solution is not None}

    def ids(self, *roles: Role) -> tuple[str, ...]:
        """Ids of the cells that have one of `roles`, in order."""
        return tuple(cell.id for cell in self.cells if cell.role in roles)


def role_of(node: NotebookNode) -> Role:
    """A cell's role, from nbgrader's metadata."""
    mark = node.metadata.get("nbgrader", {})
    if mark.get("grade") and not mark.get("solution"):
        return Role.grade
    if mark.get("task") or (mark.get("solution") and mark.get("grade")):
        return Role.written
    if mark.get("solution"):
        return Role.student
    return Role.given if node.cell_type == "code" else Role.text


def read_exercise(path: Path) -> Exercise:
    """Read an instructor's notebook; the exercise is the folder that it lies in, as for nbgrader.

    Raises:
        AuthorError: it is missing, invalid, has cells without a unique id, or a manual grade cell of code.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise AuthorError(f"{path.name} is not a valid notebook: {str(error)[:200]}") from error
    return exercise_from(notebook, path.parent.name)


def exercise_from(notebook: NotebookNode, name: str) -> Exercise:
    """The exercise that `notebook` defines.

    Raises:
        AuthorError: two cells share an id, or a solution region is wrong.
    """
    regions = has_regions(notebook.cells)
    cells = tuple(_cell(node, place, regions=regions) for place, node in enumerate(notebook.cells, 1))
    seen: set[str] = set()
    for cell in cells:
        if cell.id in seen:
            raise AuthorError(f"two cells of {name} have the id {cell.id!r}")
        seen.add(cell.id)
    return Exercise(name, cells, notebook.metadata)


def _cell(node: NotebookNode, place: int, *, regions: bool) -> Cell:
    """The cell in that `place`, which is its id in a notebook of format 4.4 or older, where cells have none."""
    mark = node.metadata.get("nbgrader", {})
    own = str(node.get("id") or f"{UNNAMED}{place}")
    id, role = str(mark.get("grade_id") or own), role_of(node)
    starter, solution = split(node, id) if regions else (node.source, None)
    clean = copy.deepcopy(node)
    clean.source, clean["id"] = starter, own
    if clean.cell_type == "code":
        clean.outputs, clean.execution_count = [], None
    return Cell(
        id=id,
        role=role,
        source=starter,
        points=float(mark.get("points", 0) or 0),
        node=clean,
        solution=solution,
    )


def files_beside(notebook: Path) -> dict[str, bytes]:
    """The content of the files that come with an exercise, by relative name."""
    return {name: path.read_bytes() for name, path in paths_beside(notebook).items()}
