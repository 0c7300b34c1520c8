"""`tlgrader doctor` starts what graders start, and so sees what would stop or slow a cohort."""

from pathlib import Path

import pytest

from tlgrader.course import Registration
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
