"""What an exercise needs, and the folder of data beside its notebook, wherever its notebooks run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nbformat
import pytest

from tests.tiny import hand_in, make_course, notebook
from tlgrader.checks.finding import Outcome
from tlgrader.course import Course, Needs, Registration, read_registration
from tlgrader.errors import AuthorError, MachineError
from tlgrader.grading.job import Job
from tlgrader.grading.pool import Pool
from tlgrader.notebook.submission import read_submission
from tlgrader.pipeline import Order, grade
from tlgrader.records.record import Record
from tlgrader.sandbox.limits import GIB, MIB, Limits, limits_in_words
from tlgrader.selfcheck import selfcheck

READS = """
from pathlib import Path
rate = 0.1 * (Path("data/words/a.txt").read_text() == "the author's")
rate *= Path("start.safetensors").read_bytes() == b"where students begin"
"""
WRITES = """
from pathlib import Path
try:
    Path("data/words/new.txt").write_text("")
    rate = 0
except OSError:
    rate = 0.1
"""
GREEDY = f"rate = 0.1; greedy = bytearray({600 * MIB})"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    (tmp_path / "course").mkdir()
    course = make_course(tmp_path / "course")
    folder = course.source("tiny").parent
    (tmp_path / "far" / "words").mkdir(parents=True)
    (tmp_path / "far" / "words" / "a.txt").write_text("the author's")
    (folder / "data").symlink_to(tmp_path / "far")
    (folder / "start.safetensors").write_bytes(b"where students begin")
    course.registration.write_text(
        "from tlgrader.course import Needs, Registration\n"
        f"COURSE = Registration(exercises={{'tiny': Needs(memory_bytes={300 * MIB}, preload=('json.tool',))}})\n"
    )
    return course


def _observed(record: Record) -> str:
    return record.items()["check_learn/assert"].finding.observed


def test_a_notebook_has_its_exercises_data_and_limits(course: Course) -> None:
    hand_in(course, "reads", notebook(learn=READS))
    hand_in(course, "writes", notebook(learn=WRITES))
    hand_in(course, "greedy", notebook(learn=GREEDY))
    own = course.submitted("tiny", "reads").parent / "data" / "words" / "a.txt"
    own.parent.mkdir(parents=True)
    own.write_text("a student's")
    records = {step.record.student: step.record for step in grade(course, "tiny", Order(publish=False))}
    assert records["reads"].score == 6, _observed(records["reads"])
    assert records["writes"].score == 6, _observed(records["writes"])
    (met,) = [cell.reason for cell in records["greedy"].cells if cell.reason]
    assert "more memory than its limit of 300 MiB" in met
    assert (course.source("tiny").parent / "data/words/a.txt").read_text() == "the author's", (
        "it is still there"
    )


def test_without_a_wall_the_data_are_there_and_stay(course: Course) -> None:
    hand_in(course, "reads", notebook(learn=READS))
    (step,) = grade(course, "tiny", Order(publish=False, sandboxed=False))
    assert step.record.items()["check_learn/assert"].finding.outcome is Outcome.passed
    assert (course.source("tiny").parent / "data/words/a.txt").is_file()


def test_a_student_checks_under_the_same_limits_with_the_data_beside_the_notebook(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course.root)
    at_home = tmp_path / "home" / "tiny.ipynb"
    shutil.copytree(course.source("tiny").parent, at_home.parent)
    at_home.write_text(nbformat.writes(notebook(learn=READS, build="model = nn.Linear(4, 2)")))
    checked = selfcheck(at_home, sandboxed=True)
    (learned,) = [grade.items[0].finding for grade in checked.grades if grade.cell == "check_learn"]
    assert learned.outcome is Outcome.passed, learned.observed
    assert limits_in_words(checked.limits) == (
        "A cell may run for 120 s and all of them for 300 s, with 300 MiB of memory; a file may have 256 MiB."
    )


def test_changed_data_are_another_exercise_and_the_same_are_not(course: Course) -> None:
    before = course.exercise_digest("tiny")
    assert course.exercise_digest("tiny") == before
    word = course.source("tiny").parent / "data/words/a.txt"
    os.utime(word, (1, 1))
    touched = course.exercise_digest("tiny")
    word.rename(word.with_name("b.txt"))
    assert len({before, touched, course.exercise_digest("tiny")}) == 3


def test_what_needs_a_gpu_is_not_graded_where_there_is_none(course: Course) -> None:
    course.registration.write_text(
        "from tlgrader.course import Needs, Registration\n"
        "COURSE = Registration(exercises={'tiny': Needs(accelerator=True)})\n"
    )
    hand_in(course, "ada", notebook())
    job = Job("tiny", read_submission(course.submitted("tiny", "ada"), "ada"))
    with (
        Pool(course, 1, Limits(), sandboxed=True) as pool,
        pytest.raises(MachineError, match=r"tiny is trained on a GPU, as course\.py says: give --gpus"),
    ):
        list(pool.grade([job]))


def test_what_is_not_said_is_as_usual_and_a_long_cell_has_a_long_notebook() -> None:
    usual = Limits(cell_s=10, notebook_s=20)
    assert Needs().limits(usual) == usual
    assert Needs(cell_s=50).limits(usual) == Limits(cell_s=50, notebook_s=50)
    assert Needs(cell_s=50, notebook_s=40, file_bytes=3).limits(usual) == Limits(50, 40, file_bytes=3)


def test_a_course_prepares_what_its_exercises_preload_and_room_for_the_largest() -> None:
    registration = Registration(
        preload=("json",),
        exercises={"a": Needs(preload=("json", "csv"), memory_bytes=9 * GIB), "b": Needs(memory_bytes=MIB)},
    )
    assert registration.preparation.preload == ("json", "csv")
    assert registration.largest(Limits()).memory_bytes == 9 * GIB
    assert registration.limits("c", Limits()) == Limits()


@pytest.mark.parametrize(
    ("needs", "says"),
    [
        ("{'tiny': Needs(cell_s=0)}", r"cell_s has to be above 0, and is 0"),
        ("{'tinny': Needs(cell_s=1)}", r"what 'tinny' needs, and source/ has no exercise of that name"),
        ("{'tiny': Needs(hours=1)}", r"course\.py, line 2: TypeError.*hours"),
    ],
)
def test_needs_that_cannot_be_are_the_authors_error(tmp_path: Path, needs: str, says: str) -> None:
    course = make_course(tmp_path)
    course.registration.write_text(
        f"from tlgrader.course import Needs, Registration\nCOURSE = Registration(exercises={needs})\n"
    )
    with pytest.raises(AuthorError, match=says):
        read_registration(course)
