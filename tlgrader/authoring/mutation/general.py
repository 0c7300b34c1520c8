"""Mistakes that can be made in any code: what a function returns, a number, an order, something left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tlgrader.authoring.mutation.source import (
    Change,
    Code,
    arguments,
    called,
    calls,
    drop,
    nodes,
    one_more,
    replace,
)

_OPPOSITES = {
    "argmax": "argmin",
    "argmin": "argmax",
    "max": "min",
    "min": "max",
    "softmax": "sigmoid",
}
_NO_RATE = 0.05  # smaller fractions are learning rates, wherever they stand
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: ">=",
    ast.LtE: ">",
    ast.Gt: "<=",
    ast.GtE: "<",
    ast.In: "not in",
    ast.NotIn: "in",
}


def returns_nothing(code: Code) -> Iterator[Change]:
    """A function returns nothing."""
    for value in _returned(code):
        yield replace(value, "None")


def returns_something_else(code: Code) -> Iterator[Change]:
    """A function's number is one too large, or its list is the wrong way round."""
    for value in _returned(code):
        if isinstance(value, ast.List | ast.ListComp):
            yield replace(value, f"({code.source(value)})[::-1]")
        elif isinstance(value, ast.BinOp | ast.Constant):
            yield replace(value, f"({code.source(value)}) + 1")


def opposite(code: Code) -> Iterator[Change]:
    """The smallest is taken for the largest, or a comparison is the wrong way round."""
    for node in nodes(code.tree):
        if isinstance(node, ast.Call) and called(node) in _OPPOSITES:
            name = code.source(node.func)
            yield replace(node.func, name.removesuffix(called(node)) + _OPPOSITES[called(node)])
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
            left, right = code.source(node.left), code.source(node.comparators[0])
            yield replace(node, f"{left} {_COMPARISONS[type(node.ops[0])]} {right}")


def other_number(code: Code) -> Iterator[Change]:
    """A whole number is one too large, or a fraction twice as large.

    Learning rates and the sizes of batches stay: another one is no mistake.
    """
    free = [*arguments(code.tree, "lr", "learning_rate", "batch_size")]
    free += [size for call in calls(code.tree, "split", "chunk") for size in call.args]
    for node in nodes(code.tree):
        if isinstance(node, ast.Constant) and node not in free:
            if type(node.value) is int:
                yield one_more(code, node)
            elif isinstance(node.value, float) and node.value >= _NO_RATE:
                yield replace(node, repr(2 * node.value))


def other_truth(code: Code) -> Iterator[Change]:
    """True is given for False, or the other way round."""
    for node in nodes(code.tree):
        value = node.value if isinstance(node, ast.keyword) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, bool):
            yield replace(value, repr(not value.value))


def drop_element(code: Code) -> Iterator[Change]:
    """The last of a list of several things is missing."""
    for node in nodes(code.tree):
        if isinstance(node, ast.List) and len(node.elts) > 1:
            kept = ", ".join(code.source(element) for element in node.elts[:-1])
            yield replace(node, f"[{kept}]")


def swap_arguments(code: Code) -> Iterator[Change]:
    """Two arguments are exchanged."""
    for node in nodes(code.tree):
        if isinstance(node, ast.Call) and len(node.args) == 2 and not _starred(node):
            first, second = node.args
            yield (*replace(first, code.source(second)), *replace(second, code.source(first)))


def drop_statement(code: Code) -> Iterator[Change]:
    """A statement that acts on something is left out."""
    for node in nodes(code.tree):
        if isinstance(node, ast.Expr) or (isinstance(node, ast.Assign | ast.AugAssign) and _acts(node)):
            yield drop(node)


def _returned(code: Code) -> Iterator[ast.expr]:
    for node in nodes(code.tree):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value


def _starred(call: ast.Call) -> bool:
    return any(isinstance(argument, ast.Starred) for argument in call.args)


def _acts(node: ast.Assign | ast.AugAssign) -> bool:
    """Whether it changes something that exists; without an assignment to a new name nothing would run."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return isinstance(node, ast.AugAssign) or any(not isinstance(target, ast.Name) for target in targets)
