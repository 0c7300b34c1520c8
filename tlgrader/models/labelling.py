"""What the judge compares of self-training: pseudo-labels with those that the model gives, computed anew."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch

from tlgrader.checks.adapting_domains import UNLABELLED, label_list
from tlgrader.checks.declaring import check
from tlgrader.checks.finding import Finding, Strength, failed, passed, skipped
from tlgrader.checks.narrowing import narrow
from tlgrader.checks.wording import counted
from tlgrader.evidence.kinds import ModelEvidence
from tlgrader.models.answers import Inputs
from tlgrader.models.evaluate import Labelled, measured

NEAR = 1e-3
"""A probability so near to the threshold, absolute, may be taken for above or below it: a GPU rounds otherwise."""


@check
def labelled_by(
    pseudo: object, model: object, inputs: Inputs, *, threshold: float, classes: int, weight: float = 1.0
) -> Finding:
    """`pseudo` are `model`'s predictions for `inputs` where its probability is at least `threshold`, else -1.

    `pseudo` holds one integer an example; `inputs` are public, and their first rows are the probe.
    """
    narrow(model, ModelEvidence, "model")
    count = len(next(iter(inputs.values())))
    expected = f"the model's own predictions where it is at least {threshold:.0%} confident, and no others"
    labels = [label for label in label_list(pseudo, "pseudo", expected) if isinstance(label, int)]
    if len(labels) != count:
        seen = counted(len(labels), "integer label")
        hint = "one label for each example, in their order, also where there is none"
        return failed(Strength.claimed, f"{seen} for {count} examples", expected, hint)
    data = Labelled(inputs, torch.tensor(labels), {name: tensor[:8] for name, tensor in inputs.items()})
    agreeing = measured(model, data, classes, partial(_agreeing, threshold))
    if agreeing.value is None:
        return skipped(agreeing.strength, f"the model's answers cannot be had: {agreeing.note}", expected)
    wrong = count - round(agreeing.value * count)
    if not wrong:
        said = f"{counted(count - labels.count(UNLABELLED), 'pseudo-label')}, as the model gives them"
        return passed(agreeing.strength, said + agreeing.note, expected)
    words = f"{wrong} of {count} entries are not what the model says{agreeing.note}"
    return failed(agreeing.strength, words, expected, _hint(labels))


def _agreeing(threshold: float, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The share of labels that the logits give."""
    confidence, predicted = logits.softmax(dim=1).max(dim=1)
    given = torch.where(confidence >= threshold, predicted, UNLABELLED)
    near = (confidence - threshold).abs() <= NEAR
    either = (labels == predicted) | (labels == UNLABELLED)
    return ((labels == given) | (near & either)).double().mean()


def _hint(labels: Sequence[int]) -> str:
    if UNLABELLED not in labels:
        return f"every example has a label: those below the threshold get {UNLABELLED}"
    return "take the predictions of the model as it is now, for the unlabelled examples in their order"
