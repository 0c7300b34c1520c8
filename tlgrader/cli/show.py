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
from tlgrader.judge.record import Record, Status

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
    """One line a submission: score, what did not pass, time, and whether a person has to look."""
    table = Table(title=escape(title), title_justify="left")
    for column in ("student", "score", "did not pass", "seconds", "for a person"):
        table.add_column(column, justify="right" if column in ("score", "seconds") else "left")
    for record in records:
        person = record.for_a_person()
        table.add_row(
            escape(record.student),
            score(record),
            escape(", ".join(_unpassed(record))),
            f"{record.seconds['total']:.1f}" if "total" in record.seconds else "",
            escape(short("; ".join(person))),
        )
    return table


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
