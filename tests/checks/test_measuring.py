"""Metrics are computed again from predictions, and a ranking is compared with scores."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from tests.checks.conftest import Observe
from tlgrader import check, checks
from tlgrader.checks.finding import Finding, Outcome
from tlgrader.checks.measuring import MATRIX, SCORES, confusion, scored
from tlgrader.evidence.kinds import Missing
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.observe import Observer

LABELS = [0, 0, 0, 0, 1, 1, 2, 2]
PREDICTED = [0, 0, 1, 2, 1, 0, 2, 2]
KEYS = (MATRIX, *SCORES)


def report(**changed: Any) -> dict[str, Any]:
    matrix = confusion(LABELS, PREDICTED, 3)
    return {MATRIX: matrix, **scored(matrix), **changed}


def judged(claimed: object, labels: object = LABELS, predicted: object = PREDICTED) -> Finding:
    return checks.metrics(claimed, labels, predicted, classes=3, keys=KEYS)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_metrics_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    labels, predicted = map(list, zip(*pairs, strict=True))
    matrix = confusion(labels, predicted, 4)
    assert matrix == sklearn_metrics.confusion_matrix(labels, predicted, labels=range(4)).tolist()
    macro = sklearn_metrics.precision_recall_fscore_support(
        labels, predicted, labels=range(4), average="macro", zero_division=0
    )
    wanted = [sklearn_metrics.accuracy_score(labels, predicted), *macro[:3]]
    assert list(scored(matrix).values()) == pytest.approx(wanted)


def test_no_examples_score_nothing() -> None:
    assert scored(confusion([], [], 2)) == dict.fromkeys(SCORES, 0.0)


@pytest.mark.parametrize("kind", [list, tuple, torch.tensor, np.array])
def test_a_right_report_passes(kind: Any) -> None:
    finding = judged(report(), kind(LABELS), kind(PREDICTED))
    assert finding.outcome is Outcome.passed
    assert "`accuracy` 0.625" in finding.observed


def test_shares_may_be_rounded_and_scalars_of_any_library() -> None:
    rounded = {name: round(value, 3) for name, value in scored(confusion(LABELS, PREDICTED, 3)).items()}
    assert judged(report(**rounded)).outcome is Outcome.passed
    assert judged(report(accuracy=0.63)).outcome is Outcome.failed
    assert judged(report(accuracy=True)).outcome is Outcome.failed


@pytest.mark.parametrize(
    ("changed", "observed", "hint"),
    [
        ({"accuracy": 0.9}, "`accuracy` is given as 0.900; recomputed, it is 0.625", ""),
        ({"precision": float("nan")}, "`precision` is given as nan", "nothing to divide by"),
        ({"accuracy": 62.5}, "`accuracy` is given as 62.500", "shares between 0 and 1"),
        ({"recall": 0.625}, "`recall`", "computed for each class"),
        ({"f1": None}, "`f1` is given as None", ""),
        ({MATRIX: [[2, 1, 0], [1, 1, 0], [1, 0, 2]]}, f"`{MATRIX}`", "rows and columns are exchanged"),
        ({MATRIX: 8}, f"`{MATRIX}` is given as 8", ""),
    ],
)
def test_a_wrong_number_is_named_with_the_right_one(
    changed: dict[str, Any], observed: str, hint: str
) -> None:
    finding = judged(report(**changed))
    assert finding.outcome is Outcome.failed
    assert observed in finding.observed
    assert hint in finding.hint
    assert bool(hint) == ("these very predictions" not in finding.hint)


def test_exchanged_precision_and_recall_are_recognised() -> None:
    right = report()
    finding = judged(report(precision=right["recall"], recall=right["precision"]))
    assert "precision and recall are exchanged" in finding.hint


def test_f1_of_the_means_is_recognised() -> None:
    right = report()
    precision, recall = right["precision"], right["recall"]
    finding = judged(report(f1=2 * precision * recall / (precision + recall)))
    assert "mean of the classes' F1" in finding.hint


@pytest.mark.parametrize(
    ("claimed", "labels", "predicted", "words"),
    [
        (..., LABELS, PREDICTED, "`report` is an ellipsis"),
        (
            report(f1=torch.ones(1)),
            LABELS,
            PREDICTED,
            "`f1` in `report` is a Tensor of shape (1,)",
        ),
        ({"accuracy": 1.0}, LABELS, PREDICTED, "`report` has no `confusion_matrix`, `precision`"),
        (report(confusion_matrix=torch.eye(3)), LABELS, PREDICTED, "is a Tensor of shape (3, 3)"),
        (report(), LABELS, PREDICTED[:5], "`predictions`: 5 predictions for 8 labels"),
        (report(), LABELS, torch.zeros(8, 3), "`predictions` has the shape [8, 3]"),
        (report(), LABELS, [7, *PREDICTED[1:]], "`predictions` holds 7, which is no class index from 0 to 2"),
        (report(), LABELS, ["rust"] * 8, "`predictions` holds 'rust'"),
        (report(), LABELS, None, "`predictions` is None"),
        (report(), 3, PREDICTED, "`labels` is an int"),
    ],
)
def test_what_cannot_be_measured_is_said(
    claimed: object, labels: object, predicted: object, words: str
) -> None:
    finding = judged(claimed, labels, predicted)
    assert finding.outcome is Outcome.failed
    assert words in finding.observed
    assert finding.hint


def test_metrics_of_a_single_class_are_recognised() -> None:
    labels, predicted = [0, 0, 0, 1, 1], [0, 1, 1, 1, 1]
    of_one = {"accuracy": 0.6, "precision": 0.5, "recall": 1.0, "f1": 2 / 3}
    finding = checks.metrics(of_one, labels, predicted, classes=2)
    assert "those are of a single class" in finding.hint


def test_what_is_missing_is_called_by_its_name(observe: Observe) -> None:
    lost = Observation("my_report", Missing("cell `x` failed"), Observer())
    assert judged(lost).observed == "`my_report` does not exist: cell `x` failed"
    with_tensor = observe(report(confusion_matrix=torch.eye(3)), "my_report")
    finding = judged(with_tensor)
    assert finding.observed.startswith(
        "`my_report` is a dict (`confusion_matrix` in it is of type Tensor, with shape (3, 3)), a dict of plain"
    )
    assert "`.tolist()`" in finding.hint
    assert "`.item()`" in finding.hint
    assert "tolist" not in judged(observe(object(), "my_report")).hint


BY_SCORE = {"a": 0.8, "b": 0.78, "c": 0.3}


@pytest.mark.parametrize(("names", "tolerance"), [("abc", 0.0), ("bac", 0.05), ("cab", 0.6)])
def test_a_ranking_may_exchange_near_ties(names: str, tolerance: float) -> None:
    finding = checks.ranking(list(names), BY_SCORE, tolerance=tolerance)
    assert finding.outcome is Outcome.passed
    assert "a (0.800)" in finding.observed


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["b", "a", "c"], "`b` (0.780) stands before `a` (0.800)"),
        (["c", "b", "a"], "`c` (0.300) stands before `a` (0.800)"),
        (["a", "b"], "not in the ranking: `c`"),
        (["a", "b", "c", "c"], "in it more than once: `c`"),
        (["a", "b", "c", "d"], "no candidate: `d`"),
        ([0.8, 0.78, 0.3], "holds 0.8, which is no name"),
        ("abc", "`ranking` is a str"),
        (..., "`ranking` is an ellipsis"),
    ],
)
def test_a_wrong_ranking_says_where(names: object, words: str) -> None:
    finding = checks.ranking(names, BY_SCORE)
    assert finding.outcome is Outcome.failed
    assert words in finding.observed


def test_a_reversed_ranking_is_hinted_at() -> None:
    assert "worst comes first" in checks.ranking(["c", "b", "a"], BY_SCORE).hint


@pytest.mark.parametrize("scores", [{}, {"a": "high"}, {"a": float("nan")}, [0.1], None])
def test_scores_that_are_none(scores: object) -> None:
    assert "a score for each candidate's name was expected" in checks.ranking(["a"], scores).observed


def test_both_work_on_live_objects(capsys: pytest.CaptureFixture[str]) -> None:
    check.metrics(report(), torch.tensor(LABELS), torch.tensor(PREDICTED), classes=3)
    check.ranking(["a", "b", "c"], BY_SCORE)
    assert capsys.readouterr().out.count("✓") == 2
    check.ranking(["c", "b", "a"], BY_SCORE)
    assert "✗ ranking: failed" in capsys.readouterr().err
