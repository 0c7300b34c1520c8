"""Running one grade cell on evidence: every line becomes an item, and none can stop the others."""

from __future__ import annotations

import ast
import traceback
from collections.abc import Callable, Container, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any

from tlgrader import checks
from tlgrader.checks.finding import Fault, Finding, Outcome, Strength
from tlgrader.checks.wording import cut
from tlgrader.errors import AuthorError, MachineError
from tlgrader.evidence.kinds import Array, Missing, Value
from tlgrader.evidence.observation import Observation, to_argument
from tlgrader.judging.asked import Asked, Functions, NoAnswer
from tlgrader.judging.gradecell import BUILTINS, GradeCell, Line
from tlgrader.judging.hidden_tests import HiddenTests, hidden_tests
from tlgrader.records.record import GradeRecord, Item

# What a plain assert may raise because a student's value is not what the author expected; torch raises RuntimeError,
# as where a tensor of several numbers is asked whether it is true, which sorting does.
_STUDENTS_VALUE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)

Bounded = Callable[[], AbstractContextManager[None]]
"""Makes a context in which one line is tried; it raises MachineError where the judge meets a limit of its own."""

HIDDEN_ASSERTION = "a hidden assertion"
"""What a student is told to have been expected by a hidden assert without a message."""

LONG, ENTRY = 120, 30
"""So many characters are shown of a value; so many of each entry of a dict that is longer."""


class Evaluator:
    """The judge's names: checks, hidden tests, and what earlier grade cells kept."""

    def __init__(self, hidden_tests: Path) -> None:
        self._hidden_tests = hidden_tests
        self._kept: dict[str, Any] = {}
        self._handed_in: dict[str, tuple[str, ...]] = {}  # behind each kept value

    def judge(
        self, cell: GradeCell, observed: Mapping[str, Observation], bounded: Bounded = nullcontext
    ) -> GradeRecord:
        """Try every line of `cell`, each `bounded`, on what was `observed` of each name that it needs."""
        items: dict[str, Item] = {}
        for line in (_reaching(line, observed) for line in cell.lines):
            outcome = self._outcome(cell, line, observed, bounded)
            handed_in = self._from_training(line, observed)
            if line.keep is not None:
                self._handed_in[line.keep] = handed_in
            if outcome is not None:
                id = unused_id(f"{cell.id}/{line.name}", items)
                items[id] = Item(id, line.hidden, outcome, handed_in)
        return GradeRecord(cell.id, cell.points, tuple(items.values()))

    def _from_training(self, line: Line, observed: Mapping[str, Observation]) -> tuple[str, ...]:
        """Names behind what `line` looks at that were handed in, also through what an earlier line kept."""
        used = [node.id for node in ast.walk(line.expression) if isinstance(node, ast.Name)]
        names = [name for name in line.needs if observed[name].handed_in]
        return tuple(dict.fromkeys([*names, *(name for u in used for name in self._handed_in.get(u, ()))]))

    def _outcome(
        self, cell: GradeCell, line: Line, observed: Mapping[str, Observation], bounded: Bounded
    ) -> Finding | None:
        try:
            with bounded():
                names = {name: to_argument(observed[name]) for name in line.needs}
                if line.is_assert:
                    return _assertion(line, names)
                return self._call(line, names | self._environment(cell))
        except MachineError as error:
            return _broken(line, str(error), Fault.machine)
        except Exception as error:  # whatever a check raises is not the student's fault
            return _broken(line, _where(error), Fault.author)

    def _call(self, line: Line, names: dict[str, Any]) -> Finding | None:
        result = _evaluate(line, names)
        if line.keep is not None:
            self._kept[line.keep] = result
            return None
        if not isinstance(result, Finding):
            raise AuthorError(f"`{line.name}` returned {type(result).__name__}, not a Finding")
        return result

    def _environment(self, cell: GradeCell) -> dict[str, Any]:
        modules = {name: self._modules.module(name) for name in cell.modules}
        return {"__builtins__": BUILTINS, "check": checks, **modules, **self._kept}

    @cached_property
    def _modules(self) -> HiddenTests:
        """Read once for a submission, and not at all where no cell imports any."""
        return hidden_tests(self._hidden_tests.parent)


def _reaching(line: Line, observed: Mapping[str, Observation]) -> Line:
    """`line`, or where it looks into what is not plain data, the same with its subscripts followed in the worker."""
    kinds = [observed[name].evidence for name in line.needs if name not in line.calls]
    beyond = line.beyond if any(not isinstance(seen, Value | Array | Missing) for seen in kinds) else None
    return beyond or line


def _evaluate(line: Line, names: dict[str, Any]) -> Any:
    return eval(compile(line.expression, f"<grade cell, line {line.number}>", "eval"), names)


def _assertion(line: Line, names: dict[str, Any]) -> Finding:
    expected = line.message or (line.source.removeprefix("assert ") if not line.hidden else HIDDEN_ASSERTION)
    plain = {name: value for name, value in names.items() if name not in line.calls}
    for name, value in plain.items():
        if isinstance(value, Observation):
            return _finding(line, Outcome.failed, _not_plain(name, value), expected)
    functions = Functions(hidden=line.hidden)
    asked = {name: Asked(name, names[name], functions) for name in line.calls}
    try:
        holds = bool(_evaluate(line, {"__builtins__": BUILTINS, **plain, **asked}))
    except NoAnswer as error:
        return _finding(line, Outcome.failed, str(error), expected)
    except _STUDENTS_VALUE as error:
        return _finding(line, Outcome.failed, _raised(error, line, plain, functions.seen()), expected)
    seen = ", ".join([*(_seen(line, name, value) for name, value in plain.items()), *functions.seen()])
    return _finding(line, Outcome.passed if holds else Outcome.failed, seen, expected)


def _not_plain(name: str, value: Observation) -> str:
    if isinstance(value.evidence, Missing):
        return f"`{name}` does not exist: {value.evidence.reason}"
    return f"`{name}` is not a plain value"


def _seen(line: Line, name: str, value: object) -> str:
    """A value, or of a long dict the entries that a visible assert asks for."""
    if isinstance(value, dict) and not line.hidden and len(_shown(value)) > LONG:
        asked = [key for key in _asked(line, name) if key in value]
        if asked:
            return ", ".join(f"`{name}[{key!r}]` is {_short(value[key])}" for key in asked)
    return f"`{name}` is {_short(value)}"


def _asked(line: Line, name: str) -> list[Any]:
    """The keys of ``name["key"]`` in an assert."""
    found = [node for node in ast.walk(line.expression) if isinstance(node, ast.Subscript)]
    of_it = [node.slice for node in found if isinstance(node.value, ast.Name) and node.value.id == name]
    return [key.value for key in of_it if isinstance(key, ast.Constant)]


def _raised(error: Exception, line: Line, names: Mapping[str, Any], answers: list[str]) -> str:
    """What an assert met, and of which values: a shape says more than a tensor's numbers."""
    values = ", ".join([*(_formed(line, name, value) for name, value in names.items()), *answers])
    return f"{cut(f'{type(error).__name__}: {error}', 3 * LONG)} ({values})"


def _formed(line: Line, name: str, value: object) -> str:
    shape = getattr(value, "shape", None)
    if shape is None:
        return _seen(line, name, value)
    return f"`{name}` is a {type(value).__name__} of shape {list(shape)}"


def _short(value: object) -> str:
    text = _shown(value)
    if len(text) > LONG and isinstance(value, dict):  # every key, rather than the first values
        entries = (f"{_shown(key)}: {cut(_shown(item), ENTRY)}" for key, item in value.items())
        return cut(f"{{{', '.join(entries)}}}", 3 * LONG)
    return cut(text, LONG)


def _shown(value: object) -> str:
    """How Python shows a value, or of what type it is, where Python refuses."""
    try:
        return repr(value)
    except Exception as error:
        return f"a {type(value).__name__} that cannot be shown ({type(error).__name__})"


def _finding(line: Line, outcome: Outcome, observed: str, expected: str) -> Finding:
    strength = Strength.queried if line.calls else Strength.claimed
    return Finding(line.name, outcome, strength, observed=observed, expected=expected)


def _broken(line: Line, what: str, fault: Fault) -> Finding:
    return Finding(
        line.name,
        Outcome.error,
        Strength.claimed,
        observed=f"the check could not be made: {what}",
        expected="a check that says passed or failed",
        fault=fault,
    )


def _where(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(frame.filename).name}, line {frame.lineno})"


def unused_id(id: str, taken: Container[str]) -> str:
    """The id of a cell's next item: numbered from the second that would be called the same."""
    candidate, n = id, 1
    while candidate in taken:
        n += 1
        candidate = f"{id}#{n}"
    return candidate
