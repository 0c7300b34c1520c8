"""Points on a scale: none up to one cut-off, all from another, and in proportion between."""

from __future__ import annotations

import msgspec

from tlgrader.checks.finding import Fault, Finding, Outcome, Scale


def on_a_scale(finding: Finding, scale: Scale) -> Finding:
    """What a threshold decided, by a scale instead: it passes where all points are earned, and may earn some where not.

    A finding that no measure decided, such as one of a model whose answers are not numbers, stays as it is.
    """
    if not finding.decided_by:
        return finding
    value = finding.measured[finding.decided_by]
    expected = f"all points from {scale.full:.3f} on, none up to {scale.none:.3f}, and in proportion between"
    outcome = Outcome.passed if scale.share(value) >= 1 else Outcome.failed
    return msgspec.structs.replace(
        finding,
        outcome=outcome,
        expected=expected,
        fault=None if outcome is Outcome.passed else finding.fault or Fault.student,
        scale=scale,
    )
