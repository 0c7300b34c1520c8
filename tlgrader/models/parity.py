"""That a rebuilt model is the student's: it answers public inputs as the notebook's own process does.

What that process answers to hidden inputs is asked only where the model was not rebuilt.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from tlgrader.errors import GraderError
from tlgrader.evidence.kinds import ModelEvidence
from tlgrader.evidence.observation import Observation
from tlgrader.models.answers import Answers, Inputs, in_batches
from tlgrader.rebuilding.logical import CannotRebuild

PARITY = 1e-4
"""The largest difference of logits, absolute, at which a rebuilt model is taken for the student's."""
PARITY_ON_ACCELERATOR = 1e-3
"""The same where the student's computes on an accelerator, which adds float32 numbers in another order. Assumed."""

ANSWERS = Answers()
"""What rebuilt models answered, of all submissions of this process."""


class WrongOutputs(Exception):
    """The model's answers are not logits of the right form; the message says what they are."""


class CannotRun(Exception):
    """The model raises when it is run; the message says what."""


class _Proof:
    """That a rebuilt model answers as the worker's does; the lines of one grade cell look at the same evidence."""

    def __init__(self) -> None:
        self._last: tuple[ModelEvidence, Inputs] | None = None

    def require(self, observation: Observation, probe: Inputs, theirs: Callable[[], torch.Tensor]) -> None:
        """Raise CannotRebuild unless the rebuilt model answers `probe` as the worker does."""
        evidence = observation.evidence
        assert isinstance(evidence, ModelEvidence)
        if self._last is not None and self._last[0] is evidence and _equal(self._last[1], probe):
            return
        answered = theirs()
        if not _agree(ANSWERS.logits(observation, probe), answered, _parity(evidence)):
            raise CannotRebuild("rebuilt from its tensors, it answers otherwise than in the notebook")
        self._last = (evidence, probe)


PROOF = _Proof()


def asked(observation: Observation, inputs: Inputs) -> torch.Tensor:
    """What the notebook's own process answers to inputs; raises CannotRun."""
    evidence = observation.evidence
    assert isinstance(evidence, ModelEvidence)
    try:
        return in_batches(lambda batch: observation.source.logits(evidence.handle, batch), inputs)
    except GraderError:
        raise
    except Exception as error:  # The student's forward may raise anything; the worker passes it on.
        raise CannotRun(
            f"`{observation.name}` cannot be run: {type(error).__name__}: {error}"[:500]
        ) from error


def _equal(one: Inputs, other: Inputs) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def _parity(evidence: ModelEvidence) -> float:
    on_cpu = all(info.device == "cpu" for info in evidence.parameters)
    return PARITY if on_cpu else PARITY_ON_ACCELERATOR


def _agree(ours: torch.Tensor, theirs: torch.Tensor, parity: float) -> bool:
    return ours.shape == theirs.shape and torch.allclose(ours, theirs, rtol=0.0, atol=parity, equal_nan=True)
