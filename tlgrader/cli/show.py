"""Tables and progress. Whatever comes from a submission is escaped before rich sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from tlgrader.checks.finding import Outcome
from tlgrader.records.record import Record, Status

STDOUT = Console(soft_wrap=False)
STDERR = Console(stderr=True)
T = TypeVar("T")


def watched(steps: Iterable[T], total: int, doing: str, name: str = "submissions") -> Iterator[T]:
    """Pass `steps` on while a bar shows how many are done and how long the rest will take."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(name),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=STDERR, transient=True) as progress:
        task = progress.add_task(doing, total=total)
        for step in steps:
            progress.advance(task)
            yield step


def cohort(records: Sequence[Record], title: str) -> Table:
    """One line a submission: score, what did not pass, time, and whether a person has to look.

    Where somebody's training was taken as it was handed in, also whose, and whether it was verified.
    """
    table = Table(title=escape(title), title_justify="left")
    handing_in = any(record.handed_in or record.untrained for record in records)
    columns = [
        "student",
        "score",
        "did not pass",
        "seconds",
        *(["training"] if handing_in else []),
        "for a person",
    ]
    for column in columns:
        table.add_column(column, justify="right" if column in ("score", "seconds") else "left")
    for record in records:
        cells = {
            "student": record.student,
            "score": score(record),
            "did not pass": ", ".join(_unpassed(record)),
            "seconds": f"{record.seconds['total']:.1f}" if "total" in record.seconds else "",
            "training": _training(record),
            "for a person": short("; ".join(record.for_a_person())),
        }
        table.add_row(*(escape(cells[column]) for column in columns))
    return table


def _training(record: Record) -> str:
    if record.status is not Status.graded:
        return ""
    if not record.handed_in:
        return "not run" if record.untrained else "run"
    if record.verified is None:
        return "handed in"
    return "in doubt" if record.verified.doubt else "verified"


def score(record: Record) -> str:
    """Points of points; a dash where there is no score."""
    if record.status is not Status.graded:
        return "–"
    got = "?" if record.score is None else f"{record.score:.4g}"
    return f"{got} / {record.points:g}"


def print_surprises(surprises: Iterable[tuple[str, str]]) -> None:
    """Say of each sample where its verdict is not as expected."""
    for name, surprise in surprises:
        STDOUT.print(f"[red]{escape(name)}:[/] {escape(surprise)}", soft_wrap=True)


def _unpassed(record: Record) -> list[str]:
    return [
        id.split("/", 1)[1]
        for id, item in record.items().items()
        if item.finding.outcome in (Outcome.failed, Outcome.error)
    ]


def short(text: str, limit: int = 120) -> str:
    """At most `limit` characters, for a cell of a table."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
