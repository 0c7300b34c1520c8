"""What a submission's score is said to be: decided by checks, decided by people, waiting, or none at all."""

from __future__ import annotations

import msgspec

from tlgrader.checks.finding import Finding, Outcome, Strength
from tlgrader.records.record import GradeRecord, Item, Record, Status
from tlgrader.records.standing import CellGrade, State, standing


def _grade(cell: str, points: float, outcome: Outcome) -> GradeRecord:
    finding = Finding("head", outcome, Strength.claimed, "seen", "expected")
    return GradeRecord(cell, points, (Item(f"{cell}/head", True, finding),))


RECORD = Record(
    exercise="e",
    student="s",
    status=Status.graded,
    grades=(_grade("one", 2, Outcome.passed), _grade("two", 4, Outcome.failed)),
    manual={"why": 3},
)


def test_a_written_answer_waits_however_good_the_rest() -> None:
    one = standing(RECORD)
    assert (one.state, one.score, one.points, one.waits) == (State.waiting, 2, 6, 3)
    assert one.first_reason == "head: seen"


def test_a_written_answer_that_holds_nothing_earns_0_and_does_not_wait() -> None:
    one = standing(msgspec.structs.replace(RECORD, unanswered=("why",)))
    assert (one.state, one.score, one.points, one.waits) == (State.graded, 2, 9, 0)


def test_a_cell_whose_check_could_not_be_made_waits_until_a_person_grades_it() -> None:
    record = msgspec.structs.replace(RECORD, grades=(_grade("one", 2, Outcome.error),), manual={})
    assert (standing(record).state, standing(record).waits) == (State.waiting, 2)
    assert standing(record).reasons == ("one/head: seen",)
    settled = standing(record, [CellGrade("one", 2, 1.5)])
    assert (settled.state, settled.score, settled.by_hand, settled.reasons) == (State.graded, 1.5, 2, ())


def test_a_persons_score_counts_in_place_of_the_checks() -> None:
    one = standing(RECORD, [CellGrade("two", 4, 3.0), CellGrade("why", 3, None)])
    assert (one.score, one.points, one.by_hand, one.waits) == (5, 6, 4, 3)


def test_a_score_by_hand_from_before_it_was_graded_anew_is_to_be_confirmed() -> None:
    one = standing(RECORD, [CellGrade("why", 3, 2.0, review=True)])
    assert (one.state, one.waits) == (State.waiting, 0)
    assert "why has a score by hand from before" in one.reasons[0]


def test_what_cannot_be_graded_has_no_score_until_a_person_has_graded_all_of_it() -> None:
    record = Record(exercise="e", student="s", status=Status.unreadable, reason="the file is empty")
    cells = [CellGrade("one", 2, 1.0), CellGrade("why", 3, None)]
    for grades in ([], cells):
        assert standing(record, grades).state is State.not_gradable
        assert standing(record, grades).first_reason == "the file is empty"
    done = standing(record, [cells[0], CellGrade("why", 3, 3.0)])
    assert (done.state, done.score, done.points) == (State.graded, 4, 5)
