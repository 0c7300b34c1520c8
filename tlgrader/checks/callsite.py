"""What a notebook calls the arguments of a check: the names that stand in the call itself."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from types import EllipsisType, FrameType

# Two names may stand for one such object without anything to do with each other.
_SHARED = (type(None), EllipsisType, bool, int, float, complex, str, bytes, tuple, frozenset)


@dataclass(frozen=True, slots=True)
class Call:
    """A check's call: names by parameter where the call's text has one, and the caller's variables."""

    written: Mapping[str, str]
    variables: Mapping[str, object]

    @classmethod
    def of(cls, check: str, signature: inspect.Signature, frame: FrameType | None) -> Call:
        """The call of `check` that `frame` is at. Does not raise: names are for messages only."""
        if frame is None:
            return cls({}, {})
        try:
            return cls(_written(check, signature, frame), frame.f_locals)
        except Exception:  # There is no source, or it is not what was compiled.
            return cls({}, frame.f_locals)

    def name_of(self, parameter: str, value: object) -> str:
        """The name in the call; else a variable that holds `value`, where that tells it; else the parameter's."""
        if parameter in self.written:
            return self.written[parameter]
        if issubclass(type(value), _SHARED):
            return parameter
        held = (name for name, held in self.variables.items() if held is value and name[0] != "_")
        return next(held, parameter)


def _written(check: str, signature: inspect.Signature, frame: FrameType) -> dict[str, str]:
    call = ast.parse(_source(frame), mode="eval").body
    if not isinstance(call, ast.Call) or _last(call.func) != check:
        return {}  # through `map` and the like
    if any(isinstance(node, ast.Starred) for node in call.args):
        return {}
    keywords = {word.arg: word.value for word in call.keywords if word.arg is not None}
    nodes = signature.bind_partial(*call.args, **keywords).arguments
    return {parameter: ast.unparse(node) for parameter, node in nodes.items() if _is_path(node)}


def _source(frame: FrameType) -> str:
    """The text of the expression that `frame` evaluates; IPython keeps its cells' lines where files' are kept."""
    at = islice(frame.f_code.co_positions(), frame.f_lasti // 2, None)
    first, last, start, end = next(at)
    if first is None or last is None:
        return ""
    lines = [line.encode() for line in linecache.getlines(frame.f_code.co_filename)[first - 1 : last]]
    lines[-1] = lines[-1][:end]  # columns count bytes; the end first, it may be the same line
    lines[0] = lines[0][start:]
    return b"".join(lines).decode()


def _last(function: ast.expr) -> str:
    return ast.unparse(function).rpartition(".")[2]


def _is_path(node: ast.expr) -> bool:
    """Whether it is a name, or attributes and entries of one: ``models["lora"].head``."""
    match node:
        case ast.Name():
            return True
        case ast.Attribute(value=value) | ast.Subscript(value=value, slice=ast.Constant()):
            return _is_path(value)
    return False
