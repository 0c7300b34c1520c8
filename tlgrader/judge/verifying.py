"""Whether a training result that was handed in is what its cells make: they run once more, and both are compared.

Two honest runs of the same cells never agree to the last bit, so what is compared is coarse: the curves that the
history holds, and the direction in which the parameters moved. A difference is for a person to look at and costs
no points: what counts is measured of the tensors themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import torch

from tlgrader.course.exercise import Cell
from tlgrader.evidence.kinds import Evidence, ModelEvidence, ParameterInfo, Value
from tlgrader.evidence.observation import NotAsDescribed, Observation, Source, arrive
from tlgrader.judge.record import Verified
from tlgrader.judge.training import Taken, runs
from tlgrader.sandbox.limits import Limits
from tlgrader.sandbox.slot import CellResult

CURVE = 0.15
"""The largest difference of two curves, as a share of their height, that is taken for chance."""
DIRECTION = 0.3
"""The least cosine of two updates that is taken for the same training."""
# Both were measured with `lora` (docs/decisions/0010-verified-training.md).
_LARGEST = 1e300  # a whole number beyond is none that float() takes

Tensors = Mapping[str, torch.Tensor]


class Kernel(Source, Protocol):
    """What a verification needs of a worker."""

    def run(self, source: str, *, timeout_s: float) -> CellResult: ...

    def observe(self, names: Sequence[str]) -> dict[str, Evidence]: ...


def verify(kernel: Kernel, cells: Sequence[Cell], taken: Mapping[str, Taken], limits: Limits) -> Verified:
    """Run `cells` to the end of the training, each for as long as `limits` allow, and compare with what was `taken`.

    A training that is stopped by a limit is compared as far as it came.
    """
    last = max(number for number, cell in enumerate(cells) if cell.trains)
    before: dict[str, Tensors] = {}
    failed = ""
    for cell in (cell for cell in cells[: last + 1] if runs(cell)):
        if cell.trains and not before:
            before = _parameters(kernel, taken)
        reason = kernel.run(cell.source, timeout_s=limits.cell_s).reason
        failed = failed or (f"cell `{cell.id}`: {reason}" if reason else "")
    cosines, curves = list(_cosines(kernel, taken, before)), list(_differences(kernel, taken))
    curve, direction = max(curves, default=None), min(cosines, default=None)
    doubts = list(_doubts(curve, direction))
    if doubts and failed:
        doubts.append(f"in the rerun, {failed[:300]}")
    return Verified(curve, direction, "; ".join(doubts))


def _doubts(curve: float | None, direction: float | None) -> Iterator[str]:
    if curve is None and direction is None:
        yield "nothing of it can be compared with a rerun"
    if curve is not None and curve > CURVE:
        yield f"its history differs from a rerun's by {curve:.0%} of its height, where {CURVE:.0%} can be chance"
    if direction is not None and direction < DIRECTION:
        yield (
            f"its parameters moved in another direction than a rerun's: a cosine of {direction:.2f}, where at "
            f"least {DIRECTION:g} was expected"
        )


def _cosines(kernel: Kernel, taken: Mapping[str, Taken], before: Mapping[str, Tensors]) -> Iterator[float]:
    """Of each model that was there before the training, and is of the same form after it."""
    for name, after in _parameters(kernel, taken).items():
        if name in before:
            theirs = {info.name: taken[name].tensor(info.digest) for info in _trainable(taken[name])}
            yield _cosine(theirs, before[name], after)


def _differences(kernel: Kernel, taken: Mapping[str, Taken]) -> Iterator[float]:
    """Of each curve that both histories hold."""
    names = [name for name, one in taken.items() if isinstance(one.evidence, Value)]
    for name, evidence in (kernel.observe(names) if names else {}).items():
        theirs = arrive(taken[name].observation(evidence, kernel))
        yield from curves_apart(theirs, arrive(Observation(name, evidence, kernel)))


def _trainable(taken: Taken) -> list[ParameterInfo]:
    evidence = taken.evidence
    return [p for p in evidence.parameters if p.requires_grad] if isinstance(evidence, ModelEvidence) else []


def _parameters(kernel: Kernel, taken: Mapping[str, Taken]) -> dict[str, Tensors]:
    """The same parameters as the worker's models have them now; a model that lacks one is left out."""
    wanted = {name: {info.name: info.shape for info in _trainable(one)} for name, one in taken.items()}
    found: dict[str, Tensors] = {}
    for name, evidence in kernel.observe([name for name, shapes in wanted.items() if shapes]).items():
        if isinstance(evidence, ModelEvidence):
            live = [info for info in evidence.parameters if wanted[name].get(info.name) == info.shape]
            found[name] = dict(_fetched(Observation(name, evidence, kernel), live))
    return {name: tensors for name, tensors in found.items() if tensors.keys() == wanted[name].keys()}


def _fetched(model: Observation, infos: Sequence[ParameterInfo]) -> Iterator[tuple[str, torch.Tensor]]:
    for info in infos:
        try:
            yield info.name, model.tensor(info)
        except NotAsDescribed:
            return


def _cosine(theirs: Tensors, before: Tensors, after: Tensors) -> float:
    """The cosine of the two updates, all parameters in one; 0 where one of them is none or not finite."""
    one, two = (
        torch.cat([(tensors[name].double() - before[name].double()).flatten() for name in theirs])
        for tensors in (theirs, after)
    )
    cosine = torch.nn.functional.cosine_similarity(one, two, dim=0).item()
    return cosine if math.isfinite(cosine) else 0.0


def curves_apart(theirs: object, ours: object) -> Iterator[float]:
    """How far each curve of a history is from ours, as a share of the height of both, as far as both go."""
    mine = dict(_curves(ours))
    for key, curve in _curves(theirs):
        pairs = list(zip(curve, mine.get(key, ()), strict=False))
        height = max((abs(number) for pair in pairs for number in pair), default=0.0)
        if not all(math.isfinite(number) for pair in pairs for number in pair):
            yield 1.0
        elif height:
            yield max(abs(one - two) for one, two in pairs) / height


def _curves(history: object) -> Iterator[tuple[str, list[float]]]:
    """The lists of numbers in a history: itself, or the entries of a dict."""
    entries = history.items() if isinstance(history, Mapping) else [("", history)]
    for key, curve in entries:
        if isinstance(curve, list) and all(isinstance(number, int | float) for number in curve):
            yield str(key), [float(number) if abs(number) < _LARGEST else math.inf for number in curve]
