"""What nbgrader needs around it."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

from sqlalchemy.exc import SAWarning


def prepare() -> None:
    """Let nbgrader find `alembic`, which it calls by name, and keep a warning about its own rows to itself."""
    folder = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if folder not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join(filter(None, (folder, path)))
    # nbgrader relates its rows to each other a line before it adds them to the session.
    warnings.filterwarnings("ignore", message="Object of type <.*> not in session", category=SAWarning)
