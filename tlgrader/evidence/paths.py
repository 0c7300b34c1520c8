"""Paths from a notebook's name to a part of what it stands for: ``lit.model``, ``loaders['train']``, ``layers[-1]``.

A path is written as Python writes it and holds attributes, constant string keys and constant positions.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sized
from dataclasses import dataclass
from itertools import islice

MOST = 8
"""So many of a dict's keys are named where one is missing."""


class NoEntry(Exception):
    """A path leads nowhere; the message says from where on, as half a sentence."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A step to an attribute."""

    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A step to a dict's key or a list's position, which may count from the end."""

    key: str | int


Step = Attribute | Entry


def written(node: ast.AST) -> str | None:
    """The path that `node` spells, as Python writes it; None where it is something else."""
    return ast.unparse(node) if _taken_apart(node) else None


def steps(path: str) -> tuple[str, tuple[Step, ...]]:
    """The name that `path` begins with, and the steps from there. Raises ValueError where it is no path."""
    found = _taken_apart(ast.parse(path, mode="eval").body)
    if found is None:
        raise ValueError(f"{path!r} is not a path")
    return found


def first(path: str) -> str:
    """The name that `path` begins with."""
    return steps(path)[0]


def wholes(path: str) -> Iterator[tuple[str, tuple[Entry, ...]]]:
    """`path` and what it is an entry of, the innermost first, each with the entries from there to `path`.

    ``a.b['c'][0]`` is entry 0 of ``a.b['c']`` and entry ``'c'``, 0 of ``a.b``.
    """
    node: ast.expr = ast.parse(path, mode="eval").body
    entries: tuple[Entry, ...] = ()
    yield path, entries
    while isinstance(node, ast.Subscript):
        entries = (Entry(ast.literal_eval(node.slice)), *entries)
        node = node.value
        yield ast.unparse(node), entries


def follow(value: object, name: str, way: tuple[Step, ...]) -> object:
    """What lies at the end of `way` from `value`, which is called `name`.

    Raises:
        NoEntry: there is no such key or position, or nothing that could have one.
        Exception: whatever an object raises when it is asked.
    """
    for step in way:
        if isinstance(step, Attribute):
            value, name = getattr(value, step.name), f"{name}.{step.name}"
        else:
            value, name = _entry(value, name, step.key), f"{name}[{step.key!r}]"
    return value


def _entry(value: object, name: str, key: str | int) -> object:
    try:
        if isinstance(value, defaultdict) and key not in value:  # asking would make the entry
            raise KeyError(key)
        return value[key]  # type: ignore[index]
    except (LookupError, TypeError) as error:
        said = _why_none(value, key)
        raise NoEntry(f"`{name}` {said}") from error


def _why_none(value: object, key: str | int) -> str:
    """Why `value` has no entry `key`: how many it has, or which."""
    kind = type(value)
    if value is None:
        return f"is None, which has no {_called(key)}"
    if not hasattr(kind, "__getitem__"):
        return f"is of type {kind.__name__}, which has no entries"
    if issubclass(kind, dict):
        return f"has no {_called(key)}; {_keys(value)}"  # type: ignore[arg-type]
    if isinstance(key, int) and isinstance(value, Sized):
        entries = len(value)
        return f"has no {_called(key)}; it has {entries:,} {'entry' if entries == 1 else 'entries'}"
    return f"is of type {kind.__name__} and has no {_called(key)}"


def _called(key: str | int) -> str:
    return f"key {key!r}" if isinstance(key, str) else f"entry {key}"


def _keys(value: dict[object, object]) -> str:
    """A dict's keys as far as they are plain, whatever its class makes of them."""
    keys = [key for key in islice(dict.keys(value), MOST + 1) if type(key) in (str, int)]
    if not keys:
        return "its keys are no words or numbers" if dict.__len__(value) else "it is empty"
    shown = ", ".join(f"{key!r:.60}" for key in keys[:MOST])
    return f"it has {shown}" + (", …" if len(keys) > MOST else "")


def _taken_apart(node: ast.AST) -> tuple[str, tuple[Step, ...]] | None:
    match node:
        case ast.Name(id=name):
            return name, ()
        case ast.Attribute(value=owner, attr=attribute):
            return _longer(owner, Attribute(attribute))
        case ast.Subscript(value=owner, slice=ast.Constant(value=str() | int() as key)) if (
            type(key) is not bool
        ):
            return _longer(owner, Entry(key))
        case ast.Subscript(
            value=owner, slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as key))
        ) if type(key) is not bool:
            return _longer(owner, Entry(-key))
    return None


def _longer(owner: ast.AST, step: Step) -> tuple[str, tuple[Step, ...]] | None:
    found = _taken_apart(owner)
    return found and (found[0], (*found[1], step))
