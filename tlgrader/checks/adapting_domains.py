"""Checks of unsupervised domain adaptation: batch-norm statistics that moved, and pseudo-labels of the right form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tlgrader.checks.declaring import check
from tlgrader.checks.finding import Finding, Strength, failed, passed_unless
from tlgrader.checks.narrowing import NotThere, another_kind, narrow, require_present
from tlgrader.checks.pretrained import compare
from tlgrader.checks.wording import counted, listed, name_of
from tlgrader.evidence.kinds import ModelEvidence, TensorInfo
from tlgrader.evidence.observation import Observation

UNLABELLED = -1
"""Stands for "no label" among pseudo-labels, as in scikit-learn's semi-supervised classifiers."""
MEAN, VARIANCE = "running_mean", "running_var"
STATISTICS = (MEAN, VARIANCE)
Digests = Mapping[str, str]


@check
def statistics_adapted(model: object, *, weight: float = 1.0) -> Finding:
    """Every batch-norm statistic of the backbone has moved, and every parameter is as pretrained."""
    evidence = narrow(model, ModelEvidence, "model")
    expected = (
        "batch-norm statistics that have moved in every layer, and every parameter bit for bit as pretrained"
    )
    buffers = compare(model, evidence, except_=(), buffers=True)
    if not buffers.known:
        said = f"`{name_of(model, 'model')}` does not hold a backbone as `load_backbone` returns it"
        return failed(Strength.claimed, said, expected, "use `load_backbone`")
    stayed = _statistics(buffers.equal)
    empty = [tensor.name for tensor in evidence.buffers if _is_empty(tensor)]
    trained = compare(model, evidence, except_=(), buffers=False).changed
    problems = [
        *_some(stayed, "batch-norm statistic", "still as pretrained"),
        *_some(empty, "batch-norm statistic", "empty, as a reset leaves it: nothing was estimated"),
        *_some(trained, "parameter tensor", "no longer as pretrained"),
    ]
    moved = _statistics(buffers.changed)
    observed = f"{counted(len(moved), 'batch-norm statistic')} moved, all parameters as pretrained"
    return passed_unless(problems, Strength.bitwise, observed, expected, _hint(bool(stayed or empty)))


def statistics_of(model: object) -> Digests:
    """The digests of a model's batch-norm statistics by name, to be compared later; empty where there is none."""
    evidence = model.evidence if isinstance(model, Observation) else None
    buffers = evidence.buffers if isinstance(evidence, ModelEvidence) else ()
    return {tensor.name: tensor.digest for tensor in buffers if tensor.name.endswith(STATISTICS)}


@check
def statistics_kept(before: Digests, model: object, *, weight: float = 1.0) -> Finding:
    """The model's batch-norm statistics are, bit for bit, those that `statistics_of` returned `before`."""
    narrow(model, ModelEvidence, "model")
    now = statistics_of(model)
    changed = [name for name, digest in before.items() if now.get(name) != digest]
    problems = _some(changed, "batch-norm statistic", "other than before training")
    observed = f"{counted(len(now), 'batch-norm statistic')}, bit for bit as before training"
    expected = "the adapted batch-norm statistics stay while the parameters train"
    hint = "in train mode each batch moves them, a source batch towards the source: train in `model.eval()`"
    return passed_unless(problems, Strength.bitwise, observed, expected, hint)


@check
def pseudo_labels(pseudo: object, *, count: int, classes: int, weight: float = 1.0) -> Finding:
    """One integer for each of `count` pictures: a class from 0 to `classes` - 1, or -1 for no label.

    Whether they are what a model says is not asked here.
    """
    expected = f"{count} integers from {UNLABELLED} to {classes - 1}"
    labels = label_list(pseudo, "pseudo", expected)
    allowed = range(UNLABELLED, classes)
    strange = [label for label in labels if isinstance(label, bool) or label not in allowed]
    chosen = Counter(label for label in labels if label != UNLABELLED)
    problems = [
        *(
            [f"{counted(len(labels), 'entry', 'entries')} for {count} pictures"]
            if len(labels) != count
            else []
        ),
        *([f"{strange[0]!r:.60} is no label"] if strange else []),
        *(["no picture has a label"] if labels and not chosen else []),
    ]
    observed = f"{chosen.total()} of {count} pictures are labelled"
    hint = f"one label for each picture, in their order, {UNLABELLED} where the model is not confident"
    return passed_unless(problems, Strength.claimed, observed, expected, hint)


def label_list(labels: object, parameter: str, expected: str) -> Sequence[Any]:
    """Labels in one row, as a list. Raises NotThere where they are something else."""
    name = name_of(labels, parameter)
    require_present(labels, parameter, expected)
    shape = getattr(labels, "shape", None)
    if shape is not None and len(shape) != 1:
        raise NotThere(
            f"`{name}` has the shape {list(shape)}; one label for each picture was expected",
            expected,
            "one number for each picture, in one row: not logits, and no column of its own",
        )
    plain = labels.tolist() if hasattr(labels, "tolist") else labels
    if not isinstance(plain, list | tuple):
        raise another_kind(labels, parameter, "a tensor of labels", expected)
    return plain


def _statistics(names: Iterable[str]) -> list[str]:
    return [name for name in names if name.endswith(STATISTICS)]


def _is_empty(tensor: TensorInfo) -> bool:
    """Whether a statistic is what `reset_running_stats` leaves: a mean of 0, a variance of 1."""
    import torch

    from tlgrader.evidence.digest import digest

    if not tensor.name.endswith(STATISTICS) or tensor.dtype != "float32" or tensor.size > 100_000:
        return False
    value = 0.0 if tensor.name.endswith(MEAN) else 1.0
    return tensor.digest == digest(torch.full(tensor.shape, value))


def _some(names: Sequence[str], noun: str, what: str) -> list[str]:
    return [f"{counted(len(names), noun)} {what}: {listed(names)}"] if names else []


def _hint(unmoved: bool) -> str:
    if unmoved:
        return "statistics move only in forward passes in train mode: `.train()` comes before them"
    return (
        "statistics need no optimizer and no gradient: load the model again, and leave its parameters alone"
    )
