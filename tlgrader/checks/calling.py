"""Checks that call a student's function, where it lives, and compare what it returns or raises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tlgrader.checks.declaring import check
from tlgrader.checks.finding import Finding, Strength, failed, passed, passed_unless
from tlgrader.checks.narrowing import UNFILLED, NotThere, is_unfilled, narrow_observation
from tlgrader.checks.numbers import are_near, is_number
from tlgrader.checks.resembling import resemblance
from tlgrader.checks.wording import cut, describe
from tlgrader.evidence.kinds import CallableEvidence, Missing
from tlgrader.evidence.observation import Observation, to_argument

MOST = 4
"""Of a dict's entries that differ, as many are shown."""
BY_HAND = "work this call out by hand, then print in the function what each of its lines makes of it"
"""The hint where a value resembles nothing that is known."""
_PLAIN = "plain data is asked for: a number, a str, a list or a dict of these, or a tensor"


@check
def returns(
    function: object,
    arguments: Sequence[object],
    expected: object,
    *,
    tolerance: float = 1e-6,
    weight: float = 1.0,
) -> Finding:
    """``function(*arguments)`` returns `expected`, where numbers may differ by `tolerance`.

    Lists are compared item by item; a tensor or array equals a list of its numbers, and a tuple a list.
    """
    observation, evidence = narrow_observation(function, CallableEvidence, "function")
    call = f"`{observation.name}({', '.join(map(_short, arguments))})`"
    wanted = f"{call} returns {_short(expected)}"
    answer = observation.source.call(evidence.handle, list(arguments))
    if isinstance(answer, Missing):
        hint = f"call {call} in a cell of your own: the traceback names the line of the function that raises"
        return failed(Strength.queried, answer.reason, wanted, hint)
    value = to_argument(Observation("result", answer, observation.source))
    if isinstance(value, Observation):
        hint = UNFILLED if is_unfilled(value) else _PLAIN
        return failed(Strength.queried, f"{call} returned {describe(value)}", wanted, hint)
    if _equal(_listed(value), _listed(expected), tolerance):
        return passed(Strength.queried, f"{call} returned {_short(value)}", wanted)
    if isinstance(value, dict) and isinstance(expected, dict):
        return _other_dict(call, _listed(value), _listed(expected), tolerance)
    hint = resemblance(_listed(value), _listed(expected), tolerance) or _exchanged(
        observation, evidence, arguments, expected, tolerance
    )
    return failed(Strength.queried, f"{call} returned {_short(value)}", wanted, hint or BY_HAND)


def _exchanged(
    called: Observation,
    evidence: CallableEvidence,
    arguments: Sequence[object],
    expected: object,
    tolerance: float,
) -> str:
    """A hint where the function returns what is expected once its first two arguments are exchanged."""
    if len(arguments) < 2:
        return ""
    first, second, *others = arguments
    answer = called.source.call(evidence.handle, [second, first, *others])
    value = None if isinstance(answer, Missing) else to_argument(Observation("result", answer, called.source))
    if isinstance(value, Observation) or not _equal(_listed(value), _listed(expected), tolerance):
        return ""
    return "with its first two arguments exchanged it returns what is expected: mind their order"


def asked(function: object, arguments: Sequence[object]) -> Any:
    """What a student's function returns: plain data, a tensor or an array. For a check of one's own.

    Raises:
        NotThere: there is no function, it raises, or it returns something else; in words for a student.
    """
    observation, evidence = narrow_observation(function, CallableEvidence, "function")
    expected = f"`{observation.name}` returns plain data or an array"
    answer = observation.source.call(evidence.handle, list(arguments))
    if isinstance(answer, Missing):
        hint = f"call `{observation.name}` in a cell of your own: the traceback names the line that raises"
        raise NotThere(answer.reason, expected, hint)
    value = to_argument(Observation("result", answer, observation.source))
    if isinstance(value, Observation):
        raise NotThere(f"`{observation.name}` returned {describe(value)}", expected, _PLAIN)
    return value


@check
def raises(
    function: object, arguments: Sequence[object], error: str | Sequence[str], *, weight: float = 1.0
) -> Finding:
    """``function(*arguments)`` raises `error` or a subclass: the name of an exception, or several names."""
    observation, evidence = narrow_observation(function, CallableEvidence, "function")
    names = [error] if isinstance(error, str) else list(error)
    call = f"`{observation.name}({', '.join(map(_short, arguments))})`"
    wanted = f"{call} raises {' or '.join(f'`{name}`' for name in names)}"
    answer = observation.source.call(evidence.handle, list(arguments))
    if isinstance(answer, Missing):
        hint = "that is another error than the one asked for: which line of the function raises it?"
        return passed_unless(_other_error(answer, names), Strength.queried, answer.reason, wanted, hint)
    value = to_argument(Observation("result", answer, observation.source))
    returned = describe(value) if isinstance(value, Observation) else _short(value)
    hint = "an error is asked for here: `raise` it before anything is returned"
    return failed(Strength.queried, f"{call} raised nothing and returned {returned}", wanted, hint)


def _other_error(answer: Missing, names: Sequence[str]) -> list[str]:
    return [] if set(names) & set(answer.raised) else [answer.reason]


def _other_dict(call: str, seen: dict[Any, Any], wanted: dict[Any, Any], tolerance: float) -> Finding:
    """The entries that differ, first: a dict is cut when it is long, and most of it may be right."""
    lacking = [key for key in wanted if key not in seen]
    extra = [key for key in seen if key not in wanted]
    wrong = [key for key in wanted if key in seen and not _equal(seen[key], wanted[key], tolerance)]
    said = [f"{_short(key)} is {_short(seen[key])}, not {_short(wanted[key])}" for key in wrong]
    said += [f"{_short(key)} is missing" for key in lacking]
    said += [f"{_short(key)} is there, and was not expected" for key in extra]
    observed = f"{call} returned a dict of {len(seen)} in which {_several(said)}"
    ordered = {key: wanted[key] for key in [*wrong, *lacking, *wanted]}
    both = [key for key in wrong if is_number(seen[key]) and is_number(wanted[key])]
    hint = resemblance([seen[key] for key in both], [wanted[key] for key in both], tolerance) if both else ""
    return failed(Strength.queried, observed, f"{call} returns {_short(ordered)}", hint or BY_HAND)


def _several(said: list[str]) -> str:
    shown = "; ".join(said[:MOST])
    return f"{shown}; and {len(said) - MOST} more" if len(said) > MOST else shown


def _listed(value: Any) -> Any:
    """`value` with tensors, arrays and tuples as lists."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [_listed(item) for item in value]
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    return value


def _equal(seen: Any, wanted: Any, tolerance: float) -> bool:
    if isinstance(wanted, list):
        return isinstance(seen, list) and len(seen) == len(wanted) and _all_equal(seen, wanted, tolerance)
    if isinstance(wanted, dict):
        same = isinstance(seen, dict) and seen.keys() == wanted.keys()
        return same and _all_equal([seen[key] for key in wanted], list(wanted.values()), tolerance)
    if is_number(wanted) and is_number(seen):
        return are_near(seen, wanted, tolerance)
    return type(seen) is type(wanted) and bool(seen == wanted)


def _all_equal(seen: list[Any], wanted: list[Any], tolerance: float) -> bool:
    return all(_equal(one, other, tolerance) for one, other in zip(seen, wanted, strict=True))


def _short(value: object) -> str:
    return cut(repr(_listed(value)), 80)
