"""A student's machine: a notebook is run in Jupyter, where it lies, and hands in what it trained."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tlgrader.errors import MachineError
from tlgrader.evidence.handed_in import FILE

_RUN_ALL = ("-m", "nbconvert", "--to", "notebook", "--execute", "--allow-errors", "--stdout")


def run_at_home(notebook: Path, student: str) -> bytes | None:
    """The training result that is handed in where `student` runs all cells of `notebook`; None if none is.

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
