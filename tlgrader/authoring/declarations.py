"""What a course declares, tried out: an author learns of a mistake before any submission meets it."""

from __future__ import annotations

import ast

from tlgrader.course import Course, register
from tlgrader.errors import AuthorError, MachineError


def require_declarations(course: Course) -> None:
    """Build every architecture that the course declares, with its weights where they are known, and try its example.

    Raises:
        AuthorError: one cannot be built, its weights are another's, or it does not take its example; with the file, the
            line and what to do.
        MachineError: weights are not on this machine.
    """
    from tlgrader.architectures.pristine import pristine

    for name in register(course).architectures:
        try:
            pristine(name)
            _require_example(name)
        except AuthorError as error:
            raise AuthorError(f"{_place(course, name)}, the architecture {name!r}: {error}") from error
        except MachineError as error:
            raise MachineError(f"{_place(course, name)}, the architecture {name!r}: {error}") from error


def _require_example(name: str) -> None:
    import torch

    from tlgrader.architectures import architecture
    from tlgrader.architectures.pristine import pristine
    from tlgrader.evidence.answering import forward, on_device_of

    if architecture(name).example is None:
        return
    model, inputs = pristine(name).copy(), architecture(name).inputs()
    try:
        with torch.no_grad():
            forward(model, on_device_of(model, inputs))
    except Exception as error:  # whatever a model raises at inputs that it does not take
        said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise AuthorError(f"it does not take its `example`: {said}") from error


def _place(course: Course, name: str) -> str:
    """The file and line where a name is declared; ``course.py`` alone where that takes it from elsewhere."""
    keys = (key for node in ast.walk(ast.parse(course.registration.read_bytes())) for key in _keys(node))
    line = next((key.lineno for key in keys if key.value == name), None)
    return course.registration.name + (f", line {line}" if line else "")


def _keys(node: ast.AST) -> list[ast.Constant]:
    return [key for key in node.keys if isinstance(key, ast.Constant)] if isinstance(node, ast.Dict) else []
