"""Our stage in the place of nbgrader's `ClearSolutions`: the notebook gets its starters."""

from __future__ import annotations

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from tlgrader.notebook.exercise import exercise_from


class WriteStarters(NbGraderPreprocessor):
    """Replaces solution regions by nbgrader's stubs, as everything that reads the exercise does.

    Raises RuntimeError where nbgrader is configured to use other stubs or marks.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        if other := ", ".join(self.config.get("ClearSolutions", {})):
            raise RuntimeError(
                f"nbgrader_config.py sets {other} of ClearSolutions: solution regions have nbgrader's own marks and "
                "stubs here; remove the line, or write starters into source/ and solutions into tl_solutions/"
            )
        exercise = exercise_from(nb, resources["nbgrader"]["assignment"])
        for node, cell in zip(nb.cells, exercise.cells, strict=True):
            node.source = cell.source
        return nb, resources
