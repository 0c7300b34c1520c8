"""Whether a training result that was handed in is what its cells make: they run once more, and both are compared.

Two honest runs of the same cells never agree to the last bit, so what is compared is coarse: the curves that the
history holds, and the direction in which the parameters moved. A difference is for a person to look at and costs
no points: what counts is measured of the tensors themselves.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec
import torch

from tlgrader.course.paths import Course
from tlgrader.errors import AuthorError
from tlgrader.evidence.kinds import ModelEvidence, ParameterInfo, Value
from tlgrader.evidence.observation import NotAsDescribed, Observation, to_argument
from tlgrader.grading.kernel import Kernel
from tlgrader.grading.taken import Part, Parts
from tlgrader.grading.training import runs
from tlgrader.judging.references import entries
from tlgrader.notebook.exercise import Cell
from tlgrader.records.record import Verified
from tlgrader.sandbox.limits import Limits

_LARGEST = 1e300  # a whole number beyond is none that float() takes
LONG, PARTS = 32, 4
"""A curve of so many numbers is compared by the means of so many parts."""

Tensors = Mapping[str, torch.Tensor]
Compared = Mapping[str, float | None]
"""A figure for each model, or curve, that was handed in; None for one that a rerun does not make."""


class Tolerance(msgspec.Struct, frozen=True):
    """How far two honest runs of the same cells may lie apart; measured by calibration, or `lora`'s (decision 10)."""

    curve: float = 0.15
    """The largest difference of two curves, as a share of their height, that is taken for chance."""
    direction: float = 0.3
    """The least cosine of two updates that is taken for the same training."""


class _Measured(msgspec.Struct, frozen=True):
    tolerance: Tolerance = Tolerance()


def tolerance_of(course: Course, exercise: str) -> Tolerance:
    """What ``reference.json`` says."""
    found = entries(course.measured(exercise)).get("verification", {})
    try:
        return msgspec.convert(found, _Measured).tolerance
    except msgspec.ValidationError as error:
        raise AuthorError(f"tl_solutions/{exercise}/reference.json, `verification`: {error}") from error


def verify(
    kernel: Kernel, cells: Sequence[Cell], taken: Parts, limits: Limits, tolerance: Tolerance
) -> Verified:
    """Run `cells` to the end of the training, as long as `limits` allow, and compare with what was `taken`.

    A training that is stopped by a limit is compared as far as it came.
    """
    before, failed = _rerun(kernel, cells, taken, limits)
    directions = dict(_directions(kernel, taken, before))
    histories = dict(_curves_apart(kernel, taken))
    doubts = list(_doubts(directions, histories, tolerance))
    if doubts and failed:
        doubts.append(f"in the rerun, {failed[:300]}")
    return Verified(
        max((share for share in histories.values() if share is not None), default=None),
        min((cosine for cosine in directions.values() if cosine is not None), default=None),
        "; ".join(doubts),
    )


def _rerun(
    kernel: Kernel, cells: Sequence[Cell], taken: Parts, limits: Limits
) -> tuple[dict[str, Tensors], str]:
    """Run the cells; the models' parameters before the training, and why the first cell that failed did."""
    last = max(number for number, cell in enumerate(cells) if cell.trains)
    before: dict[str, Tensors] | None = None
    failed, end = "", time.monotonic() + limits.notebook_s
    for cell in (cell for cell in cells[: last + 1] if runs(cell)):
        if cell.trains and before is None:
            before = _parameters(kernel, taken)
        left = end - time.monotonic()
        if left <= 0:
            return before or {}, failed or f"the notebook used up its limit of {limits.notebook_s:g} s"
        reason = kernel.run(cell.source, timeout_s=min(limits.cell_s, left)).reason
        failed = failed or (f"cell `{cell.id}`: {reason}" if reason else "")
    return before or {}, failed


def _doubts(directions: Compared, histories: Compared, tolerance: Tolerance) -> Iterator[str]:
    if not directions and not histories:
        yield "it holds nothing that can be compared with a rerun"
    for name, cosine in directions.items():
        if cosine is None:
            yield f"`{name}` cannot be compared with a rerun's"
        elif cosine < tolerance.direction:
            yield (
                f"the parameters of `{name}` moved in another direction than a rerun's: a cosine of {cosine:.2f}, "
                f"where at least {tolerance.direction:g} was expected"
            )
    for name, share in histories.items():
        if share is None:
            yield f"{name} cannot be compared with a rerun's"
        elif share > tolerance.curve:
            yield (
                f"{name} differs from a rerun's by {share:.0%} of its height, where {tolerance.curve:.0%} can be chance"
            )


def _directions(
    kernel: Kernel, taken: Parts, before: Mapping[str, Tensors]
) -> Iterator[tuple[str, float | None]]:
    """The cosine of the handed-in and the rerun update of each model."""
    after = _parameters(kernel, taken)
    for name, one in taken.items():
        if not isinstance(one.evidence, ModelEvidence):
            continue
        if name in before and name in after:
            theirs = {info.name: one.tensor(info.digest) for info in _learned(one)}
            yield name, _cosine(theirs, before[name], after[name])
        else:
            yield name, None


def _learned(taken: Part) -> list[ParameterInfo]:
    """The parameters that are in the file, whatever it says of their flags; one for each tensor."""
    evidence = taken.evidence
    parameters = evidence.parameters if isinstance(evidence, ModelEvidence) else ()
    return list({info.digest: info for info in parameters if info.digest in taken.tensors}.values())


def _parameters(kernel: Kernel, taken: Parts) -> dict[str, Tensors]:
    """The same parameters as the worker's models have them now; a model that lacks one, or has none, is left out."""
    wanted = {name: {info.name: info.shape for info in _learned(one)} for name, one in taken.items()}
    models = [name for name, shapes in wanted.items() if shapes]
    found: dict[str, Tensors] = {}
    for name, evidence in (kernel.observe(models) if models else {}).items():
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


def _curves_apart(kernel: Kernel, taken: Parts) -> Iterator[tuple[str, float | None]]:
    """How far each curve that was handed in is from the rerun's."""
    names = [name for name, one in taken.items() if isinstance(one.evidence, Value)]
    for name, evidence in (kernel.observe(names) if names else {}).items():
        theirs = to_argument(taken[name].observation(kernel))
        ours = dict(curves(to_argument(Observation(name, evidence, kernel))))
        for key, curve in curves(theirs):
            yield f"`{name}`" + (f" (`{key[:80]}`)" if key else ""), apart(curve, ours.get(key, []))


def curves(history: object) -> Iterator[tuple[str, list[float]]]:
    """The lists of numbers in a history: itself, or the entries of a dict, by name."""
    entries = history.items() if isinstance(history, Mapping) else [("", history)]
    for key, curve in entries:
        if isinstance(curve, list | tuple) and curve and all(isinstance(n, int | float) for n in curve):
            yield str(key), [float(number) if abs(number) < _LARGEST else math.inf for number in curve]


def apart(one: Sequence[float], two: Sequence[float]) -> float | None:
    """The largest difference of two curves, as a share of their height, as far as both go; None if one is empty.

    Of long ones, which have a number a step, the means of a few parts are compared: what a single batch gave is chance.
    """
    pairs = list(zip(*_coarsely(one, two), strict=False))
    if not pairs:
        return None
    if not all(math.isfinite(number) for pair in pairs for number in pair):
        return 1.0
    height = max(abs(number) for pair in pairs for number in pair)
    return max(abs(first - second) for first, second in pairs) / height if height else 0.0


def _coarsely(one: Sequence[float], two: Sequence[float]) -> tuple[Sequence[float], Sequence[float]]:
    """Both curves as they are, or the means of their parts, of equal size for both, where both are long."""
    length = min(len(one), len(two))
    if length < LONG:
        return one, two
    starts = [length * part // PARTS for part in range(PARTS + 1)]
    first, second = ([sum(curve[a:b]) / (b - a) for a, b in pairwise(starts)] for curve in (one, two))
    return first, second
