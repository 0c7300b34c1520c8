"""What `tlgrader demo` prints: the first thing that anybody sees of the grader. Here of the tiny course."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.tiny import ANSWERS, make_course
from tlgrader.cli.app import app
from tlgrader.course.paths import Course

WRONG = {
    "partial__other_rate": "failed: check_learn/assert",
    "error__no_model": "failed: check_build/head",
    "pass__is_not_so": "",
}
CHANGED = {
    "partial__other_rate": {"learn": "rate = 0.5"},
    "error__no_model": {"build": "model = 5"},
    "pass__is_not_so": {"learn": "rate = 0.3"},
}


def _sample(what: str, cells: dict[str, str]) -> str:
    texts = (f"# %%{' [markdown]' if id == 'why' else ''} {id}\n{text}\n" for id, text in cells.items())
    return f'"""One who hands in.\n\n{what}\n"""\n' + "".join(texts)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with a reference and three others, one of whom is not what its name says."""
    course = make_course(tmp_path_factory.mktemp("demo"))
    course.reference("tiny").write_text(_sample("", ANSWERS))
    course.corpus("tiny").mkdir(parents=True)
    for name, verdict in WRONG.items():
        (course.corpus("tiny") / f"{name}.py").write_text(_sample(verdict, CHANGED[name]))
    return course


@pytest.fixture(scope="module")
def said(course: Course) -> Result:
    return CliRunner().invoke(
        app, ["demo", "--slots", "1", "--course", str(course.root)], env={"COLUMNS": "80"}
    )


def test_a_student_is_one_line_with_score_first_reason_and_what_waits(said: Result) -> None:
    lines = [" ".join(line.split()) for line in said.stdout.splitlines()]
    assert "reference 6/6, 3 wait why waits" in lines
    assert "partial__other_rate 4/6, 3 wait assert: `rate` is 0.5" in lines
    assert "unreadable__empty not gradable the file is empty" in lines
    for student in (*WRONG, "reference"):
        assert len([line for line in lines if line.split()[:1] == [student]]) == 1


def test_its_tables_are_no_wider_than_the_screen(said: Result) -> None:
    table = said.stdout[: said.stdout.index("8 submitted:")]
    assert max(map(len, table.splitlines())) <= 80


def test_a_verdict_that_is_not_as_expected_stays_loud(said: Result) -> None:
    assert "pass__is_not_so: check_learn/assert was to be passed, but failed: `rate` is 0.3" in said.stdout
    assert "7 of 8 verdicts as expected." in said.stdout
    assert said.exit_code == 1


def test_at_the_end_it_says_where_to_look_next(course: Course, said: Result) -> None:
    last = said.stdout[said.stdout.index("Where to look next") :]
    pages = [Path(line.strip()) for line in last.splitlines() if line.endswith(".html")]
    assert [page.resolve() for page in pages] == [course.feedback("tiny", "error__no_model").resolve()]
    assert pages[0].is_file()
    for command in ("nbgrader formgrader", "tlgrader status tiny"):
        assert command in last
