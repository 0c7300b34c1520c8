"""What a course's notebooks find prepared: which packages they see, and what is imported before they run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preparation:
    """See the fields of the same names in `tlgrader.course.Registration`."""

    packages: tuple[str, ...] = ()
    preload: tuple[str, ...] = ()
    warm_up: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()


NOTHING = Preparation()
