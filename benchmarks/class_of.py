"""What a class costs that hands in what it trained, beside the same class whose training runs again.

Run as ``python -m benchmarks.class_of EXERCISE [STUDENTS]``. One reference is trained in Jupyter; each student hands in
its tensors with noise of their own, too small to change a verdict, so that no two of them are equal.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import replace

import msgspec
import torch
from rich.table import Table

from tlgrader.authoring.at_home import trained_at_home
from tlgrader.cli.options import CORES
from tlgrader.cli.show import STDOUT, watched
from tlgrader.course.paths import Course
from tlgrader.evidence.digest import digest
from tlgrader.evidence.handed_in import FILE, Handed, read, write
from tlgrader.evidence.kinds import ModelEvidence
from tlgrader.grading.job import Job
from tlgrader.grading.pool import Pool
from tlgrader.notebook.corpus import read_corpus
from tlgrader.notebook.exercise import read_exercise
from tlgrader.notebook.submission import Submission
from tlgrader.records.record import Record, Training
from tlgrader.sandbox.limits import Limits

NOISE = 1e-4


def main() -> None:
    """Grade a class both ways; the rerun with a tenth of it, since all of that would take an hour."""
    course = Course.find()
    if len(sys.argv) not in (2, 3):
        sys.exit("which exercise? python -m benchmarks.class_of EXERCISE [STUDENTS]")
    name, students = course.require(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else 200
    reference = read_corpus(course, name)[0]
    one = trained_at_home(course, read_exercise(course.source(name)), reference, reference, reference.name)
    class_ = [_of_its_own(one, number) for number in range(students)]
    table = Table(
        "training", "submissions", "s each", "cells, s of a core", "judge, s of a core", "full marks"
    )
    for way, some in (Training.auto, class_), (Training.rerun, class_[: max(CORES, students // 10)]):
        seconds, records = _graded(course, name, some, way)
        table.add_row(way, str(len(some)), f"{seconds / len(some):.2f}", *_means(records))
    STDOUT.print(table)


def _of_its_own(submission: Submission, number: int) -> Submission:
    result, tensors = read(submission.files[FILE])
    draws = torch.Generator().manual_seed(number)
    new = {old: _noisy(tensor, draws) for old, tensor in tensors.items()}
    digests = {old: digest(tensor) for old, tensor in new.items()}
    evidence = {name: _with(seen, digests) for name, seen in result.evidence.items()}
    student = f"student_{number:03}"
    its_own = msgspec.structs.replace(result, evidence=evidence, student=student, seed=number)
    content = write(its_own, {digests[old]: tensor for old, tensor in new.items()})
    return replace(submission, student=student, files={FILE: content}, digest=student)


def _noisy(tensor: torch.Tensor, draws: torch.Generator) -> torch.Tensor:
    if not tensor.is_floating_point():
        return tensor
    return tensor + NOISE * torch.randn(tensor.shape, generator=draws, dtype=tensor.dtype)


def _with(seen: Handed, digests: Mapping[str, str]) -> Handed:
    if not isinstance(seen, ModelEvidence):
        return seen
    changed = [
        tuple(msgspec.structs.replace(info, digest=digests.get(info.digest, info.digest)) for info in infos)
        for infos in (seen.parameters, seen.buffers)
    ]
    return msgspec.structs.replace(seen, parameters=changed[0], buffers=changed[1])


def _graded(course: Course, name: str, class_: list[Submission], way: Training) -> tuple[float, list[Record]]:
    """Grade all after the first ones, which wait for imports; the seconds that it took by the clock."""
    with Pool(course, CORES, Limits(), sandboxed=True) as pool:
        list(pool.once(Job(name, submission, training=way) for submission in class_[:CORES]))
        started = time.monotonic()
        jobs = [Job(name, submission, 1, training=way) for submission in class_]
        done = list(watched(pool.once(jobs), len(jobs), f"Grading {name}, {way}"))
    return time.monotonic() - started, [one.record for one in done]


def _means(records: list[Record]) -> tuple[str, str, str]:
    cells, judge = (sum(r.seconds[part] for r in records) / len(records) for part in ("cells", "judge"))
    return f"{cells:.2f}", f"{judge:.2f}", str(sum(record.score == record.points for record in records))


if __name__ == "__main__":
    main()
