"""Three public notebooks as exercises: `docs/public-notebooks.md` says which, and what was substituted.

They are not here: ``TLGRADER_NOTEBOOKS`` names the folder that holds them. How they are read is tested without.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.authoring.converting.cells import NotFound, Step, converted
from tests.authoring.converting.gallery import cells_of
from tests.authoring.converting.judged import audited, require_as_stated
from tests.authoring.public import convert
from tlgrader.authoring.release import release
from tlgrader.course.paths import Course

NOTEBOOKS = os.environ.get("TLGRADER_NOTEBOOKS", "")
RULE = "#" * 70
SCRIPT = f'''\
# -*- coding: utf-8 -*-
"""
A title
=======
"""
# said in the code
import os

{RULE}
# Data
# ----
#
#    indented

# of the code, since a blank line is above
x = "{RULE}"

{RULE}
#
train(x)
{RULE}
# Only text.
'''


def test_a_script_for_sphinx_gallery_is_read_cell_by_cell() -> None:
    cells = [(cell.cell_type, cell.source) for cell in cells_of(SCRIPT)]
    assert cells == [
        ("markdown", "A title\n======="),
        ("code", "# said in the code\nimport os"),
        ("markdown", "Data\n----\n\n   indented"),
        ("code", f'# of the code, since a blank line is above\nx = "{RULE}"'),
        ("code", "train(x)"),
        ("markdown", "Only text."),
    ]


def test_a_script_may_have_neither_docstring_nor_text() -> None:
    assert [cell.source for cell in cells_of("x = 1\n")] == ["x = 1"]
    assert cells_of("") == []


def test_a_step_may_be_about_the_last_of_cells_that_are_alike(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(f"train(x)\n{RULE}\n# Again\n\ntrain(x)\n")
    made = converted(path, [Step("train(x)", "train", last=True)]).notebook.cells
    assert [cell.id for cell in made] == ["given_00", "text_01", "train"]
    with pytest.raises(NotFound, match="has 2 code cells that hold `train"):
        converted(path, [Step("train(x)", "train")])


def test_a_script_that_is_no_python_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text("x = ")
    with pytest.raises(NotFound, match=r"script\.py is no notebook: invalid syntax"):
        converted(path, ())


def test_a_folder_without_the_notebooks_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert.main([str(tmp_path)]) == 2
    assert convert.main([str(tmp_path), str(tmp_path / "course")]) == 1
    assert "transfer_learning_tutorial.py is no notebook" in capsys.readouterr().err


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return convert.convert(Path(NOTEBOOKS), tmp_path_factory.mktemp("course")).course


@pytest.mark.long
@pytest.mark.skipif(
    not NOTEBOOKS, reason="TLGRADER_NOTEBOOKS does not name a folder with the three notebooks"
)
@pytest.mark.parametrize("name", [plan.name for plan in convert.PLANS])
def test_the_notebooks_are_graded_as_stated(course: Course, name: str) -> None:
    require_as_stated(list(audited(course, name)))
    assert "grader_tests" not in release(course, name).read_text()
