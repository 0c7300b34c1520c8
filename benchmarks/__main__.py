"""What a submission costs: the grader beside the floor, in one run, as ratios.

The floor is the same cells in one fresh Python process without sandbox, checks or evaluation. What `nbgrader
autograde` does by itself is more: a kernel and the imports for each submission.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

from rich.console import Console
from rich.table import Table

from tlgrader.course.paths import Course
from tlgrader.grading.job import Job
from tlgrader.grading.pool import Pool
from tlgrader.notebook.corpus import Sample, as_submission, read_corpus
from tlgrader.notebook.exercise import Exercise, Role, read_exercise
from tlgrader.records.record import Record
from tlgrader.sandbox.limits import Limits

RUNS = 4
_PEAK = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"


def main() -> None:
    """Measure every exercise and print one table."""
    course = Course.find()
    table = Table(title="Seconds for one solved notebook (medians)", title_justify="left")
    heads = (
        "exercise",
        "own cells",
        "judging",
        "everything else",
        "in all",
        "fresh process",
        "in all : fresh process",
        "its peak MiB",
    )
    for column in heads:
        table.add_column(column, justify="right")
    for name in course.exercises():
        table.add_row(name, *_measure(course, name))
    Console().print(table)


def _measure(course: Course, name: str) -> list[str]:
    exercise = read_exercise(course.source(name))
    reference = read_corpus(course, name)[0]
    jobs = [Job(name, as_submission(exercise, reference, reference), attempt) for attempt in range(RUNS + 1)]
    started = time.monotonic()
    with Pool(course, 1, Limits(), sandboxed=True) as pool:
        records = [graded.record for graded in pool.once(jobs)][1:]  # the first one waits for imports
    print(f"{name}: {RUNS + 1} runs in {time.monotonic() - started:.0f} s, start included", file=sys.stderr)
    cells, judge, total = (_median(records, part) for part in ("cells", "judge", "total"))
    fresh, memory = _fresh_process(exercise, reference)
    figures = [f"{value:.2f}" for value in (cells, judge, total - cells - judge, total, fresh)]
    return [*figures, f"{total / fresh:.2f}", f"{memory:.0f}"]


def _median(records: list[Record], part: str) -> float:
    return statistics.median(record.seconds[part] for record in records)


def _fresh_process(exercise: Exercise, reference: Sample) -> tuple[float, float]:
    """The cells that run in a worker, in a new process, imports and all: seconds, and the most memory in MiB."""
    cells = [c for c in exercise.cells if c.node.cell_type == "code" and c.role is not Role.grade]
    texts = [reference.cells.get(cell.id, cell.source) for cell in cells]
    program = "\n".join(["import matplotlib", "matplotlib.use('Agg')", *texts, _PEAK])
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], check=True, capture_output=True, env=_one_thread()
    )
    return time.monotonic() - started, int(done.stdout.split()[-1]) / 1024


def _one_thread() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1"}


if __name__ == "__main__":
    main()
