"""The small language of grade cells: what one may hold, and which names it needs from the worker.

A grade cell is a list of check calls and asserts. An assert may call the student's functions, with values that it
states itself. Its hidden region may import from ``grader_tests`` and keep what a hidden function returns under a name,
for a later grade cell. Anything else is the author's error, reported with its line and what to write instead
(`judging/instead.py`): by `tlgrader release`, and again before anything is graded.
"""

from __future__ import annotations

import ast
import builtins
import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NoReturn

from tlgrader.errors import AuthorError
from tlgrader.evidence.paths import first, written
from tlgrader.judging.instead import instead_of, instead_of_call, raising

BEGIN, END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
_FUNCTIONS = (abs, all, any, isinstance, len, max, min, range, round, sorted, sum, zip)
_TYPES = (bool, dict, float, int, list, set, str, tuple)
_ALLOWED = "a grade cell holds check calls, asserts on plain data and, in its hidden region, imports from grader_tests"
_Refuse = Callable[..., NoReturn]
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
    calls: tuple[str, ...] = ()
    """Which of the needs an assert calls."""
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
        AuthorError: cells hold something that a grade cell may not, with all such lines.
    """
    kept: set[str] = set()
    parsed, problems = {}, []
    for id, points, source in cells:
        try:
            parsed[id] = _Parser(id, points, source, kept).parse()
        except AuthorError as error:
            problems.append(str(error))
    if problems:
        raise AuthorError("\n".join(problems))
    return parsed


def has_visible_checks(released: str) -> bool:
    """Whether a released grade cell has a line that checks something: those that are hidden are no more in it."""
    try:
        statements = ast.parse(released).body
    except SyntaxError:  # which is said where the cell is parsed
        return True
    return not all(_checks_nothing(statement) for statement in statements)


def _checks_nothing(statement: ast.stmt) -> bool:
    docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return docstring or isinstance(statement, ast.Import | ast.ImportFrom)


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
        problems = [problem for one in statements if (problem := self._problem_in(one))]
        if problems:
            raise AuthorError("\n".join(problems))
        if not any(line.keep is None for line in self._lines):
            raise AuthorError(f"grade cell {self._id} has {self._points:g} points and no check")
        return GradeCell(self._id, self._points, tuple(self._modules), tuple(self._lines))

    def _problem_in(self, statement: ast.stmt) -> str:
        """Why a line is none that a grade cell may hold; empty once it is taken."""
        try:
            self._statement(statement)
        except AuthorError as error:
            return str(error)
        return ""

    def _statement(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Expr(value=ast.Constant(value=str())):
                pass  # a docstring, as nbgrader's own examples have them
            case ast.ImportFrom(module="grader_tests", level=0):
                self._import(statement)
            case ast.ImportFrom(module="tlgrader", names=[ast.alias(name="check", asname=None)]):
                pass
            case ast.Expr(value=ast.Call() as call):
                self._add(statement, self._callee(call, instead_of(statement)), call)
            case ast.Try() if (raises := raising(statement)) is not None:
                self._add(statement, "raises", raises)
            case ast.Assert(test=test):
                text = statement.msg.value if isinstance(statement.msg, ast.Constant) else ""
                self._add(statement, "assert", test, is_assert=True, message=str(text))
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
                callee = self._callee(call, instead_of(statement))
                self._require_hidden(statement, "a name")
                self._add(statement, callee, call, keep=name)
                self._kept.add(name)
            case _:
                self._refuse(statement, f"`{ast.unparse(statement).splitlines()[0]}`", instead_of(statement))

    def _import(self, statement: ast.ImportFrom) -> None:
        self._require_hidden(statement, "`from grader_tests import …`")
        for alias in statement.names:
            if alias.asname or alias.name == "*":
                self._refuse(statement, "an import under another name")
            self._modules.append(alias.name)

    def _callee(self, call: ast.Call, instead: str) -> str:
        match call.func:
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in {"check", *self._modules}:
                return name
        return self._refuse(call, f"the call `{ast.unparse(call.func)}(…)`", instead)

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
        read = self._reading(expression, within=not is_assert, calling=is_assert)
        line = Line(
            number=statement.lineno,
            hidden=statement.lineno in self._hidden,
            name=name,
            source=ast.unparse(statement),
            expression=read.body,
            needs=read.needs,
            keep=keep,
            is_assert=is_assert,
            message=message,
            calls=read.calls,
        )
        self._lines.append(self._with_beyond(line, expression) if is_assert else line)

    def _with_beyond(self, line: Line, expression: ast.expr) -> Line:
        """An assert looks into plain data itself, and says what it saw of them; the worker looks into all else."""
        read = self._reading(expression, within=True, calling=True)
        beyond = replace(line, expression=read.body, needs=read.needs, calls=read.calls)
        return line if read.needs == line.needs else replace(line, beyond=beyond)

    def _reading(self, expression: ast.expr, *, within: bool, calling: bool) -> _Read:
        known = {"check", *self._modules, *self._kept, *BUILTINS}
        names = _Names(known, self._refuse, within=within, calling=calling)
        body = ast.Expression(names.visit(copy.deepcopy(expression)))
        return _Read(ast.fix_missing_locations(body), _once(names.found), _once(names.called))

    def _require_hidden(self, node: ast.stmt, what: str) -> None:
        if node.lineno not in self._hidden:
            self._refuse(node, f"{what} outside the hidden region")

    def _refuse(self, node: ast.AST, what: str, instead: str = "") -> NoReturn:
        line = getattr(node, "lineno", "?")
        raise AuthorError(f"grade cell {self._id}, line {line}: {what} is not allowed; {instead or _ALLOWED}")


@dataclass(frozen=True, slots=True)
class _Read:
    """An expression whose paths are names, the paths in it, and those that it calls."""

    body: ast.Expression
    needs: tuple[str, ...]
    calls: tuple[str, ...]


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


class _Names(ast.NodeTransformer):
    """Turns every path that starts at a student's name into one name, and collects them.

    A path ends with its last attribute, or (`within`) also with constant keys and positions behind that.
    """

    def __init__(self, known: set[str], refuse: _Refuse, *, within: bool, calling: bool) -> None:
        self._known, self._refuse, self._within, self._calling = known, refuse, within, calling
        self.found: list[str] = []
        self.called: list[str] = []

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
        if callee is not None and first(callee) in self._known:
            return self.generic_visit(node)
        if callee is None or not self._calling:
            self._refuse(node, f"calling `{ast.unparse(node.func)}` here", instead_of_call(node))
        return self._students_call(node, callee)

    def _students_call(self, node: ast.Call, callee: str) -> ast.Call:
        """A call that the worker is asked for: what is passed is stated here, so that what is compared is, too."""
        if hasattr(builtins, callee):
            self._refuse(
                node, f"the call `{callee}(…)`", f"of Python's functions there are {', '.join(BUILTINS)}"
            )
        before = len(self.found)
        arguments = [self.visit(argument) for argument in node.args]
        if node.keywords or len(self.found) > before or any(isinstance(a, ast.Starred) for a in node.args):
            self._refuse(
                node,
                f"calling the student's `{callee}` with names of the notebook or by keyword",
                instead_of_call(node),
            )
        self.called.append(callee)
        function = self._student(node.func, callee)
        return ast.copy_location(ast.Call(func=function, args=arguments, keywords=[]), node)

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
