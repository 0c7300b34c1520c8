"""Whether the reference earns full marks under seeds that its exercise was not calibrated with.

Run as ``python -m benchmarks.seeds EXERCISE``. Every run hands the reference in under another name: a seed is
made of the exercise's, the student's and the attempt's. It is graded as a student's would be, grey zone included.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from tlgrader.checks.finding import Outcome
from tlgrader.cli.options import CORES
from tlgrader.cli.show import STDOUT, watched
from tlgrader.course.paths import Course
from tlgrader.grading.job import Job
from tlgrader.grading.pool import Pool
from tlgrader.notebook.corpus import as_submission, read_corpus
from tlgrader.notebook.exercise import read_exercise
from tlgrader.records.record import Record
from tlgrader.sandbox.limits import Limits

SEEDS = 20


def main() -> None:
    """Grade the reference of the exercises that are named, and end with 1 where one run lost points."""
    course = Course.find()
    if not sys.argv[1:]:
        sys.exit("which exercise? python -m benchmarks.seeds EXERCISE …")
    full = [_full_marks(course, course.require(name)) for name in sys.argv[1:]]
    sys.exit(0 if all(full) else 1)


def _full_marks(course: Course, name: str) -> bool:
    exercise = read_exercise(course.source(name))
    reference = read_corpus(course, name)[0]
    handed_in = as_submission(exercise, reference, reference)
    jobs = [Job(name, replace(handed_in, student=f"reference_{number:02d}")) for number in range(SEEDS)]
    with Pool(course, CORES, Limits(), sandboxed=True) as pool:
        graded = watched(pool.grade(jobs), SEEDS, f"Running {name}", "seeds")
        records = sorted((one.record for one in graded), key=lambda record: record.student)
    for record in records:
        STDOUT.print(_line(record), soft_wrap=True, highlight=False, markup=False)
    full = sum(record.score is not None and record.score == record.points for record in records)
    STDOUT.print(f"{name}: full marks {full} of {SEEDS}")
    return full == SEEDS


def _line(record: Record) -> str:
    """One run: its seed, what it measured, and what did not pass."""
    findings = {id: item.finding for id, item in record.items().items()}
    decided = [f for f in findings.values() if f.decided_by]
    figures = [f"{f.decided_by} {f.measured[f.decided_by]:.3f}" for f in decided]
    reruns = [f"{id} was run {len(values)} times" for id, values in record.runs.items()]
    lost = [f"{id}: {f.observed}" for id, f in findings.items() if f.outcome is not Outcome.passed]
    return "; ".join(
        [f"seed {record.seed}", *figures, *reruns, *lost, *([record.reason] if record.reason else [])]
    )


if __name__ == "__main__":
    main()
