"""A cohort on a machine whose GPU stands in: who takes it, who does not, and what its lack costs nobody.

Slots, walls and notebooks are real. The driver is a stand-in, and of CUDA there is only what the environment says.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import nbformat
import pytest
from typer.testing import CliRunner

from tests.stand_in import pynvml
from tests.trained import ANSWERS, LOOK, TRAIN, make_trained_course, submit, train_at_home
from tlgrader.cli.app import app
from tlgrader.course.paths import Course
from tlgrader.grading.grader import Grader
from tlgrader.grading.job import Graded, Job
from tlgrader.grading.pool import Pool
from tlgrader.grading.process import outcome_of
from tlgrader.notebook.submission import read_submission
from tlgrader.pipeline import Order, Step, grade_with
from tlgrader.records.record import Record, Status, Training
from tlgrader.sandbox import gpu
from tlgrader.sandbox.gpu import allocations, present
from tlgrader.sandbox.limits import GIB, Limits

L4 = "GPU-0a1b2c3d-0000"
SAY = "\nimport os\nprint('on', os.environ['CUDA_VISIBLE_DEVICES'] or 'a CPU')"
FOR_HOURS_ON_A_CPU = TRAIN + "\nimport os\nwhile not os.environ.get('CUDA_VISIBLE_DEVICES', 'home'): pass"
LIMITS = Limits(cell_s=60, notebook_s=120, memory_bytes=GIB)


@pytest.fixture(scope="module", autouse=True)
def _driver() -> Iterator[None]:
    """The stand-in, here and in the grader processes, which find modules where this one does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(pynvml.__file__).parent))
        patch.setattr(gpu, "pynvml", pynvml)
        patch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        yield


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_trained_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def pool(course: Course) -> Iterator[Pool]:
    """A slot on a CPU and one on the GPU."""
    with Pool(course, 1, LIMITS, sandboxed=True, gpus=allocations("0", present(), 1)) as pool:
        yield pool


def _grade(pool: Pool, course: Course, student: str, order: Order | None = None) -> Record:
    order = order or Order()
    order = Order(students=(student,), publish=False, training=order.training, verified=order.verified)
    (step,) = grade_with(pool, course, "tiny", order)
    return step.record


def _said(course: Course, student: str) -> str:
    notebook = nbformat.read(course.graded_notebook("tiny", student), as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "".join(output.get("text", "") for output in outputs)


@pytest.mark.long
def test_a_training_that_a_cpu_does_not_finish_takes_a_gpu(course: Course, pool: Pool) -> None:
    submit(course, "patient", None, train=FOR_HOURS_ON_A_CPU, look=LOOK + SAY)
    assert _grade(pool, course, "patient").score == 12
    assert f"on {L4}" in _said(course, "patient")


@pytest.mark.parametrize(
    ("student", "train", "points"),
    [("quick", TRAIN, 12), ("untouched", "history = ...", 6), ("broken", "raise ValueError('no')", 6)],
)
def test_what_ends_on_a_cpu_takes_no_gpu(
    course: Course, pool: Pool, student: str, train: str, points: int
) -> None:
    submit(course, student, None, train=train, look=(LOOK if student == "quick" else "") + SAY)
    assert _grade(pool, course, student).score == points
    assert "on a CPU" in _said(course, student)


@pytest.mark.parametrize("call", ["torch.ones(1).cuda()", "nn.Linear(4, 2).to('cuda')"])
def test_a_gpu_that_a_cell_asks_for_in_vain_is_the_machines_fault(
    course: Course, pool: Pool, call: str
) -> None:
    submit(course, "explicit", None, build=ANSWERS["build"] + f"\n{call}")
    record = _grade(pool, course, "explicit")
    assert (record.status, record.score) == (Status.fault, None)
    assert "a cell asks for a GPU, and there is none for it here" in record.for_a_person()[0]


def test_a_training_that_was_taken_needs_no_gpu_unless_it_is_verified(
    course: Course, pool: Pool, tmp_path: Path
) -> None:
    home = make_trained_course(tmp_path)
    answers = {"train": FOR_HOURS_ON_A_CPU, "look": LOOK + SAY}
    result = train_at_home(submit(home, "ada", None, **answers))
    submit(course, "ada", result, **answers)
    assert _grade(pool, course, "ada", Order(training=Training.auto)).handed_in
    assert "on a CPU" in _said(course, "ada")
    record = _grade(pool, course, "ada", Order(training=Training.auto, verified=1.0))
    assert record.verified is not None
    assert record.verified.doubt == ""
    assert f"on {L4}" in _said(course, "ada")


def test_a_gpu_that_other_programs_fill_costs_no_points(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the grader process does before it grades, here without one."""
    monkeypatch.setenv("TLGRADER_STAND_IN_FREE", str(GIB))
    submission = read_submission(submit(course, "unlucky", None), "unlucky")
    answer = outcome_of(cast(Grader, None), Job("tiny", submission), allocations("0", present(), 1)[0])
    assert isinstance(answer, Graded)
    assert answer.record.status is Status.fault
    assert "other programs hold the rest" in answer.record.for_a_person()[0]


def _run(course: Course, *arguments: str) -> str:
    words = ["grade", "tiny", "--course", str(course.root), "--no-gradebook", *arguments]
    result = CliRunner().invoke(app, words, env={"COLUMNS": "200"})
    return f"{result.exit_code} {result.output} {result.exception}"


def test_the_command_asks_for_shares_and_says_what_it_cannot_have(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(course, "patient", None, train=FOR_HOURS_ON_A_CPU)
    orders: list[Order] = []

    def grade(_course: Course, _exercise: str, order: Order) -> Iterator[Step]:
        orders.append(order)
        yield from ()

    monkeypatch.setattr("tlgrader.pipeline.grade", grade)
    assert _run(course, "--gpus", "0,1", "--gpu-slots", "2").startswith("0 ")
    assert [allocation.gpu.name for allocation in orders[0].gpus] == [
        "NVIDIA L4",
        "NVIDIA A100 MIG 1g.10gb",
    ] * 2
    assert "no GPU is `9`: 0 is NVIDIA L4" in _run(course, "--gpus", "9")
    monkeypatch.setenv("TLGRADER_STAND_IN_ERROR", str(pynvml.NVML_ERROR_DRIVER_NOT_LOADED))
    assert "there is no GPU here, or its driver does not answer" in _run(course, "--gpus", "all")


def test_an_exercise_without_training_cells_has_nothing_for_a_gpu(tmp_path: Path) -> None:
    course = make_trained_course(tmp_path)
    source = nbformat.read(course.source("tiny"), as_version=4)
    for cell in source.cells:
        cell.metadata.pop("tags", None)
    course.source("tiny").write_text(nbformat.writes(source))
    submit(course, "ada", None)
    assert "no cell of tiny is tagged `train`" in _run(course, "--gpus", "all")
