"""The tiny course with a training in it, and a student's machine on which it runs."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import nbformat
import torch
from nbformat import NotebookNode

from tests.tiny import CHECK, GIVEN, HIDDEN, STUDENT, make_cell, make_course, source_notebook
from tlgrader.authoring.at_home import run_at_home
from tlgrader.course.paths import Course
from tlgrader.evidence.digest import digest
from tlgrader.evidence.handed_in import FILE, read, write
from tlgrader.evidence.kinds import ModelEvidence, Value
from tlgrader.grading.pool import Pool
from tlgrader.notebook.exercise import exercise_from
from tlgrader.pipeline import Order, Step, grade_with
from tlgrader.records.record import Record, Training

MEASURED = """
import torch
from tlgrader.models import evaluate


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
SHOW = """
size = sum(parameter.numel() for parameter in model.parameters())
print("parameters:", size)
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
    """The tiny course with cells that show the model, train it, hand in, and look at it, and their checks."""
    course = make_course(root)
    source = source_notebook()
    source.cells[4:4] = [
        _tagged("show", make_cell("code", SHOW, "show", **GIVEN)),
        _tagged("train", make_cell("code", "history = ...", "train", **STUDENT)),
        _tagged(
            "train", make_cell("code", "tlgrader.hand_in(model, history, optimizer)", "hand_in", **GIVEN)
        ),
        make_cell("code", "answers = ...", "look", **STUDENT),
        make_cell("code", CHECKED, "check_train", points=6, **CHECK),
    ]
    course.source("tiny").write_text(nbformat.writes(source))
    course.hidden_tests("tiny").write_text(HIDDEN + MEASURED)
    return course


def _tagged(tag: str, cell: NotebookNode) -> NotebookNode:
    cell.metadata["tags"] = [tag]
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


def train_at_home(notebook: Path) -> bytes:
    """What Jupyter hands in for a notebook, as where it knows no student's name: so that anyone may submit it."""
    result = run_at_home(notebook, "ada")
    assert result is not None
    handed_in, tensors = read(result)
    assert handed_in.student == "ada"
    content = write(msgspec.structs.replace(handed_in, student=""), tensors)
    notebook.with_name(FILE).write_bytes(content)
    return content


class Grader:
    """Grades in one slot, so that submissions could disturb each other."""

    def __init__(self, course: Course, pool: Pool) -> None:
        self._course, self._pool = course, pool

    def steps(self, training: Training, *students: str, verified: float = 0.0) -> list[Step]:
        order = Order(students=students, training=training, verified=verified, publish=False)
        return list(grade_with(self._pool, self._course, "tiny", order))

    def records(self, training: Training, *students: str, verified: float = 0.0) -> dict[str, Record]:
        steps = self.steps(training, *students, verified=verified)
        return {step.record.student: step.record for step in steps}


def with_history(result: bytes, history: list[float]) -> bytes:
    """The same result with another history."""
    handed_in, tensors = read(result)
    evidence = dict(handed_in.evidence) | {"history": Value(history)}
    return write(msgspec.structs.replace(handed_in, evidence=evidence), tensors)


def with_zeros(result: bytes) -> bytes:
    """The same result with zeros for all that the model had learned."""
    handed_in, tensors = read(result)
    model = handed_in.evidence["model"]
    assert isinstance(model, ModelEvidence)
    zeros = {name: torch.zeros_like(tensor) for name, tensor in tensors.items()}
    parameters = tuple(
        msgspec.structs.replace(info, digest=digest(zeros[info.digest])) for info in model.parameters
    )
    evidence = dict(handed_in.evidence) | {"model": msgspec.structs.replace(model, parameters=parameters)}
    changed = msgspec.structs.replace(handed_in, evidence=evidence)
    return write(changed, {digest(tensor): tensor for tensor in zeros.values()})
