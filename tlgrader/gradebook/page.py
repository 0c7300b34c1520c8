"""The student's feedback page: nbgrader's, but fetching nothing, and saying what nobody has graded yet."""

from __future__ import annotations

from pathlib import Path

from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import GetGrades
from traitlets import default

PENDING = "Not graded yet: it counts 0 until a person has graded it."


class FeedbackExporter(HTMLExporter):
    """HTML whose templates are looked for in our folder first."""

    @default("template_paths")
    def _template_paths(self) -> list[str]:
        return [str(Path(__file__).with_name("templates")), *super()._template_paths()]


class GetGradesSoFar(GetGrades):
    """nbgrader's `GetGrades`, with a comment on an answer that still waits for a person: it is shown as 0."""

    def _get_score(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        super()._get_score(cell, resources)
        names = (self.notebook_id, self.assignment_id, self.student_id)
        grade = self.gradebook.find_grade(cell.metadata.nbgrader.grade_id, *names)
        if grade.needs_manual_grade and grade.manual_score is None:
            said = cell.metadata.nbgrader.get("comment")
            cell.metadata.nbgrader.comment = f"{said} {PENDING}" if said else PENDING
