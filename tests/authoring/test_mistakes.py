"""The page of mistakes: who is told what, and which items are silent."""

from __future__ import annotations

import msgspec

from tlgrader.authoring.audit import Audited
from tlgrader.authoring.mistakes import page, silent
from tlgrader.checks.finding import Finding, failed, passed, skipped
from tlgrader.checks.finding import Strength as S
from tlgrader.judging.evaluation import HIDDEN_ASSERTION
from tlgrader.notebook.corpus import Sample
from tlgrader.records.record import GradeRecord, Item, Record, Status


def _audited(name: str, what: str, **findings: Finding) -> Audited:
    items = tuple(Item(f"check/{id}", True, finding) for id, finding in findings.items())
    grades = (GradeRecord("check", 2.0, items),)
    record = Record(exercise="e", student=name, status=Status.graded, grades=grades)
    return Audited(Sample(name, what, {}), record, ())


RIGHT = _audited("pass__x", "Another way.", frozen=passed(S.bitwise, "all frozen", "frozen"))
THAWED = _audited(
    "fail__thawed",
    "Nothing is frozen,\nor so | it seems.",
    frozen=failed(S.claimed, "3 tensors are trainable", "frozen", "freeze | them"),
    head=failed(S.claimed, "the head is the old one", "a new one"),
    accuracy=skipped(S.claimed, "nothing was learned", "0.8"),
)
WEAK = _audited("baseline__weak", "Weak.", accuracy=failed(S.recomputed, "0.4", "0.8"))


def test_items_without_a_hint_are_named_but_for_those_of_baselines() -> None:
    assert silent([RIGHT, THAWED, WEAK]) == ("fail__thawed: check/head",)


def test_a_mistake_is_told_once_with_every_item_that_fails_it() -> None:
    said = page({"freezing": [RIGHT, WEAK, THAWED]})
    assert said.startswith("# Mistakes, and what students read\n")
    assert "\n## freezing\n\n1 submission.\n\n| mistake | item | message |\n| --- | --- | --- |\n" in said
    assert (
        "| Nothing is frozen, or so \\| it seems. | `check/frozen` | 3 tensors are trainable *freeze \\| them* |\n"
        "|  | `check/head` | the head is the old one |\n"
    ) in said
    assert said.endswith("the head is the old one |\n")


def test_sections_of_other_exercises_stay_and_that_of_this_one_is_written_anew() -> None:
    before = page({"wrapping": [THAWED], "freezing": [WEAK]})
    after = page({"freezing": [THAWED]}, before)
    assert after.index("\n## freezing\n\n1 submission.") < after.index("\n## wrapping\n\n1 submission.")
    assert page({"freezing": [THAWED]}, after) == after


def test_what_an_assert_says_is_its_hint_unless_it_is_hidden_and_says_nothing() -> None:
    told = msgspec.structs.replace(
        failed(S.claimed, "`a` is 1", "`a` is the count of leaves"), check="assert"
    )
    mute = msgspec.structs.replace(failed(S.claimed, "`a` is 1", HIDDEN_ASSERTION), check="assert")
    assert silent([_audited("fail__x", "X.", told=told, mute=mute)]) == ("fail__x: check/mute",)
