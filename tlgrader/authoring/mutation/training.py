"""Mistakes in how a model is trained: not at all, on the wrong data, at the wrong rate, in the wrong mode."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tlgrader.authoring.mutation.source import (
    Change,
    Code,
    Edit,
    arguments,
    called,
    calls,
    nodes,
    replace,
    without,
)

_LOSSES = ("cross_entropy", "nll_loss", "criterion", "loss_fn", "loss_function")
_HELD_OUT = ("validation", "val", "test", "held_out")


def drop_step(code: Code) -> Iterator[Change]:
    """The optimizer, or the schedule, takes no step."""
    yield from _without(code, "step")


def drop_backward(code: Code) -> Iterator[Change]:
    """No gradients are computed."""
    yield from _without(code, "backward")


def drop_zero_grad(code: Code) -> Iterator[Change]:
    """Gradients are never cleared, so that they add up."""
    yield from _without(code, "zero_grad")


def no_epochs(code: Code) -> Iterator[Change]:
    """The model is trained for no epoch."""
    yield from (replace(count, "0") for count in _epochs(code))


def one_epoch(code: Code) -> Iterator[Change]:
    """The model is trained for a single epoch."""
    yield from (replace(count, "1") for count in _epochs(code))


def shuffled_labels(code: Code) -> Iterator[Change]:
    """The labels belong to other examples."""
    for call in calls(code.tree, *_LOSSES):
        if len(call.args) > 1:
            yield replace(call.args[1], _permuted(code.source(call.args[1])))
    for batch in _model_inputs(code):
        name = code.source(batch)
        labels = f"{name}['labels']"
        yield replace(batch, f"{{**{name}, 'labels': {_permuted(labels)}}}")


def zero_learning_rate(code: Code) -> Iterator[Change]:
    """The learning rate is zero."""
    yield from (replace(rate, "0.0") for rate in arguments(code.tree, "lr", "learning_rate"))


def huge_learning_rate(code: Code) -> Iterator[Change]:
    """The learning rate is a thousand times too large."""
    for rate in arguments(code.tree, "lr", "learning_rate"):
        yield replace(rate, f"1000 * ({code.source(rate)})")


def evaluation_data(code: Code) -> Iterator[Change]:
    """The model is trained on held-out data."""
    loops = _training_loops(code)
    inside = [node for loop in loops for node in nodes(loop)]
    fits = [call for call in nodes(code.tree) if re.match("train|fit", called(call)) and call not in inside]
    for place in (*loops, *fits):
        if edits := tuple(_with_held_out(code, place)):
            yield edits


def drop_train_mode(code: Code) -> Iterator[Change]:
    """The model is not switched to train mode."""
    yield from _without(code, "train")


def drop_eval_mode(code: Code) -> Iterator[Change]:
    """The model is not switched to eval mode."""
    yield from _without(code, "eval")


def _without(code: Code, method: str) -> Iterator[Change]:
    yield from (change for _, change in without(code, method))


def _epochs(code: Code) -> Iterator[ast.expr]:
    """Where the number of epochs is given: to the training loop's range, to a function, to a name."""
    for loop in _training_loops(code):
        if isinstance(loop.iter, ast.Call) and called(loop.iter) == "range" and len(loop.iter.args) == 1:
            yield loop.iter.args[0]
    yield from arguments(code.tree, "epochs", "num_epochs")
    for node in nodes(code.tree):
        if isinstance(node, ast.Assign) and re.fullmatch(
            r"(?i)(num_|n_)?epochs", code.source(node.targets[0])
        ):
            yield node.value


def _training_loops(code: Code) -> list[ast.For]:
    """The outermost loops that train: over epochs, or with an optimizer's step in them."""
    loops = [node for node in nodes(code.tree) if isinstance(node, ast.For) and _trains(code, node)]
    return [loop for loop in loops if not any(loop in nodes(outer) for outer in loops)]


def _trains(code: Code, loop: ast.For) -> bool:
    return "epoch" in code.source(loop.target) or any(calls(loop, "step"))


def _model_inputs(code: Code) -> Iterator[ast.expr]:
    """The dictionaries that models get whose own loss is used: ``model(**batch).loss``."""
    for node in nodes(code.tree):
        if isinstance(node, ast.Attribute) and node.attr == "loss" and isinstance(node.value, ast.Call):
            yield from (keyword.value for keyword in node.value.keywords if keyword.arg is None)


def _permuted(labels: str) -> str:
    return f"({labels})[torch.randperm(len({labels}))]"


def _with_held_out(code: Code, tree: ast.AST) -> Iterator[Edit]:
    """Edits that put held-out data in the place of training data; there are often fewer, so indices wrap around."""
    indexed = {
        n.value: n for n in nodes(tree) if isinstance(n, ast.Subscript) and isinstance(n.slice, ast.Name)
    }
    for node in nodes(tree):
        if isinstance(node, ast.Name) and (other := _held_out(node.id, code.known)):
            whole = indexed.get(node)
            index = f"[{code.source(whole.slice)} % len({other})]" if whole else ""
            yield Edit(whole or node, other + index)


def _held_out(name: str, known: frozenset[str]) -> str | None:
    """The name of the held-out counterpart of training data, where the notebook has one."""
    if not re.match(r"train(ing)?(_|$)", name):
        return None
    others = (re.sub("^train(ing)?", other, name) for other in _HELD_OUT)
    return next((other for other in others if other in known), None)
