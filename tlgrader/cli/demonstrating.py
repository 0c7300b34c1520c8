"""The demo's command: a known cohort in every exercise, a line a student, and where to look next."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from tlgrader.cli.options import CORES, CourseFolder, Slots, course_at
from tlgrader.cli.show import STDOUT, cohort, counted, print_surprises, watched
from tlgrader.course.paths import Course
from tlgrader.records.standing import Standing, State

if TYPE_CHECKING:
    from tlgrader.demo import Demonstration


@dataclass(frozen=True, slots=True)
class Shown:
    """What the demo showed of one exercise."""

    exercise: str
    standings: Sequence[Standing]
    as_expected: bool


def demo(
    slots: Slots = CORES,
    whole: Annotated[
        bool, typer.Option("--whole", help="Hand in the whole corpus, not a few of it.")
    ] = False,
    course: CourseFolder = None,
) -> None:
    """Grade a cohort in every exercise: the whole flow, from submissions to feedback pages.

    The cohort is a few of the corpus that proves the checks: what imagined students handed in, right and wrong,
    and some files that cannot be read. Each one's verdict is known, and compared.
    """
    from tlgrader.demo import COHORT, run_demo

    here = course_at(course)
    shown = [_show(here, one) for one in run_demo(here, slots, None if whole else COHORT)]
    STDOUT.print("\n[bold]Where to look next[/]")
    for where, what in where_next(here, shown):
        STDOUT.print(f"  [cyan]{escape(where)}[/]\n    {escape(what)}", soft_wrap=True, highlight=False)
    if not all(one.as_expected for one in shown):
        raise typer.Exit(1)


def _show(course: Course, one: Demonstration) -> Shown:
    """Grade one exercise's cohort under a bar, then print its table, and loudly what is not as expected."""
    from tlgrader import pipeline

    first = ", after training as a student does" if one.trains else ""
    steps = watched(one.steps(), len(one.students), f"Grading {one.exercise}{first}")
    records = sorted((step.record for step in steps), key=lambda record: record.student)
    standings = pipeline.standings(course, one.exercise, records)
    surprises = one.surprises(records)
    STDOUT.print(cohort(standings, records, one.exercise))
    STDOUT.print(counted(standings), highlight=False)
    print_surprises(surprises)
    met = len(records) - len({student for student, _ in surprises})
    STDOUT.print(f"{met} of {len(records)} verdicts as expected.\n", highlight=False)
    return Shown(one.exercise, standings, not surprises)


def where_next(course: Course, shown: Sequence[Shown]) -> Iterator[tuple[str, str]]:
    """What to open or to call after a demo, and what it shows: first the page of somebody who failed something."""
    partly = [
        (one.exercise, standing.student)
        for one in shown
        for standing in one.standings
        if standing.state is not State.not_gradable and 0 < standing.score < standing.points
    ]
    # Somebody who tried in earnest makes the better example.
    for exercise, student in sorted(partly, key=lambda pair: pair[1].startswith("cheat__"))[:1]:
        page = os.path.relpath(course.feedback(exercise, student))
        yield page, f"What {student} gets back: open it in a browser. Each student has such a page."
        yield os.path.relpath(course.record(exercise, student)), "All that is kept of grading it."
    yield (
        "nbgrader formgrader",
        "Everybody's notebooks with reasons beside the cells; what waits is graded here.",
    )
    for one in shown[:1]:
        yield (
            f"tlgrader status {shlex.quote(one.exercise)}",
            "The table of one exercise again, with what people have graded.",
        )
