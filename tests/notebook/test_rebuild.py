"""Whatever a student does to a notebook's cells, what is graded is the instructor's notebook."""

from __future__ import annotations

import copy
import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny import CHECK, GIVEN, STUDENT, make_cell
from tlgrader.notebook.exercise import Exercise, Role, exercise_from
from tlgrader.notebook.submission import MISSING, Submission, SubmittedCell, Unreadable, parse_cells, rebuild

STARTER = "answer = ..."


def _exercise() -> Exercise:
    cells = [
        make_cell("markdown", "# Freezing", "title"),
        make_cell("code", "import torch", "imports", **GIVEN),
        make_cell("code", STARTER, "one", **STUDENT),
        make_cell("code", "check.frozen(model)", "check_one", points=2, **CHECK),
        make_cell("code", STARTER, "two", **STUDENT),
        make_cell("code", "check.head(model, classes=5)", "check_two", points=2, **CHECK),
        make_cell("markdown", "Why?", "why", solution=True, grade=True, locked=False, points=3),
    ]
    for cell in cells:  # nbformat's id is another than nbgrader's, as in notebooks made in JupyterLab
        cell["id"] = f"node-{cell['id']}"
    return exercise_from(nbformat.v4.new_notebook(cells=cells), "freezing")


EXERCISE = _exercise()


def _handed_in(**texts: str) -> list[SubmittedCell]:
    return [
        SubmittedCell(
            c.id if "nbgrader" in c.node.metadata else None,
            c.node.id,
            c.node.cell_type,
            texts.get(c.id, c.source),
        )
        for c in EXERCISE.cells
    ]


def _rebuilt(cells: list[SubmittedCell]) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    rebuilt = rebuild(EXERCISE, Submission("ada", tuple(cells), "digest"))
    return [(cell.id, cell.source) for cell in rebuilt.cells], rebuilt.notes


def _texts(cells: list[SubmittedCell]) -> dict[str, str]:
    return dict(_rebuilt(cells)[0])


def test_an_untampered_notebook_keeps_the_students_text_and_needs_no_note() -> None:
    cells, notes = _rebuilt(_handed_in(one="a = 1", two="b = 2", why="Because."))
    assert [id for id, _ in cells] == [cell.id for cell in EXERCISE.cells]
    assert dict(cells)["one"] == "a = 1"
    assert dict(cells)["why"] == "Because."
    assert notes == ()


def test_a_changed_grade_cell_contributes_nothing() -> None:
    cells = _handed_in()
    cells[3] = SubmittedCell("check_one", "node-check_one", "code", "print('full marks')")
    texts, notes = _rebuilt(cells)
    assert dict(texts)["check_one"] == "check.frozen(model)"
    assert notes == ("The checks in `check_one` were changed; they were made as the exercise has them.",)


def test_a_changed_given_cell_runs_as_the_exercise_has_it_and_that_is_said() -> None:
    cells = _handed_in()
    cells[1] = SubmittedCell("imports", "node-imports", "code", "import os")
    texts, notes = _rebuilt(cells)
    assert dict(texts)["imports"] == "import torch"
    assert notes == ("The given cell `imports` was changed; it counts as the exercise has it.",)


def test_a_deleted_student_cell_stays_empty() -> None:
    cells = [cell for cell in _handed_in() if cell.grade_id != "two"]
    texts, notes = _rebuilt(cells)
    assert dict(texts)["two"] == MISSING
    assert notes == ("The cell `two` is missing; it stays empty.",)


def test_a_cell_that_lost_its_grade_id_is_recognised_by_its_cell_id() -> None:
    cells = _handed_in(two="b = 2")
    cells[4] = SubmittedCell(None, "node-two", "code", "b = 2")
    texts, notes = _rebuilt(cells)
    assert dict(texts)["two"] == "b = 2"
    assert "recognised by its cell id" in notes[0]


def test_a_cell_without_any_known_id_runs_where_it_stood() -> None:
    cells = _handed_in(two="b = 2")
    cells[4] = SubmittedCell("relabelled", "other", "code", "b = 2")
    ids = [id for id, _ in _rebuilt(cells)[0]]
    assert ids[ids.index("check_one") + 1] == "added-check_one-1"
    assert ids.index("added-check_one-1") < ids.index("two")


def test_a_student_cell_turned_into_markdown_is_code_again() -> None:
    cells = _handed_in()
    cells[2] = SubmittedCell("one", "node-one", "markdown", "a = 1")
    rebuilt = rebuild(EXERCISE, Submission("ada", tuple(cells), ""))
    assert next(cell for cell in rebuilt.cells if cell.id == "one").node.cell_type == "code"
    assert "had become a markdown cell" in rebuilt.notes[0]


def test_of_a_duplicated_student_cell_the_first_counts_and_the_other_runs_after_it() -> None:
    cells = _handed_in(one="a = 1")
    cells.insert(3, SubmittedCell("one", "copy", "code", "a = 2"))
    texts, notes = _rebuilt(cells)
    ids = [id for id, _ in texts]
    assert dict(texts)["one"] == "a = 1"
    assert dict(texts)[ids[ids.index("one") + 1]] == "a = 2"
    assert "more than once" in notes[0]


@pytest.mark.parametrize("text", ["", " \n", "Why?", "Why?\n"])
def test_a_cell_with_nothing_or_the_exercises_own_text_is_unanswered(text: str) -> None:
    cells = _handed_in(one=f"{STARTER}\n", two="b = 2", why=text)
    assert rebuild(EXERCISE, Submission("ada", tuple(cells), "digest")).unanswered == ("one", "why")


@pytest.mark.parametrize(
    ("added", "unanswered"),
    [
        (SubmittedCell("why", None, "markdown", "Because."), ()),  # a second cell of that name
        (SubmittedCell(None, "own", "markdown", "Because."), ()),
        (SubmittedCell(None, "own", "code", "\n"), ("why",)),  # Jupyter adds an empty one by itself
    ],
)
def test_a_cell_that_something_written_follows_is_not_unanswered_and_it_is_kept(
    added: SubmittedCell, unanswered: tuple[str, ...]
) -> None:
    cells = (*_handed_in(one="a = 1", two="b = 2"), added)
    rebuilt = rebuild(EXERCISE, Submission("ada", cells, "digest"))
    assert rebuilt.unanswered == unanswered
    assert rebuilt.cells[-1].source == added.text


def test_a_cell_that_is_missing_may_have_been_answered() -> None:
    cells = [cell for cell in _handed_in(one="a = 1", two="b = 2") if cell.grade_id != "why"]
    assert rebuild(EXERCISE, Submission("ada", tuple(cells), "digest")).unanswered == ()


def test_a_task_is_never_unanswered_since_its_own_text_stays() -> None:
    node = make_cell("markdown", "Draw a net.", "draw", solution=False, grade=False, locked=True, points=2)
    node.metadata["nbgrader"]["task"] = True
    exercise = exercise_from(nbformat.v4.new_notebook(cells=[node]), "drawing")
    cells = (SubmittedCell("draw", "draw", "markdown", "Draw a net."),)
    assert rebuild(exercise, Submission("ada", cells, "digest")).unanswered == ()


def test_of_a_duplicated_grade_cell_one_counts() -> None:
    cells = _handed_in()
    cells.insert(4, cells[3])
    assert [id for id, _ in _rebuilt(cells)[0]] == [cell.id for cell in EXERCISE.cells]


def test_moved_cells_are_graded_in_the_exercises_order() -> None:
    texts, notes = _rebuilt(list(reversed(_handed_in(one="a = 1"))))
    assert [id for id, _ in texts] == [cell.id for cell in EXERCISE.cells]
    assert any("moved" in note for note in notes)


@given(st.data())
def test_no_tampering_changes_what_the_judge_runs(data: st.DataObject) -> None:
    """Cells dropped, doubled, shuffled, relabelled, retyped: grade and given cells stay the instructor's."""
    cells = data.draw(st.lists(st.sampled_from(_handed_in(one="x", two="y")), max_size=12))
    odd = st.builds(
        SubmittedCell,
        st.none() | st.sampled_from([cell.id for cell in EXERCISE.cells]) | st.text(max_size=3),
        st.none() | st.text(max_size=3),
        st.sampled_from(["code", "markdown", "raw"]),
        st.text(max_size=8),
    )
    cells += data.draw(st.lists(odd, max_size=4))
    rebuilt = rebuild(EXERCISE, Submission("ada", tuple(data.draw(st.permutations(cells))), ""))
    own = [cell for cell in rebuilt.cells if cell.role is not Role.added]
    assert [cell.id for cell in own] == [cell.id for cell in EXERCISE.cells]
    assert [cell.node.cell_type for cell in own] == [cell.node.cell_type for cell in EXERCISE.cells]
    for mine, theirs in zip(own, EXERCISE.cells, strict=True):
        if mine.role not in (Role.student, Role.written):
            assert mine.source == theirs.source
        assert mine.points == theirs.points
    assert len({cell.id for cell in rebuilt.cells}) == len(rebuilt.cells)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"hello", "not JSON"),
        (b'{"nbformat": 4, "cells": [', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1, 2]", "names no notebook format"),
        (b'{"nbformat": 3, "worksheets": []}', "format 3"),
        (b'{"nbformat": 4}', "no list"),
        (b'{"nbformat": 4, "cells": {}}', "no list"),
        (b"\xff\xfe\x00", "not JSON"),
    ],
)
def test_what_is_no_notebook_is_unreadable_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        parse_cells(content)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["cells", "nbformat", "source", "metadata", "nbgrader", "grade_id", "id", "cell_type"]
                ),
                inner,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_either_cells_or_unreadable(data: object) -> None:
    cells = data if isinstance(data, list) else [data]
    notebook = json.dumps({"nbformat": 4, "cells": cells}).encode()
    for cell in parse_cells(notebook):
        assert isinstance(cell.text, str)
        cell.text.encode()


def test_cells_of_an_older_format_are_known_by_their_text() -> None:
    source = nbformat.v4.new_notebook(cells=[make_cell("markdown", "---", f"line_{n}") for n in (1, 2)])
    source.cells += [make_cell("code", "squares(10)", "show"), make_cell("code", "x = ...", "x", **STUDENT)]
    for cell in source.cells:
        del cell["id"]
    exercise = exercise_from(source, "old")
    assert exercise.ids(Role.given, Role.text, Role.student) == ("place-1", "place-2", "place-3", "x")
    handed_in = copy.deepcopy(source)
    handed_in.cells[3].source = "x = 5"
    handed_in.cells.insert(3, {"cell_type": "code", "source": "print(x)", "metadata": {}, "outputs": []})
    rebuilt = rebuild(exercise, Submission("ada", parse_cells(json.dumps(handed_in).encode()), ""))
    assert [cell.source for cell in rebuilt.cells] == ["---", "---", "squares(10)", "print(x)", "x = 5"]
    assert rebuilt.notes == ()
