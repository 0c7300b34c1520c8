"""What a submitted cell shows: its outputs and the pictures pasted into it, as its author's notebook has them.

They are the student's word. No check looks at them; people see them where a cell does not run at grading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Literal, TypeGuard

import msgspec
from nbformat import NotebookNode

OUTPUTS_SIZE = 2**20
"""How many characters a cell's outputs have together; an output beyond is left out."""
MOST = 100
"""How many outputs, or pictures, of a cell are looked at."""
_KINDS = ("image/png", "image/jpeg")
_BASE64 = re.compile(r"[A-Za-z0-9+/=]+")

Lines = str | list[str]
Pictures = dict[str, dict[str, str]]
"""Base64 by kind, by the picture's name."""


class _Printed(msgspec.Struct, tag_field="output_type", tag="stream"):
    name: Literal["stdout", "stderr"]
    text: Lines


class _Displayed(msgspec.Struct, tag_field="output_type", tag="display_data"):
    data: dict[str, Any]


class _Returned(_Displayed, tag="execute_result"):
    pass


class _Raised(msgspec.Struct, tag_field="output_type", tag="error"):
    ename: str
    evalue: str
    traceback: list[str]


_Output = _Printed | _Displayed | _Returned | _Raised


def outputs_in(found: object) -> tuple[NotebookNode, ...]:
    """Those of a cell's outputs, as a file has them, that are of the format and not too large: text and pictures."""
    kept: list[NotebookNode] = []
    left = OUTPUTS_SIZE
    for output in islice(found if isinstance(found, list) else (), MOST):
        try:
            node = _node(msgspec.convert(output, _Output))
        except msgspec.ValidationError:
            continue
        if (size := sum(map(len, _texts(node)))) <= left:
            left -= size
            _append(kept, node)
    return tuple(kept)


def _append(kept: list[NotebookNode], node: NotebookNode) -> None:
    """Text that goes on where the last one ended, as Jupyter's pages show it."""
    if kept and node.output_type == kept[-1].output_type == "stream" and node.name == kept[-1].name:
        kept[-1].text += node.text
    else:
        kept.append(node)


def _node(output: _Output) -> NotebookNode:
    match output:
        case _Printed(name, text):
            return NotebookNode(output_type="stream", name=name, text=_joined(text))
        case _Raised(ename, evalue, traceback):
            lines = [encodable(line) for line in traceback]
            return NotebookNode(
                output_type="error", ename=encodable(ename), evalue=encodable(evalue), traceback=lines
            )
        case _Displayed(data):
            texts = {encodable(kind): _joined(text) for kind, text in data.items() if _is_text(text)}
            return NotebookNode(output_type="display_data", data=NotebookNode(texts), metadata=NotebookNode())


def _is_text(found: object) -> TypeGuard[Lines]:
    return isinstance(found, str) or (
        isinstance(found, list) and all(isinstance(line, str) for line in found)
    )


def _joined(lines: Lines) -> str:
    return encodable(lines if isinstance(lines, str) else "".join(lines))


def _texts(node: NotebookNode) -> Iterator[str]:
    for value in (*node.values(), *node.get("data", {}).values()):
        yield from (value if isinstance(value, list) else [value]) if _is_text(value) else ()


def pictures_in(found: object) -> Pictures:
    """Those of a cell's attachments, as a file has them, that are pictures."""
    named = islice(found.items() if isinstance(found, dict) else (), MOST)
    pictures = {encodable(name): _pictures(bundle) for name, bundle in named if isinstance(bundle, dict)}
    return {name: kinds for name, kinds in pictures.items() if kinds}


def _pictures(bundle: dict[str, Any]) -> dict[str, str]:
    texts = {kind: "".join(bundle[kind].split()) for kind in _KINDS if isinstance(bundle.get(kind), str)}
    return {kind: text for kind, text in texts.items() if _BASE64.fullmatch(text)}


def encodable(text: str) -> str:
    """Lone surrogates, which JSON can spell and no file can hold, become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
