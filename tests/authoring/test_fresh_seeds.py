"""Error rates on fresh seeds: counted as the grader decides, kept beside the threshold, bounded by exact statistics."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.tiny import make_course
from tlgrader.authoring.calibration.fresh import MOST, Judged, Proof, another_installation, bound
from tlgrader.authoring.calibration.rates import calibrated
from tlgrader.authoring.calibration.runs import Sides
from tlgrader.authoring.calibration.stored import (
    rewrite_reference,
    stored_proofs,
    write_proofs,
    write_reference,
)
from tlgrader.cli.app import app
from tlgrader.course.paths import Course
from tlgrader.data_home import data_home
from tlgrader.errors import AuthorError

PROOF = Proof(
    Judged({"reference": [[0.9], [0.7, 0.72, 0.69]]}, 0, 2, bound(0, 2)),
    Judged({"baseline__x": [[0.6]]}, 0, 1, bound(0, 1)),
    2,
    1,
)


def _sides(weak: float = 0.6) -> Sides:
    return Sides({"reference": [0.9, 0.91, 0.92]}, {"baseline__x": [weak, weak + 0.01, weak + 0.02]})


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """The tiny course, calibrated."""
    course = make_course(tmp_path)
    course.corpus("tiny").mkdir(parents=True)
    course.reference("tiny").write_text('"""As it should be."""\n# %% learn\nrate = 0.1\n')
    (course.corpus("tiny") / "baseline__x.py").write_text('"""Weak."""\n# %% learn\nrate = 0.2\n')
    write_reference(course, "tiny", {"accuracy": calibrated(_sides(), "accuracy")}, {"torch": "1"})
    return course


def test_149_clean_submissions_show_two_in_a_hundred_and_148_do_not() -> None:
    assert bound(0, 149) <= MOST < bound(0, 148)
    assert bound(0, 0) == bound(3, 3) == 1.0


@given(st.integers(1, 400), st.data())
def test_a_bound_lies_above_the_rate_and_grows_with_mistakes(total: int, data: st.DataObject) -> None:
    wrong = data.draw(st.integers(0, total - 1))
    assert wrong / total < bound(wrong, total) <= bound(wrong + 1, total) <= 1


def test_what_fresh_seeds_showed_stays_as_long_as_the_threshold_does(course: Course) -> None:
    write_proofs(course, "tiny", {"accuracy": PROOF})
    assert stored_proofs(course, "tiny") == {"accuracy": PROOF}
    rewrite_reference(course, "tiny", {"accuracy": calibrated(_sides(), "accuracy")})
    assert stored_proofs(course, "tiny") == {"accuracy": PROOF}
    rewrite_reference(course, "tiny", {"accuracy": calibrated(_sides(weak=0.8), "accuracy")})
    assert stored_proofs(course, "tiny") == {}


def test_a_new_calibration_begins_anew(course: Course) -> None:
    write_proofs(course, "tiny", {"accuracy": PROOF})
    write_reference(course, "tiny", {"accuracy": calibrated(_sides(), "accuracy")}, {"torch": "1"})
    assert stored_proofs(course, "tiny") == {}


def test_thresholds_of_another_exercise_are_not_proven(course: Course) -> None:
    source = course.source("tiny")
    source.write_text(source.read_text().replace("import torch", "import torch as t"))
    done = CliRunner().invoke(app, ["calibrate", "tiny", "--continue", "1", "--course", str(course.root)])
    assert isinstance(done.exception, AuthorError)
    assert "the code cells or files in source/ changed" in str(done.exception)


def test_hidden_data_is_drawn_as_by_another_installation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TLGRADER_DATA", str(tmp_path))

    def install(*, hidden: bool) -> Iterator[str]:
        assert hidden
        data_home().ensure_secret("leaves.seed")
        yield "leaves"

    secrets = set()
    for _ in range(2):
        with another_installation(install):
            secrets.add(data_home().read_hidden("leaves.seed"))
            there = data_home().root
        assert not there.exists()
    assert len(secrets) == 2
    assert os.environ["TLGRADER_DATA"] == str(tmp_path)
    assert not list(tmp_path.iterdir())
