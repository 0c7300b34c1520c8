"""How strong the evidence is on which the points of an exercise rest, told of a right submission."""

from __future__ import annotations

from collections.abc import Mapping

from tlgrader.checks.finding import Strength
from tlgrader.records.record import Record

MOST_CLAIMED = 0.2
"""The most of an exercise's automatic points that should rest on the notebook's word alone."""
_RESTS_ON = {
    Strength.recomputed: "on what the judge recomputes",
    Strength.bitwise: "on tensors compared bit for bit",
    Strength.queried: "on what the notebook's process answers",
    Strength.claimed: "on what the notebook only claims",
}


def strengths(record: Record) -> dict[Strength, float]:
    """The share of a record's automatic points that rests on evidence of each strength.

    They add up to 1, or are all 0 where no check decides a point.
    """
    points = dict.fromkeys(Strength, 0.0)
    for grade in record.grades:
        weights = sum(item.finding.weight for item in grade.items)
        for item in grade.items if weights else ():
            points[item.finding.strength] += grade.points * item.finding.weight / weights
    total = sum(points.values())
    return {strength: part / total if total else 0.0 for strength, part in points.items()}


def in_words(shares: Mapping[Strength, float]) -> str:
    """The shares in a sentence."""
    parts = [f"{share:.0%} {_RESTS_ON[strength]}" for strength, share in shares.items() if share]
    return f"The automatic points rest {', '.join(parts)}."
