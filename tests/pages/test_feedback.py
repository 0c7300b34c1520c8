"""The page that students and assistants see: what the grader adds to it."""

from __future__ import annotations

import msgspec
from nbformat import NotebookNode

from tests.tiny import source_notebook
from tlgrader.notebook.exercise import exercise_from
from tlgrader.pages.feedback import notebook_to_show
from tlgrader.records.record import Record, Status

RECORD = Record(exercise="tiny", student="ada", status=Status.graded)


def _first_cell(*notes: str) -> NotebookNode:
    source = source_notebook()
    record = msgspec.structs.replace(RECORD, notes=notes)
    return notebook_to_show(record, source, exercise_from(source, "tiny")).cells[0]


def test_without_a_note_the_notebook_is_as_it_ran() -> None:
    assert _first_cell().id == "title"


def test_a_long_note_is_in_lines_that_a_page_shows_whole() -> None:
    note = "The training was run again: " + "a cell had not run as it is in the notebook, " * 5
    text = _first_cell(note, "Short.").outputs[0].text
    assert max(map(len, text.splitlines())) <= 90
    assert " ".join(text.split()).endswith(f"- {note.strip()} - Short.")


def test_what_a_student_wrote_is_plain_text_in_a_note() -> None:
    cell = _first_cell("`<script>alert(1)</script>` was added")
    assert cell.cell_type == "code"
    assert cell.outputs[0].output_type == "stream"
