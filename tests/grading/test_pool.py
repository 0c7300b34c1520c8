"""A judge that dies takes one submission with it, and says so; the cohort ends."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.tiny import hand_in, make_course, notebook
from tlgrader.checks.finding import Outcome
from tlgrader.errors import MachineError
from tlgrader.pipeline import Order, grade
from tlgrader.records.record import Status


def _kill_the_judge_once(stop: threading.Event) -> None:
    """Kill the first grader process as soon as it has a sandbox, and so a job."""
    while not stop.wait(0.05):
        for child in psutil.Process().children():
            # What tries the wall is a bwrap with a bwrap below, and soon gone.
            with suppress(psutil.NoSuchProcess):
                if "bwrap" not in child.name() and any("bwrap" in below.name() for below in child.children()):
                    child.kill()
                    return


def test_a_killed_judge_costs_no_student_points_and_the_next_one_is_graded(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    hand_in(course, "first", notebook())
    hand_in(course, "second", notebook())
    stop = threading.Event()
    killer = threading.Thread(target=_kill_the_judge_once, args=(stop,))
    killer.start()
    try:
        records = {step.record.student: step.record for step in grade(course, "tiny", Order(publish=False))}
    finally:
        stop.set()
        killer.join()
    assert records["first"].status is Status.fault
    assert records["first"].score is None
    assert "judge's process ended unexpectedly" in records["first"].for_a_person()[0]
    assert records["second"].score == 6
    (again,) = grade(course, "tiny", Order(students=("first",), publish=False))
    assert again.record.score == 6  # a fault is graded again, without being asked


def test_no_data_is_said_before_anything_is_graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = make_course(tmp_path)
    hand_in(course, "ada", notebook())
    course.registration.write_text(
        "from tlgrader.course import Registration\nCOURSE = Registration(install=lambda *, hidden: iter(()))\n"
    )
    monkeypatch.setenv("TLGRADER_DATA", str(tmp_path / "nothing"))
    with pytest.raises(MachineError, match="run `tlgrader setup --grader`"):
        list(grade(course, "tiny", Order(publish=False)))


def test_without_a_wall_every_record_says_so(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    hand_in(course, "ada", notebook())
    (step,) = grade(course, "tiny", Order(publish=False, sandboxed=False))
    assert step.record.wall == "none"
    assert step.record.for_a_person() == ("this was graded without a sandbox",)
    assert all(item.finding.outcome is Outcome.passed for item in step.record.items().values())
