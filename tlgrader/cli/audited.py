"""What an audit found, in tables: what every check kills, and what became of every mutant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from tlgrader.authoring import mistakes
from tlgrader.authoring.audit import (
    RELEASED,
    Audited,
    Cohort,
    Fate,
    Kills,
    audit,
    cohort,
    kills,
    not_rebuilt,
    only,
    unused,
)
from tlgrader.authoring.rivals import rivals
from tlgrader.authoring.strengths import MOST_CLAIMED, in_words, strengths
from tlgrader.checks.finding import Outcome, Strength
from tlgrader.checks.wording import cut
from tlgrader.cli.show import STDOUT, print_surprises, watched
from tlgrader.course.paths import Course
from tlgrader.grading.pool import Pool
from tlgrader.records.record import Item
from tlgrader.sandbox.limits import Limits


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of one exercise's audit; all of `surprises`, `unproven` and `unexplained` must be 0."""

    exercise: str
    submissions: int
    surprises: int
    items: int
    unproven: int
    mutants: int
    killed: int
    equivalent: int
    unexplained: int

    @property
    def fine(self) -> bool:
        """Whether nothing is left to mend."""
        return not (self.surprises or self.unproven or self.unexplained)


def audit_all(
    course: Course,
    exercises: Sequence[str],
    slots: int,
    *,
    mutate: bool,
    sandboxed: bool = True,
    page: Path | None = None,
) -> bool:
    """Audit `exercises` one after the other by the same graders and print what was found; whether all is fine.

    On `page` it writes what wrong submissions are told.
    """
    cohorts = [cohort(course, exercise, mutate=mutate) for exercise in exercises]
    with Pool(course, slots, Limits(), sandboxed=sandboxed) as pool:
        found = [_audited(pool, course, these, mutate, sandboxed) for these in cohorts]
    counts = [one for one, _ in found]
    if page is not None:
        told = {one.exercise: audited for one, audited in found}
        page.write_text(mistakes.page(told, page.read_text() if page.exists() else ""))
        STDOUT.print(f"Written: {page}")
    if len(counts) > 1:
        STDOUT.print(_overview(counts))
    return all(one.fine for one in counts)


def audit_only(
    course: Course, exercises: Sequence[str], slots: int, pattern: str, *, sandboxed: bool = True
) -> bool:
    """Grade submissions of such names and print what their students read; whether no verdict surprises."""
    cohorts = [only(cohort(course, exercise, mutate=False), pattern) for exercise in exercises]
    with Pool(course, slots, Limits(), sandboxed=sandboxed) as pool:
        fine = [_read_by_students(pool, course, these) for these in cohorts]
    return all(fine)


def _read_by_students(pool: Pool, course: Course, these: Cohort) -> bool:
    steps = watched(audit(pool, course, these), len(these), f"Auditing {these.exercise}", "submissions")
    surprises: list[tuple[str, str]] = []
    for one in steps:
        if isinstance(one, Audited):
            _print_what_is_read(one)
            surprises += [(one.sample.name, surprise) for surprise in one.surprises]
    print_surprises(surprises)
    return not surprises


def _print_what_is_read(one: Audited) -> None:
    score = "not graded" if one.record.score is None else f"{one.record.score:g}"
    STDOUT.print(f"[bold]{escape(one.sample.name)}[/]: {score} of {one.record.points:g} points")
    for item in one.record.items().values():
        if item.finding.outcome is not Outcome.passed:
            STDOUT.print(f"  {_told(item)}", soft_wrap=True, highlight=False)


def _told(item: Item) -> str:
    """What the student reads of an item that is not passed."""
    found = item.finding
    hint = f" [yellow]{escape(found.hint)}[/]" if found.hint else ""
    return f"{found.outcome} {escape(item.id)}: {escape(found.observed)}{hint}"


def _audited(
    pool: Pool, course: Course, these: Cohort, mutate: bool, sandboxed: bool
) -> tuple[Counts, list[Audited]]:
    of_what = "submissions and mutants" if these.mutants else "submissions"
    steps = watched(audit(pool, course, these), len(these), f"Auditing {these.exercise}", of_what)
    done = list(steps)
    audited = [one for one in done if isinstance(one, Audited)]
    fates = sorted((one for one in done if isinstance(one, Fate)), key=lambda one: one.mutant.name)
    found = kills(audited)
    STDOUT.print(_items(these.exercise, found, fates))
    if fates:
        STDOUT.print(_mutants(f"{these.exercise}: what killed each mutant", fates))
    tried = _rivals(course, these, sandboxed) if mutate else []
    fates += tried
    _print_strengths(audited)
    for reason in not_rebuilt(audited):
        STDOUT.print(
            f"[yellow]Not rebuilt:[/] {escape(reason)}. Declare what students start from in course.py "
            "(docs/architectures.md)",
            soft_wrap=True,
        )
    for name in mistakes.silent(audited):
        STDOUT.print(f"[yellow]Without a hint:[/] {escape(name)}", soft_wrap=True)
    surprises = _surprises(these, audited, fates)
    print_surprises(surprises)
    counts = Counts(
        exercise=these.exercise,
        submissions=sum(one.sample.kind != RELEASED for one in audited),
        surprises=len(surprises),
        items=len(found),
        unproven=sum(bool(kill.verdict) for kill in found),
        mutants=len(fates),
        killed=sum(bool(one.killed_by) for one in fates),
        equivalent=sum(bool(one.explained) for one in fates),
        unexplained=sum(one.survives and not one.explained for one in fates),
    )
    STDOUT.print(_sentence(counts), soft_wrap=True)
    return counts, audited


def _rivals(course: Course, these: Cohort, sandboxed: bool) -> list[Fate]:
    """What became of the rivals of functions; of so many, only those are shown that no check tells apart."""
    fates = list(rivals(course, these.exercise, these.reference, these.explanations, sandboxed=sandboxed))
    alike = [one for one in fates if not one.killed_by]
    if alike:
        STDOUT.print(_mutants(f"{these.exercise}: functions that no check tells from the reference's", alike))
    if fates:
        told = len(fates) - len(alike)
        STDOUT.print(
            f"{len(fates)} functions were written wrongly in one way; checks tell {told} of them apart."
        )
    return fates


def _print_strengths(audited: Sequence[Audited]) -> None:
    """How strong the evidence is, told of the reference, and a warning where much is only claimed."""
    reference = next((one.record for one in audited if one.sample.kind == "reference"), None)
    shares = strengths(reference) if reference else {}
    if not any(shares.values()):
        return
    STDOUT.print(in_words(shares), soft_wrap=True)
    if shares[Strength.claimed] > MOST_CLAIMED:
        STDOUT.print(
            f"[yellow]Much is only claimed:[/] more than {MOST_CLAIMED:.0%} of the points go to whoever writes what "
            "the checks read. Check what was computed, or give those items less weight (docs/trust.md)",
            soft_wrap=True,
        )


def _surprises(these: Cohort, audited: Sequence[Audited], fates: Sequence[Fate]) -> list[tuple[str, str]]:
    """What is not as the author says, of samples, mutants and explanations."""
    of_samples = [(one.sample.name, surprise) for one in audited for surprise in one.surprises]
    of_mutants = [(one.mutant.name, one.problem) for one in fates if one.problem]
    idle = "explains no mutant that survives; take it out of equivalent.toml"
    return sorted(of_samples) + of_mutants + [(name, idle) for name in unused(these.explanations, fates)]


def _items(exercise: str, found: Sequence[Kills], fates: Sequence[Fate]) -> Table:
    killed = Counter(item for one in fates for item in one.killed_by)
    table = Table(title=f"{exercise}: what each check kills", title_justify="left")
    for column in ("item", "passed", "failed by", *(["mutants"] if fates else []), ""):
        table.add_column(column)
    for kill in found:
        mutants = [str(killed[kill.item])] if fates else []
        names = escape(_some(kill.failed_by))
        table.add_row(escape(kill.item), str(kill.passed), names, *mutants, kill.verdict)
    return table


def _mutants(title: str, fates: Sequence[Fate]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in ("mutant", "mistake", "killed by"):
        table.add_column(column, overflow="fold")
    for one in fates:
        table.add_row(escape(one.mutant.name), escape(cut(one.mutant.what, 140)), _end(one))
    return table


def _end(one: Fate) -> str:
    if one.problem:
        return "[red]undecided[/]"
    if one.killed_by:
        return escape(_some(one.killed_by))
    return f"equivalent: {escape(one.explained)}" if one.explained else "[red]survives: all points[/]"


def _sentence(counts: Counts) -> str:
    sentence = (
        f"{counts.submissions} submissions, {counts.surprises} surprises, {counts.items} items, "
        f"{counts.unproven} unproven."
    )
    if counts.mutants:
        sentence += (
            f" {counts.mutants} mutants, {counts.killed} killed, {counts.equivalent} explained as equivalent, "
            f"{counts.unexplained} that survive unexplained."
        )
    return sentence


def _overview(counts: Sequence[Counts]) -> Table:
    table = Table(title="All exercises", title_justify="left")
    names = ("exercise", "submissions", "surprises", "items", "unproven", "mutants", "killed", "equivalent")
    for name in (*names, "unexplained"):
        table.add_column(name, justify="left" if name == "exercise" else "right")
    for one in counts:
        table.add_row(one.exercise, *(str(getattr(one, name)) for name in (*names[1:], "unexplained")))
    return table


def _some(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
