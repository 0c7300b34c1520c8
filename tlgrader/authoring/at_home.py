"""A student's machine: a notebook is run in Jupyter, where it lies, and hands in what it trained."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from tlgrader.course import Course
from tlgrader.course.contents import DATA_FOLDER
from tlgrader.errors import MachineError
from tlgrader.evidence.handed_in import FILE
from tlgrader.notebook.corpus import Sample, as_notebook
from tlgrader.notebook.exercise import Exercise, files_beside
from tlgrader.notebook.submission import Submission, read_submission
from tlgrader.records.record import write_atomically

_RUN_ALL = ("-m", "nbconvert", "--to", "notebook", "--execute", "--allow-errors", "--inplace")


def run_at_home(notebook: Path, student: str) -> bytes | None:
    """The training result that is handed in where `student` runs all cells of `notebook` and saves it; None if none is.

    There is no sandbox. Jupyter knows the student's name as a JupyterHub tells it.

    Raises:
        MachineError: Jupyter cannot run it.
    """
    result = notebook.with_name(FILE)
    result.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, *_RUN_ALL, notebook.name],
        check=False,
        cwd=notebook.parent,
        env=os.environ | {"JUPYTERHUB_USER": student},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise MachineError(f"Jupyter cannot run {notebook.name}: {done.stderr.strip()[-500:]}")
    return result.read_bytes() if result.is_file() else None


def trained_at_home(
    course: Course, exercise: Exercise, sample: Sample, reference: Sample, student: str
) -> Submission:
    """What `student` submits who wrote `sample`, with the training result that it hands in, if any.

    Beside the notebook lies what lies beside the instructor's.

    Raises:
        AuthorError: the sample fills a cell that is no student cell of the exercise.
        MachineError: Jupyter cannot run it.
    """
    with tempfile.TemporaryDirectory() as folder:
        notebook = Path(folder, f"{exercise.name}.ipynb")
        _put_beside(course, exercise.name, notebook.parent)
        notebook.write_text(nbformat.writes(as_notebook(exercise, sample, reference)))
        run_at_home(notebook, student)
        return read_submission(notebook, student)


def _put_beside(course: Course, exercise: str, folder: Path) -> None:
    for name, content in files_beside(course.source(exercise)).items():
        write_atomically(folder / name, content)
    if (data := course.data(exercise)) is not None:
        (folder / DATA_FOLDER).symlink_to(data)
