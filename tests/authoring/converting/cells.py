"""Cells of a notebook as its author wrote it: found by what they hold, changed in places, and given a role."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from tests.authoring.converting.gallery import cells_of
from tests.tiny import CHECK, GIVEN, STUDENT, make_cell

_BLANK = re.compile(r"#\s*FIX_ME:\s*([^?\n]*\?) *(?=\S)")
"""A blank within a line: a comment that swallows the rest of it, ``loaders[# FIX_ME: which?],``."""
_BLANK_LINES = re.compile(r"^( *)#\s*FIX_ME:.*(?:\n *#.*)*", re.MULTILINE)
"""A blank that takes whole lines, all comments: valid Python as it is."""


class NotFound(Exception):
    """The notebook is not the one that this conversion was written for; the message says what is not in it."""


def hidden(exercise: str, *calls: str) -> str:
    """A hidden region that makes these calls of the exercise's hidden tests."""
    lines = "\n".join(f"{exercise}.{call}" for call in calls)
    return f"### BEGIN HIDDEN TESTS\nfrom grader_tests import {exercise}\n{lines}\n### END HIDDEN TESTS"


@dataclass(frozen=True, slots=True)
class Edit:
    """What is written in place of what the pattern `old` matches, and why; empty where it only makes a blank."""

    old: str
    new: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of the one code cell that holds `finds`, or with `last` of the last that does.

    A cell with `blanks` or with ``FIX_ME`` in it is a student's: `blanks` are made beside those, and `answers` are the
    solutions of its ``FIX_ME``, in their order. `before` and `after` are cells of the conversion's own. Where `until`
    is given, what comes from there on is another cell, with a step of its own in `rest`, or a given one.
    """

    finds: str
    id: str
    edits: Sequence[Edit] = ()
    blanks: Sequence[Edit] = ()
    answers: Sequence[str] = ()
    until: str = ""
    rest: Step | None = None
    last: bool = False
    before: Sequence[NotebookNode] = ()
    after: Sequence[NotebookNode] = ()


@dataclass(slots=True)
class Converted:
    """The exercise's notebook, the solution that its own text gives, and what was substituted."""

    notebook: NotebookNode
    solution: dict[str, str] = field(default_factory=dict)
    substituted: list[str] = field(default_factory=list)


def given(id: str, source: str) -> NotebookNode:
    """A locked cell of code."""
    return make_cell("code", source, id, **GIVEN)


def student(id: str, source: str) -> NotebookNode:
    """A cell that the student fills; `source` is its starter."""
    return make_cell("code", source, id, **STUDENT)


def checked(id: str, source: str, points: float) -> NotebookNode:
    """A grade cell."""
    return make_cell("code", source, id, points=points, **CHECK)


def text(id: str, source: str) -> NotebookNode:
    """An explanation of the conversion's own."""
    return make_cell("markdown", source, id)


def converted(path: Path, steps: Sequence[Step]) -> Converted:
    """The notebook at `path`, or the script for sphinx-gallery, after `steps`, in its own order.

    Raises:
        NotFound: a cell or a place in it that a step is about is not there, or more than once.
    """
    cells = _read(path)
    by_place = {_place(cells, step, path.name): step for step in steps}
    result = Converted(nbformat.v4.new_notebook(metadata=_metadata()))
    for place, cell in enumerate(cells):
        step = by_place.get(place)
        result.notebook.cells += _stepped(step, cell.source, result) if step else [_kept(cell, place)]
    return result


def starter(source: str) -> str:
    """`source` with an ellipsis for each blank within a line, what is asked there behind the line: valid Python."""
    lines = []
    for line in source.splitlines():
        asked = _BLANK.findall(line)
        open_line = _BLANK.sub("...", line)
        lines.append(f"{open_line}  # FIX_ME: {' '.join(asked)}" if asked else line)
    return "\n".join(lines)


def solved(source: str, answers: Sequence[str]) -> str:
    """`source` with its blanks filled, in their order. Raises NotFound where there are not as many as `answers`."""
    left = list(answers)

    def answer(match: re.Match[str]) -> str:
        if not left:
            raise NotFound(f"more than {len(answers)} blanks: {match[0]!r}")
        indent = match[1] if match.re is _BLANK_LINES else ""
        return "\n".join(indent + line for line in left.pop(0).splitlines())

    filled = _BLANK_LINES.sub(answer, _BLANK.sub(answer, source))
    if left:
        raise NotFound(f"{len(left)} of {len(answers)} blanks are not there")
    return filled


def edited(source: str, edits: Sequence[Edit], where: str) -> str:
    """`source` after `edits`. Raises NotFound where one of them finds nothing."""
    for edit in edits:
        source, times = re.subn(edit.old, edit.new, source)
        if not times:
            raise NotFound(f"{where} does not hold what `{edit.old}` matches")
    return source


def _read(path: Path) -> list[NotebookNode]:
    try:
        if path.suffix == ".py":
            return cells_of(path.read_text())
        return nbformat.read(path, as_version=4).cells
    except (OSError, ValueError, SyntaxError) as error:
        raise NotFound(f"{path} is no notebook: {error}") from error


def _place(cells: Sequence[NotebookNode], step: Step, name: str) -> int:
    places = [i for i, cell in enumerate(cells) if cell.cell_type == "code" and step.finds in cell.source]
    if not places or (len(places) > 1 and not step.last):
        raise NotFound(f"{name} has {len(places)} code cells that hold `{step.finds}`; one was expected")
    return places[-1]


def _stepped(step: Step, source: str, result: Converted) -> list[NotebookNode]:
    first, rest = _parted(edited(source, step.edits, f"the cell with `{step.finds}`"), step)
    result.substituted += [edit.why for edit in step.edits if edit.why]
    if step.blanks or step.answers:
        result.solution[step.id] = solved(first, step.answers)
        blank = edited(starter(first), step.blanks, f"the cell with `{step.finds}`")
        made = student(step.id, blank)
    else:
        made = given(step.id, first)
    return [*step.before, made, *step.after, *_others(step, rest, result)]


def _others(step: Step, rest: str, result: Converted) -> list[NotebookNode]:
    if step.rest:
        return _stepped(step.rest, rest, result)
    return [given(f"{step.id}_rest", rest)] if rest else []


def _parted(source: str, step: Step) -> tuple[str, str]:
    if not step.until:
        return source, ""
    first, found, rest = source.partition(step.until)
    if not found:
        raise NotFound(f"the cell with `{step.finds}` does not hold `{step.until}`")
    return first.rstrip(), found + rest


def _kept(cell: NotebookNode, place: int) -> NotebookNode:
    """A cell that no step is about: text stays, code is given."""
    if cell.cell_type == "markdown":
        return make_cell("markdown", cell.source, f"text_{place:02d}")
    return given(f"given_{place:02d}", cell.source)


def _metadata() -> dict[str, Any]:
    return {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
