"""How far apart honest trainings of the same cells lie: with that tolerance one that was handed in is verified.

The reference trains once in Jupyter, as a student's. Then its cells run again from the same initial parameters, but
with what another machine changes: random numbers that are drawn elsewhere (order, dropout, as on a GPU), more threads,
coarser products. That is chance. From other initial parameters they are another training.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tlgrader.authoring.at_home import trained_at_home
from tlgrader.course import Course, preparation_of, register
from tlgrader.errors import AuthorError
from tlgrader.grading.grader import Loaded, load
from tlgrader.grading.job import Job
from tlgrader.grading.taken import Taken
from tlgrader.grading.training import decide
from tlgrader.grading.verifying import Tolerance, verify
from tlgrader.notebook.corpus import read_corpus
from tlgrader.notebook.exercise import Cell
from tlgrader.notebook.submission import rebuild
from tlgrader.records.record import Training
from tlgrader.sandbox.limits import Limits
from tlgrader.sandbox.slot import Slot
from tlgrader.sandbox.wall import find_with_data

DRAWS = 6
STUDENT = "calibration"
_OTHERWISE = (
    *(f"import torch; torch.manual_seed({draw})" for draw in range(1, DRAWS + 1)),
    "import torch; torch.set_num_threads(2)",
    "import torch; torch.set_float32_matmul_precision('medium')",
)
RUNS = len(_OTHERWISE) + DRAWS
WIDER = 2.0
"""The tolerance of a curve, in times of the largest difference that chance made."""

Pairs = tuple[tuple[float, float], ...]


class Chance(msgspec.Struct, frozen=True):
    """Differences of the curves, as a share of their height, and cosines of the updates, of each run."""

    tolerance: Tolerance
    chance: Pairs
    other_seeds: Pairs


def measure(course: Course, exercise: str) -> Iterator[tuple[bool, tuple[float, float]]]:
    """Yield of each of `RUNS` runs whether chance alone made it differ, and its two figures.

    Raises:
        AuthorError: the reference hands nothing in, or a run of it cannot be compared.
    """
    loaded = load(course, exercise)
    cells, taken = _at_home(course, loaded)
    registration = register(course)
    preparation = preparation_of(course, registration)
    limits = registration.limits(exercise, Limits())
    with Slot(find_with_data(preparation), limits, None, preparation) as slot:
        for by_chance, seed, otherwise in _settings(taken.seed):
            with slot.worker(seed=seed, files=loaded.files, exercise=exercise) as worker:
                verified = verify(worker, _changed(cells, otherwise), taken.parts, slot.limits, Tolerance())
            if verified.curve is None or verified.direction is None:
                raise AuthorError(
                    f"the reference of {exercise} cannot be compared with itself: {verified.doubt}"
                )
            yield by_chance, (round(verified.curve, 4), round(verified.direction, 4))


def chosen(runs: Iterable[tuple[bool, tuple[float, float]]]) -> Chance:
    """The tolerance that the runs of `measure` ask for.

    A curve may differ by twice what chance made; a cosine has to be nearer to chance's than to other trainings'.

    Raises:
        AuthorError: other trainings are as near as chance, so that no cosine tells them apart.
    """
    sides: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    for by_chance, figures in runs:
        sides[by_chance].append(figures)
    chance, other_seeds = tuple(sides[True]), tuple(sides[False])
    least, most = min(cosine for _, cosine in chance), max(cosine for _, cosine in other_seeds)
    if most >= least:
        raise AuthorError(
            f"trainings under other seeds point where this one does (a cosine of {most:.2f}), and the same with other "
            f"draws elsewhere ({least:.2f}): a training that was handed in cannot be verified"
        )
    curve = WIDER * max(share for share, _ in chance)
    return Chance(Tolerance(round(curve, 2), round((least + most) / 2, 2)), chance, other_seeds)


def _settings(seed: int) -> Iterator[tuple[bool, int, str]]:
    yield from ((True, seed, otherwise) for otherwise in _OTHERWISE)
    yield from ((False, seed + draw, "") for draw in range(1, DRAWS + 1))


def _at_home(course: Course, loaded: Loaded) -> tuple[Sequence[Cell], Taken]:
    """The reference's cells, and what it hands in."""
    exercise = loaded.exercise.name
    reference = read_corpus(course, exercise)[0]
    submission = trained_at_home(course, loaded.exercise, reference, reference, STUDENT)
    cells = rebuild(loaded.exercise, submission).cells
    job = Job(exercise, submission, training=Training.auto)
    training = decide(job, course, cells, loaded.grade_cells)
    if not isinstance(training, Taken):
        raise AuthorError(f"what the reference of {exercise} hands in is not taken: {training}")
    return cells, training


def _changed(cells: Sequence[Cell], otherwise: str) -> list[Cell]:
    """The cells, with `otherwise` run before the first one that trains."""
    first = next(number for number, cell in enumerate(cells) if cell.trains)
    return [
        cell.with_text(f"{otherwise}\n{cell.source}") if number == first else cell
        for number, cell in enumerate(cells)
    ]
