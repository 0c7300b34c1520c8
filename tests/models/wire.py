"""An observer on the other side of a wire, as the judge has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import torch

from tlgrader.evidence.kinds import Evidence, Step, decode, encode
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.observe import Observer


class Wire:
    """An observer seen from the judge: it counts the numbers that were sent."""

    def __init__(self) -> None:
        self._observer = Observer()
        self.sent = 0

    def observe(self, value: object) -> Observation:
        """Evidence that went through JSON."""
        return Observation("model", decode(encode(self._observer.observe(value))), self)

    def tensor(self, digest: str) -> torch.Tensor:
        """A copy, as if it had been sent."""
        tensor = self._observer.tensor(digest).clone()
        self.sent += tensor.numel()
        return tensor

    def logits(self, handle: int, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """The observed model's own."""
        return self._observer.logits(handle, inputs)

    def step(self, model: int, optimizer: int | None, inputs: Mapping[str, torch.Tensor], seed: int) -> Step:
        """The observed model's own, through JSON."""
        step = self._observer.step(model, optimizer, inputs, seed)
        return msgspec.json.decode(msgspec.json.encode(step), type=Step)

    def call(self, handle: int, arguments: Sequence[object]) -> Evidence:
        """Of no use here."""
        raise NotImplementedError
