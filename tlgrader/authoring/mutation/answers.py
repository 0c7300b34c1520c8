"""Rivals of what a function returns: in percent, rounded, another word, and of a loop the last round only."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tlgrader.authoring.mutation.source import Change, Code, functions_in, nodes, replace


def other_unit(code: Code) -> Iterator[Change]:
    """A number is returned in percent, or rounded."""
    for value in _numbers_returned(code):
        yield replace(value, f"100 * ({code.source(value)})")
        yield replace(value, f"round({code.source(value)}, 2)")


def other_answer(code: Code) -> Iterator[Change]:
    """Another of the words that it may return is returned."""
    answers: dict[ast.expr, str] = {}
    for returned in _returned(code):
        for node in ast.walk(returned):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and not _is_asked(node, returned)
            ):
                answers[node] = node.value
    for node, word in answers.items():
        yield from (replace(node, repr(other)) for other in sorted({*answers.values()} - {word}))


def last_only(code: Code) -> Iterator[Change]:
    """What is to be added up is overwritten, or returned after the first round of the loop."""
    for node in nodes(code.tree):
        if isinstance(node, ast.AugAssign):
            yield replace(node, f"{code.source(node.target)} = {code.source(node.value)}")
    for function in functions_in(code):
        for before, after in zip(function.body, function.body[1:], strict=False):
            if isinstance(before, ast.For) and isinstance(after, ast.Return):
                last = before.body[-1]
                yield replace(last, f"{code.source(last)}\n{' ' * last.col_offset}{code.source(after)}")


def _returned(code: Code) -> Iterator[ast.expr]:
    return (node.value for node in nodes(code.tree) if isinstance(node, ast.Return) and node.value)


def _numbers_returned(code: Code) -> Iterator[ast.expr]:
    """What is returned and may be a number; of a dict, each of its values."""
    for value in _returned(code):
        parts: Iterable[ast.expr] = value.values if isinstance(value, ast.Dict) else [value]
        yield from (part for part in parts if isinstance(part, ast.BinOp | ast.Call | ast.Name))


def _is_asked(node: ast.AST, returned: ast.AST) -> bool:
    """Whether it is a key, or a part of a condition, and so no answer itself."""
    parts = list(ast.walk(returned))
    keys = [key for one in parts if isinstance(one, ast.Dict) for key in one.keys]
    conditions = [one.test for one in parts if isinstance(one, ast.IfExp)]
    return node in keys or any(node in ast.walk(one) for one in conditions)
