"""Mutants: wrong submissions derived from the reference, each with one mistake, to see whether a check notices.

The mistakes that this course is about come first, those of any code after them. A mutant that every check passes
shows that a check is too weak, unless its mistake is none.
"""

from __future__ import annotations

import ast
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import chain, islice, zip_longest
from typing import TypeVar

from tlgrader.authoring.mutation import general, models, training
from tlgrader.authoring.mutation.source import Change, Code, Mutator, changed, nodes, parsed
from tlgrader.course.paths import Course
from tlgrader.errors import AuthorError
from tlgrader.notebook.corpus import Sample
from tlgrader.notebook.exercise import Exercise, Role

MOST = 25
"""So many mutants of an exercise at most: each costs a notebook."""
MUTATORS: tuple[Mutator, ...] = (
    models.drop_freeze,
    models.freeze_head,
    models.drop_unfreeze,
    models.other_class_count,
    models.other_rank,
    models.other_alpha,
    models.fewer_targets,
    models.other_targets,
    models.frozen_in_optimizer,
    models.other_group,
    models.drop_group_rate,
    training.drop_step,
    training.drop_backward,
    training.no_epochs,
    training.one_epoch,
    training.shuffled_labels,
    training.zero_learning_rate,
    training.huge_learning_rate,
    training.evaluation_data,
    training.drop_train_mode,
    training.drop_eval_mode,
    training.drop_zero_grad,
    general.returns_nothing,
    general.returns_something_else,
    general.opposite,
    general.other_truth,
    general.drop_element,
    general.drop_statement,
    general.other_number,
    general.swap_arguments,
)
T = TypeVar("T")


def mutants(exercise: Exercise, reference: Sample, most: int = MOST) -> tuple[Sample, ...]:
    """At most `most` submissions with one mistake each, named ``<mutator>@<cell>:<line>``; always the same ones.

    Every mutator has its turn before one has its second, and in its turns goes from cell to cell. Mutants that are
    the same program are one.
    """
    codes = _codes(exercise, reference)
    by_mutator = [_in_turn([mutated(code, mutator) for code in codes]) for mutator in MUTATORS]
    return tuple(islice(_distinct(_in_turn(by_mutator), codes), most))


def explanations(course: Course, exercise: str) -> dict[str, str]:
    """Why mutants are no mistakes: ``equivalent.toml`` of the corpus, from patterns of names to a sentence each.

    Raises:
        AuthorError: the file is no TOML, or holds something other than sentences.
    """
    path = course.equivalent(exercise)
    if not path.is_file():
        return {}
    try:
        entries = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise AuthorError(f"{path.name} of {exercise} is no TOML: {error}") from error
    for pattern, why in entries.items():
        if not isinstance(why, str) or not why.strip():
            raise AuthorError(f"{path.name} of {exercise} gives no sentence for {pattern!r}")
    return entries


def matching(patterns: Iterable[str], name: str) -> str | None:
    """The first of `patterns` that the mutant's name matches, with ``*`` for anything."""
    return next((pattern for pattern in patterns if fnmatchcase(name, pattern)), None)


def _codes(exercise: Exercise, reference: Sample) -> list[Code]:
    """The student cells of code that the reference fills, in the notebook's order."""
    ids = [id for id in exercise.ids(Role.student) if id in reference.cells]
    given = (exercise.cell(id).source for id in exercise.ids(Role.given))
    known = frozenset(chain.from_iterable(map(_assigned, (*given, *(reference.cells[id] for id in ids)))))
    return [code for id in ids if (code := parsed(id, reference.cells[id], known))]


def _distinct(made: Iterable[Sample], codes: Iterable[Code]) -> Iterator[Sample]:
    """Those that are neither the reference's program nor an earlier one's, however it is laid out."""
    seen = {(code.cell, ast.dump(code.tree)) for code in codes}
    for mutant in made:
        ((cell, text),) = mutant.cells.items()
        program = (cell, ast.dump(ast.parse(text)))
        if program not in seen:
            seen.add(program)
            yield mutant


def _assigned(text: str) -> Iterator[str]:
    code = parsed("", text)
    for node in nodes(code.tree) if code else ():
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def mutated(code: Code, mutator: Mutator) -> Iterator[Sample]:
    """The mutants that one mutator makes of one cell; several of one line are numbered, as a cell's items are."""
    lines: Counter[int] = Counter()
    for change in mutator(code):
        first = min(change, key=lambda edit: edit.node.lineno)
        line = first.node.lineno
        lines[line] += 1
        number = f"#{lines[line]}" if lines[line] > 1 else ""
        name = f"{mutator.__name__}@{code.cell}:{line}{number}"
        yield Sample(name, _what(code, mutator, change), {code.cell: changed(code, change)})


def _what(code: Code, mutator: Mutator, change: Change) -> str:
    """The mistake in a sentence, then what it made of the first place that it changed."""
    sentence = (mutator.__doc__ or "").split("\n")[0]
    return f"{sentence} {code.source(change[0].node)} → {change[0].text}"


def _in_turn(rows: Iterable[Iterable[T]]) -> Iterator[T]:
    """The first of each row, then the second of each, and so on."""
    for column in zip_longest(*rows, fillvalue=None):
        yield from (one for one in column if one is not None)
