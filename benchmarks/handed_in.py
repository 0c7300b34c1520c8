"""Training results, run again and handed in: the same verdict for all of a corpus, and what each way costs.

Run as ``python -m benchmarks.handed_in EXERCISE``. Each sample is trained in Jupyter, as a student does it, and
then graded twice: with ``--training rerun`` and with ``--training auto``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from rich.markup import escape
from rich.table import Column, Table

from tlgrader.authoring.at_home import trained_at_home
from tlgrader.cli.options import CORES
from tlgrader.cli.show import STDOUT, score, watched
from tlgrader.course.paths import Course
from tlgrader.evidence.handed_in import FILE
from tlgrader.grading.job import Job
from tlgrader.grading.pool import Pool
from tlgrader.notebook.corpus import read_corpus
from tlgrader.notebook.exercise import read_exercise
from tlgrader.notebook.submission import Submission
from tlgrader.records.record import Record, Training
from tlgrader.records.standing import standing
from tlgrader.sandbox.limits import Limits


def main() -> None:
    """Grade an exercise's corpus both ways, and end with 1 where a verdict differs."""
    course = Course.find()
    if len(sys.argv) != 2:
        sys.exit("which exercise? python -m benchmarks.handed_in EXERCISE")
    name = course.require(sys.argv[1])
    submissions = _corpus(course, name)
    STDOUT.print(
        f"{sum(FILE in s.files for s in submissions)} of {len(submissions)} samples hand something in"
    )
    ways = {way: _graded(course, name, submissions, way) for way in (Training.rerun, Training.auto)}
    different = _compare(*ways.values())
    sys.exit(1 if different else 0)


def _corpus(course: Course, name: str) -> list[Submission]:
    """All samples but baselines, each with what it hands in when it is run at home."""
    exercise, corpus = read_exercise(course.source(name)), read_corpus(course, name)
    samples = [sample for sample in corpus if sample.kind != "baseline"]
    with ThreadPoolExecutor(CORES) as pool:
        done = pool.map(
            lambda sample: trained_at_home(course, exercise, sample, corpus[0], sample.name), samples
        )
        return list(watched(done, len(samples), f"Training {name} in Jupyter", "samples"))


def _graded(course: Course, name: str, submissions: Sequence[Submission], way: Training) -> dict[str, Record]:
    """Grade all, and say how long one took; the first ones wait for imports, and are graded before."""
    with Pool(course, CORES, Limits(), sandboxed=True) as pool:
        list(pool.once(Job(name, submission, training=way) for submission in submissions[:CORES]))
        started = time.monotonic()
        jobs = [Job(name, submission, training=way) for submission in submissions]
        done = watched(pool.grade(jobs), len(jobs), f"Grading {name}, {way}")
        records = {one.record.student: one.record for one in done}
    each = (time.monotonic() - started) / len(jobs)
    taken = sum(bool(record.handed_in) for record in records.values())
    STDOUT.print(f"{way}: {each:.2f} s a submission in {CORES} slots, {taken} taken as handed in")
    return records


def _compare(rerun: dict[str, Record], auto: dict[str, Record]) -> list[str]:
    """Print both verdicts of each sample, and why a file was not taken; the samples where they differ."""
    table = Table(Column("sample", no_wrap=True), "taken", "run again", "s", "handed in", "s", "differs in")
    differing = {student: list(_differences(rerun[student], auto[student])) for student in sorted(rerun)}
    for student, items in differing.items():
        one, two = rerun[student], auto[student]
        table.add_row(
            escape(student),
            "yes" if two.handed_in else "no",
            score(standing(one)),
            f"{one.seconds['total']:.1f}",
            score(standing(two)),
            f"{two.seconds['total']:.1f}",
            escape(", ".join(items)),
        )
    STDOUT.print(table)
    for student in differing:
        if not auto[student].handed_in:
            STDOUT.print(f"{student}: {'; '.join(auto[student].notes)}", markup=False, highlight=False)
    return [student for student, items in differing.items() if items]


def _differences(one: Record, other: Record) -> Iterator[str]:
    """Items that did not end alike."""
    theirs = other.items()
    for id, item in one.items().items():
        if item.finding.outcome is not theirs[id].finding.outcome:
            yield f"{id}: {item.finding.outcome}, {theirs[id].finding.outcome}"


if __name__ == "__main__":
    main()
