"""Of what was handed in, entries are handed in, too: of plain data and arrays, not of models."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

from tlgrader.evidence.handed_in import Handed
from tlgrader.evidence.kinds import Missing, ModelEvidence, Value
from tlgrader.evidence.observation import Observation, to_argument
from tlgrader.evidence.observe import Observer
from tlgrader.grading.taken import Part, holds, part_of


class _Nobody:
    def logits(self, model: int | str, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        raise KeyError(model)


def _handed_in(**values: object) -> dict[str, Part]:
    observer = Observer()
    taken = {}
    for name, value in values.items():
        evidence = observer.observe(value)
        assert isinstance(evidence, Handed)
        taken[name] = Part(name, evidence, _tensors(value))
    return taken


def _tensors(value: object) -> dict[str, torch.Tensor]:
    observer = Observer()
    evidence = observer.observe(value)
    tensor = getattr(evidence, "tensor", None)
    return {tensor.digest: observer.tensor(tensor.digest)} if tensor is not None else {}


def _part(taken: dict[str, Part], path: str) -> Observation:
    found = part_of(taken, path, _Nobody())
    assert found is not None
    assert found.handed_in
    return found


def test_an_entry_of_a_history_is_handed_in_with_it() -> None:
    taken = _handed_in(history={"loss": [2.0, 1.0]}, scores=np.array([[1, 2], [3, 4]]))
    assert to_argument(_part(taken, "history['loss']")) == [2.0, 1.0]
    assert to_argument(_part(taken, "history['loss'][-1]")) == 1.0
    assert to_argument(_part(taken, "scores[1]")).tolist() == [3, 4]
    assert _part(taken, "history").evidence == Value({"loss": [2.0, 1.0]})


def test_an_entry_that_was_not_handed_in_is_missing_with_the_reason() -> None:
    taken = _handed_in(history={"loss": [2.0]})
    assert _part(taken, "history['accuracy']").evidence == Missing(
        "`history` has no key 'accuracy'; it has 'loss'"
    )


def test_what_lies_in_a_model_or_was_not_handed_in_is_the_notebooks() -> None:
    taken = _handed_in(model=nn.Sequential(nn.Linear(2, 2)), history=[1.0])
    assert isinstance(taken["model"].evidence, ModelEvidence)
    for path in ("model[0]", "model[0].weight", "loaders['train']", "history[0].real"):
        assert part_of(taken, path, _Nobody()) is None


def test_a_check_on_an_entry_is_content_with_what_it_lies_in() -> None:
    evidence = {
        name: taken.evidence for name, taken in _handed_in(model=nn.Linear(2, 2), h={"a": [1]}).items()
    }
    assert [holds(evidence, need) for need in ("h", "h['a'][0]", "model")] == [True] * 3
    assert [holds(evidence, need) for need in ("model[0]", "model.weight", "x['a']")] == [False] * 3
