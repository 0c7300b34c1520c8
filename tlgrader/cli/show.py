"""Tables and progress. Whatever comes from a submission is escaped before rich sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from rich.box import SIMPLE_HEAD
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

from tlgrader.records.record import Record, Status, printable
from tlgrader.records.standing import Standing, State

STDOUT = Console(soft_wrap=False)
STDERR = Console(stderr=True)
T = TypeVar("T")
_NAME = 24
"""Characters of a student's name in a table; the rest of a longer one is cut."""


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


def cohort(standings: Sequence[Standing], records: Iterable[Record], title: str) -> Table:
    """One line a submission, as wide as the terminal: score, what waits, and the first thing to know of it.

    Where somebody's training was taken as it was handed in, also whose, and whether it was verified.
    """
    by_student = {record.student: record for record in records}
    handing_in = any(record.handed_in or record.untrained for record in by_student.values())
    table = Table(
        title=escape(title),
        title_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        expand=True,
    )
    table.add_column("student", no_wrap=True, max_width=_NAME)
    table.add_column("score", no_wrap=True)
    if handing_in:
        table.add_column("training", no_wrap=True)
    table.add_column("first reason", no_wrap=True, ratio=1)
    for one in standings:
        training = [_training(by_student.get(one.student))] if handing_in else []
        cells = (printable(one.student), score(one), *training, one.first_reason)
        table.add_row(*map(escape, cells))
    return table


def _training(record: Record | None) -> str:
    if record is None or record.status is not Status.graded:
        return ""
    if not record.handed_in:
        return "not run" if record.untrained else "run"
    if record.verified is None:
        return "handed in"
    return "in doubt" if record.verified.doubt else "verified"


def score(one: Standing) -> str:
    """Points of the points that are decided, by whom where a person did, and how many wait; never 0 for no score."""
    if one.state in (State.not_gradable, State.not_graded):
        return str(one.state)
    parts = [f"{one.score:.4g}/{one.points:g}"] if one.points else []
    parts += [f"{one.by_hand:g} by hand"] if one.by_hand else []
    parts += [f"{one.waits:g} wait"] if one.waits else []
    if one.state is State.graded and not one.by_hand:
        parts.append("graded")
    elif one.state is State.waiting and not one.waits:
        parts.append("to review")
    return ", ".join(parts)


def counted(standings: Sequence[Standing]) -> str:
    """How many submissions are in which state, in a sentence."""
    by_state = Counter(one.state for one in standings)
    waits = sum(one.waits for one in standings if one.state is State.waiting)
    points = f" ({waits:g} points)" if waits else ""
    parts = [
        f"{by_state[state]} {state}{points if state is State.waiting else ''}"
        for state in State
        if by_state[state]
    ]
    return f"{len(standings)} submitted: {', '.join(parts)}."


def print_surprises(surprises: Iterable[tuple[str, str]]) -> None:
    """Say of each sample where its verdict is not as expected."""
    for name, surprise in surprises:
        STDOUT.print(f"[red]{escape(name)}:[/] {escape(surprise)}", soft_wrap=True)
