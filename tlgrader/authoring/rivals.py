"""Rivals of the functions that checks call: whether any value that a check asks for tells them from the reference's.

A function is judged by a few values, and a wrong one that returns the same for all of these is taken for right. So each
function is written wrongly in every way that `mutation/functions.py` knows, and judged by the lines of the grade cells
that need it, and by nothing else: that something later fails tells no student what to mend.

All rivals of a function run in one notebook: the exercise's up to the cell that holds the function, then by turns a
rival, those lines, the reference's function, and those lines again, which show whether the notebook is as it was.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbformat import NotebookNode

from tlgrader.authoring.audit import Fate
from tlgrader.authoring.mutation import matching, mutated
from tlgrader.authoring.mutation.functions import RIVALS
from tlgrader.authoring.mutation.source import Code, parsed
from tlgrader.checks.finding import Outcome
from tlgrader.course.paths import Course
from tlgrader.errors import AuthorError
from tlgrader.grading.grader import grade_cells_of
from tlgrader.grading.job import Job
from tlgrader.grading.pool import Pool
from tlgrader.judging.evaluation import unused_id
from tlgrader.judging.gradecell import BEGIN, END, GradeCell
from tlgrader.notebook.corpus import Sample, as_submission
from tlgrader.notebook.exercise import Exercise, Role, exercise_from, read_exercise
from tlgrader.records.record import GradeRecord, Record, Status
from tlgrader.sandbox.limits import Limits


@dataclass(frozen=True, slots=True)
class Judged:
    """A function of the reference, alone at its place in its cell, and the lines that need it, by their item's id."""

    name: str
    code: Code
    lines: Mapping[str, str]
    modules: tuple[str, ...]

    @property
    def rivals(self) -> tuple[Sample, ...]:
        """Submissions that write it wrongly, each in one way, named ``<function>.<mutator>@<cell>:<line>``."""
        seen = {ast.dump(self.code.tree)}
        made = (rival for mutator in RIVALS for rival in mutated(self.code, mutator))
        return tuple(_named(rival, self.name) for rival in made if _is_new(rival, seen))


def judged_functions(exercise: Exercise, reference: Sample) -> tuple[Judged, ...]:
    """The functions at the top of the reference's cells that a line of a grade cell needs, in the notebook's order."""
    cells = grade_cells_of(exercise)
    modules = tuple(dict.fromkeys(name for cell in cells.values() for name in cell.modules))
    found = []
    for id in exercise.ids(Role.student):
        code = parsed(id, reference.cells.get(id, ""))
        for node in code.tree.body if code else ():
            if code and isinstance(node, ast.FunctionDef) and (lines := _lines(cells, node.name)):
                found.append(Judged(node.name, _alone(code, node), lines, modules))
    return tuple(found)


def rivals(
    course: Course, exercise: str, reference: Sample, why: Mapping[str, str], *, sandboxed: bool = True
) -> Iterator[Fate]:
    """What became of every rival of every function that is judged; `why` as in `audit.fate`.

    A function is left out where its lines need what is made in a later cell, so that the reference's fails them here.

    Raises:
        AuthorError: the exercise is wrong.
    """
    source = read_exercise(course.source(exercise))
    for function in judged_functions(source, reference):
        waiting = function.rivals
        while waiting:
            notebook = bench_notebook(source, reference, function, waiting)
            done = _fates(function, waiting, _graded(course, exercise, notebook, sandboxed), why)
            yield from done
            waiting = waiting[len(done) :] if done else ()


def bench_notebook(
    source: Exercise, reference: Sample, function: Judged, waiting: Sequence[Sample]
) -> NotebookNode:
    """The notebook in which rivals are tried; what tries them is hidden, as all that a student may not read."""
    right = function.code.text
    texts = [(right, "right_0")]
    for number, rival in enumerate(waiting, 1):
        (text,) = rival.cells.values()
        texts += [(text, f"rival_{number}"), (right, f"right_{number}")]
    cells = [*_before(source, reference, function.code.cell)]
    for text, id in texts:
        cells += [_cell(text, id, points=0), _cell(_lines_of(function), f"lines_{id}", points=1)]
    return nbformat.v4.new_notebook(cells=cells, metadata=source.metadata, nbformat_minor=5)


def _before(source: Exercise, reference: Sample, last: str) -> Iterator[NotebookNode]:
    """The cells of code up to `last`, filled as the reference fills them."""
    for cell in source.cells:
        if cell.role in (Role.given, Role.student) and cell.node.cell_type == "code":
            yield _cell(reference.cells.get(cell.id, cell.source), cell.id, points=0)
        if cell.id == last:
            return


def _cell(text: str, id: str, *, points: float) -> NotebookNode:
    cell: NotebookNode = nbformat.v4.new_code_cell(text)
    mark = {"grade_id": id, "solution": False, "grade": points > 0, "points": points, "locked": True}
    cell["id"] = id[-64:]
    cell.metadata["nbgrader"] = {**mark, "schema_version": 3, "task": False, "cell_type": "code"}
    return cell


def _lines_of(function: Judged) -> str:
    imports = [f"from grader_tests import {', '.join(function.modules)}"] if function.modules else []
    return "\n".join((f"### {BEGIN}", *imports, *function.lines.values(), f"### {END}"))


def _lines(cells: Mapping[str, GradeCell], name: str) -> dict[str, str]:
    """The lines that need the student's function `name`, and nothing that an earlier cell kept; by item."""
    kept = {line.keep for cell in cells.values() for line in cell.lines} - {None}
    found: dict[str, str] = {}
    for cell in cells.values():
        taken: dict[str, str] = {}
        for line in cell.lines:
            if line.keep is None:
                id = unused_id(f"{cell.id}/{line.name}", taken)
                taken[id] = line.source
                names = {node.id for node in ast.walk(line.expression) if isinstance(node, ast.Name)}
                if name in line.needs and not names & kept:
                    found[id] = line.source
    return found


def _alone(code: Code, node: ast.FunctionDef) -> Code:
    """The code of one function, on the lines that it has in its cell."""
    text = "\n" * (node.lineno - 1) + code.source(node)
    alone = parsed(code.cell, text)
    assert alone is not None
    return alone


def _named(rival: Sample, function: str) -> Sample:
    return Sample(f"{function}.{rival.name}", rival.what, rival.cells)


def _is_new(rival: Sample, seen: set[str]) -> bool:
    """Whether it is Python, and no program that was there before, however it is laid out."""
    (text,) = rival.cells.values()
    code = parsed("", text)
    program = ast.dump(code.tree) if code else ""
    known = not program or program in seen
    seen.add(program)
    return not known


def _fates(function: Judged, waiting: Sequence[Sample], record: Record, why: Mapping[str, str]) -> list[Fate]:
    """What became of the rivals up to the first that left the notebook another; those after it are untried."""
    found = {grade.cell.removeprefix("lines_"): _outcomes(grade, function) for grade in record.grades}
    telling = [id for id, outcome in found["right_0"].items() if outcome is Outcome.passed]
    fates: list[Fate] = []
    for number, rival in enumerate(waiting if telling else (), 1):
        outcomes = {id: found[f"rival_{number}"][id] for id in telling}
        fates.append(_fate(rival, outcomes, why))
        if any(found[f"right_{number}"][id] is not Outcome.passed for id in telling):
            break
    return fates


def _outcomes(grade: GradeRecord, function: Judged) -> dict[str, Outcome]:
    """By the items' ids in the exercise; in their notebook, each line has an item, too."""
    return {id: item.finding.outcome for id, item in zip(function.lines, grade.items, strict=True)}


def _fate(rival: Sample, outcomes: Mapping[str, Outcome], why: Mapping[str, str]) -> Fate:
    broken = [id for id, outcome in outcomes.items() if outcome is Outcome.error]
    if broken:
        return Fate(rival, (), problem=f"{broken[0]} ended in error")
    told_by = tuple(id for id, outcome in outcomes.items() if outcome is not Outcome.passed)
    return Fate(rival, told_by, explained="" if told_by else why.get(matching(why, rival.name) or "", ""))


def _graded(course: Course, exercise: str, notebook: NotebookNode, sandboxed: bool) -> Record:
    """The record of `notebook`, graded in a course that is like `course` in all but this."""
    nobody = Sample("rivals", "", {})
    job = Job(exercise, as_submission(exercise_from(notebook, exercise), nobody, nobody))
    with TemporaryDirectory(prefix="tlgrader-rivals-") as folder:
        beside = _course_beside(course, exercise, Path(folder), notebook)
        with Pool(beside, 1, Limits(), sandboxed=sandboxed) as pool:
            (graded,) = pool.once([job])
    if graded.record.status is not Status.graded:
        raise AuthorError(f"the rivals of {exercise} could not be tried: {graded.record.reason}")
    return graded.record


def _course_beside(course: Course, exercise: str, folder: Path, notebook: NotebookNode) -> Course:
    """A course that has all of `course`, but for the notebook of one exercise."""
    for path in course.root.iterdir():
        if path.name != "source":
            (folder / path.name).symlink_to(path.resolve())
    own = folder / "source" / exercise
    own.mkdir(parents=True)
    for path in course.source(exercise).parent.iterdir():
        if path.suffix != ".ipynb":
            (own / path.name).symlink_to(path.resolve())
    (own / f"{exercise}.ipynb").write_text(nbformat.writes(notebook))
    return Course(folder)
