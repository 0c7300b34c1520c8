"""A notebook of the kind that courses have today becomes an exercise; `docs/authoring.md` says what it needed."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from tests.tiny import CHECK, GIVEN, REPOSITORY, STUDENT, make_cell
from tlgrader.authoring.release import release
from tlgrader.checks.finding import Outcome, Strength
from tlgrader.course.paths import Course
from tlgrader.pipeline import Order, grade
from tlgrader.records.record import Record

HERE = Path(__file__).parent / "course"
IMPORTS = """\
import logging

import lightning as L
import torch
from helpers import LitClassifier, load_model, make_loaders
from torch import nn

import tlgrader
from tlgrader import check

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
tlgrader.seed()
train_loader, val_loader = make_loaders()"""
HIDDEN = """\
### BEGIN HIDDEN TESTS
from grader_tests import lightning_b0
lightning_b0.tells_dark_from_bright(lit.model)
### END HIDDEN TESTS"""
FIT = """\
lit = LitClassifier(model, learning_rate=learning_rate)
trainer = L.Trainer(
    max_epochs=2, accelerator="auto", logger=False, enable_checkpointing=False,
    enable_progress_bar=False, enable_model_summary=False,
)
trainer.fit(lit, train_loader)"""
SOLVED = {
    "freeze": 'model = load_model("efficientnet_b0")\nmodel.features.requires_grad_(False)',
    "swap_head": "model.classifier[1] = nn.Linear(1280, 2)",
    "rate": "learning_rate = 0.01",
}


def _notebook() -> NotebookNode:
    starter = 'model = load_model("efficientnet_b0")\n# Freeze `model.features` here.\n...'
    heads = "check.head(model, classes=2)\ncheck.trainable_parameters(model, count=2562)"
    fits = f"check.trained_on(lit.model)\nassert lit.learning_rate <= 0.1\n{HIDDEN}"
    cells = [
        make_cell("markdown", "# Freezing EfficientNet-B0", "title"),
        make_cell("code", IMPORTS, "imports", **GIVEN),
        make_cell("code", starter, "freeze", **STUDENT),
        make_cell("code", 'check.frozen(model, except_="classifier")', "check_freeze", points=2, **CHECK),
        make_cell("code", "model.classifier[1] = ...  # two outputs", "swap_head", **STUDENT),
        make_cell("code", heads, "check_head", points=2, **CHECK),
        make_cell("code", "learning_rate = ...", "rate", **STUDENT),
        make_cell("code", FIT, "fit", **GIVEN),
        make_cell("code", fits, "check_fit", points=4, **CHECK),
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = Course(tmp_path_factory.mktemp("conversion"))
    shutil.copy(REPOSITORY / "nbgrader_config.py", course.root)
    source = course.source("lightning_b0")
    source.parent.mkdir(parents=True)
    source.write_text(nbformat.writes(_notebook()))
    shutil.copy(HERE / "helpers.py", source.parent)
    for path in (course.hidden_tests("lightning_b0"), course.reference("lightning_b0")):
        path.parent.mkdir(parents=True)
    shutil.copy(HERE / "hidden_tests.py", course.hidden_tests("lightning_b0"))
    cells = "\n".join(f"# %% {id}\n{text}" for id, text in SOLVED.items())
    course.reference("lightning_b0").write_text(f'"""The reference."""\n{cells}\n')
    return course


def _hand_in(course: Course, student: str, **answers: str) -> None:
    notebook = _notebook()
    for cell in notebook.cells:
        cell.source = (SOLVED | answers).get(cell.id, cell.source)
    path = course.submitted("lightning_b0", student)
    path.parent.mkdir(parents=True)
    path.write_text(nbformat.writes(notebook))


@pytest.fixture(scope="module")
def records(course: Course) -> dict[str, Record]:
    _hand_in(course, "right")
    _hand_in(course, "wrong", freeze='model = load_model("efficientnet_b0")')
    return {step.record.student: step.record for step in grade(course, "lightning_b0", Order(publish=False))}


def test_the_converted_notebook_accepts_a_right_submission(records: dict[str, Record]) -> None:
    record = records["right"]
    assert record.score == record.points == 8, [item.finding for item in record.items().values()]


def test_a_model_that_is_no_known_backbone_is_queried_and_a_person_is_told(
    records: dict[str, Record],
) -> None:
    finding = records["right"].items()["check_fit/tells_dark_from_bright"].finding
    assert finding.strength is Strength.queried
    assert finding.measured["accuracy"] >= 0.7


def test_the_helpers_file_of_the_source_is_the_one_that_runs(records: dict[str, Record]) -> None:
    assert all(cell.status == "ok" for cell in records["right"].cells)


def test_a_forgotten_freeze_fails_with_the_number_of_tensors(records: dict[str, Record]) -> None:
    finding = records["wrong"].items()["check_freeze/frozen"].finding
    assert finding.outcome is Outcome.failed
    assert "trainable" in finding.observed


def test_the_release_holds_helpers_and_nothing_hidden(course: Course) -> None:
    path = release(course, "lightning_b0")
    assert (path.parent / "helpers.py").is_file()
    assert "grader_tests" not in path.read_text()
