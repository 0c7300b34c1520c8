"""What a submitted cell shows is read as data: what is not of the format is not there, and none of it is trusted."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.tiny import make_cell
from tlgrader.notebook.claimed import MOST, OUTPUTS_SIZE, outputs_in, pictures_in
from tlgrader.notebook.exercise import exercise_from
from tlgrader.notebook.submission import Submission, parse_cells, rebuild

STREAM = {"output_type": "stream", "name": "stdout", "text": ["accuracy ", "0.9\n"]}
FIGURE = {
    "output_type": "display_data",
    "data": {"image/png": "iVBORw0KGgo=", "text/plain": ["<Figure>"]},
    "metadata": {"needs_background": "light"},
}
VALUE = {"output_type": "execute_result", "data": {"text/plain": "0.9"}, "metadata": {}, "execution_count": 7}
ERROR = {"output_type": "error", "ename": "NameError", "evalue": "x", "traceback": ["line 1", "line 2"]}


def test_outputs_of_the_format_are_read() -> None:
    stream, figure, value, error = outputs_in([STREAM, FIGURE, VALUE, ERROR])
    assert stream == {"output_type": "stream", "name": "stdout", "text": "accuracy 0.9\n"}
    assert figure.data == {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"}
    assert (value.data, error) == ({"text/plain": "0.9"}, ERROR)


@pytest.mark.parametrize(
    "broken",
    [
        None,
        5,
        {},
        {"output_type": "stream", "name": "stdout", "text": 5},
        {"output_type": "stream", "name": "nowhere", "text": "x"},
        {"output_type": "display_data", "data": ["x"]},
        {"output_type": "error", "ename": "E", "evalue": "e", "traceback": [1]},
        {"output_type": "pyout", "text": "x"},
    ],
)
def test_what_is_of_no_format_is_left_out(broken: object) -> None:
    assert [output.text for output in outputs_in([broken, STREAM])] == ["accuracy 0.9\n"]


@pytest.mark.parametrize("found", [None, "text", {"0": STREAM}, 5])
def test_outputs_that_are_no_list_are_none(found: object) -> None:
    assert outputs_in(found) == ()


def test_of_data_only_text_is_kept() -> None:
    nested: list[Any] = []
    for _ in range(900):
        nested = [nested]
    data = {"text/plain": "x", "text/html": 5, "application/json": nested, "text/latex": ["a", 1]}
    (output,) = outputs_in([{"output_type": "display_data", "data": data, "metadata": {"deep": nested}}])
    assert (output.data, output.metadata) == ({"text/plain": "x"}, {})


def test_too_many_and_too_large_outputs_are_left_out() -> None:
    large = {"output_type": "stream", "name": "stdout", "text": "x" * OUTPUTS_SIZE}
    assert len(outputs_in([VALUE] * (2 * MOST))) == MOST
    assert [output.text for output in outputs_in([STREAM, large])] == ["accuracy 0.9\n"]


def test_what_is_printed_in_pieces_is_one_text() -> None:
    failing = STREAM | {"name": "stderr"}
    texts = [output.text for output in outputs_in([STREAM, STREAM, failing, STREAM])]
    assert texts == ["accuracy 0.9\n" * 2, "accuracy 0.9\n", "accuracy 0.9\n"]


@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.just("stream"),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "output_type",
                        "name",
                        "text",
                        "data",
                        "metadata",
                        "image/png",
                        "text/plain",
                        "traceback",
                    ]
                ),
                inner,
            )
        ),
    )
)
def test_whatever_a_file_holds_a_notebook_can_hold_what_is_read(found: object) -> None:
    read = json.loads(json.dumps(found))
    cells = [
        new_code_cell(outputs=[*outputs_in([read]), *outputs_in(read)]),
        new_markdown_cell("x", attachments={**pictures_in(read), **pictures_in({"a": read})}),
    ]
    nbformat.writes(new_notebook(cells=cells)).encode()


def test_pictures_are_kept_and_other_attachments_are_not() -> None:
    svg, text = {"image/svg+xml": "<svg/>"}, {"image/png": "A" + " " * 1_000_000 + "!"}
    both = {"image/png": "iVBORw0KGgo=\n", "image/svg+xml": "<svg/>"}
    assert pictures_in({"a.png": both, "b": svg, "c": text, "d": 5}) == {
        "a.png": {"image/png": "iVBORw0KGgo="}
    }


def _rebuilt(tags: list[str], **mark: Any) -> list[dict[str, Any]]:
    """The outputs of an exercise's one cell as it is graded, of a submission where it shows a stream."""
    cell = make_cell("code", "print('accuracy')", "one", **mark)
    cell.metadata["tags"] = tags
    exercise = exercise_from(new_notebook(cells=[cell]), "tiny")
    cell.outputs = [STREAM]
    cells = parse_cells(json.dumps(new_notebook(cells=[cell])).encode())
    return list(rebuild(exercise, Submission("ada", cells, "")).cells[0].node.outputs)


@pytest.mark.parametrize("tag", ["train", "show"])
def test_a_cell_that_need_not_run_shows_what_the_students_does(tag: str) -> None:
    given_cell = {"solution": False, "grade": False, "locked": True}
    assert [output["text"] for output in _rebuilt([tag], **given_cell)] == ["accuracy 0.9\n"]
    assert _rebuilt([], **given_cell) == []


def test_no_student_cell_is_one_that_only_shows() -> None:
    assert _rebuilt(["show"], solution=True, grade=False, locked=False) == []
