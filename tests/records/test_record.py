"""What a record says of its own score: when a person has to look."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tlgrader.checks.finding import Finding, Outcome, Strength
from tlgrader.records.record import SCHEMA, GradeRecord, Item, Record, Status, read


def _record(*findings: Finding) -> Record:
    items = tuple(Item(f"check_x/{number}", True, finding) for number, finding in enumerate(findings))
    return Record(
        exercise="e", student="s", status=Status.graded, grades=(GradeRecord("check_x", 4.0, items),)
    )


def _queried(measured: dict[str, float]) -> Finding:
    return Finding("accuracy", Outcome.passed, Strength.queried, "seen", "expected", measured=measured)


def test_figures_of_a_model_that_could_not_be_rebuilt_go_to_a_person() -> None:
    (reason,) = _record(_queried({"accuracy": 0.9}), _queried({})).for_a_person()
    assert reason.startswith("2 of 4 points rest on answers of the student's own process")


def test_a_function_that_is_handed_in_is_always_asked_and_needs_nobody() -> None:
    assert _record(_queried({}), _queried({})).for_a_person() == ()


def test_an_error_has_no_score_and_says_why() -> None:
    record = _record(
        Finding("accuracy", Outcome.error, Strength.claimed, "the check could not be made", "expected")
    )
    assert record.score is None
    assert record.for_a_person() == ("check_x/0: the check could not be made",)


def test_a_record_of_another_schema_counts_as_none(tmp_path: Path) -> None:
    path, record = tmp_path / "s.json", _record(_queried({"accuracy": 0.9}))
    path.write_bytes(msgspec.json.encode(record))
    assert read(path) == record
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(record, schema=SCHEMA + 1)))
    assert read(path) is None
