"""One thing that `tlgrader doctor` looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tlgrader.architectures.installed import lacking
from tlgrader.errors import GraderError


@dataclass(frozen=True, slots=True)
class Symptom:
    """What was found. `needed` ones make the doctor end with exit code 1 where they are not well."""

    what: str
    well: bool
    found: str
    advice: str = ""
    needed: bool = True


def tried(what: str, look: Callable[[], str], advice: str) -> Symptom:
    """What `look` finds; not well, with `advice`, where it raises a GraderError."""
    try:
        return Symptom(what, True, look())
    except GraderError as error:
        return Symptom(what, False, str(error), advice)


def serves_graders() -> bool:
    """Whether graders and authors work here: a student's installation goes without nbgrader, and lacks nothing."""
    return "nbgrader" not in lacking("grade")
