"""The judge has limits of its own: no model holds a slot, and none costs a student points because of them."""

from __future__ import annotations

from collections.abc import Iterator

import nbformat
import pytest
import torch

from tests.tiny import make_course, notebook, source_notebook
from tlgrader.checks.finding import Fault, Outcome
from tlgrader.errors import MachineError
from tlgrader.grading.allowance import Allowance, Unbroken
from tlgrader.grading.job import Job
from tlgrader.grading.pool import Pool
from tlgrader.notebook.submission import Submission, parse_cells
from tlgrader.records.record import Record, Status
from tlgrader.sandbox.limits import MIB, Limits

pytestmark = pytest.mark.long

LIMITS = Limits(cell_s=60, notebook_s=120, judge_s=3)
HIDDEN = """
import resource, signal, time
import torch
from tlgrader.checks.finding import Finding, Outcome, Strength
from tlgrader.models.evaluate import Labelled, accuracy

PICTURES = torch.zeros(4_000, 1, 8, 8)


def labels_pictures(model):
    data = Labelled({"x": PICTURES}, torch.zeros(4_000, dtype=torch.long), {"x": PICTURES[:1]})
    return accuracy(model, data, threshold=0.0, classes_named=("a", "b"))


def is_quick(rate):
    if rate == "endless":  # as one operation of torch that does not return to Python
        signal.signal(signal.SIGPROF, signal.SIG_IGN)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 2, hard))
        while True:
            pass
    return Finding("is_quick", Outcome.passed, Strength.claimed, "", "")
"""
HEAD = "nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 2))"
ANSWERS = {
    "slow": {"build": f"model = nn.Sequential(nn.Conv2d(1, 16, 3, padding=150), {HEAD}"},
    "long": {
        "build": "model = nn.Sequential(nn.Flatten(), nn.Linear(64, 2), *[nn.Linear(2, 2) for _ in range(5_000)])"
    },
    "longer": {
        "build": "model = nn.Sequential(nn.Flatten(), nn.Linear(64, 2), *[nn.Linear(2, 2) for _ in range(15_000)])"
    },
    "endless": {"learn": "rate = 'endless'"},
    "honest": {},
}


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Record]]:
    """One grader process grades them all, one after the other, and a new one where one is used up."""
    course = make_course(tmp_path_factory.mktemp("course"))
    course.hidden_tests("tiny").write_text(HIDDEN)
    source = source_notebook()
    build = next(cell for cell in source.cells if cell.id == "check_build")
    hidden = "### BEGIN HIDDEN TESTS\nfrom grader_tests import tiny\ntiny.{}\n### END HIDDEN TESTS"
    build.source = hidden.format("labels_pictures(model)")
    learn = next(cell for cell in source.cells if cell.id == "check_learn")
    learn.source = hidden.format("is_quick(rate)")
    course.source("tiny").write_text(nbformat.writes(source))
    right = {"build": "model = nn.Sequential(nn.Flatten(), nn.Linear(64, 2))"}
    jobs = [
        Job(
            "tiny",
            Submission(name, parse_cells(nbformat.writes(notebook(**(right | answers))).encode()), name),
        )
        for name, answers in ANSWERS.items()
    ]
    with Pool(course, 1, LIMITS, sandboxed=True) as pool:
        yield {graded.record.student: graded.record for graded in pool.once(jobs)}


def test_what_the_judge_cannot_afford_goes_to_a_person_with_the_reason(records: dict[str, Record]) -> None:
    record = records["slow"]
    item = record.items()["check_build/labels_pictures"]
    assert (item.finding.outcome, item.finding.fault) == (Outcome.error, Fault.machine)
    assert "longer than its limit of 3 s: a person grades it" in item.finding.observed
    assert record.status is Status.graded
    assert record.score is None


def test_a_model_of_very_many_small_parameters_ends_at_the_same_limit(records: dict[str, Record]) -> None:
    item = records["long"].items()["check_build/labels_pictures"]
    assert item.finding.outcome is Outcome.error
    assert "longer than its limit of 3 s" in item.finding.observed


def test_one_of_even_more_is_not_described_and_the_notebook_goes_on(records: dict[str, Record]) -> None:
    items = records["longer"].items()
    assert "more than 20,000 parameters" in items["check_build/labels_pictures"].finding.observed
    assert items["check_learn/is_quick"].finding.outcome is Outcome.passed


def test_an_operation_that_does_not_end_is_ended_by_the_kernel_and_the_next_is_graded(
    records: dict[str, Record],
) -> None:
    assert records["endless"].status is Status.fault
    assert records["endless"].score is None
    (why,) = records["endless"].for_a_person()
    assert why.endswith("longer than its limit of 3 s: a person grades it")
    assert records["honest"].score == 6


def test_after_a_limit_nothing_more_is_judged() -> None:
    allowance = Allowance(Limits(judge_s=0.1))
    with pytest.raises(MachineError, match=r"longer than its limit of 0.1 s"), allowance.spending():
        _spin()
    with pytest.raises(MachineError, match=r"longer than its limit of 0.1 s"), allowance.spending():
        raise AssertionError("nothing runs here")


def test_no_except_keeps_it_going() -> None:
    with pytest.raises(MachineError), Allowance(Limits(judge_s=0.1)).spending():
        _spin_whatever_is_raised()


def test_memory_beyond_the_limit_is_said_too() -> None:
    says = r"more than its limit of 64 MiB of memory: a person grades it"
    with pytest.raises(MachineError, match=says), Allowance(Limits(judge_memory_bytes=64 * MIB)).spending():
        torch.nn.functional.pad(torch.ones(1, 1), (8_000, 8_000, 8_000, 8_000))
    with pytest.raises(MachineError, match=says), Allowance(Limits(judge_memory_bytes=64 * MIB)).spending():
        bytearray(256 * MIB)


def test_a_conversation_is_not_broken_off() -> None:
    class Slow:
        def tensor(self, digest: str) -> torch.Tensor:
            for _ in range(100):
                torch.zeros(1_000, 1_000).sum()
            self.done = True
            return torch.zeros(64 * MIB)

    slow, allowance = Slow(), Allowance(Limits(judge_s=0.001, judge_memory_bytes=MIB))
    with pytest.raises(MachineError, match="longer"), allowance.spending():
        Unbroken(slow, allowance).tensor("")  # type: ignore[arg-type]
    assert slow.done


def test_what_is_not_met_leaves_nothing_behind() -> None:
    allowance = Allowance(Limits(judge_s=5, judge_memory_bytes=64 * MIB))
    with allowance.spending():
        pass
    with pytest.raises(RuntimeError, match="its own"), allowance.spending():
        raise RuntimeError("its own")
    assert allowance.met == ""
    assert torch.zeros(256 * MIB, dtype=torch.uint8).sum() == 0


def _spin() -> None:
    while True:
        pass


def _spin_whatever_is_raised() -> None:
    try:
        _spin()
    except Exception:
        _spin()
