"""What known mistakes would have answered: for a confusion matrix, and for the features of a candidate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch

from tlcourse import probing
from tlgrader.hidden import SCORES, CallableEvidence, narrow_observation, scored

TOLERANCE = 1e-3
Matrix = Sequence[Sequence[int]]


def resembled(scores: object, matrix: Matrix) -> str:
    """Which known mistake gives the metrics that the function returns for `matrix`; empty where none does."""
    seen = _answer(scores, [matrix])
    if not isinstance(seen, Mapping) or set(seen) != set(SCORES):
        return ""
    for words, mistake in _OF_METRICS:
        if all(_near(seen[key], value) for key, value in mistake(matrix).items()):
            return words
    return ""


def resembled_score(score_candidate: object, features: torch.Tensor, labels: torch.Tensor) -> str:
    """Which known mistake gives the score that the function returns; empty where none does."""
    seen = _answer(score_candidate, [features, labels])
    for words, mistake in _OF_SCORES:
        if _near(seen, mistake(features, labels)):
            return words
    return ""


def _answer(function: object, arguments: list[object]) -> object:
    """What the function answers; None where it raises, or answers with no plain value."""
    observation, evidence = narrow_observation(function, CallableEvidence, "function")
    return getattr(observation.source.call(evidence.handle, arguments), "value", None)


def _near(seen: object, value: float) -> bool:
    return isinstance(seen, int | float) and abs(seen - value) <= TOLERANCE


def _weighted(matrix: Matrix) -> dict[str, float]:
    """The means of the classes' metrics, weighed by how many examples a class has."""
    total, parts = sum(map(sum, matrix)), _by_class(matrix)
    return {
        key: sum(part * sum(row) for part, row in zip(parts[key], matrix, strict=True)) / total
        for key in parts
    }


def _of_classes_that_occur(matrix: Matrix) -> dict[str, float]:
    occurs = [index for index, row in enumerate(matrix) if sum(row)]
    return {key: sum(parts[i] for i in occurs) / len(occurs) for key, parts in _by_class(matrix).items()}


def _by_class(matrix: Matrix) -> dict[str, list[float]]:
    """Precision, recall and F1 of each class."""
    columns = [sum(column) for column in zip(*matrix, strict=True)]
    found: dict[str, list[float]] = {key: [] for key in SCORES[1:]}
    for index, row in enumerate(matrix):
        hit, predicted, there = row[index], columns[index], sum(row)
        values = (hit / max(predicted, 1), hit / max(there, 1), 2 * hit / max(predicted + there, 1))
        for key, value in zip(SCORES[1:], values, strict=True):
            found[key].append(value)
    return found


def _rounded(matrix: Matrix) -> dict[str, float]:
    return {key: round(value, 2) for key, value in scored(matrix).items()}


_OF_METRICS: tuple[tuple[str, Callable[[Matrix], Mapping[str, float]]], ...] = (
    ("do not round: the shares are compared to the third decimal", _rounded),
    (
        "that is the mean recall: accuracy divides all right predictions by all predictions",
        lambda matrix: scored(matrix) | {"accuracy": scored(matrix)["recall"]},
    ),
    (
        "these are weighted by how many examples a class has: every class weighs the same in a macro average",
        _weighted,
    ),
    ("the mean is over all classes of the matrix, also those that do not occur", _of_classes_that_occur),
)


def _mean_of_folds(features: torch.Tensor, labels: torch.Tensor) -> float:
    shares = [_right(features, labels, one).double().mean().item() for one in _folds(labels)]
    return sum(shares) / len(shares)


def _one_fold(features: torch.Tensor, labels: torch.Tensor) -> float:
    return _right(features, labels, _folds(labels)[0]).double().mean().item()


def _exchanged(features: torch.Tensor, labels: torch.Tensor) -> float:
    return torch.cat([_right(features, labels, ~one) for one in _folds(labels)]).double().mean().item()


def _fitted(features: torch.Tensor, labels: torch.Tensor) -> float:
    return (probing.predicted(features, labels, features) == labels).double().mean().item()


def _right(features: torch.Tensor, labels: torch.Tensor, held_out: torch.Tensor) -> torch.Tensor:
    fitted = ~held_out
    return probing.predicted(features[fitted], labels[fitted], features[held_out]) == labels[held_out]


def _folds(labels: torch.Tensor) -> list[torch.Tensor]:
    return [torch.arange(len(labels)) % 5 == one for one in range(5)]


_OF_SCORES: tuple[tuple[str, Callable[[torch.Tensor, torch.Tensor], float]], ...] = (
    (
        "that is the score on rows that the probe was fitted to: predict only the fold that was held out",
        _fitted,
    ),
    ("that is the score of one fold: each of the five is held out once, and all rows count", _one_fold),
    ("the roles are exchanged: fit to the other four folds, and predict the one", _exchanged),
    (
        "that is the mean of the folds' accuracies: count all rows, since folds differ in size",
        _mean_of_folds,
    ),
    ("it is in percent: a share between 0 and 1 is asked", lambda f, y: 100 * probing.cross_validated(f, y)),
)
