"""`tlgrader doctor` starts what graders start, and so sees what would stop or slow a cohort.

It says whom an installation serves: what only graders need is no fault of a student's.
"""

from pathlib import Path

import pytest

from tlcourse import COURSE
from tlgrader.architectures import installed
from tlgrader.course import Registration, Symptom
from tlgrader.data_home import DataHome
from tlgrader.doctor import examine


@pytest.fixture(autouse=True)
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of a course's own, whose only module starts a thread."""
    package = tmp_path / "a_course"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "ticking.py").write_text(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True, name='tick').start()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("tlgrader.sandbox.wall._PASSED_ON", ("PYTHONPATH",))
    monkeypatch.setenv("PYTHONPATH", f"{Path(__file__).parent.parent}:{tmp_path}")


def test_a_library_that_starts_a_thread_is_seen_with_its_cost_and_stops_nothing() -> None:
    symptoms = examine(Registration(packages=("a_course",), preload=("a_course.ticking",)))
    started, slow = [symptom for symptom in symptoms if symptom.what == "slot"]
    assert started.well, started
    assert started.found.startswith("ready after ")
    assert (slow.well, slow.needed) == (False, False)
    assert "`a_course.ticking` is left to each notebook" in slow.found
    assert "the thread 'tick'" in slow.found
    assert "`preload` in course.py" in slow.advice


def test_what_would_stop_all_grading_is_seen_before_a_cohort_does() -> None:
    symptoms = examine(Registration(packages=("a_course",), preload=("a_course.missing",)))
    (slot,) = [symptom for symptom in symptoms if symptom.what == "slot"]
    assert (slot.well, slot.needed) == (False, True)
    assert "course.py lets `a_course.missing` be prepared, which fails: ModuleNotFoundError" in slot.found


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Distributions to be missing: what is added here counts as not installed. No slot is started."""
    missing: set[str] = set()
    there = installed._is_installed
    monkeypatch.setattr(installed, "_is_installed", lambda name: name not in missing and there(name))
    monkeypatch.setattr("tlgrader.doctor._slot", lambda registration: [])
    return missing


def _seen(registration: Registration) -> dict[str, Symptom]:
    return {symptom.what: symptom for symptom in examine(registration)}


@pytest.mark.usefixtures("without")
def test_all_is_there_for_graders() -> None:
    seen = _seen(Registration())
    assert seen["serves"] == Symptom("serves", True, "students, authors and graders")
    assert seen["nbgrader"].well


def test_a_students_installation_lacks_nothing(
    without: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hidden data are not even looked for: no student may have them."""
    without.update(("nbgrader", "bleach"))
    monkeypatch.setattr(DataHome, "hidden", tmp_path / "none")
    seen = _seen(Registration(examine=COURSE.examine))
    assert not [symptom for symptom in seen.values() if symptom.needed and not symptom.well]
    assert seen["serves"].found.startswith("students: `tlgrader check`")
    assert "hidden data" not in seen
    assert "pip install 'tlgrader[grade]'" in seen["nbgrader"].advice


def test_a_graders_installation_that_lacks_something_is_a_fault(without: set[str]) -> None:
    without.add("bleach")
    seen = _seen(Registration())
    assert (seen["serves"].well, seen["serves"].needed) == (False, True)
    assert "bleach is missing" in seen["serves"].found


def test_a_student_can_check_a_notebook_where_no_wall_can_be_built(
    without: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tlgrader.sandbox.wall.available", lambda: "no user namespaces")
    assert _seen(Registration())["wall"].needed
    without.add("nbgrader")
    wall = _seen(Registration())["wall"]
    assert (wall.well, wall.needed) == (False, False)
    assert "--no-sandbox" in wall.advice
