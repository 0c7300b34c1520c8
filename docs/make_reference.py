"""Writes docs/reference.md, the author's API, from docstrings: `make docs`. A test says when the page is stale."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from tlgrader import checks, hidden
from tlgrader.course import Architecture, Registration, Symptom

PAGE = Path(__file__).with_name("reference.md")
_HEAD = """# Reference

Made from docstrings by `docs/make_reference.py` (`make docs`): edit those, not this page.

- [What a course registers](#what-a-course-registers): `course.py`
- [Checks](#checks): grade cells, visible and hidden
- [Hidden tests](#hidden-tests): `grader_tests/*.py`
"""
_CHECKS = """Called in grade cells as `check.frozen(model)`, and in hidden tests as `tlgrader.checks.frozen(model)`.
`weight=2` makes an item count twice within its cell.
"""
_QUOTED = re.compile(r"(: |-> )'([^']*)'")
"""Annotations are texts, and their quotes are not part of them."""


def reference() -> str:
    """The whole page."""
    registered = (_of_class(one) for one in (Registration, Architecture, Symptom))
    parts = [
        _HEAD,
        "## What a course registers\n",
        "`from tlgrader.course import Architecture, Registration`\n",
        *registered,
        "## Checks\n",
        _CHECKS,
        *_entries(checks, checks.__all__),
        "## Hidden tests\n",
        "`from tlgrader.hidden import …`\n",
        _prose(inspect.getdoc(hidden) or ""),
        *_entries(hidden, hidden.__all__),
    ]
    return "\n".join(parts)


def _entries(module: Any, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        found = getattr(module, name)
        if inspect.isclass(found):
            yield _of_class(found)
        elif inspect.isroutine(found):
            yield _entry(f"{name}{_signature(found)}", inspect.getdoc(found) or "")
        else:
            yield f"### `{name}`\n\n`{found!r}`\n"


def _entry(signature: str, text: str) -> str:
    name = re.split(r"\W", signature, maxsplit=1)[0]
    return f"### `{name}`\n\n```python\n{signature}\n```\n\n{_prose(text)}"


def _signature(function: Any) -> str:
    """As it is written, without the type that every check returns."""
    return _QUOTED.sub(r"\1\2", str(inspect.signature(function))).removesuffix(" -> Finding")


def _of_class(kind: type) -> str:
    """A class with its fields and what is said of them."""
    lines = [f"- `{name}`{said and f': {said}'}" for name, said in _fields(kind)]
    entry = f"### `{kind.__name__}`\n\n{_prose(inspect.getdoc(kind) or '')}"
    return "\n".join([entry, *lines, ""]) if lines else entry


def _fields(kind: type) -> Iterator[tuple[str, str]]:
    """The annotated fields, by type and the text below each; nothing where the class has none."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(tree, ast.ClassDef)
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and not ast.unparse(node.target).startswith("_"):
            yield f"{ast.unparse(node.target)}: {ast.unparse(node.annotation)}", _text_of(after)
        elif isinstance(node, ast.Assign) and issubclass(kind, Enum):
            yield ast.unparse(node.targets[0]), _text_of(after)


def _text_of(node: ast.stmt | None) -> str:
    match node:
        case ast.Expr(value=ast.Constant(value=str() as text)):
            return " ".join(_marked(text).split())
    return ""


def _prose(text: str) -> str:
    """A docstring as Markdown: what it may raise as a list."""
    before, _, raised = text.partition("Raises:\n")
    body = f"{_marked(before).rstrip()}\n" if before.strip() else ""
    if not raised:
        return body
    cases = re.split(r"\n(?=\w+: )", textwrap.dedent(raised).strip())
    return body + "\nRaises:\n\n" + "".join(f"- {' '.join(_marked(case).split())}\n" for case in cases)


def _marked(text: str) -> str:
    return text.replace("``", "`")


if __name__ == "__main__":
    PAGE.write_text(reference())
    print(f"Written: {PAGE}")
