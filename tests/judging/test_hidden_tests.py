"""Hidden tests share modules: those of their own course, whatever else has the name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tlgrader.errors import AuthorError
from tlgrader.judging.hidden_tests import hidden_tests


def _write(folder: Path, **modules: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text)
    return folder


@pytest.mark.parametrize(
    "imports",
    [
        "from grader_tests import shared",
        "import grader_tests.shared as shared",
        "import grader_tests.shared; shared = grader_tests.shared",
        "import grader_tests.shared, grader_tests; shared = grader_tests.shared",
        "from . import shared",
        "from .shared import ANSWER; from types import SimpleNamespace; shared = SimpleNamespace(ANSWER=ANSWER)",
        "from grader_tests import shared as shared",
    ],
)
def test_every_way_to_import_a_shared_module_finds_the_courses_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, imports: str
) -> None:
    _write(tmp_path / "elsewhere" / "grader_tests", __init__="", shared="ANSWER = 0")
    monkeypatch.syspath_prepend(str(tmp_path / "elsewhere"))
    folder = _write(tmp_path / "grader_tests", shared="ANSWER = 42", lora=imports)
    assert hidden_tests(folder).module("lora").shared.ANSWER == 42
    assert "grader_tests.shared" not in sys.modules


def test_an_import_inside_a_function_finds_it_too(tmp_path: Path) -> None:
    folder = _write(
        tmp_path,
        shared="ANSWER = 42",
        lora="def f():\n    from grader_tests import shared\n    return shared.ANSWER\n",
    )
    assert hidden_tests(folder).module("lora").f() == 42


def test_two_exercises_share_one_module_and_two_modules_may_import_each_other(tmp_path: Path) -> None:
    folder = _write(
        tmp_path,
        shared="from grader_tests import lora\nSEEN = []",
        lora="from grader_tests import shared",
        tuning="from grader_tests import shared",
    )
    modules = hidden_tests(folder)
    assert modules.module("tuning").shared is modules.module("lora").shared
    assert modules.module("shared").lora is modules.module("lora")


def test_what_changed_is_read_anew_and_what_did_not_is_kept(tmp_path: Path) -> None:
    folder = _write(tmp_path, shared="ANSWER = 41", lora="from grader_tests import shared")
    before = hidden_tests(folder).module("lora")
    assert hidden_tests(folder).module("lora") is before
    _write(tmp_path, shared="ANSWER = 42")
    assert hidden_tests(folder).module("lora").shared.ANSWER == 42


def test_other_packages_are_imported_as_ever(tmp_path: Path) -> None:
    folder = _write(tmp_path, lora="import os.path\nfrom os import path as p\nimport xml.dom as d\n")
    module = hidden_tests(folder).module("lora")
    assert (module.os.path, module.d.__name__) == (module.p, "xml.dom")


def test_a_module_that_is_not_there_is_the_authors_error(tmp_path: Path) -> None:
    folder = _write(tmp_path, lora="from grader_tests import shared")
    with pytest.raises(AuthorError, match=r"there is no grader_tests/shared\.py"):
        hidden_tests(folder).module("lora")
