"""A student's function in an assert: it is asked where it lives, and the assert compares what it returns."""

from __future__ import annotations

from tlgrader.checks.wording import cut, describe
from tlgrader.evidence.kinds import CallableEvidence, Missing
from tlgrader.evidence.observation import Observation, to_argument

LONG = 120
"""So many characters of a call or an answer are shown."""
LAST = 3
"""Of several calls in one assert, so many are shown, the last ones: at these it ended."""


class NoAnswer(Exception):
    """A function raised or returned what is no plain value; the message says so to the student."""


class Functions:
    """The functions that one assert calls, and what they answered."""

    def __init__(self, *, hidden: bool) -> None:
        self._hidden = hidden
        self._answers: list[str] = []

    def ask(self, function: Observation, handle: int, arguments: tuple[object, ...]) -> object:
        """What `function` returns. Raises NoAnswer."""
        shown = "…" if self._hidden else ", ".join(map(repr, arguments))
        call = f"`{cut(f'{function.name}({shown})', LONG)}`"
        answer = function.source.call(handle, list(arguments))
        if isinstance(answer, Missing):
            raise NoAnswer(answer.reason)
        value = to_argument(Observation("result", answer, function.source))
        if isinstance(value, Observation):
            raise NoAnswer(f"{call} returned {describe(value)}")
        self._answers.append(f"{call} returned {cut(repr(value), LONG)}")
        return value

    def seen(self) -> list[str]:
        """The last calls and what they returned."""
        return list(dict.fromkeys(self._answers))[-LAST:]


class Asked:
    """Stands for a student's function while an assert is evaluated."""

    def __init__(self, name: str, value: object, functions: Functions) -> None:
        self._name, self._value, self._functions = name, value, functions

    def __call__(self, *arguments: object) -> object:
        """As `Functions.ask`; NoAnswer, too, where the name stands for nothing that can be called."""
        function = self._value
        evidence = function.evidence if isinstance(function, Observation) else None
        if isinstance(function, Observation) and isinstance(evidence, CallableEvidence):
            return self._functions.ask(function, evidence.handle, arguments)
        if isinstance(evidence, Missing):
            raise NoAnswer(f"`{self._name}` does not exist: {evidence.reason}")
        raise NoAnswer(f"`{self._name}` is {describe(function)}, a function was expected")
