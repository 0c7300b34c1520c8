"""The student's feedback page: nbgrader's, but fetching nothing, and saying what nobody has graded yet."""

from __future__ import annotations

from pathlib import Path

from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import GetGrades
from traitlets import default


class FeedbackExporter(HTMLExporter):
    """HTML whose templates are looked for in our folder first; ours extend nbgrader's, by the name of its folder."""

    @default("template_paths")
    def _template_paths(self) -> list[str]:
        ours = str(Path(__file__).with_name("templates"))
        return [ours, *super()._template_paths(), *self.extra_template_basedirs]


class GetGradesSoFar(GetGrades):
    """nbgrader's `GetGrades`, marking what still waits for a person: its score of 0 is nobody's verdict.

    Cells get ``pending``, the page's resources the points (``pending``) that are not graded yet.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        resources["nbgrader"]["pending"] = 0.0
        return super().preprocess(nb, resources)

    def _get_score(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        super()._get_score(cell, resources)
        names = (self.notebook_id, self.assignment_id, self.student_id)
        grade = self.gradebook.find_grade(cell.metadata.nbgrader.grade_id, *names)
        cell.metadata.nbgrader.pending = grade.needs_manual_grade and grade.manual_score is None
        if cell.metadata.nbgrader.pending:
            resources["nbgrader"]["pending"] += grade.max_score
