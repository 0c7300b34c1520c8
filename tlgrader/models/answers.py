"""What rebuilt models answer. Equal models are asked once, whoever handed them in.

A memory's key is content alone: all of a model's modules and tensors, and all of the inputs. Where only labels are
asked, and the processor is far faster at bfloat16, most of them are found so: each label is still the one that
float32 gives, since an answer that is nearly undecided is computed again.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
from torch import nn

from tlgrader.evidence.answering import forward
from tlgrader.evidence.digest import digest
from tlgrader.evidence.kinds import ModelEvidence
from tlgrader.evidence.observation import Observation
from tlgrader.models.features import Features, content, head_of
from tlgrader.rebuilding.rebuild import rebuild

BATCH = 64
BATCH_OF_HALVES = 128
"""Twice as many rows at a time are a sixth faster in bfloat16 (`lora`'s hidden sentences), and slower in float32."""
MOST_BYTES = 64 << 20
"""So much of answers is kept: those to 300 inputs are some kilobytes, a decoder's to two of 30 tokens 12 MB."""
DECIDED = 16
"""A label is taken from bfloat16 where the two largest logits are farther apart than so many times the largest error
that was seen, at the public sentences and at all that were computed again.

Twice the largest error of all would do. On 300 hidden sentences of `lora`'s reference it was up to 4.6 times that at
8 public ones, and 4.5 times that at 4.
"""
NEAREST = 8
"""So many rows, those that are nearest to another label, are always computed again."""

Inputs = Mapping[str, torch.Tensor]


class Answers:
    """A memory of what models answered, and the model that was rebuilt last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], torch.Tensor] = OrderedDict()
        self._last: tuple[str, nn.Module] | None = None
        self._features = Features()

    def logits(self, observation: Observation, inputs: Inputs) -> torch.Tensor:
        """What the observed model answers, rebuilt. Raises CannotRebuild, and what the model raises."""
        evidence = _model_of(observation)
        return self.once(
            observation, ("logits", *digests(inputs)), lambda model: self._computed(model, evidence, inputs)
        )

    def for_labels(self, observation: Observation, inputs: Inputs, probe: Inputs) -> torch.Tensor:
        """The same, but that only the place of each row's largest is exact; `probe` are a few such inputs."""
        if not _halves_pay(inputs):
            return self.logits(observation, inputs)
        exact = self.logits(observation, probe)
        return self.once(
            observation, ("labels", *digests(inputs)), lambda model: _roughly(model, inputs, probe, exact)
        )

    def once(
        self, observation: Observation, asked: tuple[str, ...], answer: Callable[[nn.Module], torch.Tensor]
    ) -> torch.Tensor:
        """What `answer` makes of the rebuilt model, remembered by the model's content and by what is `asked`."""
        key = (content(_model_of(observation)), *asked)
        if key not in self._kept:
            with torch.no_grad(), one_thread():
                self._kept[key] = answer(self._rebuilt(observation, key[0]))
            self._forget()
        self._kept.move_to_end(key)
        return self._kept[key]

    def _forget(self) -> None:
        """Drop what was asked longest ago, until the rest is small enough; the newest answer stays."""
        size = sum(answer.nbytes for answer in self._kept.values())
        while size > MOST_BYTES and len(self._kept) > 1:
            size -= self._kept.popitem(last=False)[1].nbytes

    def _rebuilt(self, observation: Observation, of: str) -> nn.Module:
        if self._last is None or self._last[0] != of:
            self._last = (of, rebuild(observation))
        return self._last[1]

    def _computed(self, model: nn.Module, evidence: ModelEvidence, inputs: Inputs) -> torch.Tensor:
        if head_of(model) is None or set(inputs) != {"x"}:
            return run(model, inputs)
        return in_batches(lambda batch: self._features.logits(model, evidence, batch), inputs)


def _model_of(observation: Observation) -> ModelEvidence:
    assert isinstance(observation.evidence, ModelEvidence)
    return observation.evidence


def digests(inputs: Inputs) -> Iterator[str]:
    """What stands for inputs where an answer is remembered."""
    for name in sorted(inputs):
        yield from (name, digest(inputs[name]))


def run(model: nn.Module, inputs: Inputs, at_once: int = BATCH) -> torch.Tensor:
    """The model's logits, computed in batches of `at_once` rows."""
    return in_batches(lambda batch: logits_of(model, batch), inputs, at_once)


def logits_of(model: nn.Module, batch: Inputs) -> torch.Tensor:
    """What the model answers to one batch."""
    logits = forward(model, batch)
    assert isinstance(logits, torch.Tensor)
    return logits


def in_batches(
    answer: Callable[[Inputs], torch.Tensor], inputs: Inputs, at_once: int = BATCH
) -> torch.Tensor:
    """The answers to all rows of `inputs`, in order, for so many rows at once."""
    rows = len(next(iter(inputs.values())))
    parts = [
        answer(trimmed({name: tensor[start : start + at_once] for name, tensor in inputs.items()}))
        for start in range(0, rows, at_once)
    ]
    return torch.cat(parts)


def trimmed(batch: Inputs) -> Inputs:
    """Without the columns that are padding in every row, which say nothing and cost as much as words."""
    if "attention_mask" not in batch:
        return batch
    longest = int(batch["attention_mask"].sum(dim=1).max())
    return {name: tensor[:, :longest] for name, tensor in batch.items()}


def _halves_pay(inputs: Inputs) -> bool:
    """For language models, where the processor multiplies tiles of bfloat16: four times as fast as float32."""
    return "attention_mask" in inputs and _has_tiles()


@cache
def _has_tiles() -> bool:
    capabilities: Any = getattr(torch.cpu, "get_capabilities", dict)  # older torch does not say
    return bool(capabilities().get("amx_bf16", False))


def _roughly(model: nn.Module, inputs: Inputs, probe: Inputs, exact: torch.Tensor) -> torch.Tensor:
    """Logits in bfloat16, but in float32 for each row whose label they do not decide."""
    if exact.dim() != 2 or exact.shape[1] < 2:
        return run(model, inputs)
    halved = _halved(model)
    error = (run(halved, _in_halves(probe)).float() - exact).abs().max()
    logits = run(halved, _in_halves(inputs), BATCH_OF_HALVES).float()
    exact_rows = torch.zeros(len(logits), dtype=torch.bool)
    undecided = exact_rows.scatter(0, _margins(logits).argsort()[:NEAREST], True)
    while undecided.any():
        again = run(model, {name: tensor[undecided] for name, tensor in inputs.items()})
        error = torch.maximum(error, (logits[undecided] - again).abs().max())
        logits[undecided] = again
        exact_rows |= undecided
        decided = _margins(logits) > DECIDED * error  # which nothing is that is not a number
        undecided = ~exact_rows & ~decided
    return logits


def _margins(logits: torch.Tensor) -> torch.Tensor:
    """How far each row's largest is above its second."""
    first, second = logits.topk(2, dim=1).values.unbind(dim=1)
    return first - second


def _in_halves(inputs: Inputs) -> Inputs:
    return {
        name: tensor.bfloat16() if tensor.is_floating_point() else tensor for name, tensor in inputs.items()
    }


def _halved(model: nn.Module) -> nn.Module:
    """A copy in bfloat16, adapters merged into the layers that they adapt: one product in place of three."""
    from peft.tuners.lora import LoraLayer

    adapted = {id(p) for layer in model.modules() if isinstance(layer, LoraLayer) for p in layer.parameters()}
    others = (parameter for parameter in model.parameters() if id(parameter) not in adapted)
    # What adapters are merged into is copied as it is, and rounded once, afterwards.
    halved = copy.deepcopy(model, {id(p): nn.Parameter(p.bfloat16(), False) for p in others})
    for module in halved.modules():
        if isinstance(module, LoraLayer):
            module.merge()
    return halved.bfloat16()


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread, so that a result does not depend on how many cores there are."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
