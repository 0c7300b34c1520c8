"""Rivals of a function: what a student may write in its place, near enough that careless values tell no difference.

A margin that is fixed, a median for a mean, a variance that divides by n, exchanged counts, percent for a share.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import combinations, permutations

from tlgrader.authoring.mutation import answers, general
from tlgrader.authoring.mutation.source import (
    Change,
    Code,
    Mutator,
    called,
    calls,
    functions_in,
    nodes,
    replace,
    without,
)

_Root = Callable[[str], str]
_NEIGHBOURS: dict[str, tuple[str, ...]] = {
    "mean": ("median", "sum"),
    "fmean": ("median",),
    "median": ("mean",),
    "variance": ("pvariance", "stdev"),
    "pvariance": ("variance",),
    "stdev": ("pstdev", "variance"),
    "pstdev": ("stdev",),
    "var": ("std",),
    "std": ("var",),
    "sum": ("max", "len"),
    "any": ("all",),
    "all": ("any",),
    "floor": ("ceil",),
    "ceil": ("floor",),
    "log": ("log2", "log10"),
}
_BOUNDARIES: dict[type[ast.cmpop], str] = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">"}
_FIXED = ("0.0", "0.05", "0.1")
"""Margins that somebody would set who does not ask for the noise."""
_AXES = ("dim", "axis")
_ALONG = ("sum", "mean", "argmax", "argmin", "softmax", "max", "min", "amax", "amin", "std", "var")
_PRECAUTIONS = ("clamp", "clip", "double", "float", "abs", "nan_to_num", "sqrt")


def other_statistic(code: Code) -> Iterator[Change]:
    """Another statistic: a median for a mean, a variance that divides by n."""
    for node in nodes(code.tree):
        if isinstance(node, ast.Call):
            name, before = code.source(node.func), called(node)
            for other in _NEIGHBOURS.get(before, ()):
                yield replace(node.func, name.removesuffix(before) + other)
            if before in ("var", "std") and not node.args and not node.keywords:
                yield replace(node, f"{name}(correction=0)")


def boundary(code: Code) -> Iterator[Change]:
    """A boundary belongs to the other side: ``<=`` for ``<``."""
    for node in nodes(code.tree):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _BOUNDARIES:
            left, right = code.source(node.left), code.source(node.comparators[0])
            yield replace(node, f"{left} {_BOUNDARIES[type(node.ops[0])]} {right}")


def other_constant(code: Code) -> Iterator[Change]:
    """A number is one larger or smaller, or, where it is a fraction, twice or half of it."""
    for node in nodes(code.tree):
        if isinstance(node, ast.Constant) and type(node.value) is int:
            yield replace(node, str(node.value + 1))
            yield replace(node, f"({node.value - 1})")
        elif isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield replace(node, repr(2 * node.value))
            yield replace(node, repr(node.value / 2))


def fixed_margin(code: Code) -> Iterator[Change]:
    """What is compared with is a fixed number, and not computed."""
    compared = {
        name.id
        for node in nodes(code.tree)
        if isinstance(node, ast.Compare)
        for name in ast.walk(node)
        if isinstance(name, ast.Name)
    }
    for node in nodes(code.tree):
        computed = isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp | ast.Call)
        if isinstance(node, ast.Assign) and computed and code.source(node.targets[0]) in compared:
            yield from (replace(node.value, number) for number in _FIXED)


def other_sign(code: Code) -> Iterator[Change]:
    """Something is subtracted the wrong way round, or added in place of that, or its sign is lost."""
    for node in nodes(code.tree):
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            yield replace(node, f"({code.source(node.operand)})")
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Add):
            left, right = f"({code.source(node.left)})", f"({code.source(node.right)})"
            if isinstance(node.op, ast.Sub):
                yield from (replace(node, text) for text in (f"({right} - {left})", f"({left} + {right})"))
                yield replace(node, f"abs({left} - {right})")
            else:
                yield replace(node, f"({left} - {right})")


def lost_factor(code: Code) -> Iterator[Change]:
    """A factor, a divisor, a summand or a power is left out, or something is rounded down."""
    for node in nodes(code.tree):
        if isinstance(node, ast.BinOp):
            left, right = f"({code.source(node.left)})", f"({code.source(node.right)})"
            if isinstance(node.op, ast.Mult | ast.Add):
                yield from (replace(node, text) for text in (left, right))
            elif isinstance(node.op, ast.Div | ast.Pow | ast.Sub):
                yield replace(node, left)
            if isinstance(node.op, ast.Div | ast.Mod):
                yield replace(node, f"({left} // {right})")


def sum_of_roots(code: Code) -> Iterator[Change]:
    """A sum of roots stands in the place of the root of a sum."""
    for node in nodes(code.tree):
        under, root = _rooted(code, node)
        if isinstance(under, ast.BinOp) and isinstance(under.op, ast.Add):
            first, second = code.source(under.left), code.source(under.right)
            yield replace(_expression(node), f"({root(first)} + {root(second)})")
        elif isinstance(under, ast.Call) and called(under) == "sum" and len(under.args) == 1:
            yield replace(
                _expression(node), f"sum({root('_one')} for _one in ({code.source(under.args[0])}))"
            )


def other_axis(code: Code) -> Iterator[Change]:
    """Rows are taken for columns."""
    for node in nodes(code.tree):
        if isinstance(node, ast.Call):
            positions = (
                node.args[:1] if isinstance(node.func, ast.Attribute) and called(node) in _ALONG else []
            )
            for axis in (*positions, *(word.value for word in node.keywords if word.arg in _AXES)):
                if code.source(axis) in ("0", "1", "-1"):
                    yield replace(axis, "1" if code.source(axis) == "0" else "0")
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Subscript):
            whole, first = code.source(node.value.value), code.source(node.value.slice)
            yield replace(node, f"{whole}[{code.source(node.slice)}][{first}]")
        elif isinstance(node, ast.Attribute) and node.attr == "T":
            yield replace(node, code.source(node.value))


def off_by_one(code: Code) -> Iterator[Change]:
    """Counted is one too few, or the first or the last is passed over."""
    for call in calls(code.tree, "len"):
        yield from (replace(call, f"({code.source(call)} {more} 1)") for more in "-+")
    for node in nodes(code.tree):
        if isinstance(node, ast.For | ast.comprehension):
            yield from (
                replace(node.iter, f"list({code.source(node.iter)}){cut}") for cut in ("[1:]", "[:-1]")
            )


def other_parameter(code: Code) -> Iterator[Change]:
    """One argument is taken for another."""
    for function in functions_in(code):
        names = [argument.arg for argument in function.args.args]
        for node in nodes(function):
            if isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load):
                yield from (replace(node, other) for other in names if other != node.id)


def exchanged(code: Code) -> Iterator[Change]:
    """Two things are exchanged: parameters, or what two calls of one function are given."""
    for function in functions_in(code):
        plain = [argument for argument in function.args.args if argument.annotation is None]
        for one, other in combinations(plain, 2):
            yield (*replace(one, other.arg), *replace(other, one.arg))
    for node in nodes(code.tree):
        if isinstance(node, ast.stmt) and not isinstance(
            node, ast.FunctionDef | ast.For | ast.If | ast.While
        ):
            yield from _exchanged_between(code, node)


def lost_case(code: Code) -> Iterator[Change]:
    """A case is not told apart, or one condition suffices where all must hold."""
    for node in nodes(code.tree):
        if isinstance(node, ast.If) and not node.orelse:
            yield replace(node, "pass")
        elif isinstance(node, ast.IfExp):
            yield from (replace(node, f"({code.source(part)})") for part in (node.body, node.orelse))
        elif isinstance(node, ast.BoolOp):
            word = " and " if isinstance(node.op, ast.Or) else " or "
            yield replace(node, f"({word.join(map(code.source, node.values))})")
            yield from (replace(node, f"({code.source(value)})") for value in node.values)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield replace(node, f"({code.source(node.operand)})")


def lost_precaution(code: Code) -> Iterator[Change]:
    """A precaution in a chain of calls is left out: a limit from below, a conversion, an absolute value."""
    yield from (change for _, change in without(code, *_PRECAUTIONS))


def other_order(code: Code) -> Iterator[Change]:
    """Something is sorted the other way round, or not at all."""
    for call in calls(code.tree, "sorted"):
        if call.args and not any(word.arg == "reverse" for word in call.keywords):
            yield replace(call, f"{code.source(call)}[::-1]")
        yield from (replace(call, f"list({code.source(first)})") for first in call.args[:1])


RIVALS: tuple[Mutator, ...] = (
    other_statistic,
    fixed_margin,
    boundary,
    other_constant,
    other_sign,
    lost_factor,
    sum_of_roots,
    other_axis,
    off_by_one,
    answers.other_unit,
    other_parameter,
    exchanged,
    answers.other_answer,
    lost_case,
    lost_precaution,
    answers.last_only,
    other_order,
    general.returns_nothing,
    general.opposite,
    general.other_truth,
    general.drop_element,
    general.drop_statement,
    general.swap_arguments,
)


def _rooted(code: Code, node: ast.AST) -> tuple[ast.expr | None, _Root]:
    """What a root is taken of, and how such a root is written; None where `node` is no root."""
    if (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Pow)
        and code.source(node.right) in ("0.5", "1 / 2")
    ):
        return node.left, lambda text: f"({text}) ** 0.5"
    if isinstance(node, ast.Call) and called(node) == "sqrt" and len(node.args) == 1:
        name = code.source(node.func)
        return node.args[0], lambda text: f"{name}({text})"
    return None, str


def _expression(node: ast.AST) -> ast.expr:
    assert isinstance(node, ast.expr)
    return node


def _exchanged_between(code: Code, statement: ast.stmt) -> Iterator[Change]:
    """The single arguments of two calls of the same function, exchanged."""
    found = [call for call in calls(statement, *_called_in(statement)) if len(call.args) == 1]
    for one, other in combinations(found, 2):
        first, second = one.args[0], other.args[0]
        apart = not any(inner in ast.walk(outer) for inner, outer in permutations((one, other)))
        if called(one) == called(other) and apart and code.source(first) != code.source(second):
            yield (*replace(first, code.source(second)), *replace(second, code.source(first)))


def _called_in(statement: ast.stmt) -> list[str]:
    return [called(node) for node in nodes(statement) if isinstance(node, ast.Call)]
