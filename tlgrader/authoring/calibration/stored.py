"""``reference.json``: thresholds, zones and distributions, and what they were measured on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import msgspec

from tlgrader.authoring.calibration.chance import Chance
from tlgrader.authoring.calibration.fresh import Proof
from tlgrader.authoring.calibration.rates import Calibrated
from tlgrader.authoring.calibration.runs import Sides, measured_samples
from tlgrader.course.contents import hidden_modules
from tlgrader.course.paths import Course
from tlgrader.errors import AuthorError
from tlgrader.grading.greyzone import GreyZone, grey_zones
from tlgrader.judging.references import entries
from tlgrader.notebook.exercise import files_beside, read_exercise
from tlgrader.records.record import write_atomically

# What decides what a run measures, by the keys of `hashes`.
_PARTS = {
    "cells": "the code cells or files in source/",
    "hidden_tests": "the hidden tests",
    "samples": "the corpus",
}


_ABOUT = ("verification", "versions", "hashes")


def names(course: Course, exercise: str) -> list[str]:
    """Names of the measures that have a threshold: those in ``reference.json``, a first guess at least.

    Raises:
        AuthorError: there is no such file, or no threshold in it.
    """
    found = sorted(name for name, entry in entries(course.measured(exercise)).items() if "threshold" in entry)
    if not found:
        raise AuthorError(
            f"tl_solutions/{exercise}/reference.json names no threshold; begin with a guess, such as "
            '{"accuracy": {"threshold": 0.8}}'
        )
    return found


def told(course: Course, exercise: str, name: str) -> float | None:
    """The threshold that calibration set before, and students may have been told; None for a first guess."""
    entry = entries(course.measured(exercise))[name]
    return float(entry["threshold"]) if "zone" in entry else None


def is_scaled(course: Course, exercise: str, name: str) -> bool:
    """Whether the author wants points in proportion to the measure `name`."""
    return entries(course.measured(exercise))[name].get("scale") is not None


def stored_sides(course: Course, exercise: str, name: str) -> Sides:
    """The runs of the measure `name` that ``reference.json`` holds.

    Raises:
        AuthorError: it holds none.
    """
    entry = entries(course.measured(exercise))[name]
    try:
        return Sides(entry["correct"]["runs"], entry["weak"]["runs"])
    except KeyError:
        raise AuthorError(
            f"tl_solutions/{exercise}/reference.json holds no runs of {name!r}: run `tlgrader calibrate {exercise}`"
        ) from None


def stored(course: Course, exercise: str, name: str) -> Calibrated:
    """The measure `name` as it was calibrated. Raises KeyError where it was not."""
    return msgspec.convert(entries(course.measured(exercise))[name], Calibrated)


def write_reference(
    course: Course,
    exercise: str,
    found: Mapping[str, Calibrated],
    versions: Mapping[str, str],
    chance: Chance | None = None,
) -> None:
    """Write what was measured just now, with versions and hashes."""
    about = {"versions": dict(versions), "hashes": hashes(course, exercise)}
    verification = {} if chance is None else {"verification": msgspec.to_builtins(chance)}
    _write(course, exercise, found, verification | about)


def rewrite_reference(course: Course, exercise: str, found: Mapping[str, Calibrated]) -> None:
    """Write what was chosen anew from stored runs: they stay those of the versions and hashes that are there.

    What fresh seeds showed stays, too, of a measure whose threshold and zone are as they were.
    """
    stored = entries(course.measured(exercise))
    kept = {key: entry for key, entry in stored.items() if key in _ABOUT}
    zones = grey_zones(course, exercise)
    same = {name for name, one in found.items() if zones.get(name) == GreyZone(one.threshold, *one.zone)}
    proven = {name: proof for name, proof in stored_proofs(course, exercise).items() if name in same}
    _write(course, exercise, found, kept, proven)


def stored_proofs(course: Course, exercise: str) -> dict[str, Proof]:
    """What fresh seeds showed so far, by measure."""
    found = entries(course.measured(exercise)).items()
    return {name: msgspec.convert(entry["fresh"], Proof) for name, entry in found if "fresh" in entry}


def write_proofs(course: Course, exercise: str, proofs: Mapping[str, Proof]) -> None:
    """Write what fresh seeds showed beside the thresholds that they were graded by."""
    stored = entries(course.measured(exercise))
    fresh = {name: {"fresh": msgspec.to_builtins(proof)} for name, proof in proofs.items()}
    _write_content(course, exercise, {name: entry | fresh.get(name, {}) for name, entry in stored.items()})


def _write(
    course: Course,
    exercise: str,
    found: Mapping[str, Calibrated],
    about: Mapping[str, Any],
    proven: Mapping[str, Proof] | None = None,
) -> None:
    fresh = {name: {"fresh": msgspec.to_builtins(proof)} for name, proof in (proven or {}).items()}
    content = {name: msgspec.to_builtins(one) | fresh.get(name, {}) for name, one in found.items()}
    _write_content(course, exercise, content | dict(about))


def _write_content(course: Course, exercise: str, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False)
    write_atomically(course.measured(exercise), text.encode() + b"\n")


def hashes(course: Course, exercise: str) -> dict[str, str]:
    """SHA-256 of each of the things that decide what a run measures.

    The notebook's text is not among them: the threshold is written into it afterwards.

    Raises:
        AuthorError: the exercise or its corpus is wrong.
    """
    cells = [
        (c.id, c.source) for c in read_exercise(course.source(exercise)).cells if c.node.cell_type == "code"
    ]
    samples = [(one.name, *sorted(one.cells.items())) for one in measured_samples(course, exercise).values()]
    beside = files_beside(course.source(exercise))
    files = [(name, hashlib.sha256(content).hexdigest()) for name, content in beside.items()]
    modules = hidden_modules(course.source(exercise), course.hidden_tests(exercise))
    return {
        "cells": _hash([*cells, *files]),
        "hidden_tests": _hash("".join(path.read_text() for path in modules.values())),
        "samples": _hash(samples),
    }


def _hash(part: object) -> str:
    return hashlib.sha256(json.dumps(part).encode()).hexdigest()


def staleness(course: Course, exercise: str) -> str:
    """Why the thresholds may not be those of the exercise as it is now, in a sentence; empty where they are."""
    stored = entries(course.measured(exercise))
    if not any("threshold" in entry for entry in stored.values()):
        return ""
    again = f"run `tlgrader calibrate {exercise}`"
    then = stored.get("hashes")
    if then is None:
        return f"the thresholds of {exercise} are guesses, or it was not kept what they were measured on: {again}"
    now = hashes(course, exercise)
    changed = [words for key, words in _PARTS.items() if then.get(key) != now[key]]
    return f"since {exercise} was calibrated, {' and '.join(changed)} changed: {again}" if changed else ""
