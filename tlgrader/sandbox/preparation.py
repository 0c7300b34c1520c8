"""What a course's notebooks find prepared: which packages they see, and what is imported before they run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DATA_FOLDER = "data"
"""The folder beside a notebook that is shown to its submissions as it is, and not copied for each."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """See the fields of the same names in `tlgrader.course.Registration`, and `beside`."""

    packages: tuple[str, ...] = ()
    preload: tuple[str, ...] = ()
    warm_up: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    beside: tuple[tuple[str, Path], ...] = ()
    """Folders of data, each of the exercise of this name: beside its notebooks they stand at ``data/``."""


NOTHING = Preparation()
