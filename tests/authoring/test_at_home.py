"""A student's machine imitated: what lies beside the instructor's notebook lies beside the student's, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trained import ANSWERS, TRAIN, make_trained_course
from tlgrader.authoring.at_home import trained_at_home
from tlgrader.evidence.handed_in import FILE
from tlgrader.notebook.corpus import Sample
from tlgrader.notebook.exercise import read_exercise

pytestmark = pytest.mark.long

READS = "import helpers\nfrom pathlib import Path\nepochs = int(Path('data/epochs.txt').read_text())\n"


def test_a_training_may_use_the_files_beside_the_notebook(tmp_path: Path) -> None:
    course = make_trained_course(tmp_path)
    beside = course.source("tiny").parent
    (beside / "helpers.py").write_text("LEARNING_RATE = 0.05\n")
    (beside / "data").mkdir()
    (beside / "data" / "epochs.txt").write_text("60")
    train = READS + TRAIN.replace("0.05", "helpers.LEARNING_RATE").replace("range(60)", "range(epochs)")
    sample = Sample("reads", "A student who uses what lies beside.", {**ANSWERS, "train": train}, {})
    submission = trained_at_home(course, read_exercise(course.source("tiny")), sample, sample, "ada")
    assert FILE in submission.files
