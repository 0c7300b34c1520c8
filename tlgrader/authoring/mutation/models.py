"""Mistakes in what is frozen, in the head, in LoRA's configuration, and in what the optimizer gets."""

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
    is_constant,
    nodes,
    one_more,
    replace,
    without,
)

# Linear layers that a student takes for one another.
_NEIGHBOURS = {"query": "key", "value": "key", "key": "query", "q_proj": "k_proj", "v_proj": "k_proj"}
_CLASSES = ("classes", "num_classes", "num_labels", "out_features")


def drop_freeze(code: Code) -> Iterator[Change]:
    """Something is not frozen."""
    yield from (change for change, value in _flags(code) if not is_constant(value, True))


def drop_unfreeze(code: Code) -> Iterator[Change]:
    """Something that is to be trained stays frozen."""
    yield from (change for change, value in _flags(code) if is_constant(value, True))


def freeze_head(code: Code) -> Iterator[Change]:
    """The new head, or the adapter, is frozen too."""
    for node in nodes(code.tree):
        if isinstance(node, ast.Assign) and _makes_trainable(node.value):
            target = code.source(node.targets[0])
            indent = " " * node.col_offset
            yield replace(node, f"{code.source(node)}\n{indent}{target}.requires_grad_(False)")


def other_class_count(code: Code) -> Iterator[Change]:
    """The head has one output too many."""
    for statement in nodes(code.tree):
        if isinstance(statement, ast.Assign | ast.Expr | ast.Return):
            *_, last = [None, *calls(statement, "Linear")]  # earlier ones of a Sequential have other sizes
            if last is not None and len(last.args) > 1:
                yield one_more(code, last.args[1])
            for call in calls(statement, "reset_classifier"):
                yield from (one_more(code, count) for count in call.args[:1])
    for count in arguments(code.tree, *_CLASSES):
        yield one_more(code, count)


def other_rank(code: Code) -> Iterator[Change]:
    """The adapter has half the rank."""
    for rank in arguments(code.tree, "r"):
        yield replace(rank, f"({code.source(rank)}) // 2")


def other_alpha(code: Code) -> Iterator[Change]:
    """The adapter acts twice as strongly."""
    for alpha in arguments(code.tree, "lora_alpha"):
        yield replace(alpha, f"2 * ({code.source(alpha)})")


def fewer_targets(code: Code) -> Iterator[Change]:
    """One of the target modules gets no adapter."""
    for targets in arguments(code.tree, "target_modules"):
        if isinstance(targets, ast.List | ast.Tuple) and len(targets.elts) > 1:
            kept = ", ".join(code.source(name) for name in targets.elts[:-1])
            yield replace(targets, f"[{kept}]")


def other_targets(code: Code) -> Iterator[Change]:
    """Another linear layer than the one asked for gets an adapter."""
    for targets in arguments(code.tree, "target_modules"):
        for name in getattr(targets, "elts", []):
            if isinstance(name, ast.Constant) and name.value in _NEIGHBOURS:
                yield replace(name, repr(_NEIGHBOURS[name.value]))


def frozen_in_optimizer(code: Code) -> Iterator[Change]:
    """The optimizer also gets what is frozen: the filter is missing."""
    for node in nodes(code.tree):
        if isinstance(node, ast.comprehension) and "requires_grad" in map(_attribute, node.ifs):
            for condition in node.ifs:
                if _attribute(condition) == "requires_grad":
                    yield replace(condition, "True")
        elif called(node) == "filter" and isinstance(node, ast.Call) and len(node.args) == 2:
            yield replace(node, code.source(node.args[1]))


def other_group(code: Code) -> Iterator[Change]:
    """The optimizer gets the parameters of the whole model in place of a part's."""
    for node in nodes(code.tree):
        with_rate = isinstance(node, ast.Call) and any(keyword.arg == "lr" for keyword in node.keywords)
        for call in calls(node, "parameters") if with_rate or isinstance(node, ast.Dict) else ():
            part = call.func.value if isinstance(call.func, ast.Attribute) else None
            if isinstance(part, ast.Attribute):
                yield replace(part, code.source(part.value))


def drop_group_rate(code: Code) -> Iterator[Change]:
    """A group of parameters has no learning rate of its own."""
    for node in nodes(code.tree):
        if isinstance(node, ast.Dict):
            keys = [getattr(key, "value", None) for key in node.keys]
            if {"params", "lr"} <= set(keys):
                parameters = code.source(node.values[keys.index("params")])
                yield replace(node, f'{{"params": {parameters}}}')


def _flags(code: Code) -> Iterator[tuple[Change, ast.expr]]:
    """Changes that leave out where ``requires_grad`` is set, and to what; a call without an argument sets True."""
    for node in nodes(code.tree):
        if isinstance(node, ast.Assign) and _attribute(node.targets[0]) == "requires_grad":
            yield drop(node), node.value
    for call, change in without(code, "requires_grad_"):
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        yield change, given[0] if given else ast.Constant(True)


def _makes_trainable(value: ast.expr) -> bool:
    return any(calls(ast.Expr(value), "Linear", "get_peft_model"))


def _attribute(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else ""
