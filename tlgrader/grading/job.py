"""What goes to a grader process and what comes back; plain data, so that it travels between processes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from nbformat import NotebookNode

from tlgrader.errors import AuthorError
from tlgrader.notebook.submission import Submission
from tlgrader.records.record import Record, Status, Training
from tlgrader.sandbox.limits import USUAL, Limits


@dataclass(frozen=True, slots=True)
class Job:
    """One submission to grade, and which attempt at it this is (another attempt draws other seeds)."""

    exercise: str
    submission: Submission
    attempt: int = 0
    training: Training = Training.rerun
    verify: bool = False
    """Whether what is taken as it was handed in is compared with a rerun of its cells."""
    cpu_probe: bool = False
    """Whether it runs on a CPU only until a training takes long, since there is a GPU for that."""

    limits: Limits = USUAL
    """Those of its exercise; the pool sets them."""

    @property
    def seed(self) -> int:
        """The seed of this submission and attempt, below 2**31."""
        text = f"{self.exercise}\0{self.submission.student}\0{self.attempt}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) >> 1


@dataclass(frozen=True, slots=True)
class Graded:
    """A record and the notebook as it ran, or no notebook where there was nothing to run."""

    record: Record
    notebook: NotebookNode | None = None
    used_up: bool = False
    """Whether the judge met a limit of its own, so that its process grades nothing more."""


@dataclass(frozen=True, slots=True)
class NeedsGpu:
    """A CPU probe came to what a GPU, which there is, has to do."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The exercise is wrong, so that none of its submissions can be graded."""

    error: AuthorError


JobOutcome = Graded | NeedsGpu | Broken


def fault(job: Job, reason: str) -> Graded:
    """What is kept of a submission that the grader or the machine failed to grade: no score."""
    record = Record(
        exercise=job.exercise,
        student=job.submission.student,
        status=Status.fault,
        reason=reason,
        submission_digest=job.submission.digest,
        seed=job.seed,
        attempt=job.attempt,
        training=job.training,
    )
    return Graded(record)
