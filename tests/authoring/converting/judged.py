"""A converted course's submissions, graded, and held to what their files say of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tlgrader.authoring.audit import Audited, audit, cohort
from tlgrader.checks.finding import Strength
from tlgrader.course.paths import Course
from tlgrader.grading.pool import Pool
from tlgrader.sandbox.limits import Limits

LIMITS = Limits(cell_s=600, notebook_s=1_800)  # nothing here is about time, and other tests run beside it


def audited(course: Course, name: str, samples: tuple[str, ...] = ()) -> Iterator[Audited]:
    """The exercise's submissions, or those of these names, with their records."""
    these = cohort(course, name, mutate=False)
    chosen = tuple(sample for sample in these.corpus if not samples or sample.name in samples)
    with Pool(course, 1, LIMITS, sandboxed=True) as pool:
        for one in audit(pool, course, replace(these, corpus=chosen)):
            assert isinstance(one, Audited)
            yield one


def require_as_stated(every: list[Audited]) -> None:
    """Every verdict is its sample's, and what is said of a right model's accuracy is recomputed."""
    assert [one.surprises for one in every if one.surprises] == []
    for one in every:
        if one.sample.kind in ("reference", "pass"):
            found = [item.finding for item in one.record.items().values()]
            assert {f.strength for f in found if "accuracy" in f.measured} == {Strength.recomputed}
            assert [cell.reason for cell in one.record.cells if cell.status != "ok"] == []
