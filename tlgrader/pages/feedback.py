"""The notebook that assistants and students see: outputs made harmless, reasons beside the cells."""

from __future__ import annotations

import copy
import textwrap

import nbformat
from nbformat import NotebookNode

from tlgrader.notebook.exercise import Exercise, Role
from tlgrader.pages.harmless import Harmless
from tlgrader.records.record import Record

_WIDTH = 90
"""Characters of a note's line: pages do not wrap what a cell prints."""


def notebook_to_show(record: Record, notebook: NotebookNode, exercise: Exercise) -> NotebookNode:
    """`notebook` as it ran, with what the student controls made harmless and a note on top where there is one."""
    shown = copy.deepcopy(notebook)
    harmless = Harmless()
    instructors = set(exercise.ids(Role.text, Role.grade))
    for cell in shown.cells:
        if _id(cell) not in instructors:
            harmless.clean(cell)
    if record.notes:
        shown.cells.insert(0, _note("How this was graded where it was not as usual", record.notes))
    return shown


def unreadable_notebook(record: Record, exercise: Exercise) -> NotebookNode:
    """The exercise with nothing in its student cells and the reason on top, for a person to grade by hand."""
    cells = []
    for cell in exercise.cells:
        empty = cell.with_text("") if cell.role in (Role.student, Role.written) else cell
        cells.append(copy.deepcopy(empty.node))
    cells.insert(0, _note("This submission was not graded; a person has to look at it", (record.reason,)))
    return nbformat.v4.new_notebook(cells=cells, metadata=exercise.metadata, nbformat_minor=5)


def _note(title: str, lines: tuple[str, ...]) -> NotebookNode:
    """A cell of plain text: lines may hold what a student wrote, and text in a code cell is never rendered."""
    wrapped = (textwrap.fill(line, _WIDTH, initial_indent="- ", subsequent_indent="  ") for line in lines)
    text = "\n".join([title, *wrapped])
    cell = nbformat.v4.new_code_cell(
        source="# A note from the grader",
        outputs=[nbformat.v4.new_output("stream", name="stdout", text=text)],
    )
    cell["id"] = "tlgrader-note"
    return cell


def _id(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id") or cell.get("id"))
