"""How strong the evidence is on which an exercise's points rest."""

from __future__ import annotations

import pytest

from tlgrader.authoring.strengths import in_words, strengths
from tlgrader.checks.finding import Finding, Outcome, Strength
from tlgrader.records.record import GradeRecord, Item, Record, Status


def _cell(id: str, points: float, *items: tuple[Strength, float]) -> GradeRecord:
    findings = [
        Finding(f"f{place}", Outcome.passed, strength, "seen", "expected", weight=weight)
        for place, (strength, weight) in enumerate(items)
    ]
    return GradeRecord(id, points, tuple(Item(f"{id}/{one.check}", False, one) for one in findings))


def _record(*cells: GradeRecord) -> Record:
    return Record(exercise="e", student="reference", status=Status.graded, grades=cells)


def test_points_are_shared_out_by_weight_within_a_cell() -> None:
    record = _record(
        _cell("a", 3, (Strength.recomputed, 2), (Strength.claimed, 1)), _cell("b", 1, (Strength.bitwise, 1))
    )
    shares = strengths(record)
    assert sum(shares.values()) == pytest.approx(1)
    assert in_words(shares) == (
        "The automatic points rest 50% on what the judge recomputes, 25% on tensors compared bit for bit, "
        "25% on what the notebook only claims."
    )


def test_where_no_check_decides_a_point_nothing_rests_on_any() -> None:
    assert not any(strengths(_record(_cell("a", 2, (Strength.claimed, 0)), _cell("b", 0))).values())
    assert not any(strengths(_record()).values())
