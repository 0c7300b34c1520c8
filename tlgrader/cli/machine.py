"""Commands about this machine: doctor, setup."""

from __future__ import annotations

import typer
from rich.markup import escape
from rich.table import Table

from tlgrader.cli.show import STDERR, STDOUT


def doctor() -> None:
    """Say what this machine offers: the wall, limits, GPU, weights, data, Slurm; and what to do about what lacks."""
    from tlgrader.doctor import examine

    table = Table(title="What this machine offers", title_justify="left")
    for column in ("", "what", "found", "what to do"):
        table.add_column(column)
    with STDERR.status("Examining this machine"):
        symptoms = examine()
    for symptom in symptoms:
        mark = "[green]✓[/]" if symptom.well else ("[red]✗[/]" if symptom.needed else "[yellow]–[/]")
        table.add_row(
            mark, escape(symptom.what), escape(symptom.found), escape("" if symptom.well else symptom.advice)
        )
    STDOUT.print(table)
    if any(symptom.needed and not symptom.well for symptom in symptoms):
        raise typer.Exit(1)


def setup() -> None:
    """Fetch and verify the data, once; make the secret from which hidden data are drawn."""
    from tlgrader.data.install import install

    with STDERR.status("Fetching the data"):
        for line in install():
            STDOUT.print(line, highlight=False, soft_wrap=True)
