"""Who may import whom. The arrows of `docs/design.md`, held by a test."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tlgrader

PACKAGE = Path(tlgrader.__file__).parent

# Each room may import from itself and from these.
ALLOWED = {
    "errors": set(),
    "seeding": set(),
    "harmless": {"course"},
    "data": {"errors", "backbones"},
    "backbones": {"errors", "evidence"},
    "evidence": {"errors", "backbones"},
    "handing_in": {"errors", "evidence", "backbones", "seeding"},
    "restoring": {"errors", "evidence"},
    "at_home": {"errors", "evidence", "course"},
    "checks": {"errors", "evidence", "backbones", "seeding"},
    "sandbox": {"errors", "evidence", "data", "backbones"},
    "course": {"errors", "evidence"},
    "judge": {"errors", "evidence", "checks", "sandbox", "course", "backbones", "data"},
    "gradebook": {"errors", "course", "judge"},
    "feedback": {"course", "judge", "harmless"},
    "pipeline": {"errors", "evidence", "course", "judge", "sandbox", "gradebook", "feedback"},
    "mutation": {"errors", "course"},
    "audit": {"checks", "course", "judge", "mutation"},
    "calibration": {"errors", "evidence", "course", "judge", "sandbox", "at_home"},
    "release": {"errors", "course", "judge", "gradebook"},
    "selfcheck": {"errors", "course", "judge", "sandbox", "evidence"},
    "doctor": {"errors", "data", "backbones", "sandbox"},
}
SHELL = {"cli", "demo", "__main__", "__init__"}
# Run by hand and imported by nothing: it makes the weights that `backbones` ships from the digits of `data`.
SCRIPT = PACKAGE / "backbones/digits_resnet/pretrain.py"


def _room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    """Rooms of this package that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "tlgrader":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tlgrader."):
            found.add(str(node.module).split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("tlgrader.")}
    return found & {p.name.removesuffix(".py") for p in PACKAGE.iterdir()}


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    room = _room(path)
    if room not in SHELL and path != SCRIPT:
        assert _imports(path) - {room} <= ALLOWED[room]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_hidden_tests_and_solutions_are_never_imported_by_name(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom | ast.Import):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            assert not any(name.startswith(("grader_tests", "tl_solutions")) for name in names)


def test_only_the_gradebook_imports_nbgrader() -> None:
    users = {_room(path) for path in FILES if "nbgrader" in _third_parties(path)}
    assert users == {"gradebook"}


def _third_parties(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text()))
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {module.split(".")[0] for module in modules}


def test_modules_stay_small() -> None:
    long = {str(p.relative_to(PACKAGE)): n for p in FILES if (n := len(p.read_text().splitlines())) > 320}
    assert not long


def test_the_command_line_starts_without_torch_and_nbgrader() -> None:
    program = "import sys, tlgrader.cli; print({'torch', 'nbgrader', 'transformers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
