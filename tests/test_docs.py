"""Documentation is tested: every command appears, every link resolves, nothing speaks of a machine."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.tiny import REPOSITORY
from tlgrader.cli.app import app

PAGES = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *sorted(REPOSITORY.glob("docs/**/*.md"))]


def test_every_command_is_in_the_readme_or_the_docs_and_has_help() -> None:
    text = "\n".join(page.read_text() for page in PAGES)
    group = typer.main.get_command(app)
    for name, command in _commands(group):
        assert command.help, name
        assert f"tlgrader {name}" in text, name


def _commands(group: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Each command with its name, as it is called; those of a group, too."""
    for name, command in getattr(group, "commands", {}).items():
        yield f"{above}{name}", command
        yield from _commands(command, f"{above}{name} ")


def test_the_reference_is_what_the_docstrings_say() -> None:
    program = "import runpy; print(runpy.run_path('docs/make_reference.py')['reference'](), end='')"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    page = (REPOSITORY / "docs/reference.md").read_text()
    assert page == done.stdout, "docs/reference.md is stale: run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_resolves(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_no_tracked_file_names_a_machines_path_or_a_registry() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    strange = re.compile(r"/root/|/work/|pypi\.org|pythonhosted")
    for name in files.stdout.split():
        path = REPOSITORY / name
        if (
            path.suffix in (".py", ".md", ".toml", ".lock", ".ipynb", ".json")
            and name != "tests/test_docs.py"
        ):
            assert not strange.search(path.read_text()), name
