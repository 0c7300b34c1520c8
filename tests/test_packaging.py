"""What is published: a wheel and a source distribution that hold the packages, the licence, and nothing of a course."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from tests.tiny import REPOSITORY

SOURCES = {"LICENSE", "PKG-INFO", "README.md", "pyproject.toml", ".gitignore", "tlcourse", "tlgrader"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of both: the wheel is built from the source distribution, which so is complete."""
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(REPOSITORY)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> set[str]:
    """The files in the wheel."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def sdist(built: Path) -> set[str]:
    """The files in the source distribution, without the folder that holds all of them."""
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def test_they_hold_nothing_but_the_two_packages(wheel: set[str], sdist: set[str]) -> None:
    assert {PurePosixPath(name).parts[0].split("-")[0] for name in wheel} == {"tlcourse", "tlgrader"}
    assert {PurePosixPath(name).parts[0] for name in sdist} == SOURCES


def test_they_hold_every_file_of_the_packages(wheel: set[str], sdist: set[str]) -> None:
    command = ["git", "ls-files", "tlgrader", "tlcourse"]
    listed = subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.split()
    tracked = {name for name in listed if (REPOSITORY / name).exists()}
    assert tracked <= wheel
    assert tracked <= sdist


def test_they_are_typed_and_say_under_which_licence_they_are(wheel: set[str], sdist: set[str]) -> None:
    for files in (wheel, sdist):
        assert {"tlgrader/py.typed", "tlcourse/py.typed"} <= files
        assert any(PurePosixPath(name).name == "LICENSE" for name in files)
