"""What only a machine with a GPU can show. Run there with ``pytest -m gpu``; it needs no network.

Everything that a GPU changes in grading is here: what is observed on one, the wall that shows it, its memory, its
share, its faults, a cohort that trains on it, and whether figures calibrated on a CPU hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

import tlgrader
from tests.sandbox.cells import printed, run
from tests.trained import ANSWERS, LOOK, TRAIN, make_trained_course, submit
from tlgrader import checks
from tlgrader.checks.finding import Outcome
from tlgrader.course.paths import Course
from tlgrader.data_home import data_home
from tlgrader.errors import MachineError
from tlgrader.evidence.kinds import ModelEvidence
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.observe import Observer
from tlgrader.grading.greyzone import grey_zones
from tlgrader.grading.job import Job
from tlgrader.grading.pool import Pool
from tlgrader.models.parity import PARITY_ON_ACCELERATOR
from tlgrader.notebook.corpus import as_submission, read_corpus
from tlgrader.notebook.exercise import read_exercise
from tlgrader.pipeline import Order, grade_with
from tlgrader.rebuilding.rebuild import rebuild
from tlgrader.records.record import Record
from tlgrader.sandbox.gpu import Gpu, GpuAllocation, allocations, present
from tlgrader.sandbox.handle import Worker
from tlgrader.sandbox.limits import Limits
from tlgrader.sandbox.slot import Slot
from tlgrader.sandbox.wall import find

GPUS = present()
pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not GPUS, reason="no GPU on this machine")]
ON_GPU = "model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)).to(tlgrader.device())"
# A training that a CPU does not finish while it is tried, and that a GPU does not mind.
TRAIN_ON_GPU = TRAIN.replace(
    "inputs = torch.randn(200, 4)",
    "import time\ninputs = torch.randn(200, 4)\nif not torch.cuda.is_available(): time.sleep(60)",
).replace(
    "labels = (inputs[:, 0] > 0).long()",
    "labels = (inputs[:, 0] > 0).long().to(tlgrader.device())\ninputs = inputs.to(tlgrader.device())",
)
LOOK_ON_GPU = LOOK.replace("[-3, 0, 0, 0]])", "[-3, 0, 0, 0]]).to(tlgrader.device())")


@pytest.fixture
def model() -> torch.nn.Module:
    tlgrader.seed()
    return tlgrader.load_backbone("efficientnet_lite0", classes=5, device=tlgrader.device())


def _observed(model: torch.nn.Module) -> Observation:
    observer = Observer()
    return Observation("model", observer.observe(model), observer)


def test_a_model_on_the_accelerator_counts_as_trained_there(model: torch.nn.Module) -> None:
    assert checks.trained_on(_observed(model)).outcome is Outcome.passed


def test_a_model_left_on_the_cpu_does_not(model: torch.nn.Module) -> None:
    assert checks.trained_on(_observed(model.cpu())).outcome is Outcome.failed


def test_evidence_of_a_model_on_the_accelerator_is_rebuilt_on_the_cpu(model: torch.nn.Module) -> None:
    observation = _observed(model)
    assert isinstance(observation.evidence, ModelEvidence)
    assert {p.device.split(":")[0] for p in observation.evidence.parameters} == {"cuda"}
    images = torch.randn(4, 3, 96, 96)
    theirs = observation.source.logits(observation.evidence.handle, {"x": images})
    assert torch.allclose(rebuild(observation)(images), theirs.cpu(), atol=PARITY_ON_ACCELERATOR)


@pytest.fixture(scope="module")
def slots() -> Iterator[list[Slot]]:
    """Two slots, each with a quarter of the first GPU."""
    first, second = allocations("0", GPUS, 4)[:2]
    wall = find(data_home().public)
    with Slot(wall, Limits(), first) as one, Slot(wall, Limits(), second) as two:
        yield [one, two]


@pytest.fixture
def worker(slots: list[Slot]) -> Iterator[Worker]:
    with slots[0].worker(seed=1) as worker:
        run(worker, "import torch")
        yield worker


def test_a_worker_behind_the_wall_computes_on_its_gpu_and_sees_no_other(worker: Worker) -> None:
    assert printed(worker, "print(torch.cuda.device_count(), torch.cuda.get_device_name(0))") == (
        f"1 {GPUS[0].name}\n"
    )
    assert (
        printed(worker, "print((torch.ones(3, 3).cuda() @ torch.ones(3, 3).cuda()).sum().item())") == "27.0\n"
    )


def test_one_worker_after_another_and_side_by_side_compute(slots: list[Slot]) -> None:
    source = "import torch\nprint(torch.arange(4).cuda().sum().item())"
    with slots[0].worker(seed=1) as one, slots[1].worker(seed=1) as two:
        assert [printed(one, source), printed(two, source)] == ["6\n", "6\n"]
    with slots[0].worker(seed=2) as next_one:
        assert printed(next_one, source) == "6\n"


def test_mixed_precision_and_data_loaders_work_inside(worker: Worker) -> None:
    source = """
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.randn(64, 8)), batch_size=16, num_workers=2, pin_memory=True)
net = torch.nn.Linear(8, 2).cuda()
with torch.autocast("cuda", dtype=torch.bfloat16):
    print(sum(net(x.cuda(non_blocking=True)).shape[0] for (x,) in loader))
"""
    assert printed(worker, source) == "64\n"


def test_more_memory_than_the_share_is_the_students_limit_and_the_notebook_goes_on(
    worker: Worker, slots: list[Slot]
) -> None:
    allocation = slots[0].allocation
    assert allocation is not None
    result = run(
        worker, f"held = torch.empty({allocation.memory_bytes + 2**28}, dtype=torch.uint8, device='cuda')"
    )
    assert result.status == "limit"
    assert "of the GPU's memory" in result.reason
    assert printed(worker, "print(torch.ones(2).cuda().sum().item())") == "2.0\n"


def test_what_was_used_is_reported(worker: Worker, slots: list[Slot]) -> None:
    assert worker.device() is None, "the GPU is not touched before the notebook does"
    run(worker, "held = torch.zeros(2**26, device='cuda')")
    device = worker.device()
    allocation = slots[0].allocation
    assert device is not None
    assert allocation is not None
    assert device.name == GPUS[0].name
    assert device.peak_bytes >= 2**28
    assert abs(device.memory_bytes - allocation.memory_bytes) < 2**28
    assert "float32 products" in device.numerics


def test_memory_that_another_slot_took_is_the_machines_fault(slots: list[Slot]) -> None:
    """The second slot's share is given away: a slot that believes it has all of the GPU finds it taken."""
    greedy = Slot(find(), Limits(), GpuAllocation(GPUS[0], 1))
    allocation = slots[1].allocation
    assert allocation is not None
    with slots[1].worker(seed=1) as other, greedy, greedy.worker(seed=1) as worker:
        run(
            other,
            f"import torch\nheld = torch.empty({allocation.memory_bytes * 9 // 10}, dtype=torch.uint8, device='cuda')",
        )
        all_of_it = GpuAllocation(GPUS[0], 1).memory_bytes - 2**28
        with pytest.raises(MachineError, match="other programs hold the GPU's memory"):
            run(worker, f"import torch\ntorch.empty({all_of_it}, dtype=torch.uint8, device='cuda')")


def test_a_gpu_that_is_gone_is_said(tmp_path: Path) -> None:
    lost = GpuAllocation(Gpu("GPU-00000000-0000-0000-0000-000000000000", "a lost GPU", 2**34, ()))
    course = make_trained_course(tmp_path)
    submit(course, "ada", None, build=ON_GPU, train=TRAIN_ON_GPU, look=LOOK_ON_GPU)
    with Pool(course, 1, Limits(), sandboxed=True, gpus=(lost,)) as pool:
        (step,) = grade_with(pool, course, "tiny", Order(students=("ada",), publish=False))
    assert "the GPU's driver fails" in step.record.reason


def test_a_cohort_trains_on_the_gpu_and_its_records_say_so(tmp_path: Path) -> None:
    course = make_trained_course(tmp_path)
    for student in ("ada", "bob", "eve"):
        submit(course, student, None, build=ON_GPU, train=TRAIN_ON_GPU, look=LOOK_ON_GPU)
    submit(course, "untouched", None, build=ANSWERS["build"], train="history = ...", look="answers = ...")
    with Pool(course, 2, Limits(), sandboxed=True, gpus=allocations("0", GPUS, 2)) as pool:
        steps = list(grade_with(pool, course, "tiny", Order(publish=False)))
    records = {step.record.student: step.record for step in steps}
    assert [records[student].score for student in ("ada", "bob", "eve", "untouched")] == [12, 12, 12, 6]
    device = records["ada"].device
    assert device is not None
    assert device.name == GPUS[0].name
    assert records["ada"].seconds["device"] > 0
    assert records["untouched"].device is None
    items = records["ada"].items()
    assert items["check_train/learns_the_sign"].finding.strength == "recomputed"


@pytest.fixture(scope="module")
def lora() -> list[Record]:
    """The reference and the weak baselines of `lora`, trained on the GPU."""
    course = Course.find(Path(__file__).parent.parent)
    exercise, corpus = read_exercise(course.source("lora")), read_corpus(course, "lora")
    reference = corpus[0]
    wanted = [sample for sample in corpus if sample.kind == "baseline"]
    jobs = [
        Job("lora", as_submission(exercise, sample, reference), attempt)
        for sample in (reference, *wanted)
        for attempt in range(3)
    ]
    with Pool(course, 4, Limits(), sandboxed=True, gpus=allocations("0", GPUS, 4)) as pool:
        return [graded.record for graded in pool.once(jobs)]


def test_a_threshold_calibrated_on_a_cpu_separates_what_a_gpu_trains(lora: list[Record]) -> None:
    course = Course.find(Path(__file__).parent.parent)
    zone = grey_zones(course, "lora")["accuracy"]
    reached: dict[str, list[float]] = {record.student: [] for record in lora}
    for record in lora:
        finding = record.items()["check_train_adapter/beats_the_threshold"].finding
        reached[record.student].append(finding.measured["accuracy"])
    right = reached.pop(next(name for name in reached if "baseline" not in name))
    assert sum(right) / len(right) >= zone.threshold
    assert all(sum(weak) / len(weak) < zone.threshold for weak in reached.values())
