"""The workshop's notebooks as exercises: `docs/workshop.md` says which, and what stands in for what they download.

They are not here: ``TLGRADER_WORKSHOP`` names the folder that holds them. A stand-in of the same shape, in words of
its own, goes the same way where it is not set.
"""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from tests.authoring.converting.cells import Edit, NotFound, edited, solved, starter
from tests.authoring.converting.judged import audited, require_as_stated
from tests.authoring.workshop import convert, fine_tuning, lora
from tests.tiny import make_cell
from tlgrader.authoring.release import release
from tlgrader.course.paths import Course

pytestmark = pytest.mark.long

STAND_IN = Path(__file__).parent / "workshop" / "stand_in"
REAL = os.environ.get("TLGRADER_WORKSHOP", "")
TEXTS = {"fine_tuning.txt": fine_tuning.NOTEBOOK, "lora.txt": lora.NOTEBOOK}
TRIED = {
    fine_tuning.NAME: ("reference", "fail__optimizer_before_the_head", "fail__varied_validation"),
    lora.NAME: ("reference", "fail__targets_of_another_family", "fail__one_model_twice"),
}
"""Of the stand-in, which does not differ from the workshop's in what is graded, a few submissions."""


def _notebook(text: str) -> NotebookNode:
    made = nbformat.v4.new_notebook()
    for part in text.split("\n# %%")[1:]:
        kind, _, source = part.partition("\n")
        made.cells.append(
            make_cell("markdown" if "markdown" in kind else "code", source, f"cell{len(made.cells)}")
        )
    return made


def _write_stand_in(folder: Path) -> None:
    for text, name in TEXTS.items():
        nbformat.write(_notebook((STAND_IN / text).read_text()), folder / name)
    (folder / "helpers.py").write_text((STAND_IN / "helpers.py").read_text())


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("notebooks")
    _write_stand_in(folder)
    return convert.convert(folder, tmp_path_factory.mktemp("course")).course


@pytest.mark.parametrize("name", list(TRIED))
def test_notebooks_of_the_workshops_shape_are_graded_as_stated(course: Course, name: str) -> None:
    found = list(audited(course, name, TRIED[name]))
    assert len(found) == len(TRIED[name])
    require_as_stated(found)


@pytest.mark.skipif(not REAL, reason="TLGRADER_WORKSHOP does not name a folder with the workshop's notebooks")
def test_the_workshops_own_notebooks_are_graded_as_stated(tmp_path: Path) -> None:
    course = convert.convert(Path(REAL), tmp_path / "course").course
    for name in TRIED:
        require_as_stated(list(audited(course, name)))
        release(course, name)


def test_the_release_has_blanks_and_helpers_and_nothing_hidden(course: Course) -> None:
    path = release(course, fine_tuning.NAME)
    text = path.read_text()
    assert "dataloaders[...],  # FIX_ME: Which loader?" in text
    assert "grader_tests" not in text
    assert (path.parent / "helpers.py").is_file()
    assert len(list(course.source(fine_tuning.NAME).parent.glob("data/agri_net_val/*/*.png"))) == 20
    assert not (path.parent / "data").exists()  # it may be gigabytes: `release` says that students need it


@pytest.mark.parametrize(
    ("line", "blank"),
    [
        ("load[# FIX_ME: Which?],", "load[...],  # FIX_ME: Which?"),
        ("    f(#FIX_ME: What? , x)", "    f(..., x)  # FIX_ME: What?"),
        ("f(x)  # FIX_ME: is it right?", "f(x)  # FIX_ME: is it right?"),
        ("# FIX_ME: add a line", "# FIX_ME: add a line"),
    ],
)
def test_a_blank_becomes_an_ellipsis_and_its_question_a_comment(line: str, blank: str) -> None:
    assert starter(line) == blank


def test_blanks_are_solved_in_their_order() -> None:
    text = "a = [\n    # FIX_ME: add\n    #   one\n]\nf(# FIX_ME: Which?, 2)"
    assert solved(text, ["1", "x,\ny"]) == "a = [\n    x,\n    y\n]\nf(1, 2)"
    with pytest.raises(NotFound, match="more than 1 blanks"):
        solved(text, ["1"])
    with pytest.raises(NotFound, match="1 of 3 blanks are not there"):
        solved(text, ["1", "2", "3"])


def test_an_edit_that_finds_nothing_is_said() -> None:
    with pytest.raises(NotFound, match="the cell does not hold what `epochs = 10` matches"):
        edited("epochs = 3", [Edit("epochs = 10", "epochs = 2")], "the cell")


def test_a_notebook_that_lacks_a_cell_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write_stand_in(tmp_path)
    text = (STAND_IN / "lora.txt").read_text().replace("lora_trainer.fit", "lora_trainer.test")
    nbformat.write(_notebook(text), tmp_path / lora.NOTEBOOK)
    assert convert.main([str(tmp_path), str(tmp_path / "course")]) == 1
    said = "has 0 code cells that hold `lora_trainer.fit`; one was expected"
    assert said in capsys.readouterr().err
    assert not (tmp_path / "course").exists()
    (tmp_path / lora.NOTEBOOK).unlink()
    assert convert.main([str(tmp_path), str(tmp_path / "course")]) == 1
    assert f"{lora.NOTEBOOK} is no notebook" in capsys.readouterr().err
