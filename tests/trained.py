"""The tiny course with a training in it, and a student's machine on which it runs."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tests.tiny import CHECK, GIVEN, HIDDEN, STUDENT, make_cell, make_course, source_notebook
from tlgrader.course.exercise import exercise_from
from tlgrader.course.paths import Course
from tlgrader.evidence.handed_in import FILE

MEASURED = """
import torch
from tlgrader.judge import evaluate


def _data(seed):
    inputs = torch.randn(200, 4, generator=torch.Generator().manual_seed(seed))
    return inputs, (inputs[:, 0] > 0).long()


def learns_the_sign(model):
    inputs, labels = _data(1)
    data = evaluate.Labelled({"x": inputs}, labels, {"x": _data(2)[0][:8]})
    return evaluate.accuracy(model, data, threshold=0.9, classes_named=("negative", "positive"))
"""
TRAIN = """
inputs = torch.randn(200, 4)
labels = (inputs[:, 0] > 0).long()
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
history = []
for epoch in range(60):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(inputs), labels)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
"""
LOOK = """
falls = history[-1] < history[0]
answers = model(torch.tensor([[3.0, 0, 0, 0], [-3, 0, 0, 0]])).argmax(1).tolist()
"""
CHECKED = """
check.optimizer(optimizer, model)
check.history(history, epochs=60)
assert answers == [1, 0]
### BEGIN HIDDEN TESTS
from grader_tests import tiny
tiny.learns_the_sign(model)
### END HIDDEN TESTS
"""
ANSWERS = {
    "build": "model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))",
    "train": TRAIN,
    "look": LOOK,
    "learn": "rate = 0.1",
}


def make_trained_course(root: Path) -> Course:
    """The tiny course with a cell that trains, one that hands in, one that looks, and their checks."""
    course = make_course(root)
    source = source_notebook()
    source.cells[4:4] = [
        _training(make_cell("code", "history = ...", "train", **STUDENT)),
        _training(make_cell("code", "tlgrader.hand_in(model, history, optimizer)", "hand_in", **GIVEN)),
        make_cell("code", "answers = ...", "look", **STUDENT),
        make_cell("code", CHECKED, "check_train", points=6, **CHECK),
    ]
    course.source("tiny").write_text(nbformat.writes(source))
    course.hidden_tests("tiny").write_text(HIDDEN + MEASURED)
    return course


def _training(cell: NotebookNode) -> NotebookNode:
    cell.metadata["tags"] = ["train"]
    return cell


def submit(course: Course, student: str, result: bytes | None, **answers: str) -> Path:
    """Lay a notebook into ``submitted/``, right but for `answers`, with the `result` that it hands in."""
    notebook = nbformat.read(course.source("tiny"), as_version=4)
    released = {cell.id: cell.released for cell in exercise_from(notebook, "tiny").cells}
    for cell in notebook.cells:
        cell.source = (released | ANSWERS | answers)[cell.id]
    path = course.submitted("tiny", student)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook))
    if result is not None:
        path.with_name(FILE).write_bytes(result)
    return path
