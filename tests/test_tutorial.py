"""The tutorial is run as a newcomer reads it: every command of a block that begins with `$`, in the page's order."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.tiny import REPOSITORY
from tlgrader.course.paths import Course

pytestmark = pytest.mark.long

PAGE = REPOSITORY / "docs/tutorial.md"
_BLOCK = re.compile(
    r"(?:Save this as `(?P<name>[^`]+)`:\n\n)?```(?P<kind>console|python)\n(?P<text>.*?)```", re.DOTALL
)
SOMETHING_FOR_A_PERSON = {  # commands that end with 1, and why
    "tlgrader check release/first/first.ipynb": "nobody has solved it",
    "tlgrader demo": "",
    "tlgrader grade first": "",
    "tlgrader status first": "written answers wait",
    "tlgrader new course .": "an assignment of nbgrader's has two notebooks",
}


class _Step(NamedTuple):
    """A command to run, or a file to save."""

    command: str = ""
    file: str = ""
    text: str = ""


def _steps(page: str) -> Iterator[_Step]:
    for block in _BLOCK.finditer(page):
        if block["name"]:
            yield _Step(file=block["name"], text=block["text"])
        elif block["kind"] == "console":
            yield from (_Step(line.removeprefix("$ ")) for line in block["text"].splitlines())


def _state_the_threshold(folder: Path) -> None:
    """Write into the notebook's text what was calibrated, as the page tells the author."""
    course = Course(folder)
    threshold = json.loads(course.measured("first").read_text())["accuracy"]["threshold"]
    notebook = course.source("first").read_text()
    assert "80 %" in notebook
    course.source("first").write_text(notebook.replace("80 %", f"{100 * threshold:.4g} %"))


def _run(command: str, folder: Path) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(REPOSITORY), "COLUMNS": "160"}
    done = subprocess.run(
        command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == bool(SOMETHING_FOR_A_PERSON.get(command)), f"{command}\n{said}"
    return said


def test_every_command_of_the_tutorial_does_what_the_page_says(tmp_path: Path) -> None:
    folder, said = tmp_path, dict[str, str]()
    for step in _steps(PAGE.read_text()):
        if step.file:
            (folder / step.file).write_text(step.text)
        elif step.command.startswith("cd "):
            folder = (folder / step.command.removeprefix("cd ")).resolve()
        else:
            said[step.command] = _run(step.command, folder)
        if step.command == "tlgrader calibrate first":
            _state_the_threshold(folder)
    assert "6 submissions, 0 surprises, 3 items, 0 unproven." in said["tlgrader audit first"]
    assert "0 that survive unexplained." in said["tlgrader audit first"]
    assert "5 fresh seeds of each solution, 1 hidden set" in said["tlgrader calibrate first --continue 5"]
    assert "Released: release/first/first.ipynb" in said["tlgrader release first"]
    assert re.search(r"ada +0/6", said["tlgrader grade first"])
    assert re.search(r"pass__sgd +5/5, 1 wait", said["tlgrader status first"])
    course = Course(tmp_path / "mycourse")
    assert course.exercises() == ["first", "second"]
    assert course.feedback("first", "ada").is_file()
    grades = (course.root / "grades.csv").read_text().splitlines()
    assert [line for line in grades if line.startswith("first,,,ada,")] == ["first,,,ada,,,,0.0,0.0,0.0,6.0"]
    assert "source/ps1/ holds 2 notebooks" in said["tlgrader new course ."]
