"""Whether a training result that was handed in stands for running the training, and what it then is.

All that is in the file is a student's claim, as all that a worker says is. What makes it safe to take is that its
tensors are the submission: the judge builds the model from them and measures that model itself. What is asked
here keeps an honest student from being graded on a file that is not of the notebook beside it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence

import torch

from tlgrader.architectures import fingerprint, is_declared
from tlgrader.course.paths import Course
from tlgrader.errors import GraderError
from tlgrader.evidence.device import device_in_words
from tlgrader.evidence.digest import dtype_name
from tlgrader.evidence.handed_in import (
    FILE,
    Handed,
    HandedIn,
    Malformed,
    cell_digest,
    fingerprint_digest,
    read,
    tensors_of,
)
from tlgrader.evidence.paths import first
from tlgrader.grading.job import Job
from tlgrader.grading.taken import (
    HowTrained,
    NotTaken,
    Part,
    Rerun,
    Taken,
    Tensors,
    backbones_of,
    holds,
    pretrained_tensors,
)
from tlgrader.judging.gradecell import GradeCell
from tlgrader.notebook.exercise import Cell, Role
from tlgrader.notebook.submission import Submission
from tlgrader.rebuilding.rebuild import MAX_NUMBERS
from tlgrader.records.record import Training

_MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)
MAX_CODE = 2**18
"""The most characters of code in which assigned names are looked for: a syntax tree is 500 times as large."""


class CannotBeTaken(Exception):
    """What was handed in cannot stand for running the training; the message says why, as half a sentence."""


def decide(
    job: Job, course: Course, cells: Sequence[Cell], grade_cells: Mapping[str, GradeCell]
) -> HowTrained:
    """What becomes of the training cells among `cells`, by `job.training` and by what the submission hands in."""
    if job.training is Training.rerun or not any(cell.trains for cell in cells):
        return Rerun()
    try:
        result, tensors = _read(job.submission, cells, grade_cells, _others(course, job.exercise))
        note = _note(result)
    except CannotBeTaken as why:
        return otherwise(job.training, str(why))
    except GraderError:
        raise
    except Exception as error:  # evidence of the right form may still describe what cannot be
        return otherwise(job.training, f"`{FILE}` cannot be used: {type(error).__name__}: {error}"[:300])
    parts = {name: Part(name, seen, tensors) for name, seen in result.evidence.items()}
    return Taken(parts, result.seed, result.device, note)


def why_not_taken(submission: Submission, cells: Sequence[Cell], grade_cells: Mapping[str, GradeCell]) -> str:
    """Why the grader would not take what is handed in, as far as a student's machine can tell; empty if it would."""
    try:
        _read(submission, cells, grade_cells, set())
    except CannotBeTaken as why:
        return str(why)
    return ""


def otherwise(training: Training, why: str) -> Rerun | NotTaken:
    """What there is where nothing can be taken: another run, or, where none is wanted, an untrained model."""
    if training is Training.auto:
        return Rerun((f"The training was run again: {why}.",))
    return NotTaken(f"The training was neither run nor taken from what was handed in: {why}.")


def _read(
    submission: Submission, cells: Sequence[Cell], grade_cells: Mapping[str, GradeCell], others: set[str]
) -> tuple[HandedIn, Tensors]:
    """What was handed in, if it is of this submission and whole. Raises CannotBeTaken."""
    try:
        result, tensors = read(_content(submission))
    except Malformed as error:
        raise CannotBeTaken(f"`{FILE}` cannot be read: {error}") from error
    _require_same_exercise(result, others)
    _require_same_student(result, submission.student)
    _require_same_cells(result, cells)
    _require_names(result, cells, grade_cells)
    for evidence in result.evidence.values():
        _require_backbones(evidence, result)
        _require_tensors(evidence, tensors)
    return result, tensors


def _content(submission: Submission) -> bytes:
    if FILE in submission.left_out:
        raise CannotBeTaken(f"`{FILE}` cannot be read: {submission.left_out[FILE]}")
    if FILE not in submission.files:
        raise CannotBeTaken(f"there is no `{FILE}` beside the notebook")
    return submission.files[FILE]


def _others(course: Course, exercise: str) -> set[str]:
    return set(course.exercises()) - {exercise}


def _require_same_exercise(result: HandedIn, others: set[str]) -> None:
    """A notebook may have been renamed: only another exercise's name speaks against it."""
    if result.exercise in others:
        raise CannotBeTaken(f"`{FILE}` was written by the exercise `{result.exercise}`")


def _require_same_student(result: HandedIn, student: str) -> None:
    if student and result.student not in ("", student):
        raise CannotBeTaken(f"`{FILE}` was written by the student `{result.student[:80]}`")


def _require_same_cells(result: HandedIn, cells: Sequence[Cell]) -> None:
    """Each cell up to the one that handed in had run there as it is now."""
    ran, last = set(result.cells), result.cells[-1]
    code = [cell for cell in cells if runs(cell)]
    ends = [n for n, cell in enumerate(code) if cell.trains and cell_digest(cell.source) == last]
    if not ends:
        raise CannotBeTaken(
            f"`{FILE}` was written by a cell that is no training cell of the notebook as it is now"
        )
    changed = [cell.id for cell in code[: ends[0]] if cell_digest(cell.source) not in ran]
    if changed:
        raise CannotBeTaken(
            f"`{FILE}` is stale: the cell `{changed[0]}` had not run as it is in the notebook"
        )


def runs(cell: Cell) -> bool:
    """Whether a training may rest on the cell: it is of code, no grade cell, and does more than to show something."""
    does = cell.role is not Role.grade and not cell.shows
    return does and cell.node.cell_type == "code" and bool(cell.source.strip())


def _require_names(result: HandedIn, cells: Sequence[Cell], grade_cells: Mapping[str, GradeCell]) -> None:
    """What checks need of the training is there, and is what it was when it was handed in."""
    start = next(n for n, cell in enumerate(cells) if cell.trains)
    training = [cell for cell in cells if cell.trains]
    later = [cell for cell in cells[start:] if runs(cell) and not cell.trains]
    names, needs = result.evidence.keys(), _needs(cells[start:], grade_cells)
    if sum(len(cell.source) for cell in (*training, *later)) > MAX_CODE:
        raise CannotBeTaken(f"its cells have more than {MAX_CODE:,} characters from the training on")
    remade = names & {first(need) for need in needs} & _assigned(later)
    if remade:
        raise CannotBeTaken(f"`{min(remade)}` is assigned once more after the training")
    for need in needs:
        start_of_it = first(need)
        if not holds(result.evidence, need) and (start_of_it in names or start_of_it in _assigned(training)):
            raise CannotBeTaken(f"a check looks at `{need}`, which was not handed in")


def _needs(cells: Iterable[Cell], grade_cells: Mapping[str, GradeCell]) -> list[str]:
    grades = [grade_cells[cell.id] for cell in cells if cell.role is Role.grade]
    return [name for grade in grades for line in grade.lines for name in line.needs]


def _assigned(cells: Iterable[Cell]) -> set[str]:
    """Names that code in `cells` assigns or defines, wherever in it; none of a cell that cannot be parsed."""
    return {name for cell in cells for name in _names_in(cell.source)}


def _names_in(source: str) -> set[str]:
    try:
        tree = ast.parse(_MAGIC.sub(r"\1pass", source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {name for node in ast.walk(tree) if (name := _stored(node))}


def _stored(node: ast.AST) -> str:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    return node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else ""


def _require_backbones(evidence: Handed, result: HandedIn) -> None:
    for name in backbones_of(evidence):
        if not is_declared(name):
            raise CannotBeTaken(f"the backbone `{name[:80]}` does not come with the grader")
        ours, theirs = fingerprint(name), result.backbones.get(name)
        if theirs not in (None, None if ours is None else fingerprint_digest(ours)):
            raise CannotBeTaken(f"the backbone `{name}` has other weights there than here")


def _require_tensors(evidence: Handed, tensors: Tensors) -> None:
    known = pretrained_tensors(evidence)
    infos = tensors_of(evidence)
    if sum(info.size for info in infos) > MAX_NUMBERS:
        raise CannotBeTaken("the model is too large")
    for info in infos:
        tensor = tensors.get(info.digest, known.get(info.digest))
        if tensor is None:
            raise CannotBeTaken(f"the tensor `{info.name[:200]}` is not in `{FILE}`")
        if (tuple(tensor.shape), dtype_name(tensor.dtype)) != (info.shape, info.dtype):
            raise CannotBeTaken(f"the tensor `{info.name[:200]}` is not as it is described")
        if info.digest in tensors and not _is_finite(tensor):
            raise CannotBeTaken(f"the tensor `{info.name[:200]}` is not finite")


def _is_finite(tensor: torch.Tensor) -> bool:
    return bool(torch.isfinite(tensor.float() if tensor.is_floating_point() else tensor).all())


def _note(result: HandedIn) -> str:
    names = ", ".join(f"`{name[:80]}`" for name in result.evidence)
    again = " Some cells had run more than once before." if len(set(result.cells)) < len(result.cells) else ""
    after = f", {_duration(result.seconds)} after the notebook began" if result.seconds else ""
    where = device_in_words(result.device)
    return f"The training was not run: {names} are as they were handed in{after}, trained on {where}.{again}"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
