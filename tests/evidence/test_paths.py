"""Paths into what a notebook's name stands for, and what is said where one leads nowhere."""

from __future__ import annotations

import ast
from collections import defaultdict
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from tlgrader.evidence.paths import Attribute, Entry, NoEntry, first, follow, steps, wholes, written


def _written(text: str) -> str | None:
    return written(ast.parse(text, mode="eval").body)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("model", "model"),
        ('dataloaders["train"]', "dataloaders['train']"),
        ("trainer.optimizers[0]", "trainer.optimizers[0]"),
        ("model.layers[-1].weight", "model.layers[-1].weight"),
        ("grid[0][-1]", "grid[0][-1]"),
        ("history[key]", None),
        ("history[1:]", None),
        ("history[True]", None),
        ("history[1.5]", None),
        ("make()[0]", None),
        ("1", None),
    ],
)
def test_a_path_holds_attributes_constant_keys_and_positions(text: str, path: str | None) -> None:
    assert _written(text) == path


def test_a_path_is_taken_apart_into_steps() -> None:
    assert steps("model.layers[-1]['a']") == ("model", (Attribute("layers"), Entry(-1), Entry("a")))
    assert first("dataloaders['train'].dataset") == "dataloaders"
    with pytest.raises(ValueError, match="not a path"):
        steps("f(1)")


def test_an_entry_has_wholes_and_an_attribute_has_none() -> None:
    assert list(wholes("a.b['c'][0]")) == [
        ("a.b['c'][0]", ()),
        ("a.b['c']", (Entry(0),)),
        ("a.b", (Entry("c"), Entry(0))),
    ]
    assert list(wholes("layers[0].weight")) == [("layers[0].weight", ())]


def test_a_path_leads_through_dicts_lists_modules_and_attributes() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    found = follow(
        SimpleNamespace(models={"small": model}), "lit", steps("lit.models['small'][-2].weight")[1]
    )
    assert isinstance(found, torch.Tensor)
    assert found.shape == (3, 2)


@pytest.mark.parametrize(
    ("value", "path", "says"),
    [
        ({"validation": 1, "test": 2}, "x['train']", "`x` has no key 'train'; it has 'validation', 'test'"),
        ({}, "x['train']", "`x` has no key 'train'; it is empty"),
        ({(1, 2): 3}, "x['train']", "`x` has no key 'train'; its keys are no words or numbers"),
        (dict.fromkeys("abcdefghij"), "x['train']", "'g', 'h', …"),
        ([1], "x[1]", "`x` has no entry 1; it has 1 entry"),
        ([], "x[-1]", "`x` has no entry -1; it has 0 entries"),
        ({"a": [1, 2]}, "x['a'][5]", "`x['a']` has no entry 5; it has 2 entries"),
        ([1], "x['loss']", "`x` is of type list and has no key 'loss'"),
        (None, "x[0]", "`x` is None, which has no entry 0"),
        (5, "x[0]", "`x` is of type int, which has no entries"),
        (nn.Sequential(nn.ReLU()), "x[3]", "`x` has no entry 3; it has 1 entry"),
        (torch.zeros(2), "x[3]", "`x` has no entry 3; it has 2 entries"),
        (nn.ModuleDict({"a": nn.ReLU()}), "x['b']", "`x` is of type ModuleDict and has no key 'b'"),
    ],
)
def test_where_a_path_leads_nowhere_it_is_said_from_where_on(value: object, path: str, says: str) -> None:
    with pytest.raises(NoEntry) as raised:
        follow(value, "x", steps(path)[1])
    assert says in str(raised.value)


def test_looking_makes_no_entry() -> None:
    history: dict[str, list[float]] = defaultdict(list)
    with pytest.raises(NoEntry, match="has no key 'loss'; it is empty"):
        follow(history, "history", (Entry("loss"),))
    assert not history
