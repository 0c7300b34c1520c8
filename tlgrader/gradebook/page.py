"""The student's feedback page: nbgrader's, but fetching nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from nbconvert.exporters import HTMLExporter
from traitlets import default


class FeedbackExporter(HTMLExporter):
    """HTML whose templates are looked for in our folder first."""

    @default("template_paths")
    def _template_paths(self) -> list[str]:
        return [str(Path(__file__).with_name("templates")), *super()._template_paths()]
