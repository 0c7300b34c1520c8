"""Plain Python data as JSON, and back, without loss.

JSON has no tuple, set, NaN, infinity, complex key or large integer, and asserts in a notebook compare with
``==``: so these are written as a dict with one key that begins with ``$``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tlgrader.evidence.kinds import JSON, MAX_TEXT

MAX_ITEMS = 100_000
MAX_DEPTH = 24
MAX_INTEGER_BITS = 4_096
_INT64 = 2**63


class NotPlain(Exception):
    """A value is not plain data, or too much of it; `entry` is the dict's key and value that it is about."""

    entry: tuple[object, object] | None = None


def encode_plain(value: object, scalar: Callable[[object], object] = lambda _: None) -> JSON:
    """`value` as JSON. Raises NotPlain where it is not None, bool, int, float, str, list, tuple, set or dict.

    `scalar` gives the plain number of another type's scalar (a 0-d tensor), or None where it is none.
    """
    return _Writer(scalar).write(value, MAX_DEPTH)


def decode_plain(data: JSON) -> Any:
    """The value that `encode_plain` wrote. Raises NotPlain where `data` is not its work."""
    try:
        return _read(data)
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise NotPlain("not in the form of plain data") from error


def _read(data: JSON) -> Any:
    if isinstance(data, list):
        return [_read(item) for item in data]
    if not isinstance(data, dict):
        return data
    tag = next(iter(data), "")
    if tag.startswith("$"):
        (body,) = data.values()
        return _READERS[tag](body)
    return {key: _read(item) for key, item in data.items()}


def _read_integer(body: JSON) -> int:
    if not isinstance(body, str) or len(body) > MAX_INTEGER_BITS // 4 + 8:
        raise ValueError("not an integer")
    return int(body, 16)


_READERS: dict[str, Any] = {
    "$float": float,
    "$int": _read_integer,
    "$tuple": lambda body: tuple(map(_read, body)),
    "$set": lambda body: set(map(_read, body)),
    "$dict": lambda body: {_read(key): _read(item) for key, item in body},
}


class _Writer:
    """Writes one value and counts its parts, so that a small object cannot become a huge message."""

    def __init__(self, scalar: Callable[[object], object]) -> None:
        self.items = 0
        self.scalar = scalar

    def write(self, value: object, depth: int) -> JSON:
        self.items += 1
        if self.items > MAX_ITEMS or depth <= 0:
            raise NotPlain("too large")
        if value is None or type(value) is bool:
            return value
        if isinstance(value, str):
            return _text(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return _integer(int(value))
        if isinstance(value, float):
            number = float(value)
            return number if math.isfinite(number) else {"$float": repr(number)}
        return self._container(value, depth)

    def _container(self, value: object, depth: int) -> JSON:
        kind = type(value)
        if issubclass(kind, list):
            return self._many(value, depth)
        if issubclass(kind, tuple):
            return {"$tuple": self._many(value, depth)}
        if issubclass(kind, set | frozenset):
            return {"$set": self._many(value, depth)}
        if issubclass(kind, dict):
            return self._mapping(value, depth)
        number = self.scalar(value)
        if number is None:
            raise NotPlain(kind.__name__)
        return self.write(number, depth - 1)

    def _many(self, value: Any, depth: int) -> list[JSON]:
        return [self.write(item, depth - 1) for item in value]

    def _mapping(self, value: Any, depth: int) -> JSON:
        pairs = [(key, self._entry(key, item, depth)) for key, item in value.items()]
        if all(type(key) is str and not key.startswith("$") for key, _ in pairs):
            return {_text(key): item for key, item in pairs}
        return {"$dict": [[self.write(key, depth - 1), item] for key, item in pairs]}

    def _entry(self, key: object, item: object, depth: int) -> JSON:
        try:
            return self.write(item, depth - 1)
        except NotPlain as error:
            error.entry = (key, item)  # of nested dicts, the outermost comes last
            raise


def _text(value: str) -> str:
    """`value` as a plain str that UTF-8 can hold."""
    if len(value) > MAX_TEXT:
        raise NotPlain("str of more than 65,536 characters")
    return str.__str__(value).encode("utf-8", "replace").decode("utf-8")


def _integer(value: int) -> JSON:
    if -_INT64 <= value < _INT64:
        return value
    if value.bit_length() > MAX_INTEGER_BITS:
        raise NotPlain("int of more than 4,096 bits")
    return {"$int": hex(value)}
