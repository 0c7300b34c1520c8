"""What belongs to an exercise besides its notebook: the files beside that, and the modules of its hidden tests."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tlgrader.evidence.handed_in import FILE
from tlgrader.sandbox import preparation

PACKAGE = "grader_tests"
DATA_FOLDER = preparation.DATA_FOLDER
_LEFT_BEHIND = {"__pycache__", ".ipynb_checkpoints", "adapter"}


def paths_beside(notebook: Path) -> dict[str, Path]:
    """The files that come with an exercise, by relative name; not what running its notebook leaves behind.

    Nor what lies in ``data/``, which may be gigabytes.
    """
    folder = notebook.parent
    parts = [path for path in folder.iterdir() if path.name != DATA_FOLDER] if folder.is_dir() else []
    every = sorted(path for part in parts for path in (part, *part.rglob("*")))
    files = {path.relative_to(folder): path for path in every if path.is_file()}
    return {
        name.as_posix(): path
        for name, path in files.items()
        if name.suffix != ".ipynb" and name.name != FILE and not left_behind(name)
    }


def data_beside(notebook: Path) -> Path | None:
    """The folder ``data/`` beside a notebook, wherever it lies in truth; None where there is none."""
    folder = notebook.parent / DATA_FOLDER
    return folder.resolve() if folder.is_dir() else None


def data_digest(folder: Path) -> str:
    """SHA-256 of the names, sizes and times of change of all files in a folder of data.

    Not of their content: that may be gigabytes, and is to be known before each run. A copy of the course that does
    not keep the times has another digest, which costs a run and is never wrong.
    """
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        status = path.stat()
        total.update(f"{path.relative_to(folder)}\0{status.st_size} {status.st_mtime_ns}\n".encode())
    return total.hexdigest()


def left_behind(name: Path) -> bool:
    """Whether running a notebook leaves a file of this relative name: a cache, a checkpoint, a trained adapter."""
    return bool(_LEFT_BEHIND & set(name.parts))


def hidden_modules(notebook: Path, hidden_tests: Path) -> dict[str, Path]:
    """The exercise's `hidden_tests`, and the modules beside them that its cells, or one of these, import; by name.

    Imports are read, not run. A module that only a computed name reaches is not found.
    """
    found: dict[str, Path] = {}
    waiting = {hidden_tests.stem, *_imported(_code_cells(notebook))}
    while waiting:
        name = waiting.pop()
        path = hidden_tests.with_name(f"{name}.py")
        if name not in found and path.is_file():
            found[name] = path
            waiting |= _imported([path.read_text(errors="replace")])
    return dict(sorted(found.items()))


def digest_of(files: Mapping[str, Path]) -> str:
    """SHA-256 of `files`: their names and what is in them, or that one is not there."""
    total = hashlib.sha256()
    for name, path in files.items():
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
        total.update(f"{name}\0{content}\n".encode())
    return total.hexdigest()


def _code_cells(notebook: Path) -> Iterator[str]:
    """The texts of code cells; none where the file is no notebook, which whoever reads the exercise says."""
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
        yield from ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    except (OSError, ValueError, KeyError, TypeError):
        return


def _imported(texts: Iterable[str]) -> set[str]:
    """Names of the modules of ``grader_tests`` that texts of Python import, at their top or within a function."""
    found = set[str]()
    for text in texts:
        try:
            nodes = ast.walk(ast.parse(text))
        except (SyntaxError, ValueError):  # a cell with a magic; or what cannot run, as grading it will say
            continue
        found |= {name for node in nodes for name in _modules_in(node)}
    return found


def _modules_in(node: ast.AST) -> list[str]:
    match node:
        case ast.ImportFrom(module="grader_tests", level=0) | ast.ImportFrom(module=None, level=1):
            return [alias.name for alias in node.names]
        case ast.ImportFrom(module=str(module), level=1):
            return [module]
        case ast.ImportFrom(module=str(module), level=0):
            return _below(module)
        case ast.Import():
            return [name for alias in node.names for name in _below(alias.name)]
    return []


def _below(module: str) -> list[str]:
    return [module.removeprefix(f"{PACKAGE}.")] if module.startswith(f"{PACKAGE}.") else []
