"""What a course declares, tried out: an author learns of a mistake before any submission meets it."""

from __future__ import annotations

import ast

from tlgrader.course import Course, register
from tlgrader.errors import AuthorError, MachineError


def require_declarations(course: Course) -> None:
    """Build every architecture that the course declares, with its weights where they are known.

    Raises:
        AuthorError: one cannot be built, or its weights are another's; with the file, the line and what to do.
        MachineError: weights are not on this machine.
    """
    from tlgrader.architectures.pristine import pristine

    for name in register(course).architectures:
        try:
            pristine(name)
        except AuthorError as error:
            raise AuthorError(f"{_place(course, name)}, the architecture {name!r}: {error}") from error
        except MachineError as error:
            raise MachineError(f"{_place(course, name)}, the architecture {name!r}: {error}") from error


def _place(course: Course, name: str) -> str:
    """The file and line where a name is declared; ``course.py`` alone where that takes it from elsewhere."""
    keys = (key for node in ast.walk(ast.parse(course.registration.read_bytes())) for key in _keys(node))
    line = next((key.lineno for key in keys if key.value == name), None)
    return course.registration.name + (f", line {line}" if line else "")


def _keys(node: ast.AST) -> list[ast.Constant]:
    return [key for key in node.keys if isinstance(key, ast.Constant)] if isinstance(node, ast.Dict) else []
