"""What a check may ask of its arguments: that they are there, and evidence of the kind that it judges."""

from __future__ import annotations

from typing import TypeVar

from tlgrader.checks.wording import WORDS, describe, name_of
from tlgrader.evidence.kinds import CallableEvidence, Evidence, Missing, Opaque, Value
from tlgrader.evidence.observation import Observation

Kind = TypeVar("Kind", bound=Evidence)


class NotThere(Exception):
    """What a check needs does not exist or is of another kind; its message says so to a student."""

    def __init__(self, observed: str, expected: str, hint: str = "") -> None:
        super().__init__(observed)
        self.expected = expected
        self.hint = hint


def narrow(thing: object, kind: type[Kind], parameter: str) -> Kind:
    """The evidence of `thing` if it is of `kind`. Raises NotThere, in words, if it is not."""
    evidence = thing.evidence if isinstance(thing, Observation) else None
    if isinstance(evidence, kind):
        return evidence
    expected = f"`{name_of(thing, parameter)}` is {WORDS[kind]}"
    require_present(thing, parameter, expected)
    raise another_kind(thing, parameter, WORDS[kind], expected)


def narrow_observation(thing: object, kind: type[Kind], parameter: str) -> tuple[Observation, Kind]:
    """As `narrow`, with the observation, to ask its source."""
    evidence = narrow(thing, kind, parameter)
    assert isinstance(thing, Observation)
    return thing, evidence


def require_present(thing: object, parameter: str, expected: str) -> None:
    """Raises NotThere, with the reason, where the notebook has no such thing."""
    evidence = thing.evidence if isinstance(thing, Observation) else None
    if isinstance(evidence, Missing):
        hint = "a cell has to assign this very name, and to run without an error"
        raise NotThere(f"`{name_of(thing, parameter)}` does not exist: {evidence.reason}", expected, hint)


def another_kind(thing: object, parameter: str, wanted: str, expected: str) -> NotThere:
    """What to raise where `thing` is there, and is not what is `wanted` (``a dict``), with a likely reason."""
    name = name_of(thing, parameter)
    said = f"`{name}` is {describe(thing)}, {wanted} was expected"
    return NotThere(said, expected, _why_other(thing, name))


UNFILLED = "the `...` is still there: write your own code in its place"


def is_unfilled(thing: object) -> bool:
    """Whether it is the ``...`` that stands where a student's code belongs."""
    evidence = thing.evidence if isinstance(thing, Observation) else None
    return thing is ... or (isinstance(evidence, Opaque) and evidence.type == "builtins.ellipsis")


def _why_other(thing: object, name: str) -> str:
    """How a name comes to hold a thing of another kind."""
    evidence = thing.evidence if isinstance(thing, Observation) else None
    if isinstance(evidence, CallableEvidence):
        return f"the function itself was assigned, and not what it returns: is `{name}` made by a call, with `()`?"
    if thing is None or (isinstance(evidence, Value) and evidence.value is None):
        return "a function without `return` returns None, and so do methods that change a thing in place"
    if is_unfilled(thing):
        return UNFILLED
    return f"print `type({name})` where it is made, and see that no later line assigns this name anew"
