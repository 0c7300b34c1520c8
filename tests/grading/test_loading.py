"""What given cells left behind is kept: each model as it was first, whoever has it later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from nbformat.v4 import new_notebook

from tests.checks.conftest import NAME, Net, load
from tests.declared import declared
from tests.models.wire import Wire
from tests.tiny import GIVEN, STUDENT, make_cell
from tlgrader.architectures import Architecture
from tlgrader.evidence.kinds import Evidence
from tlgrader.grading.loading import Loading
from tlgrader.notebook.exercise import Cell, exercise_from


@pytest.fixture(autouse=True)
def _unknown_weights() -> Iterator[None]:
    with declared({NAME: Architecture(Net)}):
        yield


class _Kernel:
    """A notebook's names, as they are now."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}

    def observe(self, names: Sequence[str]) -> dict[str, Evidence]:
        return {name: Wire().observe(self.names[name]).evidence for name in names}


def _cell(source: str, mark: dict[str, Any]) -> Cell:
    (cell,) = exercise_from(new_notebook(cells=[make_cell("code", source, "it", **mark)]), "e").cells
    return cell


def test_each_model_is_kept_as_it_was_first() -> None:
    kernel = _Kernel()
    loading = Loading(kernel)
    kernel.names["model"] = first = load()
    loading.after(_cell("model = load()", GIVEN))
    first.conv.weight.data += 1
    loading.after(_cell("model = trained(model)", GIVEN))
    assert len(loading.found[NAME]) == 1, "a given cell that trains it does not say what it started from"
    kernel.names["model"] = load()
    loading.after(_cell("model = load()", STUDENT))
    assert len(loading.found[NAME]) == 1, "nor does a student's"
    kernel.names["other"] = load()
    loading.after(_cell("other = load()", GIVEN))
    assert [one.trusted for one in loading.found[NAME]] == [True, False]
    assert loading.found[NAME][0].digests == loading.found[NAME][1].digests
