"""What a student installs: `pip install tlgrader`, without nbgrader and what else graders need."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tiny import REPOSITORY
from tlcourse import COURSE
from tlgrader.course import registration_here
from tlgrader.course.paths import Course
from tlgrader.evidence.handed_in import FILE
from tlgrader.notebook.corpus import as_notebook, read_corpus
from tlgrader.notebook.exercise import read_exercise

# `make test-oldest` builds it: what `pip install tlgrader[course]` installs, and nothing else.
INSTALLED = REPOSITORY / ".venv-student/bin"
STUDENTS_PART = (
    "cli",
    "selfcheck",
    "grading.execution",
    "grading.training",
    "rebuilding.rebuild",
    "models.evaluate",
)
BLOCKED = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

BLOCKED = set(sys.argv.pop(1).split(","))
sys.meta_path.insert(0, Missing())
"""
IN_A_KERNEL = """
import sys
from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="python3")
client.execute_interactive(sys.argv[1], timeout=300)
client.stop_channels()
manager.shutdown_kernel(now=True)
"""
HANDING_IN = """
import torch, tlgrader
from tlgrader import check

net = torch.nn.Linear(2, 2)
check.in_train_mode(net)
tlgrader.hand_in(net)
"""


def _students() -> set[str]:
    """The distributions that come with tlgrader alone, whatever else is installed here."""
    found: set[str] = set()
    waiting = ["tlgrader"]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        asked = map(Requirement, distribution(name).requires or ())
        wanted = (one for one in asked if one.marker is None or one.marker.evaluate({"extra": ""}))
        waiting += [canonicalize_name(one.name) for one in wanted]
    return found


def _run_without_what_graders_install(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    students = _students()
    others = {
        package
        for package, owners in packages_distributions().items()
        if not {canonicalize_name(owner) for owner in owners} & students
    }
    assert {"nbgrader", "nbconvert", "jupyterlab", "bs4", "sqlalchemy", "scipy"} <= others
    command = [sys.executable, "-c", BLOCKED + program, ",".join(others), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_what_notebooks_import_is_there() -> None:
    done = _run_without_what_graders_install("from tlgrader import check, device, hand_in, seed")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", STUDENTS_PART)
def test_what_checks_a_notebook_is_there(module: str) -> None:
    done = _run_without_what_graders_install(f"import tlgrader.{module}")
    assert done.returncode == 0, done.stderr


def test_a_graders_command_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "source/tiny").mkdir(parents=True)
    (tmp_path / "source/tiny/tiny.ipynb").write_text(nbformat.writes(nbformat.v4.new_notebook()))
    program = "from tlgrader.cli import main; main()"
    done = _run_without_what_graders_install(program, "feedback", "tiny", "--course", str(tmp_path))
    assert done.returncode == 2
    assert "pip install 'tlgrader[grade]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_course_that_is_installed_without_its_extra_stands_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the one in tlgrader's own package does not, for students of another."""
    metadata = tmp_path / "other-1.dist-info"
    metadata.mkdir()
    asked = "Requires-Dist: of-no-environment; extra == 'course'"
    (metadata / "METADATA").write_text(f"Name: other\nVersion: 1\nProvides-Extra: course\n{asked}\n")
    (metadata / "entry_points.txt").write_text("[tlgrader.courses]\nother = other:COURSE [course]\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert registration_here() is COURSE


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """The right notebook of `lora`, as a student has it."""
    course = Course(REPOSITORY)
    reference = next(sample for sample in read_corpus(course, "lora") if sample.name == "reference")
    path = tmp_path / "lora.ipynb"
    path.write_text(nbformat.writes(as_notebook(read_exercise(course.source("lora")), reference, reference)))
    return path


def _as_a_student(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    program, *arguments = command
    return subprocess.run(
        [INSTALLED / program, *arguments], cwd=folder, env=own, capture_output=True, text=True, check=False
    )


@pytest.mark.installed
def test_a_student_checks_a_notebook_with_what_students_install(notebook: Path) -> None:
    assert "nbgrader" in _as_a_student(notebook.parent, "python", "-c", "import nbgrader").stderr
    done = _as_a_student(notebook.parent, "tlgrader", "check", notebook.name)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "visible checks passed" in done.stdout


@pytest.mark.installed
def test_the_doctor_finds_nothing_wrong_with_what_students_install(tmp_path: Path) -> None:
    done = _as_a_student(tmp_path, "tlgrader", "doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✗" not in done.stdout
    assert "students:" in done.stdout
    assert "'tlgrader[grade]'" in done.stdout


@pytest.mark.installed
def test_a_student_hands_in_with_what_students_install(tmp_path: Path) -> None:
    done = _as_a_student(tmp_path, "python", "-c", IN_A_KERNEL, HANDING_IN)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ in_train_mode" in done.stdout
    assert "✓ Handed in: `net`" in done.stdout
    assert (tmp_path / FILE).is_file()
