"""What all checks share: the decorator, what a check may ask of its arguments, and how it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import msgspec

from tlgrader.checks.finding import Fault, Finding, Outcome, Strength
from tlgrader.evidence.kinds import (
    Array,
    CallableEvidence,
    Evidence,
    FolderEvidence,
    LoaderEvidence,
    LoraConfigEvidence,
    Missing,
    ModelEvidence,
    Opaque,
    OptimizerEvidence,
)
from tlgrader.evidence.observation import Observation

P = ParamSpec("P")
Kind = TypeVar("Kind", bound=Evidence)

WORDS: Mapping[type, str] = {
    ModelEvidence: "a model (torch.nn.Module)",
    OptimizerEvidence: "an optimizer",
    LoaderEvidence: "a DataLoader",
    LoraConfigEvidence: "a peft configuration",
    FolderEvidence: "a folder (pathlib.Path)",
    CallableEvidence: "a function",
    Array: "an array",
}


class NotThere(Exception):
    """What a check needs does not exist or is of another kind; its message says so to a student."""

    def __init__(self, observed: str, expected: str) -> None:
        super().__init__(observed)
        self.expected = expected


def check(function: Callable[P, Finding]) -> Callable[P, Finding]:
    """Make a function a check: named in its findings, weighed, and not raising for what a student did."""

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> Finding:
        try:
            finding = function(*args, **kwargs)
        except NotThere as error:
            finding = failed(Strength.claimed, str(error), error.expected)
        weight: Any = kwargs.get("weight", 1.0)
        return msgspec.structs.replace(finding, check=function.__name__, weight=float(weight))

    return checked


def passed(
    strength: Strength, observed: str, expected: str, measured: Mapping[str, float] | None = None
) -> Finding:
    """A finding that the decorator completes."""
    return Finding("", Outcome.passed, strength, observed, expected, measured=dict(measured or {}))


def failed(
    strength: Strength,
    observed: str,
    expected: str,
    hint: str = "",
    measured: Mapping[str, float] | None = None,
) -> Finding:
    """A finding of the student's fault, which the decorator completes."""
    return Finding(
        "", Outcome.failed, strength, observed, expected, hint, Fault.student, dict(measured or {})
    )


def skipped(strength: Strength, observed: str, expected: str) -> Finding:
    """A finding that nothing can be said, because of what `observed` says."""
    return Finding("", Outcome.skipped, strength, observed, expected, fault=Fault.student)


def proves_nothing(finding: Finding, why: str) -> Finding:
    """`finding`, but skipped if it passed only for want of anything that could have failed it."""
    if finding.outcome is not Outcome.passed:
        return finding
    return msgspec.structs.replace(finding, outcome=Outcome.skipped, observed=why, fault=Fault.student)


def settled(
    problems: Iterable[str], strength: Strength, observed: str, expected: str, hint: str = ""
) -> Finding:
    """Failed, with all `problems`, where there are any; else passed with `observed`."""
    found = "; ".join(problems)
    return failed(strength, found, expected, hint) if found else passed(strength, observed, expected)


def need(thing: object, kind: type[Kind], parameter: str) -> Kind:
    """The evidence of `thing` if it is of `kind`. Raises NotThere, in words, if it is not."""
    evidence = thing.evidence if isinstance(thing, Observation) else None
    if isinstance(evidence, kind):
        return evidence
    name = name_of(thing, parameter)
    expected = f"`{name}` is {WORDS[kind]}"
    need_there(thing, parameter, expected)
    raise NotThere(f"`{name}` is {describe(thing)}, {WORDS[kind]} was expected", expected)


def need_there(thing: object, parameter: str, expected: str) -> None:
    """Raises NotThere, with the reason, where the notebook has no such thing."""
    evidence = thing.evidence if isinstance(thing, Observation) else None
    if isinstance(evidence, Missing):
        raise NotThere(f"`{name_of(thing, parameter)}` does not exist: {evidence.reason}", expected)


def need_observation(thing: object, kind: type[Kind], parameter: str) -> tuple[Observation, Kind]:
    """As `need`, with the observation, to ask its source."""
    evidence = need(thing, kind, parameter)
    assert isinstance(thing, Observation)
    return thing, evidence


def name_of(thing: object, parameter: str) -> str:
    """What the notebook calls `thing`, or else what the check's parameter is called."""
    return thing.name if isinstance(thing, Observation) and thing.name else parameter


def describe(thing: object) -> str:
    """What `thing` is, in words: a str, an optimizer, a dict (`loss` in it is a Tensor)."""
    if not isinstance(thing, Observation):
        return _with_article(type(thing).__name__)
    evidence = thing.evidence
    if isinstance(evidence, Opaque):
        said = _with_article(evidence.type.removeprefix("builtins."))
        return f"{said} ({evidence.why})" if evidence.why else said
    if isinstance(evidence, Missing):
        return f"missing ({evidence.reason})"
    return WORDS.get(type(evidence), "plain data")


def _with_article(word: str) -> str:
    if word == "NoneType":
        return "None"
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """``1 tensor``, ``2,048 tensors``; `plural` where an s does not make it."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def listed(names: Iterable[str], most: int = 4) -> str:
    """``\\`a\\`, \\`b\\` and 3 more``."""
    all_names = list(names)
    shown = ", ".join(f"`{name}`" for name in all_names[:most])
    return f"{shown} and {len(all_names) - most} more" if len(all_names) > most else shown


def cut(text: str, most: int) -> str:
    """At most so many characters of `text`, and a mark where there were more."""
    return text if len(text) <= most else f"{text[: most - 3]}…"


def weaker(*strengths: Strength) -> Strength:
    """The weakest of several strengths."""
    return max(strengths, key=list(Strength).index)
