"""Commands for authors of exercises: release, audit, calibrate."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from tlgrader.cli.options import CORES, CourseFolder, ExerciseName, NoSandbox, Slots, course_at
from tlgrader.cli.show import STDERR, STDOUT, print_surprises, watched
from tlgrader.course.paths import Course

if TYPE_CHECKING:
    from tlgrader.calibrate import Run

Seeds = Annotated[int, typer.Option("--seeds", min=2, help="Runs of each solution.")]


def release(
    exercise: ExerciseName,
    slots: Slots = CORES,
    skip_audit: Annotated[bool, typer.Option("--skip-audit", help="Do not prove the checks first.")] = False,
    course: CourseFolder = None,
) -> None:
    """Prove the checks, then generate the students' notebook in release/.

    Refuses where the audit fails, a grade cell holds what it may not, a threshold is not stated in the notebook, or
    anything hidden would reach a student.
    """
    from tlgrader.release import release as write_release

    here = course_at(course, exercise)
    if not skip_audit and not _audit(here, exercise, slots, sandboxed=True):
        STDERR.print("Not released: the audit found something.")
        raise typer.Exit(1)
    path = write_release(here, exercise)
    STDOUT.print(f"Released: {path.relative_to(here.root)}")


def audit(
    exercise: ExerciseName, slots: Slots = CORES, no_sandbox: NoSandbox = False, course: CourseFolder = None
) -> None:
    """Grade the corpus, compare every verdict, and report what each check kills.

    A check that no wrong submission fails is useless; one that nothing passes is broken. Both end with exit code 1.
    """
    here = course_at(course, exercise)
    if not _audit(here, exercise, slots, sandboxed=not no_sandbox):
        raise typer.Exit(1)


def _audit(course: Course, exercise: str, slots: int, *, sandboxed: bool) -> bool:
    from tlgrader.audit import audit as run_audit
    from tlgrader.audit import kills
    from tlgrader.course.corpus import read_corpus

    total = len(read_corpus(course, exercise))
    steps = run_audit(course, exercise, slots, sandboxed=sandboxed)
    audited = list(watched(steps, total, f"Auditing {exercise}"))
    found = kills(audited)
    table = Table(title=f"{exercise}: what each check kills", title_justify="left")
    for column in ("item", "passed", "failed by", ""):
        table.add_column(column)
    for kill in found:
        table.add_row(escape(kill.item), str(kill.passed), escape(_some(kill.failed_by)), kill.verdict)
    STDOUT.print(table)
    surprises = [(one.sample.name, surprise) for one in audited for surprise in one.surprises]
    print_surprises(sorted(surprises))
    bad = [kill for kill in found if kill.verdict]
    STDOUT.print(f"{total} submissions, {len(surprises)} surprises, {len(found)} items, {len(bad)} unproven.")
    return not surprises and not bad


def _distributions(name: str, runs: Sequence[Run]) -> Table:
    """What each solution reached, shown before a threshold is chosen or refused."""
    table = Table(title=f"{name}, by solution", title_justify="left")
    for column in ("solution", "runs", "least", "mean", "most"):
        table.add_column(column)
    for sample in sorted({run.sample.name for run in runs}):
        values = [run.measured[name] for run in runs if run.sample.name == sample and name in run.measured]
        if values:
            figures = (min(values), fmean(values), max(values))
            table.add_row(escape(sample), str(len(values)), *(f"{value:.3f}" for value in figures))
    return table


def _some(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def calibrate(
    exercise: ExerciseName, seeds: Seeds = 10, slots: Slots = CORES, course: CourseFolder = None
) -> None:
    """Measure what right and weak solutions reach, and set the thresholds between them.

    Runs the reference, every pass__*.py and every baseline__*.py under --seeds seeds each, and writes thresholds,
    distributions and estimated error rates to tl_solutions/EXERCISE/reference.json. Refuses where no threshold keeps
    both error rates at 1 % or below.
    """
    from tlgrader import calibrate as calibration

    here = course_at(course, exercise)
    names = calibration.names(here, exercise)
    total = seeds * len(calibration.measured_samples(here, exercise))
    steps = calibration.runs(here, exercise, seeds, slots)
    runs = list(watched(steps, total, f"Calibrating {exercise}", "runs"))
    for name in names:
        STDOUT.print(_distributions(name, runs))
    found = {name: calibration.calibrated(runs, name) for name in names}
    calibration.write_reference(here, exercise, found, runs[0].record.versions)
    for name, one in found.items():
        STDOUT.print(
            f"{name}: threshold {one.threshold:.2f}; an estimated {one.correct.estimated:.2%} of right solutions fail "
            f"({one.correct.wrong} of {one.correct.total} runs), {one.weak.estimated:.2%} of weak ones pass "
            f"({one.weak.wrong} of {one.weak.total} runs)"
        )
