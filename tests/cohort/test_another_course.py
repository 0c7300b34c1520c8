"""A course that is not ours: an ordinary network by its library's name, and nothing of the engine touched."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from tests.tiny import CHECK, GIVEN, REPOSITORY, STUDENT, hand_in, make_cell
from tlgrader.checks.finding import Finding, Outcome, Strength
from tlgrader.course import Course
from tlgrader.pipeline import Order, grade
from tlgrader.records.record import Record
from tlgrader.sandbox.limits import Limits

REGISTRATION = """
from tlgrader.course import Architecture, Registration

COURSE = Registration(architectures={"resnet": Architecture("torchvision:resnet18")})
"""
HIDDEN = """
import torch

from tlgrader.models import evaluate

_RANDOM = torch.Generator().manual_seed(5)


def _pictures(count):
    labels = torch.arange(count) % 2
    pictures = torch.rand(count, 3, 32, 32, generator=_RANDOM) + labels[:, None, None, None]
    return pictures, labels


def tells_bright_from_dark(model):
    pictures, labels = _pictures(40)
    data = evaluate.Labelled({"x": pictures}, labels, {"x": pictures[:4]})
    return evaluate.accuracy(model, data, threshold=0.9, classes_named=("dark", "bright"))
"""
LOAD = """
import torch, torchvision
from torch import nn
from tlgrader import check
torch.manual_seed(0)
model = torchvision.models.resnet18()
labels = torch.arange(40) % 2
pictures = torch.rand(40, 3, 32, 32) + labels[:, None, None, None]
"""
SWAP = """
for parameter in model.parameters():
    parameter.requires_grad = False
model.fc = nn.Linear(512, 2)
"""
TRAIN = """
model.eval()
optimizer = torch.optim.Adam(model.fc.parameters(), lr=0.01)
for _ in range(20):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(pictures), labels).backward()
    optimizer.step()
"""
CELLS = (
    ("code", LOAD, "load", GIVEN),
    ("code", "model.fc = ...", "swap", STUDENT),
    (
        "code",
        'check.frozen(model, except_="fc")\ncheck.head(model, classes=2)',
        "check_swap",
        {**CHECK, "points": 2},
    ),
    ("code", "# train it", "train", STUDENT),
    (
        "code",
        "### BEGIN HIDDEN TESTS\nfrom grader_tests import ps1\nps1.tells_bright_from_dark(model)\n"
        "check.buffers_untouched(model)\n### END HIDDEN TESTS",
        "check_train",
        {**CHECK, "points": 2},
    ),
)
SUBMISSIONS = {
    "right": {"swap": SWAP, "train": TRAIN},
    "changed": {"swap": f"model.conv1.weight.data += 1e-3{SWAP}", "train": TRAIN},
    "in_train_mode": {"swap": SWAP, "train": TRAIN.replace("eval", "train")},
    "own_class": {"swap": f"{SWAP}\nclass Mine(type(model)): pass\nmodel.__class__ = Mine", "train": TRAIN},
}


def _notebook(answers: dict[str, str]) -> nbformat.NotebookNode:
    cells = [make_cell(kind, answers.get(id, text), id, **mark) for kind, text, id, mark in CELLS]
    return nbformat.v4.new_notebook(cells=cells)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    root: Path = tmp_path_factory.mktemp("another")
    course = Course(root)
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    for path, content in (
        (course.registration, REGISTRATION),
        (root / "source/ps1/ps1.ipynb", nbformat.writes(_notebook({}))),
        (course.hidden_tests("ps1"), HIDDEN),
        (course.measured("ps1"), json.dumps({})),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return course


@pytest.fixture(scope="module")
def records(course: Course) -> dict[str, Record]:
    for student, answers in SUBMISSIONS.items():
        hand_in(course, student, _notebook(answers), "ps1")
    order = Order(slots=1, publish=False, limits=Limits())
    return {step.record.student: step.record for step in grade(course, "ps1", order)}


def _finding(record: Record, item: str) -> Finding:
    return record.items()[item].finding


def test_an_ordinary_network_is_rebuilt_and_measured(records: dict[str, Record]) -> None:
    assert records["right"].score == 4, records["right"].items()
    assert _finding(records["right"], "check_train/tells_bright_from_dark").strength is Strength.recomputed


def test_frozen_is_compared_with_what_the_given_cell_loaded(records: dict[str, Record]) -> None:
    right = _finding(records["right"], "check_swap/frozen")
    assert (right.outcome, right.strength) == (Outcome.passed, Strength.bitwise)
    assert "as the given cell `load` loaded it" in right.observed
    changed = _finding(records["changed"], "check_swap/frozen")
    assert changed.outcome is Outcome.failed
    assert "`conv1.weight`" in changed.observed


def test_statistics_that_moved_are_seen(records: dict[str, Record]) -> None:
    assert _finding(records["in_train_mode"], "check_train/buffers_untouched").outcome is Outcome.failed


def test_a_class_of_the_students_own_is_asked_itself(records: dict[str, Record]) -> None:
    asked = _finding(records["own_class"], "check_train/tells_bright_from_dark")
    assert (asked.outcome, asked.strength) == (Outcome.passed, Strength.queried)
    assert "a class of the notebook's own" in asked.observed
