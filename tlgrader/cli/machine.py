"""Commands about this machine: doctor, setup."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from tlgrader.cli.show import STDERR, STDOUT


def doctor() -> None:
    """Say what this machine offers: the wall, a slot, limits, GPUs, data, Slurm; and what to do about what lacks."""
    from tlgrader.course import registration_here
    from tlgrader.doctor import examine

    table = Table(title="What this machine offers", title_justify="left")
    for column in ("", "what", "found", "what to do"):
        table.add_column(column)
    with STDERR.status("Examining this machine"):
        symptoms = examine(registration_here())
    for symptom in symptoms:
        mark = "[green]✓[/]" if symptom.well else ("[red]✗[/]" if symptom.needed else "[yellow]–[/]")
        table.add_row(
            mark, escape(symptom.what), escape(symptom.found), escape("" if symptom.well else symptom.advice)
        )
    STDOUT.print(table)
    if any(symptom.needed and not symptom.well for symptom in symptoms):
        raise typer.Exit(1)


def setup(
    grader: Annotated[
        bool, typer.Option("--grader", help="For graders: also the hidden data, which no student may have.")
    ] = False,
) -> None:
    """Fetch and verify the course's data, once. Graders give --grader; students do not."""
    from tlgrader.course import registration_here

    install = registration_here().install
    if install is None:
        STDOUT.print("This course has no data to fetch.")
        return
    with STDERR.status("Fetching the data"):
        for line in install(hidden=grader):
            STDOUT.print(line, highlight=False, soft_wrap=True)
