"""What `nbgrader_config.py` sets, so that nbgrader's own commands and formgrader grade through the judge."""

from __future__ import annotations

from typing import Any

from tlgrader.gradebook.surroundings import prepare


def configure(c: Any) -> None:
    """Set nbgrader's stages on its configuration object `c`."""
    from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
    from nbgrader.preprocessors import (
        AssignLatePenalties,
        CheckCellMetadata,
        ClearHiddenTests,
        ClearMarkScheme,
        ClearOutput,
        ComputeChecksums,
        IncludeHeaderFooter,
        LockCells,
        SaveCells,
    )

    from tlgrader.gradebook.page import FeedbackExporter, GetGradesSoFar
    from tlgrader.gradebook.stages import SaveRecord, TakeRecord, know_the_exercise
    from tlgrader.gradebook.starters import WriteStarters

    prepare()
    # Where nbgrader has `ClearSolutions`: that would clear starters that are written in source/, too.
    c.GenerateAssignment.preprocessors = [
        IncludeHeaderFooter,
        LockCells,
        WriteStarters,
        ClearOutput,
        CheckCellMetadata,
        ComputeChecksums,
        SaveCells,
        ClearHiddenTests,
        ClearMarkScheme,
        ComputeChecksums,
        CheckCellMetadata,
    ]
    c.Autograde.pre_convert_hook = know_the_exercise
    c.Autograde.sanitize_preprocessors = [TakeRecord]
    c.Autograde.autograde_preprocessors = [SaveRecord, AssignLatePenalties]
    # The marking scheme stands in a cell of its own, where it stays when a student has answered.
    c.ClearMarkScheme.enforce_metadata = False
    # The student's page shows neither hidden tests nor the marking scheme, and fetches nothing.
    c.GenerateFeedback.preprocessors = [
        GetGradesSoFar,
        ClearHiddenTests,
        ClearMarkScheme,
        CSSHTMLHeaderPreprocessor,
    ]
    c.GenerateFeedback.exporter_class = FeedbackExporter
