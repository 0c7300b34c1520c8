"""Cells of a script as sphinx-gallery reads it: a rule of twenty or more ``#``, comments that are text, then code."""

from __future__ import annotations

import ast
import re

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

_TEXT = re.compile(r"^#{20,}[ \t]*\n((?:#.*(?:\n|\Z))*)", re.MULTILINE)
"""A rule and the comments right below it. A blank line ends them: comments after it belong to the code."""


def cells_of(script: str) -> list[NotebookNode]:
    """The script's docstring, texts and code in their order, nothing for an empty one. Raises SyntaxError."""
    tree = ast.parse(script)
    docstring = ast.get_docstring(tree)
    end = tree.body[0].end_lineno if docstring else 0
    parts = _TEXT.split("".join(script.splitlines(keepends=True)[end:]))
    texts = [re.sub(r"^# ?", "", text, flags=re.MULTILINE) for text in parts[1::2]]
    cells = [new_markdown_cell(docstring or ""), new_code_cell(parts[0].strip())]
    for text, code in zip(texts, parts[2::2], strict=True):
        cells += [new_markdown_cell(text.strip()), new_code_cell(code.strip())]
    return [cell for cell in cells if cell.source]
