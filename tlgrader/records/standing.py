"""Where a submission stands: what checks and people have decided of it, and what still waits for a person."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tlgrader.checks.finding import Outcome
from tlgrader.records.record import Record, Status, printable


class State(StrEnum):
    """What can be said of a submission's score. None of the last three is a score of 0."""

    graded = "graded"
    waiting = "waiting for a person"
    not_gradable = "not gradable"  # by the grader: a person may still grade it in the gradebook
    not_graded = "not graded yet"


@dataclass(frozen=True, slots=True)
class CellGrade:
    """What the gradebook has of one cell: its points, and the score that a person gave, None where nobody did.

    `review` says that the submission was graded anew after the person gave the score: nbgrader then asks for a review.
    """

    cell: str
    points: float
    score: float | None
    review: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """One submission: `score` of the `points` that are decided, and how many points wait for a person.

    `by_hand` is how many of the decided points a person decided.
    """

    student: str
    state: State
    score: float = 0.0
    points: float = 0.0
    by_hand: float = 0.0
    waits: float = 0.0
    reasons: tuple[str, ...] = ()
    """Why a person has to look, apart from written answers."""
    first_reason: str = ""
    """What to know first, in the grader's own words: why a person has to look, else what failed, else what waits."""


def standing(record: Record, in_gradebook: Iterable[CellGrade] = ()) -> Standing:
    """Where the submission of `record` stands, given what the gradebook has of its cells."""
    grades = tuple(in_gradebook)
    by_person = {grade.cell: grade.score for grade in grades if grade.score is not None}
    if record.status is Status.graded:
        points = record.points_by_cell
        return _standing(record, points, {**record.scores_by_cell, **by_person}, by_person, _review(grades))
    points = {grade.cell: grade.points for grade in grades}
    if points.keys() == by_person.keys() and points:
        return _standing(record, points, by_person, by_person, _review(grades))
    why = record.for_a_person()
    return Standing(
        record.student, State.not_gradable, waits=sum(points.values()), reasons=why, first_reason=why[0]
    )


def _standing(
    record: Record,
    points: Mapping[str, float],
    scores: Mapping[str, float | None],
    by_person: Mapping[str, float],
    review: tuple[str, ...],
) -> Standing:
    decided = {cell: score for cell in points if (score := scores[cell]) is not None}
    waiting = [cell for cell in points if cell not in decided]
    reasons = (*(record.for_a_person(by_person) if record.status is Status.graded else ()), *review)
    return Standing(
        record.student,
        State.waiting if waiting or reasons else State.graded,
        score=sum(decided.values()),
        points=sum(points[cell] for cell in decided),
        by_hand=sum(points[cell] for cell in points if cell in by_person),
        waits=sum(points[cell] for cell in waiting),
        reasons=reasons,
        first_reason=next(
            iter((*reasons, *_failed(record, by_person), *_without_score(record, waiting))), ""
        ),
    )


def _review(grades: Iterable[CellGrade]) -> tuple[str, ...]:
    return tuple(
        f"{grade.cell} has a score by hand from before it was graded anew: confirm it in formgrader"
        for grade in grades
        if grade.review
    )


def _failed(record: Record, decided: Container[str]) -> list[str]:
    return [
        printable(f"{item.id.split('/', 1)[-1]}: {item.finding.observed}")
        for grade in record.grades
        for item in grade.items
        if item.finding.outcome is Outcome.failed and grade.cell not in decided
    ]


def _without_score(record: Record, waiting: Iterable[str]) -> list[str]:
    empty = [f"{cell}: no response" for cell in record.manual if cell in record.unanswered]
    return [*empty, *(f"{cell} waits" for cell in waiting)]
