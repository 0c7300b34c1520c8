"""The corpus's file format."""

from __future__ import annotations

from pathlib import Path

import pytest

from tlgrader.authoring.audit import Audited, kills, not_rebuilt, surprises
from tlgrader.checks.finding import Finding, Outcome, Strength
from tlgrader.errors import AuthorError
from tlgrader.notebook.corpus import Sample, read_sample
from tlgrader.records.record import GradeRecord, Item, Record, Status

TEXT = '''"""The head is frozen, too.

It learns nothing.

failed: check_head/head, check_head/count
    check_train/accuracy
skipped: check_train/backbone
says check_head/head: `head.weight` is frozen,
    and should learn
says check_head/head: unfreeze it
"""
# %% swap_head
model.head = 1

x = 2
# %% [markdown] why
Because *features* transfer.
'''


def _write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "fail__frozen_head.py"
    path.write_text(text)
    return path


def test_a_sample_is_its_cells_and_its_verdict(tmp_path: Path) -> None:
    sample = read_sample(_write(tmp_path, TEXT))
    assert sample.kind == "fail"
    assert sample.cells == {"swap_head": "model.head = 1\n\nx = 2", "why": "Because *features* transfer."}
    assert sample.verdict == {
        "check_head/head": "failed",
        "check_head/count": "failed",
        "check_train/accuracy": "failed",
        "check_train/backbone": "skipped",
    }
    assert sample.what == "The head is frozen, too.\n\nIt learns nothing."
    assert sample.says == {
        "check_head/head": ("`head.weight` is frozen, and should learn", "unfreeze it"),
    }


@pytest.mark.parametrize("text", ["", "x = 1", "# %% a\nx = 1", '"""Half'])
def test_a_sample_without_a_description_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(AuthorError, match="begins without a docstring"):
        read_sample(_write(tmp_path, text))


@pytest.mark.parametrize(
    ("versions", "holds"),
    [("pytest>=1", True), ("pytest<1", False), ("pytest>=1,<2", False), ("of-no-environment>=1", False)],
)
def test_a_line_of_a_verdict_may_hold_for_some_versions_of_a_library(
    tmp_path: Path, versions: str, holds: bool
) -> None:
    text = TEXT.replace("skipped:", f"skipped ({versions}):")
    sample = read_sample(_write(tmp_path, text))
    assert ("check_train/backbone" in sample.verdict) is holds
    assert len(sample.verdict) == 3 + holds
    assert sample.what == "The head is frozen, too.\n\nIt learns nothing."


def test_versions_that_cannot_be_read_are_the_authors_fault(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match="names no versions"):
        read_sample(_write(tmp_path, TEXT.replace("skipped:", "skipped (torch >> 2):")))


def _record(outcomes: dict[str, Outcome]) -> Record:
    items = tuple(
        Item(id, False, Finding(id, outcome, Strength.claimed, "seen", "expected"))
        for id, outcome in outcomes.items()
    )
    grade = GradeRecord("cell", 2, items)
    return Record(exercise="e", student="s", status=Status.graded, grades=(grade,))


def test_a_verdict_that_is_not_met_is_a_surprise() -> None:
    sample = Sample("fail__x", "", {}, {"a": "failed", "gone": "failed"})
    found = surprises(sample, _record({"a": Outcome.passed, "b": Outcome.failed}))
    assert found == (
        "a was to be failed, but passed: seen",
        "b was to be passed, but failed: seen",
        "gone is named in the verdict, but there is no such item",
    )


def test_words_that_a_student_should_read_and_does_not_are_a_surprise() -> None:
    says = {"a": ("seen", "unfreeze it"), "b": ("seen",), "gone": ("seen",)}
    found = surprises(
        Sample("fail__x", "", {}, {"a": "failed"}, says), _record({"a": Outcome.failed, "b": Outcome.passed})
    )
    assert found == (
        "gone is named in the verdict, but there is no such item",
        "a was to say `unfreeze it`, but says: seen",
    )


def test_a_check_that_nothing_fails_is_useless_and_one_that_nothing_passes_is_broken() -> None:
    both = {"a": Outcome.passed, "b": Outcome.failed}
    audited = [
        Audited(Sample("pass__x", "", {}), _record({**both, "c": Outcome.passed}), ()),
        Audited(Sample("fail__y", "", {}), _record({**both, "c": Outcome.failed}), ()),
        Audited(Sample("baseline__z", "", {}), _record({"a": Outcome.failed}), ()),
    ]
    verdicts = {kill.item: kill.verdict for kill in kills(audited)}
    assert verdicts["a"].startswith("useless")
    assert verdicts["b"].startswith("broken")
    assert verdicts["c"] == ""


def test_an_error_takes_the_score_of_its_cell_and_not_the_students_points() -> None:
    record = _record({"a": Outcome.passed, "b": Outcome.error})
    assert record.grades[0].score is None
    assert record.score is None
    assert record.for_a_person() == ("b: seen",)


def test_a_model_of_the_reference_that_is_not_rebuilt_is_said() -> None:
    asked = Finding(
        "accuracy",
        Outcome.passed,
        Strength.queried,
        "0.9 (answered by the notebook's own process)",
        "0.8",
        measured={"accuracy": 0.9},
    )
    record = Record(
        exercise="e",
        student="s",
        status=Status.graded,
        grades=(GradeRecord("cell", 2, (Item("cell/accuracy", True, asked),)),),
    )
    audited = [
        Audited(Sample("fail__x", "", {}), record, ()),
        Audited(Sample("reference", "", {}), record, ()),
    ]
    assert not_rebuilt(audited) == ("cell/accuracy: 0.9 (answered by the notebook's own process)",)
    assert not_rebuilt([Audited(Sample("reference", "", {}), _record({"a": Outcome.passed}), ())]) == ()
