"""`tlgrader setup`: a student's installs what notebooks read; a grader's also what only the judge reads."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tlcourse.data import digits, leaves, reviews
from tlgrader.cli.app import app
from tlgrader.data_home import DataHome, data_home
from tlgrader.errors import MachineError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataHome:
    """A machine that has the public data already, so that nothing is fetched."""
    there = data_home()
    if not digits._installed(there, hidden=False) or not reviews._installed(there, hidden=False):
        pytest.skip("the data are not installed: run `make setup`")
    shutil.copytree(there.public, tmp_path / "public")
    monkeypatch.setenv("TLGRADER_DATA", str(tmp_path))
    return data_home()


def test_a_students_machine_gets_no_hidden_part(home: DataHome) -> None:
    done = CliRunner().invoke(app, ["setup"])
    assert done.exit_code == 0, done.output
    assert "hidden" not in done.output
    assert len(leaves.load("train")) == 200
    assert not home.hidden.exists()
    for read in (leaves.hidden, reviews.hidden, lambda: digits.hidden("mnist")):
        with pytest.raises(MachineError):
            read()


def test_a_graders_machine_gets_it(home: DataHome) -> None:
    leaves.install(hidden=True)
    assert len(leaves.hidden()) == leaves.HIDDEN_COUNT
    assert home.hidden.stat().st_mode & 0o777 == 0o700
