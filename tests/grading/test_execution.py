"""When a notebook that is tried on a CPU is handed on to a GPU, told of a worker that only says how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import nbformat
import pytest
import torch

from tests.trained import make_trained_course
from tlgrader.course.paths import Course
from tlgrader.evidence.device import Device
from tlgrader.evidence.kinds import Evidence, Missing, Step
from tlgrader.grading.execution import PROBE_S, Executed, Execution
from tlgrader.grading.grader import grade_cells_of
from tlgrader.grading.job import NeedsGpu
from tlgrader.judging.evaluation import Evaluator
from tlgrader.notebook.exercise import read_exercise
from tlgrader.sandbox.handle import CellResult, CellStatus
from tlgrader.sandbox.limits import Limits


class _Kernel:
    """Its cells end as `ending`, those that train after `seconds`."""

    def __init__(self, ending: CellStatus, seconds: float) -> None:
        self._ending, self._seconds = ending, seconds
        self.limits: list[float] = []

    def run(self, source: str, *, timeout_s: float) -> CellResult:
        self.limits.append(timeout_s)
        return CellResult(self._ending, [], "", min(self._seconds, timeout_s))

    def observe(self, names: Sequence[str]) -> dict[str, Evidence]:
        return {name: Missing("nobody made it") for name in names}

    def device(self) -> Device | None:
        return None

    def tensor(self, digest: str) -> torch.Tensor:
        raise KeyError(digest)

    def logits(self, model: int | str, inputs: object) -> torch.Tensor:
        raise KeyError(model)

    def call(self, handle: int, arguments: Sequence[object]) -> Evidence:
        return Missing("nobody made it")

    def step(self, model: int, optimizer: int | None, inputs: object, seed: int) -> Step:
        raise KeyError(model)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_trained_course(tmp_path_factory.mktemp("course"))


def _execute(course: Course, kernel: _Kernel, *, cpu_probe: bool = True) -> Executed | None:
    """What a probe, or an execution, comes to; None where it needs a GPU."""
    exercise = read_exercise(course.source("tiny"))
    evaluator = Evaluator(Path("none.py"))
    execution = Execution(kernel, evaluator, grade_cells_of(exercise), Limits(), cpu_probe=cpu_probe)
    outcome = execution.through(exercise.cells)
    assert isinstance(outcome, Executed | NeedsGpu)
    return outcome if isinstance(outcome, Executed) else None


def test_a_training_that_takes_long_wants_a_gpu(course: Course) -> None:
    kernel = _Kernel(CellStatus.limit, seconds=60)
    assert _execute(course, kernel) is None
    assert kernel.limits[-1] == PROBE_S
    assert kernel.limits[0] == Limits().cell_s, "only cells that train are probed"


@pytest.mark.parametrize("ending", [CellStatus.ok, CellStatus.error, CellStatus.dead])
def test_what_ends_at_once_is_graded_to_the_end(course: Course, ending: CellStatus) -> None:
    executed = _execute(course, _Kernel(ending, seconds=1))
    assert executed is not None
    assert [grade.cell for grade in executed.grades] == ["check_build", "check_train", "check_learn"]


def test_on_a_gpu_a_training_has_all_its_time(course: Course) -> None:
    kernel = _Kernel(CellStatus.ok, seconds=10)
    _execute(course, kernel, cpu_probe=False)
    assert set(kernel.limits) == {Limits().cell_s}


def test_where_a_check_asks_for_the_accelerator_every_training_that_works_wants_it(tmp_path: Path) -> None:
    course = make_trained_course(tmp_path)
    source = nbformat.read(course.source("tiny"), as_version=4)
    for cell in source.cells:
        cell.source = cell.source.replace("check.history(", "check.trained_on(model)\ncheck.history(")
    course.source("tiny").write_text(nbformat.writes(source))
    assert _execute(course, _Kernel(CellStatus.ok, seconds=1)) is None
    assert _execute(course, _Kernel(CellStatus.error, seconds=1)) is not None, "a broken one takes none"
