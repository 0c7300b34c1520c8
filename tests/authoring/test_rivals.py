"""Rivals of a student's function: tried by the lines that need it, in one notebook; those that no line tells apart."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tests.tiny import CHECK, GIVEN, STUDENT, make_cell, make_course
from tlgrader.authoring.audit import Fate
from tlgrader.authoring.mutation import functions
from tlgrader.authoring.rivals import judged_functions, rivals
from tlgrader.course.paths import Course
from tlgrader.notebook.corpus import Sample
from tlgrader.notebook.exercise import exercise_from, read_exercise

SHARE = 'def share(right, total):\n    """A share."""\n    return right / total'
REFERENCE = Sample("reference", "", {"write": f"WHOLE = 1\n{SHARE}\nx = share(1, 2)"})
CELL = """\
check.returns(share, [1, 2], 0.5)
assert x == 0.5
### BEGIN HIDDEN TESTS
check.returns(share, [{}], {})
### END HIDDEN TESTS"""


def _course(root: Path, hidden: str, expected: str) -> Course:
    course = make_course(root)
    cells = [
        make_cell("code", "from tlgrader import check", "imports", **GIVEN),
        make_cell("code", "def share(right, total):\n    ...", "write", **STUDENT),
        make_cell("code", CELL.format(hidden, expected), "check_write", points=2, **CHECK),
        make_cell("code", "total = share(2, 4)", "later", **GIVEN),
        make_cell("code", "assert total == 0.5", "check_later", points=1, **CHECK),
    ]
    course.source("tiny").write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    return course


def test_a_function_is_judged_by_the_lines_that_need_it_and_by_no_other(tmp_path: Path) -> None:
    (found,) = judged_functions(read_exercise(_course(tmp_path, "1, 4", "0.25").source("tiny")), REFERENCE)
    assert found.name == "share"
    assert list(found.lines) == ["check_write/returns", "check_write/returns#2"]
    names = [rival.name for rival in found.rivals]
    assert len(set(names)) == len(names)
    assert "share.exchanged@write:2" in names
    assert {line for name in names for line in [name.partition(":")[2][0]]} == {"2", "4"}


def test_functions_that_no_line_needs_have_no_rivals() -> None:
    cells = [
        make_cell("code", "x = 1", "write", **STUDENT),
        make_cell("code", "assert x", "c", points=1, **CHECK),
    ]
    exercise = exercise_from(nbformat.v4.new_notebook(cells=cells), "tiny")
    assert judged_functions(exercise, Sample("reference", "", {"write": SHARE})) == ()


@pytest.fixture(scope="module")
def fates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Fate]:
    """Of a function that is asked for a half and for a fourth."""
    course = _course(tmp_path_factory.mktemp("course"), "1, 4", "0.25")
    why = {"share.other_unit@*#2": "These shares have two places."}
    return {fate.mutant.name: fate for fate in rivals(course, "tiny", REFERENCE, why)}


def test_a_rival_is_told_apart_by_the_items_that_it_fails(fates: dict[str, Fate]) -> None:
    assert fates["share.other_unit@write:4"].killed_by == ("check_write/returns", "check_write/returns#2")
    assert fates["share.returns_nothing@write:4"].killed_by
    assert not any(fate.problem for fate in fates.values())


def test_a_rival_that_no_line_tells_apart_survives_unless_explained(fates: dict[str, Fate]) -> None:
    survivors = {name: fate.explained for name, fate in fates.items() if fate.survives}
    assert survivors == {"share.other_unit@write:4#2": "These shares have two places."}


@pytest.mark.long
def test_a_rival_that_ends_the_notebook_leaves_the_others_to_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It exits where a number is negative, which of these rivals one makes, the second."""
    monkeypatch.setattr("tlgrader.authoring.rivals.RIVALS", (functions.boundary, functions.other_sign))
    text = """\
import os


def share(right, total):
    left = total - right
    if left < 0:
        os._exit(1)
    return 1 - left / total"""
    course = _course(tmp_path, "3, 4", "0.75")
    fates = list(rivals(course, "tiny", Sample("reference", "", {"write": text}), {}))
    told = {fate.mutant.name: bool(fate.killed_by) for fate in fates}
    assert told["share.boundary@write:6"] is False
    assert told["share.other_sign@write:5"] is True  # right - total: the notebook ends
    assert told["share.other_sign@write:5#2"] is True  # right + total: tried in another notebook
    assert len(told) == len(fates) == 7
