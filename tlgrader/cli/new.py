"""Commands that begin something: a course, an exercise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from tlgrader.cli.options import CourseFolder, course_at
from tlgrader.cli.show import STDERR, STDOUT
from tlgrader.course.paths import Course

if TYPE_CHECKING:
    from tlgrader.authoring.new import Assessed, Begun

new = typer.Typer(
    name="new",
    help="Begin a course, or an exercise in one.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


@new.command()
def course(
    path: Annotated[Path, typer.Argument(help="The course's folder; it need not exist.", show_default=False)],
) -> None:
    """Write a course that grades at once, with one small exercise; or take over a course of nbgrader.

    In a folder that has files already, writes what is missing and says what it kept. nbgrader_config.py and .gitignore
    only get lines at their end. Of each assignment that is there it says what tlgrader makes of it, and ends with
    exit code 1 where an author has to change something first.
    """
    from tlgrader.authoring.new import assess, new_course

    there = Course(path.resolve())
    before = there.assignments() if (path / "source").is_dir() else []
    _say(there, new_course(path))
    assessed = [assess(there, name) for name in before]
    for one in assessed:
        _say_of(one)
    if any(one.problems for one in assessed):
        raise typer.Exit(1)
    if not before:
        STDOUT.print(f"Now: cd {escape(str(path))} && tlgrader audit --all", soft_wrap=True)


@new.command()
def exercise(
    name: Annotated[str, typer.Argument(help="The exercise's name.", show_default=False)],
    course: CourseFolder = None,
) -> None:
    """Write a small exercise that grades at once, to be made into your own."""
    from tlgrader.authoring.new import new_exercise

    there = course_at(course)
    _say(there, new_exercise(there, name))
    quoted = f'"{name}"' if " " in name else name
    STDOUT.print(f"Now: tlgrader audit {quoted}", soft_wrap=True)


def _say(course: Course, begun: Begun) -> None:
    named = (("Written", begun.written), ("Lines added", begun.extended), ("Kept as it is", begun.kept))
    for what, paths in named:
        for path in paths:
            STDOUT.print(
                f"{what}: {escape(str(path.relative_to(course.root)))}", soft_wrap=True, highlight=False
            )


def _say_of(one: Assessed) -> None:
    if one.holds:
        STDOUT.print(f"{escape(one.assignment)}: {escape(one.holds)}.", soft_wrap=True, highlight=False)
    for problem in one.problems:
        STDERR.print(f"[yellow]{escape(one.assignment)}:[/] {escape(problem)}", soft_wrap=True)
