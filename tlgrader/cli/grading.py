"""Commands of everyday grading: grade, check, status, feedback."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from tlgrader.checks.wording import cut
from tlgrader.cli.options import CORES, CourseFolder, ExerciseName, NoSandbox, Slots, course_at
from tlgrader.cli.show import STDERR, STDOUT, cohort, counted, watched
from tlgrader.course import read_registration
from tlgrader.course.paths import Course
from tlgrader.errors import UsageError
from tlgrader.notebook.exercise import read_exercise
from tlgrader.records.record import Record, Training, alike, printable
from tlgrader.records.standing import Standing, State
from tlgrader.sandbox.gpu import GpuAllocation
from tlgrader.sandbox.limits import limits_in_words

Students = Annotated[
    list[str] | None,
    typer.Option("--student", help="Only this student; may be given more than once.", show_default=False),
]


def grade(
    exercise: ExerciseName,
    student: Students = None,
    slots: Slots = CORES,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Grade again what has a record that still holds.")
    ] = False,
    training: Annotated[
        Training,
        typer.Option(
            help="Where training results come from: cells tagged train run (rerun), never run (handed-in), or run "
            "unless a valid result of the submitted cells was handed in (auto)."
        ),
    ] = Training.rerun,
    verify_training: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Run this share of the trainings handed in again, drawn by chance, and compare; a difference "
            "goes to a person.",
        ),
    ] = 0.0,
    gpus: Annotated[
        str,
        typer.Option(
            metavar="LIST",
            help="Train on these GPUs: all, or positions and ids (GPU-…, MIG-…) with commas. A submission is tried on "
            "a CPU first, and takes a GPU where a cell tagged train does not end there in a few seconds.",
            show_default=False,
        ),
    ] = "",
    gpu_slots: Annotated[
        int,
        typer.Option(min=1, help="How many submissions at a time on each of them; they share its memory."),
    ] = 1,
    no_gradebook: Annotated[
        bool, typer.Option("--no-gradebook", help="Write records only; another run publishes them.")
    ] = False,
    no_sandbox: NoSandbox = False,
    course: CourseFolder = None,
) -> None:
    """Grade the submissions of an exercise, in parallel.

    Reads submitted/<student>/EXERCISE/, writes records/, gradebook.db and autograded/. What was graded before and
    has not changed is kept, so a run that was interrupted goes on where it was. Ends with exit code 1 where a person
    has to look at something.
    """
    from tlgrader import pipeline

    if verify_training and training is Training.rerun:
        raise UsageError(
            "--verify-training is about what was handed in: give --training auto or handed-in, too"
        )
    here = course_at(course, exercise)
    students = _students(here, exercise, student)
    order = pipeline.Order(
        tuple(students),
        slots,
        fresh,
        sandboxed=not no_sandbox,
        publish=not no_gradebook,
        training=training,
        verified=verify_training,
        gpus=_allocations(here, exercise, gpus, gpu_slots) if gpus else (),
    )
    steps = list(watched(pipeline.grade(here, exercise, order), len(students), f"Grading {exercise}"))
    records = sorted((step.record for step in steps), key=lambda record: record.student)
    kept = sum(not step.done_now for step in steps)
    standings = pipeline.standings(here, exercise, records)
    _show(exercise, standings, records, f"{len(steps) - kept} graded now, {kept} kept from before.")


def _allocations(course: Course, exercise: str, gpus: str, gpu_slots: int) -> tuple[GpuAllocation, ...]:
    from tlgrader.sandbox.gpu import allocations, present, require_torch_that_shares

    needed = read_registration(course).needs(exercise).accelerator
    if not needed and not read_exercise(course.source(exercise)).trains:
        raise UsageError(f"no cell of {exercise} is tagged `train`, so that nothing would take a GPU")
    require_torch_that_shares()
    return allocations(gpus, present(), gpu_slots)


def _students(course: Course, exercise: str, chosen: list[str] | None) -> list[str]:
    there = list(course.students(exercise))
    unknown = [student for student in chosen or [] if student not in there]
    if unknown:
        raise UsageError(f"submitted/{unknown[0]}/{exercise}/ does not exist")
    if not there:
        raise UsageError(f"nobody has submitted {exercise}: submitted/*/{exercise}/ is empty")
    return list(dict.fromkeys(chosen)) if chosen else there


def _show(exercise: str, standings: list[Standing], records: list[Record], *sentences: str) -> None:
    """List what needs a person, then everybody in a table; end with 1 where a person has something to do."""
    waiting = [f"{one.student}: {reason}" for one in standings for reason in one.reasons]
    waiting += alike(records)
    for reason in waiting:
        STDERR.print(f"[yellow]For a person:[/] {escape(printable(reason))}", soft_wrap=True)
    STDOUT.print(cohort(standings, records, exercise))
    for sentence in (counted(standings), *sentences):
        STDOUT.print(escape(printable(sentence)), highlight=False)
    if any(one.waits for one in standings):
        STDOUT.print("What waits is graded by hand: nbgrader formgrader", soft_wrap=True)
    if waiting or any(one.waits for one in standings):
        raise typer.Exit(1)


def status(exercise: ExerciseName, course: CourseFolder = None) -> None:
    """Show what has been graded, what waits for a person, what cannot be graded, and who has not been graded yet."""
    from tlgrader import gradebook, pipeline

    here = course_at(course, exercise)
    students = list(here.students(exercise))
    records = pipeline.records(here, exercise)
    graded = {one.student: one for one in pipeline.standings(here, exercise, records)}
    standings = [graded.get(student, Standing(student, State.not_graded)) for student in students]
    absent = [student for student in gradebook.students(here) if student not in students]
    sentence = f"Not submitted, of those in the gradebook: {cut(', '.join(absent), 200)}"
    _show(exercise, standings, records, *([sentence] if absent else []))


def feedback(exercise: ExerciseName, student: Students = None, course: CourseFolder = None) -> None:
    """Write each student's feedback page, without hidden tests or marking schemes, into feedback/.

    Whoever has not been graded yet gets none; then it ends with exit code 1.
    """
    from tlgrader.gradebook.commands import generate_feedback

    here = course_at(course, exercise)
    students = _students(here, exercise, student)
    graded = [student for student in students if here.autograded(exercise, student).is_file()]
    pages = generate_feedback(here, exercise, graded)
    written = list(watched(pages, len(graded), f"Feedback on {exercise}"))
    STDOUT.print(
        f"Pages written: {len(written)}, as feedback/<student>/{exercise}/{here.notebook(exercise)}.html",
        soft_wrap=True,
    )
    for left_out in (student for student in students if student not in graded):
        STDERR.print(
            f"[yellow]No page for[/] {escape(printable(left_out))}, who has not been graded yet: run "
            f"tlgrader grade {shlex.quote(exercise)}",
            soft_wrap=True,
        )
    if len(graded) < len(students):
        raise typer.Exit(1)


def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook.", exists=True, dir_okay=False)],
    no_sandbox: NoSandbox = False,
) -> None:
    """For students: run the visible checks on your notebook, as the grader will, before you submit."""
    from tlgrader.selfcheck import selfcheck

    with STDERR.status(
        "Starting a sandbox and running your notebook (importing the libraries takes some seconds)"
    ):
        checked = selfcheck(notebook, sandboxed=not no_sandbox)
    STDOUT.print(f"{limits_in_words(checked.limits)}", soft_wrap=True, highlight=False)
    for cell in checked.cells:
        if cell.reason:
            STDOUT.print(f"[yellow]cell {escape(cell.cell)}:[/] {escape(cell.reason)}")
    for grade_cell in checked.grades:
        STDOUT.print(f"\n[bold]{escape(grade_cell.cell)}[/]")
        STDOUT.print(escape(checked.text(grade_cell)), highlight=False)
    if checked.training:
        STDOUT.print(f"\n{escape(checked.training)}", soft_wrap=True)
    STDOUT.print(f"\n{checked.summary}")
    if not checked.all_passed:
        raise typer.Exit(1)
