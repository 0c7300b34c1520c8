"""The commands, and the one place where errors become sentences and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Annotated

import typer
from rich.markup import escape

from tlgrader import __version__
from tlgrader.cli import authoring, calibrating, demonstrating, grading, machine
from tlgrader.cli.new import new
from tlgrader.cli.show import STDERR
from tlgrader.errors import GraderError, UsageError

GRADERS = ("bleach", "bs4", "filelock", "nbconvert", "nbgrader", "scipy")
"""What the extra `grade` installs: a student's install goes without it."""

app = typer.Typer(
    name="tlgrader",
    help=(
        "Grades transfer-learning notebooks on evidence.\n\n"
        "A cohort: [bold]grade[/] EXERCISE, then [bold]status[/] and [bold]feedback[/]. A course of your own: "
        "[bold]new[/], [bold]audit[/], [bold]calibrate[/], [bold]release[/]. A student: [bold]check[/] NOTEBOOK. "
        "First time here: [bold]demo[/] and [bold]doctor[/].\n\n"
        "Exit codes: 0 done, 1 something needs a person (it is listed), 2 the call, the exercise or the machine "
        "is wrong (it says which)."
    ),
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


_GRADING: tuple[Callable[..., None], ...] = (
    demonstrating.demo,
    grading.grade,
    grading.check,
    grading.status,
    grading.feedback,
)
_AUTHORING: tuple[Callable[..., None], ...] = (authoring.release, authoring.audit, calibrating.calibrate)
_MACHINE: tuple[Callable[..., None], ...] = (machine.doctor, machine.setup)

for command in (*_GRADING, *_AUTHORING, *_MACHINE):
    app.command()(command)
app.add_typer(new)


def main() -> None:
    """Run a command; a GraderError becomes one sentence and exit code 2."""
    try:
        app()
    except GraderError as error:
        STDERR.print(f"[bold red]{_subject(error)}[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(2)
    except ModuleNotFoundError as error:
        STDERR.print(_missing(error), soft_wrap=True)
        sys.exit(2)
    except BrokenPipeError:
        os._exit(1)


def _missing(error: ModuleNotFoundError) -> str:
    """What to install for a package that only graders have. Raises the error where it is no such package."""
    package = (error.name or "").partition(".")[0]
    if package not in GRADERS:
        raise error
    return f"This command is for graders and needs `{package}`: pip install 'tlgrader\\[grade]'"


def _subject(error: GraderError) -> str:
    return "" if isinstance(error, UsageError) else f"The fault of {error.whose}:"
