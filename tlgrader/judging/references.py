"""What references were measured to reach: the numbers that thresholds come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from tlgrader.checks.finding import Scale
from tlgrader.errors import AuthorError


def entries(path: Path) -> dict[str, Any]:
    """What a ``reference.json`` holds, by name; nothing where it is missing or broken: `threshold` says so then."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def scale(hidden_tests: str, name: str) -> Scale:
    """The scale of the measure `name`, as `threshold` finds its number.

    Raises:
        AuthorError: there is none; begin with a guess, as in ``{"accuracy": {"threshold": 0.8, "scale": {"none": 0.6,
            "full": 0.8}}}``.
    """
    file = Path(hidden_tests)
    path = file.parent.parent / "tl_solutions" / file.stem / "reference.json"
    try:
        return msgspec.convert(entries(path)[name]["scale"], Scale)
    except (ValueError, KeyError, TypeError) as error:
        raise AuthorError(f"tl_solutions/{file.stem}/reference.json has no scale for {name!r}") from error


def threshold(hidden_tests: str, name: str) -> float:
    """The threshold `name` of the exercise whose hidden tests lie in the file `hidden_tests` (its ``__file__``).

    Raises:
        AuthorError: ``tl_solutions/<exercise>/reference.json`` is missing or has no such number.
    """
    file = Path(hidden_tests)
    path = file.parent.parent / "tl_solutions" / file.stem / "reference.json"
    try:
        return float(entries(path)[name]["threshold"])
    except (ValueError, KeyError, TypeError) as error:
        raise AuthorError(
            f"tl_solutions/{file.stem}/reference.json has no threshold for {name!r}: "
            f"run `tlgrader calibrate {file.stem}`"
        ) from error
