"""The small language of grade cells: what one may hold, and which names it needs from the worker.

A grade cell is a list of check calls and asserts. Its hidden region may import from ``grader_tests`` and
keep what a hidden function returns under a name, for a later grade cell. Anything else is the author's error,
reported with its line: by `tlgrader release`, and again before anything is graded.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NoReturn

from tlgrader.errors import AuthorError
from tlgrader.evidence.paths import first, written

BEGIN, END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
_FUNCTIONS = (abs, all, any, isinstance, len, max, min, range, round, sorted, sum, zip)
_TYPES = (bool, dict, float, int, list, set, str, tuple)
BUILTINS = {known.__name__: known for known in (*_FUNCTIONS, *_TYPES)}


@dataclass(frozen=True, slots=True)
class Line:
    """One statement. `call` is the compiled expression; `name` what its item is called."""

    number: int
    hidden: bool
    name: str
    source: str
    expression: ast.Expression
    needs: tuple[str, ...]
    keep: str | None = None
    is_assert: bool = False
    message: str = ""
    beyond: Line | None = None
    """An assert whose subscripts are followed in the worker: for what is not plain data as a whole."""

    @property
    def asks(self) -> tuple[str, ...]:
        """All paths that the worker is asked for."""
        return (*self.needs, *(self.beyond.needs if self.beyond else ()))


@dataclass(frozen=True, slots=True)
class GradeCell:
    """A parsed grade cell: modules of ``grader_tests`` that it imports, and its lines in order."""

    id: str
    points: float
    modules: tuple[str, ...]
    lines: tuple[Line, ...]


def parse_all(cells: Iterable[tuple[str, float, str]]) -> dict[str, GradeCell]:
    """Parse the grade cells of a notebook, given as (id, points, source) in order.

    Raises:
        AuthorError: a cell holds something that a grade cell may not.
    """
    kept: set[str] = set()
    parsed = {}
    for id, points, source in cells:
        parsed[id] = _Parser(id, points, source, kept).parse()
    return parsed


class _Parser:
    def __init__(self, id: str, points: float, source: str, kept: set[str]) -> None:
        self._id, self._points, self._source, self._kept = id, points, source, kept
        self._hidden = _hidden_lines(id, source)
        self._modules: list[str] = []
        self._lines: list[Line] = []

    def parse(self) -> GradeCell:
        try:
            statements = ast.parse(self._source).body
        except SyntaxError as error:
            raise AuthorError(f"grade cell {self._id}, line {error.lineno}: {error.msg}") from error
        for statement in statements:
            self._statement(statement)
        if not any(line.keep is None for line in self._lines):
            raise AuthorError(f"grade cell {self._id} has {self._points:g} points and no check")
        return GradeCell(self._id, self._points, tuple(self._modules), tuple(self._lines))

    def _statement(self, statement: ast.stmt) -> None:
        match statement:
            case ast.ImportFrom(module="grader_tests", level=0):
                self._import(statement)
            case ast.ImportFrom(module="tlgrader", names=[ast.alias(name="check", asname=None)]):
                pass
            case ast.Expr(value=ast.Call() as call):
                self._add(statement, self._callee(call), call)
            case ast.Assert(test=test, msg=None | ast.Constant()):
                text = statement.msg.value if isinstance(statement.msg, ast.Constant) else ""
                self._add(statement, "assert", test, is_assert=True, message=str(text))
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
                self._require_hidden(statement, "a name")
                self._add(statement, self._callee(call), call, keep=name)
                self._kept.add(name)
            case _:
                self._refuse(statement, f"`{ast.unparse(statement).splitlines()[0]}`")

    def _import(self, statement: ast.ImportFrom) -> None:
        self._require_hidden(statement, "`from grader_tests import …`")
        for alias in statement.names:
            if alias.asname or alias.name == "*":
                self._refuse(statement, "an import under another name")
            self._modules.append(alias.name)

    def _callee(self, call: ast.Call) -> str:
        match call.func:
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in {"check", *self._modules}:
                return name
        return self._refuse(call, f"the call `{ast.unparse(call.func)}(…)`")

    def _add(
        self,
        statement: ast.stmt,
        name: str,
        expression: ast.expr,
        *,
        keep: str | None = None,
        is_assert: bool = False,
        message: str = "",
    ) -> None:
        body, needs = self._reading(expression, within=not is_assert)
        line = Line(
            number=statement.lineno,
            hidden=statement.lineno in self._hidden,
            name=name,
            source=ast.unparse(statement),
            expression=body,
            needs=needs,
            keep=keep,
            is_assert=is_assert,
            message=message,
        )
        self._lines.append(self._with_beyond(line, expression) if is_assert else line)

    def _with_beyond(self, line: Line, expression: ast.expr) -> Line:
        """An assert looks into plain data itself, and says what it saw of them; the worker looks into all else."""
        body, needs = self._reading(expression, within=True)
        return (
            line if needs == line.needs else replace(line, beyond=replace(line, expression=body, needs=needs))
        )

    def _reading(self, expression: ast.expr, *, within: bool) -> tuple[ast.Expression, tuple[str, ...]]:
        names = _Names({"check", *self._modules, *self._kept, *BUILTINS}, self._refuse, within=within)
        changed = names.visit(copy.deepcopy(expression))
        body = ast.fix_missing_locations(ast.Expression(changed))
        return body, tuple(dict.fromkeys(names.found))

    def _require_hidden(self, node: ast.stmt, what: str) -> None:
        if node.lineno not in self._hidden:
            self._refuse(node, f"{what} outside the hidden region")

    def _refuse(self, node: ast.AST, what: str) -> NoReturn:
        line = getattr(node, "lineno", "?")
        raise AuthorError(
            f"grade cell {self._id}, line {line}: {what} is not allowed; a grade cell holds check calls, plain "
            "asserts on plain data and, in its hidden region, imports from grader_tests"
        )


class _Names(ast.NodeTransformer):
    """Turns every path that starts at a student's name into one name, and collects them.

    A path ends with its last attribute, or (`within`) also with constant keys and positions behind that.
    """

    def __init__(self, known: set[str], refuse, *, within: bool) -> None:  # type: ignore[no-untyped-def]
        self._known, self._refuse, self._within = known, refuse, within
        self.found: list[str] = []

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return self._path(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        return self._path(node) if self._within else self.generic_visit(node)

    def _path(self, node: ast.expr) -> ast.AST:
        path = written(node)
        if path is None or first(path) in self._known:
            return self.generic_visit(node)
        return self._student(node, path)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return node if node.id in self._known else self._student(node, node.id)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        callee = written(node.func)
        if callee is None or first(callee) not in self._known:
            self._refuse(node, f"calling the student's `{ast.unparse(node.func)}` (use check.returns)")
        return self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        # A comprehension's own variables are not the student's.
        self._known = self._known | {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
        return self.generic_visit(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        return self._comprehension(node)

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        return self._comprehension(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self._refuse(node, "a lambda")
        return node

    def _comprehension(self, node: ast.GeneratorExp | ast.ListComp) -> ast.AST:
        outer = self._known
        node.generators = [self.visit(generator) for generator in node.generators]
        node.elt = self.visit(node.elt)
        self._known = outer
        return node

    def _student(self, node: ast.expr, path: str) -> ast.Name:
        self.found.append(path)
        return ast.copy_location(ast.Name(id=path, ctx=ast.Load()), node)


def _hidden_lines(id: str, source: str) -> set[int]:
    hidden: set[int] = set()
    inside = False
    for number, line in enumerate(source.splitlines(), 1):
        if BEGIN in line:
            inside = True
        elif END in line:
            inside = False
        elif inside:
            hidden.add(number)
    if inside:
        raise AuthorError(f"grade cell {id}: its hidden region has no end")
    return hidden
