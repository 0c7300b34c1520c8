"""The record: everything that is kept of grading one submission. Small, frozen, and without torch."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from tlgrader.checks.finding import Finding, Outcome, Strength
from tlgrader.course.paths import Course
from tlgrader.evidence.device import Device
from tlgrader.notebook.submission import Submission

SCHEMA = 1
# Where more than this share of the automatic points rests on answers of the student's own process, a person looks.
QUERIED_SHARE = 0.3


class Status(StrEnum):
    """What became of a submission."""

    graded = "graded"
    unreadable = "unreadable"  # no notebook could be made of it; no score is invented
    fault = "fault"  # the grader or the machine failed; no score is invented


class Training(StrEnum):
    """Where training results come from: what `tlgrader grade --training` takes."""

    rerun = "rerun"  # training cells run, whatever was handed in
    handed_in = "handed-in"  # training cells never run
    auto = "auto"  # training cells run unless a valid result of the submitted cells was handed in


class Verified(msgspec.Struct, frozen=True):
    """How a training result that was handed in compares with a rerun of its cells (`grading/verifying.py`)."""

    curve: float | None = None  # the largest difference of the histories, as a share of their height
    direction: float | None = None  # the cosine of the updates
    doubt: str = ""  # why a person has to look


class Item(msgspec.Struct, frozen=True):
    """One line of a grade cell and what it found. `id` is ``<grade cell>/<function>``.

    `handed_in` are the names that the line looked at whose evidence is the training result that was handed in;
    all others come from the worker.
    """

    id: str
    hidden: bool
    finding: Finding
    handed_in: tuple[str, ...] = ()


class GradeRecord(msgspec.Struct, frozen=True):
    """One grade cell: its items and its score, or None where a person has to decide."""

    cell: str
    points: float
    items: tuple[Item, ...]
    waits: str = ""
    """Why a person grades this cell although its checks could be made."""

    @property
    def score(self) -> float | None:
        """Points times the share of the weights that is earned; None where it waits, or an item ended in error."""
        if self.waits or not self.items or any(item.finding.outcome is Outcome.error for item in self.items):
            return None
        return self.points * _share(self.items, lambda finding: finding.share)

    @property
    def queried_points(self) -> float:
        """Points for a model's figures that its own process answered for, since it could not be rebuilt.

        A function that is handed in is always asked there: what it answers is the work itself.
        """
        return self.points * _share(
            self.items,
            lambda finding: (
                finding.share if finding.strength is Strength.queried and finding.measured else 0.0
            ),
        )


def _share(items: tuple[Item, ...], earned: Callable[[Finding], float]) -> float:
    total = sum(item.finding.weight for item in items)
    return sum(item.finding.weight * earned(item.finding) for item in items) / total if total else 0.0


class CellRecord(msgspec.Struct, frozen=True):
    """How one cell ran in the worker. `reason` is empty where it ran to its end."""

    cell: str
    status: str
    reason: str
    seconds: float


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One submission, graded; what `records/<exercise>/<student>.json` holds."""

    exercise: str
    student: str
    status: Status
    reason: str = ""
    submission_digest: str = ""
    exercise_digest: str = ""
    seed: int = 0  # under which the training ran, here or where it was handed in from
    attempt: int = 0
    wall: str = ""
    versions: dict[str, str] = {}
    notes: tuple[str, ...] = ()
    cells: tuple[CellRecord, ...] = ()
    grades: tuple[GradeRecord, ...] = ()
    manual: dict[str, float] = {}  # points of the cells that a person grades, by id
    unanswered: tuple[
        str, ...
    ] = ()  # cells, of code or of words, that hold no answer; one of words then earns 0
    runs: dict[str, tuple[float, ...]] = {}  # of items in the grey zone, by id: what each run measured
    seconds: dict[str, float] = {}
    training: Training = Training.rerun  # as it was asked for
    handed_in: tuple[str, ...] = ()  # names that were taken from the training result that was handed in
    undecided: tuple[str, ...] = ()  # items that failed in the grey zone, with no run but the one handed in
    learned: str = ""  # a digest of the tensors that were taken, equal for equal ones
    untrained: str = ""  # why training cells did not run and nothing was taken in their place
    device: Device | None = (
        None  # the GPU, or what a training that was handed in ran on; as its process reports it
    )
    verified: Verified | None = None  # where what was handed in was compared with a rerun
    schema: int = SCHEMA

    @property
    def score(self) -> float | None:
        """Automatic points, or None where any of them needs a person."""
        scores = [grade.score for grade in self.grades]
        if self.status is not Status.graded or None in scores:
            return None
        return sum(score for score in scores if score is not None)

    @property
    def points(self) -> float:
        """The most that is given automatically."""
        return sum(grade.points for grade in self.grades)

    @property
    def points_by_cell(self) -> dict[str, float]:
        """The points of every cell that has some: grade cells, then written answers."""
        return {**{grade.cell: grade.points for grade in self.grades}, **self.manual}

    @property
    def scores_by_cell(self) -> dict[str, float | None]:
        """The automatic score of every cell that has points; None where a person grades it.

        A written answer that holds nothing earns 0 (nbgrader's rule), and nobody has to look at it.
        """
        by_checks = {grade.cell: grade.score for grade in self.grades}
        return by_checks | {id: 0.0 if id in self.unanswered else None for id in self.manual}

    def items(self) -> dict[str, Item]:
        """All items by id, in order."""
        return {item.id: item for grade in self.grades for item in grade.items}

    def for_a_person(self, decided: Container[str] = ()) -> tuple[str, ...]:
        """Why somebody has to look, in sentences without control characters; empty where the score stands by itself.

        Written answers, which always wait for a person, are not among them. `decided` are cells that a person has
        graded: what went wrong in them is settled.
        """
        return tuple(map(printable, self._reasons(decided)))

    def _reasons(self, decided: Container[str]) -> list[str]:
        if self.status is not Status.graded:
            return [self.reason]
        reasons = [
            f"{item.id}: {item.finding.observed}"
            for grade in self.grades
            for item in grade.items
            if item.finding.outcome is Outcome.error and grade.cell not in decided
        ]
        queried = sum(grade.queried_points for grade in self.grades)
        if self.points and queried > QUERIED_SHARE * self.points:
            reasons.append(
                f"{queried:g} of {self.points:g} points rest on answers of the student's own process: "
                "the model could not be rebuilt from its tensors"
            )
        reasons += [
            f"{id} failed so near to its threshold that one training does not decide, and none was to run again"
            for id in self.undecided
        ]
        if self.untrained:
            reasons.append(self.untrained)
        if self.verified is not None and self.verified.doubt:
            reasons.append(f"the training that was handed in is in doubt: {self.verified.doubt}")
        if self.wall == "none":
            reasons.append("this was graded without a sandbox")
        return reasons


def alike(records: Iterable[Record]) -> list[str]:
    """Which students' trainings, as they were taken, have the same tensors: a sentence for a person on each group."""
    together: dict[str, list[Record]] = {}
    for record in records:
        if record.learned:
            together.setdefault(record.learned, []).append(record)
    return [printable(_alike(group)) for group in together.values() if len(group) > 1]


def _alike(group: Sequence[Record]) -> str:
    students = " and ".join(record.student for record in group)
    if len({record.seed for record in group}) > 1:
        how = "under different seeds, as where one copies, or where their cells seed by themselves"
    else:
        how = "under the same seed, as where one copies, or where they are one user on one machine"
    return f"{students} handed in the same tensors {how}"


def printable(text: str) -> str:
    """`text` with a space for each character that a terminal obeys: some of it may be a student's."""
    return "".join(character if character.isprintable() else " " for character in text)


def write(record: Record, path: Path) -> None:
    """Write `record` so that a reader sees the old one or the new one, never half of it."""
    write_atomically(path, msgspec.json.format(msgspec.json.encode(record), indent=1))


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the file at `path`; parent folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    new.write_bytes(content)
    new.replace(path)


def read(path: Path) -> Record | None:
    """The record at `path`, or None where there is none of this schema."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Record)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return found if found.schema == SCHEMA else None


def still_holds(
    course: Course,
    exercise: str,
    submission: Submission,
    training: Training | None = None,
    digest: str = "",
) -> Record | None:
    """The record of exactly this submission, graded by exactly this exercise; None where there is none.

    `digest` is the exercise's, where it is known already.

    With `training`, only a record that was made so, or as if so: where nothing was taken, the training was run.
    """
    record = read(course.record(exercise, submission.student))
    if record is None or record.status is not Status.graded:
        return None
    as_run = Training.rerun if not record.handed_in and not record.untrained else None
    if training not in (None, record.training, as_run):
        return None
    if record.submission_digest != submission.digest:
        return None
    return record if record.exercise_digest == (digest or course.exercise_digest(exercise)) else None
