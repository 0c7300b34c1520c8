"""Checks of evaluation: metrics recomputed from predictions, and a ranking compared with measured scores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tlgrader.checks.declaring import check
from tlgrader.checks.finding import Finding, Strength, passed_unless
from tlgrader.checks.narrowing import NotThere, another_kind, require_present
from tlgrader.checks.numbers import are_near, is_finite, is_number
from tlgrader.checks.wording import counted, describe, listed, name_of
from tlgrader.evidence.kinds import Opaque
from tlgrader.evidence.observation import Observation

SCORES = ("accuracy", "precision", "recall", "f1")
MATRIX = "confusion_matrix"


def confusion(labels: Sequence[int], predictions: Sequence[int], classes: int) -> list[list[int]]:
    """Counts, a row for each true class and a column for each predicted one, both from 0 to `classes` - 1."""
    matrix = [[0] * classes for _ in range(classes)]
    for label, predicted in zip(labels, predictions, strict=True):
        matrix[label][predicted] += 1
    return matrix


def scored(matrix: Sequence[Sequence[int]]) -> dict[str, float]:
    """Accuracy and the macro means of precision, recall and F1, as shares, of a confusion matrix.

    As in scikit-learn with ``average="macro", zero_division=0``: a class without predictions has a precision
    of 0, one without examples a recall of 0, and one without either an F1 of 0.
    """
    each, total = _by_class(matrix), sum(map(sum, matrix))
    right = sum(matrix[index][index] for index in range(len(matrix)))
    means = {key: sum(one[key] for one in each) / len(each) for key in SCORES[1:]}
    return {"accuracy": right / total if total else 0.0} | means


def _by_class(matrix: Sequence[Sequence[int]]) -> list[dict[str, float]]:
    """Precision, recall and F1 of each class by itself."""
    rows, columns = [sum(row) for row in matrix], [sum(column) for column in zip(*matrix, strict=True)]
    right = [matrix[index][index] for index in range(len(matrix))]
    both = [row + column for row, column in zip(rows, columns, strict=True)]
    shares = (_shares(right, columns), _shares(right, rows), _shares([2 * hit for hit in right], both))
    return [dict(zip(SCORES[1:], of_one, strict=True)) for of_one in zip(*shares, strict=True)]


def _shares(parts: Sequence[int], wholes: Sequence[int]) -> list[float]:
    return [part / whole if whole else 0.0 for part, whole in zip(parts, wholes, strict=True)]


@check
def metrics(
    report: object,
    labels: object,
    predictions: object,
    *,
    classes: int,
    keys: Sequence[str] = SCORES,
    tolerance: float = 1e-3,
    weight: float = 1.0,
) -> Finding:
    """Each of `keys` in `report` is what `predictions` reach on `labels`, where shares may differ by `tolerance`.

    Keys are those of `scored` and ``confusion_matrix``, a list of rows as `confusion` returns it. `labels` and
    `predictions` are lists or arrays of N class indices from 0 to `classes` - 1.
    """
    expected = f"{listed(keys, len(keys))} as recomputed from the predictions and the labels"
    claimed = _report(report, keys, expected)
    truth = _indices(labels, "labels", classes, expected)
    answered = _indices(predictions, "predictions", classes, expected)
    if len(truth) != len(answered):
        seen = counted(len(answered), "prediction")
        said = f"`{name_of(predictions, 'predictions')}`: {seen} for {len(truth)} labels"
        raise NotThere(said, expected, "predict each example once, and keep one class index for each")
    matrix = confusion(truth, answered, classes)
    true: dict[str, Any] = {MATRIX: matrix, **scored(matrix)}
    wrong = {key: claimed[key] for key in keys if not _same(claimed[key], true[key], tolerance)}
    problems = [_difference(key, value, true[key]) for key, value in wrong.items()]
    observed = ", ".join(f"`{key}` {_shown(true[key])}" for key in keys)
    return passed_unless(
        problems, Strength.claimed, observed, expected, _metrics_hint(wrong, true, tolerance)
    )


_MADE_PLAIN = "`.tolist()` makes a plain list of an array or tensor, `.item()` a number of a single one"


def _report(report: object, keys: Sequence[str], expected: str) -> Mapping[str, Any]:
    """The report with all its keys, as plain numbers and lists. Raises NotThere."""
    name = name_of(report, "report")
    if not isinstance(report, Mapping):
        require_present(report, "report", expected)
        if not _is_dict(report):
            raise another_kind(report, "report", "a dict of plain numbers and lists", expected)
        said = f"`{name}` is {describe(report)}, a dict of plain numbers and lists was expected"
        raise NotThere(said, expected, _MADE_PLAIN)
    missing = [key for key in keys if key not in report]
    if missing:
        said = f"`{name}` has no {listed(missing)}; it has {listed(map(str, report))}"
        raise NotThere(said, expected, "it needs each of these keys, spelt like this")
    arrays = [key for key in keys if hasattr(report[key], "tolist") and len(report[key].shape) > 0]
    if arrays:
        first = report[arrays[0]]
        said = f"`{arrays[0]}` in `{name}` is {describe(first)} of shape {tuple(first.shape)}"
        raise NotThere(said, expected, _MADE_PLAIN)
    return report


def _is_dict(report: object) -> bool:
    """Whether it was a dict: an entry that is no plain data keeps it from being more than its type."""
    evidence = report.evidence if isinstance(report, Observation) else None
    return isinstance(evidence, Opaque) and bool(evidence.why)


def _indices(values: object, parameter: str, classes: int, expected: str) -> list[int]:
    """Class indices as a list of int. Raises NotThere where they are none."""
    name = name_of(values, parameter)
    require_present(values, parameter, expected)
    shape = getattr(values, "shape", None)
    if shape is not None and len(shape) != 1:
        said = f"`{name}` has the shape {list(shape)}; one class index a row was expected"
        raise NotThere(said, expected, "of logits, `.argmax(dim=1)` makes one class index a row")
    listed_values = values.tolist() if hasattr(values, "tolist") else values
    if not isinstance(listed_values, list | tuple):
        raise another_kind(values, parameter, "a list of class indices", expected)
    strange = [value for value in listed_values if not _is_index(value, classes)]
    if strange:
        words = f"`{name}` holds {strange[0]!r:.60}, which is no class index from 0 to {classes - 1}"
        raise NotThere(words, expected, "class indices are counted from 0, one whole number for each example")
    return [int(value) for value in listed_values]


def _is_index(value: object, classes: int) -> bool:
    return is_number(value) and value in range(classes)


def _same(claimed: Any, true: Any, tolerance: float) -> bool:
    if isinstance(true, list):
        return _rows(claimed) == true
    return is_finite(claimed) and are_near(claimed, true, tolerance)


def _rows(matrix: object) -> object:
    """A matrix as lists, where it is one."""
    if isinstance(matrix, list | tuple):
        return [list(row) if isinstance(row, list | tuple) else row for row in matrix]
    return matrix


def _difference(key: str, claimed: object, true: object) -> str:
    return f"`{key}` is given as {_shown(claimed)}; recomputed, it is {_shown(true)}"


def _shown(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else f"{value!r:.200}"


def _metrics_hint(wrong: Mapping[str, Any], true: Mapping[str, Any], tolerance: float) -> str:
    """What mistake would give these numbers, if it is a known one."""

    def is_that(key: str, other: float) -> bool:
        return key in wrong and _same(wrong[key], other, tolerance)

    turned = [list(row) for row in zip(*true[MATRIX], strict=True)]
    mistakes = (
        (
            any(isinstance(value, float) and math.isnan(value) for value in wrong.values()),
            "a share of nothing is nan: where there is nothing to divide by, the metric is 0",
        ),
        (
            _rows(wrong.get(MATRIX)) == turned,
            "rows and columns are exchanged: a row is a true class, a column a predicted one",
        ),
        (
            is_that("precision", true["recall"]) and is_that("recall", true["precision"]),
            "precision and recall are exchanged: precision divides by what was predicted as the class",
        ),
        (
            any(
                all(key in one and is_that(key, one[key]) for key in wrong) for one in _by_class(true[MATRIX])
            ),
            "those are of a single class: macro metrics are the mean over all classes",
        ),
        (
            any(is_that(key, true["accuracy"]) for key in SCORES[1:]),
            "that is the accuracy: macro metrics are computed for each class, and then averaged",
        ),
        (
            is_that("f1", _harmonic(true["precision"], true["recall"])),
            "macro F1 is the mean of the classes' F1, not the F1 of the mean precision and the mean recall",
        ),
        (
            any(is_that(key, 100 * true[key]) for key in SCORES),
            "metrics are shares between 0 and 1, not percentages",
        ),
        (
            all(key in SCORES and is_that(key, round(true[key], 2)) for key in wrong),
            "do not round: shares are compared to the third decimal",
        ),
    )
    return next((words for happened, words in mistakes if happened), _OTHERWISE)


_OTHERWISE = (
    "are they computed from these very predictions, with the labels of the same examples, in the same order?"
)


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0


@check
def ranking(ranking: object, scores: object, *, tolerance: float = 0.0, weight: float = 1.0) -> Finding:
    """`ranking` lists every name in `scores` once, the highest score first.

    Two names whose scores differ by at most `tolerance` may stand in either order.
    """
    expected = "every candidate once, the best first" + (
        f" (scores within {tolerance:g} of each other are equal)" if tolerance else ""
    )
    known = _scores(scores, expected)
    names = _names(ranking, expected)
    problems = _places(names, known) or _inversions(names, known, tolerance)
    observed = ", ".join(f"{name!s:.60} ({known[name]:.3f})" for name in names if name in known)
    return passed_unless(problems, Strength.claimed, observed, expected, _ranking_hint(names, known))


def _scores(scores: object, expected: str) -> Mapping[str, float]:
    name = name_of(scores, "scores")
    require_present(scores, "scores", expected)
    if not isinstance(scores, Mapping) or not scores or not all(map(is_finite, scores.values())):
        what = "not finite numbers" if isinstance(scores, Mapping) else describe(scores)
        said = f"`{name}` is {what}; a score for each candidate's name was expected"
        raise NotThere(said, expected, "fill the dict: under each candidate's name its score, a plain number")
    return scores


def _names(ranking: object, expected: str) -> list[str]:
    name = name_of(ranking, "ranking")
    require_present(ranking, "ranking", expected)
    if not isinstance(ranking, list | tuple):
        raise another_kind(ranking, "ranking", "a list of names", expected)
    strange = [item for item in ranking if not isinstance(item, str)]
    if strange:
        said = f"`{name}` holds {strange[0]!r:.60}, which is no name"
        raise NotThere(said, expected, "it lists names, not scores and not pairs of both")
    return list(ranking)


def _places(names: Sequence[str], known: Mapping[str, float]) -> list[str]:
    """What keeps `names` from being each known name once."""
    unknown = [name for name in names if name not in known]
    missing = [name for name in known if name not in names]
    twice = sorted({name for name in names if names.count(name) > 1})
    parts = ((unknown, "no candidate"), (missing, "not in the ranking"), (twice, "in it more than once"))
    return [f"{what}: {listed(found)}" for found, what in parts if found]


def _inversions(names: Sequence[str], known: Mapping[str, float], tolerance: float) -> list[str]:
    """The worst neighbours in the wrong order, if any: of a reversed list, not every pair."""
    wrong = [
        (known[after] - known[before], before, after)
        for index, before in enumerate(names)
        for after in names[index + 1 :]
        if known[after] - known[before] > tolerance
    ]
    if not wrong:
        return []
    _, before, after = max(wrong)
    return [f"`{before}` ({known[before]:.3f}) stands before `{after}` ({known[after]:.3f})"]


def _ranking_hint(names: Sequence[str], known: Mapping[str, float]) -> str:
    if names == sorted(known, key=lambda name: known[name]):
        return "the worst comes first: `sorted(…, reverse=True)` turns the order round"
    return "`sorted(scores, key=scores.get, reverse=True)` sorts names by their scores"
