"""Hidden tests of `evaluation`: metrics, probe scores and heads, all computed again by the judge."""

from collections.abc import Sequence

import msgspec
import torch
from torch.nn import functional as F

from grader_tests import metric_mistakes
from tlcourse import probing
from tlcourse.data import leaves, reviews
from tlgrader import checks
from tlgrader.hidden import (
    MATRIX,
    PARITY,
    SCORES,
    Finding,
    Labelled,
    Outcome,
    Strength,
    accuracy,
    another_kind,
    check,
    confusion,
    describe,
    failed,
    passed_unless,
    scored,
    skipped,
    threshold,
    word,
)

SIZES = (25, 50, 100, 200)
RISE = 0.1  # of accuracy on unseen leaves, from 25 to 200 training leaves; printed in the notebook
LEAK = 2.0  # a loss that is so many times lower on validation leaves than on unseen ones; printed, as the next is
BY_HEART = 0.97  # of validation leaves: a head that was not trained on them knows hardly more than 0.9
KNOWN = 0.85  # the largest loss on a head's own leaves, as a share of that on unseen ones; printed, too
NEAR = 0.05  # candidates whose scores differ by less count as equal; printed, too
UNSEEN_LEAVES = 200
SOME_LEAVES = 100
PROBES = 8
ONE_LEAF = 1.5 / 100  # of validation leaves; printed as one leaf, and half of one is never counted


def counts_tensors(confusion_matrix: object) -> Finding:
    """Tensors are counted as lists are, and the row is the true class."""
    arguments = [torch.tensor([2, 2, 2, 0, 1]), torch.tensor([0, 0, 2, 0, 0]), 3]
    return checks.returns(confusion_matrix, arguments, [[1, 0, 0], [1, 0, 0], [2, 0, 1]])


def counts_absent_classes(confusion_matrix: object) -> Finding:
    """Classes without examples and without predictions have their rows and columns."""
    wanted = [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    return checks.returns(confusion_matrix, [[1, 1, 2], [2, 1, 2], 4], wanted)


def scores_three_classes(scores: object) -> Finding:
    """Every class weighs the same, however frequent it is; nothing is rounded."""
    return _scores(scores, [[30, 2, 8], [1, 5, 4], [3, 0, 7]], [[1, 0, 2], [0, 1, 0], [0, 1, 5]])


def scores_a_class_never_predicted(scores: object) -> Finding:
    """Where there is nothing to divide by, a metric is 0: a class never predicted, and one without examples."""
    return _scores(
        scores, [[4, 0, 0, 1], [3, 0, 0, 0], [0, 0, 5, 0], [0, 0, 0, 0]], [[1, 0, 0], [0, 1, 0], [0, 0, 0]]
    )


def scores_an_imbalance(scores: object) -> Finding:
    """A majority that is always predicted has a high accuracy and a low macro F1."""
    return _scores(scores, [[0, 5], [0, 95]])


def _scores(scores: object, *matrices: list[list[int]]) -> Finding:
    """The finding of the first of `matrices` for which `scores` is wrong, with what that resembles; or of the last."""
    for matrix in matrices:
        finding = checks.returns(scores, [matrix], scored(matrix), tolerance=1e-3)
        if finding.outcome is not Outcome.passed:
            hint = finding.hint or metric_mistakes.resembled(scores, matrix)
            return msgspec.structs.replace(finding, hint=hint)
    return finding


@check
def predictions_are_the_models(predictions: object, model: object) -> Finding:
    """The predictions are those of the model's head on the validation leaves, recomputed."""
    logits = _logits(model, "classifier", _some("validation"))
    expected = f"the class that the model predicts for each of {len(logits)} validation leaves"
    claimed = _indices(predictions)
    if len(claimed) != len(logits) or not set(claimed.tolist()) <= set(range(logits.shape[1])):
        said = f"no class index for each of {len(logits)} leaves"
        return failed(
            Strength.recomputed, said, expected, "`.argmax(dim=1)` of the logits gives one index a leaf"
        )
    # Where two logits are equal but for rounding, either class is the model's prediction.
    behind = logits.max(dim=1).values - logits.gather(1, claimed.unsqueeze(1)).squeeze(1)
    other = int((behind > PARITY).sum())
    problems = [f"{other} of {len(logits)} predictions are not the model's"] if other else []
    hint = "the prediction is the class of the largest logit in a row: `.argmax(dim=1)`"
    return passed_unless(problems, Strength.recomputed, "the predictions are the model's", expected, hint)


def report_is_right(report: object, predictions: object) -> Finding:
    """The report holds the metrics of the predictions, by the judge's own labels."""
    labels = leaves.load("validation").labels
    classes = len(leaves.load("validation").classes)
    keys = (MATRIX, *SCORES)
    return _recomputed(checks.metrics(report, labels, predictions, classes=classes, keys=keys))


def reviews_are_right(always: object, minilm: object, predicted: object) -> Finding:
    """Both reports hold the metrics of the predictions, by the judge's own labels."""
    first = checks.metrics(always, _review_labels(), [1] * len(_review_labels()), classes=2)
    if first.outcome is not Outcome.passed:
        return _recomputed(first)
    return _recomputed(checks.metrics(minilm, _review_labels(), predicted, classes=2))


@check
def macro_f1_decides(useful: object, predicted: object) -> Finding:
    """The classifier that is called useful is the one with the higher macro F1."""
    labels = _review_labels()
    guesses = _indices(predicted).tolist()
    expected = "`useful` is the name of the classifier with the higher macro F1"
    if len(guesses) != len(labels) or not set(guesses) <= {0, 1}:
        return skipped(Strength.claimed, "`minilm_predicted` is no longer as it was given", expected)
    reached = {
        name: scored(confusion(labels, predicted_classes, 2))["f1"]
        for name, predicted_classes in (("always_positive", [1] * len(labels)), ("minilm", guesses))
    }
    best = max(reached, key=lambda name: reached[name])
    seen = f"`useful` is {useful if isinstance(useful, str) else describe(useful)!s:.40}"
    numbers = ", ".join(f"{name} {value:.3f}" for name, value in reached.items())
    return passed_unless(
        [] if word(useful) == best else [seen],
        Strength.recomputed,
        f"{seen} ({numbers})",
        expected,
        "the name of a classifier, as it stands in the text: compare the two reports' `f1`, not their accuracies",
    )


def _review_labels() -> list[int]:
    """The true classes of the notebook's 100 sentences: 10 negative ones, then 90 positive."""
    texts, labels = reviews.load("validation")
    short = [label for text, label in zip(texts, labels.tolist(), strict=True) if len(text.split()) <= 12]
    return sorted([label for label in short if label == 0][:10] + [label for label in short if label][:90])


def scores_held_out_rows(score_candidate: object) -> Finding:
    """Noise scores as guessing does: a probe that is scored on rows that it was fitted to scores 1."""
    generator = torch.Generator().manual_seed(5)
    features, labels = torch.randn(60, 200, generator=generator), torch.arange(60) // 5 % 3
    return _returns_score(score_candidate, features, labels)


def scores_in_these_folds(score_candidate: object) -> Finding:
    """Rows belong to folds by their position: other folds give another score."""
    generator = torch.Generator().manual_seed(6)
    labels = torch.randint(3, (83,), generator=generator)
    features = F.one_hot(labels).float() + 0.9 * torch.randn(83, 3, generator=generator)
    return _returns_score(score_candidate, features, labels)


def _returns_score(score_candidate: object, features: torch.Tensor, labels: torch.Tensor) -> Finding:
    score = probing.cross_validated(features, labels)
    finding = checks.returns(score_candidate, [features, labels], score, tolerance=1e-3)
    if finding.outcome is Outcome.passed:
        return finding
    hint = metric_mistakes.resembled_score(score_candidate, features, labels)
    return msgspec.structs.replace(finding, hint=hint or finding.hint)


@check
def candidate_scores_are_right(candidate_scores: object) -> Finding:
    """The score of each candidate is what the judge computes from features of its own."""
    expected = "the cross-validated accuracy of a probe on each candidate's features"
    true = _candidate_scores()
    if not isinstance(candidate_scores, dict):
        raise another_kind(candidate_scores, "candidate_scores", "a dict", expected)
    wrong = [
        f"`{name}` is {candidate_scores.get(name)!r:.20}; recomputed, it is {score:.2f}"
        for name, score in true.items()
        if not _is_near(candidate_scores.get(name), score)
    ]
    hint = "`score_candidate(candidates[name], candidate_labels)`"
    numbers = [(candidate_scores.get(name), score) for name, score in true.items()]
    if all(isinstance(value, float) and score + 0.15 < value <= 1 for value, score in numbers):
        hint = "a probe knows what it was fitted to: " + hint + " holds out what it scores"
    elif all(_is_near(candidate_scores.get(name), 100 * score) for name, score in true.items()):
        hint = "scores are shares between 0 and 1, not percentages"
    words = ", ".join(f"`{name}` {score:.2f}" for name, score in true.items())
    return passed_unless(wrong, Strength.recomputed, words, expected, hint)


def _is_near(value: object, true: float) -> bool:
    return isinstance(value, int | float) and abs(value - true) <= NEAR


def ranking_is_right(ranking: object) -> Finding:
    """The ranking agrees with scores that the judge computed from features of its own."""
    return _recomputed(checks.ranking(ranking, _candidate_scores(), tolerance=NEAR))


def _candidate_scores() -> dict[str, float]:
    """The cross-validated accuracy of a probe on each candidate's features, by the candidate's name."""
    some = _some("train")
    features = {
        "raw pixels": F.adaptive_avg_pool2d(some.images, 8).flatten(start_dim=1),
        "random weights": probing.features(some.images, trained=False),
        "ImageNet": probing.features(some.images),
    }
    return {name: probing.cross_validated(of_one, some.labels) for name, of_one in features.items()}


@check
def comparison_is_right(comparison: object, heads: object) -> Finding:
    """The validation accuracy of each head is what `comparison` says, within one leaf."""
    expected = '`comparison["feature extraction"]` holds the heads\' accuracies on the validation leaves'
    claimed = comparison.get("feature extraction") if isinstance(comparison, dict) else None
    if not isinstance(claimed, list | tuple) or len(claimed) != len(SIZES):
        said = f"`comparison` does not hold {len(SIZES)} numbers for it"
        hint = "set its list to `[]` before your loop, and append one number for each of `SIZES`"
        return failed(Strength.claimed, said, expected, hint)
    reached = {n: _accuracy(heads, n, _some("validation")) for n in SIZES}
    problems = [
        f"{value!r:.20} with {n} leaves; recomputed, it is {true:.2f}"
        for (n, true), value in zip(reached.items(), claimed, strict=True)
        if not isinstance(value, int | float) or not abs(value - true) < ONE_LEAF
    ]
    observed = ", ".join(f"{true:.2f} with {n} leaves" for n, true in reached.items())
    hint = _why_other_accuracies(claimed, list(reached.values()))
    return passed_unless(problems, Strength.recomputed, observed, expected, hint)


def _why_other_accuracies(claimed: Sequence[object], true: Sequence[float]) -> str:
    """What mistake would give these accuracies, if it is a known one."""

    def are(others: Sequence[float]) -> bool:
        numbers = [value for value in claimed if isinstance(value, int | float)]
        return len(numbers) == len(others) and all(
            abs(value - other) < ONE_LEAF for value, other in zip(numbers, others, strict=True)
        )

    if are(true[::-1]):
        return "the order is that of `SIZES`: the smallest first"
    if isinstance(claimed[0], int | float) and claimed[0] > 1:
        return "accuracies are shares between 0 and 1, not percentages"
    if len(set(true)) == 1:
        return "all heads are the same: `train_head` makes a new one each time, and each is kept under its own key"
    return "each is the accuracy of `heads[str(n)]` on `validation_features`, measured after its training"


@check
def heads_know_their_leaves(heads: object) -> Finding:
    """Each head knows the leaves that it was trained on better than unseen ones: the first of the training leaves."""
    expected = f"a loss on the first n training leaves that is at most {KNOWN:g} times that on unseen ones"
    own = {n: _loss(heads, n, _first(n)) for n in SIZES}
    unseen = {n: _loss(heads, n, _some("hidden")) for n in SIZES}
    problems = [
        f"the head of {n} leaves has a loss of {own[n]:.3f} on them and of {unseen[n]:.3f} on unseen ones"
        for n in SIZES
        if own[n] > KNOWN * unseen[n]
    ]
    observed = ", ".join(f"{own[n]:.3f} against {unseen[n]:.3f} with {n} leaves" for n in SIZES)
    hint = (
        "the head of n leaves is trained on `train_features[:n]` and `train_labels[:n]`, for 40 epochs or so"
    )
    return passed_unless(problems, Strength.recomputed, observed, expected, hint)


@check
def more_leaves_help(heads: object) -> Finding:
    """On unseen leaves, the head of 200 leaves is better than that of 25."""
    expected = (
        f"the head of 200 leaves is at least {RISE:.2f} more accurate than that of 25, on unseen leaves"
    )
    few, many = (_accuracy(heads, n, _some("hidden")) for n in (SIZES[0], SIZES[-1]))
    words = f"an accuracy of {few:.2f} with 25 leaves and of {many:.2f} with 200, on unseen leaves"
    hint = "is each head new, and trained on the first `n` leaves only?"
    return passed_unless([] if many - few >= RISE else [words], Strength.recomputed, words, expected, hint)


@check
def validation_was_held_out(heads: object, *, weight: float = 1.0) -> Finding:
    """No head knows the validation leaves by heart, with a loss far below that on leaves that nobody has seen.

    Both are asked: the loss of a head that is surer than it is right varies a lot between sets of leaves.
    """
    expected = (
        f"not {BY_HEART:.0%} right on validation leaves with a loss {LEAK:g} times lower than on unseen ones"
    )
    ours, unseen = ({n: _loss(heads, n, _some(split)) for n in SIZES} for split in ("validation", "hidden"))
    if not _has_learned(heads):
        return skipped(Strength.recomputed, "no head has learned, so that nothing could leak", expected)
    right = {n: _accuracy(heads, n, _some("validation")) for n in SIZES}
    problems = [
        f"with {n} leaves {right[n]:.0%} of the validation leaves are right, and the loss is {ours[n]:.3f} on them and "
        f"{unseen[n]:.3f} on unseen ones"
        for n in SIZES
        if unseen[n] > LEAK * ours[n] and right[n] >= BY_HEART
    ]
    observed = "validation leaves are as new to the heads as unseen ones"
    hint = "validation leaves serve to measure: a head that was trained on them cannot be measured with them"
    return passed_unless(problems, Strength.recomputed, observed, expected, hint)


def _has_learned(heads: object) -> bool:
    """Whether the head of 200 leaves is right for more of its training leaves than guessing is, by far."""
    return _accuracy(heads, SIZES[-1], _some("train")) > 2 / len(_some("train").classes)


def _first(n: int) -> leaves.Leaves:
    """The first n training leaves."""
    found = leaves.load("train")
    return leaves.Leaves(found.images[:n], found.labels[:n], found.classes)


def _accuracy(heads: object, n: int, some: leaves.Leaves) -> float:
    right = _logits(heads, str(n), some).argmax(dim=1) == some.labels
    return right.double().mean().item()


def _loss(heads: object, n: int, some: leaves.Leaves) -> float:
    return F.cross_entropy(_logits(heads, str(n), some).double(), some.labels).item()


def _logits(model: object, layer: str, some: leaves.Leaves) -> torch.Tensor:
    return probing.logits(model, layer, probing.features(some.images), len(some.classes))


def beats_the_threshold(model: object, *, weight: float = 1.0) -> Finding:
    """The accuracy of the model that is handed over is at least the printed threshold."""
    hidden = leaves.hidden()
    data = Labelled(
        inputs={"x": hidden.images[:UNSEEN_LEAVES]},
        labels=hidden.labels[:UNSEEN_LEAVES],
        probe={"x": leaves.load("validation").images[:PROBES]},
    )
    lowest = threshold(__file__, "accuracy")
    return accuracy(model, data, threshold=lowest, classes_named=hidden.classes, weight=weight)


def _indices(values: object) -> torch.Tensor:
    """Class indices as a tensor; an empty one where they are none."""
    plain = values.tolist() if isinstance(values, torch.Tensor) or hasattr(values, "tolist") else values
    if not isinstance(plain, Sequence) or not all(isinstance(value, int) for value in plain):
        return torch.tensor([], dtype=torch.int64)
    return torch.tensor(plain, dtype=torch.int64)


def _recomputed(finding: Finding) -> Finding:
    """A finding whose labels, or scores, are the judge's own."""
    return msgspec.structs.replace(finding, strength=Strength.recomputed)


def _some(split: str) -> leaves.Leaves:
    """The first leaves of a split, public or hidden."""
    found = leaves.hidden() if split == "hidden" else leaves.load(split)
    return leaves.Leaves(found.images[:SOME_LEAVES], found.labels[:SOME_LEAVES], found.classes)
