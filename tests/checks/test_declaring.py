"""What one check declares that it needs of another: what is skipped then, with which words, and what is not."""

from __future__ import annotations

import msgspec
import pytest

from tests.checks.conftest import Observe
from tlgrader.errors import AuthorError
from tlgrader.hidden import (
    Finding,
    ModelEvidence,
    Outcome,
    Strength,
    check,
    failed,
    narrow,
    needs,
    passed,
    passed_unless,
    proves_nothing_without,
)

TRIED: list[object] = []


@check
def learned(before: float, after: float, *, weight: float = 1.0) -> Finding:
    """The prerequisite: a number fell."""
    problems = [] if after < before else [f"it went from {before} to {after}"]
    return passed_unless(problems, Strength.bitwise, "it fell", "it falls")


@needs(learned, "nothing was learned")
def has_not_leaked(after: float, model: object, before: float = 1.0, *, weight: float = 1.0) -> Finding:
    """Passes for an even `model`."""
    TRIED.append(model)
    words = f"{model} was tried"
    decided = {"leak": after}
    make = passed if model in (0, 2) else failed
    return make(Strength.recomputed, words, "an even one", measured=decided, decided_by="leak")


@proves_nothing_without(learned, "nothing could have moved it")
@check
def stayed(model: object, before: float, after: float, *, weight: float = 1.0) -> Finding:
    """Passes for an even `model`."""
    make = passed if model in (0, 2) else failed
    return make(Strength.recomputed, f"{model}", "an even one", measured={"moved": 0.0}, decided_by="moved")


@needs(learned, "nothing was learned")
def is_a_model(model: object, before: float, after: float) -> Finding:
    """Asks for a kind of evidence."""
    narrow(model, ModelEvidence, "model")
    return passed(Strength.claimed, "it is one", "a model")


def test_a_check_that_needs_another_is_not_tried_where_that_did_not_pass() -> None:
    TRIED.clear()
    finding = has_not_leaked(1.0, 1, weight=3.0)
    assert (finding.check, finding.outcome, finding.weight) == ("has_not_leaked", Outcome.skipped, 3.0)
    assert finding.observed == "nothing was learned: it went from 1.0 to 1.0"
    assert (finding.expected, finding.strength) == ("it falls", Strength.bitwise)
    assert not TRIED


@pytest.mark.parametrize(("model", "outcome"), [(2, Outcome.passed), (1, Outcome.failed)])
def test_it_decides_by_itself_where_the_other_passed(model: int, outcome: Outcome) -> None:
    finding = has_not_leaked(after=0.5, model=model, before=0.75, weight=2.0)
    assert (finding.check, finding.outcome, finding.weight) == ("has_not_leaked", outcome, 2.0)
    assert finding.decided_by == "leak"


def test_arguments_reach_the_prerequisite_by_name_and_defaults_with_them() -> None:
    assert has_not_leaked(0.5, 2).outcome is Outcome.passed
    assert has_not_leaked(0.5, 2, 0.25).observed == "nothing was learned: it went from 0.25 to 0.5"


def test_what_a_student_lacks_fails_it_without_raising(observe: Observe) -> None:
    finding = is_a_model(observe(3), 1.0, 0.5)
    assert (finding.check, finding.outcome) == ("is_a_model", Outcome.failed)
    assert "a model (torch.nn.Module) was expected" in finding.observed


def test_passing_shows_nothing_where_the_other_did_not_pass() -> None:
    finding = stayed(2, 1.0, 1.0, weight=2.0)
    assert (finding.check, finding.outcome, finding.weight) == ("stayed", Outcome.skipped, 2.0)
    assert (finding.observed, finding.expected) == ("nothing could have moved it", "an even one")
    assert finding.decided_by == ""


def test_failing_shows_something_whatever_the_other_did() -> None:
    assert stayed(1, 1.0, 1.0) == stayed(1, 1.0, 0.5)
    assert stayed(1, 1.0, 1.0).outcome is Outcome.failed
    assert stayed(2, 1.0, 0.5).outcome is Outcome.passed


@pytest.mark.parametrize("declare", [needs, proves_nothing_without])
def test_a_prerequisite_that_asks_for_what_the_check_lacks_is_the_authors_error(declare) -> None:  # type: ignore[no-untyped-def]
    def alone(model: object) -> Finding:
        raise AssertionError(model)

    with pytest.raises(AuthorError, match="`alone` needs `learned`, which asks for before, after"):
        declare(learned, "nothing was learned")(alone)


@pytest.mark.parametrize(
    ("outcome", "measured", "words"),
    [
        (Outcome.passed, {"gain": 0.1}, "only \\['gain'\\] were measured"),
        (Outcome.skipped, {"accuracy": 0.1}, "cannot decide a finding that is skipped"),
    ],
)
def test_a_threshold_decides_by_a_number_that_was_measured(
    outcome: Outcome, measured: dict[str, float], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Finding("", outcome, Strength.recomputed, "", "", measured=measured, decided_by="accuracy")


def test_findings_of_records_written_before_have_no_such_name() -> None:
    old = b'{"check":"a","outcome":"passed","strength":"claimed","observed":"","expected":"","measured":{"a":1}}'
    assert msgspec.json.decode(old, type=Finding).decided_by == ""
