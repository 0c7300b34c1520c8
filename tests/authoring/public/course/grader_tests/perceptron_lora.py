"""Hidden tests of peft's example, and rows of numbers as it draws them."""

from functools import cache

import torch

from tlgrader.hidden import (
    Finding,
    Labelled,
    ModelEvidence,
    Strength,
    accuracy,
    check,
    narrow,
    passed_unless,
    threshold,
)

HIDDEN_UNITS, COLUMNS = 500, 20
HIDDEN_SEED, PUBLIC_SEED = 20_261, 0
HIDDEN, PROBES = 500, 4
CLASSES = ("sum of ten or less", "sum above ten")
HEAD = "seq.4"


@check
def keeps_the_base(model: object, copied: object) -> Finding:
    """Each parameter of the copy that was taken before, but for the last layer's, is in the model, bit for bit."""
    before = [
        p for p in narrow(copied, ModelEvidence, "module_copy").parameters if not p.name.startswith(HEAD)
    ]
    there = {parameter.digest for parameter in narrow(model, ModelEvidence, "peft_model").parameters}
    problems = [
        f"`{parameter.name}` is not as it was" for parameter in before if parameter.digest not in there
    ]
    observed = f"{len(before)} parameters outside `{HEAD}` as they were"
    return passed_unless(problems, Strength.claimed, observed, f"everything outside `{HEAD}` stays as it was")


def sorts_rows(model: object) -> Finding:
    """The accuracy on rows that the notebook does not have is at least the printed threshold."""
    return accuracy(model, _hidden(), threshold=threshold(__file__, "accuracy"), classes_named=CLASSES)


@cache
def _hidden() -> Labelled:
    rows = _rows(HIDDEN, HIDDEN_SEED)
    return Labelled({"X": rows}, (rows.sum(1) > COLUMNS / 2).long(), {"X": _rows(PROBES, PUBLIC_SEED)})


def _rows(count: int, seed: int) -> torch.Tensor:
    return torch.rand((count, COLUMNS), generator=torch.Generator().manual_seed(seed))
