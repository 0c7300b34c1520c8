"""What becomes of the cells that train; and what was handed in, as grade cells get it: names, entries, tensors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import torch

from tlgrader.architectures.pristine import pristine
from tlgrader.architectures.recognised import declared_name, roots
from tlgrader.architectures.registry import remembered
from tlgrader.evidence.device import Device
from tlgrader.evidence.handed_in import Handed
from tlgrader.evidence.kinds import Array, Evidence, Missing, ModelEvidence, Step, Value
from tlgrader.evidence.observation import NoStep, Observation, to_argument
from tlgrader.evidence.observe import Observer
from tlgrader.evidence.paths import Entry, NoEntry, follow, wholes

Tensors = Mapping[str, torch.Tensor]


class Answering(Protocol):
    """The notebook's process, as far as it is asked for a model that was put into it."""

    def logits(self, model: int | str, inputs: Tensors) -> torch.Tensor:
        """What the model with this handle, or of this name, answers."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """What one name stood for on the student's machine. `tensors` are the file's, by digest."""

    name: str
    evidence: Handed
    tensors: Tensors = field(repr=False)

    def observation(self, worker: Answering) -> Observation:
        """What a grade cell gets for the name, which in the notebook of the `worker` has it restored."""
        return Observation(self.name, self.evidence, _Source(self, worker), handed_in=True)

    def tensor(self, digest: str) -> torch.Tensor:
        """One of the file's, or a pretrained one, which is not in it. Raises KeyError."""
        return self.tensors[digest] if digest in self.tensors else pretrained_tensors(self.evidence)[digest]


Parts = Mapping[str, Part]
"""What was handed in, by name."""


@dataclass(frozen=True, slots=True)
class Rerun:
    """Cells that train run, as all others do."""

    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Cells that train do not run, and nothing was taken in their place: a person has to look."""

    why: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Cells that train do not run: what was handed in stands in their place."""

    parts: Parts
    seed: int
    """What the training that was handed in says that it was seeded with."""
    device: Device | None
    """What it says that it ran on."""
    note: str

    @property
    def learned(self) -> str:
        """A digest of the file's tensors; empty where it has none."""
        digests = {digest for part in self.parts.values() for digest in part.tensors}
        return hashlib.sha256(" ".join(sorted(digests)).encode()).hexdigest() if digests else ""


HowTrained = Rerun | NotTaken | Taken
"""What becomes of the cells that train."""
RERUN = Rerun()


def part_of(parts: Parts, path: str, worker: Answering) -> Observation | None:
    """What a grade cell gets for `path`: something that was handed in, or an entry of it; None where it is neither.

    Of plain data and arrays their entries are handed in, too.
    """
    if path in parts:
        return parts[path].observation(worker)
    for whole, entries in wholes(path):
        if whole in parts and isinstance(parts[whole].evidence, Value | Array):
            return _entry_of(parts[whole].observation(worker), entries, path)
    return None


def _entry_of(whole: Observation, entries: tuple[Entry, ...], path: str) -> Observation:
    observer = Observer()
    try:
        evidence = observer.observe(follow(to_argument(whole), whole.name, entries))
    except NoEntry as error:
        evidence = Missing(str(error))
    return Observation(path, evidence, observer, handed_in=True)


@dataclass(frozen=True, slots=True)
class _Source:
    """Tensors come from the file; the notebook's own model answers, into which they were put."""

    part: Part
    worker: Answering

    def tensor(self, digest: str) -> torch.Tensor:
        """As `Part.tensor`."""
        return self.part.tensor(digest)

    def logits(self, handle: int, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """What the notebook's model of that name answers, on a machine like the judge's. Raises as `Source` does."""
        return self.worker.logits(self.part.name, inputs)

    def call(self, handle: int, arguments: Sequence[object]) -> Evidence:
        """Missing: no function can be handed in."""
        return Missing(f"`{self.part.name}` was handed in, and cannot be called")

    def step(self, model: int, optimizer: int | None, inputs: Mapping[str, torch.Tensor], seed: int) -> Step:
        """Raises NoStep: what was handed in is trained no more."""
        raise NoStep("what was handed in is trained no more")


def holds(evidence: Mapping[str, Handed], need: str) -> bool:
    """Whether what a check needs was handed in, or lies in plain data or an array that was."""
    inside = (whole for whole, _ in wholes(need) if isinstance(evidence.get(whole), Value | Array))
    return need in evidence or any(inside)


def backbones_of(evidence: Handed) -> list[str]:
    """Names of the declared backbones in a model that was handed in."""
    found = roots(evidence) if isinstance(evidence, ModelEvidence) else ()
    return [declared_name(root) for root in found]


@remembered
def _tensors(name: str) -> Tensors:
    """A backbone's pretrained tensors by digest; none where the course does not say where they lie."""
    fresh = pristine(name)
    tensors = (*fresh.module.parameters(), *fresh.module.buffers())
    return {fresh.digests[id(tensor)]: tensor for tensor in tensors if id(tensor) in fresh.digests}


def pretrained_tensors(evidence: Handed) -> Tensors:
    """The pretrained tensors, by digest, of all backbones that a model holds."""
    return {digest: tensor for name in backbones_of(evidence) for digest, tensor in _tensors(name).items()}
