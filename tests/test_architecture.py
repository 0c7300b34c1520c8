"""Who may import whom: the table of `docs/design.md` itself, held by a test."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tlgrader
from tlgrader import hidden

PACKAGE = Path(tlgrader.__file__).parent
COURSE = PACKAGE.parent / "tlcourse"
_ROW = re.compile(r"^\| (`[^|]+`) \|[^|]+\| ([^|]+) \|$", re.MULTILINE)


def _table() -> dict[str, set[str]]:
    """What each room may import besides itself, as the page says."""
    page = (PACKAGE.parent / "docs/design.md").read_text()
    section = page[page.index("## Rooms, and who may import whom") :]
    rows = {
        room: imports for names, imports in _ROW.findall(section) for room in re.findall(r"`(\w+)/?`", names)
    }
    everything = {*rows, "__version__"}
    return {
        room: everything if imports == "all" else set(re.findall(r"`(\w+)`", imports))
        for room, imports in rows.items()
    }


ALLOWED = _table()


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path, package: str) -> set[str]:
    """What a file imports of `package`, by its first part, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
            found.add(str(node.module).split(".")[1])
        elif isinstance(node, ast.Import):
            names = (alias.name for alias in node.names)
            found |= {name.split(".")[1] for name in names if name.startswith(f"{package}.")}
    return found


def _rooms_imported(path: Path) -> set[str]:
    return _imports(path, "tlgrader") & {p.name.removesuffix(".py") for p in PACKAGE.iterdir()}


FILES = sorted(PACKAGE.rglob("*.py"))


def test_the_page_names_every_room() -> None:
    assert {_room(path) for path in FILES} - {"__init__", "__main__"} == set(ALLOWED)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    room = _room(path)
    if room not in ("__init__", "__main__"):
        assert _rooms_imported(path) - {room} <= ALLOWED[room]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_engine_knows_no_course(path: Path) -> None:
    text = path.read_text()
    imported = {node.module or "" for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
    assert not [name for name in imported if name.split(".")[0] in ("tlcourse", "grader_tests", "course")]
    own = ("tlcourse", "digits_resnet", "efficientnet_lite0", "MiniLM", "MINILM", "vader", "leaf_painter")
    assert not [word for word in own if word in text]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_hidden_tests_and_solutions_are_never_imported_by_name(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom | ast.Import):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            assert not any(name.startswith(("grader_tests", "tl_solutions")) for name in names)


PUBLIC = {"tlgrader.hidden", "tlgrader.checks"}
"""What a hidden test may import of the engine, and a course's own measures."""
HIDDEN_TESTS = [
    *sorted((PACKAGE.parent / "grader_tests").glob("*.py")),
    PACKAGE.parent / "tests/authoring/course/hidden_tests.py",
    COURSE / "probing.py",
]


@pytest.mark.parametrize("path", HIDDEN_TESTS, ids=lambda path: str(path.relative_to(PACKAGE.parent)))
def test_hidden_tests_import_only_what_is_public(path: Path) -> None:
    assert _engine_modules(path.read_text()) <= PUBLIC


def test_the_page_for_authors_imports_only_what_is_public() -> None:
    page = (PACKAGE.parent / "docs/authoring.md").read_text()
    examples = "\n".join(re.findall(r"^(?:from|import) tlgrader.*", page, re.MULTILINE))
    assert examples
    assert _engine_modules(examples) <= PUBLIC | {"tlgrader.course"}, "course.py registers with that"


def _engine_modules(source: str) -> set[str]:
    """The modules of the engine that `source` imports, or imports from, in full."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "tlgrader":
            found |= {f"tlgrader.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] == "tlgrader"}


def test_the_public_module_for_hidden_tests_only_gathers() -> None:
    tree = ast.parse((PACKAGE / "hidden.py").read_text())
    assert {type(node) for node in tree.body} == {ast.Expr, ast.ImportFrom, ast.Assign}
    imported = [alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert sorted(hidden.__all__) == sorted(imported)
    unsaid = [name for name in hidden.__all__ if f"`{name}`" not in (hidden.__doc__ or "")]
    assert not [name for name in unsaid if name.islower()]


def test_only_the_gradebook_imports_nbgrader() -> None:
    users = {_room(path) for path in FILES if "nbgrader" in _third_parties(path)}
    assert users == {"gradebook"}


def _third_parties(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text()))
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {module.split(".")[0] for module in modules}


def test_modules_stay_small() -> None:
    every = [*FILES, *COURSE.rglob("*.py")]
    long = {
        str(p.relative_to(PACKAGE.parent)): n for p in every if (n := len(p.read_text().splitlines())) > 320
    }
    assert not long


def test_the_command_line_starts_without_torch_and_nbgrader() -> None:
    program = "import sys, tlgrader.cli; print({'torch', 'nbgrader', 'transformers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
