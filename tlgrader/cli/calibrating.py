"""The command that measures what solutions reach, and the warning where that was another exercise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from tlgrader.checks.wording import counted
from tlgrader.cli.options import CORES, CourseFolder, ExerciseName, Slots, course_at
from tlgrader.cli.show import STDERR, STDOUT, watched
from tlgrader.course.paths import Course
from tlgrader.notebook.exercise import read_exercise

if TYPE_CHECKING:
    from tlgrader.authoring.calibration.chance import Chance
    from tlgrader.authoring.calibration.fresh import Proof
    from tlgrader.authoring.calibration.rates import Calibrated, Fit, Side
    from tlgrader.authoring.calibration.runs import Run, Sides

Seeds = Annotated[int, typer.Option("--seeds", min=2, help="Runs of each solution.")]
KeepRuns = Annotated[
    bool,
    typer.Option("--keep-runs", help="Run nothing: choose and draw anew from the runs in reference.json."),
]


Continue = Annotated[
    int | None,
    typer.Option(
        "--continue",
        min=1,
        help="Change no threshold: grade every solution under so many more fresh seeds, and count mistakes.",
    ),
]


def calibrate(
    exercise: ExerciseName,
    seeds: Seeds = 10,
    keep_runs: KeepRuns = False,
    more: Continue = None,
    slots: Slots = CORES,
    course: CourseFolder = None,
) -> None:
    """Measure what right and weak solutions reach, and set the thresholds between them.

    Runs the reference, every pass__*.py and every baseline__*.py under --seeds seeds each. Every measure that
    reference.json names gets a threshold and a grey zone, in which a submission is run again and the mean decides.
    A threshold that students were told stays where another would not err less often.
    Writes them, the distributions and the estimated error rates to tl_solutions/EXERCISE/reference.json, and draws
    them in reference.png beside it. Refuses where no threshold keeps both error rates at 1 % or below.

    Where cells are tagged train, also measures how far honest runs of the reference lie apart: with that tolerance
    `tlgrader grade --verify-training` compares.

    Those seeds chose the threshold, so how often grading by it errs is told by others: --continue 30 grades every
    solution under 30 fresh ones, as students' submissions are graded, on hidden data that is drawn anew, and adds
    what comes out to reference.json. Some 150 submissions of either side without a mistake show that it errs less
    often than 2 times in 100. It can be stopped at any time, and goes on where it was.
    """
    from tlgrader.authoring.calibration import picture, stored
    from tlgrader.authoring.calibration.rates import calibrated

    here = course_at(course, exercise)
    if more is not None:
        _go_on(here, exercise, more, slots)
        return
    names = stored.names(here, exercise)
    chance = None if keep_runs else _chance(here, exercise)
    runs = [] if keep_runs else _measured(here, exercise, names, seeds, slots)
    sides = {name: _sides(here, exercise, runs, name) for name in names}
    for name in names:
        STDOUT.print(_distributions(name, sides[name]))
    found = {
        name: calibrated(
            sides[name],
            name,
            stored.told(here, exercise, name),
            scaled=stored.is_scaled(here, exercise, name),
        )
        for name in names
    }
    if runs:
        stored.write_reference(here, exercise, found, runs[0].record.versions, chance)
    else:
        stored.rewrite_reference(here, exercise, found)
    picture.draw(exercise, found, here.picture(exercise), stored.stored_proofs(here, exercise))
    _say(found)
    STDOUT.print(f"Written: {here.measured(exercise).relative_to(here.root)}, and reference.png beside it")


def _go_on(course: Course, exercise: str, seeds: int, slots: int) -> None:
    from tlgrader.authoring.calibration import picture, stored
    from tlgrader.authoring.calibration.fresh import another_installation, proofs
    from tlgrader.course import register
    from tlgrader.errors import AuthorError

    stale = stored.staleness(course, exercise)
    if stale:
        raise AuthorError(f"fresh seeds would be graded by thresholds of another exercise: {stale}")
    names, known = stored.names(course, exercise), stored.stored_proofs(course, exercise)
    with another_installation(register(course).install):
        steps = proofs(course, exercise, known, names, seeds, slots)
        for known in watched(steps, seeds, f"Proving {exercise}", "seeds"):
            stored.write_proofs(course, exercise, known)
    found = {name: stored.stored(course, exercise, name) for name in names}
    picture.draw(exercise, found, course.picture(exercise), known)
    for name, proof in known.items():
        STDOUT.print(f"{name}: {_shown_by(proof)}", soft_wrap=True, highlight=False)


def _shown_by(proof: Proof) -> str:
    """What fresh seeds showed, in a few sentences."""
    on = f"{proof.seeds} fresh seeds of each solution, {counted(proof.hidden_sets, 'hidden set')}."
    right = f"Of {proof.correct.total} right ones {proof.correct.wrong} failed: at most {proof.correct.bound:.1%} do."
    weak = f"Of {proof.weak.total} weak ones {proof.weak.wrong} passed: at most {proof.weak.bound:.1%} do."
    return f"{on} {right} {weak}"


def _measured(course: Course, exercise: str, names: Sequence[str], seeds: int, slots: int) -> list[Run]:
    from tlgrader.authoring.calibration.runs import measured_samples, runs

    total = seeds * len(measured_samples(course, exercise))
    steps = runs(course, exercise, names, seeds, slots)
    return list(watched(steps, total, f"Calibrating {exercise}", "runs"))


def _chance(course: Course, exercise: str) -> Chance | None:
    """How far honest trainings lie apart, measured and said; None where there is none to hand in."""
    from tlgrader.authoring.calibration.chance import RUNS, chosen, measure

    if not read_exercise(course.source(exercise)).trains:
        return None
    found = chosen(watched(measure(course, exercise), RUNS, "Measuring what chance changes", "runs"))
    curves, cosines = zip(*found.chance, strict=True)
    STDOUT.print(
        f"verification: a curve may differ by {found.tolerance.curve:.2f} (by chance {max(curves):.2f}), a cosine has "
        f"to be at least {found.tolerance.direction:.2f} (by chance {min(cosines):.2f}, under other seeds up to "
        f"{max(cosine for _, cosine in found.other_seeds):.2f}).",
        soft_wrap=True,
        highlight=False,
    )
    return found


def _sides(course: Course, exercise: str, runs: Sequence[Run], name: str) -> Sides:
    from tlgrader.authoring.calibration.runs import sides
    from tlgrader.authoring.calibration.stored import stored_sides

    return sides(runs, name) if runs else stored_sides(course, exercise, name)


def _distributions(name: str, found: Sides) -> Table:
    """What each solution reached, the strongest baseline first, before a threshold is chosen or refused."""
    from tlgrader.authoring.calibration.rates import fits

    table = Table(title=f"{name}, by solution, nearest to the other side first", title_justify="left")
    for column in ("", "solution", "runs", "least", "mean", "most"):
        table.add_column(column)
    _add(table, "weak", found.weak, fits(found.weak, strongest=True))
    table.add_section()
    _add(table, "right", found.correct, fits(found.correct, strongest=False))
    return table


def _add(table: Table, side: str, runs: Mapping[str, Sequence[float]], ordered: Iterable[Fit]) -> None:
    for fit in ordered:
        values = runs[fit.sample]
        figures = (f"{value:.3f}" for value in (min(values), fmean(values), max(values)))
        table.add_row(side, escape(fit.sample), str(len(values)), *figures)


def _say(found: Mapping[str, Calibrated]) -> None:
    for name, one in found.items():
        low, high = one.zone
        STDOUT.print(
            f"{name}: threshold {one.threshold:.2f}, grey zone {low:.2f} to {high:.2f}{_scaled(one)}. "
            f"Right solutions that fail: {_rate(one.correct)}. Weak ones that pass: {_rate(one.weak)}.",
            soft_wrap=True,
            highlight=False,
        )


def _scaled(one: Calibrated) -> str:
    return f", points in proportion from {one.scale.none:.2f} to {one.scale.full:.2f}" if one.scale else ""


def _rate(side: Side) -> str:
    low, high = side.between
    return f"{side.estimated:.2%} ({low:.2%} to {high:.2%}; {side.wrong} of {side.total} single runs)"


def warn_of_stale_thresholds(course: Course, names: Iterable[str]) -> None:
    """Say where an exercise is no longer what it was when its thresholds were measured."""
    from tlgrader.authoring.calibration.stored import staleness

    for name in names:
        if sentence := staleness(course, name):
            STDERR.print(f"[yellow]Thresholds:[/] {escape(sentence)}", soft_wrap=True)
