"""Commands for authors of exercises: release and audit; `calibrating` has the third."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tlgrader.cli.calibrating import warn_of_stale_thresholds
from tlgrader.cli.options import (
    CORES,
    CourseFolder,
    Every,
    NoSandbox,
    OptionalExercise,
    Slots,
    chosen,
    course_at,
)
from tlgrader.cli.show import STDERR, STDOUT


def release(
    exercise: OptionalExercise = None,
    every: Every = False,
    slots: Slots = CORES,
    skip_audit: Annotated[bool, typer.Option("--skip-audit", help="Do not prove the checks first.")] = False,
    course: CourseFolder = None,
) -> None:
    """Prove the checks, then generate the students' notebook in release/.

    Audits the corpus first, without mutants: whether a check could be stronger does not hold a release up. Refuses
    where the audit fails, a grade cell holds what it may not, a threshold is not stated in the notebook, or anything
    hidden would reach a student.
    """
    from tlgrader.authoring.declarations import require_declarations
    from tlgrader.authoring.release import release as write_release
    from tlgrader.cli.audited import audit_all

    here = course_at(course, exercise)
    names = chosen(here, exercise, every=every)
    require_declarations(here)
    warn_of_stale_thresholds(here, names)
    if not skip_audit and not audit_all(here, names, slots, mutate=False):
        STDERR.print("Not released: the audit found something.")
        raise typer.Exit(1)
    for name in names:
        STDOUT.print(f"Released: {write_release(here, name).relative_to(here.root)}")
        if here.data(name):
            STDOUT.print(f"source/{name}/data/ is not copied: students need it beside their notebook, too.")


def audit(
    exercise: OptionalExercise = None,
    every: Every = False,
    mutants: Annotated[bool, typer.Option(help="Derive wrong submissions from the reference, too.")] = True,
    only: Annotated[
        str | None,
        typer.Option(
            help="Grade the submissions of such names (fail__*), and show what their students read."
        ),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(
            help="Write a page of all mistakes, the items that catch them, and what students read; sections of other "
            "exercises stay."
        ),
    ] = None,
    slots: Slots = CORES,
    no_sandbox: NoSandbox = False,
    course: CourseFolder = None,
) -> None:
    """Grade the corpus and mutants of the reference, and report what each check kills.

    Every verdict is compared with the corpus's. A check that no wrong submission fails is useless; one that nothing
    passes is broken. A mutant has one mistake (a freeze dropped, labels shuffled, another rank, …); one that gets all
    points must be killed by a better check, or explained in the corpus's equivalent.toml. Anything else ends with exit
    code 1.
    """
    from tlgrader.authoring.declarations import require_declarations
    from tlgrader.cli.audited import audit_all, audit_only

    here = course_at(course, exercise)
    names = chosen(here, exercise, every=every)
    require_declarations(here)
    warn_of_stale_thresholds(here, names)
    sandboxed = not no_sandbox
    if only is None:
        fine = audit_all(here, names, slots, mutate=mutants, sandboxed=sandboxed, page=page)
    else:
        fine = audit_only(here, names, slots, only, sandboxed=sandboxed)
    if not fine:
        raise typer.Exit(1)
