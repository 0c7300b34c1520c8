"""An observation: a name in a notebook, the evidence of what it stands for, and where to ask for more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from tlgrader.evidence.kinds import Array, Evidence, Missing, Step, TensorInfo, Value, digest
from tlgrader.evidence.plain import NotPlain, decode_plain

if TYPE_CHECKING:
    import torch


class NotAsDescribed(Exception):
    """A tensor that was fetched is not the one that its description promised."""


class NoStep(Exception):
    """No training step can be taken; the message says why."""


class Source(Protocol):
    """Where an object lives: an `Observer` in this process, or the judge's connection to a worker."""

    def tensor(self, digest: str) -> torch.Tensor:
        """The observed tensor with this digest, on the CPU. Raises KeyError where there is none."""
        ...

    def logits(self, handle: int, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """What the model answers in eval mode: ``model(x)`` for ``{"x": x}``, else by keyword."""
        ...

    def call(self, handle: int, arguments: Sequence[object]) -> Evidence:
        """Evidence of what the function returns; Missing, with the reason, where it raises."""
        ...

    def step(self, model: int, optimizer: int | None, inputs: Mapping[str, torch.Tensor], seed: int) -> Step:
        """What a training step does with copies of the model and the optimizer; raises where none can be taken."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model's tensors as a given cell left them: their digests by name, and which tensors they were.

    `trusted` is whether no code of the student's had run before.
    """

    cell: str
    digests: Mapping[str, str]
    tokens: frozenset[int]
    trusted: bool


@dataclass(frozen=True, slots=True)
class Observation:
    """What `name` stood for in a notebook when it was observed.

    `handed_in` is whether that was on the student's machine; no check needs to know. `loaded` are the models that
    given cells loaded before, by the architecture's name, where the course does not know its weights; None where
    nobody watched them, as on a student's machine.
    """

    name: str
    evidence: Evidence
    source: Source
    handed_in: bool = False
    loaded: Mapping[str, tuple[Loaded, ...]] | None = None

    @property
    def is_judged(self) -> bool:
        """Whether it is graded, and not checked on a student's machine."""
        return self.loaded is not None

    def tensor(self, info: TensorInfo) -> torch.Tensor:
        """The tensor that `info` describes, fetched and compared with its description.

        Raises NotAsDescribed where it is another one, or none.
        """
        try:
            tensor = self.source.tensor(info.digest)
        except KeyError as error:
            raise NotAsDescribed(f"`{info.name}` could not be fetched") from error
        if tuple(tensor.shape) != info.shape or digest(tensor) != info.digest:
            raise NotAsDescribed(f"`{info.name}` is not the tensor that was described")
        return tensor


def to_argument(observation: Observation) -> Any:
    """What a grade cell gets for a name: plain data and small arrays as values, all else as observed."""
    evidence = observation.evidence
    if isinstance(evidence, Value):
        return _plain(observation, evidence)
    if isinstance(evidence, Array):
        return _array(observation, evidence)
    return observation


def _plain(observation: Observation, evidence: Value) -> Any:
    try:
        return decode_plain(evidence.value)
    except NotPlain as error:
        return replace(observation, evidence=Missing(str(error)))


def _array(observation: Observation, evidence: Array) -> Any:
    try:
        tensor = observation.tensor(evidence.tensor)
    except NotAsDescribed as error:
        return replace(observation, evidence=Missing(str(error)))
    return tensor.numpy() if evidence.library == "numpy" else tensor
