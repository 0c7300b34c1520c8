"""Our stage where nbgrader's `ClearSolutions` was: the notebook gets the starters that graded notebooks are compared with."""

from __future__ import annotations

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from tlgrader.notebook.exercise import exercise_from


class WriteStarters(NbGraderPreprocessor):
    """Replaces solution regions by their starters. Raises RuntimeError where nbgrader was told of other stubs or marks."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        if other := ", ".join(self.config.get("ClearSolutions", {})):
            raise RuntimeError(
                f"nbgrader_config.py sets {other} of ClearSolutions: solution regions have nbgrader's own marks and stubs "
                "here; remove the line, or write starters into source/ and solutions into tl_solutions/"
            )
        exercise = exercise_from(nb, resources["nbgrader"]["notebook"])
        for node, cell in zip(nb.cells, exercise.cells, strict=True):
            node.source = cell.source
        return nb, resources
