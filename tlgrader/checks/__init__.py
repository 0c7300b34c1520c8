"""The checks: pure functions that judge evidence and say why.

In a notebook ``check`` is `tlgrader.checks.live`; in the judge it is this package. Nothing here imports torch
before it is needed.
"""

from tlgrader.checks.adapting import adapters, lora
from tlgrader.checks.adapting_domains import pseudo_labels, statistics_adapted
from tlgrader.checks.answering import answers
from tlgrader.checks.calling import raises, returns
from tlgrader.checks.freezing import base_untouched, buffers_untouched, frozen, trainable_parameters
from tlgrader.checks.learning import learned
from tlgrader.checks.measuring import metrics, ranking
from tlgrader.checks.preparing import labelled_as, loader, normalised, randomness
from tlgrader.checks.reloading import adapter_reloads, answers_alike
from tlgrader.checks.training import head, history, in_train_mode, optimizer, trained_on
from tlgrader.checks.tuning import (
    learning_rates,
    stages_in_train_mode,
    stages_moved,
    stages_trainable,
)

__all__ = [
    "adapter_reloads",
    "adapters",
    "answers",
    "answers_alike",
    "base_untouched",
    "buffers_untouched",
    "frozen",
    "head",
    "history",
    "in_train_mode",
    "labelled_as",
    "learned",
    "learning_rates",
    "loader",
    "lora",
    "metrics",
    "normalised",
    "optimizer",
    "pseudo_labels",
    "raises",
    "randomness",
    "ranking",
    "returns",
    "stages_in_train_mode",
    "stages_moved",
    "stages_trainable",
    "statistics_adapted",
    "trainable_parameters",
    "trained_on",
]
