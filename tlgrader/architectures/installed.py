"""What is installed: courses, by their entry points in the group ``tlgrader.courses``, and tlgrader's own extras."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, distributions, entry_points, requires
from typing import Any

from packaging.requirements import Requirement


@cache
def installed_courses() -> tuple[Any, ...]:
    """The registration of each course that is installed with all that its extras ask for."""
    return tuple(point.load() for point in entry_points(group="tlgrader.courses") if _is_whole(point))


def lacking(extra: str) -> list[str]:
    """What an extra of tlgrader's own asks for and is not installed here."""
    asked = map(Requirement, requires("tlgrader") or ())
    return [one.name for one in asked if _is_of(one, extra) and not _is_installed(one.name)]


def _is_whole(point: EntryPoint) -> bool:
    """Whether what the course's extras ask for is installed: a course may lie in a package that is there for others."""
    asked = [Requirement(text) for text in (point.dist.requires if point.dist else None) or ()]
    return all(_is_installed(one.name) for extra in point.extras for one in asked if _is_of(one, extra))


def _is_of(requirement: Requirement, extra: str) -> bool:
    """Whether it is asked for by this extra only."""
    marker = requirement.marker
    return bool(marker and marker.evaluate({"extra": extra}) and not marker.evaluate({"extra": ""}))


def _is_installed(name: str) -> bool:
    return any(distributions(name=name))
