"""What an audit says of a corpus, and of the notebook as it is handed out."""

from __future__ import annotations

import msgspec
import pytest

from tests.tiny import REPOSITORY
from tlgrader.authoring.audit import RELEASED, Audited, cohort, kills, released, surprises
from tlgrader.checks.finding import Finding, failed, passed, skipped
from tlgrader.checks.finding import Strength as S
from tlgrader.course.paths import Course
from tlgrader.notebook.corpus import Sample
from tlgrader.notebook.exercise import read_exercise
from tlgrader.records.record import GradeRecord, Item, Record, Status

NOTHING_DONE = Sample(RELEASED, "Handed in as it was handed out.", {})
FROZEN = passed(S.bitwise, "nothing has moved", "the backbone stays")
MISSED = failed(S.claimed, "`model` is an ellipsis", "a model")


def _record(**findings: Finding) -> Record:
    items = tuple(Item(f"check/{id}", True, finding) for id, finding in findings.items())
    grades = (GradeRecord("check", 2.0, items),)
    return Record(exercise="e", student="s", status=Status.graded, grades=grades)


def test_who_does_nothing_earns_nothing() -> None:
    nothing = _record(head=MISSED, moved=skipped(S.claimed, "nothing was trained", "it moves"))
    assert surprises(NOTHING_DONE, nothing) == ()


def test_an_item_that_nothing_done_passes_is_told_with_its_remedy() -> None:
    (surprise,) = surprises(NOTHING_DONE, _record(head=MISSED, frozen=FROZEN))
    assert surprise.startswith("check/frozen earns points where nothing was done: nothing has moved.")
    assert "`proves_nothing_without`" in surprise


def test_an_item_without_weight_may_pass() -> None:
    weightless = msgspec.structs.replace(FROZEN, weight=0.0)
    assert surprises(NOTHING_DONE, _record(head=MISSED, frozen=weightless)) == ()


def test_what_proves_a_check_is_written_by_somebody() -> None:
    audited = [
        Audited(NOTHING_DONE, _record(head=MISSED), ()),
        Audited(Sample("reference", "Right.", {}), _record(head=FROZEN), ()),
    ]
    (kill,) = kills(audited)
    assert (kill.failed_by, kill.passed) == ((), 1)
    assert kill.verdict.startswith("useless")


@pytest.mark.parametrize("mutate", [False, True])
def test_an_audit_grades_the_notebook_as_it_is_handed_out(mutate: bool) -> None:
    course = Course(REPOSITORY)
    these = cohort(course, "feature_extraction", mutate=mutate)
    exercise = read_exercise(course.source("feature_extraction"))
    assert these.corpus[-1] == released(exercise)
    assert these.corpus[0].kind == "reference"
    assert these.corpus[-1].cells.keys() == {
        cell.id for cell in exercise.cells if cell.node.metadata.get("nbgrader", {}).get("solution")
    }
