"""What to write in place of a line that a grade cell may not hold, where people's notebooks have such lines."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from tlgrader.evidence.paths import written

MOVE = "move it into a function of grader_tests/<exercise>.py that returns a Finding, and call that in a hidden region"
_GIVEN = f"what students' code needs belongs into a given cell; for anything else, {MOVE}"
_TRY = (
    'for a function that has to raise an error, write `check.raises(f, [0], "ValueError")`, or a `try` of one call '
    f"with `except ValueError: pass` and `else: raise`; for anything else, {MOVE}"
)


def instead_of(statement: ast.stmt) -> str:
    """A sentence for the author: the line to write, where one takes its place, else where it belongs."""
    for kind, said in _SENTENCES.items():
        if isinstance(statement, kind):
            return said(statement)
    return _GIVEN


def instead_of_call(call: ast.Call) -> str:
    """The same for a call of the student's that no assert may make: what it is passed is not stated in the assert."""
    name = ast.unparse(call.func).rpartition(".")[2].replace("_", "").lower()
    inner = [one for one in call.args if _is_stated(one)]
    if name in ("allclose", "isclose", "arrayequal") and inner and len(call.args) > 1:
        return f"write `{_close(*call.args)}`"
    asked = inner[0] if inner else call
    if isinstance(asked, ast.Call) and written(asked.func) is not None:
        check = f"check.returns({ast.unparse(asked.func)}, {_list(asked.args)}, …)"
        return f"write `{check}` with what it has to return; or {MOVE}"
    return f"call a function by its name; or {MOVE}"


def _is_stated(argument: ast.expr) -> bool:
    return isinstance(argument, ast.Call) and not argument.keywords and written(argument.func) is not None


def raising(statement: ast.Try) -> ast.Call | None:
    """The check that a `try` with a call that has to fail stands for; None for any other.

    One call, ``except E: pass``, and an ``else`` that raises.
    """
    match statement:
        case ast.Try(
            body=[ast.Expr(value=ast.Call(keywords=[]) as call)],
            handlers=[ast.ExceptHandler(type=kinds, body=[ast.Pass()])],
            orelse=[ast.Raise() | ast.Assert(test=ast.Constant(value=False))],
            finalbody=[],
        ) if written(call.func) is not None:
            names = _names(kinds)
            return _parsed(_raises(call.func, call.args, names), statement) if names else None
    return None


def _names(kinds: ast.expr | None) -> list[str] | None:
    """The names of exceptions in an ``except`` or a call; None where they are no names."""
    match kinds:
        case None:
            return ["Exception"]
        case ast.Name(id=name):
            return [name]
        case ast.Tuple(elts=elements):
            return [one.id for one in elements if isinstance(one, ast.Name)]
    return None


def _raises(function: ast.expr, arguments: Sequence[ast.expr], names: Sequence[str]) -> str:
    named = repr(names[0] if len(names) == 1 else list(names))
    return f"check.raises({ast.unparse(function)}, {_list(arguments)}, {named})"


def _parsed(text: str, at: ast.stmt) -> ast.Call:
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    for node in ast.walk(call):
        ast.copy_location(node, at)
    return call


def _list(arguments: Sequence[ast.expr]) -> str:
    return f"[{', '.join(map(ast.unparse, arguments))}]"


def _of_import(statement: ast.Import | ast.ImportFrom) -> str:
    names = {alias.name.partition(".")[0] for alias in statement.names}
    module = (getattr(statement, "module", None) or "").partition(".")[0]
    if {module, *names} & {"nose", "unittest", "pytest", "numpy"}:
        return (
            "leave it out, and write `assert f(1) == 2` for `assert_equal(f(1), 2)`, `check.returns(f, [1], 0.5)` for "
            'numbers that may differ by 1e-6, `check.raises(f, [0], "ValueError")` for `assert_raises`'
        )
    return "what students' code needs belongs into a given cell, what a check needs into grader_tests/<exercise>.py"


def _of_expression(statement: ast.Expr) -> str:
    return _of_call(statement.value) if isinstance(statement.value, ast.Call) else _GIVEN


def _of_call(call: ast.Call) -> str:
    name = ast.unparse(call.func).rpartition(".")[2]
    if name == "print":
        return "leave it out: each item says by itself what was seen"
    form = _ASSERTIONS.get(name.replace("_", "").lower())
    try:
        if form is not None:
            return f"write `{form(*call.args)}`"
    except TypeError:  # a call with other arguments
        return f"write an assert, as in `assert f(1) == 2`; or {MOVE}"
    if written(call.func) is not None and not call.keywords:
        check = f"check.returns({ast.unparse(call.func)}, {_list(call.args)}, …)"
        return f"write what it has to return, as in `{check}`, or run it in a given cell"
    return f"run it in a given cell; or {MOVE}"


def _equal(one: ast.expr, other: ast.expr, *_: ast.expr) -> str:
    return f"assert {ast.unparse(one)} == {ast.unparse(other)}"


def _close(one: ast.expr, other: ast.expr, *_: ast.expr) -> str:
    for call, wanted in ((one, other), (other, one)):
        if isinstance(call, ast.Call) and _is_stated(call):
            return f"check.returns({ast.unparse(call.func)}, {_list(call.args)}, {ast.unparse(wanted)})"
    return f"assert abs({ast.unparse(one)} - {ast.unparse(other)}) < 1e-6"


def _fails(kind: ast.expr, function: ast.expr, *arguments: ast.expr) -> str:
    return _raises(function, arguments, _names(kind) or ["Exception"])


_ASSERTIONS: dict[str, Callable[..., str]] = {
    "assertequal": _equal,
    "assertequals": _equal,
    "assertlistequal": _equal,
    "assertdictequal": _equal,
    "asserttrue": lambda one, *_: f"assert {ast.unparse(one)}",
    "assertfalse": lambda one, *_: f"assert not ({ast.unparse(one)})",
    "assertin": lambda one, many, *_: f"assert {ast.unparse(one)} in {ast.unparse(many)}",
    "assertisinstance": lambda one, kind, *_: f"assert isinstance({ast.unparse(one)}, {ast.unparse(kind)})",
    "assertalmostequal": _close,
    "assertallclose": _close,
    "assertarrayequal": _close,
    "assertarrayalmostequal": _close,
    "assertraises": _fails,
}
"""What unittest, nose and numpy call their assertions, without underscores, and what takes their place."""


def _of_loop(loop: ast.For) -> str:
    values = f"for {ast.unparse(loop.target)} in {ast.unparse(loop.iter)}"
    if len(loop.body) == 1 and isinstance(loop.body[0], ast.Assert):
        return f"write `assert all({ast.unparse(loop.body[0].test)} {values})`, or a line for each"
    return f"write a line for each value, or one `assert all(… {values})`; or {MOVE}"


def _of_with(statement: ast.With) -> str:
    match statement:
        case ast.With(
            items=[ast.withitem(context_expr=ast.Call(func=manager, args=[kind, *_]))],
            body=[ast.Expr(value=ast.Call(keywords=[]) as call)],
        ) if ast.unparse(manager).rpartition(".")[2].replace("_", "").lower() in ("raises", "assertraises"):
            return f"write `{_raises(call.func, call.args, _names(kind) or ['Exception'])}`"
    return _GIVEN


_SENTENCES: dict[type[ast.stmt] | tuple[type[ast.stmt], ...], Callable[[Any], str]] = {
    (ast.Import, ast.ImportFrom): _of_import,
    ast.Expr: _of_expression,
    ast.For: _of_loop,
    ast.With: _of_with,
    ast.Try: lambda _: _TRY,
    ast.If: lambda one: f"write what has to hold, as in `assert {ast.unparse(one.test)}`; or {MOVE}",
    (ast.FunctionDef, ast.ClassDef): lambda _: MOVE,
    (ast.Assign, ast.AnnAssign, ast.AugAssign): lambda _: (
        f"write the value where it is used, or make the name in a given cell; or {MOVE}"
    ),
}
