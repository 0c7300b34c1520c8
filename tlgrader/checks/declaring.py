"""How a function becomes a check, and how one check declares what it needs of another.

A check that needs another is itself asked for nothing else: the other one's arguments are taken from its own, by
the names of their parameters.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import msgspec

from tlgrader.checks.finding import Fault, Finding, Outcome, Strength, failed, skipped
from tlgrader.checks.narrowing import NotThere
from tlgrader.errors import AuthorError

P = ParamSpec("P")


def check(function: Callable[P, Finding]) -> Callable[P, Finding]:
    """Make a function a check: named in its findings, weighed, and not raising for what a student did."""

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> Finding:
        try:
            finding = function(*args, **kwargs)
        except NotThere as error:
            finding = failed(Strength.claimed, str(error), error.expected, error.hint)
        weight: Any = kwargs.get("weight", 1.0)
        return msgspec.structs.replace(finding, check=function.__name__, weight=float(weight))

    return checked


def needs(
    prerequisite: Callable[..., Finding], why: str
) -> Callable[[Callable[P, Finding]], Callable[P, Finding]]:
    """Declare that a check can say nothing where `prerequisite` did not pass: it is skipped then, untried.

    The finding says `why`, and what the prerequisite observed and expected. What is decorated is a `check` thereby.

    Raises:
        AuthorError: the prerequisite has a parameter, without a default, that the check lacks.
    """

    def decorate(function: Callable[P, Finding]) -> Callable[P, Finding]:
        ask = _asked_of(prerequisite, function)

        @check
        @wraps(function)
        def dependent(*args: P.args, **kwargs: P.kwargs) -> Finding:
            before = ask(*args, **kwargs)
            if before.outcome is Outcome.passed:
                return function(*args, **kwargs)
            return skipped(before.strength, f"{why}: {before.observed}", before.expected)

        return dependent

    return decorate


def proves_nothing_without(
    prerequisite: Callable[..., Finding], why: str
) -> Callable[[Callable[P, Finding]], Callable[P, Finding]]:
    """Declare that passing a check shows nothing where `prerequisite` did not pass; failing it always does.

    So only a finding that passed is skipped, with `why`. A backbone that nothing has trained is untouched, whoever
    wrote the training; one that was touched without learning is touched.

    Raises:
        AuthorError: the prerequisite has a parameter, without a default, that the check lacks.
    """

    def decorate(function: Callable[P, Finding]) -> Callable[P, Finding]:
        ask = _asked_of(prerequisite, function)

        @wraps(function)
        def dependent(*args: P.args, **kwargs: P.kwargs) -> Finding:
            finding = function(*args, **kwargs)
            if finding.outcome is not Outcome.passed or ask(*args, **kwargs).outcome is Outcome.passed:
                return finding
            return msgspec.structs.replace(
                finding, outcome=Outcome.skipped, observed=why, fault=Fault.student, decided_by=""
            )

        return dependent

    return decorate


def _asked_of(prerequisite: Callable[..., Finding], function: Callable[P, Finding]) -> Callable[P, Finding]:
    """`prerequisite`, asked with those of `function`'s arguments that it has parameters for, but for ``weight``."""
    own, wanted = inspect.signature(function), dict(inspect.signature(prerequisite).parameters)
    wanted.pop("weight", None)
    lacking = [
        name
        for name, parameter in wanted.items()
        if name not in own.parameters and parameter.default is parameter.empty
    ]
    if lacking:
        raise AuthorError(
            f"`{function.__name__}` needs `{prerequisite.__name__}`, which asks for {', '.join(lacking)}: give it "
            "parameters of these names, too"
        )

    def ask(*args: P.args, **kwargs: P.kwargs) -> Finding:
        given = own.bind(*args, **kwargs)
        given.apply_defaults()
        return prerequisite(**{name: value for name, value in given.arguments.items() if name in wanted})

    return ask
