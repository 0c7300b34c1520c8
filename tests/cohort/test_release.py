"""A release refuses to leak, and to keep a threshold to itself."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from tests.tiny import ANSWERS, make_course, source_notebook
from tlgrader.authoring.release import release
from tlgrader.cli.app import app
from tlgrader.course.paths import Course
from tlgrader.errors import AuthorError, UsageError


@pytest.fixture
def course(tmp_path: Path) -> Course:
    course = make_course(tmp_path)
    cells = "\n".join(f"# %% {id}\n{text}" for id, text in ANSWERS.items() if id != "why")
    course.reference("tiny").write_text(f'"""The reference."""\n{cells}\n')
    return course


def _change(course: Course, id: str, source: str) -> None:
    notebook: NotebookNode = source_notebook()
    for cell in notebook.cells:
        if cell.id == id:
            cell.source = source
    course.source("tiny").write_text(nbformat.writes(notebook))


def test_a_sound_exercise_is_released_with_its_starters(course: Course) -> None:
    text = release(course, "tiny").read_text()
    assert "model = ..." in text
    assert "grader_tests" not in text


def test_a_release_is_the_same_twice(course: Course) -> None:
    first = release(course, "tiny").read_bytes()
    assert release(course, "tiny").read_bytes() == first


def test_all_exercises_are_released_by_one_call_and_one_is_named_or_all(course: Course) -> None:
    options = ["release", "--skip-audit", "--course", str(course.root)]
    done = CliRunner().invoke(app, [*options, "--all"])
    assert done.exit_code == 0
    assert "Released: release/tiny/tiny.ipynb" in done.stdout
    for neither_or_both in ([], ["tiny", "--all"]):
        refused = CliRunner().invoke(app, [*options, *neither_or_both])
        assert isinstance(refused.exception, UsageError)


@pytest.mark.parametrize(
    ("id", "source", "says"),
    [
        ("title", "Use `model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))`!", None),
        ("build", "import grader_tests", "would show 'grader_tests'"),
        ("imports", "# see tl_solutions/tiny/reference.py", "would show 'tl_solutions'"),
        ("build", "model = =", "no valid Python"),
        ("check_build", "print(model)", r"grade cell check_build, line 1: the call `print"),
    ],
)
def test_what_would_leak_or_break_is_refused_and_nothing_is_left(
    course: Course, id: str, source: str, says: str | None
) -> None:
    _change(course, id, source)
    if says is None:  # what the author shows on purpose is no leak
        assert release(course, "tiny").is_file()
        return
    with pytest.raises(AuthorError, match=says):
        release(course, "tiny")
    assert not course.release("tiny").exists()


def test_a_threshold_that_students_cannot_read_is_refused(course: Course) -> None:
    course.measured("tiny").write_text(json.dumps({"accuracy": {"threshold": 0.83}}))
    with pytest.raises(AuthorError, match=r"the threshold of accuracy, 0.83, is not stated"):
        release(course, "tiny")
    _change(course, "title", "An accuracy of 0.831.")
    with pytest.raises(AuthorError, match=r"the threshold of accuracy, 0.83, is not stated"):
        release(course, "tiny")
    for stated in ("At least 83 % of them.", "An accuracy of 0.83.", "An accuracy of 0.830."):
        _change(course, "title", stated)
        assert release(course, "tiny").is_file()


@pytest.mark.parametrize(
    "name", ["training.safetensors", "adapter/adapter_model.safetensors", "best.safetensors"]
)
def test_what_training_or_the_reference_left_is_not_handed_out(course: Course, name: str) -> None:
    course.reference("tiny").with_name("model.safetensors").write_bytes(b"what the reference reaches")
    path = course.source("tiny").parent / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"what the reference reaches")
    with pytest.raises(AuthorError, match=rf"remove {name} from source/"):
        release(course, "tiny")


def test_a_model_that_the_instructor_saved_is_handed_out(course: Course) -> None:
    (course.source("tiny").parent / "start").mkdir()
    (course.source("tiny").parent / "start/model.safetensors").write_bytes(b"where students begin")
    released = release(course, "tiny").parent
    assert (released / "start/model.safetensors").read_bytes() == b"where students begin"


def _content(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def test_a_refused_release_leaves_everything_as_it_was(course: Course) -> None:
    helper = course.source("tiny").with_name("helpers.py")
    helper.write_text("x = 1\n")
    release(course, "tiny")
    before = _content(course.root / "release")
    helper.write_text("from grader_tests import tiny\n")
    helper.with_name("new.py").write_text("x = 2\n")
    with pytest.raises(AuthorError, match=r"hidden tests in helpers\.py"):
        release(course, "tiny")
    assert _content(course.root / "release") == before
    assert not list(course.root.glob(".release-*"))


def test_a_refused_first_release_leaves_nothing(course: Course) -> None:
    course.source("tiny").with_name("helpers.py").write_text("from grader_tests import tiny\n")
    with pytest.raises(AuthorError, match="hidden tests in"):
        release(course, "tiny")
    assert not (course.root / "release").exists()


def test_gigabytes_of_data_are_not_copied_and_that_is_said(course: Course) -> None:
    for name in ("data/a.txt", "words/data/b.txt"):
        (course.source("tiny").parent / name).parent.mkdir(parents=True)
        (course.source("tiny").parent / name).write_text("x")
    done = CliRunner().invoke(app, ["release", "--skip-audit", "tiny", "--course", str(course.root)])
    assert "source/tiny/data/ is not copied" in done.stdout
    released = course.release("tiny").parent
    assert not (released / "data").exists()
    assert (released / "words/data/b.txt").is_file(), "only the folder at the top"


def test_a_release_has_no_file_of_an_older_one(course: Course) -> None:
    helper = course.source("tiny").with_name("old.py")
    helper.write_text("x = 1\n")
    released = release(course, "tiny").parent
    helper.rename(helper.with_name("new.py"))
    release(course, "tiny")
    assert sorted(path.name for path in released.iterdir()) == ["new.py", "tiny.ipynb"]


def test_where_nbgrader_refuses_its_reason_is_said(course: Course) -> None:
    release(course, "tiny")
    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        book.add_student("anna")
        book.add_submission("tiny", "anna")
    notebook = source_notebook()
    del notebook.cells[2:4]
    course.source("tiny").write_text(nbformat.writes(notebook))
    with pytest.raises(AuthorError, match=r"^release of tiny failed: Cannot add or remove cells .*$"):
        release(course, "tiny")
