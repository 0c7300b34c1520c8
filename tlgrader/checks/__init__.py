"""The checks: pure functions that judge evidence and say why.

In a notebook ``check`` is `tlgrader.checks.live`; in the judge it is this package. Nothing here imports torch
before it is needed.
"""

from tlgrader.checks.adapting import adapters, lora
from tlgrader.checks.calling import returns
from tlgrader.checks.freezing import base_untouched, buffers_untouched, frozen, trainable_parameters
from tlgrader.checks.reloading import adapter_reloads
from tlgrader.checks.training import head, history, in_train_mode, learned, optimizer, trained_on

__all__ = [
    "adapter_reloads",
    "adapters",
    "base_untouched",
    "buffers_untouched",
    "frozen",
    "head",
    "history",
    "in_train_mode",
    "learned",
    "lora",
    "optimizer",
    "returns",
    "trainable_parameters",
    "trained_on",
]
