"""Changing source by the positions of its syntax tree, so that all else stays as its author wrote it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# What only shows something decides nothing: to change it would make no wrong submission.
_SHOWS = ("print", "plt", "display")


@dataclass(frozen=True, slots=True)
class Code:
    """A student cell as the reference fills it; `known` are the names that the whole notebook assigns."""

    cell: str
    text: str
    tree: ast.Module
    known: frozenset[str] = frozenset()

    def source(self, node: ast.AST) -> str:
        """The source of `node`, as it was written."""
        return ast.get_source_segment(self.text, node) or ast.unparse(node)


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `text` in the place of `node`."""

    node: ast.expr | ast.stmt | ast.arg
    text: str


Change = tuple[Edit, ...]
"""The edits of one mistake. It is named after the line of the first."""
Mutator = Callable[[Code], Iterator[Change]]
"""Makes one mistake wherever a cell allows it; its name and its docstring say which."""


def parsed(cell: str, text: str, known: frozenset[str] = frozenset()) -> Code | None:
    """A cell's code, or None where it is no plain Python (a magic, for instance)."""
    try:
        return Code(cell, text, ast.parse(text), known)
    except SyntaxError:
        return None


def changed(code: Code, change: Change) -> str:
    """The text of the cell after `change`."""
    lines = [line.encode() for line in code.text.splitlines(keepends=True)]  # offsets count bytes
    starts = [sum(len(line) for line in lines[:index]) for index in range(len(lines))]
    text = b"".join(lines)
    for edit in sorted(change, key=lambda edit: (edit.node.lineno, edit.node.col_offset), reverse=True):
        begin = starts[edit.node.lineno - 1] + edit.node.col_offset
        end = starts[(edit.node.end_lineno or 0) - 1] + (edit.node.end_col_offset or 0)
        text = text[:begin] + edit.text.encode() + text[end:]
    return text.decode()


def replace(node: ast.expr | ast.stmt | ast.arg, text: str) -> Change:
    """The change that puts `text` in the place of `node`."""
    return (Edit(node, text),)


def drop(statement: ast.stmt) -> Change:
    """The change that leaves a statement out."""
    return replace(statement, "pass")


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes below `tree`, in order, but what is only shown and what is inside f-strings.

    Python 3.11 gives the parts of an f-string positions that are not those in the file.
    """
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.JoinedStr) and not shows(node):
            yield node
            yield from nodes(node)


def shows(node: ast.AST) -> bool:
    """Whether `node` is a statement that prints, draws or documents, and does nothing else."""
    if not isinstance(node, ast.Expr):
        return False
    name = ast.unparse(node.value.func) if isinstance(node.value, ast.Call) else ""
    return isinstance(node.value, ast.Constant) or name.split(".")[0] in _SHOWS or ".print_" in name


def called(node: ast.AST) -> str:
    """The last part of the name that a call calls; empty for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    return ast.unparse(node.func).rsplit(".", 1)[-1]


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """The calls of functions and methods of these names."""
    for node in nodes(tree):
        if isinstance(node, ast.Call) and called(node) in names:
            yield node


def without(code: Code, *methods: str) -> Iterator[tuple[ast.Call, Change]]:
    """Calls of methods of these names, each with the change that leaves it out; the rest of a chain stays."""
    whole = {node.value: node for node in nodes(code.tree) if isinstance(node, ast.Expr)}
    for call in calls(code.tree, *methods):
        if isinstance(call.func, ast.Attribute):
            owner = call.func.value
            alone = call in whole and not isinstance(owner, ast.Call)
            yield call, drop(whole[call]) if alone else replace(call, code.source(owner))


def arguments(tree: ast.AST, *names: str) -> Iterator[ast.expr]:
    """The values that calls, and dictionaries with such keys, give to arguments of these names."""
    for node in nodes(tree):
        if isinstance(node, ast.keyword) and node.arg in names:
            yield node.value
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in names:
                    yield value


def one_more(code: Code, number: ast.expr) -> Change:
    """The change that adds one to a number."""
    if isinstance(number, ast.Constant) and isinstance(number.value, int):
        return replace(number, str(number.value + 1))
    return replace(number, f"({code.source(number)}) + 1")


def is_constant(node: ast.AST | None, value: bool) -> bool:
    """Whether `node` is literally True or False."""
    return isinstance(node, ast.Constant) and node.value is value


def functions_in(code: Code) -> Iterator[ast.FunctionDef]:
    """The functions that are defined in a cell, at any depth."""
    return (node for node in nodes(code.tree) if isinstance(node, ast.FunctionDef))
