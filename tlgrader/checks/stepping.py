"""What a check is told of a model's flags and modes, or of an optimizer, and a training step shows."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import msgspec

from tlgrader.checks.finding import Finding, Outcome, Strength
from tlgrader.evidence.kinds import ModelEvidence
from tlgrader.evidence.observation import Observation

P = ParamSpec("P")


def shown_by_a_step(function: Callable[P, Finding]) -> Callable[P, Finding]:
    """Let what a check of a ``model``, and of an ``optimizer`` if it has one, passes on its process's word be shown.

    The notebook's process takes a training step with copies, and the judge takes it again: where they agree, the
    finding is queried. Where no step can be compared it stays claimed; where they differ it does, too, and says so.
    """
    signature = inspect.signature(function)

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> Finding:
        finding = function(*args, **kwargs)
        if finding.outcome is not Outcome.passed or finding.strength is not Strength.claimed:
            return finding
        given = signature.bind(*args, **kwargs).arguments
        return _shown(finding, given["model"], given.get("optimizer"))

    return checked


def _shown(finding: Finding, model: object, optimizer: object) -> Finding:
    if (
        not isinstance(model, Observation)
        or not isinstance(model.evidence, ModelEvidence)
        or not model.is_judged
    ):
        return finding
    # Imported here, since it needs torch, which whoever only reads records does not wait for.
    from tlgrader.rebuilding.logical import CannotRebuild
    from tlgrader.rebuilding.stepping import difference

    try:
        differs = difference(model, optimizer if isinstance(optimizer, Observation) else None)
    except CannotRebuild:
        return finding
    if differs:
        return msgspec.structs.replace(finding, observed=f"{finding.observed}; yet {differs}")
    return msgspec.structs.replace(finding, strength=Strength.queried)
